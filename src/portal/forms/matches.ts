/** Records of the CRM that may be the person who asks: with the same address for certain, by name or number perhaps (Z32). */
import { any, compare, type Condition } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import type { ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import type { Field, Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import type { FormRequest } from './requests.js'

const mostSimilar = 5
const mostExact = 200

export interface Matches {
  /** Records with this very address that the CRM shows this staff member. */
  readonly exact: readonly ViewedRecord[]
  /** How many more there are that it doesn't show him. */
  readonly hidden: number
  /** Others with the same name or phone number that it shows him: they may be the same person with another address. */
  readonly similar: readonly ViewedRecord[]
}

/** Records whose address is this one; letter case doesn't count. */
export async function recordsWithAddress(
  context: Context,
  { module, address, fields }: { module: Module; address: Field; fields: readonly string[] },
  wanted: string
): Promise<ViewedRecord[]> {
  // 'contains' would find o@example.com in thousands of others, and the page might end before the right one.
  const when = compare(address.name, 'startsWith', wanted)
  const asked = [...new Set([module.title, address.name, ...fields])]
  const door = await narrowRecords(context.kernel, { module: module.name, when, fields: asked })
  const { records } = await door.list(module.name, { limit: mostExact, fields: asked })
  return records.filter(({ values }) => String(values[address.name]).toLowerCase() === wanted.toLowerCase())
}

/** What staff see beside a request. */
export async function matchesFor(
  context: Context,
  place: { module: Module; address: Field; fields: readonly Field[] },
  request: FormRequest,
  staff: Staff
): Promise<Matches> {
  const fields = place.fields.map(({ name }) => name)
  const exact = await recordsWithAddress(context, { ...place, fields }, request.address)
  const shown = await shownTo(context, staff, exact)
  const similar = await similarTo(context, place, request)
  const others = similar.filter(({ id }) => !exact.some((record) => record.id === id))
  return {
    exact: shown,
    hidden: exact.length - shown.length,
    similar: (await shownTo(context, staff, others)).slice(0, mostSimilar)
  }
}

async function similarTo(
  context: Context,
  { module, address, fields }: { module: Module; address: Field; fields: readonly Field[] },
  { name, values, address: own }: FormRequest
): Promise<ViewedRecord[]> {
  const hints: Condition[] = name === own ? [] : [compare(module.title, 'contains', name)]
  for (const field of fields) {
    const value = values[field.name]
    if (field.type === 'phone' && typeof value === 'string' && value !== '') hints.push(compare(field.name, '=', value))
  }
  if (hints.length === 0) return []
  const asked = [...new Set([module.title, address.name, ...fields.map((field) => field.name)])]
  const door = await narrowRecords(context.kernel, { module: module.name, when: any(...hints), fields: asked })
  const { records } = await door.list(module.name, { limit: mostSimilar * 2, fields: asked })
  return [...records]
}

async function shownTo(context: Context, staff: Staff, records: readonly ViewedRecord[]): Promise<ViewedRecord[]> {
  const allowed = await Promise.all(
    records.map(({ id, module }) => context.host.allows(staff, 'view', module.name, id))
  )
  return records.filter((_, index) => allowed[index])
}
