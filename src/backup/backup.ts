/** Makes a backup of a service that goes on running: its database as of one moment, and every file that a row of that moment names. */
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config.js'
import { schemaVersion } from '../db/migrate.js'
import { OperatorError } from '../errors.js'
import type { RowCount } from './dump-rows.js'
import { describeFile, writeManifest, type Contents, type Written } from './manifest.js'
import { placeOf, withDatabase, type Place } from './places.js'

/** Of what the embedded CRM keeps beside its rows; undefined where files are kept by another program. */
export interface StoredFiles {
  /** The table whose column `id`, its first, names the files. */
  readonly fileTable: string
  pathOf(id: string): string
  /** Does `work`; files that are removed meanwhile lie at `asidePathOf` until it is done. */
  whileSetAside<T>(folder: string, work: () => Promise<T>): Promise<T>
  asidePathOf(folder: string, path: string): string
}

export interface BackupOf {
  readonly config: Pick<Config, 'databaseUrl' | 'filesFolder' | 'host'>
  readonly files: StoredFiles | undefined
  /** Version of this program. */
  readonly version: string
  /** Undefined where it stands in the database itself. */
  readonly secret: string | undefined
}

/** Makes the backup in `folder`, which is new or empty; while it is made it is called `….unfinished`.
 *  @throws OperatorError when there is nothing to back up, or something in the folder. */
export async function makeBackup(of: BackupOf, folder: string): Promise<Contents> {
  await refuseFilledFolder(folder)
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  const contents = await writeInto(unfinished, of)
  await writeManifest(unfinished, contents, of.secret)
  await rm(folder, { recursive: true, force: true })
  await rename(unfinished, folder)
  return contents
}

async function refuseFilledFolder(folder: string): Promise<void> {
  const found = existsSync(folder) ? await readdir(folder) : []
  if (found.length > 0) throw new OperatorError(`${folder} is not empty. Name a new folder for each backup.`)
}

async function writeInto(folder: string, of: BackupOf): Promise<Contents> {
  const { config, version } = of
  const place = placeOf(config.databaseUrl)
  const step = await stepOf(config.databaseUrl, place)
  const { rows, kept, missing } = await snapshot(folder, of, place)
  if ((await stepOf(config.databaseUrl, place)) !== step)
    throw new OperatorError('Portico was upgraded while the backup was made. Make another one.')
  return {
    format: 1,
    portico: version,
    host: config.host,
    engine: place.engine,
    step,
    madeAt: new Date().toISOString(),
    database: await describeFile(folder, place.fileName),
    tables: rows.tables,
    files: kept,
    missing
  }
}

interface Snapshot {
  readonly rows: RowCount
  readonly kept: Written[]
  readonly missing: string[]
}

/** A file is whole in its place before a row names it, and the row goes before the file does. So the database comes first, and what it
 *  names is copied after it; what is removed in between is set aside meanwhile. */
async function snapshot(folder: string, { config, files }: BackupOf, place: Place): Promise<Snapshot> {
  const file = join(folder, place.fileName)
  if (!files) return { rows: await place.write(file, undefined), kept: [], missing: [] }
  return files.whileSetAside(config.filesFolder, async () => {
    const rows = await place.write(file, files.fileTable)
    return { rows, ...(await copyFiles(folder, { from: config.filesFolder, files, ids: rows.firstValues })) }
  })
}

interface Copying {
  readonly from: string
  readonly files: StoredFiles
  readonly ids: readonly string[]
}

/** Says what was copied, and what the snapshot names and nobody had. */
async function copyFiles(folder: string, { from, files, ids }: Copying): Promise<Omit<Snapshot, 'rows'>> {
  const kept: Written[] = []
  const missing: string[] = []
  for (const id of [...ids].sort()) {
    const path = files.pathOf(id)
    const name = join('files', path)
    await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
    const isThere =
      (await copied(join(from, path), join(folder, name))) ||
      (await copied(files.asidePathOf(from, path), join(folder, name)))
    if (isThere) kept.push(await describeFile(folder, name))
    else missing.push(id)
  }
  return { kept, missing }
}

/** False: there is no such file. */
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to)
    await chmod(to, 0o600)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** @throws OperatorError when it is no database of Portico's. */
async function stepOf(url: string, { engine }: Place): Promise<number> {
  if (engine === 'sqlite' && !existsSync(url))
    throw new OperatorError(`There is no database at ${url}. Check DATABASE_URL.`)
  return withDatabase(url, async (db) => {
    if (await db.schema.hasTable('portico_schema')) return schemaVersion(db)
    throw new OperatorError('There is nothing of Portico in the database. Check DATABASE_URL.')
  })
}
