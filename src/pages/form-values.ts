/** What portal users type into a record's form, read as values of its fields, and the way back. */
import { isMoney, isReference, type Value } from '../access/record.js'
import { Invalid } from '../errors.js'
import type { Field } from '../host/catalog.js'
import type { FieldError, FieldValue } from '../host/host.js'
import { valueFromText } from '../access/comparables.js'
import { localMoment, utcMoment } from '../web/zoned-time.js'

/** A field as its input shows it: text, or the chosen ones of several options. */
export type Typed = string | readonly string[]
export type TypedForm = Readonly<Record<string, Typed>>

/** A value as it stands in a form's input. */
export function typedValue(field: Field, value: Value | FieldValue | undefined, timeZone: string): Typed {
  if (field.type === 'options') return Array.isArray(value) ? value.map(String) : []
  if (value === null || value === undefined) return field.type === 'boolean' ? 'false' : ''
  if (isReference(value)) return value.id
  if (isMoney(value)) return String(value.amount)
  return field.type === 'datetime' ? localMoment(String(value), timeZone) : String(value)
}

/** What was posted for `fields`. A name that is none of them is refused like a field that does not exist (A14); names that begin
 *  with `_` are the form's own. @throws Invalid */
export function typedForm(fields: readonly Field[], body: unknown): Record<string, Typed> {
  const posted = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const names = new Set(fields.map((field) => field.name))
  const unknown = Object.keys(posted).filter((name) => !name.startsWith('_') && !names.has(name))
  if (unknown.length > 0)
    throw new Invalid(Object.fromEntries(unknown.map((name) => [name, { key: 'errors.field.unknown' }])))
  return Object.fromEntries(fields.map((field) => [field.name, typedIn(field, posted[field.name])]))
}

interface Reading {
  readonly timeZone: string
  /** What the form showed. */
  readonly before?: TypedForm | undefined
}

/** The values that were typed, and what of them can't be taken. Where `before` holds what the form showed, only what differs from
 *  it; of a new record, what is not empty, so that the CRM's own defaults count. */
export function readForm(
  fields: readonly Field[],
  typed: TypedForm,
  { timeZone, before }: Reading
): { values: Record<string, FieldValue>; errors: Record<string, FieldError> } {
  const values: Record<string, FieldValue> = {}
  const errors: Record<string, FieldError> = {}
  for (const field of fields) {
    const text = typed[field.name] ?? ''
    if (before && String(before[field.name]) === String(text)) continue
    const problem = problemOf(field, text, timeZone)
    if (problem) errors[field.name] = problem
    else if (before || text.length > 0) values[field.name] = valueOf(field, text, timeZone)
  }
  return { values, errors }
}

/** The same for forms without line items. @throws Invalid */
export function readValues(fields: readonly Field[], typed: TypedForm, ask: Reading): Record<string, FieldValue> {
  const { values, errors } = readForm(fields, typed, ask)
  if (Object.keys(errors).length > 0) throw new Invalid(errors)
  return values
}

function typedIn(field: Field, posted: unknown): Typed {
  const list = [posted ?? []].flat().filter((one) => typeof one === 'string')
  if (field.type === 'options') return list
  if (field.type === 'boolean') return list.includes('true') ? 'true' : 'false'
  return field.type === 'longText' ? (list[0] ?? '').replace(/\r\n/g, '\n').trimEnd() : (list[0] ?? '').trim()
}

function problemOf(field: Field, typed: Typed, timeZone: string): FieldError | undefined {
  if (typed.length === 0) return field.required ? { key: 'errors.field.required' } : undefined
  if (typeof typed !== 'string')
    return typed.every((one) => isOption(field, one)) ? undefined : { key: 'errors.field.option' }
  if (field.maxLength !== undefined && typed.length > field.maxLength)
    return { key: 'errors.field.tooLong', args: { max: field.maxLength } }
  switch (field.type) {
    case 'option':
      return isOption(field, typed) ? undefined : { key: 'errors.field.option' }
    case 'integer':
    case 'number':
    case 'money':
      return numberProblem(field, Number(typed))
    case 'email':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed) ? undefined : { key: 'errors.field.email' }
    case 'date':
      return isDay(typed) ? undefined : { key: 'errors.field.invalid' }
    case 'datetime':
      return utcMoment(typed, timeZone) ? undefined : { key: 'errors.field.invalid' }
    default:
      return undefined
  }
}

function numberProblem(field: Field, value: number): FieldError | undefined {
  if (!Number.isFinite(value) || (field.type === 'integer' && !Number.isSafeInteger(value)))
    return { key: 'errors.field.invalid' }
  if (field.min !== undefined && value < field.min) return { key: 'errors.field.tooSmall', args: { min: field.min } }
  if (field.max !== undefined && value > field.max) return { key: 'errors.field.tooBig', args: { max: field.max } }
  return undefined
}

function isOption(field: Field, value: string): boolean {
  return field.options.length === 0 || field.options.some((option) => option.value === value)
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(Date.parse(`${text}T00:00:00Z`) || 0).toISOString().startsWith(text)
}

function valueOf(field: Field, typed: Typed, timeZone: string): FieldValue {
  if (typeof typed !== 'string') return typed
  if (typed === '') return null
  return field.type === 'datetime' ? utcMoment(typed, timeZone)! : valueFromText(field.type, typed)
}
