/** Files in a record's own fields: which there are, and the way to one of them, where the grants matching the record show the field (A18). */
import type { Field } from '../host/catalog.js'
import type { FileInfo } from '../host/host.js'
import { NotFound } from '../errors.js'
import { column, columnIs, table } from './columns.js'
import { ID } from './condition.js'
import { enter, isId, type Entered } from './entered.js'
import { and, join, raw, rowsOf, sql, type Fragment } from './fragment.js'
import { find } from './reading.js'
import type { OpenFile, ViewedRecord } from './record.js'
import type { Viewer } from './viewer.js'

/** More than anybody attaches to one field of one record. */
const mostFiles = 200

/** The records with the files of those of their fields that are shown, fetched in one statement; in none where no such field is shown. */
export async function withFiles(entered: Entered, records: readonly ViewedRecord[]): Promise<ViewedRecord[]> {
  const places = records.flatMap((record) => filesFields(record).map((field) => ({ id: record.id, field })))
  if (places.length === 0) return [...records]
  const found = await filesIn(entered, places)
  return records.map((record) => {
    const own = places.flatMap(({ id, field }, at) => (id === record.id ? [[field.name, found[at]!] as const] : []))
    return { ...record, values: { ...record.values, ...Object.fromEntries(own) } }
  })
}

/** @throws NotFound for a file of another record or field, a removed one, and a field that isn't shown on this record. */
export async function attachment(
  viewer: Viewer,
  place: { name: string; id: string; field: string },
  fileId: string
): Promise<OpenFile> {
  const entered = await enter(viewer, place.name, 'open')
  const record = await find(entered, place.id)
  const field = filesFields(record).find(({ name }) => name === place.field)
  if (!field || !isId(fileId)) throw new NotFound()
  const [found = []] = await filesIn(entered, [{ id: record.id, field }], fileId)
  const info = found.find(({ id }) => id === fileId)
  if (!info) throw new NotFound()
  return { info, open: () => viewer.kernel.host.files.read(info.id) }
}

function filesFields({ module, values }: ViewedRecord): Field[] {
  return [...module.fields.values()].filter((field) => field.type === 'files' && field.name in values)
}

interface Place {
  /** The record. */
  readonly id: string
  readonly field: Field
}

/** By place, in the order of the storage. Ends that only the database's collation takes for equal are not the same. */
async function filesIn(entered: Entered, places: readonly Place[], fileId?: string): Promise<FileInfo[][]> {
  const queries = places.map((place, at) => filesQuery(entered, { ...place, at, fileId }))
  const rows = await rowsOf(
    entered.viewer.kernel.db,
    sql`select * from (${join(queries, ' union all ')}) u order by u.place, u.k, u.id`
  )
  const found = places.map((): FileInfo[] => [])
  for (const row of rows) {
    const at = Number(row['place'])
    if (row['record'] === places[at]?.id && row['near'] === row['far']) found[at]!.push(fileInfo(row))
  }
  return found
}

function filesQuery(
  { compiler: { dialect }, module }: Entered,
  ask: Place & { at: number; fileId: string | undefined }
): Fragment {
  const { storage, name } = ask.field
  if (storage.kind !== 'files') throw new RangeError(`${module.name}.${name} keeps no files.`)
  const of = (part: string): Fragment => column(dialect, 'a', part)
  const [near, far] = [column(dialect, 'r', storage.near ?? ID), of(storage.key)]
  const { columns } = storage
  const where = and([
    sql`${column(dialect, 'r', ID)} = ${ask.id}`,
    ...storage.where.map((rule) => columnIs(dialect, 'a', rule)),
    ...(ask.fileId === undefined ? [] : [sql`${of(columns.id)} = ${ask.fileId}`])
  ])
  const values = sql`${of(columns.id)} as id, ${of(columns.name)} as name, ${of(columns.type)} as type, ${of(columns.size)} as size`
  const ends = sql`${column(dialect, 'r', ID)} as record, ${near} as near, ${far} as far`
  const from = sql`${table(dialect, module.table, 'r')} join ${table(dialect, storage.from, 'a')} on ${far} = ${near}`
  return sql`select * from (select ${raw(String(ask.at))} as place, ${of(storage.order)} as k, ${values}, ${ends} from ${from} where ${where} order by ${of(storage.order)}, ${of(columns.id)} limit ${raw(String(mostFiles))}) ${raw(`b${ask.at}`)}`
}

function fileInfo(row: Record<string, unknown>): FileInfo {
  return {
    id: String(row['id']),
    name: String(row['name'] ?? ''),
    type: String(row['type'] ?? ''),
    size: Number(row['size'] ?? 0)
  }
}
