/** One transaction, begun again when the database asks for that. */
import type { Knex } from 'knex'
import { isClash } from '../../db/collision.js'

const tries = 4

/** Runs `work` in a transaction; a deadlock or a busy database is tried again, up to four times in all. */
export async function inTransaction<T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (attempt === tries || !isClash(error)) throw error
    }
  }
}
