/** Counted attempts: how often an account and an address may try within a time, kept in the database for all replicas (A30, A35). */
import type { Knex } from 'knex'
import { countedIn, type Counted } from '../db/counted.js'

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

type Limiters = Record<AttemptKind, { account: Counted; address: Counted }>

/** `most` replaces some of the limits. */
export function createAttempts(db: Knex, most: Partial<typeof limits> = {}): Attempts {
  let made: Promise<Limiters> | undefined
  const limiters = async (what: AttemptKind) => (await (made ??= makeLimiters(db, { ...limits, ...most })))[what]
  return {
    async count(what, who) {
      const { account, address } = await limiters(what)
      await address.count(who.address)
      await account.count(who.account)
    },
    async forgive(what, who) {
      const { account, address } = await limiters(what)
      await account.forget(who.account)
      await address.takeBack(who.address)
    }
  }
}

async function makeLimiters(db: Knex, most: typeof limits): Promise<Limiters> {
  const limit = await countedIn(db, 'portico_attempts')
  const make = (kind: AttemptKind, whose: 'account' | 'address'): Counted =>
    limit({ keyPrefix: `${kind}.${whose}`, points: most[kind][whose], duration: most[kind].seconds })
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
