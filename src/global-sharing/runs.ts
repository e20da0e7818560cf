/** Previews and recalculations as runs: ordered by staff, worked off by a job. What is kept of them, and how they are read (S08). */
import type { Knex } from 'knex'
import { randomUUID } from 'node:crypto'
import { ChangedMeanwhile, staffActor } from '../audit/configuration-change.js'
import { orderedId } from '../audit/ordered-id.js'
import type { Context } from '../context.js'
import { transact } from '../db/collision.js'
import { momentAt } from '../db/moment.js'
import { NotFound, PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'
import { heldDraft } from './draft-row.js'
import { readInForce } from './in-force.js'

/** `preview` counts what would change; `apply` puts it in force. */
export type RunKind = 'preview' | 'apply'
/** `open` until it is through; `stopped` when it may not go on, for a reason. */
export type RunState = 'open' | 'finished' | 'stopped'
/** Where it is: nobody began it, it counts, it writes who is in which set, it puts the model in force, it is through. */
export type Step = 'waiting' | 'effect' | 'reach' | 'switch' | 'done'
/** Words of `recalculation:stopped`. */
export type StopReason = 'byStaff' | 'overtaken' | 'staffGone' | 'noPermission' | 'unreadable' | 'unexpected'

export interface Run {
  readonly id: string
  readonly kind: RunKind
  readonly state: RunState
  readonly reason: StopReason | undefined
  /** Of what was in force when it was ordered. */
  readonly baseVersion: number
  /** Of the draft it was ordered for, as it was then; that is what `model` says, whatever was staged since. */
  readonly draftRevision: number
  readonly model: string
  readonly step: Step
  readonly done: number
  readonly total: number
  /** JSON. */
  readonly result: string | undefined
  readonly staffId: string
  readonly staffName: string
  readonly createdAt: string
  readonly endedAt: string | undefined
}

interface RunRow {
  readonly id: string
  readonly kind: RunKind
  readonly state: RunState
  readonly reason: StopReason | null
  readonly base_version: number
  readonly draft_revision: number
  readonly model: string
  readonly step: Step
  readonly done: number
  readonly total: number
  readonly result: string | null
  readonly staff_id: string
  readonly staff_name: string
  readonly created_at: string
  readonly ended_at: string | null
}

const table = 'portico_sharing_runs'

const columns = [
  'id',
  'kind',
  'state',
  'reason',
  'base_version',
  'draft_revision',
  'model',
  'step',
  'done',
  'total',
  'result',
  'staff_id',
  'staff_name',
  'created_at',
  'ended_at'
] as const

export interface RunOrder {
  readonly kind: RunKind
  /** Of the draft as the page showed it; without it whatever is staged is meant. */
  readonly revision?: number
}

/** Orders a run over what is staged, which it freezes, and gives its id. The same draft ordered twice is one run.
 *  @throws ChangedMeanwhile when the draft is no longer the one the page showed; PorticoError (409) when nothing is staged. */
export async function orderRun(context: Context, { kind, revision }: RunOrder, by: Staff): Promise<string> {
  return transact(context.db, async (trx) => {
    const draft = await heldDraft(trx)
    const wanted = revision ?? draft.revision
    const known = await orderedBefore(trx, kind, wanted)
    if (known !== undefined) return known
    if (wanted !== draft.revision) throw new ChangedMeanwhile()
    if (draft.model === null) throw new PorticoError('recalculation:refusal.nothingStaged', { status: 409 })
    const { version } = await readInForce(trx)
    const id = orderedId(context.now())
    const row = { id, kind, base_version: version, draft_revision: draft.revision, model: draft.model }
    await trx(table).insert({ ...row, ...asOrdered(context, by) })
    const after = { version, revision: draft.revision }
    const action = `sharing.${kind === 'apply' ? 'recalculation' : 'preview'}-ordered`
    await context.audit.note({ actor: staffActor(by), action, subject: 'sharing:model', after }, trx)
    return id
  })
}

function asOrdered(context: Context, by: Staff): Record<string, unknown> {
  const progress = { state: 'open', step: 'waiting', done: 0, total: 0 }
  return { ...progress, staff_id: by.id, staff_name: by.name, created_at: momentAt(context.now()) }
}

/** A preview is made anew once it is through; a draft is applied once. */
async function orderedBefore(trx: Knex, kind: RunKind, revision: number): Promise<string | undefined> {
  const states: RunState[] = kind === 'apply' ? ['open', 'finished'] : ['open']
  const row: { id: string } | undefined = await trx(table)
    .where({ kind, draft_revision: revision })
    .whereIn('state', states)
    .first('id')
  return row?.id
}

/** @throws NotFound */
export async function runById(db: Knex, id: string): Promise<Run> {
  const row = await db<RunRow>(table)
    .first(...columns)
    .where({ id })
  if (!row) throw new NotFound()
  return runOf(row)
}

/** Newest first. */
export async function latestRuns(
  db: Knex,
  ask: { kind?: RunKind; state?: RunState; revision?: number; limit: number }
): Promise<Run[]> {
  const query = db<RunRow>(table)
    .select(...columns)
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' }
    ])
    .limit(ask.limit)
  if (ask.kind) query.where('kind', ask.kind)
  if (ask.state) query.where('state', ask.state)
  if (ask.revision !== undefined) query.where('draft_revision', ask.revision)
  return (await query).map(runOf)
}

