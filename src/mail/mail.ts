/** Mail: an outbox in the database, delivered by SMTP, or kept for the mailbox page in development. */
import type { Knex } from 'knex'

export { createMail } from './outbox.js'

export interface Mail {
  /** Queues a message; with `trx` in the caller's transaction, so that it goes only if that commits. Gives its id. */
  send(message: Message, trx?: Knex): Promise<string>
  /** Queues many messages, few enough to write them at once (200), in the caller's transaction. */
  sendAll(messages: readonly Message[], trx: Knex): Promise<void>
  /** Sends what waits; failures are retried with growing pauses, at most 8 times; what the recipient's mail server refuses for good
   *  is not tried again. A job calls it; tests may. */
  deliver(): Promise<void>
  /** Withdraws queued mail about `subject` (A24). */
  withdraw(subject: string, trx?: Knex): Promise<void>
  /** A mail server sent a mail back that had been taken: its id, and why (`5.1.1`). False for a mail we don't know, or know it of already. */
  bounced(id: string, status: string): Promise<boolean>
  /** Calls `handler`, in the transaction that writes it down, when a mail was refused for good or came back. */
  onTrouble(handler: OnTrouble): void
  /** Mails of this kind are asked about each time before they are handed over, for they may wait for hours: one that may not go is withdrawn. */
  guard(kind: string, mayGo: MayGo): void
}

/** `createdAt` in UTC, as stored. */
export type MayGo = (mail: { readonly about: string; readonly createdAt: string }) => Promise<boolean>

export type OnTrouble = (trouble: Trouble, trx: Knex) => Promise<void>

/** A mail that did not reach its address and won't. */
export interface Trouble {
  readonly about: string
  readonly address: string
  /** What `troubleWords` makes a sentence of: `refused 550 5.1.1`, `bounced 5.2.2`. */
  readonly problem: string
}

export interface Message {
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Whom it is about (`portal-user:<id>`), so that it can be withdrawn. */
  readonly about: string
  /** What it is for (`invitation`, `notification`), as staff see it listed. */
  readonly kind?: string
  /** Default: the configuration's. */
  readonly from?: { readonly name: string; readonly address: string }
  readonly replyTo?: string
  /** Address at which one POST unsubscribes (RFC 8058). */
  readonly unsubscribe?: string
}
