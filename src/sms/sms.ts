/** Text messages: an outbox in the database, handed to the gateway; without one they go to the log (Z18), in production without number and text. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { orderedId } from '../audit/ordered-id.js'
import type { Config } from '../config.js'
import { momentAt } from '../db/moment.js'
import { deliverDue, waitingSince, withdrawAbout, type Outcome, type Queue, type Queued } from '../messages/queue.js'
import { handOver, type ForGateway, type Gateway } from './gateway.js'
import { codeMinutes, type SmsKind } from './kinds.js'

export interface TextMessage {
  /** E.164. */
  readonly to: string
  readonly text: string
  /** Whom it is about (`portal-user:<id>`), so that it can be withdrawn. */
  readonly about: string
  readonly kind: SmsKind
}

/** `logged`: there is no gateway. */
export type SmsState = 'waiting' | 'sent' | 'refused' | 'failed' | 'withdrawn' | 'logged'

export interface ListedSms {
  readonly id: string
  readonly kind: SmsKind
  readonly to: string
  readonly state: SmsState
  readonly tries: number
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly createdAt: string
  readonly sentAt: string | undefined
  /** What the gateway answered last, or why it did not: `503`, `timeout`. */
  readonly error: string | undefined
}

export interface Sms {
  /** Without a gateway messages go to the log, and who administers is told so. */
  readonly hasGateway: boolean
  /** Queues a message; with `trx` in the caller's transaction, so that it goes only if that commits. Gives its id. */
  send(message: TextMessage, trx?: Knex): Promise<string>
  /** Hands over what waits; failures are retried with growing pauses, at most 8 times. A job calls it; tests may. */
  deliver(): Promise<void>
  /** Withdraws queued messages about `subject` (A24). */
  withdraw(subject: string, trx?: Knex): Promise<void>
  /** What was sent to or about somebody, newest first, at most 20. Texts are not among it: they hold links and codes. */
  messagesAbout(subject: string): Promise<ListedSms[]>
}

export interface SmsOptions {
  readonly db: Knex
  readonly config: Pick<Config, 'environment' | 'smsGateway'>
  readonly log: Logger
  readonly now?: () => number
}

type Waiting = Queued & ForGateway & { readonly created_at: string }

export function createSms({ db, config, log, now = Date.now }: SmsOptions): Sms {
  const columns = ['to_number', 'text', 'kind', 'created_at']
  const queue: Queue = { db, table: 'portico_sms', columns, emptied: { text: '' }, now }
  const { smsGateway: gateway } = config
  return {
    hasGateway: gateway !== undefined,
    async send({ to, text, about, kind }, trx = db) {
      const id = orderedId(now())
      await trx('portico_sms').insert({ id, about, kind, to_number: to, text, ...waitingSince(now()) })
      return id
    },
    deliver: () =>
      gateway ? deliverDue<Waiting>(queue, sender(gateway, log, now)) : writeToLog(db, log, config.environment),
    withdraw: (subject, trx) => withdrawAbout(queue, subject, trx),
    messagesAbout: (subject) => messagesAbout(db, subject)
  }
}

function sender(gateway: Gateway, log: Logger, now: () => number): (row: Waiting) => Promise<Outcome> {
  return async (row) => {
    if (isOver(row, now())) return { state: 'refused', error: 'expired' }
    const outcome = await handOver(gateway, row, now())
    if (outcome.state !== 'sent')
      log.warn({ sms: row.id, tries: row.tries + 1, code: outcome.error }, 'a text message was not taken')
    return outcome
  }
}

/** A code that is no longer valid is not worth sending. */
function isOver({ kind, created_at: since }: Waiting, now: number): boolean {
  return (kind === 'verification' || kind === 'second-factor') && since <= momentAt(now - codeMinutes * 60_000)
}

/** In development the text stands in the log and stays, to be read on the mailbox page. In production neither number nor text is kept
 *  anywhere: the log holds nothing of people. */
async function writeToLog(db: Knex, log: Logger, environment: Config['environment']): Promise<void> {
  const rows = await db<Waiting & { state: SmsState }>('portico_sms')
    .select('id', 'to_number', 'text', 'kind')
    .where({ state: 'waiting' })
    .orderBy('id')
    .limit(50)
  const isProduction = environment === 'production'
  const change = isProduction ? { state: 'logged', text: '' } : { state: 'logged' }
  for (const { id, to_number: to, text, kind } of rows)
    if ((await db('portico_sms').where({ id, state: 'waiting' }).update(change)) === 1)
      log.info(
        isProduction ? { sms: id, kind } : { sms: id, kind, to, text },
        'a text message: there is no gateway that sends it'
      )
}

async function messagesAbout(db: Knex, about: string): Promise<ListedSms[]> {
  const rows = await db<Row>('portico_sms')
    .select('id', 'kind', 'to_number', 'state', 'tries', 'created_at', 'sent_at', 'last_error')
    .where({ about })
    .orderBy('id', 'desc')
    .limit(20)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    to: row.to_number,
    state: row.state,
    tries: row.tries,
    createdAt: row.created_at,
    sentAt: row.sent_at ?? undefined,
    error: row.last_error ?? undefined
  }))
}

interface Row {
  readonly id: string
  readonly about: string
  readonly kind: SmsKind
  readonly to_number: string
  readonly state: SmsState
  readonly tries: number
  readonly created_at: string
  readonly sent_at: string | null
  readonly last_error: string | null
}
