/** A whole MySQL or MariaDB database as of one moment, as statements that make it again. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Transform } from 'node:stream'
import { createGzip } from 'node:zlib'
import { OperatorError } from '../errors.js'
import { findDump, onDatabase, type Program } from './mysql-programs.js'
import type { Connection } from './mysql-client.js'
import { openDatabase } from './open-database.js'
import { serversIn } from './servers.js'

/** Writes the statements, compressed, to a new file while others read and write the database; they pass through `watches`. */
export async function snapshotMysql(url: string, file: string, watches: Transform[]): Promise<void> {
  const program = await findDump()
  await onDatabase(await fitServer(url), { program, args: wordsFor(program) }, ({ stdout }) =>
    pipeline([stdout!, ...watches, createGzip(), createWriteStream(file, { mode: 0o600, flags: 'wx' })])
  )
}

/** One transaction, row by row, and nothing that needs more than the right to read. */
function wordsFor({ isMariadb }: Program): string[] {
  const common = [
    '--single-transaction',
    '--quick',
    '--hex-blob',
    '--no-tablespaces',
    '--default-character-set=utf8mb4'
  ]
  return isMariadb ? common : [...common, '--set-gtid-purged=OFF', '--column-statistics=0']
}

/** Runs statements one by one in an empty database. The connection takes one statement at a time, and no command of a client program.
 *  @throws OperatorError with the server's reason when it does not take one */
export async function loadMysql(url: string, statements: AsyncIterable<string>): Promise<void> {
  const db = openDatabase(url)
  const client = db.client as { acquireConnection(): Promise<Connection>; releaseConnection(one: Connection): unknown }
  try {
    const connection = await client.acquireConnection()
    try {
      await run(connection, asDumped)
      for await (const statement of statements) await run(connection, statement)
    } finally {
      connection.destroy()
      await client.releaseConnection(connection)
    }
  } finally {
    await db.destroy()
  }
}

/** How the programs want their statements read: a 0 is no next number, and tables come before those they refer to. */
const asDumped =
  "set names utf8mb4, session sql_mode = 'NO_AUTO_VALUE_ON_ZERO', session time_zone = '+00:00', session foreign_key_checks = 0, session unique_checks = 0"

function run(connection: Connection, statement: string): Promise<void> {
  return new Promise((resolve, reject) =>
    connection.query(statement, (error) => {
      if (!(error instanceof Error)) return resolve()
      const reason = 'sqlMessage' in error ? String(error.sqlMessage) : error.message
      reject(new OperatorError(`The database does not take the backup: ${reason}`, { cause: error }))
    })
  )
}

/** The URL of the first server that answers questions; the last one, where none does. */
async function fitServer(url: string): Promise<string> {
  const servers = serversIn(url)
  for (const server of servers) if (await answers(server)) return server
  return servers.at(-1) ?? url
}

/** A node that has left its cluster lets people in and answers no question about tables. */
async function answers(server: string): Promise<boolean> {
  const db = openDatabase(server)
  try {
    await db('information_schema.tables').first('table_name').whereRaw('table_schema = database()')
    return true
  } catch {
    return false
  } finally {
    await db.destroy()
  }
}
