/** Line items as a table of inputs in the form of the record they are part of: read from what was posted, compared with what is
 *  there now, and made into writes (Z11). */
import { isMoney, type ViewedRecord } from '../../access/record.js'
import type { Write } from '../../access/together.js'
import { Invalid } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import type { FieldError, FieldValue } from '../../host/host.js'
import { columnsFor } from '../layouts/placement.js'
import { filledFields } from '../user-types/release-check.js'
import { partFilling } from '../user-types/filling.js'
import { readForm, typedForm, typedValue, type TypedForm } from '../../pages/form-values.js'
import type { Items } from './items.js'
import type { Room } from './room.js'
import { meet, seenMark } from '../../pages/seen.js'

/** The line items of one module in a form. */
export interface ItemTable {
  readonly module: Module
  readonly columns: readonly Field[]
  /** What a new row begins with; undefined where he may add none. */
  readonly blank: ItemRow | undefined
  readonly rows: readonly ItemRow[]
  readonly isCut: boolean
  /** So many rows that were sent are there no more. */
  readonly gone: number
}

export interface ItemRow {
  /** Undefined for a new one. */
  readonly record: ViewedRecord | undefined
  /** Its inputs. */
  readonly fields: readonly Field[]
  readonly typed: TypedForm
  /** What the record holds, as its inputs would show it. */
  readonly now: TypedForm
  readonly seen: string | undefined
  readonly mayRemove: boolean
  readonly isRemoved: boolean
}

/** A write that a form asks for, and the row that asks. */
export interface ItemWrite {
  readonly write: Write
  readonly table: Module
  readonly row: ItemRow
  /** Begins the names of the row's inputs. */
  readonly prefix: string
}

/** What the makers of tables need of the page. */
export interface Asking {
  readonly room: Room
  readonly timeZone: string
  /** Names of the modules whose records can be chosen in a lookup. */
  readonly released: ReadonlySet<string>
}

export function tableOfItems(asking: Asking, { released, columns, rows, isCut, mayAdd }: Items): ItemTable {
  const { module } = released
  const blank = mayAdd ? blankRow(asking, module, released.creatable) : undefined
  const shown = rows.map((record) => rowOf(asking, record))
  return {
    module,
    columns: columnsIn(module, columns, [...shown, ...(blank ? [blank] : [])]),
    blank,
    rows: shown,
    isCut,
    gone: 0
  }
}

/** The line items of a record that is not there yet: copies of `copied`, or one blank row. */
export function tableOfNew(
  asking: Asking,
  { module, fields, creatable }: Items['released'],
  copied: readonly ViewedRecord[] = []
): ItemTable {
  const blank = blankRow(asking, module, creatable)
  const rows =
    copied.length === 0 ? [blank] : copied.map((record) => ({ ...blank, typed: typedOf(asking, blank.fields, record) }))
  const columns = columnsFor(asking.room.layoutSet, module, fields)
  return { module, columns: columnsIn(module, columns, [blank]), blank, rows, isCut: false, gone: 0 }
}

/** The columns of its list, and whatever else has an input. */
function columnsIn(module: Module, names: readonly string[], rows: readonly ItemRow[]): Field[] {
  const all = new Set([...names, ...rows.flatMap(({ fields }) => fields.map(({ name }) => name))])
  const hidden = ownLookup(module)
  return [...all].filter((name) => !hidden.includes(name)).flatMap((name) => module.fields.get(name) ?? [])
}

/** The record it is part of goes without saying. */
function ownLookup(module: Module): string[] {
  return filledFields(module, { kind: 'part', path: [] })
}

function inputsOf({ released }: Asking, module: Module, names: Iterable<string>): Field[] {
  const hidden = ownLookup(module)
  return fillable(module, names, released).filter(({ name }) => !hidden.includes(name))
}

/** The fields called `names`, in the catalog's order. Lookups of modules that aren't `released` have nothing to choose from and are
 *  left out. */
export function fillable(module: Module, names: Iterable<string>, released: ReadonlySet<string>): Field[] {
  const wanted = new Set(names)
  return [...module.fields.values()]
    .filter(({ name }) => wanted.has(name))
    .filter(({ type, link }) => type !== 'reference' || released.has(module.links.get(link ?? '')?.to ?? ''))
}

