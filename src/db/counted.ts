/** Attempts that are counted in a table, for all processes that share the database. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { RateLimiterMySQL, RateLimiterRes, RateLimiterSQLite, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { PorticoError } from '../errors.js'
import { again } from './collision.js'
import { dialectOf } from './dialect.js'
import { DatabaseUnavailable, isEndOfConnection } from './unavailable.js'

export interface Limit {
  readonly keyPrefix: string
  readonly points: number
  /** In seconds. */
  readonly duration: number
}

/** How often somebody, or some address, may try. */
export interface Counted {
  /** Counts one attempt. @throws 429 with the minutes to wait. */
  count(who: string): Promise<void>
  /** Forgets all attempts. */
  forget(who: string): Promise<void>
  /** Takes one attempt back. */
  takeBack(who: string): Promise<void>
}

/** Makes limits in `table`, which has the columns `key` (128), `points` and `expire`. */
export async function countedIn(
  db: Knex,
  table: 'portico_attempts' | 'crm_attempts'
): Promise<(limit: Limit) => Counted> {
  const dbName = await databaseName(db)
  return (limit) => {
    const options = {
      ...limit,
      storeClient: db,
      storeType: 'knex',
      tableName: table,
      tableCreated: true,
      clearExpiredByTimeout: false
    }
    return counted(dbName === undefined ? new RateLimiterSQLite(options) : new RateLimiterMySQL({ ...options, dbName }))
  }
}

function counted(limiter: RateLimiterAbstract): Counted {
  return {
    count: (who) => consume(limiter, keyOf(who)),
    forget: async (who) => void (await asked(() => limiter.delete(keyOf(who)))),
    takeBack: async (who) => void (await asked(() => limiter.reward(keyOf(who))))
  }
}

async function databaseName(db: Knex): Promise<string | undefined> {
  if (dialectOf(db).name === 'sqlite') return undefined
  const row = await db.first<{ name: string } | undefined>(db.raw('database() as name'))
  return row?.name
}

/** Neither names nor addresses of visitors stand in the table. */
function keyOf(who: string): string {
  return createHash('sha256').update(who.trim().toLowerCase()).digest('hex')
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await asked(() => limiter.consume(key))
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    throw new PorticoError('errors.tooManyAttempts', {
      status: 429,
      args: { count: Math.max(1, Math.ceil(refusal.msBeforeNext / 60_000)) }
    })
  }
}

/** The library asks the database by itself: two who try at the same moment may clash there. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await again(ask)
  } catch (error) {
    throw isEndOfConnection(error) ? new DatabaseUnavailable(error) : error
  }
}
