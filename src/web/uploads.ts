/** Uploads: multipart forms whose files are checked by their bytes and stored as streams. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Request } from 'express'
import type { Config } from '../config.js'
import { Invalid, PorticoError } from '../errors.js'
import { HostSilent, type Actor, type FieldError, type FileInfo, type Host } from '../host/host.js'
import { cleanName, kindOfFile } from './file-kind.js'
import { formatFor } from './format.js'
import { ScanFailed, type VirusScan } from './virus-scan.js'

export interface Uploads {
  /** Reads a multipart form: fields as text, files stored by the host. Too large, too many or of a type not allowed: the
   *  files stored so far are removed. `check` may refuse the fields before the first file is kept, given how many there are.
   *  A field may come twice only if it is among `lists`; then `req.body` has all its values, `fields` none.
   *  @throws Invalid with the field of the file, and what `check` throws. (Z28, A15, A19, A20, A48) */
  receive(
    req: Request,
    by: Actor,
    check?: (fields: Readonly<Record<string, string>>, files: number) => void,
    lists?: ReadonlySet<string>
  ): Promise<{ fields: Record<string, string>; files: readonly ReceivedFile[] }>
}

/** `field`: the name it had in the form. */
export interface ReceivedFile extends FileInfo {
  readonly field: string
}

type Limits = Pick<Config['limits'], 'uploadSize' | 'filesPerNote'>

/** A file of the form, on its way through our temporary folder. */
interface Arrived {
  readonly field: string
  readonly name: string
  readonly path: string
}

interface Form {
  readonly fields: Record<string, string>
  readonly files: readonly Arrived[]
}

/** In bytes: the longest note that is taken has 20,000 characters, and one may need four. */
const longestText = 100_000

const fieldLimits = { fields: 100, fieldSize: longestText, fieldNameSize: 100, headerPairs: 20 }

/** Who looks for viruses, and who is told of one that was found. */
export interface Guard {
  readonly scan: VirusScan
  onVirus(found: FoundVirus, by: Actor): Promise<void>
  /** The scanner gave no verdict. */
  onFailure(error: unknown): void
}
export interface FoundVirus {
  /** Of the file. */
  readonly name: string
  readonly virus: string
}

/** Files wait in a temporary folder until all of them are found good; only then the host gets the first one. */
export function createUploads(host: Pick<Host, 'files'>, limits: Limits, guard?: Guard): Uploads {
  return {
    async receive(req, by, check, lists = noLists) {
      refuseOversized(req, limits)
      const folder = await mkdtemp(join(tmpdir(), 'portico-upload-'))
      try {
        const form = await readMultipart(req, limits, folder, lists)
        check?.(form.fields, form.files.length)
        const types = await typesOf(form.files)
        if (guard) await mustBeClean(form.files, guard, by)
        return { fields: form.fields, files: await store(host, form.files, types, by) }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    }
  }
}

/** Does `write` with files that were just received. Files of what was refused are not kept (A15); where the host gave no answer they are, for
 *  they may be on what it wrote. */
export async function withReceived<T>(
  host: Pick<Host, 'files'>,
  files: readonly Pick<FileInfo, 'id'>[],
  write: () => Promise<T>
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof HostSilent)) await Promise.allSettled(files.map(({ id }) => host.files.remove(id)))
    throw error
  }
}

/** The announced length alone can be too much; then nothing is read. */
function refuseOversized(req: Request, { uploadSize, filesPerNote }: Limits): void {
  const most = uploadSize * filesPerNote + 1024 * 1024
  if (Number(req.headers['content-length'] ?? 0) > most) throw new PorticoError('errors.tooLarge', { status: 413 })
}

const noLists: ReadonlySet<string> = new Set()

