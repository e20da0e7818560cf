/** Forms made from the catalog: the controls for a module's fields, what stands in them, and the values that were posted. */
import { z } from 'zod'
import { NotFound } from '../../../errors.js'
import { readForm, type Typed } from '../../../web/forms.js'
import { localMoment, utcMoment } from '../../../web/zoned-time.js'
import type { Field, Module } from '../../catalog.js'
import type { FieldError, FieldValue } from '../../host.js'
import type { CrmRecord, Values } from '../records.js'
import type { Desk } from './desk.js'
import { heldFiles, writableFiles, type HeldFile } from './form-files.js'
import { ownerChoices } from './owner-choice.js'
import { detailSections } from './record-page.js'

/** Locals of the partial `_field`, and for references how to find more records to choose from. */
export interface Control {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly value: string | readonly string[]
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly required: boolean
  readonly error: FieldError | undefined
  readonly attrs: Readonly<Record<string, string | number | boolean>>
  /** Of a field of files: those that are there. */
  readonly held: readonly HeldFile[]
  readonly hint: string | undefined
  readonly search: { readonly name: string; readonly value: string; readonly field: string } | undefined
}

export interface FormSection {
  readonly label: string
  readonly controls: readonly Control[]
}

export interface FormState {
  readonly typed: Typed
  readonly errors: Readonly<Record<string, FieldError>>
  /** Of the record that is changed. */
  readonly record?: CrmRecord | undefined
  /** Fields whose files came with a form that is shown again: they have to be chosen anew. */
  readonly lost?: ReadonlySet<string>
}

const mostChoices = 100

/** The fields people write, by section of the detail layout; required ones that stand in none come first. */
export async function formSections(desk: Desk, module: Module, state: FormState): Promise<FormSection[]> {
  const placed = detailSections(module).map(({ label, fields }) => ({
    label,
    fields: fields.flatMap((name) => writable(module, name))
  }))
  const isPlaced = (field: Field) => placed.some(({ fields }) => fields.includes(field))
  const missing = formFields(module).filter((field) => field.required && !isPlaced(field))
  const sections = placed.map(({ label, fields }, index) => ({
    label,
    fields: index === 0 ? [...missing, ...fields] : fields
  }))
  const filled = sections.filter(({ fields }) => fields.length > 0)
  return Promise.all(
    filled.map(async ({ label, fields }) => ({
      label,
      controls: await Promise.all(fields.map((field) => controlFor(desk, module, field, state)))
    }))
  )
}

function writable(module: Module, name: string): Field[] {
  return formFields(module).filter((field) => field.name === name)
}

function formFields(module: Module): readonly Field[] {
  return [...writableFields(module), ...writableFiles(module)]
}

/** Fields that a person may write. Whose record it is by parent is decided where the form was opened from. */
export function writableFields(module: Module): readonly Field[] {
  return [...module.fields.values()].filter(({ readOnly, storage }) => !readOnly && storage.kind === 'column')
}

/** One control; `prefix` tells the fields of several line items apart. */
export async function controlFor(
  desk: Desk,
  module: Module,
  field: Field,
  state: FormState,
  prefix = ''
): Promise<Control> {
  const name = prefix + field.name
  const given = state.typed[name] ?? (field.type === 'options' ? [] : '')
  const control = {
    name,
    label: field.label,
    value: given,
    options: field.options,
    required: field.required,
    error: state.errors[name],
    attrs: attributes(field),
    held: [],
    hint: undefined,
    search: undefined
  }
  if (field.type === 'files') return { ...control, type: 'file', ...filesControl(desk, field, state) }
  if (field.type !== 'reference') return { ...control, type: inputTypes[field.type], options: choices(desk, field) }
  return {
    ...control,
    type: 'select',
    ...(await references(desk, { module, field, name, chosen: String(given) }, state.typed))
  }
}

function filesControl(desk: Desk, field: Field, { record, typed, lost }: FormState): Partial<Control> {
  const held = heldFiles(record, field, typed)
  const isOnly = field.max === 1
  const replaced = isOnly && held.length > 0 ? desk.t('crm:form.fileReplaced') : undefined
  return {
    held,
    hint: lost?.has(field.name) ? desk.t('crm:form.fileAgain') : replaced,
    required: field.required && held.length === 0,
    attrs: isOnly ? {} : { multiple: true }
  }
}

const inputTypes: Record<Exclude<Field['type'], 'reference' | 'files'>, string> = {
  text: 'text',
  longText: 'textarea',
  richText: 'textarea',
  email: 'email',
  phone: 'tel',
  url: 'text',
  option: 'select',
  options: 'multiselect',
  integer: 'number',
  number: 'number',
  money: 'number',
  boolean: 'checkbox',
  date: 'date',
  datetime: 'datetime-local'
}

function attributes(field: Field): Control['attrs'] {
  const range = {
    ...(field.min !== undefined && { min: field.min }),
    ...(field.max !== undefined && { max: field.max })
  }
  if (field.type === 'integer') return { ...range, step: 1, inputmode: 'numeric' }
  if (field.type === 'number' || field.type === 'money')
    return { ...range, step: 10 ** -(field.decimals ?? 2), inputmode: 'decimal' }
  const isText = ['text', 'longText', 'email', 'phone', 'url'].includes(field.type)
  return isText && field.maxLength ? { maxlength: field.maxLength } : {}
}

