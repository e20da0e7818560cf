/** Opens the test CRM on a database: its tables, its rows, and a host that does what it is told and counts what it writes. */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { ModulePolicy } from '../../src/access/grant.js'
import { createKernel, type Kernel } from '../../src/access/kernel.js'
import { viewerFor, type Person, type Viewer } from '../../src/access/viewer.js'
import { dialectOf } from '../../src/db/dialect.js'
import { moduleOf, type Module, type Scalar } from '../../src/host/catalog.js'
import type { Change, FeedEntry, FieldValue, Host, Staff } from '../../src/host/host.js'
import { catalog } from './world-catalog.js'
import { anna, rowsOf, type Row, type Rows } from './world-rows.js'
import { columnsOf, createIndexes, createTables, ownTables } from './world-tables.js'

export interface World {
  readonly db: Knex
  readonly host: Host
  readonly kernel: Kernel
  /** The host's writing methods that were called, in order. */
  readonly writes: string[]
  /** A viewer with just these rights. */
  viewer(policy: readonly ModulePolicy[], options?: { person?: Person; previewBy?: Staff }): Promise<Viewer>
  /** Every row as the database has it now. */
  load(): Promise<Rows>
}

export const annaPerson: Person = {
  kind: 'portal-user',
  id: anna.person,
  name: 'Anna',
  module: 'Contact',
  recordId: anna.contact,
  portalId: 'portal',
  userTypeId: 'type',
  invitedBy: anna.staff,
  locale: 'en',
  timeZone: 'Europe/Prague',
  formats: { date: 'iso', time: '24' }
}

export const eva: Staff = {
  id: anna.staff,
  userName: 'eva',
  name: 'Eva',
  email: undefined,
  isAdministrator: true,
  isActive: true,
  permissions: new Set(),
  locale: 'en',
  timeZone: 'Europe/Prague',
  formats: { date: 'iso', time: '24' }
}

/** Makes the tables and fills them with the hostile rows and those of `seed`. */
export async function openWorld(db: Knex, seed: number): Promise<World> {
  await createTables(db)
  await createIndexes(db)
  await fill(db, rowsOf(seed))
  return worldOn(db)
}

/** The world on tables that are there already. */
export function worldOn(db: Knex): World {
  const writes: string[] = []
  const host = hostOn(db, writes)
  let parts: readonly ModulePolicy[] = []
  const sources = async () => [async () => [...parts]]
  const kernel = createKernel({ host, dialect: dialectOf(db), secret: randomBytes(32), sources })
  return {
    db,
    host,
    kernel,
    writes,
    async viewer(policy, { person = annaPerson, previewBy } = {}) {
      parts = policy
      return viewerFor(kernel, person, previewBy ? { previewBy } : {})
    },
    load: () => loadRows(db)
  }
}

async function fill(db: Knex, rows: Rows): Promise<void> {
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) await db(table).insert(row)
  }
}

async function loadRows(db: Knex): Promise<Rows> {
  const rows: Rows = { portico_authorship: await db('portico_authorship').select<Row[]>() }
  for (const table of Object.keys(ownTables)) rows[table] = await db(table).select<Row[]>()
  for (const module of catalog.modules.values()) {
    rows[module.table] = await db(module.table).select<Row[]>(Object.keys(columnsOf(module)))
  }
  return rows
}

/** Whoever on the staff is asked for is there. */
const colleague: Omit<Staff, 'id'> = {
  userName: 'frank',
  name: 'Frank',
  email: undefined,
  isAdministrator: false,
  isActive: true,
  permissions: new Set(),
  locale: 'en',
  timeZone: 'UTC',
  formats: { date: 'iso', time: '24' }
}

function hostOn(db: Knex, writes: string[]): Host {
  const entries: FeedEntry[] = []
  const notAsked = async (): Promise<never> => {
    throw new Error('These tests do not ask this.')
  }
  return {
    name: 'embedded',
    narrowsStaff: true,
    db,
    catalog: async () => catalog,
    allowsModule: notAsked,
    async save(change) {
      writes.push('save')
      return save(db, change)
    },
    async link({ module, id, link, other, present }) {
      writes.push('link')
      const { storage } = moduleOf(catalog, module).links.get(link)!
      if (storage.kind !== 'table') throw new Error('These tests link over tables only.')
      await db(storage.table)
        .where({ [storage.near]: id, [storage.far]: other })
        .update({ deleted: present ? 0 : 1 })
    },
    async remove(module, id) {
      writes.push('remove')
      await db(moduleOf(catalog, module).table).where({ id }).update({ deleted: 1 })
    },
    staff: async () => undefined,
    staffById: async (id) => ({ ...colleague, id }),
    people: notAsked,
    groups: notAsked,
    allows: notAsked,
    switches: notAsked,
    on: () => undefined,
    deliver: async () => undefined,
    feed: feedOn(entries, writes),
    files: {
      write: notAsked,
      read: async (id) => Readable.from([`content of ${id}`]),
      remove: notAsked
    },
    homeUrl: '/',
    recordUrl: (module, id) => `/${module}/${id}`,
    signInUrl: (returnTo) => returnTo,
    close: async () => undefined
  }
}

