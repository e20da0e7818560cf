/** Forms of a portal: a new record, a changed one, a copy, each with its line items. Only fields the person may write are in them. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { FieldError } from '../../host/host.js'
import { page } from '../../web/render.js'
import { metTable, splitForm, withBlankRow, withPosted, type Change } from './form-items.js'
import type { Kind } from './form-kinds.js'
import { editSheet, filled, kindsIn, newSheet } from './form-opening.js'
import { saveSheet } from './form-saving.js'
import type { Trouble } from '../../pages/write-trouble.js'
import { showSheet, type Sheet } from './form-sheet.js'
import { errorsIn, stepIn, stepsOf } from './form-steps.js'
import { readForm, typedForm, typedValue } from '../../pages/form-values.js'
import { mostItems } from './items.js'
import { crumbOf } from './list-page.js'
import { isAskedFor } from '../../pages/reference-choices.js'
import { roomOf, type Room } from './room.js'
import { meet, seenName } from '../../pages/seen.js'
import { shownText } from '../../pages/shown-value.js'

export function newPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await formRoom(req, res)
    const kinds = await kindsIn(context, req, room)
    if (kinds.length > 1 && req.query['kind'] === undefined) return chooseKind(res, room, kinds)
    await showSheet(req, res, await newSheet(context, req, room))
  }
}

/** Which layout the new record is for (Z05). */
async function chooseKind(res: Response, room: Room, kinds: readonly Kind[]): Promise<void> {
  const url = (id: string): string =>
    `${room.url(room.module.name, 'new')}?${new URLSearchParams({ kind: id }).toString()}`
  const choices = kinds.map(({ id, name }) => ({ name, url: url(id) }))
  const heading = room.t('portal:form.new', { module: room.module.label })
  await page(res, 'portal/form-kind', { module: crumbOf(room), heading, choices })
}

export function createRecord(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await formRoom(req, res)
    const sheet = asSent(await newSheet(context, req, room), req.body)
    if (await isOnTheWay(req, res, sheet)) return
    await saveSheet(req, res, sheet, {
      renew: (id) => editSheet(context, req, room, id),
      fill: (values) => filled(context, req, sheet, values)
    })
  }
}

export function editPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await formRoom(req, res)
    await showSheet(req, res, await editSheet(context, req, room, String(req.params['id'])))
  }
}

export function changeRecord(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await formRoom(req, res)
    const now = await editSheet(context, req, room, String(req.params['id']))
    const sent = asSent(now, req.body)
    if (await isOnTheWay(req, res, sent)) return
    const { sheet, trouble } = metSheet(now, sent)
    if (trouble) return showSheet(req, res, sheet, trouble)
    await saveSheet(req, res, sheet, { renew: (id) => editSheet(context, req, room, id) })
  }
}

/** A copy is a new record that begins with the values of this one, and its line items with those of its own (Z06). */
export function clonePage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await formRoom(req, res)
    const door = records(req.viewer)
    const record = await door.find(room.module.name, String(req.params['id']))
    const values = await door.cloneOf(room.module.name, record.id)
    const sheet = await newSheet(context, req, room, record)
    const { timeZone } = req.viewer.person
    const typed = Object.fromEntries(
      sheet.fields.map((field) => [field.name, typedValue(field, values[field.name], timeZone)])
    )
    await showSheet(req, res, { ...sheet, typed, heading: room.t('portal:form.clone', { module: room.module.label }) })
  }
}

/** Line items have no forms of their own: they are written with the record they are part of (Z11). @throws NotFound */
async function formRoom(req: Request, res: Response): Promise<Room> {
  const room = await roomOf(req, res)
  if (room.module.partOf) throw new NotFound()
  return room
}

/** The form as it was sent. @throws Invalid for what has no input in it (A14) */
function asSent(sheet: Sheet, body: unknown): Sheet {
  const { own, rows } = splitForm(
    body,
    sheet.items.map(({ module }) => module)
  )
  const mark = own[seenName]
  const items = sheet.items.map((table) => withPosted(table, rows.get(table.module.name) ?? []))
  if (holdsTooMany(items)) throw new Invalid({ items: tooMany })
  return {
    ...sheet,
    typed: typedForm(sheet.fields, own),
    items,
    seen: typeof mark === 'string' ? mark : sheet.seen,
    step: own['_step']
  }
}

