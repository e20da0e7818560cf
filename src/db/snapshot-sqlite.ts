/** A whole SQLite database as of one moment, in a file of its own. */
import type { Database } from 'better-sqlite3'
import type { Knex } from 'knex'
import { openDatabase } from './open-database.js'

interface Connections {
  acquireConnection(): Promise<Database>
  releaseConnection(connection: Database): Promise<void>
}

/** All pages at once: in several steps the copy would begin anew with whatever others write meanwhile. */
const allPages = 0x7fffffff

/** Copies `db` while others read and write it; `file` is new, and one file when it is done. */
export async function snapshotSqlite(db: Knex, file: string): Promise<void> {
  const client = db.client as Connections
  const connection = await client.acquireConnection()
  try {
    await connection.backup(file, { progress: () => allPages })
  } finally {
    await client.releaseConnection(connection)
  }
}

/** Works with a copy that nobody else has open, and leaves it one file. @throws when SQLite finds it damaged */
export async function withSnapshot<T>(file: string, work: (copy: Knex) => Promise<T>): Promise<T> {
  const copy = openDatabase(file)
  try {
    const [row] = await copy.raw<{ quick_check: string }[]>('pragma quick_check(1)')
    if (row?.quick_check !== 'ok') throw new Error(`SQLite finds ${file} damaged: ${row?.quick_check}`)
    const result = await work(copy)
    await copy.raw('pragma journal_mode = delete')
    return result
  } finally {
    await copy.destroy()
  }
}
