/** Fresh databases for the tests: SQLite always, MariaDB where the machine has it. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/db/open-database.js'
import { temporaryFolder } from './child-process.js'
import { hasMysql, mariadb, mysqlUrl, runPrefix, wantMysql } from './mariadb.js'
import { suiteNeeding } from './needs.js'

export type Engine = 'sqlite' | 'mysql'

/** An empty database: a handle, and the URL under which the product opens it a second time. */
export interface TestDatabase {
  readonly engine: Engine
  readonly url: string
  readonly db: Knex
}

/** Makes an empty database; it is dropped when the suite is over. Call it in a hook or a test. */
export type OpenDatabase = () => Promise<TestDatabase>

/** Runs the same suites on each engine:
 *  `eachDatabase((open) => { describe('…', () => { before(async () => ({ db } = await open())) … }) })`. */
export function eachDatabase(suites: (open: OpenDatabase, engine: Engine) => void): void {
  describe('on SQLite', () => suites(databasesOfSuite('sqlite'), 'sqlite'))
  onMysql('on MariaDB', (open) => suites(open, 'mysql'))
}

/** A suite for MariaDB alone. */
export function onMysql(title: string, suites: (open: OpenDatabase) => void): void {
  wantMysql()
  suiteNeeding(mariadb, hasMysql(), title, () => suites(databasesOfSuite('mysql')))
}

/** A suite for SQLite alone. */
export function onSqlite(title: string, suites: (open: OpenDatabase) => void): void {
  describe(title, () => suites(databasesOfSuite('sqlite')))
}

function databasesOfSuite(engine: Engine): OpenDatabase {
  const made: { drop(): Promise<void> }[] = []
  after(async function () {
    this.timeout(60_000)
    for (const database of made.splice(0)) await database.drop()
  })
  return async () => {
    const database = await makeDatabase(engine)
    made.push(database)
    return database
  }
}

type Droppable = TestDatabase & { drop(): Promise<void> }

/** An empty database for the whole run; suites take theirs from `eachDatabase`. */
export async function makeDatabase(engine: Engine): Promise<Droppable> {
  return engine === 'mysql' ? makeMysql() : makeSqlite()
}

let sqliteFolder: string | undefined

function makeSqlite(): Droppable {
  sqliteFolder ??= temporaryFolder('sqlite')
  const url = join(sqliteFolder, `${freshName()}.sqlite`)
  const db = openDatabase(url)
  const drop = async (): Promise<void> => {
    await db.destroy()
    for (const ending of ['', '-wal', '-shm']) rmSync(url + ending, { force: true })
  }
  return { engine: 'sqlite', url, db, drop }
}

async function makeMysql(): Promise<Droppable> {
  const name = freshName()
  await onServer(`create database ${name} character set utf8mb4 collate utf8mb4_unicode_ci`)
  const url = `${mysqlUrl()}/${name}`
  const db = openDatabase(url)
  const drop = async (): Promise<void> => {
    await db.destroy()
    await onServer(`drop database if exists ${name}`)
  }
  return { engine: 'mysql', url, db, drop }
}

async function onServer(statement: string): Promise<void> {
  const server = openDatabase(mysqlUrl())
  try {
    await server.raw(statement)
  } finally {
    await server.destroy()
  }
}

const freshName = (): string => runPrefix() + randomBytes(6).toString('hex')
