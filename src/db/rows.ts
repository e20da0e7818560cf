/** Rows by the many: written without more in one statement than every database takes, and read as lists by their owner. */
import type { Knex } from 'knex'

/** In one statement: SQLite takes no more than 500. */
const mostRows = 200

export async function insertRows(
  trx: Knex,
  table: `portico_${string}`,
  rows: readonly Record<string, unknown>[]
): Promise<void> {
  for (let from = 0; from < rows.length; from += mostRows) await trx(table).insert(rows.slice(from, from + mostRows))
}

/** The values of `name` by `owner`, in their order. */
export async function listBy(
  db: Knex,
  table: `portico_${string}`,
  owner: string,
  name: string
): Promise<Map<string, string[]>> {
  const rows = await db<Record<string, string>>(table).select(owner, name).orderBy([owner, name])
  const byOwner = new Map<string, string[]>()
  for (const row of rows) {
    const list = byOwner.get(row[owner]!)
    if (list) list.push(row[name]!)
    else byOwner.set(row[owner]!, [row[name]!])
  }
  return byOwner
}
