/** What a backup is made of and goes back to: one kind for each database, with the same questions. */
import { createWriteStream } from 'node:fs'
import { chmod, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Knex } from 'knex'
import { openDatabase } from '../db/open-database.js'
import { loadMysql, snapshotMysql } from '../db/snapshot-mysql.js'
import { snapshotSqlite, withSnapshot } from '../db/snapshot-sqlite.js'
import { besideTables, idsIn, rowsByTable, tablesOf } from '../db/table-rows.js'
import { OperatorError } from '../errors.js'
import { watchRows, type RowCount } from './dump-rows.js'
import { refusingForeign, statementsIn } from './dump-statements.js'
import { contentOf, type Written, type WrittenDatabase } from './manifest.js'
import { printable } from './printable.js'

export interface Place {
  readonly engine: 'sqlite' | 'mysql'
  /** Of the snapshot in the backup's folder. */
  readonly fileName: WrittenDatabase['name']
  /** Writes the database as of one moment to a new file and says what is in it; `firstOf`: of that table, each row's first value. */
  write(file: string, firstOf: string | undefined): Promise<RowCount>
  /** Fills the database, which is empty, from such a file of the backup's folder. @throws OperatorError before that, when there is more in it than
   *  tables and rows */
  load(folder: string, file: Written): Promise<void>
}

export function placeOf(url: string): Place {
  return /^(mysql|mariadb):\/\//.test(url) ? mysqlPlace(url) : sqlitePlace(url)
}

function mysqlPlace(url: string): Place {
  return {
    engine: 'mysql',
    fileName: 'database.sql.gz',
    async write(file, firstOf) {
      const watched = watchRows(firstOf)
      await snapshotMysql(url, file, [refusingForeign(), watched.stream])
      return watched.count
    },
    async load(folder, file) {
      for await (const statement of statementsIn(unpacked(folder, file))) void statement
      await loadMysql(url, statementsIn(unpacked(folder, file)))
    }
  }
}

function sqlitePlace(path: string): Place {
  return {
    engine: 'sqlite',
    fileName: 'database.sqlite',
    async write(file, firstOf) {
      await withDatabase(path, (db) => snapshotSqlite(db, file))
      await chmod(file, 0o600)
      return withSnapshot(file, async (copy) => ({
        tables: await rowsByTable(copy, await tablesOf(copy)),
        firstValues: firstOf === undefined ? [] : await idsIn(copy, firstOf)
      }))
    },
    async load(folder, file) {
      const unfinished = `${path}.restoring`
      await rm(unfinished, { force: true })
      try {
        await pipeline(contentOf(folder, file), createWriteStream(unfinished, { mode: 0o600, flags: 'wx' }))
        await withSnapshot(unfinished, refuseForeign)
        await rename(unfinished, path)
      } catch (error) {
        for (const ending of ['', '-wal', '-shm']) await rm(unfinished + ending, { force: true })
        throw error
      }
    }
  }
}

/** The statements as they were before they were compressed; what is wrong with the file comes out here. */
function unpacked(folder: string, file: Written): AsyncIterable<Buffer> {
  const unzip = createGunzip()
  pipeline(contentOf(folder, file), unzip).catch((error: Error) => unzip.destroy(error))
  return unzip
}

/** Triggers and views would act as soon as something is read or written. @throws OperatorError */
async function refuseForeign(copy: Knex): Promise<void> {
  const found = await besideTables(copy)
  if (found)
    throw new OperatorError(
      `A backup of Portico holds tables and their rows and nothing else; this is none: ${printable(found)}`
    )
}

/** Opens the database for one piece of work. */
export async function withDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  const db = openDatabase(url)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** @throws OperatorError when there is something in the database. */
export async function refuseFilled(url: string): Promise<void> {
  const tables = await withDatabase(url, tablesOf)
  if (tables.length === 0) return
  throw new OperatorError(
    `A backup goes back into an empty database; the one of DATABASE_URL has ${tables.length} tables, ${tables[0]} among them. Make a new one and name it in DATABASE_URL.`
  )
}
