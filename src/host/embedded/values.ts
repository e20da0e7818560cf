/** Values on their way into and out of the embedded CRM's database: which fields may be written, and how values are kept. */
import type { Field, Module, Scalar } from '../catalog.js'
import { refuse, takeEach, takenValue, type TakenValue } from '../field-values.js'
import type { FieldValue } from '../host.js'
import type { ModuleDefinition } from './definition.js'
import type { Values } from './records.js'
import { allFields } from './standard-fields.js'

/** A row of a module's table by column, as far as fields are concerned. */
export type Row = Readonly<Record<string, unknown>>
export type Columns = Record<string, Scalar>

export interface Input {
  readonly module: Module
  readonly definition: ModuleDefinition
  readonly values: Values
  /** Missing values get their defaults, and what is required must be there. */
  readonly isNew: boolean
  /** May write fields that are read-only to people, but none that the CRM computes. */
  readonly isTrusted: boolean
  /** Somebody from outside writes. */
  readonly isOutside?: boolean
}

/** The columns these values make. @throws HostRefused with every refused field. */
export function columnsFrom(input: Input): Columns {
  const columns: Columns = {}
  takeEach(completed(input), (name, value) => {
    const field = writableField(input, name)
    columns[columnOf(field)] = keptValue(takenValue(field, value))
  })
  return columns
}

/** The values with defaults, and a gap for each required field that is missing. */
function completed({ module, definition, values, isNew }: Input): Values {
  if (!isNew) return values
  const missing = [...module.fields.values()].filter(
    (field) => values[field.name] === undefined && field.type !== 'files' && !isComputed(definition, field.name)
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

function writableField(input: Input, name: string): Field {
  const { module, definition, isTrusted, values } = input
  const field = module.fields.get(name) ?? refuse('errors.field.unknown')
  const isWritten = values[name] !== undefined && field.readOnly && !isTrusted && !isForStaff(input, name)
  if (isComputed(definition, name) || isWritten) refuse('errors.field.readOnly')
  return field
}

/** The group that a record belongs to is chosen by staff alone. */
function isForStaff({ definition, isOutside = false }: Input, name: string): boolean {
  return allFields(definition)[name]?.type === 'group' && !isOutside
}

export function columnOf(field: Field): string {
  if (field.storage.kind !== 'column') throw new RangeError(`${field.name} has no column of its own.`)
  return field.storage.column
}

/** How a column keeps it: booleans as 0 and 1, several options as a JSON list. */
function keptValue(value: TakenValue): Scalar {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** The columns a module's records are read by. */
export function readColumns(module: Module): string[] {
  const stored = [...module.fields.values()].flatMap(({ storage }) =>
    storage.kind === 'column' ? [storage.column] : storage.kind === 'joined' ? storage.columns : []
  )
  return [...new Set(['id', ...stored])]
}

/** The values of a row, by field; files are no values. */
export function valuesOf(module: Module, row: Row): Record<string, FieldValue> {
  const fields = [...module.fields.values()].filter(({ type }) => type !== 'files')
  return Object.fromEntries(fields.map((field) => [field.name, shownValue(field, row)]))
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
