/** What is linked to a record, in boxes beside it: those that its module wants first, and the empty ones together at the end. */
import { NotFound } from '../../../errors.js'
import type { Link, Module } from '../../catalog.js'
import type { ModuleDefinition } from '../definition.js'
import type { CrmRecord } from '../records.js'
import type { Desk } from './desk.js'
import { linkPath, newPath, recordPath } from './paths.js'
import { recordTable, type Table } from './record-table.js'

const shownOfLink = 5

export interface LinkBox {
  readonly name: string
  readonly label: string
  readonly icon: string
  readonly table: Table
  readonly hasMore: boolean
  readonly path: string
  /** A new record at the other end, already linked; undefined where a record has to be chosen instead. */
  readonly newPath: string | undefined
}

type Definitions = readonly ModuleDefinition[]

export async function linkBoxes(
  desk: Desk,
  definitions: Definitions,
  module: Module,
  record: CrmRecord
): Promise<LinkBox[]> {
  const first = definitionOf(definitions, module.name)?.related ?? []
  const rank = ({ name }: Link): number => (first.includes(name) ? first.indexOf(name) : first.length)
  const links = toManyLinks(desk, module).toSorted((a, b) => rank(a) - rank(b))
  return Promise.all(links.map((link) => linkBox(desk, definitions, { module, record, link })))
}

async function linkBox(
  desk: Desk,
  definitions: Definitions,
  { module, record, link }: { module: Module; record: CrmRecord; link: Link }
): Promise<LinkBox> {
  const target = desk.catalog.modules.get(link.to)!
  const filter = uppermost(definitions, module, link)
  const found = await desk.records.related(module.name, record.id, link.name, { limit: shownOfLink, filter })
  const values = newValues(target, link, record)
  return {
    name: link.name,
    label: link.label,
    icon: target.icon,
    table: recordTable(desk, target, found.records, Object.keys(values ?? {})),
    hasMore: found.hasMore,
    path: linkPath(module.name, record.id, link.name),
    newPath: values && (await desk.records.may(target.name)).has('create') ? newPath(target.name, values) : undefined
  }
}

/** Of folders, those that stand in no other one; the others are found in them. */
function uppermost(definitions: Definitions, module: Module, { to }: Link) {
  const within = definitionOf(definitions, to)?.within
  const isNested = within !== undefined && definitionOf(definitions, to)?.fields[within]?.to === to
  return isNested && module.name !== to ? [{ field: within, operator: 'isEmpty' } as const] : []
}

/** Links to several records, of modules that he sees something of; line items are none. */
export function toManyLinks(desk: Desk, module: Module): readonly Link[] {
  return [...module.links.values()].filter(
    ({ cardinality, to }) => cardinality === 'many' && desk.modules.some(({ name }) => name === to)
  )
}

/** What a new record of `target` holds to be at the other end of `link`, and what it belongs to besides, as this record does; undefined for
 *  links kept in a table. */
export function newValues(target: Module, link: Link, record: CrmRecord): Record<string, string> | undefined {
  const { storage } = link
  if (storage.kind !== 'reverse') return undefined
  if (storage.only) return { parentType: String(storage.only.is), parentId: record.id }
  const near = [...target.fields.values()].find(
    (field) => field.storage.kind === 'column' && field.storage.column === storage.column
  )
  return near && { ...shared(target, record), [near.name]: record.id }
}

/** The account, contact, deal and project that a record belongs to are those of what is made for it. */
function shared(target: Module, { values }: CrmRecord): Record<string, string> {
  const names = ['account', 'contact', 'deal', 'project'].filter(
    (name) => target.fields.get(name)?.type === 'reference'
  )
  return Object.fromEntries(
    names.flatMap((name) => (typeof values[name] === 'string' ? [[name, values[name]] as const] : []))
  )
}

const deepest = 20

/** The folders that a record stands in, outermost first, as far as he sees them. */
export async function placeOf(
  desk: Desk,
  definitions: Definitions,
  record: CrmRecord
): Promise<{ readonly label: string; readonly path: string }[]> {
  const place: { label: string; path: string }[] = []
  const known = new Set([record.id])
  let inner: CrmRecord | undefined = record
  while (inner && place.length < deepest) {
    inner = await outerOf(desk, definitions, inner)
    if (!inner || known.has(inner.id)) break
    known.add(inner.id)
    place.unshift({ label: inner.title, path: recordPath(inner.module, inner.id) })
  }
  return place
}

async function outerOf(
  { records }: Desk,
  definitions: Definitions,
  { module, values }: CrmRecord
): Promise<CrmRecord | undefined> {
  const definition = definitionOf(definitions, module)
  const within = definition?.within
  const to = within === undefined ? undefined : definition?.fields[within]?.to
  const id = within === undefined ? undefined : values[within]
  if (to === undefined || typeof id !== 'string') return undefined
  try {
    return await records.find(to, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

function definitionOf(definitions: Definitions, name: string): ModuleDefinition | undefined {
  return definitions.find((one) => one.name === name)
}
