/** What a backup is made of and goes back to: one kind for each database, with the same questions. */
import { chmod, copyFile, rename } from 'node:fs/promises'
import type { Knex } from 'knex'
import { openDatabase } from '../db/open-database.js'
import { loadMysql, snapshotMysql } from '../db/snapshot-mysql.js'
import { snapshotSqlite, withSnapshot } from '../db/snapshot-sqlite.js'
import { idsIn, rowsByTable, tablesOf } from '../db/table-rows.js'
import { OperatorError } from '../errors.js'
import { watchRows, type RowCount } from './dump-rows.js'

export interface Place {
  readonly engine: 'sqlite' | 'mysql'
  /** Of the snapshot in the backup's folder. */
  readonly fileName: 'database.sqlite' | 'database.sql.gz'
  /** Writes the database as of one moment to a new file and says what is in it; `firstOf`: of that table, each row's first value. */
  write(file: string, firstOf: string | undefined): Promise<RowCount>
  /** Fills the database, which is empty, from such a file. */
  load(file: string): Promise<void>
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
      await snapshotMysql(url, file, watched.stream)
      return watched.count
    },
    load: (file) => loadMysql(url, file)
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
    async load(file) {
      const unfinished = `${path}.restoring`
      await copyFile(file, unfinished)
      await rename(unfinished, path)
    }
  }
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
