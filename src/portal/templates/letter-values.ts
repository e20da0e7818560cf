/** What merge fields stand for: the person, the portal, the inviter, how long the link is valid, and fields of the person's own record. */
import { lookUp } from '../../access/question.js'
import type { Value } from '../../access/record.js'
import type { Context } from '../../context.js'
import type { Field, Locale, Module } from '../../host/catalog.js'
import { mergeFieldsIn, type MergeValues } from '../../messages/merge-fields.js'
import { shownAddress } from '../../phone-number.js'
import { formatFor } from '../../web/format.js'
import type { Portal } from '../configuration.js'
import type { Template, TemplateKind } from './mail-templates.js'

/** In the order in which they are offered; `link` can stand in the body only. */
export const plainFields: Readonly<Record<TemplateKind, readonly string[]>> = {
  invitation: ['name', 'address', 'portal', 'inviter', 'valid', 'link'],
  confirmation: ['name', 'address', 'portal', 'valid', 'link'],
  'password-reset': ['name', 'address', 'portal', 'valid', 'link']
}

/** What begins the names of fields of the person's record: `record.firstName`. */
const prefix = 'record.'

/** Fields of a record that are words, and so can stand in a mail. */
const wordTypes: ReadonlySet<Field['type']> = new Set(['text', 'email', 'phone', 'url', 'option', 'date'])

export function recordFields(module: Module | undefined): Field[] {
  return [...(module?.fields.values() ?? [])].filter(({ type }) => wordTypes.has(type))
}

export function recordFieldName(field: Pick<Field, 'name'>): string {
  return prefix + field.name
}

/** Every name that a template of this kind may use. */
export function knownFields(kind: TemplateKind, module: Module | undefined): string[] {
  return [...plainFields[kind], ...recordFields(module).map(recordFieldName)]
}

/** Fields of the record that a template uses, by the record's own names. */
export function recordFieldsUsed({ subject, body }: Pick<Template, 'subject' | 'body'>): string[] {
  return mergeFieldsIn(`${subject}\n${body}`)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}

/** Whom a letter is for; somebody without a record has none of its fields. */
export interface Addressee {
  readonly name: string
  readonly address: string
  readonly language: Locale
  readonly module: string | undefined
  readonly recordId: string | undefined
}

export interface Occasion {
  readonly portal: Portal
  /** Name of whoever invites. */
  readonly by?: string
  /** `7 days` */
  readonly valid: string
}

/** All values but the link. The record is read only for a template that uses its fields; what the CRM no longer has is empty. */
export async function letterValues(
  context: Context,
  template: Template,
  addressee: Addressee,
  { portal, by = '', valid }: Occasion
): Promise<MergeValues> {
  const { name } = addressee
  const address = shownAddress(addressee.address)
  const plain = { name, address, portal: portal.name, inviter: by, valid }
  const used = recordFieldsUsed(template)
  return used.length === 0 ? plain : { ...(await recordValues(context, addressee, portal, used)), ...plain }
}

async function recordValues(
  context: Context,
  { module: moduleName, recordId, language }: Addressee,
  portal: Portal,
  names: readonly string[]
): Promise<MergeValues> {
  const module = (await context.host.catalog(language)).modules.get(moduleName ?? '')
  const fields = recordFields(module).filter(({ name }) => names.includes(name))
  if (!module || recordId === undefined || fields.length === 0) return {}
  const record = await lookUp(
    context.kernel,
    module.name,
    recordId,
    fields.map(({ name }) => name)
  )
  const write = (field: Field): string => inWords(field, record?.values[field.name], language, portal)
  return Object.fromEntries(fields.map((field) => [recordFieldName(field), write(field)]))
}

function inWords(field: Field, value: Value | undefined, language: Locale, portal: Portal): string {
  const text = typeof value === 'string' ? value : ''
  if (field.type === 'date') return formatFor(language, portal).date(text)
  if (field.type === 'phone') return shownAddress(text)
  return field.options.find((option) => option.value === text)?.label ?? text
}