function blankRow(asking: Asking, module: Module, creatable: readonly string[]): ItemRow {
  const fields = inputsOf(asking, module, creatable)
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, field.default, asking.timeZone)])
  )
  return { record: undefined, fields, typed, now: typed, seen: undefined, mayRemove: true, isRemoved: false }
}

function rowOf(asking: Asking, record: ViewedRecord): ItemRow {
  const fields = record.may.has('edit') ? inputsOf(asking, record.module, record.writable) : []
  const now = typedOf(asking, fields, record)
  return {
    record,
    fields,
    typed: now,
    now,
    seen: seenMark(now),
    mayRemove: record.may.has('delete'),
    isRemoved: false
  }
}

function typedOf({ timeZone }: Asking, fields: readonly Field[], record: ViewedRecord): TypedForm {
  return Object.fromEntries(fields.map((field) => [field.name, typedValue(field, record.values[field.name], timeZone)]))
}

/** The currency of an amount in a row, where the row doesn't choose it itself. */
export function currencyIn({ record, fields }: ItemRow, module: Module, field: Field): string | undefined {
  if (!field.currency || fields.some(({ name }) => name === field.currency)) return undefined
  const value = record ? record.values[field.name] : undefined
  if (isMoney(value)) return value.currency
  const usual = module.fields.get(field.currency)?.default
  return typeof usual === 'string' ? usual : undefined
}

type Posted = Readonly<Record<string, unknown>>

/** What of a form's names belongs to line items of `modules`, by module and row; and the rest. */
export function splitForm(
  body: unknown,
  modules: readonly Module[]
): { own: Posted; rows: ReadonlyMap<string, readonly Posted[]> } {
  const own: Record<string, unknown> = {}
  const byRow = new Map<string, Map<number, Record<string, unknown>>>(modules.map(({ name }) => [name, new Map()]))
  for (const [name, value] of Object.entries((body ?? {}) as Posted)) {
    const [, module = '', number = '', field = ''] = /^(\w+)\.(\d{1,4})\.(\w+)$/.exec(name) ?? []
    const rows = byRow.get(module)
    if (!rows) own[name] = value
    else rows.set(Number(number), { ...rows.get(Number(number)), [field]: value })
  }
  const rows = [...byRow].map(([module, numbered]): [string, Posted[]] => [
    module,
    [...numbered].toSorted(([a], [b]) => a - b).map(([, row]) => row)
  ])
  return { own, rows: new Map(rows) }
}

/** The table as it was sent. Rows that were not sent stay as they are; a new row that was taken out is gone. @throws Invalid for a
 *  field that has no input there (A14). */
export function withPosted(table: ItemTable, posted: readonly Posted[]): ItemTable {
  const idOf = (row: Posted): string => (typeof row['_id'] === 'string' ? row['_id'] : '')
  const sent = new Map(posted.filter((row) => idOf(row) !== '').map((row) => [idOf(row), row]))
  const known = table.rows.filter(({ record }) => record !== undefined)
  const standing = known.map((row) => sentRow(row, sent.get(row.record!.id)))
  const isThere = (row: Posted): boolean => known.some(({ record }) => record?.id === idOf(row))
  const lost = posted.filter((row) => idOf(row) !== '' && !isThere(row) && !isTakenOut(row))
  const added = posted.filter((row) => idOf(row) === '' && !isTakenOut(row)).map((row) => newRow(table, row))
  const rescued = lost.flatMap((row) => (table.blank ? [newRow(table, inputsIn(table.blank, row))] : []))
  return { ...table, rows: [...standing, ...rescued, ...added], gone: lost.length }
}

function isTakenOut(row: Posted): boolean {
  return row['_remove'] === 'true'
}

function sentRow(row: ItemRow, posted: Posted | undefined): ItemRow {
  if (!posted) return row
  if (isTakenOut(posted) && !row.mayRemove) throw new Invalid({ items: { key: 'errors.field.unknown' } })
  const seen = typeof posted['_seen'] === 'string' ? posted['_seen'] : row.seen
  return { ...row, typed: typedForm(row.fields, posted), seen, isRemoved: isTakenOut(posted) }
}

