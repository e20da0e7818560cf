/** The draft: what administrators staged and nobody is subject to yet (S08). One for all of them: each change is made to what the others left. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, ChangedMeanwhile } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { momentAt } from '../db/moment.js'
import type { Staff } from '../host/host.js'
import { inForce } from './in-force.js'
import { modelFrom, type Model } from './model.js'

export interface Draft {
  /** What is staged; what is in force where nothing is. */
  readonly model: Model
  readonly isStaged: boolean
  /** Rises with each change. */
  readonly revision: number
  /** UTC, and the name of whoever changed it last, while something is staged. */
  readonly changedAt: string | undefined
  readonly changedBy: string | undefined
}

interface DraftRow {
  readonly revision: number
  readonly model: string | null
  readonly changed_at: string | null
  readonly changed_by: string | null
}

export const draft: (db: Knex) => Promise<Draft> = cachedByVersion(async (db) => {
  const row = (await db('portico_sharing_drafts').first().where({ id: 'draft' })) as DraftRow
  return {
    model: row.model === null ? (await inForce(db)).model : modelFrom(row.model),
    isStaged: row.model !== null,
    revision: Number(row.revision),
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
  change(model: Model): Model
}

/** Stages a change on top of what others staged. */
export async function stage(
  context: Context,
  by: Staff,
  { action, subject, part, change }: StagedChange
): Promise<void> {
  const { model: current } = await inForce(context.db)
  await changeConfiguration(context, by, async (trx) => {
    const row: DraftRow = await held(trx)
    const before = row.model === null ? current : modelFrom(row.model)
    const after = change(before)
    await trx('portico_sharing_drafts')
      .where({ id: 'draft' })
      .update({
        model: same(after, current) ? null : JSON.stringify(after),
        revision: Number(row.revision) + 1,
        changed_at: momentAt(context.now()),
        changed_by: by.name
      })
    return { action, subject, before: part(before), after: part(after) }
  })
}

/** The draft's row, which nobody else changes until the transaction ends. */
async function held(trx: Knex): Promise<DraftRow> {
  await trx('portico_sharing_drafts').where({ id: 'draft' }).increment('revision', 0)
  return (await trx('portico_sharing_drafts').first().where({ id: 'draft' })) as DraftRow
}

/** What a form hands back to say which state of a thing its reader saw. */
export function stampOf(thing: unknown): string {
  return createHash('sha256')
    .update(canonical(thing ?? null))
    .digest('hex')
    .slice(0, 16)
}

/** @throws ChangedMeanwhile when the thing is no longer what the form showed. */
export function mustBeAsShown(thing: unknown, stamp: string): void {
  if (stampOf(thing) !== stamp) throw new ChangedMeanwhile()
}

export function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}

/** JSON whose keys stand in order, so that equal things have equal texts. */
function canonical(thing: unknown): string {
  return JSON.stringify(thing, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  )
}
