import type { Knex } from 'knex'
import { createTable, endlessWords, key, longWords, moment } from './columns.js'

export const name =
  "Beside a host: its staff's sessions and used tickets, its definitions as last heard, and how far sweeps came"

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_used_tickets', (table) => {
    key(db, table, 'id', 64).primary()
    moment(db, table, 'expires_at').notNullable()
    table.index(['expires_at'], 'portico_used_tickets_expiry')
  })

  await createTable(db, 'portico_staff_sessions', (table) => {
    key(db, table, 'sid', 64).primary()
    longWords(db, table, 'sess').notNullable()
    table.dateTime('expired').notNullable().index('portico_staff_sessions_expired')
  })

  await createTable(db, 'portico_host_documents', (table) => {
    key(db, table, 'name', 64).primary()
    endlessWords(db, table, 'content').notNullable()
    moment(db, table, 'at').notNullable()
  })

  await createTable(db, 'portico_sweeps', (table) => {
    key(db, table, 'module', 64).primary()
    moment(db, table, 'until').notNullable()
  })
}
