/** Which tables a database has, and how many rows are in each. */
import type { Knex } from 'knex'
import { dialectOf } from './dialect.js'

/** In the order of their names. */
export async function tablesOf(db: Knex): Promise<string[]> {
  const rows = await (dialectOf(db).name === 'sqlite'
    ? db('sqlite_master').select('name').where({ type: 'table' }).whereNot('name', 'like', 'sqlite\\_%')
    : db('information_schema.tables')
        .select({ name: 'table_name' })
        .whereRaw("table_schema = database() and table_type = 'BASE TABLE'"))
  return rows.map(({ name }: { name: string }) => name).sort()
}

/** The first thing in an SQLite database that is neither a table nor an index: a trigger, a view, a table that a program makes up. */
export async function besideTables(db: Knex): Promise<string | undefined> {
  const found = await db<{ type: string; name: string; sql: string | null }>('sqlite_master')
    .first('type', 'name')
    .whereNotIn('type', ['table', 'index'])
    .orWhere('sql', 'like', 'create virtual%')
  return found && `${found.type} ${found.name}`
}

export async function rowsByTable(db: Knex, tables: readonly string[]): Promise<Record<string, number>> {
  const counts: [string, number][] = []
  for (const table of tables) {
    const row = await db(table).count({ rows: '*' }).first()
    counts.push([table, Number(row?.['rows'])])
  }
  return Object.fromEntries(counts)
}

/** The ids in a table. */
export async function idsIn(db: Knex, table: string): Promise<string[]> {
  return (await db(table).pluck('id')) as string[]
}

/** Takes all rows out of these tables, as far as they are there, and says how many there were. */
export async function emptyTables(db: Knex, tables: readonly string[]): Promise<number> {
  let count = 0
  for (const table of tables) if (await db.schema.hasTable(table)) count += Number(await db(table).delete())
  return count
}
