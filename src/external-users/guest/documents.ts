/** Documents as lists show them: what they are called, and the file with its kind, its size and its date. */
import type { ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { FileInfo } from '../../host/host.js'
import { shownText } from '../../pages/shown-value.js'
import { showingIn, type Room } from './room.js'

export interface ShownDocument {
  readonly id: string
  readonly title: string
  /** Of its page. */
  readonly url: string
  readonly files: readonly ShownFile[]
  /** When it was changed last, where that is released; else ''. */
  readonly changedAt: string
}

export interface ShownFile {
  readonly name: string
  /** `PDF`: the ending of its name, in capitals. */
  readonly kind: string
  /** In bytes. */
  readonly size: number
  readonly url: string
}

/** Those of `ids` that are his at this moment, in this order. */
export async function shownDocuments(room: Room, ids: readonly string[]): Promise<ShownDocument[]> {
  const part = room.world.parts.get('documents')
  if (!part) return []
  const found = await records(room.viewer).findSome(part.module.name, ids)
  return ids.flatMap((id) => {
    const record = found.get(id)
    return record ? [shownDocument(room, record)] : []
  })
}

export function shownDocument(room: Room, record: ViewedRecord): ShownDocument {
  const { module, id } = record
  return {
    id,
    title: documentTitle(room, record),
    url: room.url('documents', id),
    files: filesOf(room, record).map((file) => shownFile(room, id, file)),
    changedAt: shownText(showingIn(room), record, module.modifiedAt)
  }
}

/** What it is called; while that is not released, what its file is called. */
export function documentTitle(room: Room, record: ViewedRecord): string {
  const [file] = filesOf(room, record)
  return record.title || file?.name || room.t('portal:list.untitled', { module: record.module.label })
}

function filesOf({ world }: Room, { values }: ViewedRecord): FileInfo[] {
  const value = values[world.file ?? '']
  return Array.isArray(value) ? value.filter((one): one is FileInfo => typeof one !== 'string') : []
}

function shownFile({ url }: Room, documentId: string, { id, name, size }: FileInfo): ShownFile {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? ''
  return { name, kind: ending.toUpperCase(), size, url: url('documents', documentId, 'files', id) }
}
