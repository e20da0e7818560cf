import type { Knex } from 'knex'
import { createTable, key, moment, words } from './columns.js'

export const name = 'External users, their memberships, rights on records, and the fields released to them'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_external_users', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'identity_id').notNullable().unique({ indexName: 'portico_external_users_identity' })
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    words(db, table, 'name').notNullable()
    words(db, table, 'address').notNullable()
    key(db, table, 'language', 8).notNullable()
    key(db, table, 'status', 16).notNullable()
    key(db, table, 'invited_by').notNullable()
    moment(db, table, 'invited_at').notNullable()
    moment(db, table, 'accepted_at')
    table.unique(['module', 'record_id'], { indexName: 'portico_external_users_record' })
    table.index(['name', 'id'], 'portico_external_users_name')
  })

  await createTable(db, 'portico_memberships', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'person_id').notNullable()
    key(db, table, 'added_by').notNullable()
    moment(db, table, 'added_at').notNullable()
    table.primary(['module', 'record_id', 'person_id'])
    table.index(['person_id', 'module', 'record_id'], 'portico_memberships_person')
  })

  await createTable(db, 'portico_object_rights', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'grantee').notNullable()
    key(db, table, 'right', 8).notNullable()
    key(db, table, 'effect', 8).notNullable()
    table.primary(['module', 'record_id', 'grantee', 'right'])
    table.index(['grantee', 'module', 'right', 'effect', 'record_id'], 'portico_object_rights_grantee')
  })

  await createTable(db, 'portico_external_fields', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'field', 64).notNullable()
    table.primary(['module', 'field'])
  })

  await createTable(db, 'portico_external_releases', (table) => {
    key(db, table, 'id').primary()
    table.integer('revision').notNullable()
  })
  await db('portico_external_releases').insert({ id: 'fields', revision: 1 }).onConflict('id').ignore()
}
