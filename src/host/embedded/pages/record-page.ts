/** A record's page: its values, its line items, what is linked to it, what was written on it, and what can be done with it. */
import type { Request, RequestHandler, Response } from 'express'
import { page } from '../../../web/render.js'
import { NotFound } from '../../../errors.js'
import type { Layout, Link, Module } from '../../catalog.js'
import type { FieldError } from '../../host.js'
import type { RecordAction, StaffAction } from '../../../hooks.js'
import type { Crm } from '../crm.js'
import type { CrmRecord } from '../records.js'
import { moduleIn, type Desk } from './desk.js'
import { shownFeed } from './feed-shown.js'
import { linkBoxes, placeOf, toManyLinks, type LinkBox } from './link-boxes.js'
import { listPath, recordPath } from './paths.js'
import { partsIn, partsOf } from './parts.js'
import { recordTable, type Table } from './record-table.js'
import { show, type Shown } from './shown.js'

const shownOfFeed = 100

/** `GET /:module/:id` */
export function showRecord(crm: Crm): RequestHandler {
  return async (req, res) => {
    const module = moduleIn(req)
    const record = await req.desk.records.find(module.name, String(req.params.id))
    await showRecordPage(crm, req, res, { module, record })
  }
}

/** A note as it was typed when it could not be taken. */
export interface TypedNote {
  readonly text: string
  readonly internal: boolean
  readonly errors: Readonly<Record<string, FieldError>>
}

const noNote: TypedNote = { text: '', internal: false, errors: {} }

/** The page of a record, with what was typed into the form of a note. */
export async function showRecordPage(
  crm: Crm,
  req: Request,
  res: Response,
  { module, record, note = noNote }: { module: Module; record: CrmRecord; note?: TypedNote }
): Promise<void> {
  const { desk } = req
  const may = await desk.records.may(module.name, record.id)
  await page(
    res,
    'crm/record',
    {
      module,
      record,
      sections: sectionsOf(desk, module, record),
      state: stateOf(desk, module, record),
      items: await itemsOf(desk, module, record),
      ...(await linked(crm, desk, module, record)),
      place: await placeOf(desk, crm.definitions(), record),
      feed: module.hasFeed ? await shownFeed(desk, module, record.id, shownOfFeed) : undefined,
      note,
      actions: await pluginActions(crm, req, module, record),
      may: { edit: may.has('edit'), delete: may.has('delete'), convert: mayConvert(module, record, may) },
      paths: { list: listPath(module.name), record: recordPath(module.name, record.id) }
    },
    { status: Object.keys(note.errors).length > 0 ? 422 : 200 }
  )
}

function mayConvert(module: Module, record: CrmRecord, may: ReadonlySet<StaffAction>): boolean {
  return module.name === 'Lead' && may.has('edit') && record.values.status !== 'Converted'
}

function sectionsOf(desk: Desk, module: Module, record: CrmRecord): { label: string; values: Shown[] }[] {
  const sections = detailSections(module)
  const placed = new Set(sections.flatMap(({ fields }) => fields))
  const history = ['parentId', 'createdAt', 'createdByName', 'modifiedAt'].filter((name) => !placed.has(name))
  return [...sections, { label: desk.t('crm:record.history'), fields: history }].map(({ label, fields }) => ({
    label,
    values: fields.flatMap((name) => show(desk, module, record, name) ?? [])
  }))
}

/** The sections of the detail layout. */
export function detailSections(module: Module): Layout['sections'] {
  return module.layouts.find(({ kind }) => kind === 'detail')?.sections ?? []
}

/** The badge beside the heading: the first state of the list layout. */
function stateOf(desk: Desk, module: Module, record: CrmRecord): Shown | undefined {
  const states = ['status', 'stage'].flatMap((name) => show(desk, module, record, name) ?? [])
  return states.find(({ kind }) => kind === 'badge')
}

async function itemsOf(desk: Desk, module: Module, record: CrmRecord): Promise<Table | undefined> {
  const parts = partsOf(desk, module)
  if (!parts) return undefined
  return recordTable(desk, parts.module, await partsIn(desk.records, parts, record.id))
}

/** The link that the path names. @throws NotFound */
export function linkIn(req: Request, module: Module): Link {
  const link = toManyLinks(req.desk, module).find(({ name }) => name === req.params.link)
  if (!link) throw new NotFound()
  return link
}

/** The links with records at the other end, and the empty ones. */
async function linked(
  crm: Crm,
  desk: Desk,
  module: Module,
  record: CrmRecord
): Promise<{ links: LinkBox[]; emptyLinks: LinkBox[] }> {
  const boxes = await linkBoxes(desk, crm.definitions(), module, record)
  const isEmpty = ({ table }: LinkBox): boolean => table.rows.length === 0
  return { links: boxes.filter((box) => !isEmpty(box)), emptyLinks: boxes.filter(isEmpty) }
}

async function pluginActions(crm: Crm, req: Request, module: Module, record: CrmRecord): Promise<RecordAction[]> {
  const ask = { module: module.name, id: record.id, staff: req.desk.staff, locale: req.locale }
  const actions = await Promise.all(crm.plugins.map((plugin) => plugin.recordActions(ask)))
  return actions.flat()
}
