/** Reading the CRM's records through a gate: every statement carries its scopes, the titles of references too. */
import type { Knex } from 'knex'
import { Forbidden, NotFound, PorticoError } from '../../errors.js'
import type { Scope, Sql, StaffAction } from '../../hooks.js'
import type { Link, Module } from '../catalog.js'
import { allRows, exists, firstRow } from './answers.js'
import type { Gate } from './gate.js'
import type { Model } from './model.js'
import { rowsOfPage } from './narrowed-page.js'
import { linkedTo, matching, ordered, paged, rows, selected, union, waysIn } from './query.js'
import type { CrmRecord, ListAsk, ListPage, Records, RemovedRecord } from './records.js'
import { userModule } from './standard-fields.js'
import { recordMaker } from './titles.js'
import type { Row } from './values.js'

export type Reading = Pick<Records, 'list' | 'count' | 'find' | 'related' | 'may' | 'recycleBin' | 'search'>

export interface Reader extends Reading {
  /** The row of a record that may be seen. @throws NotFound */
  rowOf(module: Module, id: string): Promise<Row>
  /** @throws NotFound when the record can't be seen, Forbidden when this may not be done to it. */
  mustAllow(module: Module, id: string, action: StaffAction): Promise<void>
}

export function createReader(db: Knex, model: () => Promise<Model>, gate: Gate): Reader {
  const recordsOf = recordMaker(db, model, gate)
  const moduleNamed = async (name: string): Promise<Module> => (await model()).module(name).module

  /** A query is a promise of its rows, so it is never what a promise gives. */
  const seen = (module: Module): Promise<readonly Scope[]> => gate.scopes(module.name, 'view')

  const rowOf = async (module: Module, id: string): Promise<Row> => {
    const row = await firstRow<Row>(
      selected(rows(db, module, await seen(module)), module, ['version'])
        .where('r.id', id)
        .first()
    )
    if (!row || row['id'] !== id) throw new NotFound()
    return row
  }

  const page = async (module: Module, ask: ListAsk): Promise<ListPage> => {
    const scopes = await seen(module)
    const query = (some: readonly Sql[]): Knex.QueryBuilder => matching(db, rows(db, module, some), module, ask)
    const { found, limit } = await rowsOfPage(db, { module, scopes, ask, query })
    return { records: await recordsOf(module, found.slice(0, limit)), hasMore: found.length > limit }
  }

  /** A record has few others at the end of a link: each of them is asked. */
  const relatedPage = async (module: Module, link: Link, row: Row, ask: ListAsk): Promise<ListPage> => {
    const within = matching(db, linkedTo(rows(db, module, await seen(module)), link, row), module, ask)
    const { query, limit } = paged(ordered(db, within, module, ask.sort), ask)
    const found = await allRows<Row>(selected(query, module, ['version']))
    return { records: await recordsOf(module, found.slice(0, limit)), hasMore: found.length > limit }
  }

  const isWithin = async (module: Module, id: string, scopes: readonly Sql[]): Promise<boolean> => {
    if (scopes.length === 0) return true
    return exists(rows(db, module, scopes).first('r.id').where('r.id', id))
  }

  const mustAllow = async (module: Module, id: string, action: StaffAction): Promise<void> => {
    await rowOf(module, id)
    if (!(await isWithin(module, id, await gate.scopes(module.name, action)))) throw new Forbidden()
    await gate.mustAllow(module.name, id, action)
  }

  const list = async (name: string, ask: ListAsk = {}): Promise<ListPage> => {
    const module = await moduleNamed(name)
    return page(module, ask)
  }

  return {
    rowOf,
    mustAllow,
    list,
    async count(name, ask = {}, cap = 10_000) {
      const module = await moduleNamed(name)
      const scopes = await seen(module)
      const ids = (some: readonly Sql[]): Knex.QueryBuilder =>
        matching(db, rows(db, module, some), module, ask)
          .select('r.id')
          .limit(cap + 1)
      const count = await countWithin(db, scopes, { cap, ids })
      return { count: Math.min(count, cap), capped: count > cap }
    },
    async find(name, id) {
      const module = await moduleNamed(name)
      const [record] = await recordsOf(module, [await rowOf(module, id)])
      return record!
    },
    async related(name, id, linkName, ask = {}) {
      const module = await moduleNamed(name)
      const link = linkNamed(module, linkName)
      const row = await rowOf(module, id)
      return relatedPage(await moduleNamed(link.to), link, row, ask)
    },
    async may(name, id) {
      const module = await moduleNamed(name)
      if (id === undefined) return allowed(['create'], (action) => gate.mustAllow(name, undefined, action))
      return allowed(['view', 'edit', 'delete'], (action) => mustAllow(module, id, action))
    },
    async recycleBin(name, ask = {}) {
      const module = await moduleNamed(name)
      const scopes = [...(await gate.scopes(name, 'view')), ...(await gate.scopes(name, 'delete'))]
      const bin = selected(rows(db, module, scopes, { removed: true }), module, [
        'version',
        'deleted_at',
        'deleted_by_name'
      ])
      const { query, limit } = paged(
        bin.orderBy([
          { column: 'r.deleted_at', order: 'desc' },
          { column: 'r.id', order: 'desc' }
        ]),
        ask
      )
      const found = await allRows<Row>(query)
      const records = await recordsOf(module, found.slice(0, limit))
      return {
        records: records.map((record, index) => removedRecord(record, found[index]!)),
        hasMore: found.length > limit
      }
    },
    async search(text, limit = 5) {
      const modules = [...(await model()).catalog('en').modules.values()].filter(isSearched)
      const found = []
      for (const { name } of modules)
        found.push({ module: name, records: (await list(name, { search: text, limit })).records })
      return found.filter(({ records }) => records.length > 0)
    }
  }
}

/** Up to one more than the cap: where the first of several ways has as many, the others are not asked. */
async function countWithin(
  db: Knex,
  scopes: readonly Scope[],
  { cap, ids }: { cap: number; ids: (some: readonly Sql[]) => Knex.QueryBuilder }
): Promise<number> {
  const parts = waysIn(scopes)?.parts ?? [scopes]
  const first = await countOf(db, ids(parts[0]!))
  if (first > cap || parts.length === 1) return first
  return countOf(db, union(db, parts.map(ids)).limit(cap + 1))
}

async function countOf(db: Knex, query: Knex.QueryBuilder): Promise<number> {
  const row = await firstRow<{ count: number }>(db.count({ count: '*' }).from(query.as('c')).first())
  return Number(row?.count ?? 0)
}

function linkNamed(module: Module, name: string): Link {
  const link = module.links.get(name)
  if (!link) throw new NotFound()
  return link
}

function removedRecord(record: CrmRecord, row: Row): RemovedRecord {
  return { record, removedAt: String(row['deleted_at']), removedBy: String(row['deleted_by_name'] ?? '') }
}

function isSearched(module: Module): boolean {
  return (
    !module.partOf && module.name !== userModule.name && [...module.fields.values()].some((field) => field.searchable)
  )
}

async function allowed(
  actions: readonly StaffAction[],
  ask: (action: StaffAction) => Promise<void>
): Promise<Set<StaffAction>> {
  const granted = new Set<StaffAction>()
  for (const action of actions) if (await isAllowed(() => ask(action))) granted.add(action)
  return granted
}

async function isAllowed(ask: () => Promise<void>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (error instanceof PorticoError) return false
    throw error
  }
}
