/** Reading the CRM's records through a gate: every statement carries its scopes, the titles of references too. */
import type { Knex } from 'knex'
import { Forbidden, NotFound, PorticoError } from '../../errors.js'
import type { Sql, StaffAction } from '../../hooks.js'
import type { Link, Module } from '../catalog.js'
import type { FieldValue } from '../host.js'
import type { Gate } from './gate.js'
import type { Model } from './model.js'
import { linkedTo, matching, ordered, paged, rows, selected } from './query.js'
import type { CrmRecord, ListAsk, ListPage, Records, RemovedRecord } from './records.js'
import { userModule } from './standard-fields.js'
import { valuesOf, type Row } from './values.js'

export type Reading = Pick<Records, 'list' | 'count' | 'find' | 'related' | 'may' | 'recycleBin' | 'search'>

export interface Reader extends Reading {
  /** The row of a record that may be seen. @throws NotFound */
  rowOf(module: Module, id: string): Promise<Row>
  /** @throws NotFound when the record can't be seen, Forbidden when this may not be done to it. */
  mustAllow(module: Module, id: string, action: StaffAction): Promise<void>
}

export function createReader(db: Knex, model: () => Promise<Model>, gate: Gate): Reader {
  const moduleNamed = async (name: string): Promise<Module> => (await model()).module(name).module

  /** A query is a promise of its rows, so it is never what a promise gives. */
  const seen = (module: Module): Promise<readonly Sql[]> => gate.scopes(module.name, 'view')

  const rowOf = async (module: Module, id: string): Promise<Row> => {
    const row: Row | undefined = await selected(rows(db, module, await seen(module)), module, ['version'])
      .where('r.id', id)
      .first()
    if (!row || row['id'] !== id) throw new NotFound()
    return row
  }

  const page = async (module: Module, query: Knex.QueryBuilder, ask: ListAsk): Promise<ListPage> => {
    const sorted = ordered(db, matching(db, selected(query, module, ['version']), module, ask), module, ask.sort)
    const { query: limited, limit } = paged(sorted, ask)
    const found: Row[] = await limited
    return { records: await recordsOf(module, found.slice(0, limit)), hasMore: found.length > limit }
  }

  const recordsOf = async (module: Module, found: readonly Row[]): Promise<CrmRecord[]> => {
    const plain = found.map((row) => ({ row, values: valuesOf(module, row) }))
    const titles = await titlesOf(
      module,
      plain.map(({ values }) => values)
    )
    return plain.map(({ row, values }) => ({
      module: module.name,
      id: String(row['id']),
      title: titleOf(module, values),
      values,
      titles: titlesFor(module, values, titles),
      version: Number(row['version'] ?? 1)
    }))
  }

  /** The titles, by module and id, of what these values refer to, as far as it may be seen. */
  const titlesOf = async (module: Module, values: readonly Record<string, FieldValue>[]): Promise<Titles> => {
    const wanted = new Map<string, Set<string>>()
    for (const { to, id } of values.flatMap((each) => referencesOf(module, each)))
      wanted.set(to, (wanted.get(to) ?? new Set()).add(id))
    const titles: Titles = new Map()
    for (const [name, ids] of wanted) titles.set(name, await titlesIn(await moduleNamed(name), [...ids]))
    return titles
  }

  const titlesIn = async (module: Module, ids: readonly string[]): Promise<Map<string, string>> => {
    const scopes = module.name === userModule.name ? [] : await gate.scopes(module.name, 'view')
    const found: Row[] = await rows(db, module, scopes).select(titleColumns(module)).whereIn('r.id', ids)
    return new Map(found.map((row) => [String(row['id']), titleOf(module, valuesOf(module, row))]))
  }

  const isWithin = async (module: Module, id: string, scopes: readonly Sql[]): Promise<boolean> => {
    if (scopes.length === 0) return true
    return (await rows(db, module, scopes).select('r.id').where('r.id', id).first()) !== undefined
  }

  const mustAllow = async (module: Module, id: string, action: StaffAction): Promise<void> => {
    await rowOf(module, id)
    if (!(await isWithin(module, id, await gate.scopes(module.name, action)))) throw new Forbidden()
    await gate.mustAllow(module.name, id, action)
  }

  const list = async (name: string, ask: ListAsk = {}): Promise<ListPage> => {
    const module = await moduleNamed(name)
    return page(module, rows(db, module, await seen(module)), ask)
  }

  return {
    rowOf,
    mustAllow,
    list,
    async count(name, ask = {}, cap = 10_000) {
      const module = await moduleNamed(name)
      const counted = matching(db, rows(db, module, await seen(module)), module, ask)
        .select('r.id')
        .limit(cap + 1)
      const row = await db.count({ count: '*' }).from(counted.as('c')).first()
      const count = Number(row?.count ?? 0)
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
      const target = await moduleNamed(link.to)
      return page(target, linkedTo(rows(db, target, await seen(target)), link, row), ask)
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
      const found: Row[] = await query
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

type Titles = Map<string, Map<string, string>>

export function linkNamed(module: Module, name: string): Link {
  const link = module.links.get(name)
  if (!link) throw new NotFound()
  return link
}

export function titleOf(module: Module, values: Readonly<Record<string, FieldValue>>): string {
  const title = values[module.title]
  return title === undefined || title === null ? '' : String(title)
}

function titleColumns(module: Module): string[] {
  const storage = module.fields.get(module.title)?.storage
  const columns = storage?.kind === 'joined' ? storage.columns : storage?.kind === 'column' ? [storage.column] : []
  return ['r.id', ...columns.map((column) => `r.${column}`)]
}

interface Referred {
  readonly field: string
  readonly to: string
  readonly id: string
}

/** What a record's values refer to; the parent by `parentId`. */
function referencesOf(module: Module, values: Readonly<Record<string, FieldValue>>): Referred[] {
  const references = [...module.fields.values()].flatMap((field): Referred[] => {
    const to = field.link && module.links.get(field.link)?.to
    const id = values[field.name]
    return to && typeof id === 'string' ? [{ field: field.name, to, id }] : []
  })
  const { parentType, parentId } = values
  const hasParent = module.fields.has('parentType') && typeof parentType === 'string' && typeof parentId === 'string'
  return hasParent ? [...references, { field: 'parentId', to: parentType, id: parentId }] : references
}

function titlesFor(
  module: Module,
  values: Readonly<Record<string, FieldValue>>,
  titles: Titles
): Record<string, string> {
  const named = referencesOf(module, values).map(({ field, to, id }) => [field, titles.get(to)?.get(id)] as const)
  return Object.fromEntries(named.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
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
  const allowed = new Set<StaffAction>()
  for (const action of actions) if (await isAllowed(() => ask(action))) allowed.add(action)
  return allowed
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
