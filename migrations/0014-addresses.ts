import type { Knex } from 'knex'
import { addColumns, createTable, key } from './columns.js'

export const name = 'Addresses of portals of their own, jobs that several processes share, the host names of passkeys'

export async function up(db: Knex): Promise<void> {
  /** What people type, without a slash at its end: `https://portal.example.com` (E06). NULL: the portal has none of its own. */
  await addColumns(db, 'portico_portals', { custom_url: (table) => key(db, table, 'custom_url', 255).unique() })

  /** The host name a passkey was made at; it is good for nothing at any other. NULL: made before, at the public address. */
  await addColumns(db, 'portico_second_factors', { site: (table) => key(db, table, 'site', 253) })

  await createJobs(db)
}

/** When each job is next due, and which process is at it. Times are milliseconds since 1970. Whoever takes these steps holds a row of it, so
 *  it is there before the first one. */
export async function createJobs(db: Knex): Promise<void> {
  await createTable(db, 'portico_jobs', (table) => {
    key(db, table, 'name', 64).primary()
    table.bigInteger('due_at').notNullable()
    key(db, table, 'held_by')
    table.bigInteger('held_until').notNullable().defaultTo(0)
  })
}
