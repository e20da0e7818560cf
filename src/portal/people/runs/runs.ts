/** Runs: one thing done to many people, ordered by staff and worked off by a job. What is kept of them, and how they are read. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { staffActor } from '../../../audit/configuration-change.js'
import type { Context } from '../../../context.js'
import { momentAt } from '../../../db/moment.js'
import { insertRows } from '../../../db/rows.js'
import { NotFound } from '../../../errors.js'
import { locales, type Locale } from '../../../host/catalog.js'
import type { Staff } from '../../../host/host.js'
import type { UserScope } from '../portal-users.js'

/** What can be done to many (Z15, Z21–Z23). */
export const runKinds = ['invitation', 'invitation-again', 'deactivation', 'activation', 'removal', 'transfer'] as const
export type RunKind = (typeof runKinds)[number]

/** `open` until everybody was dealt with; `stopped` when it may not go on, for a reason. */
export type RunState = 'open' | 'finished' | 'stopped'

export interface Run {
  readonly id: string
  readonly kind: RunKind
  readonly scope: UserScope
  /** Of a transfer. */
  readonly targetTypeId: string | undefined
  /** Of invitations' mails. */
  readonly language: Locale
  /** Who ordered it, and in whose name it is done. */
  readonly staffId: string
  readonly state: RunState
  /** Why it was stopped: a word of `people:stopped`. */
  readonly reason: string | undefined
  readonly total: number
  readonly createdAt: string
  readonly endedAt: string | undefined
}

/** `done` and `failed` are final; what still waits when a run is stopped was not touched. */
export type ItemState = 'waiting' | 'done' | 'failed'

/** One person in a run. */
export interface RunItem {
  readonly runId: string
  readonly place: number
  /** The record that stands for him; '' for somebody without one. */
  readonly module: string
  readonly recordId: string
  readonly portalUserId: string | undefined
  /** '' where nobody was shown the record yet. */
  readonly name: string
  readonly address: string
  readonly state: ItemState
  /** A word of `portal:refusal`. */
  readonly reason: string | undefined
}

export type NewItem = Pick<RunItem, 'module' | 'recordId' | 'portalUserId' | 'name' | 'address'>

export interface RunOrder {
  /** Made with the page that asked: a button pressed twice orders one run. */
  readonly id: string
  readonly kind: RunKind
  readonly scope: UserScope
  readonly targetTypeId?: string | undefined
  readonly language?: Locale
  readonly items: readonly NewItem[]
}

/** More are not ordered at once. */
export const mostItems = 50_000

/** Writes the run and everybody in it down; a job does the rest. The same order a second time is the same run. */
export async function orderRun(context: Context, order: RunOrder, by: Staff): Promise<void> {
  await context.db.transaction(async (trx) => {
    if (!(await begin(context, trx, order, by))) return
    await insertRows(
      trx,
      'portico_run_items',
      order.items.map((item, place) => itemRow(order.id, place, item))
    )
    const { kind, language } = order
    const after = { deed: kind, total: order.items.length, ...(kind.startsWith('invitation') ? { language } : {}) }
    await context.audit.note({ actor: staffActor(by), action: 'run.ordered', subject: runSubject(order), after }, trx)
  })
}

/** Under which a run is found in the audit list: that of its user type where it has one. */
export function runSubject({ id, scope }: Pick<Run, 'id' | 'scope'>): string {
  return scope.kind === 'type' ? `user-type:${scope.userTypeId}` : `run:${id}`
}

/** The run that tries those again who failed in this one, and those it left: one, however often the button is pressed and by whomever. */
export function runAgainAfter({ id }: Pick<Run, 'id'>): string {
  const hash = createHash('sha256').update(`again:${id}`).digest('hex')
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32)
  ].join('-')
}

/** False when it was ordered before; of two at the same moment the second waits for the first. */
async function begin(context: Context, trx: Knex, order: RunOrder, by: Staff): Promise<boolean> {
  const row = rowOf(context, order, by)
  await trx('portico_runs').insert(row).onConflict('id').ignore()
  const known: unknown = await trx('portico_run_items').first('place').where({ run_id: order.id })
  return known === undefined
}

function rowOf(context: Context, order: RunOrder, by: Staff): Record<string, unknown> {
  return {
    id: order.id,
    kind: order.kind,
    user_type_id: wordOf(order.scope),
    target_type_id: order.targetTypeId ?? null,
    language: order.language ?? null,
    staff_id: by.id,
    state: 'open',
    total: order.items.length,
    created_at: momentAt(context.now())
  }
}

function itemRow(runId: string, place: number, item: NewItem): Record<string, unknown> {
  return {
    run_id: runId,
    place,
    module: item.module,
    record_id: item.recordId,
    portal_user_id: item.portalUserId ?? null,
    name: item.name.slice(0, 255),
    address: item.address.slice(0, 255),
    state: 'waiting'
  }
}

