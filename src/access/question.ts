/** Portico's own questions to the CRM (what is this contact's address?), asked through the one door with a policy that allows just that. */
import { column, table } from './columns.js'
import { always, compare, ID, oneOf, type Condition } from './condition.js'
import { isId } from './entered.js'
import { raw, rowsOf, sql } from './fragment.js'
import { mergePolicies, type Grant, type ModulePolicy, type Policy } from './grant.js'
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
  /** What must hold besides, over tables of ours (`not` is understood here). */
  readonly besides?: readonly Condition[]
  readonly fields: readonly string[]
  /** Modules whose records are named where one of the fields refers to them; none by default. */
  readonly named?: readonly string[]
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

/** So many records are looked up in one statement. */
const mostAtOnce = 200

/** The records there are of `ids` (at most 200), by id, with those of `fields` that there are. */
export async function lookUpAll(
  kernel: Kernel,
  module: string,
  ids: readonly string[],
  fields: readonly string[]
): Promise<ReadonlyMap<string, ViewedRecord>> {
  const known = ids.filter(isId)
  if (known.length === 0 || !(await kernel.host.catalog('en')).modules.has(module)) return new Map()
  const door = await narrowRecords(kernel, { module, when: oneOf(ID, known), fields })
  const page = await door.list(module, { limit: mostAtOnce, fields })
  return new Map(page.records.map((record) => [record.id, record]))
}

/** Those of `ids` whose records the host keeps in its recycle bin: they are there, and are not. */
export async function inRecycleBin(
  kernel: Kernel,
  moduleName: string,
  ids: readonly string[]
): Promise<ReadonlySet<string>> {
  const module = (await kernel.host.catalog('en')).modules.get(moduleName)
  const asked = ids.filter(isId)
  if (!module?.live || asked.length === 0) return new Set()
  const { dialect } = kernel
  const id = column(dialect, 'r', ID)
  const named = raw(dialect.sameAsOneOf(id.sql, asked.length), [...asked, ...asked])
  const isGone = sql`${column(dialect, 'r', module.live.column)} <> ${module.live.is}`
  const rows = await rowsOf(
    kernel.db,
    sql`select ${id} as id from ${table(dialect, module.table, 'r')} where ${named} and ${isGone}`
  )
  return new Set(rows.map((row) => String(row['id'])))
}

/** Ids of at most `limit` records for which `when` holds. */
export async function idsWhere(kernel: Kernel, module: string, when: Condition, limit: number): Promise<string[]> {
  const door = await narrowRecords(kernel, { module, when, fields: [] })
  const page = await door.list(module, { limit })
  return page.records.map((record) => record.id)
}

/** All records that a question means, however many there are: for few among many, like somebody's projects. */
export async function everyRecord(kernel: Kernel, question: Question): Promise<ViewedRecord[]> {
  const door = await narrowRecords(kernel, question)
  const found: ViewedRecord[] = []
  for (let after: string | undefined = ''; after !== undefined;) {
    const ask = { limit: mostAtOnce, fields: question.fields, ...(after ? { after } : {}) }
    const page = await door.list(question.module, ask)
    found.push(...page.records)
    after = page.next
  }
  return found
}

/** Whether this address is that of one of the CRM's own staff; letter case doesn't count (A38). A host's users may hold
 *  others too (EspoCRM's own portal users): those are no staff. */
export async function isStaffAddress(kernel: Kernel, address: string): Promise<boolean> {
  const catalog = await kernel.host.catalog('en')
  const field = [...(catalog.modules.get('User')?.fields.values() ?? [])].find((one) => one.type === 'email')
  if (!field) return false
  const when = compare(field.name, 'startsWith', address)
  const door = await narrowRecords(kernel, { module: 'User', when, fields: [field.name] })
  const page = await door.list('User', { limit: 200 })
  const same = page.records.filter(
    (record) => String(record.values[field.name]).toLowerCase() === address.toLowerCase()
  )
  return (await Promise.all(same.map((record) => kernel.host.staffById(record.id)))).some(Boolean)
}

/** Those of `addresses` (in lower case) that staff have: one look at the staff for all of them. */
export async function staffAddressesAmong(
  kernel: Kernel,
  addresses: ReadonlySet<string>
): Promise<ReadonlySet<string>> {
  const field = [...((await kernel.host.catalog('en')).modules.get('User')?.fields.values() ?? [])].find(
    (one) => one.type === 'email'
  )
  if (!field || addresses.size === 0) return new Set()
  const door = await narrowRecords(kernel, { module: 'User', when: always, fields: [field.name] })
  const taken = new Set<string>()
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await door.list('User', { limit: mostAtOnce, fields: [field.name], ...(after ? { after } : {}) })
    for (const { id, values } of page.records) {
      const address = String(values[field.name]).toLowerCase()
      if (addresses.has(address) && (await kernel.host.staffById(id))) taken.add(address)
    }
    after = page.next
  }
  return taken
}

async function policyFor(kernel: Kernel, question: Question): Promise<Policy> {
  const { module, when, besides = [], fields, named = [] } = question
  const { modules } = await kernel.host.catalog('en')
  const known = modules.get(module)
  if (!known) throw new NotFound()
  const grant: Grant = {
    id: 'question',
    actions: ['view', 'open'],
    when,
    fields: fields.filter((name) => known.fields.has(name)),
    reason: { key: 'access:reason.own' }
  }
  const restrictions = besides.map((condition, index) => ({
    id: `besides-${index}`,
    when: condition,
    reason: { key: 'access:reason.own' }
  }))
  const others = named.flatMap((name) => modules.get(name) ?? []).filter((one) => one.name !== module)
  const naming = others.map(({ name, title }): ModulePolicy => {
    const titles: Grant = { ...grant, actions: ['view'], when: always, fields: [title] }
    return { module: name, grants: [titles], restrictions: [] }
  })
  return mergePolicies([{ module, grants: [grant], restrictions }, ...naming])
}
