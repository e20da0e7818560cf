/** Which records of the CRM belong to a person without being his own: those that name him, and those he wrote (Z30). */
import { any, ID, linked, oneOf, writtenBy, type Condition } from '../../access/condition.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { hasRecord, type Subject } from './persons-of.js'

/** What the person wrote: as whom, and how many records by module. */
export interface Wrote {
  readonly ids: readonly string[]
  readonly written: ReadonlyMap<string, number>
}

/** Records that name the person in a lookup, and those he wrote, by module; never his own, and no line items: those go with theirs. */
export function linkedConditions(catalog: Catalog, subject: Subject, { ids, written }: Wrote): Map<Module, Condition> {
  const all = new Map<Module, Condition>()
  for (const module of catalog.modules.values()) {
    if (module.partOf || module.name === subject.module) continue
    const naming = hasRecord(subject) ? lookupsTo(module, subject.module) : []
    const when = any(
      ...naming.map((link) => linked(link, oneOf(ID, [subject.recordId]))),
      ...(written.has(module.name) ? ids.map((id) => writtenBy(module.name, id)) : [])
    )
    if (when.kind !== 'never') all.set(module, when)
  }
  return all
}

/** Links of the module that are kept in a column of its own and lead to the person's. */
function lookupsTo({ links }: Module, person: string): string[] {
  return [...links.values()]
    .filter(({ to, storage }) => to === person && storage.kind === 'column')
    .map(({ name }) => name)
}