const tooMany: FieldError = { key: 'portal:items.tooMany', args: { max: mostItems } }

/** Standing rows and new ones (A48). Those that stand already are as many as they are. */
function holdsTooMany(items: Sheet['items']): boolean {
  const rows = items.flatMap((table) => table.rows)
  return rows.length > mostItems && rows.some(({ record }) => record === undefined)
}

/** The form was sent for something else than to be saved: to search for a lookup's records, for another row, for another step. */
async function isOnTheWay(req: Request, res: Response, sheet: Sheet): Promise<boolean> {
  const { _add, _go } = (req.body ?? {}) as { _add?: unknown; _go?: unknown }
  const steps = stepsOf(sheet)
  const index = stepIn(steps, sheet.step)
  if (isAskedFor(req.body)) await showSheet(req, res, sheet)
  else if (_add !== undefined) await showWithRow(req, res, sheet, _add)
  else if (_go === 'back') await showSheet(req, res, { ...sheet, step: String(index - 1) })
  else if (_go === 'next') await showNext(req, res, sheet, index)
  else return false
  return true
}

function withRow(sheet: Sheet, name: unknown): Sheet {
  const items = sheet.items.map((table) => (table.module.name === name ? withBlankRow(table) : table))
  return { ...sheet, items }
}

async function showWithRow(req: Request, res: Response, sheet: Sheet, name: unknown): Promise<void> {
  const longer = withRow(sheet, name)
  const notice = sheet.room.t(tooMany.key, { ...tooMany.args })
  if (holdsTooMany(longer.items)) await showSheet(req, res, sheet, { status: 422, notice })
  else await showSheet(req, res, longer)
}

/** On to the next step, once this one can be taken. */
async function showNext(req: Request, res: Response, sheet: Sheet, index: number): Promise<void> {
  const step = stepsOf(sheet)[index]
  const read = readForm(sheet.fields, sheet.typed, { timeZone: req.viewer.person.timeZone, before: sheet.now })
  const errors = step ? errorsIn(step, read.errors) : {}
  if (Object.keys(errors).length > 0) return showSheet(req, res, sheet, { status: 422, errors })
  await showSheet(req, res, { ...sheet, step: String(index + 1) })
}

/** What was typed, beside what others changed in the record since the form was shown (A28). */
function metSheet(now: Sheet, sent: Sheet): { sheet: Sheet; trouble: Trouble | undefined } {
  const own = meet(sent.typed, now.typed, sent.seen)
  const tables = sent.items.map(metTable)
  const ofItems = tables.flatMap(({ changed }) => [...changed])
  const ofRecord = [...own.changed].map(([field, how]): [string, Change] => [
    field,
    { record: now.record!, field, how }
  ])
  const sheet = { ...sent, typed: own.typed, items: tables.map(({ table }) => table) }
  const changed = new Map([...ofRecord, ...ofItems])
  const gone = sent.items.some((table) => table.gone > 0)
  if (changed.size === 0 && !gone) return { sheet, trouble: undefined }
  return { sheet: { ...sheet, seen: now.seen }, trouble: changedMeanwhile(now.room, changed, gone) }
}

/** Somebody was faster (A28): his input stays, and what the record holds now stands beside it. */
function changedMeanwhile({ t, showing }: Room, changed: ReadonlyMap<string, Change>, gone: boolean): Trouble {
  const errors = [...changed].map(([name, { record, field, how }]): [string, FieldError] => {
    const value = shownText(showing, record, field) || t('portal:form.nothing')
    return [name, { key: `portal:form.changed.${how}`, args: { value } }]
  })
  const notice = t(gone ? 'portal:form.rowsGone' : 'portal:form.changedMeanwhile')
  return { status: 409, errors: Object.fromEntries(errors), notice }
}
