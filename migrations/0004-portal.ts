import type { Knex } from 'knex'
import { createTable, key, longWords, moment, words } from './columns.js'

export const name = 'Portals, their addresses, user types, released modules and fields, and portal users'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_portals', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'name', 100).notNullable()
    key(db, table, 'slug', 40).notNullable().unique({ indexName: 'portico_portals_slug' })
    table.boolean('is_active').notNullable()
    table.boolean('is_default').notNullable()
    key(db, table, 'locale', 8).notNullable()
    key(db, table, 'time_zone', 64).notNullable()
    key(db, table, 'date_format', 8).notNullable()
    key(db, table, 'time_format', 8).notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
  })

  await createTable(db, 'portico_portal_addresses', (table) => {
    key(db, table, 'slug', 40).primary()
    key(db, table, 'portal_id').notNullable()
    moment(db, table, 'until').notNullable()
  })

  await createTable(db, 'portico_user_types', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'portal_id').notNullable()
    words(db, table, 'name', 100).notNullable()
    table.boolean('is_built_in').notNullable()
    key(db, table, 'primary_module', 64).notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
    table.index(['portal_id', 'created_at'], 'portico_user_types_portal')
  })

  await createTable(db, 'portico_released_modules', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'kind', 16).notNullable()
    key(db, table, 'path', 255).notNullable()
    longWords(db, table, 'criteria')
    key(db, table, 'rights', 128).notNullable()
    key(db, table, 'notes', 8).notNullable()
    table.unique(['user_type_id', 'module'], { indexName: 'portico_released_modules_module' })
  })

  await createTable(db, 'portico_released_fields', (table) => {
    key(db, table, 'released_module_id').notNullable()
    key(db, table, 'field', 64).notNullable()
    table.boolean('is_read_only').notNullable()
    table.primary(['released_module_id', 'field'])
  })

  await createTable(db, 'portico_portal_users', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'portal_id').notNullable()
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'identity_id')
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    words(db, table, 'name').notNullable()
    words(db, table, 'address').notNullable()
    key(db, table, 'language', 8).notNullable()
    key(db, table, 'status', 16).notNullable()
    key(db, table, 'invited_by').notNullable()
    moment(db, table, 'invited_at').notNullable()
    moment(db, table, 'accepted_at')
    table.unique(['portal_id', 'identity_id'], { indexName: 'portico_portal_users_identity' })
    table.unique(['portal_id', 'module', 'record_id'], { indexName: 'portico_portal_users_person' })
    table.index(['module', 'record_id'], 'portico_portal_users_record')
    table.index(['user_type_id', 'status', 'name'], 'portico_portal_users_list')
  })
}
