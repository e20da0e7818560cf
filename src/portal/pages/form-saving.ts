/** Saves a form: the record and its line items in one go, everything judged before anything is written; what can't be taken brings the
 *  form back with what was typed, and says exactly what was saved where the CRM stopped half-way (Z11). */
import type { Request, Response } from 'express'
import { records } from '../../access/records.js'
import type { NewRecord } from '../../access/record.js'
import { Stopped, type Write } from '../../access/together.js'
import { Invalid } from '../../errors.js'
import { HostSilent, HostUnavailable, type FieldError, type FieldValue } from '../../host/host.js'
import { prefixOf, withWaiting, writesOf, type ItemWrite } from './form-items.js'
import { troubleOf, type Trouble } from '../../pages/write-trouble.js'
import { placeOf, showSheet, type Sheet } from './form-sheet.js'
import { readForm } from '../../pages/form-values.js'

/** Line items are the last step. */
const lastStep = '999'

type Values = Readonly<Record<string, FieldValue>>
type Errors = Record<string, FieldError>

export interface Saving {
  /** The form for the record as the CRM holds it now. */
  renew(id: string): Promise<Sheet>
  /** For a new record: what Portico puts in beside the chosen values. */
  fill?(chosen: Values): Promise<Pick<NewRecord, 'fill' | 'links'>>
}

/** The record's own write, if it has one, and those of its line items. */
interface Plan {
  readonly own: Write | undefined
  readonly items: readonly ItemWrite[]
}

export async function saveSheet(req: Request, res: Response, sheet: Sheet, saving: Saving): Promise<void> {
  try {
    const plan = await planOf(req, sheet, saving)
    await run(req, res, sheet, plan, saving)
  } catch (error) {
    const trouble = troubleOf(sheet.room.t, error)
    if (!trouble) throw error
    await showSheet(req, res, sheet, trouble)
  }
}

/** @throws Invalid with everything that can't be taken. */
async function planOf(req: Request, sheet: Sheet, { fill }: Saving): Promise<Plan> {
  const { timeZone } = req.viewer.person
  const { values, errors } = readForm(sheet.fields, sheet.typed, { timeZone, before: sheet.now })
  const tables = sheet.items.map((table) => writesOf(table, { timeZone, ownerId: sheet.record?.id }))
  Object.assign(errors, ...tables.map((one) => one.errors))
  if (Object.keys(errors).length > 0) throw new Invalid(errors)
  const own = await ownWrite(sheet, values, fill)
  return { own, items: tables.flatMap(({ writes }) => writes) }
}

async function ownWrite({ room, record }: Sheet, values: Values, fill: Saving['fill']): Promise<Write | undefined> {
  const module = room.module.name
  if (!record) return { kind: 'create', module, record: { values, ...(await fill?.(values)) } }
  return Object.keys(values).length > 0 ? { kind: 'change', module, id: record.id, values } : undefined
}

async function run(req: Request, res: Response, sheet: Sheet, plan: Plan, saving: Saving): Promise<void> {
  const writes = [...(plan.own ? [plan.own] : []), ...plan.items.map(({ write }) => write)]
  try {
    const [first] = await records(req.viewer).together(writes)
    const id = sheet.record?.id ?? first ?? ''
    res.redirect(303, `${sheet.room.url(sheet.room.module.name, id)}?saved=1`)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    if (error.done.size === 0) throw refusalOf(plan, error)
    await showRest(req, res, sheet, { plan, stopped: error, saving })
  }
}

/** Nothing was written: one refusal with all inputs at fault, or what kept the first write from being done. */
function refusalOf(plan: Plan, { refused }: Stopped): unknown {
  const errors: Errors = {}
  for (const [place, cause] of refused) {
    if (!(cause instanceof Invalid)) return cause
    Object.assign(errors, named(cause, itemAt(plan, place)?.prefix))
  }
  return new Invalid(errors)
}

function named({ fields }: Invalid, prefix = ''): Errors {
  return Object.fromEntries(Object.entries(fields).map(([name, error]) => [prefix + name, error]))
}

/** The row that asked for the write at this place; undefined for the record's own. */
function itemAt({ own, items }: Plan, place: number): ItemWrite | undefined {
  return items[place - (own ? 1 : 0)]
}

interface Rest {
  readonly plan: Plan
  readonly stopped: Stopped
  readonly saving: Saving
}

/** A part was written before the CRM stopped: the form goes on with the record as it is now, and with the rows that still wait. */
async function showRest(req: Request, res: Response, sheet: Sheet, { plan, stopped, saving }: Rest): Promise<void> {
  const id = sheet.record?.id ?? stopped.done.get(0) ?? ''
  const fresh = await saving.renew(id)
  const waiting = plan.items.filter((_, index) => !stopped.done.has(index + (plan.own ? 1 : 0)))
  const rest: Sheet = { ...fresh, items: fresh.items.map((table) => withWaiting(table, waiting)), step: lastStep }
  await showSheet(req, res, rest, restTrouble(rest, plan, stopped))
}

function restTrouble(rest: Sheet, plan: Plan, { done, refused }: Stopped): Trouble {
  const { room } = rest
  const [[place, cause] = [0, undefined]] = refused
  const halted = itemAt(plan, place)
  const prefix = halted && prefixIn(rest, halted)
  const saved = [...done].map(([at, id]) => savedName(rest, itemAt(plan, at), id))
  const args = { saved: saved.join(', '), stopped: prefix ? nameOf(rest, prefix) : room.module.label }
  const key = cause instanceof HostSilent ? 'silent' : cause instanceof HostUnavailable ? 'unavailable' : 'refused'
  const errors = cause instanceof Invalid ? named(cause, prefix) : {}
  const status = cause instanceof HostUnavailable ? 503 : 422
  return { status, errors, notice: room.t(`portal:form.partly.${key}`, args) }
}

/** What was saved, by the place where it stands in the form now. */
function savedName(rest: Sheet, item: ItemWrite | undefined, id: string): string {
  if (!item) return rest.room.module.label
  if (item.write.kind === 'remove') return rest.room.t('portal:items.removed', { items: item.table.labelPlural })
  const table = rest.items.find(({ module }) => module.name === item.table.name)
  return placeOf(rest.room, item.table, 1 + (table?.rows.findIndex(({ record }) => record?.id === id) ?? 0))
}

function prefixIn({ items }: Sheet, { table, row }: ItemWrite): string {
  const rows = items.find(({ module }) => module.name === table.name)?.rows ?? []
  const index = rows.findIndex((one) => one === row || (row.record !== undefined && one.record?.id === row.record.id))
  return prefixOf(table, Math.max(index, 0))
}

function nameOf({ room, items }: Sheet, prefix: string): string {
  const [name = '', number = ''] = prefix.split('.')
  const table = items.find(({ module }) => module.name === name)
  return table ? placeOf(room, table.module, Number(number)) : room.module.label
}
