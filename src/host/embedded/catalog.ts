/** Makes the catalog out of the definitions: which column, link table or parent a field or link of the CRM lives in. */
import type { Catalog, ColumnIs, Field, Layout, Link, Locale, Module, Storage } from '../catalog.js'
import type { HostGroup } from '../host.js'
import type { FieldDefinition, ManyDefinition, ModuleDefinition } from './definition.js'
import { allFields, userModule } from './standard-fields.js'

/** Characters a single-line text may have when its definition does not say. */
const usualLength: Partial<Record<Field['type'], number>> = {
  text: 255,
  email: 254,
  phone: 40,
  url: 1000,
  option: 100,
  longText: 50_000
}

/** What a module is made with: all that are there, and the words to speak of them. */
interface Making {
  readonly definitions: readonly ModuleDefinition[]
  readonly groups: readonly HostGroup[]
  readonly locale: Locale
}

/** `groups`: those of the CRM, to which records can be assigned. */
export function makeCatalog(
  definitions: readonly ModuleDefinition[],
  stamp: string,
  locale: Locale,
  groups: readonly HostGroup[] = []
): Catalog {
  const all = [...definitions, userModule]
  const links = linksOf(all, locale)
  const making = { definitions: all, groups, locale }
  const modules = all.map((definition) => makeModule(definition, links.get(definition.name) ?? [], making))
  return { stamp: `${stamp}-${locale}`, modules: new Map(modules.map((module) => [module.name, module])) }
}

/** `InvoiceItem`, `unitPrice` → `invoice_item`, `unit_price`. */
function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
}

/** The link by which a record hangs on a parent of this module: `parentAccount`. */
function parentLink(module: string): string {
  return `parent${module}`
}

function makeModule(definition: ModuleDefinition, links: readonly Link[], making: Making): Module {
  const { locale } = making
  const isOwned = definition.name !== userModule.name && !definition.partOf
  const fields = Object.entries(allFields(definition)).map(([name, field]) =>
    makeField({ module: definition.name, name }, field, making)
  )
  return {
    name: definition.name,
    label: definition.label[locale],
    labelPlural: definition.plural[locale],
    icon: definition.icon,
    table: `crm_${snake(definition.name)}`,
    live: { column: 'deleted', is: 0 },
    title: definition.title ?? 'name',
    owner: isOwned ? 'assignedUser' : undefined,
    ...(isOwned && { ownerGroups: { kind: 'column', column: 'assigned_group_id' } }),
    createdAt: 'createdAt',
    modifiedAt: 'modifiedAt',
    fields: unique(fields, `fields of ${definition.name}`),
    links: unique(links, `links of ${definition.name}`),
    layouts: layoutsOf(definition, locale),
    outside: outsideOf(definition),
    partOf: definition.partOf,
    hasFeed: definition.hasFeed ?? false
  }
}

interface Place {
  readonly module: string
  /** Of the field. */
  readonly name: string
}

function makeField(place: Place, definition: FieldDefinition, making: Making): Field {
  const { name } = place
  const type = fieldType(definition)
  const { locale } = making
  return {
    name,
    label: definition.label[locale],
    type,
    storage: storageOf(place, definition),
    required: definition.required ?? false,
    readOnly: definition.readOnly ?? type !== definition.type,
    options: optionsOf(name, definition, making),
    maxLength: definition.maxLength ?? usualLength[type],
    min: definition.min,
    max: definition.max,
    decimals: definition.decimals ?? (type === 'money' || type === 'number' ? 2 : undefined),
    searchable: definition.searchable ?? false,
    sortable: definition.sortable ?? false,
    link: type === 'reference' ? name : undefined,
    default: definition.default ?? null
  }
}

function fieldType(definition: FieldDefinition): Field['type'] {
  if (definition.type === 'group') return 'option'
  return definition.type === 'personName' || definition.type === 'autoNumber' ? 'text' : definition.type
}

function storageOf({ module, name }: Place, definition: FieldDefinition): Storage {
  if (definition.type === 'files') return filesOf(module, name)
  if (definition.type === 'personName') {
    const columns = (definition.parts ?? []).map(snake)
    return { kind: 'joined', columns, order: columns.at(-1)! }
  }
  return { kind: 'column', column: columnOf(name, definition) }
}

/** Rows of the CRM's files that name the record and the field. */
function filesOf(module: string, field: string): Storage {
  return {
    kind: 'files',
    from: 'crm_file',
    columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
    key: 'record_id',
    where: [
      { column: 'module', is: module },
      { column: 'field', is: field }
    ],
    order: 'created_at'
  }
}

function columnOf(name: string, definition: FieldDefinition): string {
  return definition.type === 'reference' || definition.type === 'group' ? `${snake(name)}_id` : snake(name)
}

