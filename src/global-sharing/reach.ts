/** Who is in which set, for SQL that reads along: `portico_reach`. Each row holds for the versions since ≤ v < until, so that whoever reads by the
 *  version in force sees the sets of that version and no others, whatever is being written for the next one (S08). */
import type { Knex } from 'knex'
import { setKey } from './compiled.js'
import type { Organization } from './organization.js'

interface ReachRow {
  readonly set_key: string
  readonly staff_id: string
}

/** What has to be written so that the sets of the next version are there. */
export interface ReachDifference {
  readonly added: readonly ReachRow[]
  readonly ended: readonly ReachRow[]
}

/** The sets of an organization and who is in them: roles, what is below them, both together, and groups. Empty ones are left out. */
export function reachOf(organization: Organization): Map<string, ReadonlySet<string>> {
  const { model, peopleIn, below } = organization
  const sets = new Map<string, ReadonlySet<string>>()
  const put = (key: string, people: ReadonlySet<string>): unknown => people.size > 0 && sets.set(key, people)
  for (const id of Object.keys(model.roles)) {
    put(setKey({ kind: 'role', id }), peopleIn({ kind: 'role', id }))
    put(setKey({ kind: 'tree', id }), peopleIn({ kind: 'tree', id }))
    put(`below:${id}`, below(id))
  }
  for (const id of Object.keys(model.groups)) put(setKey({ kind: 'group', id }), peopleIn({ kind: 'group', id }))
  return sets
}

/** Undoes what a run left that died or was given up: nothing is there that version `inForce` does not have. */
export async function clearLeftovers(trx: Knex, inForce: number): Promise<void> {
  await trx('portico_reach').where('since', '>', inForce).delete()
  await trx('portico_reach').where('until', '>', inForce).update({ until: null })
}

/** Between the rows in force and the sets of `organization`. */
export async function reachDifference(db: Knex, organization: Organization): Promise<ReachDifference> {
  const rows = await db<ReachRow>('portico_reach').select('set_key', 'staff_id').whereNull('until')
  const wanted = reachOf(organization)
  const known = new Map<string, Set<string>>()
  for (const { set_key, staff_id } of rows) known.set(set_key, (known.get(set_key) ?? new Set()).add(staff_id))
  const added = [...wanted].flatMap(([set_key, people]) =>
    [...people].filter((id) => !known.get(set_key)?.has(id)).map((staff_id) => ({ set_key, staff_id }))
  )
  return { added, ended: rows.filter(({ set_key, staff_id }) => !wanted.get(set_key)?.has(staff_id)) }
}

/** Rows in one statement, and in one transaction of a recalculation. */
const perStatement = 200
const reachBatch = 2000

/** The difference in pieces of at most `reachBatch` rows. */
export function reachBatches({ added, ended }: ReachDifference): ReachDifference[] {
  return [
    ...chunks(ended, reachBatch).map((piece) => ({ added: [], ended: piece })),
    ...chunks(added, reachBatch).map((piece) => ({ added: piece, ended: [] }))
  ]
}

/** Writes a piece of the difference; it counts from `version` on. */
export async function writeReach(trx: Knex, { added, ended }: ReachDifference, version: number): Promise<void> {
  for (const rows of chunks(added, perStatement))
    await trx('portico_reach').insert(rows.map((row) => ({ ...row, since: version, until: null })))
  for (const [key, people] of bySet(ended))
    for (const ids of chunks(people, perStatement))
      await trx('portico_reach')
        .where({ set_key: key })
        .whereIn('staff_id', ids)
        .whereNull('until')
        .update({ until: version })
}

/** Rows that nobody reads any more: they ended with `version` or before. */
export async function purgeReach(db: Knex, version: number): Promise<void> {
  await db('portico_reach').where('until', '<=', version).delete()
}

function bySet(rows: readonly ReachRow[]): Map<string, string[]> {
  const sets = new Map<string, string[]>()
  for (const { set_key, staff_id } of rows) {
    const people = sets.get(set_key)
    if (people) people.push(staff_id)
    else sets.set(set_key, [staff_id])
  }
  return sets
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
