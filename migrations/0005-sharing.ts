import type { Knex } from 'knex'
import { createTable, key } from './columns.js'

export const name = 'Organization-wide defaults of global sharing'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_defaults', (table) => {
    key(db, table, 'module', 64).primary()
    key(db, table, 'level', 16).notNullable()
  })

  await createTable(db, 'portico_sharing', (table) => {
    key(db, table, 'id').primary()
    table.integer('revision').notNullable()
  })
  await db('portico_sharing').insert({ id: 'defaults', revision: 1 }).onConflict('id').ignore()
}
