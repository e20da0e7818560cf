/** How the CRM arranges records: the columns of its lists and the sections of its pages. They arrange what is shown; what is shown is for
 *  grants to say. */
import type { Layout, LayoutSection, Module } from '../host/catalog.js'

/** So many columns a list of the CRM's has at most. */
const mostColumns = 7

/** The columns of a list, out of the fields that are `visible`: the title first. */
export function columnsOfTheCrm(module: Module, visible: readonly string[]): string[] {
  const chosen = fieldsOf(ofTheCrm(module, 'list')?.sections).filter((name) => visible.includes(name))
  const columns = chosen.length > 1 ? chosen : [...chosen, ...visible.filter((name) => !isLong(module, name))]
  const title = visible.includes(module.title) ? [module.title] : []
  return forLists(module, [...title, ...columns]).slice(0, mostColumns)
}

/** Those of the fields `names` that can stand in a list, each once. Files are for a record's own page. */
export function forLists(module: Module, names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => module.fields.has(name) && module.fields.get(name)?.type !== 'files')
}

/** The sections of the CRM's page of a record. */
export function sectionsOfTheCrm(module: Module): readonly LayoutSection[] {
  return ofTheCrm(module, 'detail')?.sections ?? []
}

/** The fields `names` in these sections, each once; those that stand in none make a last one without a label. */
export function placedIn(
  sections: readonly LayoutSection[],
  module: Module,
  names: readonly string[]
): { label: string; fields: string[] }[] {
  const wanted = new Set(names)
  const placed = new Set<string>()
  const own = sections.map(({ label, fields }) => ({
    label,
    fields: fields.filter((name) => wanted.has(name) && !placed.has(name) && placed.add(name))
  }))
  const rest = [...module.fields.keys()].filter((name) => wanted.has(name) && !placed.has(name))
  return [...own, { label: '', fields: rest }].filter(({ fields }) => fields.length > 0)
}

export function fieldsOf(sections: readonly LayoutSection[] = []): string[] {
  return sections.flatMap(({ fields }) => fields)
}

function ofTheCrm(module: Module, kind: Layout['kind']): Layout | undefined {
  return module.layouts.find((layout) => layout.kind === kind)
}

function isLong(module: Module, name: string): boolean {
  const type = module.fields.get(name)?.type
  return type === 'longText' || type === 'richText'
}
