/** A person's name, out of what was typed. */
import type { Field, Module } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'

/** In characters: as many as a list of requests has room for. */
const longest = 200

/** The title that a record with these values would have; undefined where they don't make one. */
export function nameIn(module: Module, values: Readonly<Record<string, FieldValue>>): string | undefined {
  const title = module.fields.get(module.title)
  const parts = title?.storage.kind === 'joined' ? fieldsJoined(module, title.storage.columns) : [title]
  const words = parts.flatMap((field) => (typeof values[field?.name ?? ''] === 'string' ? [values[field!.name]] : []))
  return words.join(' ').replace(/\s+/g, ' ').trim().slice(0, longest) || undefined
}

function fieldsJoined(module: Module, columns: readonly string[]): (Field | undefined)[] {
  return columns.map((column) =>
    [...module.fields.values()].find(({ storage }) => storage.kind === 'column' && storage.column === column)
  )
}
