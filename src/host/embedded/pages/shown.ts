/** Values as a page shows them: written for the reader, with the link or the badge that belongs to them. */
import type { Field, Module, Tone } from '../../catalog.js'
import type { FieldValue } from '../../host.js'
import { groupFieldOf } from '../ownership.js'
import type { CrmRecord } from '../records.js'
import type { Desk } from './desk.js'
import { filePath, recordPath } from './paths.js'

export interface Shown {
  readonly label: string
  readonly kind: 'text' | 'number' | 'prose' | 'badge' | 'link' | 'outside' | 'files'
  readonly text: string
  /** For `link` a path of ours, for `outside` a whole address. */
  readonly to: string
  readonly tone: Tone
  readonly files: readonly ShownFile[]
}

export interface ShownFile {
  readonly name: string
  /** `12 kB` */
  readonly size: string
  readonly path: string
}

/** Field `name` of a record; undefined when the module has none of that name. */
export function show(desk: Desk, module: Module, record: CrmRecord, name: string): Shown | undefined {
  const field = module.fields.get(name)
  if (!field) return undefined
  if (field.type === 'files') return shownFiles(desk, field, record)
  const text =
    textOf(desk, field, record.values[name] ?? null, record.titles[name]) || groupFor(desk, module, record, name)
  const plain = { label: field.label, kind: 'text', text, to: '', tone: 'neutral', files: [] } as const
  return text === '' ? plain : { ...plain, ...decorated(desk, module, field, record, text) }
}

/** The text is what stands where there are no links. */
function shownFiles({ format }: Desk, { name, label }: Field, record: CrmRecord): Shown {
  const files = (record.files[name] ?? []).map((file) => ({
    name: file.name,
    size: format.fileSize(file.size),
    path: filePath(record.module, record.id, file.id)
  }))
  const text = files.map((file) => file.name).join(', ')
  return { label, kind: 'files', text, to: '', tone: 'neutral', files }
}

/** In the place of the person a record belongs to: the group it belongs to. */
function groupFor(desk: Desk, module: Module, { values }: CrmRecord, name: string): string {
  const group = name === module.owner && !values[name] ? groupFieldOf(module) : undefined
  return group ? textOf(desk, group, values[group.name] ?? null) : ''
}

/** A value as words, as lists and the feed write it. `title` is the title of a reference. */
export function textOf({ format, t }: Desk, field: Field, value: FieldValue, title?: string): string {
  switch (field.type) {
    case 'boolean':
      return t(value ? 'crm:value.yes' : 'crm:value.no')
    case 'date':
      return format.date(value)
    case 'datetime':
      return format.datetime(value)
    case 'integer':
    case 'number':
      return format.number(value)
    case 'money':
      return format.money(value)
    case 'option':
    case 'options':
      return [value ?? []]
        .flat()
        .map((each) => optionLabel(field, String(each)))
        .join(', ')
    case 'reference':
      return title ?? ''
    case 'text':
    case 'longText':
    case 'richText':
    case 'email':
    case 'phone':
    case 'url':
      return title ?? String(value ?? '')
    case 'files':
      return ''
  }
}

function optionLabel(field: Field, value: string): string {
  return field.options.find((option) => option.value === value)?.label ?? value
}

function decorated(desk: Desk, module: Module, field: Field, record: CrmRecord, text: string): Partial<Shown> {
  const value = String(record.values[field.name] ?? '')
  switch (field.type) {
    case 'email':
      return { kind: 'outside', to: `mailto:${value}` }
    case 'phone':
      return { kind: 'outside', to: `tel:${value.replace(/[^+\d]/g, '')}` }
    case 'url':
      return /^https?:\/\//i.test(value) ? { kind: 'outside', to: value } : {}
    case 'longText':
    case 'richText':
      return { kind: 'prose' }
    case 'option':
      return badge(field, value)
    case 'reference':
      return linkTo(module.links.get(field.link ?? '')?.to, value)
    case 'integer':
    case 'number':
    case 'money':
      return { kind: 'number' }
    case 'text':
      return field.name === 'parentId' && text !== value ? linkTo(String(record.values.parentType), value) : {}
    case 'options':
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'files':
      return {}
  }
}

/** Options that have tones are states; the others are plain words. */
function badge(field: Field, value: string): Partial<Shown> {
  const isState = field.options.some((option) => option.tone !== 'neutral')
  return isState
    ? { kind: 'badge', tone: field.options.find((option) => option.value === value)?.tone ?? 'neutral' }
    : {}
}

function linkTo(module: string | undefined, id: string): Partial<Shown> {
  return module === undefined || module === 'User' ? {} : { kind: 'link', to: recordPath(module, id) }
}
