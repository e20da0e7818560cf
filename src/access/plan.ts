/** How lists and counts are asked: one id query per grant, each ordered and cut by its own index, merged and cut again.
 *  OR plus EXISTS plus ORDER BY would make the database walk the whole table. */
import type { Field, Module } from '../host/catalog.js'
import { ID, type Condition } from './condition.js'
import { all, any } from './condition.js'
import { column, isLive, isOutside, table, valueOf } from './columns.js'
import { descendedIds, joinedIds, nearEndsOf, predicate, type Compiler } from './compile.js'
import { and, isFalse, isTrue, join, nothing, raw, sql, type Fragment } from './fragment.js'
import { linkOf, rootOf } from './roots.js'

/** Rows in which the same is asked for: those that one of the conditions admits (grants' own, restrictions included). */
export interface Branch {
  readonly conditions: readonly Condition[]
  /** Filters and search over alias `r`, made from the fields this grant shows. */
  readonly asked: readonly Fragment[]
}

export interface Order {
  readonly field: Field
  readonly descending: boolean
  /** The last row of the page before: its value in the order, and its id. */
  readonly after: { readonly value: string | number | null; readonly id: string } | undefined
}

/** `select id, sort value` of the page's rows in order, at most `limit`; false when no branch can match. */
export function pageOfIds(
  compiler: Compiler,
  module: Module,
  branches: readonly Branch[],
  order: Order,
  limit: number
): Fragment | undefined {
  const { dialect } = compiler
  const key = orderKey(compiler, module, order, 'r')
  const direction = raw(order.descending ? 'desc' : 'asc')
  const after = order.after ? [isAfter(compiler, module, order)] : []
  const queries = split(compiler, module, branches).flatMap((branch) => {
    const rows = rowsOfBranch(compiler, module, branch, after)
    return rows
      ? [
          sql`select ${column(dialect, 'r', ID)} as id, ${key} as k ${rows} order by ${ordered(compiler, order, key)} ${direction}, ${column(dialect, 'r', ID)} ${direction} limit ${raw(String(limit))}`
        ]
      : []
  })
  if (queries.length === 0) return undefined
  if (queries.length === 1) return queries[0]
  const merged = join(
    queries.map((query, index) => sql`select * from (${query}) ${raw(`b${index}`)}`),
    ' union '
  )
  return sql`select u.id, u.k from (${merged}) u order by ${ordered(compiler, order, raw('u.k'))} ${direction}, u.id ${direction} limit ${raw(String(limit))}`
}

/** `select count`, at most `cap + 1`. */
export function cappedCount(
  compiler: Compiler,
  module: Module,
  branches: readonly Branch[],
  cap: number
): Fragment | undefined {
  const limit = raw(String(cap + 1))
  const queries = split(compiler, module, branches).flatMap((branch) => {
    const rows = rowsOfBranch(compiler, module, branch, [])
    return rows ? [sql`select ${column(compiler.dialect, 'r', ID)} as id ${rows} limit ${limit}`] : []
  })
  if (queries.length === 0) return undefined
  const merged = join(
    queries.map((query, index) => sql`select * from (${query}) ${raw(`b${index}`)}`),
    ' union '
  )
  return sql`select count(*) as count from (select u.id from (${merged}) u limit ${limit}) c`
}

/** The expression a list is ordered by. */
function orderKey(compiler: Compiler, module: Module, order: Pick<Order, 'field'>, alias: string): Fragment {
  const { storage } = order.field
  return storage.kind === 'joined'
    ? column(compiler.dialect, alias, storage.order)
    : valueOf(compiler.dialect, module, order.field, alias)
}

/** More branches than this cost more than they save; the condition then stays one. */
const mostBranches = 16

/** One way to the rows: by a condition, with what is asked for in them. */
interface Way {
  readonly condition: Condition
  readonly asked: readonly Fragment[]
}

/** An alternative that finds rows from constants is a way of its own. The others cost one walk together and as many walks apart;
 *  and what would be multiplied out without end stays whole (A29). */
function split(compiler: Compiler, module: Module, branches: readonly Branch[]): Way[] {
  return branches.flatMap(({ conditions, asked }) => {
    const ways = new Map(
      conditions
        .flatMap((condition) =>
          branchesOf(compiler, module, condition) <= mostBranches
            ? alternatives(compiler, module, condition)
            : [condition]
        )
        .map((way) => [JSON.stringify(way), way])
    )
    const isFound = (way: Condition): boolean => rootOf(compiler.catalog, module, way) !== 'none'
    const walked = any(...[...ways.values()].filter((way) => !isFound(way)))
    const found = walked.kind === 'always' ? [] : [...ways.values()].filter(isFound)
    return [...found, ...(walked.kind === 'never' ? [] : [walked])].map((condition) => ({ condition, asked }))
  })
}

/** How many `alternatives` would give, without making them. */
function branchesOf(compiler: Compiler, module: Module, condition: Condition): number {
  const count = (part: Condition): number => branchesOf(compiler, module, part)
  if (condition.kind === 'any' && isDriven(compiler, module, condition))
    return condition.of.reduce((sum, part) => sum + count(part), 0)
  if (condition.kind !== 'all') return 1
  return choicesIn(compiler, module, condition.of).reduce((product, part) => product * count(part), 1)
}

function alternatives(compiler: Compiler, module: Module, condition: Condition): readonly Condition[] {
  if (condition.kind === 'any')
    return isDriven(compiler, module, condition)
      ? condition.of.flatMap((part) => alternatives(compiler, module, part))
      : [condition]
  if (condition.kind !== 'all') return [condition]
  const [choice] = choicesIn(compiler, module, condition.of)
  if (!choice) return [condition]
  const rest = condition.of.filter((part) => part !== choice)
  return choice.of.flatMap((part) => alternatives(compiler, module, all(part, ...rest)))
}

