/** What an attack is measured by: answers that tell nothing, and tables that are as they were. */
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { Knex } from 'knex'
import type { Response } from 'supertest'
import { raw, rowsOf } from '../../src/access/fragment.js'
import type { Context } from '../../src/context.js'
import { dialectOf } from '../../src/db/dialect.js'
import { masked } from './attacker.js'
import type { World } from './world.js'

/** Both answers are 404 and the same to the byte. */
export function sameMissing(answer: Response, missing: Response, what: string): void {
  expect(answer.status, what).to.equal(404)
  expect(missing.status, `${what}: its twin`).to.equal(404)
  sameAnswer(answer, missing, what)
}

/** Status, body and length tell nothing. */
export function sameAnswer(one: Response, other: Response, what: string): void {
  expect(one.status, what).to.equal(other.status)
  expect(masked(one), what).to.equal(masked(other))
  expect(one.headers['content-length'], what).to.equal(other.headers['content-length'])
  expect(one.headers['location'], what).to.equal(other.headers['location'])
}

/** Runs the attack and finds every row and every file as it was. */
export async function unchanged<T>(
  { db, context }: Pick<World, 'db' | 'context'>,
  attack: () => Promise<T>
): Promise<T> {
  const before = await everything(db, context)
  const answer = await attack()
  const after = await everything(db, context)
  const touched = [...after].filter(([name, rows]) => rows !== before.get(name)).map(([name]) => name)
  expect(touched, 'tables that were written').to.deep.equal([])
  return answer
}

const tables = new WeakMap<Knex, Promise<string[]>>()

/** Visits leave traces in these, and so does a refused sign-in. */
const traces = /^(sqlite_|portico_sessions$|crm_session$|portico_attempts$|crm_attempts$)/

async function everything(db: Knex, context: Context): Promise<Map<string, string>> {
  const names = tables.get(db) ?? tableNames(db)
  tables.set(db, names)
  const found = new Map<string, string>()
  for (const name of await names)
    found.set(
      name,
      JSON.stringify((await rowsOf(db, raw(`select * from ${name}`))).map((row) => JSON.stringify(row)).sort())
    )
  return found.set('files', readdirSync(context.config.filesFolder, { recursive: true }).sort().join())
}

async function tableNames(db: Knex): Promise<string[]> {
  const ask =
    dialectOf(db).name === 'sqlite'
      ? "select name from sqlite_master where type = 'table'"
      : 'select table_name as name from information_schema.tables where table_schema = database()'
  const names = (await rowsOf(db, raw(ask))).map((row) => String(row['name']))
  return names.filter((name) => !traces.test(name))
}
