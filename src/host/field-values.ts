/** What a field takes: the checks that values go through on their way into any host, before anything is written. */
import type { Field } from './catalog.js'
import { HostRefused, type FieldError, type FieldValue } from './host.js'
import { isUrl } from '../url.js'

export type Values = Readonly<Record<string, FieldValue>>
/** A value that its field takes: tidied, in range, with `null` for empty. */
export type TakenValue = string | number | boolean | readonly string[] | null

/** One field's refusal on its way to `takeEach`. */
class Refusal extends Error {
  constructor(readonly reason: FieldError) {
    super(reason.key)
  }
}

/** Ends the taking of one value. */
export function refuse(key: string, args?: FieldError['args']): never {
  throw new Refusal({ key, ...(args && { args }) })
}

/** Hands each value to `take`, which may `refuse` it. @throws HostRefused with every refused field. */
export function takeEach(values: Values, take: (name: string, value: FieldValue) => void): void {
  const errors: Record<string, FieldError> = {}
  for (const [name, value] of Object.entries(values)) {
    try {
      take(name, value)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      errors[name] = error.reason
    }
  }
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
}

/** The value as `field` takes it. Only to be called inside `takeEach`: what can't be taken is refused. */
export function takenValue(field: Field, value: FieldValue | undefined): TakenValue {
  if (field.type === 'richText' || field.type === 'files') refuse('errors.field.readOnly')
  const taken = isEmpty(value) ? null : fitting(field, value)
  if (taken === null && field.type === 'boolean') return false
  if (taken === null && field.required) refuse('errors.field.required')
  return taken
}

function isEmpty(value: FieldValue | undefined): value is null | undefined | '' {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function fitting(field: Field, value: Exclude<FieldValue, null>): TakenValue {
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
    case 'richText':
    case 'files':
      return refuse('errors.field.readOnly')
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
  return /^https?:\/\/\S+$/i.test(address) && isUrl(address) ? address : refuse('errors.field.url')
}

function option(field: Field, value: FieldValue): string {
  const known = field.options.find((each) => each.value === value)
  return known ? known.value : refuse('errors.field.option')
}

/** In the order of the field's options. */
function options(field: Field, value: FieldValue): readonly string[] {
  if (!Array.isArray(value)) refuse('errors.field.option')
  const chosen: readonly string[] = value
  if (chosen.some((each) => !field.options.some((known) => known.value === each))) refuse('errors.field.option')
  return field.options.map((known) => known.value).filter((known) => chosen.includes(known))
}

/** To two decimals where money doesn't say otherwise; numbers that don't say are kept as they are. */
function rounded(field: Field, value: FieldValue): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse('errors.field.number')
  if (Math.abs(value) >= 10 ** 12) refuse('errors.field.tooLarge', { max: 10 ** 12 })
  const decimals = field.decimals ?? (field.type === 'money' ? 2 : undefined)
  return decimals === undefined ? value : roundTo(value, decimals)
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

function flag(value: FieldValue): boolean {
  if (value === true || value === 1) return true
  if (value === false || value === 0) return false
  return refuse('errors.field.option')
}

/** `YYYY-MM-DD` of a day that exists. */
function isDay(day: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(day) && isReal(`${day}T00:00:00Z`, day)
}

/** `YYYY-MM-DD HH:MM:SS` of a moment that exists. */
function isMoment(moment: string): boolean {
  const iso = moment.replace(' ', 'T')
  return /^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(moment) && isReal(`${iso}Z`, iso)
}

/** JavaScript makes March of the 30th of February; the text it gives back shows it. */
function isReal(iso: string, start: string): boolean {
  const date = new Date(iso)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(start)
}
