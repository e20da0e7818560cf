/** Asks the kernel and the oracle the same, and compares what they say. */
import { expect } from 'chai'
import type { ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import type { ListQuery, Page, ViewedRecord } from '../../src/access/record.js'
import type { Viewer } from '../../src/access/viewer.js'
import { dialectOf } from '../../src/db/dialect.js'
import { PorticoError } from '../../src/errors.js'
import { Oracle, type Outcome, type Ranks, type Seen } from './oracle.js'
import type { Asked } from './policies.js'
import type { World } from './world.js'
import { catalog } from './world-catalog.js'
import type { Rows } from './world-rows.js'
import { isText, sortColumn } from './world-tables.js'

/** The world as it was when it was loaded: what oracles are made from. */
export interface Loaded {
  readonly world: World
  readonly rows: Rows
  readonly ranks: Ranks
}

export async function loadWorld(world: World): Promise<Loaded> {
  return { world, rows: await world.load(), ranks: await ranksOf(world) }
}

export function oracleOf({ rows, ranks }: Loaded, policy: readonly ModulePolicy[]): Oracle {
  return new Oracle(catalog, rows, policy, ranks)
}

/** Texts are ordered as the database orders texts; that one thing is asked of it. */
async function ranksOf({ db }: World): Promise<Ranks> {
  const { quote, order } = dialectOf(db)
  const ranks = new Map<string, Map<string, number>>()
  for (const module of catalog.modules.values()) {
    for (const field of module.fields.values()) {
      if (!field.sortable && field.name !== module.createdAt) continue
      const key = order(quote(sortColumn(field)), isText(field))
      const rows = await db(module.table).select('id', db.raw(`dense_rank() over (order by ${key}) as k`))
      ranks.set(`${module.name}.${field.name}`, new Map(rows.map((row) => [String(row.id), Number(row.k)])))
    }
  }
  return ranks
}

/** Everything a reader can ask, about one policy. Gives how many of the module's records he sees, of how many. */
export async function agree(
  loaded: Loaded,
  { module, policy, query, ids, related }: Asked
): Promise<{ seen: number; of: number }> {
  const viewer = await loaded.world.viewer(policy)
  const oracle = oracleOf(loaded, policy)
  await sameList(viewer, oracle, module, query)
  await sameCount(viewer, oracle, module, query)
  const alone = new Map<string, ViewedRecord>()
  for (const id of ids) {
    const record = await sameRecord(viewer, oracle, module, id)
    if (record) alone.set(id, record)
    await sameReasons(viewer, oracle, policy, module, id)
  }
  expect(await records(viewer).findSome(module, ids), `several of ${module} at once`).to.deep.equal(alone)
  await sameRelated(viewer, oracle, module, related, query)
  const everything = oracle.grants(module, 'view').length === 0 ? [] : oracle.list(module, {})!
  return { seen: everything.length, of: oracle.rowsOf(module).length }
}

/** One page, then the whole list page by page: the same records in the same order, none twice, none lost. */
export async function sameList(viewer: Viewer, oracle: Oracle, module: string, query: ListQuery): Promise<void> {
  const expected = oracle.grants(module, 'view').length === 0 ? undefined : oracle.list(module, query)
  if (!expected) return refused(() => records(viewer).list(module, query), ['NotFound', 'UnknownField'])
  const limit = query.limit ?? 25
  const first = await records(viewer).list(module, query)
  expect(first.records.map(seen), 'a page').to.deep.equal(expected.slice(0, limit).map(plain))
  expect(first.next !== undefined, 'is there a next page').to.equal(expected.length > limit)
  const walked = await walk((after) => records(viewer).list(module, { ...query, limit: Math.max(limit, 3), after }))
  expect(walked.map(seen), 'all pages').to.deep.equal(expected.map(plain))
}

async function sameRelated(
  viewer: Viewer,
  oracle: Oracle,
  module: string,
  related: Asked['related'],
  query: ListQuery
): Promise<void> {
  const { module: from, id, link } = related
  const ask = (after?: string): Promise<Page> => records(viewer).related(from, id, link, { ...query, limit: 3, after })
  const isThere = oracle.mayFollow(related)
  const expected = isThere ? oracle.list(module, query, related) : undefined
  if (!expected) return refused(ask, ['NotFound', 'UnknownField'])
  expect((await walk(ask)).map(seen), `over ${from}.${link}`).to.deep.equal(expected.map(plain))
}

async function sameCount(viewer: Viewer, oracle: Oracle, module: string, query: ListQuery): Promise<void> {
  const expected =
    oracle.grants(module, 'view').length === 0 ? undefined : oracle.list(module, { ...query, sort: undefined })
  const ask = { filter: query.filter, search: query.search }
  if (!expected) return refused(() => records(viewer).count(module, ask), ['NotFound', 'UnknownField'])
  expect(await records(viewer).count(module, ask), 'the count').to.deep.equal({ count: expected.length, capped: false })
  const capped = { count: Math.min(expected.length, 2), capped: expected.length > 2 }
  expect(await records(viewer).count(module, ask, 2), 'the capped count').to.deep.equal(capped)
}

/** A record alone: there or not, its fields, what he may do. What the list shows as openable can be found, and nothing else (A07).
 *  Gives what was found. */
export async function sameRecord(
  viewer: Viewer,
  oracle: Oracle,
  module: string,
  id: string
): Promise<ViewedRecord | undefined> {
  const expected = oracle.find(module, id)
  if (!expected) {
    await refused(() => records(viewer).find(module, id), ['NotFound'])
    return undefined
  }
  const record = await records(viewer).find(module, id)
  expect(record.values, `${module} ${id}`).to.deep.equal(expected.values)
  expect([...record.may].sort(), `actions on ${module} ${id}`).to.deep.equal([...expected.may].sort())
  expect([...record.writable].sort(), `writable of ${module} ${id}`).to.deep.equal([...expected.writable].sort())
  return record
}

async function sameReasons(
  viewer: Viewer,
  oracle: Oracle,
  policy: readonly ModulePolicy[],
  module: string,
  id: string
): Promise<void> {
  const row = oracle.row(module, id)
  const own = policy.find((part) => part.module === module)!
  const explanation = await records(viewer).explain(module, id, (key) => key)
  expect(explanation.visible, `visible ${module} ${id}`).to.equal(row !== undefined && oracle.isVisible(module, row))
  own.restrictions.forEach((rule, index) =>
    expect(explanation.restrictions[index]!.holds, rule.id).to.equal(
      row !== undefined && oracle.holds(module, row, rule.when)
    )
  )
  own.grants.forEach((grant, index) => {
    const { matches, conditions } = explanation.grants[index]!
    const parts = partsOf(grant.when)
    expect(matches, `${grant.id} of ${module} ${id}`).to.equal(
      row !== undefined && oracle.holds(module, row, grant.when)
    )
    expect(conditions.map(({ holds }) => holds)).to.deep.equal(
      parts.map((part) => row !== undefined && oracle.holds(module, row, part))
    )
  })
}

type Condition = ModulePolicy['grants'][number]['when']

function partsOf(condition: Condition): Condition[] {
  const inner = condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap(partsOf) : []
  return [condition, ...inner]
}

/** All records of all pages. */
async function walk(page: (after: string | undefined) => Promise<Page>): Promise<ViewedRecord[]> {
  const found: ViewedRecord[] = []
  let after: string | undefined
  do {
    const { records: list, next } = await page(after)
    found.push(...list)
    after = next
    if (found.length > 1000) throw new Error('The pages do not end.')
  } while (after !== undefined)
  return found
}

async function refused(ask: () => Promise<unknown>, names: readonly string[]): Promise<void> {
  try {
    await ask()
  } catch (error) {
    expect((error as Error).constructor.name, String((error as Error).stack)).to.be.oneOf([...names])
    return
  }
  expect.fail(`It should have been refused with ${names.join(' or ')}.`)
}

/** `done`, or the class of the error it was refused with; other errors go on. */
export async function outcomeOf(write: Promise<unknown>): Promise<Outcome> {
  try {
    await write
    return 'done'
  } catch (error) {
    if (error instanceof PorticoError) return error.constructor.name as Outcome
    throw error
  }
}

function seen(record: ViewedRecord): Seen {
  return { id: record.id, values: { ...record.values }, mayOpen: record.may.has('open') }
}

function plain(record: Seen): Seen {
  return { ...record, values: { ...record.values } }
}
