/** The embedded CRM's catalog for pure tests, and ways to take something out of it, as an administrator of the CRM would. */
import type { Catalog, Field, Module } from '../../src/host/catalog.js'
import { moduleOf } from '../../src/host/catalog.js'
import { makeCatalog } from '../../src/host/embedded/catalog.js'
import { modules } from '../../src/host/embedded/modules/index.js'

export const catalog: Catalog = makeCatalog(modules, 'test', 'en')

export function module(name: string): Module {
  return moduleOf(catalog, name)
}

export function field(name: string, of: string): Field {
  const found = module(of).fields.get(name)
  if (!found) throw new RangeError(`${of} has no field ${name}.`)
  return found
}

function withModule(changed: Module): Catalog {
  return { ...catalog, modules: new Map(catalog.modules).set(changed.name, changed) }
}

/** With one field more. */
export function withField(of: string, added: Field): Catalog {
  const before = module(of)
  return withModule({ ...before, fields: new Map(before.fields).set(added.name, added) })
}

export function withoutField(of: string, name: string): Catalog {
  const before = module(of)
  return withModule({ ...before, fields: without(before.fields, name) })
}

export function withoutLink(of: string, name: string): Catalog {
  const before = module(of)
  return withModule({ ...before, links: without(before.links, name) })
}

export function withoutModule(name: string): Catalog {
  return { ...catalog, modules: without(catalog.modules, name) }
}

function without<T>(all: ReadonlyMap<string, T>, name: string): Map<string, T> {
  const rest = new Map(all)
  if (!rest.delete(name)) throw new RangeError(`There is no ${name} to take out.`)
  return rest
}
