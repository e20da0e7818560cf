/** The address that a portal user's record has now, and whether he can have it (Z15, Z18, Z20). */
import { lookUp } from '../../access/question.js'
import type { Context } from '../../context.js'
import { addressFault } from '../../identity/outside-address.js'
import { phoneNumberIn } from '../../phone-number.js'
import { configuration } from '../configuration.js'
import { addressFieldOf } from '../user-types/user-types.js'
import type { Reading } from './address-steps.js'
import { holdsNothing } from './given-up.js'
import type { PortalUser } from './portal-users.js'

/** Undefined while nobody can tell: he has no record, or it, its module, his user type or its field is gone. `proven` is the address he signs in
 *  with, which isn't judged again. */
export async function readingOf(context: Context, user: PortalUser, proven: string): Promise<Reading | undefined> {
  const place = await placeOf(context, user)
  const record = place && (await lookUp(context.kernel, place.module, place.recordId, [place.field]))
  return record && judged(context, user, { written: record.values[place.field], proven, place })
}

/** The same as if these values were in his record already; undefined where the address isn't among them. */
export async function readingAfter(
  context: Context,
  user: PortalUser,
  proven: string,
  values: Readonly<Record<string, unknown>>
): Promise<Reading | undefined> {
  const place = await placeOf(context, user)
  if (!place || !Object.hasOwn(values, place.field)) return undefined
  return judged(context, user, { written: values[place.field], proven, place })
}

interface Place {
  readonly module: string
  readonly recordId: string
  readonly field: string
  readonly preference: Reading['preference']
}

async function placeOf(context: Context, { module, recordId, userTypeId }: PortalUser): Promise<Place | undefined> {
  const userType = (await configuration(context.db)).userTypes.get(userTypeId ?? '')
  if (!userType || module === undefined || recordId === undefined) return undefined
  const field = addressFieldOf(userType, (await context.host.catalog('en')).modules.get(module))
  return field && { module, recordId, field: field.name, preference: userType.preference }
}

interface Written {
  readonly written: unknown
  readonly proven: string
  readonly place: Place
}

async function judged(context: Context, user: PortalUser, { written, proven, place }: Written): Promise<Reading> {
  const { preference } = place
  const { address, isOne } = addressIn(context, preference, written)
  if (address === '') return { address, fault: 'noAddress', preference }
  if (!isOne) return { address, fault: 'characters', preference }
  if (address === proven) return { address, fault: undefined, preference }
  const fault = preference === 'phone' ? undefined : await addressFault(context, address)
  return { address, preference, fault: fault ?? ((await isTaken(context, user, address)) ? 'alreadyUser' : undefined) }
}

/** What is written in a record, as portal users have it; not `isOne`: it is no number. */
export function addressIn(
  { config }: Context,
  preference: Reading['preference'],
  written: unknown
): { readonly address: string; readonly isOne: boolean } {
  const text = (typeof written === 'string' ? written : '').trim()
  const plain = text.toLowerCase().slice(0, longest)
  if (preference === 'email') return { address: plain, isOne: true }
  const number = phoneNumberIn(text, config.phoneCountry)
  return { address: number ?? plain, isOne: number !== undefined }
}

/** What an address may be long. */
const longest = 254

/** Somebody else of the portal has it: by his record, unless he can't have it either, or because he comes in by it (A36). Two questions,
 *  because each has an index and both in one have none. */
async function isTaken({ db }: Context, { id, portalId }: PortalUser, address: string): Promise<boolean> {
  const others = () =>
    db('portico_portal_users as u').where('u.portal_id', portalId).whereNot('u.id', id).whereNot('u.status', 'removed')
  const byRecord: unknown = await others().where('u.address', address).whereNull('u.address_problem').first('u.id')
  if (byRecord !== undefined) return true
  const bySignIn: unknown = await others()
    .join('portico_identities as i', 'i.id', 'u.identity_id')
    .where('i.address', address)
    .whereNot(holdsNothing)
    .first('u.id')
  return bySignIn !== undefined
}
