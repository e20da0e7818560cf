/** Puts a backup back, into an empty database and an empty folder of files, and counts everything again. */
import { mkdir, readdir } from 'node:fs/promises'
import { createWriteStream, existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import type { Config } from '../config.js'
import { emptyTables, rowsByTable, tablesOf } from '../db/table-rows.js'
import { OperatorError } from '../errors.js'
import { checkFile, contentOf, readBackup, type Contents, type Trust } from './manifest.js'
import { placeOf, refuseFilled, withDatabase } from './places.js'

export interface RestoreTo extends Trust {
  readonly config: Pick<Config, 'databaseUrl' | 'filesFolder' | 'host'>
  /** Tables of who is signed in: they are emptied. */
  readonly sessionTables: readonly string[]
  /** What waits to be sent is not sent any more. */
  readonly withdrawMessages?: boolean
}

export interface Restored {
  readonly contents: Contents
  readonly tables: readonly Compared[]
  /** Who was signed in when the backup was made. */
  readonly sessionsEnded: number
  /** Mails and text messages that waited when the backup was made and are not sent. */
  readonly messagesWithdrawn: number
}

/** A table as the backup counted it, and as it is in the database now; undefined: it is not there. */
export interface Compared {
  readonly table: string
  readonly then: number | undefined
  readonly now: number | undefined
}

/** @throws OperatorError before anything is written, when the backup is not whole, not as it was made, of a newer Portico or for
 *  another database, or when there is something where it is to go. */
export async function restoreBackup(folder: string, to: RestoreTo): Promise<Restored> {
  const contents = await readBackup(folder, to)
  refuseForeign(contents, to)
  for (const file of [contents.database, ...contents.files]) await checkFile(folder, file)
  await refuseFilled(to.config.databaseUrl)
  await refuseFilledFiles(to.config.filesFolder, contents)
  await placeOf(to.config.databaseUrl).load(folder, contents.database)
  await copyFiles(folder, contents, to.config.filesFolder)
  return withDatabase(to.config.databaseUrl, async (db) => ({
    contents,
    tables: await compare(db, contents.tables),
    // Whoever signed out after the backup was made must not be in again: everybody signs in anew.
    sessionsEnded: await emptyTables(db, to.sessionTables),
    messagesWithdrawn: to.withdrawMessages ? await withdrawWaiting(db) : 0
  }))
}

function refuseForeign({ step, portico, engine, host, database }: Contents, { config }: RestoreTo): void {
  if (step > migrations.length)
    throw new OperatorError(
      `The backup is of Portico ${portico} (step ${step} of the tables), which is newer than this one (step ${migrations.length}). Restore it with that one.`
    )
  const wanted = placeOf(config.databaseUrl)
  const names = { sqlite: 'SQLite', mysql: 'MySQL or MariaDB' }
  if (engine !== wanted.engine)
    throw new OperatorError(
      `The backup is of ${names[engine]}, and DATABASE_URL names a database of ${names[wanted.engine]}.`
    )
  if (database.name !== wanted.fileName) throw new OperatorError(`The backup's database is no ${wanted.fileName}.`)
  if (host !== config.host)
    throw new OperatorError(
      host === 'espocrm'
        ? 'The backup is of Portico beside EspoCRM: begin DATABASE_URL with espocrm+mysql://.'
        : 'The backup is of Portico with the embedded CRM: DATABASE_URL must not begin with espocrm+.'
    )
}

async function refuseFilledFiles(folder: string, { host }: Contents): Promise<void> {
  if (host === 'espocrm' || !existsSync(folder)) return
  const [first] = await readdir(folder)
  if (first !== undefined)
    throw new OperatorError(
      `The folder of files, ${folder}, is not empty: ${first} is in it. Name a new one in PORTICO_FILES.`
    )
}

async function copyFiles(folder: string, { files }: Contents, to: string): Promise<void> {
  for (const file of files) {
    const place = join(to, relative('files', file.name))
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    await pipeline(contentOf(folder, file), createWriteStream(place, { mode: 0o600, flags: 'wx' }))
  }
}

async function compare(db: Knex, then: Readonly<Record<string, number>>): Promise<Compared[]> {
  const now = await rowsByTable(db, await tablesOf(db))
  const tables = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort()
  return tables.map((table) => ({ table, then: then[table], now: now[table] }))
}

/** Texts of messages hold one-time links and codes: they go as well (A32). Notifications would become mails. */
async function withdrawWaiting(db: Knex): Promise<number> {
  const withdrawn = { state: 'withdrawn', text: '' }
  const mails = (await db.schema.hasTable('portico_mail'))
    ? await db('portico_mail')
        .where({ state: 'waiting' })
        .update({ ...withdrawn, html: '' })
    : 0
  const texts = (await db.schema.hasTable('portico_sms'))
    ? await db('portico_sms').where({ state: 'waiting' }).update(withdrawn)
    : 0
  return mails + texts + (await emptyTables(db, ['portico_notifications']))
}
