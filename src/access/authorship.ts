/** Who from outside wrote which record or note; kept by us, for the host may not be able to (Z06, Z26). */
import type { Knex } from 'knex'

export async function noteAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<void> {
  const at = new Date().toISOString().slice(0, 19).replace('T', ' ')
  await db('portico_authorship').insert({ module, record_id: recordId, author_id: authorId, at }).onConflict(['module', 'record_id']).ignore()
}

export async function isAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<boolean> {
  const row = await db('portico_authorship').first('at').where({ module, record_id: recordId, author_id: authorId })
  return row !== undefined
}

export async function forgetAuthor(db: Knex, module: string, recordId: string): Promise<void> {
  await db('portico_authorship').where({ module, record_id: recordId }).delete()
}
