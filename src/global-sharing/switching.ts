/** Puts a model in force: in one transaction, so that there is no moment in which neither the old nor the new one holds (S08). */
import type { Knex } from 'knex'
import { changeConfiguration } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { momentAt } from '../db/moment.js'
import { insertRows } from '../db/rows.js'
import type { Staff } from '../host/host.js'
import { same } from './canonical.js'
import { compiledFrom } from './compiled.js'
import { heldDraft, nothingStaged, writeDraft, type DraftRow } from './draft-row.js'
import { readInForce } from './in-force.js'
import type { Model } from './model.js'
import { endRun, isStillOurs, type Claim, type Run } from './runs.js'

export interface Switch {
  readonly run: Run
  readonly model: Model
  readonly by: Staff
  /** Rows of reach, for the report. */
  readonly written: number
}

class NotSwitched extends Error {}

/** The one moment in which the rules change. False when the run is no longer ours. */
export async function switchTo(context: Context, claim: Claim, { run, model, by, written }: Switch): Promise<boolean> {
  try {
    await changeConfiguration(context, by, async (trx) => {
      const staged = await heldDraft(trx)
      const before = await readInForce(trx)
      if (before.version !== run.baseVersion || !(await isStillOurs(context, trx, claim))) throw new NotSwitched()
      const version = run.baseVersion + 1
      await writeModel(trx, { version, model, at: momentAt(context.now()), by })
      await writeDefaults(trx, model)
      await settleDraft(trx, staged, { run, model, before: before.model })
      await endRun(context, trx, run.id, { state: 'finished', result: { version, written } })
      const subject = 'sharing:model'
      return { action: 'sharing.applied', subject, before: { version: run.baseVersion }, after: { version } }
    })
    return true
  } catch (error) {
    if (error instanceof NotSwitched) return false
    throw error
  }
}

async function writeModel(
  trx: Knex,
  { version, model, at, by }: { version: number; model: Model; at: string; by: Staff }
): Promise<void> {
  await trx('portico_sharing_models').insert({
    version,
    model: JSON.stringify(model),
    compiled: JSON.stringify(compiledFrom(model)),
    applied_at: at,
    applied_by: by.name
  })
  await trx('portico_sharing').where({ id: 'in-force' }).update({ version })
}

/** The levels in force, for those who ask for nothing else (Z08). */
async function writeDefaults(trx: Knex, { defaults }: Model): Promise<void> {
  await trx('portico_defaults').delete()
  const rows = Object.entries(defaults).map(([module, { level }]) => ({ module, level }))
  await insertRows(trx, 'portico_defaults', rows)
}

/** What was staged since stays staged, on top of what is in force now; who took everything back meanwhile wants it back. */
async function settleDraft(
  trx: Knex,
  staged: DraftRow,
  { run, model, before }: { run: Run; model: Model; before: Model }
): Promise<void> {
  const wanted = staged.model ?? JSON.stringify(before)
  const isThrough = staged.revision === run.draftRevision || same(JSON.parse(wanted), model)
  await writeDraft(trx, staged, {
    base_version: run.baseVersion + 1,
    ...(isThrough ? nothingStaged : { model: wanted })
  })
}
