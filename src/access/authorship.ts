/** Who from outside wrote which record or note; kept by us, for the host may not be able to (Z06, Z26). */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'

interface AuthorshipRow {
  readonly module: string
  readonly record_id: string
  readonly author_id: string
  readonly at: string
}

export async function noteAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<void> {
  await db('portico_authorship')
    .insert({ module, record_id: recordId, author_id: authorId, at: momentAt(Date.now()) })
    .onConflict(['module', 'record_id'])
    .ignore()
}

export async function isAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<boolean> {
  const row = await db<AuthorshipRow>('portico_authorship')
    .first('at')
    .where({ module, record_id: recordId, author_id: authorId })
  return row !== undefined
}

export async function forgetAuthor(db: Knex, module: string, recordId: string): Promise<void> {
  await db('portico_authorship').where({ module, record_id: recordId }).delete()
}
