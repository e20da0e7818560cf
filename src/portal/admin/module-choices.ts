/** Which modules an administrator may choose from. */
import type { Catalog, Module } from '../../host/catalog.js'

/** The modules of the staff, who are no business of portals. */
export function staffModules(catalog: Catalog): Set<string> {
  return new Set([...catalog.modules.values()].flatMap((module) => ownerModule(module) ?? []))
}

function ownerModule(module: Module): string | undefined {
  const link = module.owner && module.fields.get(module.owner)?.link
  return link ? module.links.get(link)?.to : undefined
}
