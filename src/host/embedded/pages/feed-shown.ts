/** The feed as a page shows it: who wrote what and when, and what happened to the record, in the reader's language. */
import type { Module } from '../../catalog.js'
import type { FieldValue, FileInfo } from '../../host.js'
import type { ChangedField, CrmFeedEntry } from '../feed.js'
import type { Desk } from './desk.js'
import { filePath, recordPath } from './paths.js'
import { textOf } from './shown.js'

export interface ShownEntry {
  readonly id: string
  readonly kind: 'post' | 'event'
  readonly author: string
  readonly isOutside: boolean
  readonly at: string
  readonly text: string
  readonly internal: boolean
  readonly files: readonly { readonly name: string; readonly size: number; readonly path: string }[]
  /** Where it can be changed or removed; undefined when he may not. */
  readonly changePath: string | undefined
}

/** Oldest first, as in a conversation. */
export async function shownFeed(desk: Desk, module: Module, id: string, limit: number): Promise<ShownEntry[]> {
  const entries = await desk.records.feed(module.name, id, limit)
  return Promise.all(entries.map((entry) => shownEntry(desk, module, entry)))
}

export async function shownEntry(desk: Desk, module: Module, entry: CrmFeedEntry): Promise<ShownEntry> {
  const { id, kind, author, at, internal, files, recordId } = entry
  const fileOf = ({ id: fileId, name, size }: FileInfo) => ({
    name,
    size,
    path: filePath(module.name, recordId, fileId)
  })
  return {
    id,
    kind,
    author: author.name,
    isOutside: author.kind === 'outside',
    at: desk.format.datetime(at),
    text: kind === 'event' ? await eventText(desk, module, entry) : entry.text,
    internal,
    files: files.map(fileOf),
    changePath: mayChange(desk, entry)
      ? `${recordPath(module.name, recordId)}/notes/${encodeURIComponent(id)}`
      : undefined
  }
}

function mayChange({ staff }: Desk, { kind, author }: CrmFeedEntry): boolean {
  const isOwn = author.kind === 'staff' && author.id === staff.id
  return kind === 'post' && (isOwn || staff.isAdministrator)
}

async function eventText(desk: Desk, module: Module, { event, text }: CrmFeedEntry): Promise<string> {
  if (!event) return text
  if (event.kind === 'created') return desk.t('crm:feed.created', { module: module.label })
  const told = await Promise.all(event.fields.map((change) => changeText(desk, module, change)))
  return told.filter((line) => line !== undefined).join('\n')
}

/** References are named without their values, for what an id stands for may not be the reader's to see; but for the staff, who know
 *  each other: whose it was and is (S07). */
async function changeText(desk: Desk, module: Module, { name, from, to }: ChangedField): Promise<string | undefined> {
  const field = module.fields.get(name)
  if (!field) return undefined
  const isOwner = name === module.owner
  if (!isOwner && ['reference', 'longText', 'files'].includes(field.type))
    return desk.t('crm:feed.changedField', { field: field.label })
  const words = async (value: FieldValue): Promise<string> =>
    (isOwner ? await nameOf(desk, value) : textOf(desk, field, value)) || desk.t('crm:value.empty')
  return desk.t('crm:feed.changed', { field: field.label, from: await words(from), to: await words(to) })
}

async function nameOf(desk: Desk, id: FieldValue): Promise<string | undefined> {
  return typeof id === 'string' ? (await desk.users.find(id))?.name : undefined
}
