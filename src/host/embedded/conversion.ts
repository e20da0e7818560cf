/** Lead conversion: a lead becomes a contact, and with it an account and a deal, in one transaction. */
import { PorticoError } from '../../errors.js'
import type { Owners, Sql } from '../../hooks.js'
import type { Actor, FieldValue } from '../host.js'
import { scopesToDo, type Gate } from './gate.js'
import type { Model } from './model.js'
import { isAmong } from './ownership.js'
import type { Reader } from './reading.js'
import { titleOf } from './titles.js'
import type { Converted, ConvertOptions, Values } from './records.js'
import { insertRow, mustHoldWithin, updateRow, type Kind, type Pen } from './rows.js'
import { columnOf, columnsFrom, valuesOf, type Columns } from './values.js'
import type { Writer } from './writing.js'

interface Doors {
  readonly model: () => Promise<Model>
  readonly actor: Actor
  readonly gate: Gate
  readonly reader: Reader
  readonly writer: Writer
}

/** The right to change the lead and to create each of the new records is asked first.
 *  @throws NotFound, Forbidden, HostRefused, PorticoError `errors.leadConverted` (409) */
export async function convertLead(
  { model, actor, gate, reader, writer }: Doors,
  id: string,
  options: ConvertOptions
): Promise<Converted> {
  const known = await model()
  const lead = known.module('Lead')
  await reader.mustAllow(lead.module, id, 'edit')
  const owners = new Map<string, Owners | undefined>()
  for (const name of created(options)) {
    await gate.mustAllow(name, undefined, 'create')
    owners.set(name, await gate.owners(name))
  }
  if (options.accountId !== undefined) await reader.rowOf(known.module('Account').module, options.accountId)
  const mine = await scopesToDo(gate, 'Lead', 'edit')
  return writer.withPen((pen) => convert(pen, { lead, mine, actor, owners }, id, options))
}

function created({ createAccount, createDeal, accountId }: ConvertOptions): string[] {
  return ['Contact', ...(createAccount && accountId === undefined ? ['Account'] : []), ...(createDeal ? ['Deal'] : [])]
}

interface Conversion {
  readonly lead: Kind
  /** What must hold of the lead. */
  readonly mine: readonly Sql[]
  readonly actor: Actor
  /** To whom what it becomes may be assigned, by module. */
  readonly owners: ReadonlyMap<string, Owners | undefined>
}

async function convert(pen: Pen, conversion: Conversion, id: string, options: ConvertOptions): Promise<Converted> {
  const { lead, mine } = conversion
  const row = await mustHoldWithin(pen, lead.module, id, mine)
  const values = valuesOf(lead.module, row)
  if (values['convertedContact'] || values['status'] === 'Converted')
    throw new PorticoError('errors.leadConverted', { status: 409 })
  const company = typeof values['company'] === 'string' ? values['company'] : undefined
  const isNewAccount = options.createAccount && options.accountId === undefined && company !== undefined
  const accountId = isNewAccount
    ? await inherit(pen, conversion, values, 'Account', { name: company })
    : options.accountId
  const contactId = await inherit(pen, conversion, values, 'Contact', { account: accountId ?? null })
  const deal = { name: company ?? titleOf(lead.module, values), account: accountId ?? null, contact: contactId }
  const dealId = options.createDeal ? await inherit(pen, conversion, values, 'Deal', deal) : undefined
  await updateRow(pen, lead, row, outcome(lead, pen.at, contactId, accountId))
  await pen.emit(pen.trx, { kind: 'lead.converted', id, contactId, accountId, answers: options.answers })
  return { contactId, accountId, dealId }
}

/** Creates a record of the module `name` with the lead's values in the fields both have, and `own` ones. */
async function inherit(
  pen: Pen,
  conversion: Conversion,
  values: Values,
  name: string,
  own: Readonly<Record<string, FieldValue>>
): Promise<string> {
  const kind = pen.model.module(name)
  const { lead } = conversion
  const shared = Object.keys(lead.definition.fields).filter((field) => isShared(lead, kind, field))
  const inherited = Object.fromEntries(shared.map((field) => [field, values[field] ?? null]))
  const wanted = Object.fromEntries(
    Object.entries({ ...inherited, ...heir(conversion, kind, values), ...own }).filter(
      ([field, value]) => kind.module.fields.has(field) && value !== null
    )
  )
  return insertRow(pen, kind, columnsFrom({ ...kind, values: wanted, isNew: true, isTrusted: true }))
}

/** The lead's owner; or whoever converts it, where he may not assign such a record to him (S07). */
function heir({ actor, owners }: Conversion, { module }: Kind, values: Values): Values {
  const { assignedUser = null, assignedGroup = null } = values
  const left = owners.get(module.name)
  const owner = { person: assignedUser as string | null, group: assignedGroup as string | null }
  const isHis = left !== undefined && !isAmong(left, owner) && actor.kind === 'staff'
  return isHis ? { assignedUser: actor.id } : { assignedUser, assignedGroup }
}

/** Both have the field, it means the same, and people write it: choices and what the CRM numbers stay behind. */
function isShared(lead: Kind, kind: Kind, name: string): boolean {
  const [mine, theirs] = [lead, kind].map(({ module }) => module.fields.get(name))
  return (
    mine !== undefined &&
    theirs !== undefined &&
    mine.type === theirs.type &&
    mine.type !== 'option' &&
    !mine.readOnly &&
    !theirs.readOnly
  )
}

function outcome({ module }: Kind, at: string, contactId: string, accountId: string | undefined): Columns {
  const status = module.fields.get('status')?.options.some(({ value }) => value === 'Converted')
    ? 'Converted'
    : undefined
  const values = { status, convertedAt: at, convertedContact: contactId, convertedAccount: accountId }
  const known = Object.entries(values).filter(([name, value]) => value !== undefined && module.fields.has(name))
  return Object.fromEntries(known.map(([name, value]) => [columnOf(module.fields.get(name)!), value!]))
}
