/** Module rights: which kinds of things an external user sees beyond his own, the same in all his projects; *no* until somebody says yes (T06). */
import type { Knex } from 'knex'
import { kinds, type Kind } from './kinds.js'

export async function moduleRights(db: Knex, personId: string): Promise<ReadonlySet<Kind>> {
  const rows = await db<{ person_id: string; kind: string }>('portico_module_rights')
    .select('kind')
    .where({ person_id: personId })
  return new Set(kinds.filter((kind) => rows.some((row) => row.kind === kind)))
}

/** Of several people. */
export async function rightsOfAll(
  db: Knex,
  personIds: readonly string[]
): Promise<ReadonlyMap<string, ReadonlySet<Kind>>> {
  const rows = await db<{ person_id: string; kind: Kind }>('portico_module_rights')
    .select('person_id', 'kind')
    .whereIn('person_id', personIds)
  const found = new Map<string, Set<Kind>>()
  for (const row of rows) found.set(row.person_id, (found.get(row.person_id) ?? new Set()).add(row.kind))
  return found
}

/** Gives exactly these. In `trx`. */
export async function setModuleRights(trx: Knex, personId: string, wanted: ReadonlySet<Kind>): Promise<void> {
  await trx('portico_module_rights').where({ person_id: personId }).delete()
  for (const kind of wanted) await trx('portico_module_rights').insert({ person_id: personId, kind })
}
