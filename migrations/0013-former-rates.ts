import type { Knex } from 'knex'
import { createTable, key, moment } from './columns.js'

export const name = 'External users: what an hour of former members cost'

export async function up(db: Knex): Promise<void> {
  /** Kept when a member with a rate is removed, for the costs of the time he spent; gone when he is a member again. */
  await createTable(db, 'portico_former_rates', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'person_id').notNullable()
    table.decimal('hourly_rate', 12, 2).notNullable()
    moment(db, table, 'left_at').notNullable()
    table.primary(['module', 'record_id', 'person_id'])
  })
}
