/** Values on their way into and out of the database: what a field takes, and how it is kept. */
import type { Field, Module, Scalar } from '../catalog.js'
import type { FieldError, FieldValue } from '../host.js'
import { HostRefused } from '../host.js'
import { isDay, isMoment } from './clock.js'
import type { ModuleDefinition } from './definition.js'
import type { Values } from './records.js'
import { allFields } from './standard-fields.js'

/** A row of a module's table by column, as far as fields are concerned. */
export type Row = Readonly<Record<string, unknown>>
export type Columns = Record<string, Scalar>

/** Thrown inside this file only, and gathered by field. */
class Refusal extends Error {
  constructor(readonly reason: FieldError) {
    super(reason.key)
  }
}

function refuse(key: string, args?: FieldError['args']): never {
  throw new Refusal({ key, ...(args && { args }) })
}

export interface Input {
  readonly module: Module
  readonly definition: ModuleDefinition
  readonly values: Values
  /** Missing values get their defaults, and what is required must be there. */
  readonly isNew: boolean
  /** May write fields that are read-only to people, but none that the CRM computes. */
  readonly isTrusted: boolean
}

/** The columns these values make. @throws HostRefused with every refused field. */
export function columnsFrom(input: Input): Columns {
  const errors: Record<string, FieldError> = {}
  const columns: Columns = {}
  for (const [name, value] of Object.entries(completed(input))) {
    try {
      const field = writableField(input, name)
      columns[columnOf(field)] = keptValue(field, value)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      errors[name] = error.reason
    }
  }
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
  return columns
}

/** The values with defaults, and a gap for each required field that is missing. */
function completed({ module, definition, values, isNew }: Input): Values {
  if (!isNew) return values
  const missing = [...module.fields.values()].filter(
    (field) => values[field.name] === undefined && !isComputed(definition, field.name)
  )
  const filled = missing.filter((field) => field.default !== null || (field.required && !field.readOnly))
  return { ...Object.fromEntries(filled.map((field) => [field.name, field.default])), ...values }
}

/** Written by the CRM alone: numbers, names made of parts, and who wrote when. */
function isComputed(definition: ModuleDefinition, name: string): boolean {
  const own = definition.fields[name]
  if (own) return own.type === 'autoNumber' || own.type === 'personName'
  return allFields(definition)[name]?.readOnly ?? false
}

function writableField({ module, definition, isTrusted, values }: Input, name: string): Field {
  const field = module.fields.get(name) ?? refuse('errors.field.unknown')
  const isDefault = values[name] === undefined
  if (isComputed(definition, name) || (field.readOnly && !isTrusted && !isDefault)) refuse('errors.field.readOnly')
  return field
}

export function columnOf(field: Field): string {
  if (field.storage.kind !== 'column') throw new RangeError(`${field.name} has no column of its own.`)
  return field.storage.column
}

function keptValue(field: Field, value: FieldValue | undefined): Scalar {
  const kept = isEmpty(value) ? null : fitting(field, value)
  if (kept === null && field.type === 'boolean') return 0
  if (kept === null && field.required) refuse('errors.field.required')
  return kept
}

