/** EspoCRM's records as its REST door gives them to an administrator, as rows for the oracle. No SQL, and nothing of where the
 *  catalog says things are kept but for what REST has no name of its own for. */
import type { Catalog, ColumnIs, Field, Link, Module, Scalar } from '../../src/host/catalog.js'
import type { Ranks } from '../access/oracle.js'
import type { Row, Rows } from '../access/world-rows.js'
import { Refused, type EspoClient, type Json } from './espo-client.js'

export interface RestWorld {
  /** The same modules, fields and links, kept in plain tables of the oracle's own. */
  readonly catalog: Catalog
  readonly rows: Rows
  readonly ranks: Ranks
  /** By module, then by id: the whole record as REST gave it. */
  readonly records: ReadonlyMap<string, ReadonlyMap<string, Json>>
  /** Links REST has no list for; they were taken from the references at their other end. */
  readonly derived: readonly string[]
}

/** Requests under way at once. */
const breadth = 4

/** Fetches every record of every module but `User`, with all its links. */
export async function fetchWorld(admin: EspoClient, catalog: Catalog): Promise<RestWorld> {
  const modules = [...catalog.modules.values()].filter((module) => module.name !== 'User')
  const records = new Map<string, ReadonlyMap<string, Json>>()
  for (const module of modules) records.set(module.name, await fetchRecords(admin, module.name))
  const rows: Record<string, Row[]> = { User: usersIn(records) }
  const ranks = new Map<string, ReadonlyMap<string, number>>()
  const derived: string[] = []
  for (const module of modules) {
    const own = [...records.get(module.name)!.values()]
    rows[module.name] = own.map((record) => rowOf(module, record))
    ranks.set(`${module.name}.${module.createdAt}`, ranksOf(own, module.createdAt))
    for (const link of module.links.values()) {
      const pairs = await pairsOf(admin, { module, link, records })
      if (pairs.isDerived) derived.push(`${module.name}.${link.name}`)
      rows[tableOf(module, link)] = pairs.list
    }
  }
  return { catalog: plainCatalog(catalog), rows, ranks, records, derived }
}

async function fetchRecords(admin: EspoClient, entityType: string): Promise<Map<string, Json>> {
  const list = await admin.all(entityType, { attributeSelect: 'id' })
  const records = await each(list, ({ id }) => admin.get(`${entityType}/${id}`))
  return new Map(records.map((record) => [record.id, record]))
}

// --- values ---

/** Under which name the oracle finds a field's value in a row. */
const held = (field: string): string => `field ${field}`

function rowOf(module: Module, record: Json): Row {
  const outside = module.outside.map((rule): [string, Scalar] => [rule.column, scalar(record[camel(rule.column)])])
  const values = [...module.fields.values()]
    .filter(({ type }) => type !== 'files')
    .map((field): [string, Scalar] => [held(field.name), scalar(restValue(module, field, record))])
  return Object.fromEntries([['id', record.id], ...outside, ...values])
}

/** What REST says of a field. Undefined: it says nothing. */
export function restValue(module: Module, field: Field, record: Json): unknown {
  const [, type] = /^phoneNumber(Mobile|Fax)$/.exec(field.name) ?? []
  if (type !== undefined) return numberOf(type, record)
  if (field.type !== 'reference') return record[field.name]
  const link = module.links.get(field.link ?? field.name)!
  return referredId(link, record)
}

/** REST lists a record's numbers with their types. */
function numberOf(type: string, record: Json): unknown {
  const numbers = (record['phoneNumberData'] ?? []) as readonly { type: string; phoneNumber: string }[]
  return numbers.find((one) => one.type === type)?.phoneNumber ?? null
}

function scalar(value: unknown): Scalar {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' ? JSON.stringify(value) : (value as Scalar)
}

