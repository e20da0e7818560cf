/** How lists of the CRM's records are asked: what is live, what matches, in which order, which page of it. */
import type { Knex } from 'knex'
import { dialectOf } from '../../db/dialect.js'
import { PorticoError } from '../../errors.js'
import type { Scope, Sql } from '../../hooks.js'
import type { Field, Link, Module } from '../catalog.js'
import type { ListAsk, ListFilter } from './records.js'
import { isText, sortColumn } from './schema.js'
import { readColumns, type Row } from './values.js'

const usualLimit = 25
const largestLimit = 200

/** The rows of `module` (alias `r`) that are in the recycle bin, or are not, as far as `scopes` allow. */
export function rows(
  db: Knex,
  module: Module,
  scopes: readonly Sql[],
  options: { removed?: boolean } = {}
): Knex.QueryBuilder {
  const query = db(`${module.table} as r`).where('r.deleted', options.removed ? 1 : 0)
  for (const scope of scopes) void query.whereRaw(`(${scope.sql})`, scope.bindings as Knex.RawBinding[])
  return query
}

/** The ways by which records are let in, where one of several parts of a scope must hold: each of them with all the other scopes. Each way
 *  has an index that serves it; all of them in one condition would make the database walk the table. Undefined: nothing is divided. */
export function waysIn(scopes: readonly Scope[]): { parts: readonly (readonly Sql[])[]; isFew: boolean } | undefined {
  const divided = scopes.find(({ anyOf }) => anyOf !== undefined && anyOf.length > 0)
  if (!divided?.anyOf) return undefined
  const others = scopes.filter((scope) => scope !== divided)
  return { parts: divided.anyOf.map((part) => [part, ...others]), isFew: divided.isFew === true }
}

/** Everything in one of `queries`, once; the database finds it before it orders it. */
export function union(db: Knex, queries: readonly Knex.QueryBuilder[]): Knex.QueryBuilder {
  const [first, ...others] = queries.map((query, index) => db.select('*').from(query.as(`part${index}`)))
  return others.length === 0 ? first!.distinct() : first!.union(others)
}

export function selected(query: Knex.QueryBuilder, module: Module, more: readonly string[] = []): Knex.QueryBuilder {
  return query.select([...readColumns(module), ...more].map((column) => `r.${column}`))
}

/** Narrows by filter and search. @throws PorticoError `errors.unknownField` (400) */
export function matching(
  db: Knex,
  query: Knex.QueryBuilder,
  module: Module,
  ask: Pick<ListAsk, 'filter' | 'search'>
): Knex.QueryBuilder {
  for (const filter of ask.filter ?? []) filtered(db, query, known(module, filter.field), filter)
  const words = ask.search?.trim()
  if (words) void query.where((any) => void contains(db, any, searched(db, module), words.slice(0, 100)))
  return query
}

/** Orders by a sortable field, newest first without one; ids make the order complete. */
export function ordered(
  db: Knex,
  query: Knex.QueryBuilder,
  module: Module,
  sort: ListAsk['sort'],
  alias = 'r'
): Knex.QueryBuilder {
  const field = sortedBy(module, sort)
  const { quote, order } = dialectOf(db)
  const direction = isDescending(sort) ? 'desc' : 'asc'
  const column = order(quote(`${alias}.${sortColumn(field)}`), isText(field))
  return query.orderByRaw(`${column} ${direction}, ${quote(`${alias}.id`)} ${direction}`)
}

export function isDescending(sort: ListAsk['sort']): boolean {
  return sort?.descending ?? !sort
}

export function sortedBy(module: Module, sort: ListAsk['sort']): Field {
  const field = known(module, sort?.field ?? module.createdAt)
  if (!field.sortable) throw unknownField(field.name)
  return field
}

/** One row more than the page holds, so that it shows whether there are more. */
export function paged(
  query: Knex.QueryBuilder,
  ask: Pick<ListAsk, 'page' | 'limit'>
): { query: Knex.QueryBuilder; limit: number } {
  const { limit, offset } = placeIn(ask)
  return { query: query.limit(limit + 1).offset(offset), limit }
}

export function placeIn(ask: Pick<ListAsk, 'page' | 'limit'>): { limit: number; offset: number } {
  const limit = Math.min(Math.max(ask.limit ?? usualLimit, 1), largestLimit)
  return { limit, offset: (Math.max(ask.page ?? 1, 1) - 1) * limit }
}

/** The page of what is in one of `parts`, none of them ordered or selected yet; the rows are fetched by the ids that come first among them
 *  all. Where an index has each part in the list's order, it gives no more than the page could need. */