/** The choices of `parentType` are modules and carry their labels. */
function optionsOf(
  name: string,
  definition: FieldDefinition,
  { definitions: all, groups, locale }: Making
): Field['options'] {
  if (definition.type === 'group')
    return groups.map((group) => ({ value: group.id, label: group.name, tone: 'neutral' }))
  return (definition.options ?? []).map(({ value, label, tone }) => {
    const words = name === 'parentType' ? (all.find((module) => module.name === value)?.label ?? label) : label
    return { value, label: words[locale], tone: tone ?? 'neutral' }
  })
}

function outsideOf(definition: ModuleDefinition): readonly ColumnIs[] {
  return Object.entries(definition.outside ?? {}).map(([name, is]) => {
    const field = definition.fields[name]
    if (!field) throw new RangeError(`${definition.name} has no field ${name} to decide what is seen outside.`)
    return { column: columnOf(name, field), is }
  })
}

function layoutsOf(definition: ModuleDefinition, locale: Locale): readonly Layout[] {
  const { list, detail } = definition.layouts
  const label = definition.label[locale]
  return [
    { name: 'list', kind: 'list', label: definition.plural[locale], sections: [{ label: '', fields: list }] },
    {
      name: 'detail',
      kind: 'detail',
      label,
      sections: detail.map((section) => ({ label: section.label[locale], fields: section.fields }))
    }
  ]
}

/** All links by the module they start from: both ends of references, of link tables and of parents. */
function linksOf(all: readonly ModuleDefinition[], locale: Locale): Map<string, Link[]> {
  const links = new Map<string, Link[]>(all.map((definition) => [definition.name, []]))
  const add = (module: string, link: Link): void => {
    const known = links.get(module)
    if (!known || !links.has(link.to)) throw new RangeError(`The link ${module}.${link.name} leads to no module.`)
    known.push(link)
  }
  for (const definition of all) {
    for (const [name, field] of Object.entries(allFields(definition)))
      addReference(add, definition, name, field, locale)
    for (const [name, many] of Object.entries(definition.links ?? {})) addMany(add, definition, name, many, locale)
    for (const parent of definition.parents ?? []) addParent(add, definition, parent, all, locale)
  }
  return links
}

type Add = (module: string, link: Link) => void

function addReference(
  add: Add,
  definition: ModuleDefinition,
  name: string,
  field: FieldDefinition,
  locale: Locale
): void {
  if (field.type !== 'reference') return
  if (!field.to) throw new RangeError(`The reference ${definition.name}.${name} names no module.`)
  const column = columnOf(name, field)
  const label = field.label[locale]
  add(definition.name, {
    name,
    label,
    to: field.to,
    cardinality: 'one',
    storage: { kind: 'column', column, only: undefined }
  })
  if (!field.back) return
  const storage = { kind: 'reverse', column, only: undefined } as const
  add(field.to, {
    name: field.back.name,
    label: field.back.label[locale],
    to: definition.name,
    cardinality: 'many',
    storage
  })
}

function addMany(add: Add, definition: ModuleDefinition, name: string, many: ManyDefinition, locale: Locale): void {
  const shared = { kind: 'table', table: many.table, live: { column: 'deleted', is: 0 }, only: [] } as const
  const label = many.label[locale]
  add(definition.name, {
    name,
    label,
    to: many.to,
    cardinality: 'many',
    storage: { ...shared, near: many.near, far: many.far }
  })
  const back = {
    name: many.back.name,
    label: many.back.label[locale],
    to: definition.name,
    cardinality: 'many'
  } as const
  add(many.to, { ...back, storage: { ...shared, near: many.far, far: many.near } })
}

function addParent(
  add: Add,
  definition: ModuleDefinition,
  parent: string,
  all: readonly ModuleDefinition[],
  locale: Locale
): void {
  const to = all.find((module) => module.name === parent)
  const only = { column: 'parent_type', is: parent }
  const storage = { column: 'parent_id', only }
  const label = to?.label[locale] ?? parent
  add(definition.name, {
    name: parentLink(parent),
    label,
    to: parent,
    cardinality: 'one',
    storage: { kind: 'column', ...storage }
  })
  const back = {
    name: backOfParent(definition),
    label: definition.plural[locale],
    to: definition.name,
    cardinality: 'many'
  } as const
  add(parent, { ...back, storage: { kind: 'reverse', ...storage } })
}

/** `Internal notes` → `internalNotes`, `E-mails` → `emails`. */
function backOfParent(definition: ModuleDefinition): string {
  const words = definition.plural.en
    .replace(/[^A-Za-z0-9 ]/g, '')
    .split(' ')
    .filter(Boolean)
  const [first = definition.name, ...rest] = words.map((word) => word.toLowerCase())
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function unique<T extends { readonly name: string }>(items: readonly T[], what: string): Map<string, T> {
  const byName = new Map<string, T>()
  for (const item of items) {
    if (byName.has(item.name)) throw new RangeError(`Two ${what} are called ${item.name}.`)
    byName.set(item.name, item)
  }
  return byName
}
