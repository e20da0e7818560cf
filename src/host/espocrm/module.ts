/** One entity type of EspoCRM as a module of the catalog, and what of it is left out. */
import type { Field, Module } from '../catalog.js'
import { isFolder, moduleNames, type Metadata } from './answers.js'
import { columnOf, fieldsOf, liveOf, outsideOf, unfinishedOf, type Model } from './entity.js'
import { mapField } from './fields.js'
import { ownerGroupsOf } from './groups.js'
import { layoutsOf } from './layouts.js'
import { linksOf } from './links.js'
import { snake } from './naming.js'
import type { Unmapped } from './unmapped.js'

const icons: Readonly<Record<string, string>> = {
  Account: 'building-2',
  Contact: 'contact',
  Lead: 'user-plus',
  Opportunity: 'handshake',
  Case: 'life-buoy',
  Task: 'square-check',
  Meeting: 'calendar',
  Call: 'phone',
  Document: 'file',
  KnowledgeBaseArticle: 'book-open',
  Campaign: 'target',
  TargetList: 'list',
  User: 'user',
  Email: 'mail',
  DocumentFolder: 'folder',
  PorticoProject: 'folder-kanban',
  PorticoNote: 'sticky-note'
}
const plainIcon = 'box'

/** Everything a module must have; an entity type without one of them stays out. Lists and sweeps go by the columns of the last two. */
const needed = ['name', 'createdAt', 'modifiedAt'] as const

/** Names of the modules, and a line for each entity type that can't be one. */
export function modulesIn(metadata: Metadata): { names: ReadonlySet<string>; left: readonly Unmapped[] } {
  const lacking = moduleNames(metadata).map((name) => {
    const fields = fieldsOf({ metadata }, name)
    const isThere = (field: string): boolean => fields[field] !== undefined && !fields[field].disabled
    const isKept = (field: string): boolean => field === 'name' || columnOf({ metadata }, name, field) !== undefined
    return { name, lacks: needed.filter((field) => !isThere(field) || !isKept(field)) }
  })
  return {
    names: new Set(lacking.filter(({ lacks }) => lacks.length === 0).map(({ name }) => name)),
    left: lacking
      .filter(({ lacks }) => lacks.length > 0)
      .map(({ name, lacks }) => ({ module: name, field: '', type: '', why: `It has no field ${lacks.join(', ')}.` }))
  }
}

export function makeModule(model: Model, name: string): { module: Module; left: readonly Unmapped[] } {
  const { fields, left } = mapFields(model, name)
  const owner = fields.get('assignedUser')
  const ownerGroups = ownerGroupsOf(model, name)
  const module: Module = {
    name,
    label: model.words.module(name),
    labelPlural: model.words.modules(name),
    icon: icons[name] ?? plainIcon,
    table: snake(name),
    live: liveOf(model, name),
    title: 'name',
    owner: owner?.type === 'reference' ? owner.name : undefined,
    ...(ownerGroups && { ownerGroups }),
    createdAt: 'createdAt',
    modifiedAt: 'modifiedAt',
    fields,
    links: new Map(linksOf(model, name).map((link) => [link.name, link])),
    layouts: layoutsOf(model, name, fields),
    outside: outsideOf(model, name),
    unfinished: unfinishedOf(model, name),
    ...((name === 'Email' || isFolder(model.metadata, name)) && { keepsOwnRules: true }),
    partOf: undefined,
    hasFeed: model.metadata.scopes[name]?.stream === true
  }
  return { module, left }
}

function mapFields(model: Model, module: string): { fields: Map<string, Field>; left: Unmapped[] } {
  const fields = new Map<string, Field>()
  const left: Unmapped[] = []
  for (const [name, definition] of Object.entries(fieldsOf(model, module))) {
    const outcome = mapField({ model, module, name, definition })
    if ('why' in outcome) left.push({ module, field: name, type: definition.type, why: outcome.why })
    else outcome.forEach((field) => fields.set(field.name, field))
  }
  return { fields, left }
}
