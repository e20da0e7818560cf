/** How a module is named in a portal's web addresses: `KnowledgeBaseArticle` is `knowledge-base-article`. */
import { NotFound } from '../errors.js'
import type { Catalog, Module } from '../host/catalog.js'

export function addressOf(module: string): string {
  return module
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()
}

/** The module a visitor's address names. @throws NotFound */
export function moduleAt(catalog: Catalog, address: string): Module {
  for (const module of catalog.modules.values()) if (addressOf(module.name) === address) return module
  throw new NotFound()
}
