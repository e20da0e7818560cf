import type { Knex } from 'knex'
import { createTable, key, longWords, moment, words } from './columns.js'

export const name = 'The configuration version, who wrote which record, and the audit list'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_configuration', (table) => {
    table.integer('id').primary()
    table.bigInteger('version').notNullable()
  })
  await db('portico_configuration').insert({ id: 1, version: 1 }).onConflict('id').ignore()

  await createTable(db, 'portico_authorship', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'author_id').notNullable()
    moment(db, table, 'at').notNullable()
    table.primary(['module', 'record_id'])
    table.index(['author_id', 'module', 'record_id'], 'portico_authorship_author')
  })

  await createTable(db, 'portico_audit', (table) => {
    key(db, table, 'id').primary()
    moment(db, table, 'at').notNullable()
    key(db, table, 'actor_kind', 16).notNullable()
    key(db, table, 'actor_id').notNullable()
    words(db, table, 'actor_name').notNullable()
    key(db, table, 'action', 64).notNullable()
    key(db, table, 'subject', 96).notNullable()
    longWords(db, table, 'before')
    longWords(db, table, 'after')
    table.index(['at', 'id'], 'portico_audit_at')
    table.index(['subject', 'at'], 'portico_audit_subject')
  })
}
