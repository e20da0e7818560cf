/** What a backup says of itself: of which program and when, every table with its rows, every file with its size and hash, and a proof of all that. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile, realpath, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { OperatorError } from '../errors.js'
import { isSame, proofOf } from '../signing.js'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().min(0)

/** Below the backup's folder: ids of files are names there, and nothing that leads out of it. */
const fileName = z.string().regex(/^files(\/[\w-]+)+$/)

/** It is shown on a terminal. */
const line = z.string().regex(/^[^\p{Cc}\p{Cf}]*$/u)

const written = z.strictObject({
  name: z.string(),
  /** Bytes. */
  size: count,
  sha256: digest
})

const contents = z.strictObject({
  format: z.literal(1),
  /** Version of the program that made it. */
  portico: line,
  host: z.enum(['embedded', 'espocrm']),
  engine: z.enum(['sqlite', 'mysql']),
  /** Number of the last migration that the database had had. */
  step: count,
  madeAt: z.iso.datetime(),
  database: written.extend({ name: z.enum(['database.sqlite', 'database.sql.gz']) }),
  /** Rows by table. */
  tables: z.record(line, count),
  files: z.array(written.extend({ name: fileName })),
  /** Files that a row names and the folder had not. */
  missing: z.array(line),
  /** Says which secret was in force and nothing of it; absent where the secret stands in the database itself. */
  secret: digest.optional()
})

const signed = contents.extend({ proof: digest.optional() })

export type Contents = z.output<typeof contents>
export type Written = z.output<typeof written>
export type WrittenDatabase = Contents['database']

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
  /** The operator knows that the backup was made under another secret, or under none, and stands up for it himself. */
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

/** Whoever can write into the folder can take a proof away: where there is a secret, it has to be there. */
function checkProof(said: Contents, proof: string | undefined, { secret, otherSecret }: Trust): void {
  if (otherSecret || (secret === undefined && said.secret === undefined)) return
  if (secret === undefined) throw new OperatorError(noSecretHere)
  if (said.secret === undefined) throw new OperatorError(noProof)
  if (!isSame(said.secret, fingerprintOf(secret)))
    throw new OperatorError(
      'The backup was made under another PORTICO_SECRET. Set that one: with any other, second factors, links in mails and tokens are worth nothing. If it is lost, say --other-secret.'
    )
  if (!isSame(proof ?? '', proofOf({ secret, purpose }, JSON.stringify(said))))
    throw new OperatorError(`The backup's ${manifestName} was changed after it was made. Take another backup.`)
}

const noSecretHere =
  'The backup was made under a PORTICO_SECRET, and none is set here. Set that one; if it is lost, say --other-secret.'
const noProof =
  'Nothing proves that the backup is as it was made: it was changed, or made where no PORTICO_SECRET was set. If nobody but you could write into its folder, say --other-secret.'

function fingerprintOf(secret: string): string {
  return proofOf({ secret, purpose: 'backup fingerprint' })
}

/** Size and hash of a file of the backup, as they are now. */
export async function describeFile<Name extends string>(
  folder: string,
  name: Name
): Promise<{ name: Name; size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of (await openPlain(folder, name)).createReadStream()) {
    const bytes = piece as Buffer
    hash.update(bytes)
    size += bytes.length
  }
  return { name, size, sha256: hash.digest('hex') }
}

/** What is in a file of the backup, hashed as it is read. @throws OperatorError, at the latest at the end, when it is not as it was written */
export async function* contentOf(folder: string, { name, size, sha256 }: Written): AsyncGenerator<Buffer> {
  const handle = await openPlain(folder, name)
  const hash = createHash('sha256')
  const found = (await handle.stat()).size
  if (found !== size) {
    await handle.close()
    throw new OperatorError(`The backup was changed: ${name} has ${found} bytes and not ${size}.`)
  }
  for await (const piece of handle.createReadStream()) {
    hash.update(piece as Buffer)
    yield piece as Buffer
  }
  if (hash.digest('hex') !== sha256)
    throw new OperatorError(`The backup was changed: ${name} holds something else than when it was made.`)
}

/** @throws OperatorError when the file is not as it was written. */
export async function checkFile(folder: string, file: Written): Promise<void> {
  for await (const piece of contentOf(folder, file)) void piece
}

/** A file that is one, at the place it says: no link leads there, and none on the way. */
async function openPlain(folder: string, name: string): Promise<FileHandle> {
  const path = join(folder, name)
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined)
  const isPlain = (await handle?.stat())?.isFile() === true
  if (handle && isPlain && (await realpath(path)) === join(await realpath(folder), name)) return handle
  await handle?.close()
  throw new OperatorError(`The backup is not whole: ${name} is missing.`)
}
