/** Portico's own questions to the CRM (what is this contact's address?), asked through the one door with a policy that allows just that. */
import { compare, ID, oneOf, type Condition } from './condition.js'
import { mergePolicies, type Policy } from './grant.js'
import type { Kernel } from './kernel.js'
import type { Records, ViewedRecord } from './record.js'
import { records } from './records.js'
import { viewerFor, type Person } from './viewer.js'
import { NotFound } from '../errors.js'

/** Nobody in particular: the question is Portico's own, and its policy says what it may see. */
const portico: Person = {
  kind: 'portal-user',
  id: 'portico',
  name: 'Portico',
  module: undefined,
  recordId: undefined,
  portalId: undefined,
  userTypeId: undefined,
  invitedBy: '',
  locale: 'en',
  timeZone: 'UTC',
  formats: { date: 'iso', time: '24' }
}

export interface Question {
  readonly module: string
  readonly when: Condition
  readonly fields: readonly string[]
}

/** The door, opened for the records of one module that `when` means, and for `fields` of them. */
export async function narrowRecords(kernel: Kernel, question: Question): Promise<Records> {
  return records(await viewerFor({ ...kernel, policyFor: () => policyFor(kernel, question) }, portico))
}

/** One record's `fields`, those of them that there are; undefined when there is no such record. */
export async function lookUp(
  kernel: Kernel,
  module: string,
  id: string,
  fields: readonly string[]
): Promise<ViewedRecord | undefined> {
  try {
    const door = await narrowRecords(kernel, { module, when: oneOf(ID, [id]), fields })
    return await door.find(module, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** Ids of at most `limit` records for which `when` holds. */
export async function idsWhere(kernel: Kernel, module: string, when: Condition, limit: number): Promise<string[]> {
  const door = await narrowRecords(kernel, { module, when, fields: [] })
  const page = await door.list(module, { limit })
  return page.records.map((record) => record.id)
}

/** Whether this address is that of one of the CRM's own staff; letter case doesn't count (A38). A host's users may hold
 *  others too (EspoCRM's own portal users): those are no staff. */
export async function isStaffAddress(kernel: Kernel, address: string): Promise<boolean> {
  const catalog = await kernel.host.catalog('en')
  const field = [...(catalog.modules.get('User')?.fields.values() ?? [])].find((one) => one.type === 'email')
  if (!field) return false
  const when = compare(field.name, 'contains', address)
  const door = await narrowRecords(kernel, { module: 'User', when, fields: [field.name] })
  const page = await door.list('User', { limit: 200 })
  const same = page.records.filter(
    (record) => String(record.values[field.name]).toLowerCase() === address.toLowerCase()
  )
  return (await Promise.all(same.map((record) => kernel.host.staffById(record.id)))).some(Boolean)
}

async function policyFor(kernel: Kernel, { module, when, fields }: Question): Promise<Policy> {
  const known = (await kernel.host.catalog('en')).modules.get(module)
  if (!known) throw new NotFound()
  const grant = {
    id: 'question',
    actions: ['view', 'open'] as const,
    when,
    fields: fields.filter((name) => known.fields.has(name)),
    reason: { key: 'access:reason.own' }
  }
  return mergePolicies([{ module, grants: [grant], restrictions: [] }])
}
