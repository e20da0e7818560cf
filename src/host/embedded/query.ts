/** How lists of the CRM's records are asked: what is live, what matches, in which order, which page of it. */
import type { Knex } from 'knex'
import { dialectOf } from '../../db/dialect.js'
import { PorticoError } from '../../errors.js'
import type { Sql } from '../../hooks.js'
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
export function ordered(db: Knex, query: Knex.QueryBuilder, module: Module, sort: ListAsk['sort']): Knex.QueryBuilder {
  const field = known(module, sort?.field ?? module.createdAt)
  if (!field.sortable) throw unknownField(field.name)
  const { quote, order } = dialectOf(db)
  const direction = (sort?.descending ?? !sort) ? 'desc' : 'asc'
  const column = order(quote(`r.${sortColumn(field)}`), isText(field))
  return query.orderByRaw(`${column} ${direction}, ${quote('r.id')} ${direction}`)
}

/** One row more than the page holds, so that it shows whether there are more. */
export function paged(
  query: Knex.QueryBuilder,
  ask: Pick<ListAsk, 'page' | 'limit'>
): { query: Knex.QueryBuilder; limit: number } {
  const limit = Math.min(Math.max(ask.limit ?? usualLimit, 1), largestLimit)
  const page = Math.max(ask.page ?? 1, 1)
  return { query: query.limit(limit + 1).offset((page - 1) * limit), limit }
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
