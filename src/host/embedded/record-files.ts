/** Files in records' own fields: rows of `crm_file` that name the record, its module and the field. */
import type { Knex } from 'knex'
import type { Field, Module } from '../catalog.js'
import { HostRefused, type FieldError, type FileInfo } from '../host.js'
import { allRows, firstRow } from './answers.js'
import type { FileIds } from './records.js'

/** The files that the fields are to hold, each named once. A field that must not be empty is among them in a new record.
 *  @throws HostRefused for what is no field of files, or none of people's, for too many, and for none where one has to be */
export function filesToPlace(
  module: Module,
  files: FileIds,
  { isNew, isTrusted }: { isNew: boolean; isTrusted: boolean }
): FileIds {
  const required = [...module.fields.values()].filter((field) => field.type === 'files' && field.required)
  const missing = isNew ? required.map(({ name }) => [name, [] as readonly string[]] as const) : []
  const wanted = Object.entries({ ...Object.fromEntries(missing), ...files }).map(
    ([name, ids]) => [name, [...new Set(ids)]] as const
  )
  const refused = wanted.flatMap(([name, ids]) => {
    const fault = faultOf(module.fields.get(name), ids.length, isTrusted)
    return fault ? [[name, fault] as const] : []
  })
  if (refused.length > 0) throw new HostRefused(Object.fromEntries(refused))
  return Object.fromEntries(wanted)
}

function faultOf(field: Field | undefined, count: number, isTrusted: boolean): FieldError | undefined {
  if (field?.type !== 'files') return { key: 'errors.field.unknown' }
  if (field.readOnly && !isTrusted) return { key: 'errors.field.readOnly' }
  if (count > (field.max ?? Infinity)) return { key: 'errors.field.tooMany', args: { max: field.max! } }
  return field.required && count === 0 ? { key: 'errors.field.required' } : undefined
}

/** Makes these files all that the fields hold, and says which fields hold others now. The files that were taken off belong to nobody:
 *  they are to be removed once the transaction has ended. @throws HostRefused for a file that isn't there or belongs elsewhere */
export async function placeFiles(
  trx: Knex,
  module: Module,
  recordId: string,
  files: FileIds
): Promise<{ placed: string[]; taken: string[] }> {
  const placed: string[] = []
  const taken: string[] = []
  for (const [field, ids] of Object.entries(files)) {
    const place = { record_id: recordId, module: module.name, field }
    const held = await idsOf(trx('crm_file').select('id').where(place).forUpdate())
    const added = ids.filter((id) => !held.includes(id))
    const gone = held.filter((id) => !ids.includes(id))
    for (const id of added) await claim(trx, id, place)
    await takeOff(trx, gone)
    taken.push(...gone)
    if (added.length + gone.length > 0) placed.push(field)
  }
  return { placed, taken }
}

interface Place {
  readonly record_id: string
  readonly module: string
  readonly field: string
}

async function claim(trx: Knex, id: string, place: Place): Promise<void> {
  if (!(await holdFreeFile(trx, id))) throw new HostRefused({ [place.field]: { key: 'errors.field.reference' } })
  await trx('crm_file')
    .where({ id })
    .update({ ...place })
}

/** Is there such a file, on no record and no note? Nobody else takes it until the transaction ends. */
export async function holdFreeFile(trx: Knex, id: string): Promise<boolean> {
  const file = await firstRow<{ id: string; record_id: string | null }>(
    trx('crm_file').first('id', 'record_id').where({ id }).forUpdate()
  )
  const onNote = await firstRow(trx('crm_feed_file').first('feed_id').where({ file_id: id }).forUpdate())
  return file?.id === id && file.record_id === null && onNote === undefined
}

/** Takes all files off these records, and gives them. */
export async function takeFilesOff(trx: Knex, module: Module, recordIds: readonly string[]): Promise<string[]> {
  const ids = await idsOf(
    trx('crm_file')
      .select('id')
      .where({ module: module.name })
      .whereIn('record_id', [...recordIds])
  )
  await takeOff(trx, ids)
  return ids
}

async function takeOff(trx: Knex, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await trx('crm_file')
      .whereIn('id', [...ids])
      .update({ record_id: null, module: null, field: null })
}

async function idsOf(query: PromiseLike<unknown>): Promise<string[]> {
  return (await allRows<{ id: string }>(query)).map(({ id }) => id)
}

interface PlacedFile extends FileInfo {
  readonly record_id: string
  readonly field: string
}

/** The files of these records, by record and field, oldest first. */
export async function filesOfRecords(
  db: Knex,
  module: Module,
  recordIds: readonly string[]
): Promise<Map<string, Record<string, FileInfo[]>>> {
  const fields = filesFields(module).map(({ name }) => name)
  const found = new Map<string, Record<string, FileInfo[]>>()
  if (fields.length === 0 || recordIds.length === 0) return found
  const placed = await allRows<PlacedFile>(
    db('crm_file')
      .select('record_id', 'field', 'id', 'name', 'type', 'size')
      .where({ module: module.name })
      .whereIn('record_id', [...recordIds])
      .orderBy(['created_at', 'id'])
  )
  for (const { record_id: recordId, field, id, name, type, size } of placed) {
    if (!fields.includes(field)) continue
    const held = found.get(recordId) ?? {}
    found.set(recordId, { ...held, [field]: [...(held[field] ?? []), { id, name, type, size: Number(size) }] })
  }
  return found
}

export function filesFields(module: Module): Field[] {
  return [...module.fields.values()].filter(({ type }) => type === 'files')
}

/** A file in a field of this record. */
export async function fileInField(
  db: Knex,
  module: Module,
  recordId: string,
  fileId: string
): Promise<FileInfo | undefined> {
  const files = (await filesOfRecords(db, module, [recordId])).get(recordId) ?? {}
  return Object.values(files)
    .flat()
    .find(({ id }) => id === fileId)
}
