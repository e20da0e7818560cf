/** Forms of a portal: a new record, a changed one, a copy. Only fields the person may write are in them. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import { isMoney, type NewRecord, type ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid, PorticoError } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import { HostSilent, HostUnavailable, type FieldError } from '../../host/host.js'
import { configuration, releaseOf } from '../configuration.js'
import { filledFields } from '../release-check.js'
import { filling, partFilling } from '../filling.js'
import { showSheet, type Sheet, type Trouble } from './form-sheet.js'
import { readValues, typedForm, typedValue } from './form-values.js'
import { ownerUrl, titleOf } from './record-page.js'
import { isAskedFor } from './reference-choices.js'
import { roomOf, type Room } from './room.js'
import { meet, seenMark, seenName, type Met } from './seen.js'
import { detailSections, shownText } from './shown-value.js'

export function newPage(context: Context): RequestHandler {
  return async (req, res) => {
    const sheet = await newSheet(context, req, res)
    await showSheet(req, res, sheet)
  }
}

export function createRecord(context: Context): RequestHandler {
  return async (req, res) => {
    const blank = await newSheet(context, req, res)
    const sheet = { ...blank, typed: typedForm(blank.fields, req.body) }
    await attempt(req, res, sheet, async () => {
      const { module } = sheet.room
      const values = readValues(sheet.fields, sheet.typed, { timeZone: req.viewer.person.timeZone })
      const id = await records(req.viewer).create(module.name, {
        values,
        ...(await filled(context, req, sheet, values))
      })
      return (await ownerUrl(req, sheet.room, id)) ?? sheet.room.url(module.name, id)
    })
  }
}

export const editPage: RequestHandler = async (req, res) => showSheet(req, res, (await editSheet(req, res)).sheet)

export const changeRecord: RequestHandler = async (req, res) => {
  const { sheet: now, record } = await editSheet(req, res)
  const posted = typedForm(now.fields, req.body)
  const mark: unknown = req.body?.[seenName]
  const sent = { ...now, typed: posted, seen: typeof mark === 'string' ? mark : now.seen }
  if (isAskedFor(req.body)) return showSheet(req, res, sent)
  const { typed, changed } = meet(posted, now.typed, mark)
  if (changed.size > 0) return showSheet(req, res, { ...now, typed }, changedMeanwhile(now.room, record, changed))
  await attempt(req, res, { ...sent, typed }, async () => {
    const values = readValues(now.fields, typed, { timeZone: req.viewer.person.timeZone, before: now.typed })
    if (Object.keys(values).length > 0) await records(req.viewer).change(now.room.module.name, record.id, values)
    return (await ownerUrl(req, now.room, record.id)) ?? now.backUrl
  })
}

/** Somebody was faster (A28): his input stays, and what the record holds now stands beside it. */
function changedMeanwhile({ t, showing }: Room, record: ViewedRecord, changed: Met['changed']): Trouble {
  const errors = [...changed].map(([name, how]): [string, FieldError] => {
    const value = shownText(showing, record, name) || t('portal:form.nothing')
    return [name, { key: `portal:form.changed.${how}`, args: { value } }]
  })
  return { status: 409, errors: Object.fromEntries(errors), notice: t('portal:form.changedMeanwhile') }
}

/** A copy is a new record that begins with the values of this one (Z06). */
export function clonePage(context: Context): RequestHandler {
  return async (req, res) => {
    const sheet = await newSheet(context, req, res)
    const values = await records(req.viewer).cloneOf(sheet.room.module.name, String(req.params['id']))
    const { timeZone } = req.viewer.person
    const typed = Object.fromEntries(
      sheet.fields.map((field) => [field.name, typedValue(field, values[field.name], timeZone)])
    )
    await showSheet(req, res, {
      ...sheet,
      typed,
      heading: sheet.room.t('portal:form.clone', { module: sheet.room.module.label })
    })
  }
}

async function newSheet(context: Context, req: Request, res: Response): Promise<Sheet> {
  const room = await roomOf(req, res)
  const { module, released, t } = room
  if (!released.may.has('create')) throw new Forbidden()
  const of = module.partOf ? String(req.body?._of ?? req.query['_of'] ?? '') : undefined
  const hidden = await ownFields(context, req, room)
  const fields = await writableIn(
    req,
    room,
    released.creatable.filter((name) => !hidden.includes(name))
  )
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, field.default, req.viewer.person.timeZone)])
  )
  const backUrl = module.partOf && of ? room.url(module.partOf.module, of) : room.url(module.name)
  return {
    room,
    of,
    fields,
    typed,
    seen: undefined,
    currencies: currenciesOf(module, fields),
    backUrl,
    heading: t('portal:form.new', { module: module.label }),
    action: room.url(module.name)
  }
}

