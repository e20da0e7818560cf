/** Working runs off, so that a process may die at any moment and several may try at once: nobody is dealt with twice, and nobody is lost.
 *
 *  Two things see to that. A process leases a run for a minute, so that as a rule only one is at it. And what happens to a person happens in
 *  one transaction that begins by turning his item from `waiting` to `done`: whoever comes second finds nothing to turn and does nothing,
 *  and what was not committed did not happen, mail and all; nor does anything once the run is over. The lease saves work; the item's state is what counts. */
import { randomUUID } from 'node:crypto'
import { staffActor } from '../../../audit/configuration-change.js'
import type { Context } from '../../../context.js'
import { momentAt } from '../../../db/moment.js'
import { withinRequest } from '../../../db/within-request.js'
import { PorticoError } from '../../../errors.js'
import { HostUnavailable, type Permission, type Staff } from '../../../host/host.js'
import { describe } from '../../../web/errors.js'
import { hasPermission } from '../../../web/staff.js'
import { plansFor, reasonIn, RunStops, type NoDeed, type Plan } from './deeds.js'
import { countItems, itemsOf, runById, runSubject, type Run, type RunItem, type RunKind } from './runs.js'

/** One reading for so many people. */
const batch = 50
const leaseSeconds = 60
/** After the CRM gave no answer. */
const pauseSeconds = 15
/** What a database refuses once (a deadlock, a lock that takes too long) it may take at the second or third time. */
const mostTries = 3

/** Works on what is open, for about `seconds`; the job comes back for the rest. */
export async function workOnRuns(context: Context, seconds = 8): Promise<void> {
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    const claim = await takeOne(context)
    if (!claim) return
    await workOn(context, claim, until)
  }
}

interface Claim {
  readonly runId: string
  /** The word by which this process holds it. */
  readonly holder: string
}

/** The open run that nobody holds and that was worked on longest ago. */
async function takeOne(context: Context): Promise<Claim | undefined> {
  const now = momentAt(context.now())
  const free = await context
    .db<{ id: string; state: string; claimed_until: string | null; created_at: string }>('portico_runs')
    .select('id', 'claimed_until')
    .where({ state: 'open' })
    .andWhere((either) => either.whereNull('claimed_until').orWhere('claimed_until', '<=', now))
    .orderBy(['claimed_until', 'created_at', 'id'])
    .limit(5)
  for (const { id, claimed_until } of free) {
    const claim = { runId: id, holder: randomUUID() }
    if (await hold(context, claim, { id, claimed_until })) return claim
  }
  return undefined
}

async function hold({ db, now }: Context, claim: Claim, where: Record<string, string | null>): Promise<boolean> {
  const lease = { claimed_by: claim.holder, claimed_until: momentAt(now() + leaseSeconds * 1000) }
  return (
    (await db('portico_runs')
      .where({ ...where, state: 'open' })
      .update(lease)) === 1
  )
}

async function letGo({ db, now }: Context, { runId, holder }: Claim, seconds: number): Promise<void> {
  await db('portico_runs')
    .where({ id: runId, claimed_by: holder })
    .update({ claimed_by: null, claimed_until: momentAt(now() + seconds * 1000) })
}

async function workOn(context: Context, claim: Claim, until: number): Promise<void> {
  try {
    while (await nextBatch(context, claim)) if (performance.now() >= until) break
    await letGo(context, claim, 0)
  } catch (error) {
    if (error instanceof RunStops) return endRun(context, claim.runId, { state: 'stopped', reason: error.reason })
    await letGo(context, claim, pauseSeconds)
    if (!(error instanceof HostUnavailable)) throw error
    context.log.warn({ run: claim.runId }, 'the CRM gives no answer; the run goes on later')
  }
}

/** False when there is nothing more to do, or it is no longer ours to do. */
async function nextBatch(context: Context, claim: Claim): Promise<boolean> {
  if (!(await hold(context, claim, { id: claim.runId, claimed_by: claim.holder }))) return false
  const run = await runById(context.db, claim.runId)
  const by = await orderer(context, run)
  const items = await itemsOf(context.db, run.id, { states: ['waiting'], limit: batch })
  if (items.length === 0) {
    await endRun(context, run.id, { state: 'finished' })
    return false
  }
  const plans = await asOneRequest(() => plansOneByOneIfNeeded(context, run, items, by))
  for (const [index, item] of items.entries()) await dealWith(context, item, plans[index]!)
  return true
}

