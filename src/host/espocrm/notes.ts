/** Reads EspoCRM's stream notes of records by SQL. What is no note on a record is not there: posts to users, teams or
 *  everybody (they have a target), e-mails, removed notes. */
import type { Knex } from 'knex'
import type { Catalog, Module } from '../catalog.js'
import type { FeedEntry, FileInfo } from '../host.js'
import type { Authors } from './authors.js'
import type { Espo } from './espo.js'
import { eventTypes, sentenceOf, type EventType } from './notes-events.js'
import { isShortened, withWholeAddresses } from './note-addresses.js'

/** EspoCRM shows its portal users less than the staff: no internal notes. Here lines of EspoCRM's own are for staff as well,
 *  for they tell values and other records; only that a record was created is for all (E10). */
const isPublic = `n.is_internal = 0 and n.related_id is null and n.type in ('Post', 'Create')`

/** All notes on records, to be narrowed. Newest first. */
export function notes(db: Knex): Knex.QueryBuilder {
  return db('note as n')
    .where({ 'n.deleted': 0 })
    .whereNull('n.target_type')
    .whereNotNull('n.parent_type')
    .whereNotNull('n.parent_id')
    .whereIn('n.type', ['Post', ...eventTypes])
    .orderBy('n.number', 'desc')
}

/** Leaves the notes that people outside may read. */
export function onlyPublic(query: Knex.QueryBuilder): Knex.QueryBuilder {
  return query.whereRaw(isPublic)
}

/** The entries that `query` (of `notes`) finds, oldest first. */
export async function entriesOf(
  espo: Espo,
  query: Knex.QueryBuilder,
  outsideOf: Authors['outsideOf']
): Promise<FeedEntry[]> {
  const catalog = await espo.catalog('en')
  const rows = (await selectNotes(espo.db, query, partsOfNames(catalog))).reverse()
  const files = await filesOf(
    espo.db,
    rows.map((row) => row.id)
  )
  const outside = await outsideOf(portalUsers(rows))
  const siteUrl = rows.some((row) => isShortened(row.post ?? '')) ? (await espo.settings()).siteUrl : ''
  return rows.map((row) => ({
    id: row.id,
    module: row.parent_type,
    recordId: row.parent_id,
    kind: row.type === 'Post' ? 'post' : 'event',
    text: textOf(catalog, siteUrl, row),
    internal: row.internal === 1,
    at: row.created_at ?? '',
    author: authorOf(row, outside),
    files: files.get(row.id) ?? []
  }))
}

interface NoteRow {
  readonly id: string
  readonly type: 'Post' | EventType
  readonly post: string | null
  readonly data: string | null
  readonly parent_type: string
  readonly parent_id: string
  readonly related_type: string | null
  readonly created_at: string | null
  readonly internal: number
  readonly author_id: string | null
  readonly author_type: string | null
  readonly author_user_name: string | null
}

/** A person's name comes part by part, under `part0`, `part1` … */
type NamedRow = NoteRow & Readonly<Record<string, unknown>>

/** The author may be removed by now; he wrote it all the same. */
async function selectNotes(db: Knex, query: Knex.QueryBuilder, nameColumns: readonly string[]): Promise<NamedRow[]> {
  const parts = Object.fromEntries(nameColumns.map((column, index) => [`part${index}`, `u.${column}`]))
  const rows: unknown = await query
    .leftJoin('user as u', 'u.id', 'n.created_by_id')
    .select('n.id', 'n.type', 'n.post', 'n.data', 'n.parent_type', 'n.parent_id', 'n.related_type', 'n.created_at')
    .select({ author_id: 'u.id', author_type: 'u.type', author_user_name: 'u.user_name', ...parts })
    .select(db.raw(`case when ${isPublic} then 0 else 1 end as internal`))
  return rows as NamedRow[]
}

/** People are called in the order of names that EspoCRM is set to. */
function partsOfNames(catalog: Catalog): readonly string[] {
  const user: Module | undefined = catalog.modules.get('User')
  const storage = user?.fields.get(user.title)?.storage
  return storage?.kind === 'joined' ? storage.columns : ['first_name', 'last_name']
}

function portalUsers(rows: readonly NoteRow[]): string[] {
  const ids = rows.flatMap((row) => (row.author_type === 'portal' && row.author_id !== null ? [row.author_id] : []))
  return [...new Set(ids)]
}

function textOf(catalog: Catalog, siteUrl: string, row: NoteRow): string {
  const { type, post, data, parent_type: parentType, related_type: relatedType } = row
  if (type === 'Post') return withWholeAddresses(post ?? '', siteUrl)
  return sentenceOf(catalog, { type, parentType, relatedType, data })
}

/** Users of type portal are people outside, with an id of ours or without; API users and EspoCRM itself are nobody. */
function authorOf(row: NamedRow, outside: ReadonlyMap<string, string>): FeedEntry['author'] {
  const name = nameOf(row)
  switch (row.author_type) {
    case 'regular':
    case 'admin':
    case 'super-admin':
      return { kind: 'staff', id: row.author_id ?? undefined, name }
    case 'portal':
      return { kind: 'outside', id: outside.get(row.author_id ?? ''), name }
    default:
      return { kind: 'system', id: undefined, name: name || 'System' }
  }
}

function nameOf(row: NamedRow): string {
  const parts = Object.entries(row).filter(([column]) => /^part\d+$/.test(column))
  return (
    parts
      .map(([, part]) => part)
      .filter(Boolean)
      .join(' ') ||
    (row.author_user_name ?? '')
  )
}

async function filesOf(db: Knex, noteIds: readonly string[]): Promise<Map<string, FileInfo[]>> {
  if (noteIds.length === 0) return new Map()
  const rows = (await db('attachment')
    .select('id', 'name', 'type', 'size', 'parent_id')
    .where({ parent_type: 'Note', field: 'attachments', role: 'Attachment', deleted: 0, is_being_uploaded: 0 })
    .whereIn('parent_id', [...noteIds])
    .orderBy(['created_at', 'id'])) as AttachmentRow[]
  const byNote = new Map<string, FileInfo[]>()
  for (const row of rows) byNote.set(row.parent_id, [...(byNote.get(row.parent_id) ?? []), fileInfo(row)])
  return byNote
}

interface AttachmentRow {
  readonly id: string
  readonly name: string | null
  readonly type: string | null
  readonly size: number | null
  readonly parent_id: string
}

function fileInfo({ id, name, type, size }: AttachmentRow): FileInfo {
  return { id, name: name ?? id, type: type ?? 'application/octet-stream', size: Number(size) }
}
