/** What a real EspoCRM 9.1.7 said of itself (`scripts/record-espocrm.ts`), with a custom module that has a field of every type. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog, Field, Layout, Locale, Module } from '../../src/host/catalog.js'
import { metadata, type Metadata } from '../../src/host/espocrm/answers.js'
import { makeCatalog } from '../../src/host/espocrm/catalog.js'

const folder = join(import.meta.dirname, 'recorded')

/** The answer of `GET Portico/metadata`, less what the catalog has no use for; a copy of its own for each caller. */
export function recordedAnswer(): Metadata {
  return metadata.parse(JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8')))
}

/** Columns by table, as EspoCRM's database has them. */
export function recordedColumns(): Record<string, string[]> {
  return JSON.parse(readFileSync(join(folder, 'columns.json'), 'utf8')) as Record<string, string[]>
}

/** The catalog of the recording, after `change` to a copy of it. */
export function recordedCatalog(locale: Locale = 'en', change: (answer: Metadata) => void = () => undefined): Catalog {
  const answer = recordedAnswer()
  change(answer)
  return makeCatalog(answer, locale)
}

export function moduleIn(catalog: Catalog, name: string): Module {
  return catalog.modules.get(name)!
}

/** @throws when the module has no layout of that name. */
export function layoutOf(catalog: Catalog, module: string, name: string): Layout {
  const layout = moduleIn(catalog, module).layouts.find((one) => one.name === name)
  if (!layout) throw new Error(`${module} has no layout ${name}.`)
  return layout
}

export function fieldIn(catalog: Catalog, path: string): Field | undefined {
  const [module, field] = path.split('.') as [string, string]
  return catalog.modules.get(module)?.fields.get(field)
}