export async function isUnderWay(db: Knex, kind: RunKind): Promise<boolean> {
  const row: unknown = await db(table).where({ kind, state: 'open' }).first('id')
  return row !== undefined
}

/** The word by which a process holds a run. */
export interface Claim {
  readonly runId: string
  readonly holder: string
}

/** So long a process is believed to be alive that says nothing. */
const leaseSeconds = 30

interface Waiting {
  readonly id: string
  readonly kind: RunKind
  readonly claimed_by: string | null
  readonly claimed_until: string | null
}

/** Takes the next run that nobody works on: one that was begun before all others. Of recalculations one is worked on at a time. */
export async function takeNext(context: Context, kind?: RunKind): Promise<Claim | undefined> {
  if ((await waiting(context.db, kind)).length === 0) return undefined
  return transact(context.db, async (trx) => {
    await heldDraft(trx)
    const now = momentAt(context.now())
    const open = await waiting(trx, kind)
    const isHeld = ({ claimed_until }: Waiting): boolean => claimed_until !== null && claimed_until > now
    const isApplying = open.some((run) => run.kind === 'apply' && isHeld(run))
    const next = open.find((run) => !isHeld(run) && !(isApplying && run.kind === 'apply'))
    if (!next) return undefined
    const claim = { runId: next.id, holder: randomUUID() }
    await trx(table).where({ id: next.id }).update(leaseOf(context, claim))
    return claim
  })
}

async function waiting(db: Knex, kind: RunKind | undefined): Promise<Waiting[]> {
  const rows = await db<Waiting & { state: RunState; created_at: string }>(table)
    .select('id', 'kind', 'claimed_by', 'claimed_until')
    .where(kind ? { state: 'open', kind } : { state: 'open' })
    .orderBy(['created_at', 'id'])
    .limit(100)
  return [...rows.filter(({ claimed_by }) => claimed_by !== null), ...rows.filter(({ claimed_by }) => !claimed_by)]
}

function leaseOf({ now }: Context, { holder }: Claim): Record<string, string> {
  return { claimed_by: holder, claimed_until: momentAt(now() + leaseSeconds * 1000) }
}

/** Is the run still ours to work on? Nobody else takes it, and nobody ends it, until the transaction ends. */
export async function isStillOurs(context: Context, trx: Knex, claim: Claim): Promise<boolean> {
  const { runId, holder } = claim
  const held = await trx(table).where({ id: runId, claimed_by: holder, state: 'open' }).update(leaseOf(context, claim))
  return held === 1
}

/** What a page shows of the way. */
export async function noteProgress(
  trx: Knex,
  { runId }: Claim,
  progress: Pick<Run, 'step' | 'done' | 'total'>
): Promise<void> {
  await trx(table).where({ id: runId }).update(progress)
}

export async function letGo({ db, now }: Context, { runId, holder }: Claim, seconds: number): Promise<void> {
  await db(table)
    .where({ id: runId, claimed_by: holder })
    .update({ claimed_until: momentAt(now() + seconds * 1000) })
}

type Ending = { readonly state: 'finished'; readonly result: unknown } | { state: 'stopped'; reason: StopReason }

/** Ends a run that is open; call it with the draft held or the run ours. False when it was over before. */
export async function endRun(context: Context, trx: Knex, id: string, ending: Ending): Promise<boolean> {
  const how =
    ending.state === 'finished' ? { ...ending, step: 'done', result: JSON.stringify(ending.result) } : { ...ending }
  const over = { ended_at: momentAt(context.now()), claimed_by: null, claimed_until: null }
  return (
    (await trx(table)
      .where({ id, state: 'open' })
      .update({ ...how, ...over })) === 1
  )
}

/** Stops a run that is not through; what is in force stays, and so does what is staged. */
export async function stopRun(context: Context, id: string, reason: StopReason, by?: Staff): Promise<void> {
  const actor = by ? staffActor(by) : ({ kind: 'system', id: 'portico', name: 'Portico' } as const)
  await transact(context.db, async (trx) => {
    await heldDraft(trx)
    if (!(await endRun(context, trx, id, { state: 'stopped', reason }))) return
    await context.audit.note({ actor, action: 'sharing.run-stopped', subject: 'sharing:model', after: { reason } }, trx)
  })
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    reason: row.reason ?? undefined,
    baseVersion: Number(row.base_version),
    draftRevision: Number(row.draft_revision),
    model: row.model,
    step: row.step,
    done: Number(row.done),
    total: Number(row.total),
    result: row.result ?? undefined,
    staffId: row.staff_id,
    staffName: row.staff_name,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined
  }
}
