/** Files as EspoCRM's attachments: what is known of them is read by SQL, their contents go through its REST door. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Knex } from 'knex'
import { z } from 'zod'
import { Forbidden, NotFound } from '../../errors.js'
import type { Module, Storage } from '../catalog.js'
import { HostRefused, HostUnavailable, type FileInfo, type Files } from '../host.js'
import type { Espo } from './espo.js'
import { segment } from './ids.js'
import { EspoRefused, type Rest } from './rest.js'
import { attachmentsField } from './side-tables.js'

/** In bytes; PHP takes 8 MiB in one request unless it is told otherwise, and what we send is a third longer. */
const pieceSize = 2 * 1024 * 1024

export function createFiles(espo: Espo): Files {
  const { rest } = espo
  return {
    /** The attachment belongs to Portico's own user, whoever writes: what belongs to another it could not read back.
     *  @throws HostRefused for `files` when EspoCRM's own limits say no */
    async write({ name, type, content }) {
      return onDisk(content, (path, size) => upload(rest, { name: headerSafe(name), type, path, size }))
    },
    async read(id) {
      const row = await ours(espo, id)
      if (!row || wentWithItsNote(row)) throw new NotFound()
      try {
        return await rest.stream(`Attachment/file/${segment(id)}`)
      } catch (error) {
        throw answered(error, 403, 404) ? new NotFound(error) : error
      }
    },
    async remove(id) {
      if (!(await ours(espo, id))) return
      try {
        await rest.send('DELETE', `Attachment/${segment(id)}`)
      } catch (error) {
        if (!answered(error, 404)) throw answered(error, 403) ? new Forbidden() : error
      }
    }
  }
}