function newRow({ blank }: ItemTable, posted: Posted): ItemRow {
  const typed = typedForm(blank?.fields ?? [], posted)
  if (!blank) throw new Invalid({ items: { key: 'errors.field.unknown' } })
  return { ...blank, typed }
}

/** Of a row that is there no more, what a new one takes. */
function inputsIn({ fields }: ItemRow, posted: Posted): Posted {
  return Object.fromEntries(fields.map(({ name }) => [name, posted[name]]))
}

export function withBlankRow(table: ItemTable): ItemTable {
  return table.blank ? { ...table, rows: [...table.rows, table.blank] } : table
}

/** What others changed meanwhile, by the names of the inputs (A28). */
export function metTable(table: ItemTable): { table: ItemTable; changed: ReadonlyMap<string, Change> } {
  const changed = new Map<string, Change>()
  const rows = table.rows.map((row, index) => {
    if (!row.record) return row
    const met = meet(row.typed, row.now, row.seen)
    for (const [name, how] of met.changed)
      changed.set(prefixOf(table.module, index) + name, { record: row.record, field: name, how })
    if (met.changed.size === 0) return { ...row, typed: met.typed }
    return { ...row, typed: met.typed, seen: seenMark(row.now), isRemoved: false }
  })
  return { table: { ...table, rows }, changed }
}

export interface Change {
  readonly record: ViewedRecord
  readonly field: string
  readonly how: 'touched' | 'untouched'
}

/** `QuoteItem.2.`: counted from 1, as the reader counts. */
export function prefixOf(module: Module, index: number): string {
  return `${module.name}.${index + 1}.`
}

/** The writes that a table asks for, and what can't be taken, by the names of the inputs. `ownerId`: undefined for a record that is
 *  the first of the writes itself. */
export function writesOf(
  table: ItemTable,
  ask: { timeZone: string; ownerId: string | undefined }
): { writes: ItemWrite[]; errors: Record<string, FieldError> } {
  const writes: ItemWrite[] = []
  const errors: Record<string, FieldError> = {}
  for (const [index, row] of table.rows.entries()) {
    if (!row.record && isSame(row.fields, row.typed, row.now)) continue
    const prefix = prefixOf(table.module, index)
    const read = readForm(row.fields, row.typed, { timeZone: ask.timeZone, before: row.record && row.now })
    if (!row.isRemoved) for (const [name, problem] of Object.entries(read.errors)) errors[prefix + name] = problem
    const write = writeOf(table.module, row, { values: read.values, ownerId: ask.ownerId })
    if (write) writes.push({ write, table: table.module, row, prefix })
  }
  return { writes, errors }
}

function writeOf(
  module: Module,
  { record, isRemoved }: ItemRow,
  { values, ownerId }: { values: Record<string, FieldValue>; ownerId: string | undefined }
): Write | undefined {
  if (record && isRemoved) return { kind: 'remove', module: module.name, id: record.id }
  if (record)
    return Object.keys(values).length > 0 ? { kind: 'change', module: module.name, id: record.id, values } : undefined
  if (ownerId === undefined) return { kind: 'create', module: module.name, record: { values }, partOf: 0 }
  return { kind: 'create', module: module.name, record: { values, ...partFilling(module, ownerId) } }
}

/** A row in which nothing was typed is none. */
function isSame(fields: readonly Field[], one: TypedForm, other: TypedForm): boolean {
  return fields.every(({ name }) => String(one[name]) === String(other[name]))
}

/** The table after only a part was written: what the CRM holds now, with the rows that still wait as they were typed. */
export function withWaiting(table: ItemTable, waiting: readonly ItemWrite[]): ItemTable {
  const mine = waiting.filter((one) => one.table.name === table.module.name).map(({ row }) => row)
  const standing = table.rows.map((row) => {
    const his = mine.find(({ record }) => record !== undefined && record.id === row.record?.id)
    return his ? { ...row, typed: his.typed, isRemoved: his.isRemoved } : row
  })
  return { ...table, rows: [...standing, ...mine.filter(({ record }) => record === undefined)] }
}
