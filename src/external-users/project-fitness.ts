/** What of the project settings the CRM still has, what it lost, and what could be chosen instead. */
import type { Catalog, Field, FieldType, Link, Module } from '../host/catalog.js'
import { kinds, type Kind } from './kinds.js'
import { worldOf, type ProjectSettings, type ProjectWorld } from './project-settings.js'

/** The settings without what the CRM does not have: they mean the same, for that opened nothing. Undefined where nothing of them is left. */
export function fitting(catalog: Catalog, settings: ProjectSettings): ProjectSettings | undefined {
  const world = worldOf(catalog, settings)
  return world && settingsOf(world)
}

function settingsOf(world: ProjectWorld): ProjectSettings {
  const { module, endDate, timeZone, folders, file } = world
  const parts = [...world.parts.values()].map((part) => {
    const columns = Object.fromEntries(part.columns.map(({ id, fields }) => [id, [...fields]]))
    const minutes = part.minutes === undefined ? {} : { minutes: part.minutes }
    return [part.kind, { module: part.module.name, link: part.link.name, columns, ...minutes }] as const
  })
  return {
    module: module.name,
    endDate,
    timeZone,
    parts: Object.fromEntries(parts),
    ...(folders && { folders: { ...folders, module: folders.module.name } }),
    ...(file && { file }),
    holders: Object.fromEntries(world.holders)
  }
}

/** Something the settings name and the CRM does not have, or not as it was. */
export interface Lost {
  readonly place: 'projects' | 'part' | 'column' | 'minutes' | 'folders' | 'file' | 'holder'
  readonly kind: Kind | undefined
  /** As the CRM called it. */
  readonly name: string
}

export function lostOf(catalog: Catalog, settings: ProjectSettings): Lost[] {
  const left = fitting(catalog, settings)
  if (!left) return [{ place: 'projects', kind: undefined, name: `${settings.module}.${settings.endDate}` }]
  const there = new Set(namedIn(left).map(keyOf))
  const lost = namedIn(settings).filter((one) => !there.has(keyOf(one)) && !isWithin(one, left))
  const folders = lost.find(({ place }) => place === 'folders')
  return folders && hasPart(catalog, settings, 'documents') ? [...lost.filter(isNoDocument), folders] : lost
}

function hasPart({ modules }: Catalog, { parts, module }: ProjectSettings, kind: Kind): boolean {
  return modules.get(parts[kind]?.module ?? '')?.links.get(parts[kind]?.link ?? '')?.to === module
}

/** Without their folders documents are closed altogether, and there is no more to say. */
function isNoDocument({ place, kind }: Lost): boolean {
  return kind !== 'documents' && !['folders', 'file', 'holder'].includes(place)
}

/** Of a whole part that is gone its columns are not told one by one. */
function isWithin({ place, kind }: Lost, left: ProjectSettings): boolean {
  return (place === 'column' || place === 'minutes') && kind !== undefined && !left.parts[kind]
}

function keyOf({ place, kind, name }: Lost): string {
  return [place, kind, name].join(' ')
}

function namedIn(settings: ProjectSettings): Lost[] {
  const { parts, folders, file, holders } = settings
  const named = kinds.flatMap((kind): Lost[] => {
    const part = parts[kind]
    const holder = holders[kind]
    return [
      ...(part ? [{ place: 'part' as const, kind, name: `${part.module}.${part.link}` }] : []),
      ...Object.values(part?.columns ?? {}).flatMap((fields) =>
        fields.map((name) => ({ place: 'column' as const, kind, name }))
      ),
      ...(part?.minutes ? [{ place: 'minutes' as const, kind, name: part.minutes }] : []),
      ...(holder ? [{ place: 'holder' as const, kind, name: holder }] : [])
    ]
  })
  const tree = folders ? [{ place: 'folders' as const, kind: undefined, name: folders.module }] : []
  return [...named, ...tree, ...(file ? [{ place: 'file' as const, kind: undefined, name: file }] : [])]
}

// --- what could be chosen ---

/** Modules that know when their records end. */
export function possibleProjects({ modules }: Catalog): Module[] {
  return [...modules.values()].filter((module) => module.partOf === undefined && fieldsOf(module, ['date']).length > 0)
}

export function fieldsOf({ fields }: Module, types: readonly FieldType[]): Field[] {
  return [...fields.values()].filter(({ type }) => types.includes(type))
}

/** A module with one of its links, as a form names it. */
export interface Way {
  readonly module: Module
  readonly link: Link
}

export function wayWord(module: string, link: string): string {
  return `${module}.${link}`
}

/** All ways from something to a project. */
export function waysTo({ modules }: Catalog, project: Module): Way[] {
  return [...modules.values()].flatMap((module) =>
    module.name === project.name ? [] : linksTo(module, project).map((link) => ({ module, link }))
  )
}

/** Those that conditions can follow. */
function linksTo(module: Module, to: Module): Link[] {
  return [...module.links.values()].filter(
    ({ to: target, storage }) => target === to.name && storage.kind !== 'reverse'
  )
}

export type Folders = NonNullable<ProjectSettings['folders']>

/** All ways in which documents could stand in folders of a project. */
export function possibleFolders(catalog: Catalog, project: Module, documents: Module): Folders[] {
  return waysTo(catalog, project).flatMap(({ module, link }) =>
    lookups(module, module).flatMap((parent) =>
      lookups(documents, module).map((of) => ({
        module: module.name,
        link: link.name,
        parent: parent.name,
        of: of.name
      }))
    )
  )
}

export function foldersWord({ module, link, parent, of }: Folders): string {
  return [module, link, parent, of].join('.')
}

function lookups(from: Module, to: Module): Link[] {
  return linksTo(from, to).filter(({ storage }) => storage.kind === 'column')
}

/** Links from a document to something of this module. */
export function holdersOf(documents: Module, holder: Module): Link[] {
  return lookups(documents, holder)
}
