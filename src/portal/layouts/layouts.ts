/** Layout sets: how a portal arranges records (E07). A layout may be for some records only, by the value of one of their fields;
 *  then fields are released in it by themselves (Z05, Z11). */
import type { Knex } from 'knex'
import { z } from 'zod'
import type { Viewer } from '../../access/viewer.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { locales, type LayoutSection, type Locale } from '../../host/catalog.js'
import { configuration } from '../configuration.js'

export interface LayoutSet {
  readonly id: string
  readonly name: string
  readonly revision: number
  /** In their order. */
  readonly layouts: readonly PortalLayout[]
}

export const layoutKinds = ['list', 'detail'] as const

export interface PortalLayout {
  readonly id: string
  readonly module: string
  /** `list`: its sections' fields are the columns. */
  readonly kind: (typeof layoutKinds)[number]
  readonly name: string
  readonly sections: readonly PortalSection[]
  /** Which records it is for; undefined: all that no other layout is for. */
  readonly forRecords: ForRecords | undefined
}

export interface PortalSection extends LayoutSection {
  /** By language; `label` stands where a language has none. */
  readonly headings?: Headings
}
export type Headings = Readonly<Partial<Record<Locale, string>>>

/** Records whose `field`, of type `option` or `boolean`, holds one of `values`. */
export interface ForRecords {
  readonly field: string
  readonly values: readonly string[]
}

/** All layout sets by id, in the order they were made. */
export const layoutSets: (db: Knex) => Promise<ReadonlyMap<string, LayoutSet>> = cachedByVersion(load)

/** The layout set of the portal that the viewer came in by, with headings in his language; undefined: the layouts of the CRM count. */
export async function layoutSetOf({ person, kernel }: Viewer): Promise<LayoutSet | undefined> {
  const portal = (await configuration(kernel.db)).portals.get(person.portalId ?? '')
  const set = (await layoutSets(kernel.db)).get(portal?.layoutSetId ?? '')
  return set && inLanguage(set, person.locale)
}

/** The set with headings in one language. */
export function inLanguage(set: LayoutSet, locale: Locale): LayoutSet {
  const heading = (section: PortalSection): PortalSection => ({
    ...section,
    label: section.headings?.[locale] ?? section.label
  })
  return { ...set, layouts: set.layouts.map((one) => ({ ...one, sections: one.sections.map(heading) })) }
}

/** The layouts of a module in a set, in their order; none where the set is gone. */
export function layoutsOf(set: LayoutSet | undefined, module: string): readonly PortalLayout[] {
  return set?.layouts.filter((layout) => layout.module === module) ?? []
}

interface LayoutRow {
  id: string
  set_id: string
  module: string
  kind: PortalLayout['kind']
  name: string
  sections: string
  for_field: string | null
  for_values: string | null
}

async function load(db: Knex): Promise<ReadonlyMap<string, LayoutSet>> {
  const sets = await db<{ id: string; name: string; revision: number }>('portico_layout_sets')
    .select('id', 'name', 'revision')
    .orderBy(['created_at', 'id'])
  const rows = await db<LayoutRow>('portico_layouts')
    .select('id', 'set_id', 'module', 'kind', 'name', 'sections', 'for_field', 'for_values')
    .orderBy(['set_id', 'place', 'id'])
  const of = (id: string): PortalLayout[] => rows.filter((row) => row.set_id === id).map(layoutIn)
  return new Map(sets.map(({ id, name, revision }) => [id, { id, name, revision, layouts: of(id) }]))
}

function layoutIn(row: LayoutRow): PortalLayout {
  const { id, module, kind, name } = row
  const forRecords = row.for_field === null ? undefined : { field: row.for_field, values: wordsIn(row.for_values) }
  return { id, module, kind, name, forRecords, sections: sectionsIn(row.sections) }
}

function wordsIn(text: string | null): string[] {
  const list = parsed(text)
  return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : []
}

const storedSection = z.object({
  label: z.string().catch(''),
  headings: z.partialRecord(z.enum(locales), z.string()).catch({}),
  fields: z.array(z.unknown()).catch([])
})

function sectionsIn(text: string): PortalSection[] {
  const list = z.array(storedSection).safeParse(parsed(text)).data ?? []
  return list.map(({ label, headings, fields }) => ({
    label,
    headings,
    fields: fields.filter((name) => typeof name === 'string')
  }))
}

/** A row nobody can read arranges nothing. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
