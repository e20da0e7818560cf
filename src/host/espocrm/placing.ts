/** Files on their way into fields of records: which of them a field takes, and what EspoCRM is told. */
import { extname } from 'node:path'
import type { Knex } from 'knex'
import type { Field, Module } from '../catalog.js'
import { HostRefused, type Change, type FieldError } from '../host.js'
import { serviceUserName } from './espo.js'
import { holds, isOneFile, type FileStorage } from './files.js'
import { attributeOf, type Attributes } from './values.js'

/** The files of one field. */
interface Placed {
  readonly db: Knex
  readonly module: Module
  readonly field: Field & { readonly storage: FileStorage }
  readonly ids: readonly string[]
  /** Of the record that is changed; undefined for a new one. */
  readonly record: string | undefined
}

/** What EspoCRM is told of the files of a change. @throws HostRefused with every refused field */
export async function fileAttributes(
  db: Knex,
  module: Module,
  { id: record, files = {} }: Pick<Change, 'id' | 'files'>
): Promise<Attributes> {
  const errors: Record<string, FieldError> = {}
  const attributes: Record<string, Attributes[string]> = {}
  for (const [name, given] of Object.entries(files)) {
    const field = module.fields.get(name)
    const ids = [...new Set(given)]
    const error = isOfFiles(field) ? await faultOf({ db, module, field, ids, record }) : unknown
    if (error) errors[name] = error
    else if (isOfFiles(field)) attributes[attributeOf(field)] = isOneFile(field.storage) ? (ids[0] ?? null) : ids
  }
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
  return attributes
}

const unknown: FieldError = { key: 'errors.field.unknown' }

function isOfFiles(field: Field | undefined): field is Placed['field'] {
  return field?.storage.kind === 'files'
}

async function faultOf(placed: Placed): Promise<FieldError | undefined> {
  const { field, ids } = placed
  if (field.readOnly) return { key: 'errors.field.readOnly' }
  if (field.required && ids.length === 0) return { key: 'errors.field.required' }
  if (field.max !== undefined && ids.length > field.max)
    return { key: 'errors.field.tooMany', args: { max: field.max } }
  const names = new Map((await filesFor(placed)).map((file) => [file.id, file]))
  if (!ids.every((id) => names.has(id))) return { key: 'errors.field.reference' }
  return ids.every((id) => accepts(field, names.get(id)!)) ? undefined : { key: 'errors.file.type' }
}

interface FileRow {
  readonly id: string
  readonly name: string | null
  readonly type: string | null
}

/** Those of the files that `files.write` gave and that hang nowhere yet, or in this very field. */
async function filesFor({ db, module, field, ids, record }: Placed): Promise<FileRow[]> {
  const free: FileRow[] = await freeFiles(db, ids)
  if (record === undefined) return free
  const rest = ids.filter((id) => !free.some((file) => file.id === id))
  const held = await Promise.all(rest.map((id) => holds(db, module, field.storage, id, record)))
  const there = rest.filter((_, index) => held[index])
  const rows = (await db('attachment').select('id', 'name', 'type').whereIn('id', there)) as FileRow[]
  return [...free, ...rows.filter(({ id }) => there.includes(id))]
}

/** EspoCRM would take them off whatever they hang on. */
export function freeFiles(db: Knex, ids: readonly string[]): Promise<FileRow[]> {
  return db('attachment as a')
    .join('user as u', 'u.id', 'a.created_by_id')
    .select('a.id', 'a.name', 'a.type')
    .whereIn('a.id', [...ids])
    .where({ 'a.deleted': 0, 'a.is_being_uploaded': 0, 'a.role': 'Attachment' })
    .where({ 'a.parent_type': 'Note', 'a.field': 'attachments', 'a.parent_id': null, 'a.related_id': null })
    .where({ 'u.user_name': serviceUserName, 'u.type': 'api' })
}

/** As EspoCRM looks at them, which it does only for files that are uploaded for this field. */
function accepts({ accepts: tokens }: Field, { name, type }: FileRow): boolean {
  const ending = extname(name ?? '').toLowerCase()
  const matches = (token: string): boolean =>
    token.startsWith('.')
      ? token.toLowerCase() === ending
      : new RegExp(`^${token.replace(/[.+]/g, '\\$&').replace('*', '.*')}$`, 'i').test(type ?? '')
  return tokens?.some(matches) ?? true
}