/** What stands for a scope in `user_type_id`. */
const words = { withoutRecord: '', everybody: '*' } as const

function wordOf(scope: UserScope): string {
  return scope.kind === 'type' ? scope.userTypeId : words[scope.kind]
}

function scopeOf(word: string): UserScope {
  if (word === words.everybody) return { kind: 'everybody' }
  return word === words.withoutRecord ? { kind: 'withoutRecord' } : { kind: 'type', userTypeId: word }
}

interface RunRow {
  readonly id: string
  readonly kind: RunKind
  readonly user_type_id: string
  readonly target_type_id: string | null
  readonly language: string | null
  readonly staff_id: string
  readonly state: RunState
  readonly reason: string | null
  readonly total: number
  readonly created_at: string
  readonly ended_at: string | null
}

const runColumns = [
  'id',
  'kind',
  'user_type_id',
  'target_type_id',
  'language',
  'staff_id',
  'state',
  'reason',
  'total',
  'created_at',
  'ended_at'
] as const

/** @throws NotFound */
export async function runById(db: Knex, id: string): Promise<Run> {
  const row = await db<RunRow>('portico_runs')
    .first(...runColumns)
    .where({ id })
  if (!row) throw new NotFound()
  return runOf(row)
}

export async function isOrdered(db: Knex, id: string): Promise<boolean> {
  const row: unknown = await db('portico_runs').first('id').where({ id })
  return row !== undefined
}

/** The runs over `scope`, or over whatever scope, newest first. */
export async function runsOver(
  db: Knex,
  ask: { scope?: UserScope; kinds: readonly RunKind[]; skip: number; limit: number }
): Promise<Run[]> {
  const rows = await db<RunRow>('portico_runs')
    .select(...runColumns)
    .where(ask.scope ? { user_type_id: wordOf(ask.scope) } : {})
    .whereIn('kind', ask.kinds)
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' }
    ])
    .offset(ask.skip)
    .limit(ask.limit)
  return rows.map(runOf)
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    kind: row.kind,
    scope: scopeOf(row.user_type_id),
    targetTypeId: row.target_type_id ?? undefined,
    language: locales.find((locale) => locale === row.language) ?? 'en',
    staffId: row.staff_id,
    state: row.state,
    reason: row.reason ?? undefined,
    total: row.total,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined
  }
}

export type ItemCounts = Readonly<Record<ItemState, number>>

export async function countItems(db: Knex, runId: string): Promise<ItemCounts> {
  const rows: { state: ItemState; items: number | string }[] = await db('portico_run_items')
    .select('state', db.raw('count(*) as items'))
    .where({ run_id: runId })
    .groupBy('state')
  const counts = { waiting: 0, done: 0, failed: 0 }
  for (const { state, items } of rows) counts[state] = Number(items)
  return counts
}

/** How many failed for which reason, the most frequent first. */
export async function countReasons(db: Knex, runId: string): Promise<{ reason: string; items: number }[]> {
  const rows: { reason: string; items: number | string }[] = await db('portico_run_items')
    .select('reason', db.raw('count(*) as items'))
    .where({ run_id: runId, state: 'failed' })
    .groupBy('reason')
  return rows
    .map(({ reason, items }) => ({ reason, items: Number(items) }))
    .toSorted((a, b) => b.items - a.items || a.reason.localeCompare(b.reason))
}

interface ItemRow {
  readonly run_id: string
  readonly place: number
  readonly module: string
  readonly record_id: string
  readonly portal_user_id: string | null
  readonly name: string
  readonly address: string
  readonly state: ItemState
  readonly reason: string | null
}

const itemColumns = [
  'run_id',
  'place',
  'module',
  'record_id',
  'portal_user_id',
  'name',
  'address',
  'state',
  'reason'
] as const

/** Those of a run in one of `states`, in their order, after `place`. */
export async function itemsOf(
  db: Knex,
  runId: string,
  ask: { states: readonly ItemState[]; reason?: string; after?: number; limit: number }
): Promise<RunItem[]> {
  const rows = await db<ItemRow>('portico_run_items')
    .select(...itemColumns)
    .where(ask.reason === undefined ? { run_id: runId } : { run_id: runId, reason: ask.reason })
    .whereIn('state', ask.states)
    .andWhere('place', '>', ask.after ?? -1)
    .orderBy('place')
    .limit(ask.limit)
  return rows.map(itemOf)
}

function itemOf(row: ItemRow): RunItem {
  return {
    runId: row.run_id,
    place: row.place,
    module: row.module,
    recordId: row.record_id,
    portalUserId: row.portal_user_id ?? undefined,
    name: row.name,
    address: row.address,
    state: row.state,
    reason: row.reason ?? undefined
  }
}
