/** A whole MySQL or MariaDB database as of one moment, as statements that make it again. */
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Transform } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { findProgram, onDatabase, type Program } from './mysql-programs.js'
import { openDatabase } from './open-database.js'
import { serversIn } from './servers.js'

/** Writes the statements, compressed, to a new file while others read and write the database; `watch` sees them pass. */
export async function snapshotMysql(url: string, file: string, watch: Transform): Promise<void> {
  const program = await findProgram('dump')
  await onDatabase(await fitServer(url), { program, args: wordsFor(program) }, ({ stdout }) =>
    pipeline(stdout!, watch, createGzip(), createWriteStream(file, { mode: 0o600, flags: 'wx' }))
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

/** Runs the statements of such a file in an empty database. */
export async function loadMysql(url: string, file: string): Promise<void> {
  const program = await findProgram('client')
  await onDatabase(await fitServer(url), { program, args: [] }, ({ stdin }) =>
    pipeline(createReadStream(file), createGunzip(), stdin!)
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
