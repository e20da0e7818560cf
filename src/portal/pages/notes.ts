/** Notes as a portal shows them: who wrote what when, with its files, and what of it is the reader's own to change (Z27, Z28). */
import type { Request } from 'express'
import { records } from '../../access/records.js'
import type { ViewedRecord } from '../../access/record.js'
import type { FeedEntry } from '../../host/host.js'
import type { Room } from './room.js'

export interface ShownNote {
  readonly id: string
  readonly author: string
  readonly isOwn: boolean
  readonly isStaff: boolean
  readonly at: string
  readonly text: string
  readonly files: readonly ShownFile[]
  readonly editUrl: string | undefined
  readonly removalUrl: string | undefined
}

export interface ShownFile {
  readonly name: string
  readonly size: number
  readonly url: string
  /** Where its author removes it. */
  readonly removalUrl: string
}

export interface ShownNotes {
  readonly entries: readonly ShownNote[]
  /** Where a new note goes; undefined: he may only read. */
  readonly postUrl: string | undefined
  readonly done: NoteDone | undefined
}

/** What was just done to a note of his, as its page is told by its address. */
export const notesDone = ['posted', 'changed', 'removed', 'fileRemoved'] as const
export type NoteDone = (typeof notesDone)[number]

export async function shownNotes(req: Request, room: Room, record: ViewedRecord): Promise<ShownNotes> {
  const entries = await records(req.viewer).feed(room.module.name, record.id)
  const mayPost = record.may.has('post')
  const { id: reader } = req.viewer.person
  return {
    entries: entries.map((entry) => shownNote(room, record.id, entry, mayPost && isBy(entry, reader))),
    postUrl: mayPost ? room.url(room.module.name, record.id, 'notes') : undefined,
    done: notesDone.find((done) => done === req.query['note'])
  }
}

/** A note of the reader's own on this record. */
export async function ownNote(
  req: Request,
  room: Room,
  recordId: string,
  noteId: string
): Promise<ShownNote | undefined> {
  const entries = await records(req.viewer).feed(room.module.name, recordId)
  const entry = entries.find((one) => one.id === noteId && isBy(one, req.viewer.person.id))
  return entry && shownNote(room, recordId, entry, true)
}

function isBy({ author }: FeedEntry, personId: string): boolean {
  return author.kind === 'outside' && author.id === personId
}

function shownNote({ url, module, showing }: Room, recordId: string, entry: FeedEntry, isOwn: boolean): ShownNote {
  const at = (...rest: string[]): string => url(module.name, recordId, ...rest)
  return {
    id: entry.id,
    author: entry.author.name,
    isOwn,
    isStaff: entry.author.kind === 'staff',
    at: showing.format.datetime(entry.at),
    text: entry.text,
    files: entry.files.map((file) => ({
      name: file.name,
      size: file.size,
      url: at('files', file.id),
      removalUrl: at('notes', entry.id, 'files', file.id, 'removal')
    })),
    editUrl: isOwn ? at('notes', entry.id, 'edit') : undefined,
    removalUrl: isOwn ? at('notes', entry.id, 'removal') : undefined
  }
}
