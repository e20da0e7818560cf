/** Works runs off, so that a process may die at any moment and several may try at once: what is in force changes in one transaction, or not at all.
 *
 *  A process leases a run. Whatever it writes begins by renewing the lease in the same transaction: whoever lost it writes nothing any more. */
import type { Context } from '../context.js'
import { transact } from '../db/collision.js'
import { HostUnavailable, type Staff } from '../host/host.js'
import { describe } from '../web/errors.js'
import { hasPermission } from '../web/staff.js'
import { understood } from './draft-row.js'
import { effectOf } from './effect.js'
import { readInForce } from './in-force.js'
import type { Model } from './model.js'
import { organizationOf } from './organization.js'
import { clearLeftovers, reachBatches, reachDifference, writeReach, type ReachDifference } from './reach.js'
import {
  endRun,
  isStillOurs,
  letGo,
  noteProgress,
  runById,
  stopRun,
  takeNext,
  type Claim,
  type Run,
  type RunKind,
  type Step,
  type StopReason
} from './runs.js'
import { switchTo } from './switching.js'

/** After the CRM gave no answer. */
const pauseSeconds = 15

/** Works on what is open until nothing is, or the rest is others' work. */
export async function workOnRuns(context: Context, kind?: RunKind): Promise<void> {
  for (let claim = await takeNext(context, kind); claim; claim = await takeNext(context, kind))
    await workOn(context, claim)
}

/** It may not go on, for a reason that a page tells. */
class RunStops extends Error {
  constructor(readonly reason: StopReason) {
    super(reason)
  }
}

/** Somebody else has the run now, or ended it. */
class NotOurs extends Error {}

async function workOn(context: Context, claim: Claim): Promise<void> {
  try {
    const run = await runById(context.db, claim.runId)
    await (run.kind === 'apply' ? apply(context, claim, run) : preview(context, claim, run))
  } catch (error) {
    if (error instanceof NotOurs) return
    if (error instanceof HostUnavailable) return letGo(context, claim, pauseSeconds)
    const reason = error instanceof RunStops ? error.reason : 'unexpected'
    if (reason === 'unexpected')
      context.log.error({ run: claim.runId, error: describe(error) }, 'a recalculation failed')
    await stopRun(context, claim.runId, reason)
  }
}

async function apply(context: Context, claim: Claim, run: Run): Promise<void> {
  await orderer(context, run)
  const model = modelOf(run)
  const written = await writeAllReach(context, claim, run, model)
  await step(context, claim, 'switch', { done: 0, total: 1 })
  const by = await orderer(context, run)
  const isSwitched = await switchTo(context, claim, { run, model, by, written })
  if (!isSwitched) throw new NotOurs()
}

/** Whoever ordered it, as he is now. @throws RunStops when he may no longer do it */
async function orderer({ host }: Context, run: Run): Promise<Staff> {
  const staff = await host.staffById(run.staffId)
  if (!staff?.isActive) throw new RunStops('staffGone')
  if (!hasPermission(staff, 'manage-sharing')) throw new RunStops('noPermission')
  return staff
}

function modelOf(run: Run): Model {
  const model = understood(run.model)
  if (!model) throw new RunStops('unreadable')
  return model
}

/** Writes who is in which set from the next version on; nobody reads it yet. Gives how many rows. */
async function writeAllReach(context: Context, claim: Claim, run: Run, model: Model): Promise<number> {
  await ours(context, claim, async (trx) => {
    if ((await readInForce(trx)).version !== run.baseVersion) throw new RunStops('overtaken')
    await clearLeftovers(trx, run.baseVersion)
    await noteProgress(trx, claim, { step: 'reach', done: 0, total: 0 })
  })
  const difference = await reachDifference(context.db, organizationOf(model))
  const total = difference.added.length + difference.ended.length
  let done = 0
  for (const piece of reachBatches(difference)) {
    done += sizeOf(piece)
    await ours(context, claim, async (trx) => {
      await writeReach(trx, piece, run.baseVersion + 1)
      await noteProgress(trx, claim, { step: 'reach', done, total })
    })
  }
  return total
}

function sizeOf({ added, ended }: ReachDifference): number {
  return added.length + ended.length
}

async function step(context: Context, claim: Claim, name: Step, way: { done: number; total: number }): Promise<void> {
  await ours(context, claim, (trx) => noteProgress(trx, claim, { step: name, ...way }))
}

/** One transaction of this run. @throws NotOurs when it is somebody else's, or over */
async function ours<T>(
  context: Context,
  claim: Claim,
  work: (trx: Parameters<Parameters<typeof transact>[1]>[0]) => Promise<T>
): Promise<T> {
  return transact(context.db, async (trx) => {
    if (!(await isStillOurs(context, trx, claim))) throw new NotOurs()
    return work(trx)
  })
}

/** Counts what the frozen model would change; nothing of it is in force. */
async function preview(context: Context, claim: Claim, run: Run): Promise<void> {
  const after = organizationOf(modelOf(run))
  const { organization: before, version } = await readInForce(context.db)
  if (version !== run.baseVersion) throw new RunStops('overtaken')
  const { host, kernel } = context
  const progress = (done: number, total: number): Promise<void> => step(context, claim, 'effect', { done, total })
  const ask = { kernel, catalog: await host.catalog('en'), people: await host.people() }
  const result = await effectOf({ ...ask, before, after, progress })
  await ours(context, claim, (trx) => endRun(context, trx, run.id, { state: 'finished', result }))
}
