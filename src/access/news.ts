/** The newest notes on all records whose notes a viewer may read, without a look at each of them (E04, E11). */
import type { Module } from '../host/catalog.js'
import type { FeedEntry } from '../host/host.js'
import { column, table } from './columns.js'
import { all, any, ID } from './condition.js'
import { subjectOf, type Entered } from './entered.js'
import { and, join, rowsOf, sql } from './fragment.js'
import { pageOfIds, type Branch } from './plan.js'
import { grantsFor, project, reader, standing } from './projection.js'
import type { News, ViewedRecord } from './record.js'
import type { Viewer } from './viewer.js'

/** So many records of a module, those changed last, are asked for their notes. */
const mostRecords = 100

/** Undefined when no module's notes are his to read at all. */
export async function news(viewer: Viewer, limit: number): Promise<readonly News[] | undefined> {
  const modules = await Promise.all([...viewer.policy.keys()].map((name) => withNotes(viewer, name)))
  const entered = modules.filter((one) => one !== undefined)
  if (entered.length === 0) return undefined
  const found = await Promise.all(entered.map((one) => newsOf(one, limit)))
  const later = (a: News, b: News): number => (a.entry.at < b.entry.at ? 1 : -1)
  return found.flat().toSorted(later).slice(0, limit)
}

async function withNotes(viewer: Viewer, name: string): Promise<Entered | undefined> {
  const subject = await subjectOf(viewer, name)
  const policy = viewer.policy.get(name)
  const isRead = ['open', 'feed'].every((action) => grantsFor(policy, action as 'open' | 'feed').length > 0)
  if (!subject?.module.hasFeed || !policy || !isRead) return undefined
  return { ...subject, viewer, catalog: subject.compiler.catalog, policy }
}

async function newsOf(entered: Entered, limit: number): Promise<News[]> {
  const ids = await changedLast(entered)
  if (ids.length === 0) return []
  const entries = await entered.viewer.kernel.host.feed.recent(entered.module.name, ids, limit)
  const posts = entries.filter(({ internal, kind }) => !internal && kind === 'post')
  const seen = await recordsOf(entered, posts)
  return posts.flatMap((entry) => {
    const record = seen.get(entry.recordId)
    return record ? [{ entry, record }] : []
  })
}

/** Ids of records that some grant opens and some grant lets him read the notes of. */
async function changedLast({ compiler, module, policy, viewer }: Entered): Promise<string[]> {
  const open = any(...grantsFor(policy, 'open').map(({ when }) => when))
  const restrictions = policy.restrictions.map(({ when }) => when)
  const read = grantsFor(policy, 'feed').map(({ when }) => all(when, open, ...restrictions))
  const branches: readonly Branch[] = [{ conditions: read, asked: [] }]
  const order = { field: lastChange(module), descending: true, after: undefined }
  const statement = pageOfIds(compiler, module, branches, order, mostRecords)
  if (!statement) return []
  return (await rowsOf(viewer.kernel.db, statement)).map((row) => String(row['id']))
}

/** Where an index tells in which order records were changed, else the order in which they were made. */
function lastChange({ fields, modifiedAt, createdAt }: Module): Parameters<typeof pageOfIds>[3]['field'] {
  const modified = fields.get(modifiedAt)
  return modified?.sortable ? modified : fields.get(createdAt)!
}

/** The records the notes are on, decided one by one as when they are opened. */
async function recordsOf(entered: Entered, entries: readonly FeedEntry[]): Promise<Map<string, ViewedRecord>> {
  const { compiler, module, policy, viewer } = entered
  const ids = [...new Set(entries.map(({ recordId }) => recordId))]
  if (ids.length === 0) return new Map()
  const projection = project(entered, [module.title], policy.grants)
  const named = join(
    ids.map((id) => sql`${id}`),
    ', '
  )
  const where = and([sql`${column(compiler.dialect, 'r', ID)} in (${named})`, standing(entered, 'r')])
  const statement = sql`select ${projection.columns} from ${table(compiler.dialect, module.table, 'r')} where ${where}`
  const read = reader(entered, projection, { showing: 'open', detailed: false })
  const rows = (await rowsOf(viewer.kernel.db, statement)).map(read)
  return new Map(rows.filter(({ may }) => may.has('open') && may.has('feed')).map((record) => [record.id, record]))
}
