/** Whether the database can pass over rows that somebody else holds (`for update skip locked`). */
import type { Knex } from 'knex'
import { dialectOf } from './dialect.js'

const known = new WeakMap<Knex, Promise<boolean>>()

/** MariaDB from 10.6, MySQL from 8.0.1; asked once. */
export function hasSkipLocked(db: Knex): Promise<boolean> {
  const answer = known.get(db) ?? (dialectOf(db).name === 'mysql' ? askServer(db) : Promise.resolve(false))
  known.set(db, answer)
  answer.catch(() => known.delete(db))
  return answer
}

async function askServer(db: Knex): Promise<boolean> {
  const [[row]] = (await db.raw('select version() as version')) as [[{ version: string }]]
  const [, major = 0, minor = 0, patch = 0] = (/(\d+)\.(\d+)\.(\d+)/.exec(row.version) ?? []).map(Number)
  const place = (major * 1000 + minor) * 1000 + patch
  return place >= (/mariadb/i.test(row.version) ? 10_006_000 : 8_000_001)
}
