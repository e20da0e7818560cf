/** Forms: what was posted is read by a schema, or the form is shown again with the errors and with what was typed. */
import type { Request } from 'express'
import { z } from 'zod'
import { Invalid, PorticoError } from '../errors.js'
import type { FieldError } from '../host/host.js'

export type Typed = Readonly<Record<string, string | readonly string[]>>
export interface ShownAgain {
  readonly errors: Readonly<Record<string, FieldError>>
  readonly typed: Typed
}

/** A form as it is shown at first. */
export const nothingTyped: ShownAgain = { errors: {}, typed: {} }

/** No field is longer than this unless its schema says so by being shorter. */
const longest = 20_000

/** Values of `schema` from a posted form. A field that is no list in the schema may come once. A strict schema refuses fields it
 *  does not name (A14). A message in the schema that begins with `errors.` is the error's key.
 *  @throws Invalid with an error for each field that can't be taken; PorticoError (400) for fields that a strict schema does not name. */
export function readForm<S extends z.ZodRawShape>(schema: z.ZodObject<S>, body: unknown): z.infer<z.ZodObject<S>> {
  const form = formOf(body)
  const wrong = unacceptable(form)
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong)
  const result = schema.safeParse(withLists(schema.shape, form), { reportInput: true })
  if (result.success) return result.data
  if (result.error.issues.some(({ code }) => code === 'unrecognized_keys')) throw notOurs(result.error)
  throw new Invalid(fieldErrors(result.error))
}

/** No form of ours has such a field: there is none to show again. */
function notOurs(cause: unknown): PorticoError {
  return new PorticoError('errors.badRequest', { status: 400, cause })
}

/** Runs `act`; when the input can't be taken, `again` shows the form with the errors and what was typed. */
export async function submit(
  req: Request,
  act: () => Promise<void>,
  again: (form: ShownAgain) => Promise<void>
): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    await again({ errors: error.fields, typed: typedIn(req.body) })
  }
}

/** What was typed, to be shown again; passwords and the forgery token never are. */
export function typedIn(body: unknown): Typed {
  return Object.fromEntries(Object.entries(formOf(body)).filter(([name]) => !/password/i.test(name)))
}

/** A checkbox: there or not. */
export const checkbox = z
  .string()
  .optional()
  .transform((value) => value !== undefined)

/** A number as a field that nobody types in holds it: a revision, a place. */
export const wholeNumber = z.coerce.number().int()

/** One line of text without control characters, trimmed, 1 to `max` characters long. */
export const line = (max = 255): z.ZodString =>
  z
    .string()
    .trim()
    .min(1, 'errors.field.required')
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'errors.field.characters')

/** An e-mail address in lower case. */
export const email = z.string().trim().toLowerCase().min(1, 'errors.field.required').max(254).pipe(z.email())

function formOf(body: unknown): Record<string, string | string[]> {
  const entries = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return Object.fromEntries(
    entries.filter(([name, value]) => name !== '_csrf' && (typeof value === 'string' || isTexts(value)))
  )
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function unacceptable(form: Record<string, string | string[]>): Record<string, FieldError> {
  const wrong: Record<string, FieldError> = {}
  for (const [name, value] of Object.entries(form)) {
    const texts = [value].flat()
    if (texts.some((text) => text.length > longest))
      wrong[name] = { key: 'errors.field.tooLong', args: { max: longest } }
    if (texts.some((text) => text.includes('\0'))) wrong[name] = { key: 'errors.field.characters' }
  }
  return wrong
}

/** A list with one entry is posted as a plain value, an empty one not at all. */
function withLists(shape: z.ZodRawShape, form: Record<string, string | string[]>): Record<string, string | string[]> {
  const lists = Object.keys(shape).filter((name) => isList(shape[name]))
  return { ...form, ...Object.fromEntries(lists.map((name) => [name, [form[name] ?? []].flat()])) }
}

function isList(type: unknown): boolean {
  if (type instanceof z.ZodArray) return true
  if (type instanceof z.ZodPipe) return isList(type.in)
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault ? isList(type.unwrap()) : false
}

function fieldErrors(error: z.ZodError): Record<string, FieldError> {
  const errors: Record<string, FieldError> = {}
  for (const issue of error.issues) errors[String(issue.path[0] ?? 'form')] ??= fieldError(issue)
  return errors
}

function fieldError(issue: z.core.$ZodIssue): FieldError {
  if (issue.message.startsWith('errors.')) return { key: issue.message }
  if (issue.input === undefined && issue.code !== 'custom') return { key: 'errors.field.required' }
  switch (issue.code) {
    case 'too_big':
      return {
        key: issue.origin === 'string' ? 'errors.field.tooLong' : 'errors.field.tooBig',
        args: { max: Number(issue.maximum) }
      }
    case 'too_small':
      return {
        key: issue.origin === 'string' ? 'errors.field.tooShort' : 'errors.field.tooSmall',
        args: { min: Number(issue.minimum) }
      }
    case 'invalid_format':
      return { key: issue.format === 'email' ? 'errors.field.email' : 'errors.field.invalid' }
    case 'invalid_value':
      return { key: 'errors.field.option' }
    default:
      return { key: 'errors.field.invalid' }
  }
}