function isEmpty(value: FieldValue | undefined): value is null | undefined | '' {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** The value as its column keeps it. */
function fitting(field: Field, value: Exclude<FieldValue, null>): Scalar {
  switch (field.type) {
    case 'text':
    case 'phone':
      return line(field, value)
    case 'longText':
      return text(field, value)
    case 'email':
      return matching(
        line(field, value),
        /^[^\s@<>()",;:\\]+@[^\s@<>()",;:\\]+\.[^\s@<>()",;:\\.]+$/,
        'errors.field.email'
      )
    case 'url':
      return webAddress(line(field, value))
    case 'option':
      return option(field, value)
    case 'options':
      return options(field, value)
    case 'integer':
      return within(field, Number.isSafeInteger(value) ? (value as number) : refuse('errors.field.number'))
    case 'number':
    case 'money':
      return within(field, rounded(field, value))
    case 'boolean':
      return flag(value)
    case 'date':
      return typeof value === 'string' && isDay(value) ? value : refuse('errors.field.date')
    case 'datetime':
      return typeof value === 'string' && isMoment(value) ? value : refuse('errors.field.date')
    case 'reference':
      return typeof value === 'string' && value.length <= 36 ? value : refuse('errors.field.reference')
  }
}

/** Text of any number of lines; line ends are `\n`, and what no database can keep is gone. */
function text(field: Field, value: FieldValue): string | null {
  if (typeof value !== 'string') refuse('errors.field.text')
  const clean = value.toWellFormed().replaceAll('\0', '').replace(/\r\n?/g, '\n')
  const max = field.maxLength
  if (max !== undefined && [...clean].length > max) refuse('errors.field.tooLong', { max })
  return clean.trim() === '' ? null : clean
}

/** Text of one line. */
function line(field: Field, value: FieldValue): string | null {
  if (typeof value !== 'string') refuse('errors.field.text')
  return text(field, value.replace(/[\r\n\t]+/g, ' ').trim())
}

function matching(value: string | null, form: RegExp, key: string): string | null {
  return value === null || form.test(value) ? value : refuse(key)
}

/** A web address people may click: nothing but http and https. A missing `https://` is put in front. */
function webAddress(value: string | null): string | null {
  if (value === null) return null
  const address = /^[a-z][a-z0-9+.-]*:/i.test(value) ? value : `https://${value}`
  return /^https?:\/\/\S+$/i.test(address) && URL.canParse(address) ? address : refuse('errors.field.url')
}

function option(field: Field, value: FieldValue): string {
  const known = field.options.find((each) => each.value === value)
  return known ? known.value : refuse('errors.field.option')
}

/** A JSON list, in the order of the field's options. */
function options(field: Field, value: FieldValue): string {
  if (!Array.isArray(value)) refuse('errors.field.option')
  const chosen: readonly string[] = value
  if (chosen.some((each) => !field.options.some((known) => known.value === each))) refuse('errors.field.option')
  return JSON.stringify(field.options.map((known) => known.value).filter((known) => chosen.includes(known)))
}

function rounded(field: Field, value: FieldValue): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse('errors.field.number')
  if (Math.abs(value) >= 10 ** 12) refuse('errors.field.tooLarge', { max: 10 ** 12 })
  return roundTo(value, field.decimals ?? 2)
}

/** Half away from zero, as people round money: 1.005 is 1.01. */
export function roundTo(value: number, decimals: number): number {
  const shifted = Number(`${Math.abs(value)}e${decimals}`)
  const result = Number.isNaN(shifted) ? Math.abs(value) : Number(`${Math.round(shifted)}e-${decimals}`)
  return value < 0 ? -result : result
}

function within(field: Field, value: number): number {
  if (field.min !== undefined && value < field.min) refuse('errors.field.tooSmall', { min: field.min })
  if (field.max !== undefined && value > field.max) refuse('errors.field.tooLarge', { max: field.max })
  return value
}

function flag(value: FieldValue): number {
  if (value === true || value === 1) return 1
  if (value === false || value === 0) return 0
  return refuse('errors.field.option')
}

/** The columns a module's records are read by. */
export function readColumns(module: Module): string[] {
  const stored = [...module.fields.values()].flatMap(({ storage }) =>
    storage.kind === 'column' ? [storage.column] : storage.kind === 'joined' ? storage.columns : []
  )
  return [...new Set(['id', ...stored])]
}

/** The values of a row, by field. */
export function valuesOf(module: Module, row: Row): Record<string, FieldValue> {
  return Object.fromEntries([...module.fields.values()].map((field) => [field.name, shownValue(field, row)]))
}

function shownValue(field: Field, row: Row): FieldValue {
  const { storage } = field
  if (storage.kind === 'joined')
    return storage.columns
      .map((column) => row[column])
      .filter(Boolean)
      .join(' ')
  const kept = (row[columnOf(field)] ?? null) as Scalar
  if (field.type === 'boolean') return Boolean(kept)
  if (field.type === 'options') return kept === null ? [] : (JSON.parse(String(kept)) as string[])
  return kept
}

/** The columns whose value in `row` is another one. */
export function differing(columns: Columns, row: Row): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([name, value]) => (row[name] ?? null) !== value))
}

/** The names of the fields that these columns hold. */
export function fieldsIn(module: Module, columns: Columns): string[] {
  const holds = ({ storage }: Field): boolean =>
    storage.kind === 'column'
      ? storage.column in columns
      : storage.kind === 'joined' && storage.columns.some((column) => column in columns)
  return [...module.fields.values()].filter(holds).map((field) => field.name)
}
