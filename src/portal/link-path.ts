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

/** Links of the ways that are offered, and of a way that is typed: more are never followed (A29). */
const deepestOffered = 3
export const deepestPath = 6

/** The ways of at most three links from `from` to `to` that are worth offering, short ones first. In between they go up the lookups
 *  of the record, then over people and companies (modules with an e-mail address and a telephone): mails, meetings, target lists and
 *  campaigns join people who have nothing else in common. So do the staff who own records: ways over them are left out, and ways that
 *  come back to where they were. What is left out can still be typed. */
export function linkPaths(catalog: Catalog, from: string, to: string): LinkPath[] {
  const owners = ownerModules(catalog)
  const found: Link[][] = []
  const walk = (module: Module, way: readonly Link[], passed: readonly string[], mayBeThing: boolean): void => {
    for (const link of module.links.values()) {
      const next = catalog.modules.get(link.to)
      const longer = [...way, link]
      if (!next || owners.has(link.to)) continue
      if (link.to === to) found.push(longer)
      if (longer.length >= deepestOffered || passed.includes(link.to)) continue
      const isThing = !isOfPeople(next)
      if (!isThing || (mayBeThing && link.cardinality === 'one')) walk(next, longer, [...passed, link.to], isThing)
    }
  }
  walk(moduleOf(catalog, from), [], [from], true)
  return found.map((way) => linkPath(from, way)).toSorted(byLengthThenName)
}

function isOfPeople({ fields }: Module): boolean {
  const types = new Set([...fields.values()].map(({ type }) => type))
  return types.has('email') && types.has('phone')
}

/** A path in words, of whatever length; undefined where a link of it is gone. */
export function pathNamed(catalog: Catalog, from: string, path: readonly string[]): LinkPath | undefined {
  const way: Link[] = []
  let here = catalog.modules.get(from)
  for (const name of path) {
    const link = here?.links.get(name)
    if (!link) return undefined
    way.push(link)
    here = catalog.modules.get(link.to)
  }
  return way.length > 0 ? linkPath(from, way) : undefined
}

/** The links of a path as somebody types it: `Case.account.contacts`, or without the module it begins at. */
export function linksTyped(text: string, from: string): string[] {
  const words = text
    .split(/[.›>/]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return words[0] === from ? words.slice(1) : words
}

/** Whether the path still leads from `from` to `to`, as the catalog is now; one that is too long leads nowhere (A29). */
export function leadsTo(catalog: Catalog, from: string, path: readonly string[], to: string): boolean {
  return path.length > 0 && path.length <= deepestPath && modulesAlong(catalog, from, path)?.at(-1)?.name === to
}

/** Where a path breaks: at a link that its module does not have, at its end in another module, or by its length. */
export type BrokenPath =
  | { readonly why: 'link'; readonly link: string; readonly module: Module }
  | { readonly why: 'end'; readonly module: Module }
  | { readonly why: 'long' }

/** @returns undefined when it leads from `from` to `to`. */
export function brokenAt(catalog: Catalog, from: string, path: readonly string[], to: string): BrokenPath | undefined {
  if (path.length > deepestPath) return { why: 'long' }
  let here = moduleOf(catalog, from)
  for (const link of path) {
    const next = catalog.modules.get(here.links.get(link)?.to ?? '')
    if (!next) return { why: 'link', link, module: here }
    here = next
  }
  return here.name === to && path.length > 0 ? undefined : { why: 'end', module: here }
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

/** The modules of the staff who own records, who are no business of portals. */
export function ownerModules(catalog: Catalog): Set<string> {
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
