/** The outbox: mails wait in the database until a mail server took them, in development until somebody reads them. */
import type { Knex } from 'knex'
import nodemailer from 'nodemailer'
import type { Logger } from 'pino'
import { momentAt } from '../db/moment.js'
import { orderedId } from '../audit/ordered-id.js'
import type { Config } from '../config.js'
import type { Mail, Message } from './mail.js'

export interface OutboxOptions {
  readonly db: Knex
  readonly config: Pick<Config, 'environment' | 'smtpUrl' | 'mailFrom'>
  readonly log: Logger
  readonly now?: () => number
}

/** `sending` is given up after this long: the process that had it is gone. */
const claimMinutes = 10
const pauseMinutes = [1, 5, 15, 60, 180, 360, 720]
const mostTries = pauseMinutes.length + 1
const perRound = 50

interface Waiting {
  readonly id: string
  readonly to_name: string
  readonly to_address: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly tries: number
  readonly next_at: string
}

type Send = (row: Waiting) => Promise<unknown>

/** Mail by SMTP when there is an `smtpUrl`. Otherwise every mail is kept for the mailbox page; in production, where there
 *  is no such page, it waits for a mail server. */
export function createMail({ db, config, log, now = Date.now }: OutboxOptions): Mail {
  const send = config.smtpUrl === undefined ? undefined : smtp(config.smtpUrl, config.mailFrom)
  const state = send || config.environment === 'production' ? 'waiting' : 'kept'
  return {
    async send(message, trx = db) {
      const row = rowOf(message, state, now())
      await trx('portico_mail').insert(row)
      return row.id
    },
    async sendAll(messages, trx) {
      const rows = messages.map((message) => rowOf(message, state, now()))
      if (rows.length > 0) await trx('portico_mail').insert(rows)
    },
    async deliver() {
      if (!send) return
      for (const row of await due(db, now())) await deliverOne(db, row, { send, log, now })
    },
    async withdraw(subject) {
      await db('portico_mail')
        .where({ about: subject, state: 'waiting' })
        .update({ state: 'withdrawn', ...emptied })
    }
  }
}

/** Nothing that a mail says may lead to files or other addresses of this machine. */
function smtp(url: string, from: string): Send {
  const transport = nodemailer.createTransport({ url, disableFileAccess: true, disableUrlAccess: true })
  return (row) =>
    transport.sendMail({
      from,
      to: { name: row.to_name, address: row.to_address },
      subject: row.subject,
      text: row.text,
      html: row.html,
      headers: { 'Auto-Submitted': 'auto-generated' }
    })
}

function rowOf(message: Message, state: 'waiting' | 'kept', at: number) {
  return {
    id: orderedId(at),
    about: message.about,
    to_name: message.to.name,
    to_address: message.to.address,
    subject: message.subject,
    text: message.text,
    html: message.html,
    state,
    tries: 0,
    created_at: momentAt(at),
    next_at: momentAt(at)
  }
}

/** Texts hold one-time links; they go as soon as nobody has to send them (A32). */
const emptied = { text: '', html: '' }

function due(db: Knex, at: number): Promise<Waiting[]> {
  return db<Waiting & { state: string }>('portico_mail')
    .select('id', 'to_name', 'to_address', 'subject', 'text', 'html', 'tries', 'next_at')
    .where({ state: 'waiting' })
    .andWhere('next_at', '<=', momentAt(at))
    .orderBy('next_at')
    .orderBy('id')
    .limit(perRound)
}

interface Sending {
  readonly send: Send
  readonly log: Logger
  readonly now: () => number
}

async function deliverOne(db: Knex, row: Waiting, { send, log, now }: Sending): Promise<void> {
  if (!(await claim(db, row, now()))) return
  try {
    await send(row)
    await settle(db, row, { state: 'sent', sent_at: momentAt(now()), ...emptied })
  } catch (error) {
    log.warn({ mail: row.id, tries: row.tries + 1, code: codeOf(error) }, 'a mail was not taken')
    await settle(db, row, afterFailure(row.tries + 1, now(), codeOf(error)))
  }
}

/** Only one process gets the mail: it moves the moment on which the others' update depends. */
async function claim(db: Knex, row: Waiting, at: number): Promise<boolean> {
  const claimed = await db('portico_mail')
    .where({ id: row.id, state: 'waiting', tries: row.tries, next_at: row.next_at })
    .update({ tries: row.tries + 1, next_at: momentAt(at + claimMinutes * 60_000) })
  return claimed === 1
}

/** What was withdrawn meanwhile stays withdrawn. */
async function settle(db: Knex, row: Waiting, change: Record<string, unknown>): Promise<void> {
  await db('portico_mail').where({ id: row.id, state: 'waiting' }).update(change)
}

function afterFailure(tries: number, at: number, code: string): Record<string, unknown> {
  if (tries >= mostTries) return { state: 'failed', last_error: code, ...emptied }
  return { next_at: momentAt(at + (pauseMinutes[tries - 1] ?? 0) * 60_000), last_error: code }
}

/** The mail server's code and no more: its sentences repeat addresses. */
function codeOf(error: unknown): string {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  return (
    [responseCode, code]
      .filter((part) => part !== undefined)
      .join(' ')
      .slice(0, 128) || 'unknown'
  )
}
