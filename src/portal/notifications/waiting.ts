/** Notifications that wait to become a mail: one row for each thing that happened and each person, until his next mail is made. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import { momentAt } from '../../db/moment.js'
import type { NotificationKind } from './preferences.js'

/** What happened, for one person. */
export interface Waiting {
  readonly id: string
  readonly kind: NotificationKind
  readonly module: string
  readonly recordId: string
  /** Of the note. */
  readonly entryId: string | undefined
  /** That were changed. */
  readonly fields: readonly string[]
}

/** So many things one mail is made of at most; the rest makes the next one. */
const mostPerMail = 200

type Row = Omit<Waiting, 'entryId' | 'fields'> & { readonly entryId: string | null; readonly fields: string | null }

/** Whom it is put down for, and when the mail is due that tells him (UTC). */
export interface Recipient {
  readonly portalUserId: string
  readonly due: string
}

type Happening = Omit<Waiting, 'id'>

/** Rows of one statement. */
const batch = 200

/** Puts it with what waits for these people, since `at`. What waits already is told once: of a record that is changed twice, all fields. */
export async function put(db: Knex, what: Happening, people: readonly Recipient[], at: string): Promise<void> {
  for (let from = 0; from < people.length; from += batch) {
    const rows = people.slice(from, from + batch).map((person) => rowOf(what, person, at))
    await db.transaction((trx) => putRows(trx, what, rows))
  }
}

async function putRows(trx: Knex, what: Happening, rows: readonly { id: string }[]): Promise<void> {
  const table = 'portico_notifications'
  const waiting = await trx<{ id: string; fields: string | null }>(table)
    .select('id', 'fields')
    .whereIn(
      'id',
      rows.map(({ id }) => id)
    )
  const isWaiting = new Set(waiting.map(({ id }) => id))
  const added = rows.filter(({ id }) => !isWaiting.has(id))
  if (added.length > 0) await trx(table).insert(added).onConflict('id').ignore()
  for (const stored of new Set(waiting.map(({ fields }) => fields))) {
    const fields = joined(stored, what.fields)
    const ids = waiting.filter((row) => row.fields === stored).map(({ id }) => id)
    if (fields !== stored) await trx(table).whereIn('id', ids).update({ fields })
  }
}

function rowOf(what: Happening, { portalUserId, due }: Recipient, at: string) {
  return {
    id: idOf(portalUserId, what),
    portal_user_id: portalUserId,
    kind: what.kind,
    module: what.module,
    record_id: what.recordId,
    entry_id: what.entryId ?? null,
    fields: joined(null, what.fields),
    state: 'waiting',
    created_at: at,
    due_at: due
  }
}

/** The same thing has the same id, so an event that comes twice is told once. */
function idOf(portalUserId: string, { kind, module, recordId, entryId = '' }: Happening): string {
  const what = JSON.stringify([portalUserId, kind, module, recordId, entryId])
  return createHash('sha256').update(what).digest('hex').slice(0, 36)
}

function joined(stored: string | null, fields: readonly string[]): string | null {
  const all = [...new Set([...fieldsIn(stored), ...fields])]
  return all.length === 0 ? null : JSON.stringify(all)
}

function fieldsIn(stored: string | null): string[] {
  return stored === null ? [] : (JSON.parse(stored) as string[])
}

/** So many rows are looked at to find whom something is due for. */
const mostDue = 1000

/** Ids of people for whom something is due, the longest waiting first. */
export async function dueUsers(db: Knex, now: number, limit: number): Promise<string[]> {
  const ids = await db('portico_notifications')
    .where({ state: 'waiting' })
    .andWhere('due_at', '<=', momentAt(now))
    .orderBy(['due_at', 'portal_user_id'])
    .limit(mostDue)
    .pluck<string[]>('portal_user_id')
  return [...new Set(ids)].slice(0, limit)
}

/** All that waits for a person, due or not, in the order in which it happened. */
export async function waitingFor(db: Knex, portalUserId: string): Promise<Waiting[]> {
  const rows = (await db('portico_notifications')
    .select('id', 'kind', 'module', 'record_id as recordId', 'entry_id as entryId', 'fields')
    .where({ portal_user_id: portalUserId, state: 'waiting' })
    .orderBy(['created_at', 'id'])
    .limit(mostPerMail)) as Row[]
  return rows.map((row) => ({ ...row, entryId: row.entryId ?? undefined, fields: fieldsIn(row.fields) }))
}

/** Takes these rows out, in the transaction that queues the mail made of them.
 *  @throws ChangedMeanwhile when one of them is gone or says more by now: somebody else was faster, or the access ended. */
export async function take(trx: Knex, rows: readonly Waiting[]): Promise<void> {
  for (const { id, fields } of rows) {
    const taken = await trx('portico_notifications')
      .where({ id, fields: joined(null, fields) })
      .delete()
    if (taken !== 1) throw new ChangedMeanwhile()
  }
}

/** Something is wrong with the host or with us: the person's rows are looked at again later. */
export async function postpone(db: Knex, portalUserId: string, until: number): Promise<void> {
  await waitingRows(db, portalUserId).update({ due_at: momentAt(until) })
}

/** After he chose anew: what he no longer wants is dropped; with `due` the rest is due then. */
export async function rearrange(
  trx: Knex,
  portalUserId: string,
  { kinds, due }: { kinds: readonly NotificationKind[]; due: string | undefined }
): Promise<void> {
  await waitingRows(trx, portalUserId)
    .whereNotIn('kind', [...kinds])
    .delete()
  if (due !== undefined) await waitingRows(trx, portalUserId).update({ due_at: due })
}

function waitingRows(db: Knex, portalUserId: string): Knex.QueryBuilder {
  return db('portico_notifications').where({ portal_user_id: portalUserId, state: 'waiting' })
}