/** A batch goes by one configuration, which is read once. Nothing is changed meanwhile. */
function asOneRequest<T>(ask: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => withinRequest(() => void ask().then(resolve, reject)))
}

/** What staff need for each kind (Z31). */
export function permissionFor(kind: RunKind): Permission {
  return kind === 'invitation' ? 'manage-portals' : 'manage-portal-users'
}

/** Whoever ordered it, as he is now. @throws RunStops when he may no longer do it */
async function orderer({ host }: Context, run: Run): Promise<Staff> {
  const staff = await host.staffById(run.staffId)
  if (!staff?.isActive) throw new RunStops('staffGone')
  if (!hasPermission(staff, permissionFor(run.kind))) throw new RunStops('noPermission')
  return staff
}

/** One person whom the program can't cope with keeps nobody else waiting. */
async function plansOneByOneIfNeeded(
  context: Context,
  run: Run,
  items: readonly RunItem[],
  by: Staff
): Promise<readonly Plan[]> {
  try {
    return await plansFor(context, run, items, by)
  } catch (error) {
    if (error instanceof HostUnavailable || error instanceof RunStops) throw error
    if (items.length === 1) return [unexpected(context, items[0]!, error)]
  }
  const plans: Plan[] = []
  for (const item of items) plans.push(...(await plansOneByOneIfNeeded(context, run, [item], by)))
  return plans
}

function unexpected(context: Context, { runId, place }: RunItem, error: unknown): NoDeed {
  context.log.error({ run: runId, place, error: describe(error) }, 'a run failed for one person')
  return { reason: 'unexpected' }
}

async function dealWith(context: Context, item: RunItem, plan: Plan, tries = 1): Promise<void> {
  if (!('deed' in plan)) return fail(context, item, plan)
  try {
    await context.db.transaction(async (trx) => {
      if (!(await settle(trx, item, { state: 'done', ...knownOf(plan) }, context.now()))) return
      const id = await plan.deed(trx)
      await trx('portico_run_items').where(keyOf(item)).update({ portal_user_id: id })
    })
    await plan.afterwards?.()
  } catch (error) {
    if (error instanceof PorticoError) return fail(context, item, { ...knownOf(plan), reason: reasonIn(error) })
    if (tries < mostTries) return dealWith(context, item, plan, tries + 1)
    await fail(context, item, { ...knownOf(plan), ...unexpected(context, item, error) })
  }
}

function knownOf({ name, address }: Pick<Plan, 'name' | 'address'>): { name?: string; address?: string } {
  return name === undefined ? {} : { name: name.slice(0, 255), address: (address ?? '').slice(0, 255) }
}

/** A record that he may not see keeps its name to itself. */
async function fail(context: Context, item: RunItem, plan: NoDeed & Pick<Plan, 'name' | 'address'>): Promise<void> {
  const isHidden = plan.reason === 'noRecordRight' && plan.name === undefined
  const known = isHidden ? { name: '', address: '' } : knownOf(plan)
  await settle(context.db, item, { state: 'failed', reason: plan.reason, ...known }, context.now())
}

const keyOf = ({ runId, place }: RunItem) => ({ run_id: runId, place })

/** False when somebody else has dealt with him already, or the run is over: until the transaction ends nobody ends it. */
async function settle(db: Context['db'], item: RunItem, change: Record<string, string>, at: number): Promise<boolean> {
  const settled = await db('portico_run_items')
    .where({ ...keyOf(item), state: 'waiting' })
    .whereExists((run) => void run.from('portico_runs').select('id').where({ id: item.runId, state: 'open' }))
    .update({ ...change, at: momentAt(at) })
  return settled === 1
}

type Ending = { readonly state: 'finished' } | { readonly state: 'stopped'; readonly reason: string }

/** Ends a run that is open, and notes how it went. */
export async function endRun(context: Context, runId: string, ending: Ending, by?: Staff): Promise<void> {
  const run = await runById(context.db, runId)
  const actor = by ? staffActor(by) : ({ kind: 'system', id: 'portico', name: 'Portico' } as const)
  await context.db.transaction(async (trx) => {
    const change = { ...ending, ended_at: momentAt(context.now()), claimed_by: null }
    if ((await trx('portico_runs').where({ id: runId, state: 'open' }).update(change)) === 0) return
    const { waiting: left, done, failed } = await countItems(trx, runId)
    const after = { deed: run.kind, done, failed, ...(left > 0 ? { left } : {}) }
    await context.audit.note({ actor, action: `run.${ending.state}`, subject: runSubject(run), after }, trx)
  })
}