type Any = Extract<Condition, { kind: 'any' }>

/** The alternatives among conditions that all must hold which are worth taking apart: none where another one finds the rows. */
function choicesIn(compiler: Compiler, module: Module, parts: readonly Condition[]): Any[] {
  const isFound = parts.some((part) => part.kind !== 'any' && rootOf(compiler.catalog, module, part) !== 'none')
  if (isFound) return []
  return parts.filter((part): part is Any => part.kind === 'any' && isDriven(compiler, module, part))
}

/** Whether one of the alternatives can be found from constants. */
function isDriven(compiler: Compiler, module: Module, { of }: Any): boolean {
  return of.some(
    (part) =>
      rootOf(compiler.catalog, module, part) !== 'none' ||
      (part.kind === 'all' && choicesIn(compiler, module, part.of).length > 0)
  )
}

/** `from … where …` of one branch: driven from its root where it has several, by the plain index where it has one. What must not be found in a
 *  table of ours is looked for last: MariaDB asks in this order, and only few rows are left by then. */
function rowsOfBranch(
  compiler: Compiler,
  module: Module,
  branch: Way,
  extra: readonly Fragment[]
): Fragment | undefined {
  const { dialect } = compiler
  const parts = branch.condition.kind === 'all' ? branch.condition.of : [branch.condition]
  const source = sourceOf(compiler, module, parts)
  const rest = parts.filter((part) => part !== source?.part)
  const held = (isNegated: boolean): Fragment[] =>
    rest.filter(({ kind }) => (kind === 'not') === isNegated).map((part) => predicate(compiler, module, 'r', part))
  const where = and([
    isLive(dialect, 'r', module.live),
    isOutside(dialect, module, 'r'),
    ...held(false),
    ...branch.asked,
    ...held(true),
    ...extra
  ])
  if (where === isFalse) return undefined
  const from = source
    ? sql`(select distinct ${source.ends}) s ${raw(dialect.orderedJoin)} ${table(dialect, module.table, 'r')} on ${source.near} = s.near_id`
    : table(dialect, module.table, 'r')
  return where === isTrue ? sql`from ${from}` : sql`from ${from} where ${where}`
}

interface Source {
  readonly part: Condition
  readonly ends: Fragment
  readonly near: Fragment
}

function sourceOf(compiler: Compiler, module: Module, parts: readonly Condition[]): Source | undefined {
  if (parts.some((part) => isSingle(compiler, module, part))) return undefined
  for (const part of parts) {
    if (part.kind === 'joined' && part.match === ID)
      return { part, ends: joinedIds(compiler, part, { lead: true }), near: column(compiler.dialect, 'r', ID) }
    if (part.kind === 'descended')
      return { part, ends: descendedIds(compiler, module, part), near: column(compiler.dialect, 'r', ID) }
    if (part.kind === 'linked' && rootOf(compiler.catalog, module, part) === 'many')
      return sourceOfLink(compiler, module, part)
  }
  return undefined
}

/** The part alone names one id, or one value of an indexed reference column: the index gives the rows in order. */
function isSingle(compiler: Compiler, module: Module, part: Condition): boolean {
  if (part.kind === 'oneOf') return part.field === ID
  if (part.kind !== 'linked') return false
  const link = linkOf(module, part.link)
  const target = compiler.catalog.modules.get(link.to)
  return (
    link.storage.kind !== 'table' && target !== undefined && rootOf(compiler.catalog, target, part.condition) === 'one'
  )
}

function sourceOfLink(
  compiler: Compiler,
  module: Module,
  part: Extract<Condition, { kind: 'linked' }>
): Source | undefined {
  const link = linkOf(module, part.link)
  if (link.storage.kind === 'column' && link.storage.only) return undefined
  const near = link.storage.kind === 'column' ? link.storage.column : ID
  const inner: Compiler = { catalog: compiler.catalog, dialect: compiler.dialect, depth: 1 }
  return { part, ends: nearEndsOf(inner, link, part.condition), near: column(compiler.dialect, 'r', near) }
}

/** Rows after the cursor. The plain bound comes first, so that an index can start there. */
function isAfter(compiler: Compiler, module: Module, order: Order): Fragment {
  if (!order.after) return nothing
  const { value, id } = order.after
  const key = ordered(compiler, order, orderKey(compiler, module, order, 'r'))
  const rowId = column(compiler.dialect, 'r', ID)
  const [beyond, upTo] = order.descending ? [raw('<'), raw('<=')] : [raw('>'), raw('>=')]
  const tie = sql`${rowId} ${beyond} ${id}`
  if (value === null) return order.descending ? sql`(${key} is null and ${tie})` : sql`(${key} is not null or ${tie})`
  const bounded = sql`(${key} ${upTo} ${value} and (${key} ${beyond} ${value} or ${tie}))`
  const nullsFollow = order.descending && !(order.field.required && order.field.storage.kind === 'column')
  return nullsFollow ? sql`(${bounded} or ${key} is null)` : bounded
}

/** A value in the order of lists. */
export function ordered(compiler: Compiler, order: Pick<Order, 'field'>, key: Fragment): Fragment {
  const isText = !['integer', 'number', 'money', 'boolean', 'date', 'datetime'].includes(order.field.type)
  return raw(compiler.dialect.order(key.sql, isText), key.bindings)
}