function choices(desk: Desk, field: Field): Control['options'] {
  if (field.type !== 'option') return field.options
  return [{ value: '', label: desk.t('crm:form.choose') }, ...field.options]
}

/** The records a reference may point to: a short list to choose from, and a search when there are more. */
async function references(
  desk: Desk,
  { module, field, name, chosen }: { module: Module; field: Field; name: string; chosen: string },
  typed: Typed
) {
  const target = module.links.get(field.link ?? '')?.to ?? 'User'
  const search = String(typed[`search.${name}`] ?? '').trim()
  const searchFor = (hasMore: boolean): Control['search'] =>
    hasMore || search ? { name: `search.${name}`, value: search, field: name } : undefined
  if (field.name === module.owner) {
    const { options, hasMore } = await ownerChoices(desk, module, { search, chosen })
    return { options, search: searchFor(hasMore) }
  }
  const { found, hasMore } = await choicesIn(desk, target, search)
  const isFound = chosen === '' || found.some(({ value }) => value === chosen)
  const kept = isFound ? [] : [{ value: chosen, label: await titleOf(desk, target, chosen) }]
  const options = [{ value: '', label: desk.t('crm:form.none') }, ...kept, ...found]
  return { options, search: searchFor(hasMore) }
}

export interface Choices {
  readonly found: Control['options']
  readonly hasMore: boolean
}

/** Records to choose from, in the order of their titles; of the users those who are active. */
export async function choicesIn(desk: Desk, module: string, search: string): Promise<Choices> {
  if (module === 'User') {
    const { users, hasMore } = await desk.users.list({ search: search || undefined, limit: mostChoices })
    return {
      found: users.filter(({ isActive }) => isActive).map(({ id, name }) => ({ value: id, label: name })),
      hasMore
    }
  }
  const target = desk.catalog.modules.get(module)
  const title = target?.fields.get(target.title)
  const sort = title?.sortable ? { field: title.name, descending: false } : undefined
  const { records, hasMore } = await desk.records.list(module, {
    search: search || undefined,
    sort,
    limit: mostChoices
  })
  return { found: records.map((record) => ({ value: record.id, label: record.title })), hasMore }
}

async function titleOf(desk: Desk, module: string, id: string): Promise<string> {
  const hidden = desk.t('crm:form.hiddenRecord')
  if (module === 'User') return (await desk.users.find(id))?.name ?? hidden
  try {
    return (await desk.records.find(module, id)).title
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return hidden
  }
}

/** What the form holds for values as they are kept. */
export function typedFrom(fields: readonly Field[], values: Values, timeZone: string): Typed {
  return Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, values[field.name] ?? null, timeZone)])
  )
}

function typedValue(field: Field, value: FieldValue, timeZone: string): string | readonly string[] {
  if (Array.isArray(value)) return value as readonly string[]
  if (value === null) return ''
  if (field.type === 'datetime') return localMoment(String(value), timeZone)
  return String(value)
}

/** What a new record's form begins with: the fields' defaults, and what the address brings along. */
export function typedAtFirst(desk: Desk, module: Module, query: Readonly<Record<string, unknown>>): Typed {
  const fields = writableFields(module)
  const defaults = Object.fromEntries(fields.map(({ name, default: value }) => [name, value]))
  const owner = module.owner ? { [module.owner]: desk.staff.id } : {}
  const brought = fields.flatMap(({ name }) => (typeof query[name] === 'string' ? [[name, query[name]] as const] : []))
  return { ...typedFrom(fields, { ...defaults, ...owner }, desk.staff.timeZone), ...Object.fromEntries(brought) }
}

/** The posted values of these fields: a field that was not in the form is not among them.
 *  @throws Invalid when what came is no form of ours; whether the values fit is the CRM's to say. */
export function postedValues(fields: readonly Field[], body: unknown, timeZone: string, prefix = ''): Values {
  const shape = Object.fromEntries(fields.map((field) => [prefix + field.name, shapeOf(field)]))
  const posted = readForm(z.object(shape), body)
  const given = fields.map((field) => [field.name, valueOf(field, posted[prefix + field.name], timeZone)] as const)
  return Object.fromEntries(given.filter((entry): entry is [string, FieldValue] => entry[1] !== undefined))
}

function shapeOf(field: Field): z.ZodType<string | string[] | undefined> {
  return field.type === 'options' ? z.array(z.string()).optional() : z.string().optional()
}

function valueOf(field: Field, posted: string | string[] | undefined, timeZone: string): FieldValue | undefined {
  if (field.type === 'boolean') return posted !== undefined && posted !== 'false'
  if (posted === undefined || Array.isArray(posted)) return posted
  if (posted === '') return null
  if (field.type === 'datetime') return utcMoment(posted, timeZone) ?? posted
  const isNumber = ['integer', 'number', 'money'].includes(field.type)
  return isNumber && /^-?\d+([.,]\d+)?$/.test(posted.trim()) ? Number(posted.trim().replace(',', '.')) : posted
}
