/** Keeps new records from carrying others along: one that is his may lead to a record that is not, and a way that counts may go over it
 *  from there (A05). */
import { all, along, any, compare, depthOf, isPending, linked, never, type Condition } from '../access/condition.js'
import { deepest } from '../access/compile.js'
import type { Grant, ModulePolicy } from '../access/grant.js'
import type { Catalog, Field, LinkStorage, Module } from '../host/catalog.js'
import { modulesAlong } from './link-path.js'
import { isMirror } from './way-back.js'

/** A way in which records are somebody's: from `from` along `links` to one for which `end` holds. */
export interface Way {
  readonly from: string
  readonly links: readonly string[]
  readonly end: Condition
  /** The records at its beginning that are his as much already, in whichever way. */
  readonly already: Condition
}

/** A lookup of a module by which a new record becomes part of a way, and where it may lead. */
interface Carrier {
  readonly field: Field
  readonly may: Condition
}

/** The policies with rights to create that carry nothing: a lookup over which one of `ways` comes to a new record stays empty, or leads
 *  to what is his in that way already. */
export function carryingNothing(
  catalog: Catalog,
  policies: readonly ModulePolicy[],
  ways: readonly Way[]
): ModulePolicy[] {
  return policies.map((policy) => {
    const module = catalog.modules.get(policy.module)
    if (!module || !policy.grants.some(isCreating)) return policy
    const when = ways.flatMap((way) => carriersIn(catalog, module, way)).map(({ field, may }) => emptyOr(field, may))
    const grants = policy.grants.map((one) => (isCreating(one) ? { ...one, when: all(one.when, ...when) } : one))
    return { ...policy, grants }
  })
}

function isCreating({ actions }: Grant): boolean {
  return actions.includes('create')
}

function emptyOr(field: Field, may: Condition): Condition {
  return any(compare(field.name, 'isEmpty'), depthOf(may) > deepest ? never : may)
}

/** Where the way comes to `module` by a column of it; not at its end, which is a record that is there already. */
function carriersIn(catalog: Catalog, module: Module, way: Way): Carrier[] {
  if (along(way.links, way.end).kind === 'never') return []
  const stations = [catalog.modules.get(way.from), ...(modulesAlong(catalog, way.from, way.links) ?? [])]
  return way.links.slice(0, -1).flatMap((name, index) => {
    const storage = stations[index]?.links.get(name)?.storage
    if (storage?.kind !== 'reverse' || stations[index + 1]?.name !== module.name) return []
    const rest = along(way.links.slice(index), way.end)
    const his = index === 0 ? any(way.already, rest) : rest
    return lookupsIn(module, storage).map(({ field, link }) => ({ field, may: mayLead(module, link, his) }))
  })
}

type Reverse = Extract<LinkStorage, { kind: 'reverse' }>

interface Lookup {
  readonly field: Field
  readonly link: string | undefined
}

/** The fields kept in that column; without a link where nothing says what they lead to. Lookups that mean another module don't count. */
function lookupsIn(module: Module, storage: Reverse): Lookup[] {
  return [...module.fields.values()].flatMap((field): Lookup[] => {
    if (field.storage.kind !== 'column' || field.storage.column !== storage.column) return []
    const link = field.type === 'reference' ? module.links.get(field.link ?? '') : undefined
    if (!link) return [{ field, link: undefined }]
    return isMirror(storage, link.storage) ? [{ field, link: link.name }] : []
  })
}

/** A line item may also be part of a record that is made with it: whatever that one carries was judged there. */
function mayLead(module: Module, link: string | undefined, his: Condition): Condition {
  if (link === undefined) return never
  return linked(link, link === module.partOf?.link ? any(isPending, his) : his)
}
