/** The feed: notes people write on a record, and the lines the CRM writes about what happened to it. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import type { Module } from '../catalog.js'
import {
  HostRefused,
  type Actor,
  type Feed,
  type FeedEntry,
  type FieldValue,
  type FileInfo,
  type HostEvent,
  type NewFeedEntry
} from '../host.js'
import { noteText } from '../note-text.js'
import { allRows, exists } from './answers.js'
import { holdFreeFile } from './record-files.js'
import { authorOf, type Author } from './actors.js'
import { momentAt } from '../../db/moment.js'
import type { CrmFiles } from './files.js'
import type { Model } from './model.js'
import type { Emit } from './outbox.js'
import type { Pen } from './rows.js'
import { inTransaction } from './transaction.js'

export interface CrmFeed extends Feed {
  list(module: string, id: string, ask: { internal: boolean; limit: number }): Promise<CrmFeedEntry[]>
  find(entryId: string): Promise<CrmFeedEntry | undefined>
  /** `at` (UTC, default now) is for imports and seeds, whose notes are no news: nobody is told of them. */
  post(entry: NewFeedEntry, by: Actor, at?: string): Promise<string>
}

/** An event says what happened as data too, so that a page can say it in the reader's language; `text` is its English sentence. */
export interface CrmFeedEntry extends FeedEntry {
  readonly event: FeedEvent | undefined
}
export type FeedEvent =
  { readonly kind: 'created' } | { readonly kind: 'changed'; readonly fields: readonly ChangedField[] }
export interface ChangedField {
  readonly name: string
  readonly from: FieldValue
  readonly to: FieldValue
}

export interface FeedOptions {
  readonly db: Knex
  readonly model: () => Promise<Model>
  readonly files: CrmFiles
  readonly emit: Emit
  readonly now: () => number
}

export function createFeed({ db, model, files, emit, now }: FeedOptions): CrmFeed {
  const find = async (entryId: string): Promise<CrmFeedEntry | undefined> => {
    const rows = await allRows<EntryRow>(db('crm_feed').select(entryColumns).where({ id: entryId }))
    return (await entriesOf(db, rows))[0]
  }

  const mustBePost = async (entryId: string): Promise<CrmFeedEntry> => {
    const entry = await find(entryId)
    if (entry?.kind !== 'post') throw new NotFound()
    return entry
  }

  return {
    find,
    async list(module, id, ask) {
      const query = db('crm_feed')
        .select(entryColumns)
        .where({ module, record_id: id })
        .orderBy('position', 'desc')
        .limit(ask.limit)
      if (!ask.internal) void query.where({ internal: 0 })
      const rows = await allRows<EntryRow>(query)
      return entriesOf(db, rows.reverse())
    },
    async recent(module, ids, limit) {
      const rows = await allRows<EntryRow>(
        db('crm_feed')
          .select(entryColumns)
          .where({ module, kind: 'post', internal: 0 })
          .whereIn('record_id', [...ids])
          .orderBy('position', 'desc')
          .limit(limit)
      )
      return entriesOf(db, rows)
    },
    async post(entry, by, at) {
      const { module } = (await model()).module(entry.module)
      const text = noteText(entry.text, entry.files.length > 0)
      const author = await authorOf(db, by)
      return inTransaction(db, async (trx) => {
        await mustTakeNotes(trx, module, entry)
        const id = await insertEntry(trx, { entry: { ...entry, text }, author, at: at ?? momentAt(now()) })
        await attach(trx, id, entry.files)
        if (at === undefined) await emit(trx, posted(entry, id, by))
        return id
      })
    },
    async change(entryId, text, _by) {
      const entry = await mustBePost(entryId)
      await db('crm_feed')
        .where({ id: entryId })
        .update({ text: noteText(text, entry.files.length > 0) })
    },
    async remove(entryId, _by) {
      const entry = await mustBePost(entryId)
      await db('crm_feed').where({ id: entryId }).delete()
      for (const file of entry.files) await files.remove(file.id)
    }
  }
}

/** The latest entries among those that `narrow` leaves, newest first. */
export async function latestEntries(
  db: Knex,
  module: string,
  narrow: (query: Knex.QueryBuilder) => void,
  limit: number
): Promise<CrmFeedEntry[]> {
  const query = db('crm_feed as f')
    .select(entryColumns.map((column) => `f.${column}`))
    .where('f.module', module)
    .orderBy('f.position', 'desc')
    .limit(limit)
  narrow(query)
  return entriesOf(db, await query)
}

/** Writes the CRM's own line on a record that has a feed. What was changed is for staff only: a field may be hidden outside. */
export async function writeEvent(pen: Pen, module: Module, recordId: string, event: FeedEvent): Promise<void> {
  if (!module.hasFeed) return
  const entry = { module: module.name, recordId, text: sentence(module, event), internal: event.kind === 'changed' }
  await insertEntry(pen.trx, { entry, event, author: pen.author, at: pen.at })
}

