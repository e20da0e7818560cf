/** A record in a portal: its values, its line items, what is linked to it, its notes, and its removal. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { ViewedRecord } from '../../access/record.js'
import { Forbidden, NotFound, type Invalid } from '../../errors.js'
import { sendOpenFile } from '../../pages/file-sending.js'
import { page } from '../../web/render.js'
import { tableOf, type Table } from '../../pages/record-table.js'
import { crumbOf } from './list-page.js'
import { itemsOf, mayWrite, type Items } from './items.js'
import { linkedTables } from './linked-lists.js'
import { shownNotes } from './notes.js'
import { roomOf, type Room } from './room.js'
import { statusOf } from '../../pages/shown-value.js'
import { sectionsOfRecord } from './shown-record.js'

export const recordPage: RequestHandler = (req, res) => showRecord(req, res)

/** A note that was not taken, to be shown again. */
export interface RefusedNote {
  readonly draft: string
  readonly status: number
  readonly errors: Invalid['fields']
  /** Why it was not taken, where no field is to blame. */
  readonly notice: string | undefined
}

export async function showRecord(req: Request, res: Response, refused?: RefusedNote): Promise<void> {
  const room = await roomOf(req, res)
  const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
  const items = await itemsOf(req, room, record)
  const shown = {
    module: crumbOf(room),
    record: {
      title: titleOf(room, record),
      sections: sectionsOfRecord(room, record),
      ...actionsOf(room, record, items)
    },
    badge: statusOf(record),
    saved: req.query['saved'] === '1' && !refused,
    items: items.map((one) => itemTable(room, record, one)),
    related: await linkedTables(req, room, record),
    notes: record.may.has('feed') ? { ...(await shownNotes(req, room, record)), ...refused } : undefined
  }
  await page(res, 'portal/record', shown, { status: refused?.status })
}

/** A file in one of the record's own fields, as a download. */
export const readAttachment: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const [id, field, file] = [String(req.params['id']), String(req.params['field']), String(req.params['file'])]
  await sendOpenFile(req, res, (door) => door.attachment(room.module.name, id, field, file))
}

/** Asks before a record is removed; says nothing about others. */
export const removalPage: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  if (room.module.partOf) throw new NotFound()
  const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
  if (!record.may.has('delete')) throw new Forbidden()
  await page(res, 'portal/removal', {
    module: { ...crumbOf(room), name: room.module.label },
    record: { title: titleOf(room, record), ...actionsOf(room, record) }
  })
}

export const removeRecord: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  if (room.module.partOf) throw new NotFound()
  await records(req.viewer).remove(room.module.name, String(req.params['id']))
  res.redirect(303, `${room.url(room.module.name)}?removed=1`)
}

export function titleOf(room: Pick<Room, 't' | 'module'>, record: ViewedRecord): string {
  return record.title || room.t('portal:list.untitled', { module: room.module.label })
}

/** None for a line item: it is written with the record it is part of (Z11). */
function actionsOf(
  { module, released, url }: Room,
  record: ViewedRecord,
  items: readonly Items[] = []
): Record<string, string | undefined> {
  const at = (action: string): string => url(module.name, record.id, action)
  if (module.partOf) return { url: url(module.name, record.id) }
  const mayClone = record.may.has('clone') && released.may.has('create')
  return {
    url: url(module.name, record.id),
    editUrl: record.may.has('edit') || items.some(mayWrite) ? at('edit') : undefined,
    cloneUrl: mayClone ? at('clone') : undefined,
    removalUrl: record.may.has('delete') ? at('removal') : undefined
  }
}

/** The line items of the record, with a way to change them. */
function itemTable(
  room: Room,
  record: ViewedRecord,
  items: Items
): Table & { editUrl: string | undefined; anchor: string } {
  const { module } = items.released
  const found = { records: items.rows, next: undefined }
  const anchor = `items-${module.name}`
  const editUrl = mayWrite(items) ? `${room.url(room.module.name, record.id, 'edit')}#${anchor}` : undefined
  return { ...tableOf({ ...room, module }, items.columns, found), editUrl, anchor }
}