/** EspoCRM wants to know a file's size before its content; a stream that breaks off never gets as far as EspoCRM. */
async function onDisk<T>(content: Readable, use: (path: string, size: number) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'portico-file-'))
  try {
    const path = join(folder, 'content')
    await pipeline(content, createWriteStream(path, { mode: 0o600 }))
    return await use(path, (await stat(path)).size)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** EspoCRM sends the name in a header and gives no file whose name no header can hold. */
function headerSafe(name: string): string {
  return name.toWellFormed().replace(/\p{Cc}/gu, '')
}

interface Stored {
  readonly name: string
  readonly type: string
  readonly path: string
  /** In bytes. */
  readonly size: number
}

async function upload(rest: Rest, file: Stored): Promise<FileInfo> {
  try {
    return await (file.size <= pieceSize ? uploadWhole(rest, file) : uploadInPieces(rest, file))
  } catch (error) {
    throw refusalOf(error)
  }
}

async function uploadWhole(rest: Rest, file: Stored): Promise<FileInfo> {
  return create(rest, file, { file: dataUrl(await readFile(file.path)) })
}

/** A piece goes as JSON, in quotes; they are no base64, so EspoCRM passes over them. */
async function uploadInPieces(rest: Rest, file: Stored): Promise<FileInfo> {
  const info = await create(rest, file, { isBeingUploaded: true })
  try {
    for await (const piece of createReadStream(file.path, { highWaterMark: pieceSize }))
      await rest.send('POST', `Attachment/chunk/${segment(info.id)}`, { body: dataUrl(piece as Buffer) })
    return info
  } catch (error) {
    await rest.send('DELETE', `Attachment/${segment(info.id)}`).catch(() => undefined)
    throw error
  }
}

const created = z.object({ id: z.string(), name: z.string(), type: z.string(), size: z.number() })

/** EspoCRM holds the size against its limit only where it is told. */
async function create(
  rest: Rest,
  { name, type, size }: Stored,
  content: Readonly<Record<string, unknown>>
): Promise<FileInfo> {
  const place = { role: 'Attachment', parentType: 'Note', field: attachmentsField }
  return created.parse(await rest.send('POST', 'Attachment', { body: { name, type, size, ...place, ...content } }))
}

/** The type is told apart from the content; EspoCRM looks for no more than the comma. */
function dataUrl(content: Buffer): string {
  return `data:application/octet-stream;base64,${content.toString('base64')}`
}

/** EspoCRM has its own limits for attachments, set by its administrator. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof EspoRefused)) return error
  if (error.status === 413 || /\bsize\b/i.test(error.reason))
    return new HostRefused({ files: { key: 'errors.tooLarge' } })
  if (/not allowed file type/i.test(error.reason)) return new HostRefused({ files: { key: 'errors.file.type' } })
  if (error.status === 400) return new HostRefused({ files: { key: 'errors.field.invalid' } })
  return new HostUnavailable(`EspoCRM takes no file from its user portico: ${error.message}`, { cause: error })
}

/** Did EspoCRM answer with one of these? */
function answered(error: unknown, ...status: readonly number[]): boolean {
  return error instanceof EspoRefused && status.includes(error.status)
}

/** The attachment, if it is a whole file of a note or in a field of a record that the catalog knows of. Everything else that
 *  EspoCRM keeps as attachments (pictures of its users, imports, exports, mail merges, e-mail) is none of our business. */
async function ours(espo: Espo, id: string): Promise<AttachmentRow | undefined> {
  const row = (await espo
    .db('attachment as a')
    .leftJoin('note as n', 'n.id', 'a.parent_id')
    .first('a.id', 'a.role', 'a.field', 'a.parent_type', 'a.parent_id', { note_deleted: 'n.deleted' })
    .select('a.related_type', 'a.related_id')
    .where({ 'a.id': id, 'a.deleted': 0, 'a.is_being_uploaded': 0 })) as AttachmentRow | undefined
  if (row?.id !== id) return undefined
  const isOurs = hangsOn(row) === 'Note' ? isOfNote(row) : await isInField(espo, row)
  return isOurs ? row : undefined
}

export type FileStorage = Extract<Storage, { kind: 'files' }>

interface AttachmentRow {
  readonly id: string
  readonly role: string | null
  readonly field: string | null
  readonly parent_type: string | null
  readonly parent_id: string | null
  readonly related_type: string | null
  readonly related_id: string | null
  /** Of the note whose id is `parent_id`; null where there is none. */
  readonly note_deleted: number | null
}

/** What was uploaded for a note may have found its place in a field that holds one file. */
function hangsOn({ parent_type, parent_id, related_type, related_id }: AttachmentRow): string {
  return (parent_id === null && related_id !== null ? related_type : (parent_type ?? related_type)) ?? ''
}

function isOfNote({ role, field }: AttachmentRow): boolean {
  return role === 'Attachment' && field === attachmentsField
}

/** A file just written is not on a note yet. */
function wentWithItsNote(row: AttachmentRow): boolean {
  return hangsOn(row) === 'Note' && row.parent_id !== null && row.note_deleted !== 0
}

/** A field of files is asked as the catalog says it is kept: a copied record's file names no field. Pictures of users stay
 *  in EspoCRM. */
async function isInField({ db, catalog }: Espo, row: AttachmentRow): Promise<boolean> {
  const module = (await catalog('en')).modules.get(hangsOn(row))
  if (!module || module.name === 'User' || row.role !== 'Attachment') return false
  const kept = [...module.fields.values()].map((field) => field.storage).filter((storage) => storage.kind === 'files')
  const found = await Promise.all(kept.map((storage) => holds(db, module, storage, row.id)))
  return found.includes(true)
}

/** The field takes one file: the record itself says which. */
export function isOneFile({ near }: FileStorage): boolean {
  return near !== undefined
}

/** Does a live record of `module`, or the one named, have the attachment there? */
export async function holds(
  db: Knex,
  module: Module,
  storage: FileStorage,
  id: string,
  record?: string
): Promise<boolean> {
  const { from, key, near = 'id', columns, where } = storage
  const query = db(`${module.table} as r`)
    .join(`${from} as f`, `f.${key}`, `r.${near}`)
    .first('r.id')
    .where(`f.${columns.id}`, id)
  for (const { column, is } of where) void query.where(`f.${column}`, is)
  if (module.live) void query.where(`r.${module.live.column}`, module.live.is)
  if (record !== undefined) void query.where('r.id', record)
  const found: unknown = await query
  return found !== undefined
}
