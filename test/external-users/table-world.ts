/** Puts the oracle's plain objects into a CRM and asks the kernel about them. Which CRM it is, is told by data (`GuestHost`), so that the
 *  table can be asked of every host. */
import type { Knex } from 'knex'
import type { Kernel } from '../../src/access/kernel.js'
import type { ListQuery, Page, ViewedRecord } from '../../src/access/record.js'
import { records } from '../../src/access/records.js'
import { viewerFor, type Person, type Viewer } from '../../src/access/viewer.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { moduleOf, type Catalog, type Module, type Scalar } from '../../src/host/catalog.js'
import type { FieldValue } from '../../src/host/host.js'
import { nothing, type Answer, type Guest, type Shown, type Thing } from './oracle.js'
import { kinds, type Kind, type Sort } from './table.js'

/** A CRM with Portico in it, and what things are called there. */
export interface GuestHost {
  readonly kernel: Kernel
  readonly db: Knex
  readonly catalog: Catalog
  readonly names: Names
  /** Name and id of a record that is there and stands for all guests. */
  readonly contact: { readonly module: string; readonly recordId: string }
  /** Id of the staff member who has invited the guests; new records are his. */
  readonly inviter?: string
  /** A file for each field that a new document can't be without. */
  newFiles?(): Promise<Readonly<Record<string, readonly string[]>>>
  /** Columns that a row of the CRM can't be without, besides its fields. */
  readonly always: Readonly<Record<string, Scalar>>
}

/** One that is open, and goes away with what it made. */
export interface OpenGuestHost extends GuestHost {
  /** Milliseconds since 1970. */
  readonly now: number
  close(): Promise<void>
}

export interface Names {
  readonly modules: Readonly<Record<Sort, string>>
  readonly project: { readonly endDate: string; readonly timeZone: string }
  /** From a thing to its project or projects. */
  readonly toProject: Readonly<Record<Exclude<Sort, 'projects'>, string>>
  readonly toFolder: { readonly folders: string; readonly documents: string }
  /** From a document to the call, the quote … that it belongs to. */
  readonly toHolder: Readonly<Partial<Record<Kind, string>>>
  /** What is released or, of papers and members, what stands for the columns that the source names. */
  readonly fields: Readonly<Record<Sort, readonly string[]>>
  /** Fields that external users may write. */
  readonly written: Readonly<Partial<Record<Sort, readonly string[]>>>
  /** Fields that hold a link without being references: they are released by hand, and are neither shown nor written. */
  readonly linksAsText: readonly string[]
  /** Where a document's file stands. */
  readonly file: string
  /** What a new record of a kind can't be without. */
  readonly fresh: Readonly<Partial<Record<Sort, Readonly<Record<string, FieldValue>>>>>
}

export const sorts: readonly Sort[] = ['projects', ...kinds, 'folders']

/** Ids begin like this, so that what others put there stays out of it. */
export const ours = 'tb'

/** Everything a list shows, and what may be written, without the files, which no list carries. */
export function shownIn({ names }: GuestHost): Shown {
  return { fields: names.fields, written: names.written }
}

// --- putting ---

type Row = Readonly<Record<string, Scalar>>

/** Puts the things there with their rights, the guests with theirs; what was there of these tests is gone. */
export async function put(host: GuestHost, things: readonly Thing[], guests: readonly Guest[]): Promise<void> {
  await empty(host)
  const lists = new Map<string, Row[]>()
  for (const thing of things) for (const [table, row] of rowsOf(host, thing)) listIn(lists, table).push(row)
  for (const guest of guests) for (const [table, row] of guestRows(host, guest)) listIn(lists, table).push(row)
  for (const [table, list] of lists) await insert(host.db, table, list)
}

function listIn(lists: Map<string, Row[]>, table: string): Row[] {
  const list = lists.get(table) ?? []
  lists.set(table, list)
  return list
}

