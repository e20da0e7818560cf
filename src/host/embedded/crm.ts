/** The embedded CRM: a small CRM in this process. It knows nothing of Portico but the hook points of a plugin. */
import type { Knex } from 'knex'
import { dialectOf, type Dialect } from '../../db/dialect.js'
import type { Plugin } from '../../hooks.js'
import type { Catalog, Locale } from '../catalog.js'
import type { HostEvent } from '../host.js'
import type { FieldDefinition, ModuleDefinition } from './definition.js'
import { createFeed, type CrmFeed } from './feed.js'
import { createGroups, type Groups } from './groups.js'
import { createFiles, type CrmFiles } from './files.js'
import { openModel } from './model.js'
import { createOutbox, emitter, type Outbox } from './outbox.js'
import type { Store } from './records.js'
import { prepareOwnTables } from './schema.js'
import { createSettings, type Settings } from './settings.js'
import { createStore } from './store.js'
import { createUsers, type Users } from './users.js'

export interface Crm {
  readonly db: Knex
  readonly dialect: Dialect
  /** What visitors type, without a trailing slash. */
  readonly publicUrl: string
  /** Milliseconds since 1970; tests set it. */
  readonly now: () => number
  /** The modules as they are now, custom ones and custom fields in them; without `User`. */
  definitions(): readonly ModuleDefinition[]
  /** The same as a catalog, with `User`, labelled in `locale`. */
  catalog(locale: Locale): Promise<Catalog>
  /** Adds a module, or fields to one, at once and for good; the catalog's stamp changes. */
  define(custom: CustomDefinition): Promise<void>
  readonly store: Store
  /** For trusted callers; staff pages go through `store.as(staff)`. */
  readonly feed: CrmFeed
  readonly files: CrmFiles
  readonly users: Users
  readonly groups: Groups
  readonly settings: Settings
  readonly outbox: Outbox
  /** From now on the plugin is asked. Of events it hears through the host port's `on`, once, as on every host. */
  install(plugin: Plugin): void
  readonly plugins: readonly Plugin[]
  /** Closes the database too. */
  close(): Promise<void>
}

export interface CrmOptions {
  readonly db: Knex
  readonly definitions: readonly ModuleDefinition[]
  readonly filesFolder: string
  readonly publicUrl: string
  readonly now?: () => number
  /** Told of each event handler that failed, for the log; the event is tried again anyway. */
  readonly onFailure?: (event: HostEvent, error: unknown) => void
}

/** What an administrator adds to the CRM, kept as a row of `crm_definition`. */
export type CustomDefinition =
  | { readonly kind: 'module'; readonly definition: ModuleDefinition }
  | { readonly kind: 'fields'; readonly module: string; readonly fields: Readonly<Record<string, FieldDefinition>> }

export type * from './records.js'

/** Opens the CRM on `db`: makes its tables as far as they are missing, and loads custom modules and fields. */
export async function openCrm({
  db,
  definitions,
  filesFolder,
  publicUrl,
  now = Date.now,
  onFailure = () => undefined
}: CrmOptions): Promise<Crm> {
  await prepareOwnTables(db)
  const model = await openModel(db, definitions)
  const plugins: Plugin[] = []
  const emit = emitter(now)
  const outbox = createOutbox(db, { now, onFailure })
  const catalog: Crm['catalog'] = async (locale) => (await model.current()).catalog(locale)
  const files = createFiles(db, filesFolder, now)
  const feed = createFeed({ db, model: model.current, files, emit, now })
  return {
    db,
    dialect: dialectOf(db),
    publicUrl,
    now,
    definitions: () => model.known.definitions,
    catalog,
    define: model.define,
    store: createStore({ db, model: model.current, emit, files, feed, now, plugins: () => plugins }),
    feed,
    files,
    users: createUsers(db, emit, now),
    groups: createGroups(db, { catalog: () => catalog('en'), changed: model.changed }),
    settings: createSettings(db, emit),
    outbox,
    plugins,
    install: (plugin) => void plugins.push(plugin),
    close: () => db.destroy()
  }
}
