/** Links kept in a lookup: whoever does not see the lookup does not see where it leads, from either end (A13). */
import type { Field, Link, Module } from '../host/catalog.js'
import type { Grant } from './grant.js'
import type { ViewedRecord } from './record.js'

/** A link kept in a column of the record itself: the lookup made of it must be among what he sees of this record. */
export function isShownHere({ module, values }: ViewedRecord, far: Module, link: Link): boolean {
  const { name, storage } = link
  if (storage.kind !== 'column' || isPartLink(module, far, link)) return true
  return lookupsAt(module, storage.column, (field) => field.link === name).some((lookup) => lookup in values)
}

/** The fields of the far module that show a link kept there; undefined where none has to. */
export function farLookups(near: Module, far: Module, link: Link): readonly string[] | undefined {
  const { storage } = link
  if (storage.kind !== 'reverse' || isPartLink(near, far, link)) return undefined
  return lookupsAt(far, storage.column, (field) => {
    const back = far.links.get(field.link ?? '')
    return back?.to === near.name && back.storage.kind === 'column' && back.storage.only?.is === storage.only?.is
  })
}

/** Whether the grant shows one of them, where one has to be shown. */
export function shows({ fields }: Grant, lookups: readonly string[] | undefined): boolean {
  return lookups === undefined || lookups.some((name) => fields.includes(name))
}

/** The fields that show what a column holds: references for which `means` is true, or the bare column. */
function lookupsAt(module: Module, columnName: string, means: (reference: Field) => boolean): string[] {
  return [...module.fields.values()]
    .filter(({ storage }) => storage.kind === 'column' && storage.column === columnName)
    .filter((field) => field.type !== 'reference' || means(field))
    .map(({ name }) => name)
}

/** Line items and the record they are part of belong together, whatever their fields show (Z11). */
function isPartLink(near: Module, far: Module, { name, storage }: Link): boolean {
  if (storage.kind === 'column') return near.partOf?.module === far.name && near.partOf.link === name
  const way = far.partOf?.module === near.name ? far.links.get(far.partOf.link)?.storage : undefined
  return storage.kind === 'reverse' && way?.kind === 'column' && way.column === storage.column
}
