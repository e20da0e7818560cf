/** Which modules are public organization-wide: the defaults belong to global sharing; where none are kept, nothing is public. */
import type { Knex } from 'knex'

/** The levels that mean public; a word that is none of them means nothing (A26). */
const publicLevels = ['public-read', 'public-edit', 'public-delete']

/** Module names whose default is one of the public levels (Z08, S04); a module without a row is private. */
export async function publicModules(db: Knex): Promise<Set<string>> {
  if (!(await db.schema.hasTable('portico_defaults'))) return new Set()
  return new Set(await db('portico_defaults').whereIn('level', publicLevels).pluck<string[]>('module'))
}
