/** Runs our migrations: one at a time, once each, and never on a database that a newer program has been at. */
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { PorticoError } from '../errors.js'
import { createTable, moment, words } from '../../migrations/columns.js'

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
      await db('portico_schema').insert({ step: done + index + 1, name: migration.name, applied_at: now() })
    }
    return waiting.map((migration) => migration.name)
  })
}

/** @throws PorticoError when the tables are older or newer than this program. */
export async function mustBeMigrated(db: Knex): Promise<void> {
  const version = (await db.schema.hasTable('portico_schema')) ? await schemaVersion(db) : 0
  refuseNewer(version)
  if (version < migrations.length) throw new PorticoError('errors.schema.older', { status: 503, args: { version, expected: migrations.length } })
}

/** The number of the last migration the database has had. */
export async function schemaVersion(db: Knex): Promise<number> {
  const row = await db('portico_schema').max({ step: 'step' }).first()
  return Number(row?.['step'] ?? 0)
}

function refuseNewer(version: number): void {
  if (version > migrations.length) throw new PorticoError('errors.schema.newer', { status: 503, args: { version, expected: migrations.length } })
}

/** Two replicas that start at once take turns. SQLite has one writer anyway. */
async function locked<T>(db: Knex, work: () => Promise<T>): Promise<T> {
  if (db.client.config.client !== 'mysql2') return work()
  const connection: unknown = await db.client.acquireConnection()
  try {
    await db.raw('select get_lock(?, 120)', [lockName]).connection(connection)
    return await work()
  } finally {
    await db.raw('select release_lock(?)', [lockName]).connection(connection)
    await db.client.releaseConnection(connection)
  }
}

function now(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ')
}
