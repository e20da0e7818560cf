import type { Knex } from 'knex'
import { addColumns, key } from './columns.js'

export const name = 'External users with a login name: the mailbox that staff gave them'

export async function up(db: Knex): Promise<void> {
  /** NULL for who signs in with an e-mail address, and where no mail goes. */
  await addColumns(db, 'portico_external_users', { mailbox: (table) => key(db, table, 'mailbox', 254) })
}
