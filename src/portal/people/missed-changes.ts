/** Changes that nobody told of: the module was off, or what made an address bad is no matter of the record (Z20, A24). */
import { lookUpAll } from '../../access/question.js'
import type { Context } from '../../context.js'
import { configuration, type UserType } from '../configuration.js'
import { addressFieldOf } from '../user-types/user-types.js'
import { endAccessOf } from './access-changes.js'
import { followAddress } from './address-change.js'
import { addressIn } from './record-address.js'

const batch = 200

interface Person {
  readonly id: string
  readonly record_id: string
  readonly address: string
}

/** Whoever could not have the address that his record has may be able to by now: another let go of it, a user of the CRM got another
 *  one. Each call looks at the next 200, so that whoever can't be helped keeps nobody else waiting; and at all whose record says another
 *  address than the one that was followed: an event was lost, or a process died after a transfer. */
export function addressHealer(context: Context): () => Promise<void> {
  let last = ''
  return async () => {
    const ids = await troubledAfter(context, last)
    for (const id of ids) {
      last = id
      await followAddress(context, id)
    }
    if (ids.length < batch) last = ''
    await followMissed(context)
  }
}

function troubledAfter({ db }: Context, last: string): Promise<string[]> {
  return db('portico_portal_users')
    .whereNotNull('address_problem')
    .whereNot('status', 'removed')
    .andWhere('id', '>', last)
    .orderBy('id')
    .limit(batch)
    .pluck<string[]>('id')
}

/** What changed while nobody told of it, as while the module was off, is followed now. */
export async function followMissed(context: Context): Promise<void> {
  for (const userType of (await configuration(context.db)).userTypes.values()) await followMissedOf(context, userType)
}

async function followMissedOf(context: Context, userType: UserType): Promise<void> {
  const { id, primaryModule: module, preference } = userType
  const field = addressFieldOf(userType, (await context.host.catalog('en')).modules.get(module))
  if (!field) return
  for (let last: string | undefined = ''; last !== undefined;) {
    const people: Person[] = await context
      .db<Person & { user_type_id: string; module: string; status: string }>('portico_portal_users')
      .select('id', 'record_id', 'address')
      .where({ user_type_id: id, module })
      .whereNot('status', 'removed')
      .andWhere('id', '>', last)
      .orderBy('id')
      .limit(batch)
    await followThese(context, { module, field: field.name, preference }, people)
    last = people.at(-1)?.id
  }
}

async function followThese(
  context: Context,
  { module, field, preference }: { module: string; field: string } & Pick<UserType, 'preference'>,
  people: readonly Person[]
): Promise<void> {
  const ids = people.map((person) => person.record_id)
  const records = await lookUpAll(context.kernel, module, ids, [field])
  for (const { id, record_id: recordId, address } of people) {
    const record = records.get(recordId)
    if (!record) await endAccessOf(context, module, recordId)
    else if (addressIn(context, preference, record.values[field]).address !== address) await followAddress(context, id)
  }
}
