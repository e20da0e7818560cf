/** Opens a record's form: which fields and line items are in it for this person, and what they hold. */
import type { Request } from 'express'
import { records } from '../../access/records.js'
import type { NewRecord, ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { Forbidden } from '../../errors.js'
import { layoutFor } from '../layouts/placement.js'
import { configuration, releaseOf, type Release } from '../configuration.js'
import { filledFields } from '../user-types/release-check.js'
import { fillingFor } from '../roles/role-filling.js'
import { fillable, tableOfItems, tableOfNew, type Asking } from './form-items.js'
import { chosenKind, fieldOfKind, kindsOf, standardKind, type Kind } from './form-kinds.js'
import type { Sheet } from './form-sheet.js'
import { currenciesOf } from '../../pages/form-inputs.js'
import { typedValue } from '../../pages/form-values.js'
import { itemsOf, mayWrite, partsOf } from './items.js'
import { titleOf } from './record-page.js'
import type { Room } from './room.js'
import { seenMark } from '../../pages/seen.js'

/** The kinds of new records he may choose from. @throws Forbidden without the right to create */
export async function kindsIn(context: Context, req: Request, room: Room): Promise<Kind[]> {
  if (!room.released.may.has('create')) throw new Forbidden()
  const released = { ...room.released, module: room.module }
  return kindsOf(room.layoutSet, released, await releaseFor(context, req, room.module.name), room.t)
}

/** The form for a new record, or for a copy of one. */
export async function newSheet(context: Context, req: Request, room: Room, copied?: ViewedRecord): Promise<Sheet> {
  const { module, released, t } = room
  const asking = await askingOf(req, room)
  const { timeZone } = req.viewer.person
  const kinds = await kindsIn(context, req, room)
  const kind = copied ? kindOfCopy(room, kinds, copied) : chosenKind(req, kinds)
  const release = await releaseFor(context, req, module.name)
  const hidden = ownFields(room, release)
  const names = (kind?.fields ?? released.creatable).filter((name) => !hidden.includes(name))
  const fields = fillable(module, names, asking.released).map((field) => fieldOfKind(kind, field))
  const typed = Object.fromEntries(fields.map((field) => [field.name, typedValue(field, field.default, timeZone)]))
  return {
    room,
    fields,
    typed,
    kind,
    now: undefined,
    record: undefined,
    seen: undefined,
    currencies: currenciesOf(module, fields),
    items: await newTables(req, asking, copied),
    isInSteps: release?.inSteps ?? false,
    step: undefined,
    backUrl: room.url(module.name),
    heading: t('portal:form.new', { module: module.label }),
    action: room.url(module.name)
  }
}

function kindOfCopy({ layoutSet, module }: Room, kinds: readonly Kind[], record: ViewedRecord): Kind | undefined {
  const layout = layoutFor(layoutSet, module, record)
  return kinds.find(({ id }) => id === (layout?.forRecords ? layout.id : standardKind)) ?? kinds.at(-1)
}

/** The tables of line items he may put into a new record; those of a copy begin with the ones he sees. */
async function newTables(req: Request, asking: Asking, copied: ViewedRecord | undefined): Promise<Sheet['items']> {
  const { room } = asking
  const parts = (await partsOf(req, room.module)).filter(({ released }) => released.may.has('create'))
  const present = copied && parts.length > 0 ? await itemsOf(req, room, copied) : []
  return parts.map(({ released }) => {
    const rows = present.find(({ released: { module } }) => module.name === released.module.name)?.rows
    return tableOfNew(asking, released, rows)
  })
}

/** The form for a record as it is now. @throws NotFound, Forbidden where there is nothing in it he may write */
export async function editSheet(context: Context, req: Request, room: Room, id: string): Promise<Sheet> {
  const record = await records(req.viewer).find(room.module.name, id)
  const asking = await askingOf(req, room)
  const items = await itemsOf(req, room, record)
  if (!record.may.has('edit') && !items.some(mayWrite)) throw new Forbidden()
  const fields = record.may.has('edit') ? fillable(room.module, record.writable, asking.released) : []
  const { timeZone } = req.viewer.person
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, record.values[field.name], timeZone)])
  )
  const url = room.url(room.module.name, record.id)
  return {
    room,
    fields,
    typed,
    record,
    now: typed,
    kind: undefined,
    seen: seenMark(typed),
    currencies: currenciesOf(room.module, fields, record),
    items: items.filter(mayWrite).map((one) => tableOfItems(asking, one)),
    isInSteps: (await releaseFor(context, req, room.module.name))?.inSteps ?? false,
    step: undefined,
    action: url,
    backUrl: url,
    heading: room.t('portal:form.edit', { title: titleOf(room, record) })
  }
}

async function askingOf(req: Request, room: Room): Promise<Asking> {
  const released = new Set((await records(req.viewer).modules()).map(({ module }) => module.name))
  return { room, released, timeZone: req.viewer.person.timeZone }
}

/** Fields that Portico fills in by itself. A lookup in the middle of a path stays in the form: somebody may have two accounts. */
function ownFields({ module }: Room, release: Release | undefined): string[] {
  if (!release || release.path.length > 1) return module.owner ? [module.owner] : []
  return filledFields(module, release)
}

/** What Portico puts into the new record: what makes it his, and what makes it one of its kind. */
export async function filled(
  context: Context,
  req: Request,
  { room, kind }: Sheet,
  chosen: NewRecord['values']
): Promise<Pick<NewRecord, 'fill' | 'links'>> {
  const catalog = await context.host.catalog(req.locale)
  const own = await fillingFor(context, { catalog, module: room.module, person: req.viewer.person, chosen })
  return { ...own, fill: { ...own.fill, ...kind?.fill } }
}

async function releaseFor(context: Context, req: Request, module: string): Promise<Release | undefined> {
  const userType = (await configuration(context.db)).userTypes.get(req.viewer.person.userTypeId ?? '')
  return userType && releaseOf(userType, module)
}
