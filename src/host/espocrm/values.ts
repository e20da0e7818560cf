/** Values on their way into EspoCRM: from the port's fields to EspoCRM's attributes, all checked before EspoCRM is asked. */
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import { moduleOf, type Catalog, type Field, type Link, type Module } from '../catalog.js'
import { refuse, takeEach, takenValue, type TakenValue, type Values } from '../field-values.js'
import { HostRefused, type FieldError } from '../host.js'
import { isOneFile } from './files.js'

/** By EspoCRM's names. */
export type Attributes = Readonly<Record<string, TakenValue>>
/** By field name. */
type Taken = Readonly<Record<string, TakenValue>>

interface Input {
  readonly db: Knex
  readonly catalog: Catalog
  readonly module: Module
  readonly values: Values
  /** Of the record that is changed; undefined for a new one. */
  readonly id: string | undefined
}

/** What EspoCRM is told of these values.
 *  @throws HostRefused with every refused field; NotFound when the record to be changed isn't there. */
export async function attributesFrom(input: Input): Promise<Attributes> {
  const { db, module, id } = input
  const given = takenValues(input)
  const row = id === undefined ? {} : await rowOf(db, module, id)
  const values = { ...given, ...parentsIn(module, given, row), ...currenciesFor(input, given, row) }
  await mustLeadSomewhere(input, values, row)
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [attributeOf(module.fields.get(name)!), value])
  )
}

/** The name by which EspoCRM takes the field's value. */
export function attributeOf(field: Field): string {
  if (field.storage.kind === 'files') return field.name + (isOneFile(field.storage) ? 'Id' : 'Ids')
  return field.type === 'reference' ? `${field.name}Id` : field.name
}

/** Is there such a record? Compared to the letter, whatever the collation. */
export async function isLive(db: Knex, module: Module, id: string): Promise<boolean> {
  return (await firstOf(db, module, id, {})) !== undefined
}

function takenValues({ module, values, id }: Input): Taken {
  const taken: Record<string, TakenValue> = {}
  takeEach(id === undefined ? withGaps(module, values) : values, (name, value) => {
    taken[name] = takenValue(writableField(module, name), value)
  })
  return taken
}

/** A gap for each required field of a new record that is missing and that EspoCRM does not fill by itself. */
function withGaps(module: Module, values: Values): Values {
  const gaps = [...module.fields.values()].filter(
    (field) => field.required && isWritable(field) && field.default === null && field.startsToday === undefined
  )
  return { ...Object.fromEntries(gaps.map((field) => [field.name, null])), ...values }
}

function writableField(module: Module, name: string): Field {
  const field = module.fields.get(name) ?? refuse('errors.field.unknown')
  return isWritable(field) ? field : refuse('errors.field.readOnly')
}

function isWritable({ readOnly, storage, type }: Field): boolean {
  return !readOnly && storage.kind !== 'joined' && storage.kind !== 'files' && type !== 'richText'
}

/** What the record refers to and in which currencies, by field name. @throws NotFound */
async function rowOf(db: Knex, module: Module, id: string): Promise<Taken> {
  const currencies = new Set([...module.fields.values()].map((field) => field.currency))
  const ends = new Set(referencesOf(module).flatMap(({ field, type }) => [field.name, type?.name]))
  const columns = [...module.fields.values()].flatMap(({ name, storage }) =>
    storage.kind === 'column' && (currencies.has(name) || ends.has(name)) ? [[name, `r.${storage.column}`]] : []
  )
  const row = await firstOf(db, module, id, Object.fromEntries(columns) as Record<string, string>)
  if (!row) throw new NotFound()
  return row
}

async function firstOf(
  db: Knex,
  { table, live }: Module,
  id: string,
  columns: Readonly<Record<string, string>>
): Promise<Taken | undefined> {
  const query = db(`${table} as r`).where({ 'r.id': id, ...(live && { [`r.${live.column}`]: live.is }) })
  const row = await query.first<Taken | undefined>({ ...columns, id: 'r.id' })
  return row?.['id'] === id ? row : undefined
}

/** A field that names another record, and the field that names its module where it may be one of several. */
interface Reference {
  readonly field: Field
  readonly type: Field | undefined
}

function referencesOf(module: Module): Reference[] {
  const byColumn = ownersOfColumns(module)
  const references = new Map<string, Reference>()
  for (const { storage } of module.links.values()) {
    const field = storage.kind === 'column' && byColumn.get(storage.column)
    if (field) references.set(field.name, { field, type: storage.only && byColumn.get(storage.only.column) })
  }
  for (const field of byColumn.values())
    if (field.type === 'reference' && !references.has(field.name))
      references.set(field.name, { field, type: undefined })
  return [...references.values()]
}

/** By column, the field that writes it: a parent's id, not the references that only show it. */
function ownersOfColumns(module: Module): ReadonlyMap<string, Field> {
  const owners = new Map<string, Field>()
  for (const field of module.fields.values()) {
    const { storage } = field
    if (storage.kind === 'column' && (isWritable(field) || !owners.has(storage.column)))
      owners.set(storage.column, field)
  }
  return owners
}

/** A parent has a module and an id; without an id there is none. @throws HostRefused */
function parentsIn(module: Module, given: Taken, row: Taken): Taken {
  const parents: Record<string, TakenValue> = {}
  for (const { field, type } of referencesOf(module)) {
    if (!type || !(field.name in given || type.name in given)) continue
    const whole = { ...row, ...given }
    const id = whole[field.name] ?? null
    const to = id === null ? null : (whole[type.name] ?? null)
    if (id !== null && to === null) throw new HostRefused({ [type.name]: { key: 'errors.field.required' } })
    Object.assign(parents, { [field.name]: id, [type.name]: to })
  }
  return parents
}

/** A record keeps its own currencies, and EspoCRM gives a new one the usual one. An amount that never had a currency needs one. */
function currenciesFor({ module, id }: Input, given: Taken, row: Taken): Taken {
  if (id === undefined) return {}
  const missing = Object.entries(given).flatMap(([name, value]) => {
    const currency = module.fields.get(module.fields.get(name)?.currency ?? '')
    if (!currency || value === null || currency.name in given || row[currency.name]) return []
    return currency.default === null ? [] : [[currency.name, currency.default]]
  })
  return Object.fromEntries(missing) as Taken
}

/** @throws HostRefused when a reference that is new leads to no live record of its module. */
async function mustLeadSomewhere({ db, catalog, module }: Input, values: Taken, row: Taken): Promise<void> {
  const errors: Record<string, FieldError> = {}
  const check = async ({ field, type }: Reference): Promise<void> => {
    const id = values[field.name]
    const isAsItWas = id === row[field.name] && (!type || values[type.name] === row[type.name])
    if (typeof id !== 'string' || isAsItWas) return
    const link = linkFor(module, field, type && values[type.name])
    if (!link || !(await isLive(db, moduleOf(catalog, link.to), id)))
      errors[field.name] = { key: 'errors.field.reference' }
  }
  await Promise.all(referencesOf(module).map(check))
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
}

function linkFor(module: Module, field: Field, to: TakenValue | undefined): Link | undefined {
  return [...module.links.values()].find(
    ({ storage }) =>
      storage.kind === 'column' &&
      field.storage.kind === 'column' &&
      storage.column === field.storage.column &&
      (!storage.only || storage.only.is === to)
  )
}