async function editSheet(req: Request, res: Response): Promise<{ sheet: Sheet; record: ViewedRecord }> {
  const room = await roomOf(req, res)
  const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
  if (!record.may.has('edit')) throw new Forbidden()
  const fields = await writableIn(req, room, [...record.writable])
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, record.values[field.name], req.viewer.person.timeZone)])
  )
  const url = room.url(room.module.name, record.id)
  const sheet = {
    room,
    fields,
    typed,
    seen: seenMark(typed),
    currencies: currenciesOf(room.module, fields, record),
    of: undefined,
    action: url,
    backUrl: url,
    heading: room.t('portal:form.edit', { title: titleOf(room, record) })
  }
  return { sheet, record }
}

/** The record's own currency, else the one that new records begin with. */
function currenciesOf(module: Module, fields: readonly Field[], record?: ViewedRecord): Record<string, string> {
  const isChosenHere = (name: string): boolean => fields.some((field) => field.name === name)
  const amounts = fields.filter(({ type, currency }) => type === 'money' && currency && !isChosenHere(currency))
  const codes = amounts.map(({ name, currency }) => {
    const value = record?.values[name]
    return [name, isMoney(value) ? value.currency : module.fields.get(currency ?? '')?.default] as const
  })
  return Object.fromEntries(codes.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** Fields that Portico fills in by itself. A lookup in the middle of a path stays in the form: somebody may have two accounts. */
async function ownFields(context: Context, req: Request, { module }: Room): Promise<string[]> {
  const release = await releaseFor(context, req, module.name)
  if (!release || release.path.length > 1) return module.owner ? [module.owner] : []
  return filledFields(module, release)
}

async function filled(
  context: Context,
  req: Request,
  { room, of }: Sheet,
  chosen: NewRecord['values']
): Promise<Pick<NewRecord, 'fill' | 'links'>> {
  if (of !== undefined) return partFilling(room.module, of)
  const release = await releaseFor(context, req, room.module.name)
  if (!release) return {}
  const catalog = await context.host.catalog(req.locale)
  return filling(context.kernel, { catalog, release, person: req.viewer.person, chosen })
}

async function releaseFor(context: Context, req: Request, module: string): Promise<ReturnType<typeof releaseOf>> {
  const userType = (await configuration(context.db)).userTypes.get(req.viewer.person.userTypeId ?? '')
  return userType && releaseOf(userType, module)
}

/** In the order of the detail layout. References to modules that aren't released have nothing to choose from and are left out. */
async function writableIn(req: Request, { module }: Room, names: readonly string[]): Promise<Field[]> {
  const released = new Set((await records(req.viewer).modules()).map((one) => one.module.name))
  return detailSections(module, names)
    .flatMap((section) => section.fields)
    .flatMap((name) => module.fields.get(name) ?? [])
    .filter((field) => field.type !== 'reference' || released.has(module.links.get(field.link ?? '')?.to ?? ''))
}

/** Does what was asked and goes on to the page it gives; what can't be taken brings the form back with what was typed. */
async function attempt(req: Request, res: Response, sheet: Sheet, act: () => Promise<string>): Promise<void> {
  if (isAskedFor(req.body)) return showSheet(req, res, sheet)
  try {
    res.redirect(303, await act())
  } catch (error) {
    if (error instanceof Invalid) return showSheet(req, res, sheet, { status: error.status, errors: error.fields })
    const notice = noticeOf(error, sheet.room)
    if (!notice) throw error
    await showSheet(req, res, sheet, notice)
  }
}

/** A refusal of the whole record that other values may mend. */
function noticeOf(error: unknown, { t }: Room): { status: number; notice: string } | undefined {
  if (error instanceof HostSilent) return { status: 503, notice: t('portal:form.silent') }
  if (error instanceof HostUnavailable) return { status: 503, notice: t('portal:form.unavailable') }
  const isMendable = error instanceof PorticoError && (error.key === 'errors.outOfScope' || error.status === 409)
  return isMendable ? { status: error.status, notice: t(error.key, error.args) } : undefined
}
