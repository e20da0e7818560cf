/** Counted attempts: how often an account and an address may try within a time, kept in the database for all replicas (A30, A35). */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { RateLimiterMySQL, RateLimiterRes, RateLimiterSQLite, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { again } from '../db/collision.js'
import { dialectOf } from '../db/dialect.js'
import { DatabaseUnavailable, isEndOfConnection } from '../db/unavailable.js'
import { PorticoError } from '../errors.js'

export interface Attempts {
  /** Counts one attempt. Unknown accounts count like known ones. @throws 429 with the minutes to wait. */
  count(what: AttemptKind, who: { account: string; address: string }): Promise<void>
  /** The attempt was the right one: it and the account's earlier ones are forgotten. */
  forgive(what: AttemptKind, who: { account: string; address: string }): Promise<void>
}

/** `text-message`, `texts-of-day`: one is sent to whoever has the number. `factor`, `factors-of-day`: a second factor is shown. */
export type AttemptKind =
  | 'sign-in'
  | 'code'
  | 'factor'
  | 'factors-of-day'
  | 'text-message'
  | 'texts-of-day'
  | 'forgotten-password'
  | 'password-change'
  | 'access-form'

const minutes = 60
const limits: Record<AttemptKind, { account: number; address: number; seconds: number }> = {
  'sign-in': { account: 10, address: 100, seconds: 15 * minutes },
  code: { account: 10, address: 100, seconds: 15 * minutes },
  factor: { account: 10, address: 100, seconds: 15 * minutes },
  'factors-of-day': { account: 50, address: 1000, seconds: 24 * 60 * minutes },
  'text-message': { account: 5, address: 30, seconds: 60 * minutes },
  'texts-of-day': { account: 10, address: 200, seconds: 24 * 60 * minutes },
  'forgotten-password': { account: 5, address: 30, seconds: 60 * minutes },
  'password-change': { account: 10, address: 100, seconds: 15 * minutes },
  'access-form': { account: 5, address: 30, seconds: 60 * minutes }
}

type Limiters = Record<AttemptKind, { account: RateLimiterAbstract; address: RateLimiterAbstract }>

/** `most` replaces some of the limits. */
export function createAttempts(db: Knex, most: Partial<typeof limits> = {}): Attempts {
  let made: Promise<Limiters> | undefined
  const limiters = async (what: AttemptKind) => (await (made ??= makeLimiters(db, { ...limits, ...most })))[what]
  return {
    async count(what, who) {
      const { account, address } = await limiters(what)
      await consume(address, keyOf(who.address))
      await consume(account, keyOf(who.account))
    },
    async forgive(what, who) {
      const { account, address } = await limiters(what)
      await asked(() => account.delete(keyOf(who.account)))
      await asked(() => address.reward(keyOf(who.address)))
    }
  }
}

async function makeLimiters(db: Knex, most: typeof limits): Promise<Limiters> {
  const dbName = await databaseName(db)
  const make = (kind: AttemptKind, whose: 'account' | 'address') =>
    storedLimiter(db, dbName, {
      keyPrefix: `${kind}.${whose}`,
      points: most[kind][whose],
      duration: most[kind].seconds
    })
  const both = (kind: AttemptKind) => ({ account: make(kind, 'account'), address: make(kind, 'address') })
  return {
    'sign-in': both('sign-in'),
    code: both('code'),
    factor: both('factor'),
    'factors-of-day': both('factors-of-day'),
    'text-message': both('text-message'),
    'texts-of-day': both('texts-of-day'),
    'forgotten-password': both('forgotten-password'),
    'password-change': both('password-change'),
    'access-form': both('access-form')
  }
}

async function databaseName(db: Knex): Promise<string | undefined> {
  if (dialectOf(db).name === 'sqlite') return undefined
  const row = await db.first<{ name: string } | undefined>(db.raw('database() as name'))
  return row?.name
}

function storedLimiter(
  db: Knex,
  dbName: string | undefined,
  limit: { keyPrefix: string; points: number; duration: number }
): RateLimiterAbstract {
  const options = {
    ...limit,
    storeClient: db,
    storeType: 'knex',
    tableName: 'portico_attempts',
    tableCreated: true,
    clearExpiredByTimeout: false
  }
  return dbName === undefined ? new RateLimiterSQLite(options) : new RateLimiterMySQL({ ...options, dbName })
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
