/** The configuration version: one number in the database that every committed change of configuration raises.
 *  Caches are keyed by it, so a change is in force for the next request on every replica (A25). */
import type { Knex } from 'knex'
import { forgetAnswers, oncePerRequest } from './within-request.js'

/** The version now, the same throughout a request. @throws when our tables are not there yet. */
export function configurationVersion(db: Knex): Promise<number> {
  return oncePerRequest(db, () => readVersion(db))
}

async function readVersion(db: Knex): Promise<number> {
  const row = await db<{ id: number; version: number }>('portico_configuration').first('version').where({ id: 1 })
  if (!row) throw new Error('The table portico_configuration has no row; run the migrations.')
  return Number(row.version)
}

/** Raises the version; call it inside the transaction that changes the configuration. */
export async function raiseConfigurationVersion(trx: Knex): Promise<void> {
  await trx('portico_configuration').where({ id: 1 }).increment('version', 1)
  forgetAnswers()
}

/** A value made from the configuration once per version. */
export function cachedByVersion<T>(make: (db: Knex) => Promise<T>): (db: Knex) => Promise<T> {
  const cache = new WeakMap<Knex, { version: number; value: Promise<T> }>()
  return async (db) => {
    const version = await configurationVersion(db)
    const known = cache.get(db)
    if (known?.version === version) return known.value
    const value = make(db)
    cache.set(db, { version, value })
    value.catch(() => cache.delete(db))
    return value
  }
}
