/** Messages that wait in a table until somebody outside took them: whoever claims a row sends it, and what was not taken is tried again after growing pauses. */
import type { Knex } from 'knex'
import { transact } from '../db/collision.js'
import { momentAt } from '../db/moment.js'

/** A table with the columns `id`, `about`, `state`, `tries`, `created_at`, `next_at`, `sent_at` and `last_error`. */
export interface Queue {
  readonly db: Knex
  readonly table: 'portico_mail' | 'portico_sms'
  /** What is needed to send one. */
  readonly columns: readonly string[]
  /** Texts hold one-time links and codes; with these values they go as soon as nobody has to send them (A32). */
  readonly emptied: Readonly<Record<string, string>>
  readonly now: () => number
}

export interface Queued {
  readonly id: string
  readonly about: string
  readonly tries: number
  readonly next_at: string
}

/** What became of a message: taken; refused for good; or not taken this time. `error` is a code of at most 128 characters, without addresses. */
export type Outcome =
  | { readonly state: 'sent' }
  | { readonly state: 'refused'; readonly error: string }
  | { readonly state: 'later'; readonly error: string }

/** The same, or it was not to be sent any more. */
export type Settlement = Outcome | { readonly state: 'withdrawn' }

/** Who claimed a message and hasn't settled it after this long is gone: another one takes it. */
const claimMinutes = 10
const pauseMinutes = [1, 5, 15, 60, 180, 360, 720]
const mostTries = pauseMinutes.length + 1
const perRound = 50

/** The columns of a message that begins to wait. */
export function waitingSince(at: number): { state: 'waiting'; tries: 0; created_at: string; next_at: string } {
  return { state: 'waiting', tries: 0, created_at: momentAt(at), next_at: momentAt(at) }
}

/** Sends what is due, at most 50, one after the other; no transaction is open while `send` runs. `settled` runs in the
 *  transaction that writes the outcome down. */
export async function deliverDue<Row extends Queued>(
  queue: Queue,
  send: (row: Row) => Promise<Settlement>,
  settled?: (row: Row, outcome: Settlement, trx: Knex) => Promise<void>
): Promise<void> {
  for (const row of await due<Row>(queue)) {
    if (!(await claim(queue, row))) continue
    const outcome = await send(row)
    await transact(queue.db, async (trx) => {
      if (await settle(queue, row, outcome, trx)) await settled?.(row, outcome, trx)
    })
  }
}

/** Takes back what waits about `subject`: it does not go any more (A24). */
export async function withdrawAbout(queue: Queue, subject: string, trx: Knex = queue.db): Promise<void> {
  await trx(queue.table)
    .where({ about: subject, state: 'waiting' })
    .update({ state: 'withdrawn', ...queue.emptied })
}

async function due<Row extends Queued>({ db, table, columns, now }: Queue): Promise<Row[]> {
  const rows: unknown = await db(table)
    .select('id', 'about', 'tries', 'next_at', ...columns)
    .where({ state: 'waiting' })
    .andWhere('next_at', '<=', momentAt(now()))
    .orderBy('next_at')
    .orderBy('id')
    .limit(perRound)
  return rows as Row[]
}

/** Only one process gets the message: it moves the moment on which the others' update depends. */
async function claim({ db, table, now }: Queue, row: Queued): Promise<boolean> {
  const claimed = await db(table)
    .where({ id: row.id, state: 'waiting', tries: row.tries, next_at: row.next_at })
    .update({ tries: row.tries + 1, next_at: momentAt(now() + claimMinutes * 60_000) })
  return claimed === 1
}

/** What was withdrawn meanwhile stays withdrawn. */
async function settle(queue: Queue, row: Queued, outcome: Settlement, trx: Knex): Promise<boolean> {
  const settled = await trx(queue.table)
    .where({ id: row.id, state: 'waiting' })
    .update(changeOf(queue, row, outcome))
  return settled === 1
}

function changeOf({ now, emptied }: Queue, row: Queued, outcome: Settlement): Record<string, string> {
  const tries = row.tries + 1
  if (outcome.state === 'sent') return { state: 'sent', sent_at: momentAt(now()), ...emptied }
  if (outcome.state === 'withdrawn') return { state: 'withdrawn', ...emptied }
  const { error } = outcome
  if (outcome.state === 'refused') return { state: 'refused', last_error: error, ...emptied }
  if (tries >= mostTries) return { state: 'failed', last_error: error, ...emptied }
  return { next_at: momentAt(now() + (pauseMinutes[tries - 1] ?? 0) * 60_000), last_error: error }
}
