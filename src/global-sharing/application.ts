/** Puts what is staged in force while somebody waits for it: the option *apply at once*, seeds and tests (S08). */
import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { settingNamed } from '../audit/settings.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { draftRow } from './draft-row.js'
import { workOnRuns } from './recalculation.js'
import { orderRun, runById, type Run } from './runs.js'

/** The name of the option: changes are in force as soon as they are saved. */
export const applyAtOnce = 'sharing.apply-at-once'

export async function isAppliedAtOnce(db: Knex): Promise<boolean> {
  return (await settingNamed(db, applyAtOnce)).value === true
}

/** So long whoever saves waits for another's recalculation; the job does it then. */
const mostWaitSeconds = 20
const betweenLooks = 50

/** Puts what is staged in force, and comes back when it is; nothing is staged: nothing happens. */
export async function applyNow(context: Context, by: Staff): Promise<void> {
  const until = performance.now() + mostWaitSeconds * 1000
  while (performance.now() < until && (await draftRow(context.db)).model !== null) {
    const id = await orderRun(context, { kind: 'apply' }, by)
    const { state, reason } = await ended(context, id, until)
    if (reason !== 'overtaken' && state !== 'finished') return
  }
}

/** What others have begun goes first. */
async function ended(context: Context, id: string, until: number): Promise<Run> {
  for (;;) {
    await workOnRuns(context, 'apply')
    const run = await runById(context.db, id)
    if (run.state !== 'open' || performance.now() >= until) return run
    await pause(betweenLooks)
  }
}
