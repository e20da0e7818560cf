/** The draft: what administrators staged and nobody is subject to yet (S08). One for all of them: each change is made to what the others left. */
import type { Knex } from 'knex'
import { changeConfiguration, ChangedMeanwhile } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { momentAt } from '../db/moment.js'
import { PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'
import { applyNow, isAppliedAtOnce } from './application.js'
import { fingerprintOf, same } from './canonical.js'
import { draftRow, heldDraft, nothingStaged, understood, writeDraft } from './draft-row.js'
import { inForce, readInForce } from './in-force.js'
import type { Model } from './model.js'
import { isUnderWay } from './runs.js'

export { same } from './canonical.js'

export interface Draft {
  /** What is staged; what is in force where nothing is. */
  readonly model: Model
  readonly isStaged: boolean
  /** False when what is staged can't be understood: it can only be thrown away; until then `model` is what is in force. */
  readonly isWhole: boolean
  /** Rises with each change. */
  readonly revision: number
  /** UTC, and the name of whoever changed it last, while something is staged. */
  readonly changedAt: string | undefined
  readonly changedBy: string | undefined
}

export const draft: (db: Knex) => Promise<Draft> = cachedByVersion(async (db) => {
  const row = await draftRow(db)
  const staged = row.model === null ? undefined : understood(row.model)
  return {
    model: staged ?? (await inForce(db)).model,
    isStaged: row.model !== null,
    isWhole: row.model === null || staged !== undefined,
    revision: row.revision,
    changedAt: row.changed_at ?? undefined,
    changedBy: row.changed_by ?? undefined
  }
})

/** A change of the model: a pure function, given the draft as it is now. It refuses by throwing. */
export interface StagedChange {
  /** For the audit list: `sharing.role-changed` … */
  readonly action: string
  readonly subject: string
  /** The part that changes, for before and after. */
  part(model: Model): unknown
  /** `isStaged`: somebody's changes wait already. */
  change(model: Model, isStaged: boolean): Model
}

/** Stages a change on top of what others staged; where changes are applied at once, it is in force afterwards. */
export async function stage(
  context: Context,
  by: Staff,
  { action, subject, part, change }: StagedChange
): Promise<void> {
  await changeConfiguration(context, by, async (trx) => {
    const row = await heldDraft(trx)
    const { model: current, version } = await readInForce(trx)
    const before = row.model === null ? current : understood(row.model)
    if (!before) throw new PorticoError('recalculation:refusal.unreadable', { status: 409 })
    const after = change(before, row.model !== null)
    await writeDraft(trx, row, {
      base_version: row.model === null ? version : row.base_version,
      model: same(after, current) ? null : JSON.stringify(after),
      changed_at: momentAt(context.now()),
      changed_by: by.name
    })
    return { action, subject, before: part(before), after: part(after) }
  })
  if (await isAppliedAtOnce(context.db)) await applyNow(context, by)
}

/** Throws away what is staged: what is in force stays as it is. @throws ChangedMeanwhile when it is no longer what the page showed;
 *  PorticoError (409) while it is being recalculated. */
export async function discardDraft(context: Context, by: Staff, revision: number): Promise<void> {
  await changeConfiguration(context, by, async (trx) => {
    const row = await heldDraft(trx)
    if (row.revision !== revision || row.model === null) throw new ChangedMeanwhile()
    if (await isUnderWay(trx, 'apply')) throw new PorticoError('recalculation:refusal.underWay', { status: 409 })
    await writeDraft(trx, row, nothingStaged)
    return { action: 'sharing.draft-discarded', subject: 'sharing:model', before: { revision } }
  })
}

/** What a form hands back to say which state of a thing its reader saw. */
export function stampOf(thing: unknown): string {
  return fingerprintOf(thing)
}

/** @throws ChangedMeanwhile when the thing is no longer what the form showed. */
export function mustBeAsShown(thing: unknown, stamp: string): void {
  if (stampOf(thing) !== stamp) throw new ChangedMeanwhile()
}