async function insert(db: Knex, table: string, rows: readonly Row[]): Promise<void> {
  const width = Math.max(...rows.map((row) => Object.keys(row).length))
  const size = Math.max(1, Math.floor(900 / width))
  for (let from = 0; from < rows.length; from += size) await db(table).insert(rows.slice(from, from + size))
}

const atNoon = '2024-05-01 12:00:00'

type Placed = readonly [table: string, row: Row]

function rowsOf(host: GuestHost, thing: Thing): Placed[] {
  const module = moduleOf(host.catalog, host.names.modules[thing.sort])
  const own: Placed = [module.table, { ...columnsOf(host, module, thing), ...reached(host, module, thing).columns }]
  const at = { module: module.name, record_id: thing.id }
  return [
    own,
    ...reached(host, module, thing).rows,
    ...thing.rights.map(({ grantee, right, effect }): Placed => [
      'portico_object_rights',
      { ...at, grantee, right, effect }
    ]),
    ...thing.responsible.map((person): Placed => [
      'portico_responsible',
      { ...at, person_id: person, added_by: 'test', added_at: atNoon }
    ])
  ]
}

function columnsOf(host: GuestHost, module: Module, thing: Thing): Row {
  const { live } = module
  const values: Record<string, Scalar> = {
    [module.createdAt]: atNoon,
    [module.modifiedAt]: atNoon,
    [module.title]: `Name of ${thing.id}`,
    ...(thing.sort === 'projects' && {
      [host.names.project.endDate]: thing.endsOn ?? null,
      [host.names.project.timeZone]: thing.zone ?? 'UTC'
    })
  }
  const row: Record<string, Scalar> = { ...host.always, id: thing.id }
  if (live) row[live.column] = thing.isRemoved ? otherThan(live.is) : live.is
  for (const [name, value] of Object.entries(values)) {
    const storage = module.fields.get(name)?.storage
    if (storage?.kind === 'column') row[storage.column] = value
    if (storage?.kind === 'joined') row[storage.columns.at(-1)!] = value
  }
  return row
}

function otherThan(value: string | number): string | number {
  return value === 0 ? 1 : 0
}

/** What the thing's links put into its own row, and into others. */
function reached({ names }: GuestHost, module: Module, thing: Thing): { columns: Row; rows: Placed[] } {
  const columns: Record<string, Scalar> = {}
  const rows: Placed[] = []
  for (const [name, ids] of endsOf(names, thing)) {
    const { storage } = module.links.get(name)!
    if (storage.kind === 'column') {
      columns[storage.column] = ids[0] ?? null
      if (storage.only && ids.length > 0) columns[storage.only.column] = storage.only.is
    } else if (storage.kind === 'table') {
      const alive = storage.live ? { [storage.live.column]: storage.live.is } : {}
      const only = Object.fromEntries(storage.only.map(({ column, is }) => [column, is]))
      for (const id of ids)
        rows.push([storage.table, { ...alive, ...only, [storage.near]: thing.id, [storage.far]: id }])
    }
  }
  return { columns, rows }
}

function endsOf(names: Names, thing: Thing): [string, readonly string[]][] {
  const { sort, projects, folder, holder } = thing
  const ends: [string, readonly string[]][] = []
  if (sort !== 'projects') ends.push([names.toProject[sort], projects])
  if (sort === 'folders' || sort === 'documents') ends.push([names.toFolder[sort], folder ? [folder] : []])
  if (holder) ends.push([names.toHolder[holder.kind]!, [holder.id]])
  return ends
}

function guestRows({ names }: GuestHost, { id, yes, memberOf }: Guest): Placed[] {
  const by = { added_by: 'test', added_at: atNoon }
  return [
    ...[...yes].map((kind): Placed => ['portico_module_rights', { person_id: id, kind }]),
    ...[...memberOf].map((project): Placed => [
      'portico_memberships',
      { module: names.modules.projects, record_id: project, person_id: id, ...by }
    ])
  ]
}