/** `parent_type` → `parentType`. */
function camel(column: string): string {
  return column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Everybody whom a record names, by `<link>Id` and `<link>Name`. */
function usersIn(records: RestWorld['records']): Row[] {
  const names = new Map<string, string>()
  const named = [...records.values()].flatMap((all) => [...all.values()])
  for (const record of named) {
    for (const link of ['createdBy', 'modifiedBy', 'assignedUser']) {
      const [id, name] = [record[`${link}Id`], record[`${link}Name`]]
      if (typeof id === 'string' && typeof name === 'string') names.set(id, name)
    }
  }
  return [...names].map(([id, name]) => ({ id, [held('name')]: name }))
}

/** The order of a list: by the moment of creation; ids decide between equal ones. */
function ranksOf(records: readonly Json[], createdAt: string): Map<string, number> {
  const moments = [...new Set(records.map((record) => String(record[createdAt])))].sort()
  return new Map(records.map((record) => [record.id, moments.indexOf(String(record[createdAt]))]))
}

// --- links ---

interface Walk {
  readonly module: Module
  readonly link: Link
  readonly records: RestWorld['records']
}

async function pairsOf(admin: EspoClient, walk: Walk): Promise<{ list: Row[]; isDerived: boolean }> {
  const { module, link, records } = walk
  const own = [...records.get(module.name)!.values()]
  if (link.cardinality === 'one') {
    const list = own.flatMap((record) => {
      const far = referredId(link, record)
      return typeof far === 'string' ? [{ near: record.id, far }] : []
    })
    return { list, isDerived: false }
  }
  if (link.to === 'User') return { list: [], isDerived: false }
  try {
    const lists = await each(own, async ({ id }) => {
      const far = await admin.all(`${module.name}/${id}/${link.name}`, { attributeSelect: 'id' })
      return far.map((record) => ({ near: id, far: record.id }))
    })
    return { list: lists.flat(), isDerived: false }
  } catch (error) {
    if (!(error instanceof Refused) || ![400, 403, 404].includes(error.status)) throw error
    return { list: reversed(walk), isDerived: true }
  }
}

/** The id a to-one link leads to: `<link>Id`, or the attribute of its column where REST has none of that name. */
function referredId(link: Link, record: Json): unknown {
  const own = record[`${link.name}Id`]
  if (own !== undefined || link.storage.kind !== 'column') return own
  const { column, only } = link.storage
  return !only || record[camel(only.column)] === only.is ? record[camel(column)] : null
}

/** The name of the record that a to-one link leads to: `<link>Name`, or that of its column (`parentName`). */
export function referredName(link: Link, record: Json): unknown {
  const own = record[`${link.name}Name`]
  if (own !== undefined || link.storage.kind !== 'column') return own
  return record[camel(link.storage.column).replace(/Id$/, 'Name')]
}

/** From the references at the other end. */
function reversed({ link, records }: Walk): Row[] {
  if (link.storage.kind !== 'reverse') throw new Error(`REST has no list for the link ${link.name}.`)
  const { column, only } = link.storage
  return [...records.get(link.to)!.values()].flatMap((far) => {
    const near = far[camel(column)]
    const isMeant = !only || far[camel(only.column)] === only.is
    return typeof near === 'string' && isMeant ? [{ near, far: far.id }] : []
  })
}

// --- the oracle's catalog ---

function tableOf(module: Module, link: Link): string {
  return `${module.name} ${link.name}`
}

/** Where the rows above keep things: every value in a column of its own, every link in a table of pairs, only live records. */
function plainCatalog(catalog: Catalog): Catalog {
  return {
    ...catalog,
    modules: new Map([...catalog.modules].map(([name, module]) => [name, plainModule(module)]))
  }
}

function plainModule(module: Module): Module {
  const live: ColumnIs | undefined = undefined
  return {
    ...module,
    table: module.name,
    live,
    fields: new Map(
      [...module.fields].map(([name, field]) => [
        name,
        { ...field, storage: { kind: 'column' as const, column: held(name) } }
      ])
    ),
    links: new Map(
      [...module.links].map(([name, link]) => [
        name,
        {
          ...link,
          storage: { kind: 'table' as const, table: tableOf(module, link), near: 'near', far: 'far', live, only: [] }
        }
      ])
    )
  }
}

/** Does it for each, a few at a time, and keeps their order. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = new Array<R>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      done[index] = await work(items[index]!)
    }
  }
  await Promise.all(Array.from({ length: breadth }, worker))
  return done
}
