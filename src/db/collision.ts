/** Two at the same rows at the same moment: the database refused one of them, and wrote nothing of his. */
import type { Knex } from 'knex'

const refusals = [
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'ER_DUP_ENTRY',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY'
]

/** Whoever reads anew may find that it goes, or why it doesn't. */
export function isCollision(error: unknown): boolean {
  return error instanceof Error && 'code' in error && refusals.includes(String(error.code))
}

const mostTries = 3

/** A transaction that is begun anew after a collision, three times in all; `work` does nothing outside of it. */
export async function transact<T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction(work)
    } catch (error) {
      if (tries === mostTries || !isCollision(error)) throw error
    }
  }
}
