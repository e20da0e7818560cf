/** Responsibilities: what members do in a project, each by an entry of a list that administrators maintain (T03). One that is offered no
 *  longer stays with whoever has it. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { insertRows } from '../db/rows.js'
import { Invalid } from '../errors.js'
import type { Staff } from '../host/host.js'

export interface Responsibility {
  readonly id: string
  readonly label: string
  /** Can be given to members. */
  readonly isOffered: boolean
}

export interface ResponsibilityList {
  readonly revision: number
  /** In their order. */
  readonly entries: readonly Responsibility[]
}

/** As many as the list has at most. */
export const mostResponsibilities = 100

const listId = 'responsibilities'

export async function responsibilities(db: Knex): Promise<ResponsibilityList> {
  const list = await db<{ id: string; revision: number }>('portico_project_settings')
    .first('revision')
    .where({ id: listId })
  const rows = await db<{ id: string; label: string; is_offered: number; position: number }>('portico_responsibilities')
    .select('id', 'label', 'is_offered')
    .orderBy(['position', 'id'])
    .limit(mostResponsibilities)
  const entries = rows.map(({ id, label, is_offered: isOffered }) => ({ id, label, isOffered: Boolean(isOffered) }))
  return { revision: Number(list?.revision ?? 0), entries }
}

/** An entry as the list is to hold it; without an id it is new. */
export type WantedResponsibility = Omit<Responsibility, 'id'> & { readonly id?: string | undefined }

/** Saves the list as it is to be, in its order: renamed, offered or not, with new ones. Nobody loses what he has: an entry that somebody has
 *  and that is not among `wanted` stays, and is not offered. @throws Invalid for two of one name; ChangedMeanwhile */
export async function saveResponsibilities(
  context: Context,
  by: Staff,
  revision: number,
  wanted: readonly WantedResponsibility[]
): Promise<void> {
  mustDiffer(wanted)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_project_settings', { id: listId, revision })
    const { entries: before } = await responsibilities(trx)
    const after = await keptList(trx, before, wanted)
    await trx('portico_responsibilities').delete()
    await insertRows(trx, 'portico_responsibilities', after.map(rowOf))
    const change = { before: { responsibilities: told(before) }, after: { responsibilities: told(after) } }
    return { action: 'external-users.responsibilities', subject: 'external-users:responsibilities', ...change }
  })
}

/** Letter case tells no two apart. */
function mustDiffer(wanted: readonly WantedResponsibility[]): void {
  if (wanted.length > mostResponsibilities)
    throw new Invalid({ label: { key: 'errors.field.tooBig', args: { max: mostResponsibilities } } })
  const labels = wanted.map(({ label }) => label.toLowerCase())
  if (new Set(labels).size < labels.length) throw new Invalid({ label: { key: 'external:responsibility.twice' } })
}

async function keptList(
  trx: Knex,
  before: readonly Responsibility[],
  wanted: readonly WantedResponsibility[]
): Promise<Responsibility[]> {
  const known = new Set(before.map(({ id }) => id))
  const after = wanted.map(({ id, label, isOffered }) => ({
    id: id !== undefined && known.has(id) ? id : randomUUID(),
    label,
    isOffered
  }))
  const left = before.filter(({ id }) => !after.some((one) => one.id === id))
  const held = await heldAmong(
    trx,
    left.map(({ id }) => id)
  )
  return [...after, ...left.filter(({ id }) => held.has(id)).map((one) => ({ ...one, isOffered: false }))]
}

/** Those of them that some member has. */
export async function heldAmong(db: Knex, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db<{ responsibility_id: string }>('portico_member_responsibilities')
    .distinct('responsibility_id')
    .whereIn('responsibility_id', ids)
  return new Set(rows.map((row) => row.responsibility_id))
}

function rowOf({ id, label, isOffered }: Responsibility, position: number): Record<string, string | number> {
  return { id, label, position, is_offered: Number(isOffered) }
}

function told(entries: readonly Responsibility[]): string[] {
  return entries.filter(({ isOffered }) => isOffered).map(({ label }) => label)
}

// --- who has which ---

/** A membership of one project. */
export interface MembershipKey {
  readonly module: string
  readonly projectId: string
  readonly personId: string
}

/** What the members of a project do, by person. */
export async function responsibilitiesIn(
  db: Knex,
  { module, projectId }: Pick<MembershipKey, 'module' | 'projectId'>
): Promise<ReadonlyMap<string, readonly Responsibility[]>> {
  const rows = await db<{ person_id: string; responsibility_id: string; module: string; record_id: string }>(
    'portico_member_responsibilities'
  )
    .select('person_id', 'responsibility_id')
    .where({ module, record_id: projectId })
  const { entries } = await responsibilities(db)
  const found = new Map<string, Responsibility[]>()
  for (const entry of entries)
    for (const row of rows.filter((one) => one.responsibility_id === entry.id))
      found.set(row.person_id, [...(found.get(row.person_id) ?? []), entry])
  return found
}

/** Gives a member exactly these; what is offered no longer he keeps, and nobody gets. In `trx`.
 *  @throws Invalid */
export async function setResponsibilities(
  trx: Knex,
  { module, projectId, personId }: MembershipKey,
  wanted: readonly string[]
): Promise<void> {
  const at = { module, record_id: projectId, person_id: personId }
  const { entries } = await responsibilities(trx)
  const rows = await trx<{ responsibility_id: string }>('portico_member_responsibilities')
    .select('responsibility_id')
    .where(at)
  const has = new Set(rows.map((row) => row.responsibility_id))
  const open = new Set(entries.filter(({ id, isOffered }) => isOffered || has.has(id)).map(({ id }) => id))
  if (wanted.some((id) => !open.has(id))) throw new Invalid({ responsibilities: { key: 'errors.field.option' } })
  await trx('portico_member_responsibilities').where(at).delete()
  const given = [...new Set(wanted)].map((id) => ({ ...at, responsibility_id: id }))
  await insertRows(trx, 'portico_member_responsibilities', given)
}
