/** The row that holds the draft. Whoever orders, begins, stops or ends something in global sharing holds it first, so that they come one after
 *  the other. */
import type { Knex } from 'knex'
import { modelFrom, type Model } from './model.js'

export interface DraftRow {
  readonly base_version: number
  readonly revision: number
  /** NULL: nothing is staged. */
  readonly model: string | null
  readonly changed_at: string | null
  readonly changed_by: string | null
}

const columns = ['base_version', 'revision', 'model', 'changed_at', 'changed_by'] as const

export async function draftRow(db: Knex): Promise<DraftRow> {
  const [row] = await db<DraftRow & { id: string }>('portico_sharing_drafts')
    .select(...columns)
    .where({ id: 'draft' })
  if (!row) throw new Error('The table portico_sharing_drafts has no row; run the migrations.')
  return { ...row, base_version: Number(row.base_version), revision: Number(row.revision) }
}

/** The same, which nobody else changes until the transaction ends. To be the first thing a transaction does. */
export async function heldDraft(trx: Knex): Promise<DraftRow> {
  await trx('portico_sharing_drafts').where({ id: 'draft' }).increment('revision', 0)
  return draftRow(trx)
}

export const nothingStaged = { model: null, changed_at: null, changed_by: null } as const

/** Writes the draft anew and raises its revision. */
export async function writeDraft(trx: Knex, { revision }: DraftRow, values: Partial<DraftRow>): Promise<void> {
  await trx('portico_sharing_drafts')
    .where({ id: 'draft' })
    .update({ ...values, revision: revision + 1 })
}

/** What a stored model says; undefined when a word of it is unknown. */
export function understood(text: string): Model | undefined {
  try {
    return modelFrom(text)
  } catch {
    return undefined
  }
}
