/** How fields stand in a portal: in the columns and sections of its layout set, else in those of the CRM (E07). Layouts arrange what
 *  is shown; what is shown is for releases and roles to say, so a field that stands in no section comes last. */
import type { Module } from '../../host/catalog.js'
import { columnsOfTheCrm, fieldsOf, forLists, placedIn, sectionsOfTheCrm } from '../../pages/arrangement.js'
import { isFor } from './arrangements.js'
import { layoutsOf, type LayoutSet, type PortalLayout } from './layouts.js'

/** What of a record says which layout it is in: the grants that show it, and the values its reader knows; of a new one, those that
 *  were typed so far. */
export interface Arrangeable {
  readonly grants?: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
}

/** The columns of a list, out of the fields that are `visible`: the title first. Files are for a record's own page. */
export function columnsFor(set: LayoutSet | undefined, module: Module, visible: readonly string[]): string[] {
  const own = layoutsOf(set, module.name).find(({ kind }) => kind === 'list')
  const chosen = fieldsOf(own?.sections).filter((name) => visible.includes(name))
  const title = visible.includes(module.title) ? [module.title] : []
  if (chosen.length > 0) return forLists(module, [...title, ...chosen])
  return columnsOfTheCrm(module, visible)
}

/** The sections in which the fields `names` of `record` stand; those left out make a last one without a label. */
export function sectionsFor(
  set: LayoutSet | undefined,
  module: Module,
  names: readonly string[],
  record: Arrangeable = { values: {} }
): { label: string; fields: string[] }[] {
  return placedIn(layoutFor(set, module, record)?.sections ?? sectionsOfTheCrm(module), module, names)
}

/** The first of the set's detail layouts that is for this record, else its standard one. */
export function layoutFor(set: LayoutSet | undefined, module: Module, record: Arrangeable): PortalLayout | undefined {
  const layouts = layoutsOf(set, module.name).filter(({ kind }) => kind === 'detail')
  return layouts.find((layout) => isForRecord(module, layout, record)) ?? layouts.find(({ forRecords }) => !forRecords)
}

/** Said by the grant that shows the record in this layout, which has looked at the field even where it is hidden; or by the field's
 *  value, where the reader sees it. */
function isForRecord(module: Module, { id, forRecords }: PortalLayout, { grants, values }: Arrangeable): boolean {
  if (!forRecords || !isFor(module, forRecords)) return false
  if (grants?.some((grant) => grant.endsWith(`.${id}`))) return true
  return forRecords.values.includes(String(values[forRecords.field] ?? ''))
}
