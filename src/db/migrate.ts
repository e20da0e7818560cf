/** Runs our migrations: one at a time, once each, and never on a database that a newer program has been at. */
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { createTable, moment, words } from '../../migrations/columns.js'
import { PorticoError } from '../errors.js'
import { dialectOf } from './dialect.js'
import { momentAt } from './moment.js'

const lockName = 'portico_migrations'

/** Brings our tables up to date and gives the names of the steps it took. @throws PorticoError when the database is newer than the program. */
export async function migrate(db: Knex): Promise<readonly string[]> {
  return locked(db, async () => {
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

/** What knex keeps of its pool outside of its types: a lock belongs to one connection. */
interface Connections {
  acquireConnection(): Promise<unknown>
  releaseConnection(connection: unknown): Promise<void>
}

/** Two replicas that start at once take turns. SQLite has one writer anyway. */
async function locked<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  if (dialectOf(db).name === 'sqlite') return work()
  const client = db.client as Connections
  const connection = await client.acquireConnection()
  try {
    await db.raw('select get_lock(?, 120)', [lockName]).connection(connection)
    return await work()
  } finally {
    await db.raw('select release_lock(?)', [lockName]).connection(connection)
    await client.releaseConnection(connection)
  }
}
