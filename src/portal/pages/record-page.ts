/** A record in a portal: its values, its line items, what is linked to it, its notes, and its removal. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { Page, ReleasedModule, ViewedRecord } from '../../access/record.js'
import { Forbidden, NotFound, type Invalid } from '../../errors.js'
import type { Link, Module } from '../../host/catalog.js'
import { sendFile } from '../../web/downloads.js'
import { page } from '../../web/render.js'
import { columnsOf, crumbOf, tableOf, type Table } from './list-page.js'
import { shownNotes } from './notes.js'
import { roomOf, type Room } from './room.js'
import { shownSections } from './shown-value.js'

const shortList = 5
const mostItems = 200

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
  const shown = {
    module: crumbOf(room),
    record: { title: titleOf(room, record), sections: shownSections(room.showing, record), ...actionsOf(room, record) },
    badge: badgeOf(room.module, record),
    items: await itemTables(req, room, record),
    related: await relatedTables(req, room, record),
    notes: record.may.has('feed') ? { ...(await shownNotes(req, room, record)), ...refused } : undefined
  }
  await page(res, 'portal/record', shown, { status: refused?.status })
}

/** A file in one of the record's own fields, as a download. */
export const readAttachment: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const [id, field, file] = [String(req.params['id']), String(req.params['field']), String(req.params['file'])]
  const { info, open } = await records(req.viewer).attachment(room.module.name, id, field, file)
  await sendFile(res, info, await open())
}

/** Asks before a record is removed; says nothing about others. */
export const removalPage: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
  if (!record.may.has('delete')) throw new Forbidden()
  await page(res, 'portal/removal', {
    module: { ...crumbOf(room), name: room.module.label },
    record: { title: titleOf(room, record), ...actionsOf(room, record) }
  })
}

export const removeRecord: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const id = String(req.params['id'])
  const owner = await ownerUrl(req, room, id)
  await records(req.viewer).remove(room.module.name, id)
  res.redirect(303, owner ?? room.url(room.module.name))
}

export function titleOf(room: Pick<Room, 't' | 'module'>, record: ViewedRecord): string {
  return record.title || room.t('portal:list.untitled', { module: room.module.label })
}

function actionsOf({ module, released, url }: Room, record: ViewedRecord): Record<string, string | undefined> {
  const at = (action: string): string => url(module.name, record.id, action)
  const mayClone = record.may.has('clone') && released.may.has('create')
  return {
    url: url(module.name, record.id),
    editUrl: record.may.has('edit') ? at('edit') : undefined,
    cloneUrl: mayClone ? at('clone') : undefined,
    removalUrl: record.may.has('delete') ? at('removal') : undefined
  }
}

/** The status of a record, shown beside its title. */
function badgeOf(module: Module, record: ViewedRecord): { label: string; tone: string } | undefined {
  const field = ['status', 'stage'].map((name) => module.fields.get(name)).find((one) => one?.type === 'option')
  return field?.options.find((option) => option.value === record.values[field.name])
}

/** The line items of the record, with a way to add one. */
async function itemTables(
  req: Request,
  room: Room,
  record: ViewedRecord
): Promise<(Table & { newUrl: string | undefined })[]> {
  const parts = await partsOf(req, room.module)
  return Promise.all(
    parts.map(async ({ released, link }) => {
      const columns = columnsOf(released.module, released.fields)
      const found = await records(req.viewer).related(room.module.name, record.id, link.name, {
        fields: columns,
        limit: mostItems
      })
      const isOpen = released.may.has('create') && (record.may.has('edit') || room.released.may.has('create'))
      const newUrl = isOpen
        ? `${room.url(released.module.name, 'new')}?_of=${encodeURIComponent(record.id)}`
        : undefined
      return { ...tableOf({ ...room, module: released.module }, columns, found), newUrl }
    })
  )
}

async function partsOf(req: Request, module: Module): Promise<{ released: ReleasedModule; link: Link }[]> {
  const all = await records(req.viewer).modules()
  return all.flatMap((released) => {
    const link = released.module.partOf?.module === module.name ? linkToParts(module, released.module) : undefined
    return link ? [{ released, link }] : []
  })
}

/** The way from a record to its line items: the far end of the lookup by which they are part of it. */
function linkToParts(module: Module, part: Module): Link | undefined {
  const near = part.links.get(part.partOf?.link ?? '')
  if (near?.storage.kind !== 'column') return undefined
  const { column } = near.storage
  return [...module.links.values()].find(
    ({ to, storage }) => to === part.name && storage.kind === 'reverse' && storage.column === column
  )
}

/** What is linked to the record, of the modules that are released; the first few of each. */
async function relatedTables(
  req: Request,
  room: Room,
  record: ViewedRecord
): Promise<(Table & { moreUrl: string | undefined })[]> {
  const all = await records(req.viewer).modules()
  const links = [...room.module.links.values()].filter((link) => link.cardinality === 'many')
  const tables = await Promise.all(links.map((link) => relatedTable(req, room, record, link, all)))
  return tables.filter((table) => table !== undefined)
}

async function relatedTable(
  req: Request,
  room: Room,
  record: ViewedRecord,
  link: Link,
  all: readonly ReleasedModule[]
): Promise<(Table & { moreUrl: string | undefined }) | undefined> {
  const target = all.find(({ module }) => module.name === link.to)
  if (!target || target.module.partOf) return undefined
  const columns = columnsOf(target.module, target.fields).slice(0, 4)
  const found = await linkedRecords(req, room, record, link, columns)
  if (!found || found.records.length === 0) return undefined
  const moreUrl = found.next ? room.url(room.module.name, record.id, 'related', link.name) : undefined
  return { ...tableOf({ ...room, module: target.module }, columns, found), label: link.label, moreUrl }
}

/** Undefined where the lookup that the link is kept in is hidden from him. */
async function linkedRecords(
  req: Request,
  { module }: Room,
  { id }: ViewedRecord,
  { name }: Link,
  fields: readonly string[]
): Promise<Page | undefined> {
  try {
    return await records(req.viewer).related(module.name, id, name, { fields, limit: shortList })
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** For a line item: the page of the record it is part of. */
export async function ownerUrl(req: Request, room: Room, id: string): Promise<string | undefined> {
  const part = room.module.partOf
  if (!part) return undefined
  const { records: found } = await records(req.viewer).related(room.module.name, id, part.link, {
    limit: 1,
    fields: []
  })
  return found[0] && room.url(part.module, found[0].id)
}
