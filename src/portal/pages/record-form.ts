/** Forms of a portal: a new record, a changed one, a copy. Only fields the person may write are in them. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { NewRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid, PorticoError } from '../../errors.js'
import type { Field } from '../../host/catalog.js'
import { HostUnavailable, type FieldError } from '../../host/host.js'
import { page } from '../../web/render.js'
import { configuration, releaseOf } from '../configuration.js'
import { filledFields } from '../release-check.js'
import { filling, partFilling } from '../filling.js'
import { readValues, typedForm, typedValue, type Typed } from './form-values.js'
import { crumbOf } from './list-page.js'
import { ownerUrl, titleOf } from './record-page.js'
import { choicesFor, isAskedFor } from './reference-choices.js'
import { roomOf, type Room } from './room.js'
import { detailSections } from './shown-value.js'

type TypedForm = Readonly<Record<string, Typed>>

/** A form, ready to be shown. */
interface Sheet {
  readonly room: Room
  readonly heading: string
  readonly fields: readonly Field[]
  readonly typed: TypedForm
  readonly action: string
  readonly backUrl: string
  /** For a line item: the record it is part of. */
  readonly of: string | undefined
}

export function newPage(context: Context): RequestHandler {
  return async (req, res) => {
    const sheet = await newSheet(context, req, res)
    await show(req, res, sheet)
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

export const editPage: RequestHandler = async (req, res) => show(req, res, await editSheet(req, res))

export const changeRecord: RequestHandler = async (req, res) => {
  const shown = await editSheet(req, res)
  const sheet = { ...shown, typed: typedForm(shown.fields, req.body) }
  await attempt(req, res, sheet, async () => {
    const values = readValues(sheet.fields, sheet.typed, { timeZone: req.viewer.person.timeZone, before: shown.typed })
    const id = String(req.params['id'])
    if (Object.keys(values).length > 0) await records(req.viewer).change(sheet.room.module.name, id, values)
    return (await ownerUrl(req, sheet.room, id)) ?? sheet.backUrl
  })
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
    await show(req, res, {
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
    backUrl,
    heading: t('portal:form.new', { module: module.label }),
    action: room.url(module.name)
  }
}

async function editSheet(req: Request, res: Response): Promise<Sheet> {
  const room = await roomOf(req, res)
  const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
  if (!record.may.has('edit')) throw new Forbidden()
  const fields = await writableIn(req, room, [...record.writable])
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, record.values[field.name], req.viewer.person.timeZone)])
  )
  const url = room.url(room.module.name, record.id)
  return {
    room,
    fields,
    typed,
    of: undefined,
    action: url,
    backUrl: url,
    heading: room.t('portal:form.edit', { title: titleOf(room, record) })
  }
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
  if (isAskedFor(req.body)) return show(req, res, sheet)
  try {
    res.redirect(303, await act())
  } catch (error) {
    if (error instanceof Invalid) return show(req, res, sheet, { status: error.status, errors: error.fields })
    const notice = noticeOf(error, sheet.room)
    if (!notice) throw error
    await show(req, res, sheet, notice)
  }
}

/** A refusal of the whole record that other values may mend. */
function noticeOf(error: unknown, { t }: Room): { status: number; notice: string } | undefined {
  if (error instanceof HostUnavailable) return { status: 503, notice: t('errors.hostUnavailable') }
  const isMendable = error instanceof PorticoError && (error.key === 'errors.outOfScope' || error.status === 409)
  return isMendable ? { status: error.status, notice: t(error.key, error.args) } : undefined
}

interface Trouble {
  readonly status?: number
  readonly errors?: Readonly<Record<string, FieldError>>
  readonly notice?: string
}

async function show(req: Request, res: Response, sheet: Sheet, trouble: Trouble = {}): Promise<void> {
  const { room, heading, action, backUrl, of } = sheet
  const sections = await sectionsOf(req, sheet, trouble.errors ?? {})
  const form = {
    heading,
    action,
    backUrl,
    of,
    sections,
    notice: trouble.notice ?? (trouble.errors && room.t('portal:form.mend'))
  }
  await page(res, 'portal/form', { module: crumbOf(room), form }, { status: trouble.status })
}

async function sectionsOf(
  req: Request,
  { room, fields, typed }: Sheet,
  errors: Readonly<Record<string, FieldError>>
): Promise<{ label: string; inputs: object[] }[]> {
  const byName = new Map(fields.map((field) => [field.name, field]))
  const sections = detailSections(room.module, [...byName.keys()])
  return Promise.all(
    sections.map(async ({ label, fields: names }) => ({
      label,
      inputs: await Promise.all(
        names.map((name) => inputFor(req, room, byName.get(name)!, typed[name] ?? '', errors[name]))
      )
    }))
  )
}

/** What the field's partial takes. */
async function inputFor(
  req: Request,
  room: Room,
  field: Field,
  value: Typed,
  error: FieldError | undefined
): Promise<object> {
  const choices = field.type === 'reference' ? await choicesFor(req, room, field, String(value)) : undefined
  return {
    name: field.name,
    label: field.label,
    required: field.required,
    value,
    error,
    ...inputKind(room, field, value),
    ...choices
  }
}

function inputKind({ t }: Room, field: Field, value: Typed): object {
  const attrs = { maxlength: field.maxLength, min: field.min, max: field.max }
  const none = { value: '', label: t('portal:form.none') }
  switch (field.type) {
    case 'longText':
      return { type: 'textarea', attrs: { maxlength: field.maxLength, rows: 6 } }
    case 'option':
      return { type: 'select', options: field.required && value !== '' ? field.options : [none, ...field.options] }
    case 'options':
      return { type: 'multiselect', options: field.options }
    case 'integer':
      return { type: 'number', attrs: { ...attrs, step: 1 } }
    case 'number':
    case 'money':
      return {
        type: 'number',
        attrs: { ...attrs, step: field.decimals ? 10 ** -field.decimals : 'any', inputmode: 'decimal' }
      }
    case 'boolean':
      return { type: 'checkbox' }
    case 'datetime':
      return { type: 'datetime-local' }
    case 'phone':
      return { type: 'tel', attrs }
    case 'reference':
      return { type: 'select' }
    default:
      return { type: field.type, attrs }
  }
}
