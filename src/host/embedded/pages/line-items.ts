/** Line items inside their record's form: rows that are added, changed and taken away there, without JavaScript. */
import { z } from 'zod'
import { NotFound } from '../../../errors.js'
import { readForm, type Typed } from '../../../web/forms.js'
import type { Field, Module } from '../../catalog.js'
import type { FieldError } from '../../host.js'
import type { CrmRecord, Records, Values } from '../records.js'
import type { Desk } from './desk.js'
import { controlFor, postedValues, typedFrom, writableFields, type Control, type FormState } from './record-form.js'
import { mostParts, partsIn, partsOf, type Parts } from './parts.js'
import { accepted } from './refusals.js'

export interface ItemsForm {
  readonly label: string
  readonly columns: readonly string[]
  readonly rows: readonly ItemRow[]
  readonly count: number
}
export interface ItemRow {
  readonly index: number
  /** '' for a new one. */
  readonly id: string
  readonly isRemoved: boolean
  readonly controls: readonly Control[]
}

/** A row as posted. */
interface PostedItem {
  readonly index: number
  readonly id: string
  readonly isRemoved: boolean
  readonly values: Values
}

export interface Items extends Parts {
  readonly fields: readonly Field[]
}

const blankRows = 3

/** The line items that a module's records have, if they do and he may write them. */
export async function itemsOfModule(desk: Desk, module: Module): Promise<Items | undefined> {
  const parts = partsOf(desk, module)
  if (!parts || !(await desk.records.may(parts.module.name)).has('create')) return undefined
  const fields = writableFields(parts.module).filter(({ name }) => name !== parts.link && name !== 'position')
  return { ...parts, fields }
}

/** What the form holds at first: the items there are. */
export async function typedItems(desk: Desk, items: Items, parentId: string | undefined): Promise<Typed> {
  if (parentId === undefined) return { items: '0' }
  const records = await partsIn(desk.records, items, parentId)
  const rows = records.map((record, index) => {
    const typed = typedFrom(items.fields, record.values, desk.staff.timeZone)
    return { ...prefixed(typed, index), [`${prefixOf(index)}id`]: record.id }
  })
  return Object.assign({ items: String(records.length) }, ...rows) as Typed
}

function prefixed(typed: Typed, index: number): Typed {
  return Object.fromEntries(Object.entries(typed).map(([name, value]) => [prefixOf(index) + name, value]))
}

function prefixOf(index: number): string {
  return `items.${index}.`
}

/** The rows to show: those typed, and blank ones below. */
export async function itemsForm(desk: Desk, items: Items, state: FormState): Promise<ItemsForm> {
  const count = Math.min(countIn(state.typed) + blankRows, mostParts)
  const rows = Array.from({ length: count }, (_, index) => itemRow(desk, items, state, index))
  const names = items.fields.map(({ label }) => label)
  return { label: items.module.labelPlural, columns: names, rows: await Promise.all(rows), count }
}

async function itemRow(desk: Desk, items: Items, state: FormState, index: number): Promise<ItemRow> {
  const prefix = prefixOf(index)
  const controls = await Promise.all(items.fields.map((field) => controlFor(desk, items.module, field, state, prefix)))
  return {
    index,
    id: String(state.typed[`${prefix}id`] ?? ''),
    isRemoved: state.typed[`${prefix}removed`] !== undefined,
    controls: controls.map((control) => ({ ...control, required: false }))
  }
}

function countIn(typed: Typed): number {
  const count = Math.trunc(Number(typed.items))
  return Number.isFinite(count) ? Math.min(Math.max(count, 0), mostParts) : 0
}

/** The posted rows; blank ones are none. A row's gaps are filled by its product and by the fields' defaults. */
export async function postedItems(desk: Desk, items: Items, body: unknown): Promise<PostedItem[]> {
  const { items: count } = readForm(z.object({ items: z.string().optional() }), body)
  const rows = Array.from({ length: countIn({ items: count ?? '0' }) }, (_, index) =>
    postedItem(desk, items, body, index)
  )
  const written = rows.filter((row) => row.id !== '' || !isBlank(row.values))
  return Promise.all(written.map(async (row) => ({ ...row, values: await filled(desk, items, row.values) })))
}

function postedItem(desk: Desk, items: Items, body: unknown, index: number): PostedItem {
  const prefix = prefixOf(index)
  const shape = z.object({ [`${prefix}id`]: z.string().optional(), [`${prefix}removed`]: z.string().optional() })
  const marks = readForm(shape, body)
  return {
    index,
    id: marks[`${prefix}id`] ?? '',
    isRemoved: marks[`${prefix}removed`] !== undefined,
    values: postedValues(items.fields, body, desk.staff.timeZone, prefix)
  }
}

function isBlank(values: Values): boolean {
  return Object.values(values).every(
    (value) => value === null || value === false || (Array.isArray(value) && value.length === 0)
  )
}

async function filled(desk: Desk, items: Items, values: Values): Promise<Values> {
  const product = typeof values.product === 'string' ? await productSeen(desk, values.product) : undefined
  const known: Values = product ? { description: product.title, unitPrice: product.values.unitPrice ?? null } : {}
  const gaps = items.fields.filter(({ name }) => (values[name] ?? null) === null)
  return { ...values, ...Object.fromEntries(gaps.map((field) => [field.name, known[field.name] ?? field.default])) }
}

/** One that he can't see fills nothing: on a row that has it already it stays, on another one the CRM refuses it. */
async function productSeen(desk: Desk, id: string): Promise<CrmRecord | undefined> {
  try {
    return await desk.records.find('Product', id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** Errors of rows that can't be taken, by the name of their control; asked before anything is written. */
export function itemErrors(items: Items, rows: readonly PostedItem[]): Record<string, FieldError> {
  const kept = rows.filter(({ isRemoved }) => !isRemoved)
  const missing = kept.flatMap(({ index, values }) =>
    items.fields
      .filter(({ name, required }) => required && (values[name] ?? null) === null)
      .map(({ name }) => [prefixOf(index) + name, { key: 'errors.field.required' }] as const)
  )
  return Object.fromEntries(missing)
}

/** Writes the rows of a record that is there, and tells of each that was made, by the name of the control that holds its id:
 *  a form shown again then changes it instead of making it twice. @throws Invalid, its errors by the names of the controls. */
export async function saveItems(
  desk: Desk,
  items: Items,
  rows: readonly PostedItem[],
  parentId: string,
  onMade: (control: string, id: string) => void
): Promise<void> {
  const known = new Set((await partsIn(desk.records, items, parentId)).map(({ id }) => id))
  for (const [position, row] of rows.entries()) {
    const place = { parentId, position: position + 1, known }
    const id = await accepted(
      () => saveItem(desk.records, items, row, place),
      (field) => prefixOf(row.index) + field
    )
    if (id) onMade(`${prefixOf(row.index)}id`, id)
  }
}

interface Place {
  readonly parentId: string
  readonly position: number
  /** Ids of the record's own items: others can't be reached from here. */
  readonly known: ReadonlySet<string>
}

/** The id of an item that was made. */
async function saveItem(records: Records, items: Items, row: PostedItem, place: Place): Promise<string | undefined> {
  const module = items.module.name
  const { parentId, position, known } = place
  const values = items.module.fields.has('position') ? { ...row.values, position } : row.values
  if (row.id === '') return row.isRemoved ? undefined : records.create(module, { ...values, [items.link]: parentId })
  if (!known.has(row.id)) return undefined
  if (row.isRemoved) await records.remove(module, row.id)
  else await records.change(module, row.id, values)
  return undefined
}
