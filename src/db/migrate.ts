/** Runs our migrations: one at a time, once each, and never on a database that a newer program has been at. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { createJobs } from '../../migrations/0014-addresses.js'
import { createTable, moment, words } from '../../migrations/columns.js'
import { PorticoError } from '../errors.js'
import { isClash } from './collision.js'
import { dialectOf } from './dialect.js'
import { momentAt } from './moment.js'

/** Among the jobs, though it is none. */
const turnName = 'migrations'

/** Brings our tables up to date and gives the names of the steps it took. @throws PorticoError when the database is newer than the program. */
export async function migrate(db: Knex): Promise<readonly string[]> {
  return inTurn(db, async () => {
    await createTable(db, 'portico_schema', (table) => {
      table.integer('step').primary()
      words(db, table, 'name').notNullable()
      moment(db, table, 'applied_at').notNullable()
    })
    const done = await schemaVersion(db)
    refuseNewer(done)
    const waiting = migrations.slice(done)
    for (const [index, migration] of waiting.entries()) {
      await migration.up(db)
      await noteStep(db, done + index + 1, migration.name)
    }
    return waiting.map((migration) => migration.name)
  })
}

/** Two processes on one SQLite file may both have taken a step: each is safe to take twice. */
async function noteStep(db: Knex, step: number, name: string): Promise<void> {
  const row = { step, name, applied_at: momentAt(Date.now()) }
  await db('portico_schema').insert(row).onConflict('step').ignore()
}

/** The number of the last migration the database has had. */
export async function schemaVersion(db: Knex): Promise<number> {
  const row = await db('portico_schema').max({ step: 'step' }).first()
  return Number(row?.['step'] ?? 0)
}

function refuseNewer(version: number): void {
  if (version > migrations.length)
    throw new PorticoError('errors.schema.newer', { status: 503, args: { version, expected: migrations.length } })
}

/** What changes tables: two processes that start at once take turns, on whichever machine and at whichever server of a cluster they are: a lock of one server
 *  (`get_lock`) is not one of its cluster. SQLite has one writer anyway. */
export async function inTurn<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  if (dialectOf(db).name === 'sqlite') return work()
  const holder = randomUUID()
  await waitForTurn(db, holder)
  const renewing = setInterval(() => void holdTurn(db, { held_by: holder }, holder).catch(() => undefined), hold / 3)
  try {
    return await work()
  } finally {
    clearInterval(renewing)
    await giveUpTurn(db, holder)
  }
}

/** What the work itself ended with counts more than a turn that couldn't be given up: that one is over after a minute anyway. */
async function giveUpTurn(db: Knex, holder: string): Promise<void> {
  await turn(db)
    .where({ held_by: holder })
    .update({ held_by: null, held_until: 0 })
    .catch(() => undefined)
}

/** Who is gone after so many milliseconds without a word. */
const hold = 60_000

async function waitForTurn(db: Knex, holder: string): Promise<void> {
  await makeTurn(db)
  const { clock } = dialectOf(db)
  while (!(await holdTurn(db, db.raw(`held_until <= ${clock}`), holder))) await pause(200)
}

/** Another process may make it at the same moment. */
async function makeTurn(db: Knex): Promise<void> {
  await createJobs(db).catch(async (error: unknown) => {
    if (!(await db.schema.hasTable('portico_jobs'))) throw error
  })
  await db('portico_jobs').insert({ name: turnName, due_at: 0 }).onConflict('name').ignore()
}

async function holdTurn(db: Knex, when: Knex.Raw | { held_by: string }, holder: string): Promise<boolean> {
  const held_until = db.raw(`${dialectOf(db).clock} + ?`, [hold])
  try {
    return (await turn(db).where(when).update({ held_by: holder, held_until })) === 1
  } catch (error) {
    if (isClash(error)) return false
    throw error
  }
}

function turn(db: Knex): Knex.QueryBuilder {
  return db('portico_jobs').where({ name: turnName })
}
