/** Notes on records and their files: without internal ones, and each changed by its author alone (E10, E11, Z28). */
import { Forbidden, NotFound } from '../errors.js'
import type { FeedEntry } from '../host/host.js'
import { feedEntries, forgetAuthor, isAuthor, noteAuthor } from './authorship.js'
import { noteDoing, type DoingKind } from './doings.js'
import { enter } from './entered.js'
import { find } from './reading.js'
import type { Records, ViewedRecord } from './record.js'
import type { Viewer } from './viewer.js'
import { mustWrite, refusedByField } from './writing.js'

/** More than anybody reads on one page. */
const feedLimit = 500

interface Note {
  /** The module of the record it is on, and that record's id. */
  readonly name: string
  readonly id: string
  readonly entryId: string
}

export async function feed(viewer: Viewer, name: string, id: string): Promise<readonly FeedEntry[]> {
  return notesOn(viewer, await find(await enter(viewer, name, 'open'), id))
}

async function notesOn(viewer: Viewer, record: ViewedRecord): Promise<readonly FeedEntry[]> {
  if (!record.may.has('feed')) throw new Forbidden()
  const { module, id } = record
  const entries = await viewer.kernel.host.feed.list(module.name, id, { internal: false, limit: feedLimit })
  return entries.filter((entry) => !entry.internal && entry.kind === 'post')
}

export async function post(
  viewer: Viewer,
  name: string,
  id: string,
  note: { text: string; files: readonly string[] }
): Promise<string> {
  const record = await find(await enter(viewer, name, 'open'), id)
  mustWrite(viewer)
  if (!record.may.has('post')) throw new Forbidden()
  const entry = { module: name, recordId: id, text: note.text, internal: false, files: note.files }
  const entryId = await refusedByField(viewer.kernel.host.feed.post(entry, viewer.actor))
  await noteAuthor(viewer.kernel.db, feedEntries, entryId, viewer.person.id)
  await told(viewer, 'noted', { name, id, entryId })
  return entryId
}

function told(viewer: Viewer, kind: DoingKind, { name, id, entryId }: Note): Promise<void> {
  return noteDoing(viewer, { kind, module: name, recordId: id, entryId })
}

export async function changePost(viewer: Viewer, note: Note, text: string): Promise<void> {
  await ownPost(viewer, note)
  await refusedByField(viewer.kernel.host.feed.change(note.entryId, text, viewer.actor))
  await told(viewer, 'noteChanged', note)
}

export async function removePost(viewer: Viewer, note: Note): Promise<void> {
  await ownPost(viewer, note)
  await viewer.kernel.host.feed.remove(note.entryId, viewer.actor)
  await forgetAuthor(viewer.kernel.db, feedEntries, note.entryId)
  await told(viewer, 'noteRemoved', note)
}

export async function removeFile(viewer: Viewer, note: Note, fileId: string): Promise<void> {
  const { files, text } = await ownPost(viewer, note)
  if (!files.some((one) => one.id === fileId)) throw new NotFound()
  if (text === '' && files.length === 1) return removePost(viewer, note)
  await viewer.kernel.host.files.remove(fileId)
  await told(viewer, 'fileRemoved', note)
}

/** A note on this record that he wrote himself, where he may still write. */
async function ownPost(viewer: Viewer, note: Note): Promise<FeedEntry> {
  const record = await find(await enter(viewer, note.name, 'open'), note.id)
  const entries = await notesOn(viewer, record)
  mustWrite(viewer)
  if (!record.may.has('post')) throw new Forbidden()
  const entry = entries.find((one) => one.id === note.entryId)
  if (!entry || !(await isAuthor(viewer.kernel.db, feedEntries, entry.id, viewer.person.id))) throw new NotFound()
  return entry
}

export async function file(viewer: Viewer, name: string, id: string, fileId: string): ReturnType<Records['file']> {
  const entries = await feed(viewer, name, id)
  const info = entries.flatMap((entry) => entry.files).find((candidate) => candidate.id === fileId)
  if (!info) throw new NotFound()
  return { info, open: () => viewer.kernel.host.files.read(info.id) }
}
