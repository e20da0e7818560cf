/** Databases with something in them to copy: each is made once in a process, because that takes ten times as long as copying it. */
import { copyFileSync, cpSync, existsSync } from 'node:fs'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { migrate } from '../../src/db/migrate.js'
import { openDatabase } from '../../src/db/open-database.js'
import { temporaryFolder } from './child-process.js'
import { makeDatabase, type Engine, type TestDatabase } from './databases.js'

/** Where a world is: a database, and the folder with its files where it has some. */
export interface Place {
  readonly database: Pick<TestDatabase, 'engine' | 'url'>
  readonly filesFolder?: string
}

/** Fills an empty place with a world, and leaves nothing open there. */
export type Fill = (place: Required<Place>) => Promise<void>

const made = new Map<string, Promise<Required<Place>>>()

/** Copies the world of this name to `place`; the first time on a day it is made by `fill`, since its dates are counted from today.
 *  False: the place is not empty, and stays as it is. */
export async function copyWorld(name: string, place: Place, fill: Fill): Promise<boolean> {
  if (!(await isEmpty(place))) return false
  const { engine } = place.database
  const key = JSON.stringify([engine, name, new Date().toISOString().slice(0, 10)])
  const world = made.get(key) ?? makeWorld(engine, fill)
  made.set(key, world)
  await copy(await world, place)
  return true
}

/** Makes Portico's tables in an empty database. */
export async function makeTables(database: TestDatabase): Promise<void> {
  await copyWorld('tables', { database }, async ({ database: { url } }) => {
    const db = openDatabase(url)
    await migrate(db)
    await db.destroy()
  })
}

async function makeWorld(engine: Engine, fill: Fill): Promise<Required<Place>> {
  const place = { database: await makeDatabase(engine), filesFolder: temporaryFolder('world') }
  await fill(place)
  return place
}

async function isEmpty({ database: { engine, url } }: Place): Promise<boolean> {
  if (engine === 'sqlite') return !existsSync(url)
  return onDatabase(url, async (connection) => (await tablesOf(connection)).length === 0)
}

async function copy(world: Required<Place>, place: Place): Promise<void> {
  if (place.filesFolder) cpSync(world.filesFolder, place.filesFolder, { recursive: true })
  if (place.database.engine === 'sqlite') copyFileSync(world.database.url, place.database.url)
  else await copyMysql(world.database.url, place.database.url)
}

const statements = new Map<string, Promise<string>>()

async function copyMysql(from: string, to: string): Promise<void> {
  const all = statements.get(from) ?? onDatabase(from, statementsFor)
  statements.set(from, all)
  const text = await all
  await onDatabase(to, (connection) => connection.query(text))
}

/** Makes every table again as it is here, and fills it with its rows. */
async function statementsFor(connection: Connection): Promise<string> {
  const all: string[] = []
  for (const table of await tablesOf(connection)) {
    const [[row]] = await connection.query<RowDataPacket[]>(`show create table ${table}`)
    all.push(String(row!['Create Table']), `insert into ${table} select * from ${connection.config.database}.${table}`)
  }
  return all.join(';\n')
}

async function tablesOf(connection: Connection): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>('show tables')
  return rows.map((row) => String(Object.values(row)[0]))
}

async function onDatabase<T>(uri: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri, multipleStatements: true })
  try {
    return await work(connection)
  } finally {
    await connection.end()
  }
}