/** Removes all that was written on a record, and gives the files that hung on it. */
export async function removeFeedOf(trx: Knex, module: string, recordId: string): Promise<string[]> {
  const entries = trx('crm_feed').select('id').where({ module, record_id: recordId })
  const rows = await allRows<{ file_id: string }>(trx('crm_feed_file').select('file_id').whereIn('feed_id', entries))
  await trx('crm_feed').where({ module, record_id: recordId }).delete()
  return rows.map((row) => row.file_id)
}

function posted({ module, recordId, internal }: NewFeedEntry, noteId: string, by: Actor): HostEvent {
  const staff = by.kind === 'staff' ? by.id : undefined
  return { kind: 'note.posted', module, id: recordId, noteId, internal, by: staff }
}

async function mustTakeNotes(trx: Knex, module: Module, entry: NewFeedEntry): Promise<void> {
  const isThere =
    module.hasFeed && (await exists(trx(module.table).first('id').where({ id: entry.recordId, deleted: 0 })))
  if (!isThere) throw new NotFound()
}

/** A file hangs on one note only, or on a record. @throws HostRefused */
async function attach(trx: Knex, feedId: string, fileIds: readonly string[]): Promise<void> {
  for (const fileId of new Set(fileIds)) {
    if (!(await holdFreeFile(trx, fileId))) throw new HostRefused({ files: { key: 'errors.field.reference' } })
    await trx('crm_feed_file').insert({ feed_id: feedId, file_id: fileId })
  }
}

interface NewLine {
  readonly entry: Omit<NewFeedEntry, 'files'>
  readonly event?: FeedEvent
  readonly author: Author
  readonly at: string
}

async function insertEntry(trx: Knex, { entry, event, author, at }: NewLine): Promise<string> {
  const id = randomUUID()
  await trx('crm_feed').insert({
    id,
    module: entry.module,
    record_id: entry.recordId,
    kind: event ? 'event' : 'post',
    text: entry.text,
    event: event ? JSON.stringify(event) : null,
    internal: Number(entry.internal),
    at,
    author_kind: author.kind,
    author_id: author.id,
    author_name: author.name
  })
  return id
}

/** `Created`; `Status: New → Closed; Name: Old → New`. */
function sentence(module: Module, event: FeedEvent): string {
  if (event.kind === 'created') return 'Created'
  return event.fields.map((field) => describe(module, field)).join('; ')
}

function describe(module: Module, { name, from, to }: ChangedField): string {
  const field = module.fields.get(name)
  const label = field?.label ?? name
  if (!field || ['longText', 'reference', 'options', 'files'].includes(field.type)) return label
  const words = (value: FieldValue): string =>
    field.options.find((option) => option.value === value)?.label ?? String(value ?? '–')
  return `${label}: ${words(from)} → ${words(to)}`
}

const entryColumns = [
  'id',
  'module',
  'record_id',
  'kind',
  'text',
  'event',
  'internal',
  'at',
  'author_kind',
  'author_id',
  'author_name'
]

interface EntryRow {
  readonly id: string
  readonly module: string
  readonly record_id: string
  readonly kind: FeedEntry['kind']
  readonly text: string
  readonly event: string | null
  readonly internal: number
  readonly at: string
  readonly author_kind: Actor['kind']
  readonly author_id: string | null
  readonly author_name: string
}

async function entriesOf(db: Knex, rows: readonly EntryRow[]): Promise<CrmFeedEntry[]> {
  const files = await filesOf(
    db,
    rows.map((row) => row.id)
  )
  return rows.map((row) => ({
    id: row.id,
    module: row.module,
    recordId: row.record_id,
    kind: row.kind,
    text: row.text,
    internal: row.internal === 1,
    at: row.at,
    author: { kind: row.author_kind, id: row.author_id ?? undefined, name: row.author_name },
    files: files.get(row.id) ?? [],
    event: row.event === null ? undefined : (JSON.parse(row.event) as FeedEvent)
  }))
}

async function filesOf(db: Knex, feedIds: readonly string[]): Promise<Map<string, FileInfo[]>> {
  if (feedIds.length === 0) return new Map()
  const rows = await allRows<FileInfo & { feed_id: string }>(
    db('crm_feed_file as a')
      .join('crm_file as f', 'f.id', 'a.file_id')
      .select('a.feed_id', 'f.id', 'f.name', 'f.type', 'f.size')
      .whereIn('a.feed_id', feedIds)
      .orderBy(['f.name', 'f.id'])
  )
  return grouped(rows)
}

function grouped(rows: readonly (FileInfo & { feed_id: string })[]): Map<string, FileInfo[]> {
  const byEntry = new Map<string, FileInfo[]>()
  for (const { feed_id, id, name, type, size } of rows)
    byEntry.set(feed_id, [...(byEntry.get(feed_id) ?? []), { id, name, type, size: Number(size) }])
  return byEntry
}
