/** Makes a backup of a service that goes on running: its database as of one moment, and every file that a row of that moment names. */
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.js'
import { schemaVersion } from '../db/migrate.js'
import { momentAt } from '../db/moment.js'
import { idsIn } from '../db/table-rows.js'
import { OperatorError } from '../errors.js'
import type { RowCount } from './dump-rows.js'
import { describeFile, writeManifest, type Contents, type Written } from './manifest.js'
import { placeOf, withDatabase, type Place } from './places.js'

/** Of what the embedded CRM keeps beside its rows; undefined where files are kept by another program. */
export interface StoredFiles {
  /** The table whose column `id`, its first, names the files; `created_at` says since when. */
  readonly fileTable: string
  pathOf(id: string): string
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
 *  names is copied after it; but what may be removed in between is copied before and while the snapshot is made. */
async function snapshot(folder: string, { config, files }: BackupOf, place: Place): Promise<Snapshot> {
  const file = join(folder, place.fileName)
  if (!files) return { rows: await place.write(file, undefined), kept: [], missing: [] }
  const copies = new FileCopies(folder, config.filesFolder, files)
  const rows = await withDatabase(config.databaseUrl, async (db) => {
    const since = momentAt(Date.now() - 1000)
    await copies.take(await idsIn(db, files.fileTable))
    const takeNew = async (): Promise<void> => copies.take(await idsIn(db, files.fileTable, since))
    return meanwhile(place.write(file, files.fileTable), takeNew)
  })
  await copies.take(rows.firstValues)
  return { rows, ...(await copies.keepOnly(rows.firstValues)) }
}

/** In milliseconds: what comes and goes between two looks may be missed. */
const betweenLooks = 50

/** Does `also` again and again until `work` is done. */
async function meanwhile<T>(work: Promise<T>, also: () => Promise<void>): Promise<T> {
  let isDone = false
  const done = (): void => void (isDone = true)
  work.then(done, done)
  for (; !isDone; await pause(betweenLooks)) await also()
  return work
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

/** Files copied into a backup, each once. */
class FileCopies {
  private readonly taken = new Set<string>()

  constructor(
    private readonly folder: string,
    private readonly from: string,
    private readonly stored: StoredFiles
  ) {}

  /** Copies those that are there and not copied yet. */
  async take(ids: readonly string[]): Promise<void> {
    for (const id of ids) if (!this.taken.has(id) && (await this.copy(id))) this.taken.add(id)
  }

  private async copy(id: string): Promise<boolean> {
    const to = join(this.folder, this.nameOf(id))
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    try {
      await copyFile(join(this.from, this.stored.pathOf(id)), to)
      await chmod(to, 0o600)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  /** Leaves out what the snapshot does not name, and says what it names and nobody had. */
  async keepOnly(ids: readonly string[]): Promise<{ kept: Written[]; missing: string[] }> {
    const named = new Set(ids)
    for (const id of this.taken) if (!named.has(id)) await rm(join(this.folder, this.nameOf(id)))
    const kept = ids.filter((id) => this.taken.has(id)).sort()
    const described: Written[] = []
    for (const id of kept) described.push(await describeFile(this.folder, this.nameOf(id)))
    return { kept: described, missing: ids.filter((id) => !this.taken.has(id)) }
  }

  private nameOf(id: string): string {
    return join('files', this.stored.pathOf(id))
  }
}
