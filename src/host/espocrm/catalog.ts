/** The catalog made of EspoCRM's definitions: every module that people work with, in one of Portico's languages. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { dialectOf } from '../../db/dialect.js'
import type { Catalog, Locale } from '../catalog.js'
import type { Metadata } from './answers.js'
import type { Model } from './entity.js'
import { wordsIn } from './labels.js'
import { makeModule, modulesIn } from './module.js'
import type { Unmapped } from './unmapped.js'

interface Sources {
  readonly db: Knex
  readonly definitions: { current(): Promise<Metadata> }
}

/** `catalog(locale)` of the port: made anew when EspoCRM's definitions have changed, and once per language.
 *  @throws HostUnavailable when EspoCRM has never been reached. */
export function createCatalog({ db, definitions }: Sources): (locale: Locale) => Promise<Catalog> {
  const made = new WeakMap<Metadata, Map<Locale, Catalog>>()
  let collation: Promise<string | undefined> | undefined
  return async (locale) => {
    const metadata = await definitions.current()
    const catalogs = made.get(metadata) ?? new Map<Locale, Catalog>()
    made.set(metadata, catalogs)
    collation ??= collationOfIds(db).catch((error: unknown) => {
      collation = undefined
      throw error
    })
    const catalog = catalogs.get(locale) ?? makeCatalog(metadata, locale, await collation)
    catalogs.set(locale, catalog)
    return catalog
  }
}

export function makeCatalog(metadata: Metadata, locale: Locale, idCollation?: string): Catalog {
  const model = modelOf(metadata, locale)
  const modules = [...model.modules].map((name) => [name, makeModule(model, name).module] as const)
  return {
    stamp: stampOf(metadata, locale),
    modules: new Map(modules),
    ...(idCollation !== undefined && { idCollation })
  }
}

/** What the catalog leaves out, by module. */
export function unmappedIn(metadata: Metadata): Unmapped[] {
  const model = modelOf(metadata, 'en')
  return [...modulesIn(metadata).left, ...[...model.modules].flatMap((name) => makeModule(model, name).left)]
}

function modelOf(metadata: Metadata, locale: Locale): Model {
  return { metadata, words: wordsIn(metadata.i18n, locale), modules: modulesIn(metadata).names }
}

/** Of what the catalog is made from alone: a cleared cache changes nothing. */
function stampOf({ cacheTimestamp: _, ...content }: Metadata, locale: Locale): string {
  return createHash('sha256')
    .update(JSON.stringify([locale, content]))
    .digest('base64url')
    .slice(0, 22)
}

/** The collation of EspoCRM's ids where it is not byte by byte. */
async function collationOfIds(db: Knex): Promise<string | undefined> {
  if (dialectOf(db).name !== 'mysql') return undefined
  const found = await db('information_schema.columns')
    .pluck<string[]>('collation_name')
    .whereRaw('table_schema = database()')
    .where({ table_name: 'account', column_name: 'id' })
  return found.find((collation) => collation.startsWith('utf8mb4_') && !collation.endsWith('_bin'))
}
