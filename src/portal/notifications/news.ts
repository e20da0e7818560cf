/** What of the things that happened a portal user may know now: each is looked at through his own eyes when his mail is made, however
 *  it was when it happened (A24, A50). */
import { NotFound } from '../../errors.js'
import type { FeedEntry } from '../../host/host.js'
import { authorOf } from '../../access/authorship.js'
import { records } from '../../access/records.js'
import type { ViewedRecord } from '../../access/record.js'
import type { Viewer } from '../../access/viewer.js'
import { formatFor } from '../../web/format.js'
import { translator } from '../../web/locale.js'
import { shownText, type Showing } from '../../pages/shown-value.js'
import type { Waiting } from './waiting.js'

/** A record, and what happened to it in the order of time. */
export interface NewsOfRecord {
  readonly record: ViewedRecord
  readonly happened: readonly Happened[]
}

export type Happened =
  | { readonly kind: 'new' }
  /** Fields by their labels, some with what they hold now. */
  | { readonly kind: 'changed'; readonly fields: readonly string[] }
  | { readonly kind: 'answered'; readonly author: string; readonly text: string; readonly files: number }

/** Records in the order in which something happened to them first; without what he may not know. */
export async function newsFor(viewer: Viewer, waiting: readonly Waiting[]): Promise<NewsOfRecord[]> {
  const news: NewsOfRecord[] = []
  for (const rows of byRecord(waiting)) {
    const { module, recordId } = rows[0]!
    const record = await visible(viewer, module, recordId)
    const happened = record ? await happenedTo(viewer, record, rows) : []
    if (record && happened.length > 0) news.push({ record, happened })
  }
  return news
}

function byRecord(waiting: readonly Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>()
  for (const one of waiting) {
    const place = JSON.stringify([one.module, one.recordId])
    groups.set(place, [...(groups.get(place) ?? []), one])
  }
  return [...groups.values()]
}

async function visible(viewer: Viewer, module: string, id: string): Promise<ViewedRecord | undefined> {
  try {
    return await records(viewer).find(module, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

async function happenedTo(viewer: Viewer, record: ViewedRecord, rows: readonly Waiting[]): Promise<Happened[]> {
  const isAnswered = rows.some(({ kind }) => kind === 'answered') && record.may.has('feed')
  const notes = isAnswered ? await records(viewer).feed(record.module.name, record.id) : []
  const told = await Promise.all(rows.map((row) => tell(viewer, record, row, notes)))
  return told.filter((one) => one !== undefined)
}

async function tell(
  viewer: Viewer,
  record: ViewedRecord,
  row: Waiting,
  notes: readonly FeedEntry[]
): Promise<Happened | undefined> {
  switch (row.kind) {
    case 'new': {
      const author = await authorOf(viewer.kernel.db, record.module.name, record.id)
      return author === viewer.person.id ? undefined : { kind: 'new' }
    }
    case 'changed': {
      const fields = row.fields.flatMap((name) => fieldShown(viewer, record, name))
      return fields.length === 0 ? undefined : { kind: 'changed', fields }
    }
    case 'answered': {
      const note = notes.find(({ id, author }) => id === row.entryId && author.kind === 'staff')
      return note && { kind: 'answered', author: note.author.name, text: note.text, files: note.files.length }
    }
  }
}

/** Long values are read in the portal; a state or a day is told at once. */
const toldTypes: readonly string[] = ['option', 'date', 'datetime']

function fieldShown(viewer: Viewer, record: ViewedRecord, name: string): string[] {
  const field = record.module.fields.get(name)
  if (!field || !(name in record.values) || name === record.module.modifiedAt) return []
  const value = toldTypes.includes(field.type) ? shownText(showingTo(viewer), record, name) : ''
  return [value === '' ? field.label : `${field.label}: ${value}`]
}

function showingTo({ person }: Viewer): Showing {
  return {
    t: translator(person.locale),
    format: formatFor(person.locale, person),
    recordUrl: () => undefined,
    fileUrl: () => ''
  }
}
