/** The way back along a path of links, where the CRM has one. */
import type { Catalog, LinkStorage, Module } from '../host/catalog.js'
import { modulesAlong } from './link-path.js'

/** The links from the far end of `path` back to `from`; undefined where the CRM has none. */
export function wayBack(catalog: Catalog, from: Module, path: readonly string[]): string[] | undefined {
  const passed = modulesAlong(catalog, from.name, path)
  if (!passed) return undefined
  const stations = [from, ...passed]
  const back = path.flatMap((name, index) => {
    const storage = stations[index]!.links.get(name)!.storage
    const links = [...stations[index + 1]!.links.values()]
    return links.find((link) => link.to === stations[index]!.name && isMirror(storage, link.storage))?.name ?? []
  })
  return back.length === path.length ? back.reverse() : undefined
}

/** Whether two links are the two ends of one. */
export function isMirror(one: LinkStorage, other: LinkStorage): boolean {
  if (one.kind === 'table')
    return other.kind === 'table' && one.table === other.table && one.near === other.far && one.far === other.near
  return (
    other.kind !== 'table' && one.kind !== other.kind && one.column === other.column && one.only?.is === other.only?.is
  )
}
