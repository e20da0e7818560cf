/** People whose data a template is tried with: of the user type, and only those that the CRM shows this staff member. */
import { always } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import type { UserType } from '../configuration.js'
import { portalUsersOfType } from '../people/portal-users.js'
import { addressFieldOf } from '../user-types/user-types.js'
import type { Addressee } from './letter-values.js'

const mostPeople = 20
const statuses = ['invited', 'confirmed', 'suspended', 'deactivated'] as const

export type Person = Omit<Addressee, 'language'>

/** His name and address in one line, as it is chosen and searched by. */
export function lineOf({ name, address }: Pick<Person, 'name' | 'address'>): string {
  return name === '' ? address : address === '' ? name : `${name} <${address}>`
}

/** The first ones that match: portal users of the type, and while it has none, records that could become some. */
export async function samplePeople(
  context: Context,
  userType: UserType,
  search: string,
  staff: Staff
): Promise<Person[]> {
  const users = await usersOf(context, userType, search.replace(/[<>]/g, ' '))
  const people = users.length > 0 ? users : await recordsOf(context, userType, search.replace(/<.*/, '').trim())
  const allowed = await Promise.all(
    people.map(({ module = '', recordId = '' }) => context.host.allows(staff, 'view', module, recordId))
  )
  return people.filter((_, index) => allowed[index])
}

async function usersOf(context: Context, { id: userTypeId }: UserType, search: string): Promise<Person[]> {
  return portalUsersOfType(context.db, { userTypeId, statuses, search, skip: 0, limit: mostPeople })
}

async function recordsOf(context: Context, userType: UserType, search: string): Promise<Person[]> {
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  if (!module) return []
  const address = addressFieldOf(userType, module)?.name ?? module.title
  const fields = [module.title, address]
  const door = await narrowRecords(context.kernel, { module: module.name, when: always, fields })
  const { records } = await door.list(module.name, { search, fields, limit: mostPeople })
  return records.map(({ id, title, values }) => ({
    name: title,
    address: address === module.title ? '' : String(values[address] ?? ''),
    module: module.name,
    recordId: id
  }))
}

/** Where nobody can be shown: the reader himself, without a record. */
export function inPlaceOfPeople(staff: Staff): Person {
  return { name: staff.name, address: staff.email ?? '', module: undefined, recordId: undefined }
}

export function inLanguage(person: Person, language: Locale): Addressee {
  const { name, address, module, recordId } = person
  return { name, address, module, recordId, language }
}