async function readMultipart(req: Request, limits: Limits, folder: string, lists: ReadonlySet<string>): Promise<Form> {
  const parser = parserFor(req, limits)
  const fields: Record<string, string> = {}
  const several: Record<string, string[]> = {}
  const refused: Record<string, FieldError> = {}
  const arriving: Promise<Arrived | undefined>[] = []
  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated || name in fields) refused[name] = { key: 'errors.field.invalid' }
    if (lists.has(name)) several[name] = [...(several[name] ?? []), value]
    else if (name !== '_csrf') fields[name] ??= value
  })
  parser.on('file', (field, content, { filename }) => {
    const path = join(folder, String(arriving.length))
    const tooLarge = () =>
      (refused[field] = { key: 'errors.file.size', args: { max: formatFor(req.locale).fileSize(limits.uploadSize) } })
    const arrival = arrive({ field, name: cleanName(filename ?? ''), path }, filename ?? '', content, tooLarge)
    // Where a body breaks off in a file, the form fails first: nobody waits for its files any more.
    arrival.catch(() => undefined)
    arriving.push(arrival)
  })
  parser.on('filesLimit', () => (refused['files'] = { key: 'errors.file.count', args: { count: limits.filesPerNote } }))
  parser.on('fieldsLimit', () => (refused['form'] = { key: 'errors.tooLarge' }))
  await readAll(req, parser)
  const files = (await Promise.all(arriving)).filter((file) => file !== undefined)
  req.body = { ...fields, ...several }
  if (Object.keys(refused).length > 0) throw new Invalid(refused)
  return { fields, files }
}

/** The parser reports a limit as soon as it is reached, so a file may have one byte less than that. */
function parserFor(req: Request, { uploadSize, filesPerNote }: Limits): busboy.Busboy {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: { ...fieldLimits, fileSize: uploadSize + 1, files: filesPerNote }
    })
  } catch (cause) {
    throw new PorticoError('errors.badRequest', { status: 400, cause })
  }
}

/** An empty file field posts a file without a name and without bytes; that is no file. */
async function arrive(
  file: Arrived,
  sentName: string,
  content: Readable,
  tooLarge: () => void
): Promise<Arrived | undefined> {
  content.on('limit', tooLarge)
  await pipeline(content, createWriteStream(file.path, { mode: 0o600 }))
  return sentName === '' ? undefined : file
}

async function readAll(req: Request, parser: busboy.Busboy): Promise<void> {
  try {
    await pipeline(req, parser)
  } catch (cause) {
    throw new PorticoError('errors.badRequest', { status: 400, cause })
  }
}

async function typesOf(files: readonly Arrived[]): Promise<string[]> {
  const types: string[] = []
  for (const { path, name, field } of files) {
    const kind = await kindOfFile(path, name)
    if ('refused' in kind) throw new Invalid({ [field]: { key: kind.refused } })
    types.push(kind.type)
  }
  return types
}

/** One after the other: a note's files are few. @throws Invalid for a virus, and while nobody can tell */
async function mustBeClean(files: readonly Arrived[], guard: Guard, by: Actor): Promise<void> {
  for (const { path, name, field } of files) {
    const virus = await virusIn(path, guard, field)
    if (virus === undefined) continue
    await guard.onVirus({ name, virus }, by)
    throw new Invalid({ [field]: { key: 'errors.file.virus', args: { file: name } } })
  }
}

async function virusIn(path: string, { scan, onFailure }: Guard, field: string): Promise<string | undefined> {
  try {
    return await scan.virusIn(path)
  } catch (error) {
    if (!(error instanceof ScanFailed)) throw error
    onFailure(error.cause)
    throw new Invalid({ [field]: { key: error.key } })
  }
}

async function store(
  host: Pick<Host, 'files'>,
  files: readonly Arrived[],
  types: readonly string[],
  by: Actor
): Promise<ReceivedFile[]> {
  const stored: ReceivedFile[] = []
  try {
    for (const [index, { name, path, field }] of files.entries()) {
      const type = types[index] ?? 'application/octet-stream'
      const file = await host.files.write({ name, type, content: createReadStream(path) }, by)
      stored.push({ ...file, field })
    }
    return stored
  } catch (error) {
    await Promise.allSettled(stored.map(({ id }) => host.files.remove(id)))
    throw error
  }
}
