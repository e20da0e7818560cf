/** Who of the people that records stand for can be invited to a user type, and why the others can't (Z14, Z15). One judgement for one
 *  person and for many. */
import { inRecycleBin, lookUpAll, staffAddressesAmong } from '../../access/question.js'
import type { ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import { moduleOf, type Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { faultInItself } from '../../identity/outside-address.js'
import { phoneNumberIn } from '../../phone-number.js'
import { phoneTypesAreOpen } from '../../sms/templates.js'
import { configuration, type Portal, type UserType } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { silencesAmong } from '../privacy/processing.js'
import { fieldsOfHolds, heldBy } from '../user-types/holds.js'
import { userTypeById } from '../user-types/releases.js'
import { addressFieldOf } from '../user-types/user-types.js'
import { recordsWithAccess } from './portal-users.js'

/** Where people are invited to. */
export interface InvitationPlace {
  readonly portal: Portal
  readonly userType: UserType
  /** The primary module, and its field that holds the address. */
  readonly module: Module
  readonly addressField: string
}

/** Somebody who can be invited. */
export interface Invitee {
  readonly recordId: string
  readonly name: string
  /** What he will sign in with: an e-mail address in lower case, or a number as E.164. */
  readonly address: string
}

/** Why somebody can't be invited; texts at `portal:refusal.<word>`. */
export const refusals = [
  'noModuleRight',
  'recordGone',
  'recycleBin',
  'noRecordRight',
  'alreadyUser',
  'waitingApproval',
  'waitingReview',
  'processingStopped',
  'noConsent',
  'noAddress',
  'characters',
  'companyDomain',
  'anonymous',
  'staffAddress'
] as const
export type Refusal = (typeof refusals)[number]

/** Who it is, is said only where the CRM shows the record to whoever asks. */
export interface Judgement {
  readonly recordId: string
  readonly name: string | undefined
  readonly address: string
  readonly refusal: Refusal | undefined
}

export function refusal(reason: string): PorticoError {
  return new PorticoError(`portal:refusal.${reason}`, { status: 409 })
}

/** @throws NotFound, PorticoError when nobody can be invited to this type now */
export async function invitationPlace(context: Context, userTypeId: string): Promise<InvitationPlace> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, userTypeId)
  const portal = portalById(all, userType.portalId)
  if (!portal.isActive) throw refusal('portalOff')
  if (userType.setUp !== undefined) throw refusal('inSetUp')
  if (userType.preference === 'phone' && !(await phoneTypesAreOpen(context))) throw refusal('smsNotApproved')
  const catalog = await context.host.catalog('en')
  const field = addressFieldOf(userType, catalog.modules.get(userType.primaryModule))
  if (!field) throw refusal('addressFieldGone')
  return { portal, userType, module: moduleOf(catalog, userType.primaryModule), addressField: field.name }
}

/** Judges at most 200 records. What can be asked for all of them is asked once: the records, the recycle bin, who has access, consent,
 *  the staff's addresses. Only the CRM's own right on each record is a question per person. */
export async function judge(
  context: Context,
  place: InvitationPlace,
  recordIds: readonly string[],
  by: Staff
): Promise<Judgement[]> {
  const { name: module } = place.module
  if (!(await context.host.allowsModule(by, module))) return recordIds.map((id) => unnamed(id, 'noModuleRight'))
  const records = await readRecords(context, place, recordIds)
  const missing = recordIds.filter((id) => !records.has(id))
  const bin = await inRecycleBin(context.kernel, module, missing)
  const rights = await rightsOn(context, by, module, [...records.keys()])
  const obstacle = await obstaclesAmong(context, place, records)
  return recordIds.map((id) => {
    const record = records.get(id)
    if (!record) return unnamed(id, bin.has(id) ? 'recycleBin' : 'recordGone')
    const right = rights.get(id)
    if (right === 'none') return unnamed(id, 'noRecordRight')
    const address = addressIn(context, place, record) ?? ''
    return { recordId: id, name: record.title, address, refusal: right === 'view' ? 'noRecordRight' : obstacle(record) }
  })
}

function unnamed(recordId: string, why: Refusal): Judgement {
  return { recordId, name: undefined, address: '', refusal: why }
}

function readRecords(
  context: Context,
  { userType, module, addressField }: InvitationPlace,
  recordIds: readonly string[]
): Promise<ReadonlyMap<string, ViewedRecord>> {
  const fields = [module.title, addressField, ...fieldsOfHolds(userType.holds)]
  return lookUpAll(context.kernel, module.name, recordIds, fields)
}

type RightOnRecord = 'edit' | 'view' | 'none'

/** So many answers of the host are waited for at once. */
const atOnce = 4

async function rightsOn(
  context: Context,
  by: Staff,
  module: string,
  ids: readonly string[]
): Promise<ReadonlyMap<string, RightOnRecord>> {
  const rights = new Map<string, RightOnRecord>()
  for (let from = 0; from < ids.length; from += atOnce)
    await Promise.all(
      ids.slice(from, from + atOnce).map(async (id) => rights.set(id, await rightOn(context, by, module, id)))
    )
  return rights
}

async function rightOn({ host }: Context, by: Staff, module: string, id: string): Promise<RightOnRecord> {
  if (await host.allows(by, 'edit', module, id)) return 'edit'
  return (await host.allows(by, 'view', module, id)) ? 'view' : 'none'
}

/** What stands in the way of each of `records`, apart from rights. */
async function obstaclesAmong(
  context: Context,
  place: InvitationPlace,
  records: ReadonlyMap<string, ViewedRecord>
): Promise<(record: ViewedRecord) => Refusal | undefined> {
  const { portal, userType, module } = place
  const ids = [...records.keys()]
  const users = await recordsWithAccess(context.db, { portalId: portal.id, module: module.name, recordIds: ids })
  const silences = await silencesAmong(context, module.name, ids)
  const addresses = new Set([...records.values()].flatMap((record) => addressIn(context, place, record) ?? []))
  const ofStaff = await staffAddressesAmong(context.kernel, addresses)
  return (record) => {
    if (users.has(record.id)) return 'alreadyUser'
    const hold = heldBy(userType.holds, record)
    if (hold) return hold === 'approval' ? 'waitingApproval' : 'waitingReview'
    return silences.get(record.id) ?? faultOf(context, place, record, ofStaff)
  }
}

function faultOf(
  context: Context,
  place: InvitationPlace,
  record: ViewedRecord,
  ofStaff: ReadonlySet<string>
): Refusal | undefined {
  if (writtenIn(place, record) === '') return 'noAddress'
  const address = addressIn(context, place, record)
  if (address === undefined) return 'characters'
  if (place.userType.preference === 'phone') return undefined
  return faultInItself(context.config, address) ?? (ofStaff.has(address) ? 'staffAddress' : undefined)
}

/** As the CRM holds it. */
function writtenIn({ addressField }: InvitationPlace, { values }: ViewedRecord): string {
  return String(values[addressField] ?? '').trim()
}

/** What he would sign in with; undefined for what is no number. */
function addressIn(context: Context, place: InvitationPlace, record: ViewedRecord): string | undefined {
  const written = writtenIn(place, record)
  return place.userType.preference === 'phone'
    ? phoneNumberIn(written, context.config.phoneCountry)
    : written.toLowerCase()
}
