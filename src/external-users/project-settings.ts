/** Which module the projects are, and by which links things belong to them: as administrators say, or as the CRM's own names propose. */
import type { Knex } from 'knex'
import { z } from 'zod'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import type { Catalog, Link, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { headerColumns, isActivity, isPaper, kinds, usualModules, type Column, type Kind } from './kinds.js'

const name = z.string().min(1).max(64)

/** How the records of one kind belong to a project. */
const partSchema = z.strictObject({
  module: name,
  /** From such a record to its project, or to its projects. */
  link: name,
  /** The fields of each column that the source names; none: the CRM has nothing for it. */
  columns: z.record(z.string().max(32), z.array(name).max(8)).default({}),
  /** Of activities: how many minutes were spent on it, a field of type `integer` or `number` (T11). */
  minutes: name.optional()
})
export type Part = z.infer<typeof partSchema>

/** Documents stand in folders, folders in folders, and the uppermost ones belong to a project (T08). */
const foldersSchema = z.strictObject({
  module: name,
  /** From a folder to its project. */
  link: name,
  /** From a folder to the one it is in. */
  parent: name,
  /** From a document to its folder. */
  of: name
})

export const settingsSchema = z.strictObject({
  module: name,
  /** A field of type `date`. */
  endDate: name,
  /** A field with the project's time zone, or one zone for all projects. */
  timeZone: z.union([z.strictObject({ field: name }), z.strictObject({ zone: z.string().min(1).max(64) })]),
  parts: z.partialRecord(z.enum(kinds), partSchema),
  folders: foldersSchema.optional(),
  /** The field of type `files` that holds a document's file. */
  file: name.optional(),
  /** From a document to what it belongs to beside the project: a call, a quote. */
  holders: z.partialRecord(z.enum(kinds), name)
})
export type ProjectSettings = z.infer<typeof settingsSchema>

export interface KeptSettings {
  readonly revision: number
  /** Undefined: as the CRM's own names propose. */
  readonly settings: ProjectSettings | undefined
}

/** @throws ZodError for what nobody can read: then nothing of any project is open (A26). */
export const keptSettings: (db: Knex) => Promise<KeptSettings> = cachedByVersion(async (db) => {
  const row = await db<{ id: string; revision: number; settings: string | null }>('portico_project_settings')
    .first('revision', 'settings')
    .where({ id: 'project' })
  const settings = row?.settings ? settingsSchema.parse(JSON.parse(row.settings)) : undefined
  return { revision: Number(row?.revision ?? 0), settings }
})

/** Puts settings in force; undefined: what the CRM's names propose. @throws ChangedMeanwhile */
export async function keepSettings(
  context: Context,
  by: Staff,
  revision: number,
  settings: ProjectSettings | undefined
): Promise<void> {
  const before = await keptSettings(context.db)
  await changeConfiguration(context, by, async (trx) => {
    const value = settings ? JSON.stringify(settingsSchema.parse(settings)) : null
    await changeRow(trx, 'portico_project_settings', { id: 'project', revision }, { settings: value })
    const change = { before: before.settings ?? null, after: settings ?? null }
    return { action: 'external-users.project-changed', subject: 'external-users:project', ...change }
  })
}

/** One kind of things, as the CRM has it. */
export interface KnownPart {
  readonly kind: Kind
  readonly module: Module
  /** To the project. */
  readonly link: Link
  /** Those columns that the CRM has, with their fields. */
  readonly columns: readonly { readonly id: string; readonly fields: readonly string[] }[]
  readonly minutes: string | undefined
}

export interface KnownFolders {
  readonly module: Module
  readonly link: string
  readonly parent: string
  readonly of: string
}

/** The settings with what the CRM really has of them. Whatever is not there is left out, and opens nothing. */
export interface ProjectWorld {
  readonly module: Module
  readonly endDate: string
  readonly timeZone: ProjectSettings['timeZone']
  readonly parts: ReadonlyMap<Kind, KnownPart>
  readonly folders: KnownFolders | undefined
  readonly file: string | undefined
  readonly holders: ReadonlyMap<Kind, string>
}

/** Undefined where the CRM has no projects, or can't say when one ends: then nobody gets to one. */
export async function projectWorld(db: Knex, catalog: Catalog): Promise<ProjectWorld | undefined> {
  const settings = (await keptSettings(db)).settings ?? proposedSettings(catalog)
  return settings && worldOf(catalog, settings)
}

/** Where the folders are gone that the settings name, documents are closed: nobody knows what stood above them (T08). */
export function worldOf(catalog: Catalog, settings: ProjectSettings): ProjectWorld | undefined {
  const module = catalog.modules.get(settings.module)
  if (module?.fields.get(settings.endDate)?.type !== 'date') return undefined
  if ('field' in settings.timeZone && !module.fields.has(settings.timeZone.field)) return undefined
  const found = kinds.flatMap((kind) => knownPart(catalog, module, kind, settings.parts[kind]) ?? [])
  const folders = knownFolders(catalog, module, documentsOf(found), settings.folders)
  const parts = settings.folders && !folders ? found.filter(({ kind }) => kind !== 'documents') : found
  const { endDate, timeZone, file } = settings
  return {
    module,
    endDate,
    timeZone,
    parts: new Map(parts.map((part) => [part.kind, part])),
    folders,
    file: documentsOf(parts)?.fields.get(file ?? '')?.type === 'files' ? file : undefined,
    holders: knownHolders(parts, settings.holders)
  }
}

function documentsOf(parts: readonly KnownPart[]): Module | undefined {
  return parts.find(({ kind }) => kind === 'documents')?.module
}

function knownHolders(parts: readonly KnownPart[], holders: ProjectSettings['holders']): ReadonlyMap<Kind, string> {
  const links = documentsOf(parts)?.links
  return new Map(
    parts.flatMap(({ kind, module }) => {
      const link = links?.get(holders[kind] ?? '')
      return link?.to === module.name ? [[kind, link.name] as const] : []
    })
  )
}

function knownPart(catalog: Catalog, project: Module, kind: Kind, part: Part | undefined): KnownPart | undefined {
  const module = catalog.modules.get(part?.module ?? '')
  const link = module?.links.get(part?.link ?? '')
  if (!part || !module || link?.to !== project.name) return undefined
  const minutes = part.minutes && module.fields.get(part.minutes)?.name
  return { kind, module, link, columns: knownColumns(module, kind, part), minutes }
}

function knownColumns(module: Module, kind: Kind, { columns }: Part): KnownPart['columns'] {
  return (headerColumns[kind] ?? []).flatMap(({ id }) => {
    const fields = (columns[id] ?? []).filter((field) => module.fields.has(field))
    return fields.length > 0 ? [{ id, fields }] : []
  })
}

function knownFolders(
  catalog: Catalog,
  project: Module,
  documents: Module | undefined,
  folders: ProjectSettings['folders']
): KnownFolders | undefined {
  const module = catalog.modules.get(folders?.module ?? '')
  const leads = (from: Module, link: string, to: Module): boolean => from.links.get(link)?.to === to.name
  const isTree =
    module &&
    folders &&
    documents &&
    leads(module, folders.link, project) &&
    leads(module, folders.parent, module) &&
    leads(documents, folders.of, module)
  return isTree ? { ...folders, module } : undefined
}

// --- what the CRM's own names propose ---

const usualProjects = ['Project', 'PorticoProject', 'CProject']
const usualEnds = ['endDate', 'dateEnd']
const usualZones = ['timeZone']
const usualFolders = ['Folder', 'DocumentFolder']
const usualMinutes = ['spentMinutes', 'porticoSpentMinutes']

/** Undefined where no module looks like projects with an end date. */
export function proposedSettings(catalog: Catalog): ProjectSettings | undefined {
  const module = first(usualProjects, (one) => catalog.modules.get(one))
  return module && proposedFor(catalog, module)
}

/** The same for a module that somebody chose. */
export function proposedFor(catalog: Catalog, module: Module): ProjectSettings | undefined {
  const dates = [...module.fields.values()].filter(({ type }) => type === 'date').map((field) => field.name)
  const endDate = usualEnds.find((one) => dates.includes(one)) ?? dates.at(-1)
  if (endDate === undefined) return undefined
  const zone = usualZones.find((one) => module.fields.has(one))
  const parts = kinds.flatMap((kind) => {
    const part = proposedPart(catalog, module, kind)
    return part ? [[kind, part] as const] : []
  })
  const documents = parts.find(([kind]) => kind === 'documents')?.[1].module
  return {
    module: module.name,
    endDate,
    timeZone: zone ? { field: zone } : { zone: 'UTC' },
    parts: Object.fromEntries(parts),
    ...proposedDocuments(catalog, module, documents, parts)
  }
}

/** Where documents of this module stand, and what they can belong to beside the project. */
export function proposedDocuments(
  catalog: Catalog,
  project: Module,
  moduleName: string | undefined,
  parts: readonly (readonly [Kind, Part])[]
): Pick<ProjectSettings, 'folders' | 'file' | 'holders'> {
  const documents = catalog.modules.get(moduleName ?? '')
  if (!documents) return { holders: {} }
  return {
    folders: proposedFolders(catalog, project, documents),
    file: [...documents.fields.values()].find(({ type }) => type === 'files')?.name,
    holders: proposedHolders(documents, parts)
  }
}

function proposedPart(catalog: Catalog, project: Module, kind: Kind): Part | undefined {
  const module = first(usualModules[kind], (one) => catalog.modules.get(one))
  return module && partWith(module, project, kind)
}

/** How a module would be the one of this kind; undefined where it has no link to projects. */
export function partWith(module: Module, project: Module, kind: Kind): Part | undefined {
  const link = linkTo(module, project)
  if (!link) return undefined
  const columns = (headerColumns[kind] ?? []).map((column) => [column.id, fieldsFor(module, column)] as const)
  const minutes = isActivity(kind) ? usualMinutes.find((one) => module.fields.has(one)) : undefined
  return { module: module.name, link: link.name, columns: Object.fromEntries(columns), ...(minutes && { minutes }) }
}

function fieldsFor(module: Module, { fields, takesAll }: Column): string[] {
  const there = fields.filter((one) => module.fields.has(one))
  return takesAll ? there : there.slice(0, 1)
}

/** A lookup is clearer than a list of projects. */
function linkTo(module: Module, project: Module): Link | undefined {
  const links = [...module.links.values()].filter(({ to }) => to === project.name)
  return links.find(({ storage }) => storage.kind === 'column') ?? links.find(({ storage }) => storage.kind === 'table')
}

function proposedFolders(catalog: Catalog, project: Module, documents: Module): ProjectSettings['folders'] {
  const module = first(usualFolders, (one) => catalog.modules.get(one))
  const link = module && linkTo(module, project)
  const parent = module && lookupTo(module, module)
  const of = module && lookupTo(documents, module)
  return link && parent && of ? { module: module.name, link: link.name, parent: parent.name, of: of.name } : undefined
}

function lookupTo(from: Module, to: Module): Link | undefined {
  return [...from.links.values()].find((link) => link.to === to.name && link.storage.kind === 'column')
}

function proposedHolders(documents: Module, parts: readonly (readonly [Kind, Part])[]): Partial<Record<Kind, string>> {
  const holders = parts.flatMap(([kind, part]) => {
    const link = [...documents.links.values()].find(
      ({ to, cardinality }) => to === part.module && cardinality === 'one'
    )
    return (isPaper(kind) || isActivity(kind)) && link ? [[kind, link.name] as const] : []
  })
  return Object.fromEntries(holders)
}

function first<T>(names: readonly string[], find: (name: string) => T | undefined): T | undefined {
  for (const one of names) {
    const found = find(one)
    if (found !== undefined) return found
  }
  return undefined
}