export function pagedUnion(
  db: Knex,
  module: Module,
  { parts, isInOrder }: { parts: readonly Knex.QueryBuilder[]; isInOrder: boolean },
  ask: ListAsk
): { query: Knex.QueryBuilder; limit: number } {
  const { limit, offset } = placeIn(ask)
  const columns = [...new Set(['id', sortColumn(sortedBy(module, ask.sort))])]
  const firstOnes = parts.map((part) => {
    const chosen = part.select(columns.map((name) => `r.${name}`))
    return isInOrder ? ordered(db, chosen, module, ask.sort).limit(offset + limit + 1) : chosen
  })
  const found = db.select('u.*').from(union(db, firstOnes).as('u'))
  const page = ordered(db, found, module, ask.sort, 'u')
    .limit(limit + 1)
    .offset(offset)
  const { quote, orderedJoin } = dialectOf(db)
  const rowsOfPage = db
    .from(page.as('p'))
    .joinRaw(`${orderedJoin} ${quote(module.table)} as ${quote('r')} on ${quote('r.id')} = ${quote('p.id')}`)
  return { query: ordered(db, rowsOfPage, module, ask.sort), limit }
}

/** Only the records at the other end of `link` of the record that is `row`. */
export function linkedTo(query: Knex.QueryBuilder, link: Link, row: Row): Knex.QueryBuilder {
  const { storage } = link
  switch (storage.kind) {
    case 'column': {
      const leads = !storage.only || row[storage.only.column] === storage.only.is
      return query.where('r.id', leads ? String(row[storage.column] ?? '') : '')
    }
    case 'reverse':
      if (storage.only) void query.where(`r.${storage.only.column}`, storage.only.is)
      return query.where(`r.${storage.column}`, String(row['id']))
    case 'table':
      return query.whereIn('r.id', (from) => {
        void from.select(`l.${storage.far}`).from(`${storage.table} as l`).where(`l.${storage.near}`, String(row['id']))
        if (storage.live) void from.where(`l.${storage.live.column}`, storage.live.is)
      })
  }
}

/** One of these pieces of SQL contains `words`, ignoring case; `%` and `_` mean themselves. */
export function contains(
  db: Knex,
  query: Knex.QueryBuilder,
  expressions: readonly string[],
  words: string
): Knex.QueryBuilder {
  if (expressions.length === 0) return query.whereRaw('1 = 0')
  const { placeOf } = dialectOf(db)
  for (const expression of expressions) void query.orWhereRaw(`${placeOf(expression)} > 0`, [words])
  return query
}

function searched(db: Knex, module: Module): string[] {
  return [...module.fields.values()].filter((field) => field.searchable).map((field) => expressionOf(db, field))
}

/** A field's value as SQL over alias `r`. */
function expressionOf(db: Knex, { name, storage }: Field): string {
  const { quote, joinWords } = dialectOf(db)
  if (storage.kind === 'column') return quote(`r.${storage.column}`)
  if (storage.kind === 'joined') return joinWords(storage.columns.map((column) => quote(`r.${column}`)))
  throw new RangeError(`${name} is kept aside; the CRM does not do that.`)
}

function known(module: Module, name: string): Field {
  const field = module.fields.get(name)
  if (!field) throw unknownField(name)
  return field
}

function unknownField(field: string): PorticoError {
  return new PorticoError('errors.unknownField', { status: 400, args: { field } })
}

function filtered(db: Knex, query: Knex.QueryBuilder, field: Field, filter: ListFilter): void {
  const { placeOf } = dialectOf(db)
  const is = expressionOf(db, field)
  const value = typeof filter.value === 'boolean' ? Number(filter.value) : (filter.value ?? null)
  const empty = isText(field) ? `(${is} is null or ${is} in ('', '[]'))` : `${is} is null`
  const { operator } = filter
  switch (operator) {
    case 'isEmpty':
      return void query.whereRaw(empty)
    case 'isNotEmpty':
      return void query.whereRaw(`not ${empty}`)
    case 'contains':
      return void query.whereRaw(`${placeOf(is)} > 0`, [String(value)])
    case 'startsWith':
      return void query.whereRaw(`${placeOf(is)} = 1`, [String(value)])
    case '≠':
      return void query.whereRaw(`(${is} <> ? or ${is} is null)`, [value])
    default:
      return void query.whereRaw(`${is} ${comparisons[operator]} ?`, [value])
  }
}

const comparisons = { '=': '=', '<': '<', '≤': '<=', '>': '>', '≥': '>=' } as const
