/** EspoCRM's refusals of a write in the port's words: which field, and why. */
import { z } from 'zod'
import { NotFound, PorticoError } from '../../errors.js'
import type { Field, Module } from '../catalog.js'
import { HostRefused, HostUnavailable, type FieldError } from '../host.js'
import { actorHeader, EspoRefused } from './rest.js'

/** What `write` of a record of `module` gives.
 *  @throws HostRefused for a value that EspoCRM's validation refuses (it names one at a time); NotFound for a record that is
 *  gone; PorticoError `errors.hostRefused` (409) for what a rule of the CRM forbids, so that the form comes back with what
 *  was typed; HostUnavailable for a right that the role of Portico's API user lacks: nobody outside can mend that, and the
 *  log must say it. */
export async function refusing<T>(module: Module, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    throw error instanceof EspoRefused ? refusalOf(module, error) : error
  }
}

function refusalOf(module: Module, error: EspoRefused): Error {
  const told = message.safeParse(error.body).data?.messageTranslation
  if (error.reason.includes(actorHeader)) return new HostUnavailable(error.message, { cause: error })
  switch (error.status) {
    case 400:
      return told?.label === 'validationFailure' ? invalid(module, told.data) : ruledOut(error)
    case 403:
      return forbidden(module, error, told?.label)
    case 404:
      return new NotFound(error)
    case 409:
      return error.reason === 'duplicate' ? refused(module.title, { key: 'errors.field.taken' }) : ruledOut(error)
    default:
      return new HostUnavailable(error.message, { cause: error })
  }
}

/** `{ messageTranslation: { label: 'validationFailure', data: { field: 'name', type: 'required' } } }`; PHP writes an empty
 *  object as a list. */
const message = z.object({
  messageTranslation: z.object({
    label: z.string(),
    data: z.record(z.string(), z.unknown()).catch({})
  })
})

function invalid(module: Module, { field: name, type }: Readonly<Record<string, unknown>>): Error {
  const field = fieldNamed(module, String(name))
  if (type === 'validCurrency') return refused(field?.currency ?? String(name), { key: 'errors.field.option' })
  return refused(field?.name ?? String(name), reasonFor(field, String(type)))
}

/** EspoCRM speaks of fields (`account`, `parent`), at times of attributes (`accountId`). */
function fieldNamed({ fields }: Module, name: string): Field | undefined {
  return fields.get(name) ?? fields.get(`${name}Id`) ?? fields.get(name.replace(/Id$/, ''))
}

/** By EspoCRM's name of the check that failed. */
function reasonFor(field: Field | undefined, check: string): FieldError {
  switch (check) {
    case 'required':
      return { key: 'errors.field.required' }
    case 'maxLength':
      return withNumber('errors.field.tooLong', 'max', field?.maxLength)
    case 'min':
      return withNumber('errors.field.tooSmall', 'min', field?.min)
    case 'max':
      return withNumber('errors.field.tooLarge', 'max', field?.max)
    case 'emailAddress':
      return { key: 'errors.field.email' }
    case 'pattern':
      return { key: field?.type === 'reference' ? 'errors.field.reference' : 'errors.field.pattern' }
    case 'valid':
      return { key: (field && notValid[field.type]) ?? 'errors.field.invalid' }
    default:
      return { key: 'errors.field.invalid' }
  }
}

function withNumber(key: string, name: string, value: number | undefined): FieldError {
  return value === undefined ? { key: 'errors.field.invalid' } : { key, args: { [name]: value } }
}

const notValid: Readonly<Partial<Record<Field['type'], string>>> = {
  phone: 'errors.field.phone',
  email: 'errors.field.email',
  url: 'errors.field.url',
  option: 'errors.field.option',
  options: 'errors.field.option',
  integer: 'errors.field.number',
  number: 'errors.field.number',
  money: 'errors.field.number',
  date: 'errors.field.date',
  datetime: 'errors.field.date',
  reference: 'errors.field.reference'
}

/** A record at the other end that went a moment ago is a refusal; words of an administrator's own are a rule; all else is
 *  a right that is missing in the role. */
function forbidden(module: Module, error: EspoRefused, label: string | undefined): Error {
  const link = /link: (\w+)/.exec(error.reason)?.[1]
  if (label === 'cannotRelateNonExisting' && link)
    return refused(fieldNamed(module, link)?.name ?? link, { key: 'errors.field.reference' })
  if (ownWords.safeParse(error.body).success) return ruledOut(error)
  const lack = `EspoCRM's role for the user portico lacks a right on ${module.name}: ${error.reason}`
  return new HostUnavailable(lack, { cause: error })
}

/** What a script or an extension of the administrator's says when it forbids: text, or a label of a scope. EspoCRM's own
 *  labels here have no scope. */
const ownWords = z.union([
  z.object({ message: z.string() }),
  z.object({ messageTranslation: z.object({ scope: z.string() }) })
])

function ruledOut(cause: EspoRefused): PorticoError {
  return new PorticoError('errors.hostRefused', { status: 409, cause })
}

function refused(field: string, error: FieldError): HostRefused {
  return new HostRefused({ [field]: error })
}
