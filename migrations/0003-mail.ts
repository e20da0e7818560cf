import type { Knex } from 'knex'
import { createTable, key, longWords, moment, words } from './columns.js'

export const name = 'The outbox of mails'

export async function up(db: Knex): Promise<void> {
  await createTable(db, 'portico_mail', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'about', 96).notNullable()
    words(db, table, 'to_name').notNullable()
    key(db, table, 'to_address', 254).notNullable()
    words(db, table, 'subject', 500).notNullable()
    longWords(db, table, 'text').notNullable()
    longWords(db, table, 'html').notNullable()
    key(db, table, 'state', 16).notNullable()
    table.integer('tries').notNullable().defaultTo(0)
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'next_at').notNullable()
    moment(db, table, 'sent_at')
    key(db, table, 'last_error', 128)
    table.index(['state', 'next_at'], 'portico_mail_waiting')
    table.index(['about', 'state'], 'portico_mail_about')
    table.index(['created_at'], 'portico_mail_created')
  })
}
