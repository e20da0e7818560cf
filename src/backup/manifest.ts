/** What a backup says of itself: of which program and when, every table with its rows, every file with its size and hash, and a proof of all that. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { OperatorError } from '../errors.js'
import { isSame, proofOf } from '../signing.js'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

/** Below the backup's folder: ids of files are names there, and nothing that leads out of it. */
const fileName = z.string().regex(/^files(\/[\w-]+)+$/)

const written = z.strictObject({
  name: z.union([fileName, z.enum(['database.sqlite', 'database.sql.gz'])]),
  /** Bytes. */
  size: count,
  sha256: digest
})

const contents = z.strictObject({
  format: z.literal(1),
  /** Version of the program that made it. */
  portico: z.string(),
  host: z.enum(['embedded', 'espocrm']),
  engine: z.enum(['sqlite', 'mysql']),
  /** Number of the last migration that the database had had. */
  step: count,
  madeAt: z.iso.datetime(),
  database: written,
  /** Rows by table. */
  tables: z.record(z.string(), count),
  files: z.array(written),
  /** Files that a row names and the folder had not. */
  missing: z.array(z.string()),
  /** Says which secret was in force and nothing of it; absent where the secret stands in the database itself. */
  secret: digest.optional()
})

const signed = contents.extend({ proof: digest.optional() })

export type Contents = z.output<typeof contents>
export type Written = z.output<typeof written>

const manifestName = 'manifest.json'
const purpose = 'backup'

/** Written last: without it a folder is no backup. */
export async function writeManifest(folder: string, said: Contents, secret: string | undefined): Promise<void> {
  const whole: Contents = { ...said, ...(secret !== undefined && { secret: fingerprintOf(secret) }) }
  const proof = secret === undefined ? {} : { proof: proofOf({ secret, purpose }, JSON.stringify(whole)) }
  const text = JSON.stringify({ ...whole, ...proof }, null, 1)
  await writeFile(join(folder, manifestName), `${text}\n`, { mode: 0o600, flag: 'wx' })
}

export interface Trust {
  /** In force here; undefined where it comes with the database. */
  readonly secret: string | undefined
  /** The operator knows that the backup was made under another secret. */
  readonly otherSecret: boolean
}

/** @throws OperatorError when the folder is no whole backup, when it was changed, or when it was made under another secret. */
export async function readBackup(folder: string, trust: Trust): Promise<Contents> {
  const read = signed.safeParse(parsed(await textOf(folder)))
  if (!read.success) throw new OperatorError(`The backup's ${manifestName} was changed, or is of a newer Portico.`)
  const { proof, ...said } = read.data
  checkProof(said, proof, trust)
  return said
}

async function textOf(folder: string): Promise<string> {
  return readFile(join(folder, manifestName), 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${folder} is no whole backup: it has no ${manifestName}, which is written last.`, {
      cause
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OperatorError(`The backup's ${manifestName} was changed or cut off: it can't be read.`, { cause })
  }
}

function checkProof(said: Contents, proof: string | undefined, { secret, otherSecret }: Trust): void {
  if (said.secret === undefined || secret === undefined || otherSecret) return
  if (!isSame(said.secret, fingerprintOf(secret)))
    throw new OperatorError(
      'The backup was made under another PORTICO_SECRET. Set that one: with any other, second factors, links in mails and tokens are worth nothing. If it is lost, say --other-secret.'
    )
  if (!isSame(proof ?? '', proofOf({ secret, purpose }, JSON.stringify(said))))
    throw new OperatorError(`The backup's ${manifestName} was changed after it was made. Take another backup.`)
}

function fingerprintOf(secret: string): string {
  return proofOf({ secret, purpose: 'backup fingerprint' })
}

/** Size and hash of a file of the backup, as they are now. */
export async function describeFile(folder: string, name: string): Promise<Written> {
  const path = join(folder, name)
  const hash = createHash('sha256')
  const { size } = await lstat(path)
  await pipeline(createReadStream(path), hash)
  return { name, size, sha256: hash.digest('hex') }
}

/** @throws OperatorError naming the first file that is not as it was written. */
export async function checkFile(folder: string, { name, size, sha256 }: Written): Promise<void> {
  const found = await lstat(join(folder, name)).catch(() => undefined)
  if (!found?.isFile()) throw new OperatorError(`The backup is not whole: ${name} is missing.`)
  if (found.size !== size)
    throw new OperatorError(`The backup was changed: ${name} has ${found.size} bytes and not ${size}.`)
  if ((await describeFile(folder, name)).sha256 !== sha256)
    throw new OperatorError(`The backup was changed: ${name} holds something else than when it was made.`)
}