/** Takes away what is there of these tests. */
export async function empty(host: GuestHost): Promise<void> {
  const { db, catalog, names } = host
  for (const sort of sorts) {
    const module = moduleOf(catalog, names.modules[sort])
    await db(module.table).where('id', 'like', `${ours}%`).delete()
    const { storage } = module.links.get(sort === 'projects' ? '' : names.toProject[sort]) ?? {}
    if (storage?.kind === 'table') await db(storage.table).where(storage.near, 'like', `${ours}%`).delete()
  }
  for (const table of ['portico_object_rights', 'portico_responsible', 'portico_memberships', 'portico_authorship'])
    await db(table).where('record_id', 'like', `${ours}%`).delete()
  await db('portico_module_rights').where('person_id', 'like', `${ours}%`).delete()
}

/** Releases the fields, those of papers and members too, which changes nothing there. */
export async function release({ db, names }: GuestHost): Promise<void> {
  await db('portico_external_fields').delete()
  await raiseConfigurationVersion(db)
  const shownOnes = sorts.filter((sort) => sort !== 'folders')
  await insert(
    db,
    'portico_external_fields',
    shownOnes.flatMap((sort) =>
      [...names.fields[sort], ...names.linksAsText].map((field) => ({ module: names.modules[sort], field }))
    )
  )
}

// --- asking ---

export function viewerOf({ kernel, contact, inviter = 'nobody' }: GuestHost, guest: Guest): Promise<Viewer> {
  const person: Person = {
    kind: 'external-user',
    id: guest.id,
    name: guest.id,
    ...contact,
    portalId: undefined,
    userTypeId: undefined,
    invitedBy: inviter,
    locale: 'en',
    timeZone: 'Europe/Berlin',
    formats: { date: 'iso', time: '24' }
  }
  return viewerFor(kernel, person)
}

/** What lists tell a guest of all things of a sort, by id: those that are missing he does not see. */
export async function listed(host: GuestHost, viewer: Viewer, sort: Sort): Promise<ReadonlyMap<string, Answer>> {
  const module = moduleOf(host.catalog, host.names.modules[sort])
  const found = new Map<string, Answer>()
  if (!viewer.policy.has(module.name)) return found
  const fields = [...module.fields.keys()]
  for (let after: string | undefined = ''; after !== undefined;) {
    const ask: ListQuery = { fields, decided: true, limit: 200, ...(after ? { after } : {}) }
    const page: Page | undefined = await orNothing(records(viewer).list(module.name, ask))
    for (const record of page?.records ?? [])
      if (record.id.startsWith(ours)) found.set(record.id, answerOf(host, sort, record))
    after = page?.next
  }
  return found
}

/** The same of one record, by opening it. */
export async function opened(host: GuestHost, viewer: Viewer, thing: Thing): Promise<Answer> {
  const record = await orNothing(records(viewer).find(host.names.modules[thing.sort], thing.id))
  return record ? answerOf(host, thing.sort, record) : nothing
}

function answerOf({ names }: GuestHost, sort: Sort, { may, writable, values }: ViewedRecord): Answer {
  const fields = Object.keys(values).filter((name) => sort !== 'documents' || name !== names.file)
  const written = [...writable].filter((name) => sort !== 'documents' || name !== names.file)
  return {
    seen: true,
    opened: may.has('open'),
    edited: may.has('edit'),
    deleted: may.has('delete'),
    fields: fields.sort(),
    written: written.sort()
  }
}

export type Outcome = 'done' | 'missing' | 'refused' | 'invalid'

/** What comes of an attempt; only errors that people are told count. */
export async function outcomeOf(attempt: Promise<unknown>): Promise<Outcome> {
  try {
    await attempt
    return 'done'
  } catch (error) {
    const status = statusOf(error)
    if (status === 404) return 'missing'
    if (status === 403) return 'refused'
    if (status === 422) return 'invalid'
    throw error
  }
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'status' in error ? error.status : undefined
}
