/** Which fields a release gives in which of its layouts, and which records each layout is for (Z11): the layouts share the records
 *  out among themselves, so a record has the fields of one of them and never the sum. */
import { all, always, any, compare, never, oneOf, type Condition } from '../../access/condition.js'
import type { Module } from '../../host/catalog.js'
import type { FieldRelease, Release } from '../configuration.js'
import type { ForRecords, PortalLayout } from './layouts.js'

export interface Arrangement {
  /** Undefined: the standard layout, for what no other one is for. */
  readonly layout: PortalLayout | undefined
  readonly when: Condition
  readonly fields: ReadonlyMap<string, FieldRelease>
}

/** The arrangements of a release in a portal with these layouts of the module, the first one that fits a record counts. Where a
 *  layout is gone, or what it goes by, nobody can say which records it was for: then every record shows only what that
 *  layout shows too. */
export function arrangementsOf(
  module: Module,
  release: Pick<Release, 'fields' | 'layouts'>,
  layouts: readonly PortalLayout[]
): Arrangement[] {
  const released = new Map(release.layouts.map(({ layoutId, fields }) => [layoutId, fields]))
  const standing = layouts.filter((layout) => released.has(layout.id) && sharesOut(module, layout))
  const gone = release.layouts.filter(({ layoutId }) => !standing.some(({ id }) => id === layoutId))
  let rest: Condition = always
  const own = standing.map((layout) => {
    const when = all(rest, isIn(module, layout.forRecords!))
    rest = all(rest, isNotIn(module, layout.forRecords!))
    return { layout, when, fields: released.get(layout.id)! }
  })
  return [...own, { layout: undefined, when: rest, fields: release.fields }].map((one) => ({
    ...one,
    fields: gone.reduce((fields, { fields: others }) => inBoth(fields, others), one.fields)
  }))
}

/** Whether a layout can say which records it is for: one that names a field of a kind that can, and values that such a field holds. */
function sharesOut(module: Module, { forRecords }: PortalLayout): boolean {
  if (!forRecords || forRecords.values.length === 0 || !isFor(module, forRecords)) return false
  const isBox = module.fields.get(forRecords.field)?.type === 'boolean'
  return !isBox || forRecords.values.every((value) => value === 'true' || value === 'false')
}

/** Whether the field can say which records a layout is for. */
export function isFor(module: Module, given: ForRecords | undefined): boolean {
  const type = module.fields.get(given?.field ?? '')?.type
  return type === 'option' || type === 'boolean'
}

function isIn(module: Module, { field, values }: ForRecords): Condition {
  if (module.fields.get(field)?.type === 'option') return oneOf(field, values)
  return any(...values.map((value) => compare(field, '=', value === 'true')))
}

/** Spelled out without a *not*: the field is empty, or holds something else. */
function isNotIn(module: Module, { field, values }: ForRecords): Condition {
  const empty = compare(field, 'isEmpty')
  if (module.fields.get(field)?.type === 'option')
    return any(empty, all(...values.map((value) => compare(field, '≠', value))))
  const others = ['true', 'false'].filter((value) => !values.includes(value))
  return any(empty, others.length === 0 ? never : any(...others.map((value) => compare(field, '=', value === 'true'))))
}

function inBoth(
  fields: ReadonlyMap<string, FieldRelease>,
  others: ReadonlyMap<string, FieldRelease>
): ReadonlyMap<string, FieldRelease> {
  const shared = [...fields].filter(([name]) => others.has(name))
  return new Map(shared.map(([name, how]) => [name, others.get(name) === 'readOnly' ? 'readOnly' : how]))
}
