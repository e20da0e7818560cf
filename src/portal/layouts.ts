/** Layout sets: how a portal arranges records (E07). A layout may be for some records only, by the value of one of their fields;
 *  then fields are released in it by themselves (Z05, Z11). */
import type { Knex } from 'knex'
import { cachedByVersion } from '../db/configuration-version.js'
import type { LayoutSection } from '../host/catalog.js'

export interface LayoutSet {
  readonly id: string
  readonly name: string
  readonly revision: number
  /** In their order. */
  readonly layouts: readonly PortalLayout[]
}

export interface PortalLayout {
  readonly id: string
  readonly module: string
  /** `list`: its sections' fields are the columns. */
  readonly kind: 'list' | 'detail'
  readonly name: string
  readonly sections: readonly LayoutSection[]
  /** Which records it is for; undefined: all that no other layout is for. */
  readonly forRecords: ForRecords | undefined
}

/** Records whose `field`, of type `option` or `boolean`, holds one of `values`. */
export interface ForRecords {
  readonly field: string
  readonly values: readonly string[]
}

/** All layout sets by id, in the order they were made. */
export const layoutSets: (db: Knex) => Promise<ReadonlyMap<string, LayoutSet>> = cachedByVersion(load)

/** The layouts of a module in a set, in their order; none where the set is gone. */
export function layoutsOf(set: LayoutSet | undefined, module: string): readonly PortalLayout[] {
  return set?.layouts.filter((layout) => layout.module === module) ?? []
}

interface LayoutRow {
  id: string
  set_id: string
  module: string
  kind: 'list' | 'detail'
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

function sectionsIn(text: string): LayoutSection[] {
  const list = parsed(text)
  if (!Array.isArray(list)) return []
  return list.map(({ label, fields }: { label?: unknown; fields?: unknown }) => ({
    label: typeof label === 'string' ? label : '',
    fields: Array.isArray(fields) ? fields.filter((name) => typeof name === 'string') : []
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