async function save(db: Knex, { module: name, id, values, links, files }: Change): Promise<string> {
  const module = moduleOf(catalog, name)
  const row = rowFrom(module, values)
  if (id !== undefined) {
    if (Object.keys(row).length > 0) await db(module.table).where({ id }).update(row)
    await putFiles(db, module, id, files)
    return id
  }
  const newId = `n${randomBytes(6).toString('hex')}`
  await db(module.table).insert({ id: newId, created_at: '2024-06-01 00:00:00', ...row })
  for (const [link, others] of Object.entries(links ?? {})) await linkAll(db, name, newId, link, others)
  await putFiles(db, module, newId, files)
  return newId
}

function rowFrom(module: Module, values: Change['values']): Row {
  const row: Row = {}
  for (const [name, value] of Object.entries(values)) {
    const field = module.fields.get(name)
    if (field?.storage.kind !== 'column') continue
    row[field.storage.column] = stored(value)
    const { storage } = module.links.get(field.link ?? '') ?? {}
    if (storage?.kind === 'column' && storage.only) row[storage.only.column] = storage.only.is
  }
  return row
}

/** What the field held is gone; what it holds now names the record, or is named by it. */
async function putFiles(db: Knex, module: Module, id: string, files: Change['files'] = {}): Promise<void> {
  for (const [name, ids] of Object.entries(files)) {
    const storage = module.fields.get(name)?.storage
    if (storage?.kind !== 'files') throw new Error(`${name} takes no files.`)
    const { key, near, where } = storage
    if (near !== undefined) {
      await db(module.table)
        .where({ id })
        .update({ [near]: ids[0] ?? null })
      continue
    }
    const place = Object.fromEntries(where.map((rule) => [rule.column, rule.is]))
    await db(storage.from)
      .where({ ...place, [key]: id })
      .update({ deleted: 1 })
    await db(storage.from)
      .whereIn('id', [...ids])
      .update({ ...place, [key]: id })
  }
}

async function linkAll(db: Knex, name: string, id: string, link: string, others: readonly string[]): Promise<void> {
  const { storage } = moduleOf(catalog, name).links.get(link)!
  if (storage.kind !== 'table') return
  for (const other of others) await db(storage.table).insert({ [storage.near]: id, [storage.far]: other, deleted: 0 })
}

function stored(value: FieldValue): Scalar {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** Notes in memory; `internal` ones and the host's own lines are put in by the tests. */
function feedOn(entries: FeedEntry[], writes: string[]): Host['feed'] & { entries: FeedEntry[] } {
  return {
    entries,
    list: async (module, id) => entries.filter((entry) => entry.module === module && entry.recordId === id),
    recent: async (module, ids, limit) =>
      entries
        .filter((entry) => entry.module === module && ids.includes(entry.recordId) && !entry.internal)
        .reverse()
        .slice(0, limit),
    find: async (entryId) => entries.find((entry) => entry.id === entryId),
    async post(entry, by) {
      writes.push('post')
      const author = { kind: 'outside', id: by.kind === 'system' ? undefined : by.id, name: 'Anna' } as const
      const files = entry.files.map((id) => ({ id, name: id, type: 'text/plain', size: 1 }))
      entries.push({ ...entry, id: `e${entries.length}`, kind: 'post', at: '2024-05-01 12:00:00', author, files })
      return entries.at(-1)!.id
    },
    async change(entryId, text) {
      writes.push('changePost')
      const index = entries.findIndex((entry) => entry.id === entryId)
      entries[index] = { ...entries[index]!, text }
    },
    async remove(entryId) {
      writes.push('removePost')
      entries.splice(
        entries.findIndex((entry) => entry.id === entryId),
        1
      )
    }
  }
}
