/** Two at the same rows at the same moment: the database refused one of them, and wrote nothing of his. */
import type { Knex } from 'knex'

/** With Galera a transaction is refused as a deadlock at its end, too: somebody changed the same rows at another server. */
const clashes = ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT']
const duplicates = ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']

/** The same again may go: only the moment was wrong. */
export function isClash(error: unknown): boolean {
  return hasCode(error, clashes)
}

/** What had to be the only one of its kind is there already. */
export function isDuplicate(error: unknown): boolean {
  return hasCode(error, duplicates)
}

/** Whoever reads anew may find that it goes, or why it doesn't. */
export function isCollision(error: unknown): boolean {
  return isClash(error) || isDuplicate(error)
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

const mostTries = 3

/** A transaction that is begun anew after a collision, three times in all; `work` does nothing outside of it. */
export function transact<T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return again(() => db.transaction(work), isCollision)
}

/** Does it again when somebody else was at the same rows, three times in all. */
export async function again<T>(work: () => Promise<T>, mayGo: (error: unknown) => boolean = isClash): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === mostTries || !mayGo(error)) throw error
    }
  }
}
