import type { Knex } from 'knex'
import { createTable, key, longWords, moment, words } from './columns.js'

export const name = 'Identities, their doors, one-time links, sessions and counted attempts'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_identities', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'email', 254).notNullable().unique({ indexName: 'portico_identities_email' })
    words(db, table, 'name').notNullable()
    key(db, table, 'password_hash', 255)
    table.integer('epoch').notNullable().defaultTo(1)
    key(db, table, 'locale', 2).notNullable()
    key(db, table, 'time_zone', 64).notNullable()
    key(db, table, 'country', 2)
    key(db, table, 'date_format', 8).notNullable()
    key(db, table, 'time_format', 8).notNullable()
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'welcomed_at')
  })

  await createTable(db, 'portico_identity_doors', (table) => {
    key(db, table, 'identity_id').notNullable()
    key(db, table, 'audience', 64).notNullable()
    table.integer('epoch').notNullable()
    table.primary(['identity_id', 'audience'])
  })

  await createTable(db, 'portico_links', (table) => {
    key(db, table, 'token_hash', 64).primary()
    key(db, table, 'purpose', 32).notNullable()
    key(db, table, 'identity_id').notNullable()
    key(db, table, 'audience', 64).notNullable()
    words(db, table, 'issued_by')
    moment(db, table, 'issued_at').notNullable()
    moment(db, table, 'expires_at').notNullable()
    moment(db, table, 'used_at')
    table.index(['identity_id', 'audience', 'purpose'], 'portico_links_identity')
    table.index(['expires_at'], 'portico_links_expiry')
  })

  await createTable(db, 'portico_sessions', (table) => {
    key(db, table, 'sid', 64).primary()
    longWords(db, table, 'sess').notNullable()
    table.dateTime('expired').notNullable().index('portico_sessions_expired')
  })

  await createTable(db, 'portico_attempts', (table) => {
    key(db, table, 'key', 128).primary()
    table.integer('points').notNullable().defaultTo(0)
    table.bigInteger('expire').unsigned()
  })
}
