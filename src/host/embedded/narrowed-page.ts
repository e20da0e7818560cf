/** The rows of a list's page where plugins narrow what is seen. Who sees much finds his page among the records that come first in the list's
 *  order; who sees little finds his records by their owners. Neither way serves the other: the first would walk the whole module, the second
 *  would sort it. So the first is gone a short way, and where the page is not full by then, the second. */
import type { Knex } from 'knex'
import { dialectOf } from '../../db/dialect.js'
import type { Scope, Sql } from '../../hooks.js'
import type { Module } from '../catalog.js'
import { allRows, firstRow } from './answers.js'
import { isDescending, ordered, paged, pagedUnion, placeIn, rows, selected, sortedBy, waysIn } from './query.js'
import type { ListAsk } from './records.js'
import { isText, sortColumn } from './schema.js'
import type { Row } from './values.js'

export interface Narrowed {
  readonly module: Module
  readonly scopes: readonly Scope[]
  readonly ask: ListAsk
  /** The list within these scopes, neither ordered nor selected yet. */
  query(scopes: readonly Sql[]): Knex.QueryBuilder
}

/** So many records are asked one by one before owners are looked up. */
const shortWay = 1000

/** One row more than the page holds, if there is one. */
export async function rowsOfPage(db: Knex, narrowed: Narrowed): Promise<{ found: readonly Row[]; limit: number }> {
  const { module, scopes, ask, query } = narrowed
  const ways = waysIn(scopes)
  const whole = paged(ordered(db, query(scopes), module, ask.sort), ask)
  if (!ways) return fetched(db, module, whole)
  const isInOrder = ways.isFew && sortedBy(module, ask.sort).name === module.createdAt
  const first = isInOrder ? undefined : await firstOnes(db, narrowed)
  if (first) return first
  return fetched(db, module, pagedUnion(db, module, { parts: ways.parts.map(query), isInOrder }, ask))
}

async function fetched(
  db: Knex,
  module: Module,
  { query, limit }: { query: Knex.QueryBuilder; limit: number }
): Promise<{ found: readonly Row[]; limit: number }> {
  return { found: await allRows<Row>(selected(query, module, ['version'])), limit }
}

/** The page, if it is full by the end of the short way. */
async function firstOnes(
  db: Knex,
  { module, scopes, ask, query }: Narrowed
): Promise<{ found: readonly Row[]; limit: number } | undefined> {
  const { limit, offset } = placeIn(ask)
  const edge = await edgeOf(db, module, ask, shortWay + 2 * offset)
  if (edge?.value === null) return undefined
  const near = edge ? upTo(db, module, ask, edge) : undefined
  const walked = near ? query([...scopes, near]) : query(scopes)
  const page = await fetched(db, module, paged(ordered(db, walked, module, ask.sort), ask))
  return !near || page.found.length > limit ? page : undefined
}

interface Edge {
  readonly value: string | number | null
  readonly id: string
}

/** The record so far down in the list of all; undefined where it is not that long. */
function edgeOf(db: Knex, module: Module, { sort }: ListAsk, depth: number): Promise<Edge | undefined> {
  const column = sortColumn(sortedBy(module, sort))
  return firstRow<Edge>(
    ordered(db, rows(db, module, []).select(`r.${column} as value`, 'r.id as id'), module, sort)
      .offset(depth)
      .first()
  )
}

/** What comes no later than the edge. Nothing is less than any value. */
function upTo(db: Knex, module: Module, { sort }: ListAsk, { value, id }: Edge): Sql {
  const { quote, order } = dialectOf(db)
  const field = sortedBy(module, sort)
  const column = order(quote(`r.${sortColumn(field)}`), isText(field))
  const before = isDescending(sort) ? '>' : '<'
  const orNothing = isDescending(sort) ? '' : ` or ${quote(`r.${sortColumn(field)}`)} is null`
  const sql = `(${column} ${before} ? or (${column} = ? and ${quote('r.id')} ${before}= ?)${orNothing})`
  return { sql, bindings: [value, value, id] }
}
