/** Which modules are public organization-wide: the defaults belong to global sharing; where none are kept, nothing is public. */
import type { Knex } from 'knex'

/** Module names whose default is one of the public levels (Z08, S04); a module without a row is private. */
export async function publicModules(db: Knex): Promise<Set<string>> {
  if (!(await db.schema.hasTable('portico_defaults'))) return new Set()
  const rows: { module: string; level: string }[] = await db('portico_defaults').select('module', 'level')
  return new Set(rows.filter((row) => row.level.startsWith('public')).map((row) => row.module))
}
