/** The outbox: mails wait in the database until a mail server took them, in development until somebody reads them. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { orderedId } from '../audit/ordered-id.js'
import type { Config } from '../config.js'
import {
  deliverDue,
  waitingSince,
  withdrawAbout,
  type Outcome,
  type Queue,
  type Settlement
} from '../messages/queue.js'
import { asLine } from '../messages/merge-fields.js'
import type { Mail, MayGo, Message, OnTrouble, Trouble } from './mail.js'
import { mailColumns } from './row.js'
import { smtp, type WaitingMail } from './smtp.js'

export interface OutboxOptions {
  readonly db: Knex
  readonly config: Pick<Config, 'environment' | 'smtpUrl' | 'mailFrom' | 'bounceAddress' | 'secret'>
  readonly log: Logger
  readonly now?: () => number
}

/** Mail by SMTP when there is an `smtpUrl`. Otherwise every mail is kept for the mailbox page; in production, where there
 *  is no such page, it waits for a mail server. */
export function createMail({ db, config, log, now = Date.now }: OutboxOptions): Mail {
  const send = config.smtpUrl === undefined ? undefined : smtp({ ...config, smtpUrl: config.smtpUrl })
  const state = send || config.environment === 'production' ? 'waiting' : 'kept'
  const queue: Queue = { db, table: 'portico_mail', columns, emptied: { text: '', html: '' }, now }
  const listeners: OnTrouble[] = []
  const guards = new Map<string, MayGo>()
  const tell: OnTrouble = async (trouble, trx) => {
    for (const listener of listeners) await listener(trouble, trx)
  }
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
      const sendOne = async (row: Guarded): Promise<Settlement> => {
        const mayGo = await guards.get(row.kind ?? '')?.({ about: row.about, createdAt: row.created_at })
        return mayGo === false ? { state: 'withdrawn' } : logged(log, row, await send(row))
      }
      await deliverDue<Guarded>(queue, sendOne, async (row, outcome, trx) => {
        if (outcome.state === 'refused') await tell(troubleOf(row, `refused ${outcome.error}`), trx)
      })
    },
    withdraw: (subject, trx) => withdrawAbout(queue, subject, trx),
    bounced: (id, status) => db.transaction((trx) => takeBack(trx, { id, status }, tell)),
    onTrouble: (listener) => void listeners.push(listener),
    guard: (kind, mayGo) => void guards.set(kind, mayGo)
  }
}

type Guarded = WaitingMail & { readonly kind: string | null; readonly created_at: string }

const columns = ['created_at', 'kind', ...mailColumns] as const

function rowOf(message: Message, state: 'waiting' | 'kept', at: number) {
  return {
    id: orderedId(at),
    about: message.about,
    kind: message.kind ?? null,
    to_name: message.to.name,
    to_address: message.to.address,
    subject: asLine(message.subject).slice(0, 500),
    text: message.text,
    html: message.html,
    from_name: message.from?.name ?? null,
    from_address: message.from?.address ?? null,
    reply_to: message.replyTo ?? null,
    unsubscribe: message.unsubscribe ?? null,
    ...waitingSince(at),
    state
  }
}

function logged(log: Logger, row: WaitingMail, outcome: Outcome): Outcome {
  if (outcome.state !== 'sent')
    log.warn({ mail: row.id, tries: row.tries + 1, code: outcome.error }, 'a mail was not taken')
  return outcome
}

/** Only a mail that a server took can come back; which of two reports is first doesn't matter. */
async function takeBack(trx: Knex, bounce: { id: string; status: string }, tell: OnTrouble): Promise<boolean> {
  const { id, status } = bounce
  const mail = await trx('portico_mail').first<Returned | undefined>('about', 'to_address').where({ id, state: 'sent' })
  const changed = await trx('portico_mail')
    .where({ id, state: 'sent' })
    .update({ state: 'bounced', last_error: status })
  if (!mail || changed === 0) return false
  await tell(troubleOf(mail, `bounced ${status}`), trx)
  return true
}

interface Returned {
  readonly about: string
  readonly to_address: string
}

function troubleOf({ about, to_address: address }: Returned, problem: string): Trouble {
  return { about, address, problem }
}
