/** The embedded CRM made to behave as another host might: other fields, things gone, no answer. */
import type { Catalog, Field, Module } from '../../src/host/catalog.js'
import { moduleOf } from '../../src/host/catalog.js'
import type { Host } from '../../src/host/host.js'
import type { TestApp } from './app.js'

/** Puts other parts into the host for as long as `act` runs. */
export async function whileHost<T>(
  { embedded: { host } }: TestApp,
  parts: Partial<Host>,
  act: () => Promise<T>
): Promise<T> {
  const usual = { ...host }
  Object.assign(host, parts)
  try {
    return await act()
  } finally {
    Object.assign(host, usual)
  }
}

/** The host's catalog, changed. */
export function catalogWith(
  { embedded: { host } }: TestApp,
  change: (catalog: Catalog) => Catalog
): Pick<Host, 'catalog'> {
  const usual = host.catalog
  return {
    catalog: async (locale) => {
      const changed = change(await usual(locale))
      return { ...changed, stamp: `${changed.stamp} changed` }
    }
  }
}

export function changeModule(catalog: Catalog, name: string, change: (module: Module) => Partial<Module>): Catalog {
  const before = moduleOf(catalog, name)
  return { ...catalog, modules: new Map(catalog.modules).set(name, { ...before, ...change(before) }) }
}

/** The module's fields with some changed, and new ones made after the model of its title. */
export function fieldsWith(module: Module, changes: Readonly<Record<string, Partial<Field>>>): Map<string, Field> {
  const fields = new Map(module.fields)
  for (const [name, change] of Object.entries(changes)) {
    const model = fields.get(name) ?? { ...fields.get(module.title)!, name, label: name, required: false }
    fields.set(name, { ...model, ...change })
  }
  return fields
}
