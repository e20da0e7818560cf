/** Link paths: the named ways along links from a related module to the primary module (Z05, Z12). */
import type { Catalog, Link, Module } from '../host/catalog.js'
import { moduleOf } from '../host/catalog.js'

export interface LinkPath {
  /** From the related module outwards. */
  readonly links: readonly string[]
  /** `Case.account.contacts`: the same for every reader, stored and used in logs. */
  readonly name: string
  /** `Account › Contacts`, in the reader's language. */
  readonly label: string
}

const deepest = 3

/** Every way of at most three links from `from` to `to`, short ones first. Ways over the staff who own records are left
 *  out, because colleagues' customers have nothing in common but the colleague; so are ways that come back to where they were. */
export function linkPaths(catalog: Catalog, from: string, to: string): LinkPath[] {
  const owners = ownerModules(catalog)
  const found: Link[][] = []
  const walk = (module: Module, way: readonly Link[], passed: readonly string[]): void => {
    for (const link of module.links.values()) {
      const next = catalog.modules.get(link.to)
      if (!next || owners.has(link.to)) continue
      if (link.to === to) found.push([...way, link])
      if (way.length + 1 < deepest && !passed.includes(link.to)) walk(next, [...way, link], [...passed, link.to])
    }
  }
  walk(moduleOf(catalog, from), [], [from])
  return found.map((way) => linkPath(from, way)).toSorted(byLengthThenName)
}

/** Whether the path still leads from `from` to `to`, as the catalog is now; one that is too long leads nowhere (A29). */
export function leadsTo(catalog: Catalog, from: string, path: readonly string[], to: string): boolean {
  return path.length > 0 && path.length <= deepest && modulesAlong(catalog, from, path)?.at(-1)?.name === to
}

/** The modules at the far end of each link of the path; undefined where a link or a module is gone. */
export function modulesAlong(catalog: Catalog, from: string, path: readonly string[]): Module[] | undefined {
  const passed: Module[] = []
  let here = catalog.modules.get(from)
  for (const name of path) {
    const link = here?.links.get(name)
    here = link && catalog.modules.get(link.to)
    if (!here) return undefined
    passed.push(here)
  }
  return passed
}

function ownerModules(catalog: Catalog): Set<string> {
  const owners = [...catalog.modules.values()].map((module) => {
    const field = module.owner && module.fields.get(module.owner)
    return field && field.link ? module.links.get(field.link)?.to : undefined
  })
  return new Set(owners.filter((name) => name !== undefined))
}

function linkPath(from: string, way: readonly Link[]): LinkPath {
  const links = way.map((link) => link.name)
  return { links, name: [from, ...links].join('.'), label: way.map((link) => link.label).join(' › ') }
}

function byLengthThenName(a: LinkPath, b: LinkPath): number {
  return a.links.length - b.links.length || (a.name < b.name ? -1 : 1)
}
