/** Turns conditions into SQL. One form serves lists, single records and rows that do not exist yet, so nothing can drift apart. */
import { moduleOf, type Catalog, type Link, type Module, type OwnerGroups } from '../host/catalog.js'
import type { Dialect } from '../db/dialect.js'
import { column, columnIs, fieldOf, isLive, table, valueOf } from './columns.js'
import { comparePredicate, oneOfPredicate } from './comparison.js'
import { ID, type Condition } from './condition.js'
import { and, isFalse, isTrue, join, or, raw, sql, type Fragment } from './fragment.js'
import { CannotCompile, linkOf, rootOf } from './roots.js'
import { unlinkedPredicate } from './unlinked.js'

/** Paths longer than this are refused (A29). */
export const deepest = 8

export interface Compiler {
  readonly catalog: Catalog
  readonly dialect: Dialect
  /** The row being judged does not exist yet, or not like this: what will be true of it beside its columns. */
  readonly candidate?: Candidate
  readonly depth?: number
  /** Each row is asked, found by something else: ids are compared in the shortest exact way, which no index serves. */
  readonly isRowByRow?: boolean
}

export interface Candidate {
  readonly isNew: boolean
  /** Of a record that is there, and will not be like this. */
  readonly id?: string
  readonly authorId: string
  /** Ids that will stand at the other end of to-many links. */
  readonly links: Readonly<Record<string, readonly string[]>>
  /** For a line item: the record it will be part of, where that is not there yet either. */
  readonly owner?: PendingOwner
}

/** A record to be, as a one-row table called `owner`. */
export interface PendingOwner {
  readonly module: Module
  readonly row: Fragment
  readonly candidate: Candidate
}

type Descended = Extract<Condition, { kind: 'descended' }>

/** Does `condition` hold for the row `alias` of `module`? Never NULL where it matters: NULL does not grant.
 *  @throws CannotCompile for fields, links, operators and value types that don't fit. */
export function predicate(compiler: Compiler, module: Module, alias: string, condition: Condition): Fragment {
  switch (condition.kind) {
    case 'always':
      return isTrue
    case 'never':
      return isFalse
    case 'oneOf':
      return oneOfPredicate(compiler, module, alias, condition)
    case 'compare':
      return comparePredicate(compiler, module, alias, condition)
    case 'linked':
      return linkedPredicate(compiler, module, alias, condition)
    case 'unlinked':
      return unlinkedPredicate(compiler, module, alias, condition.link)
    case 'descended':
      return descendedPredicate(compiler, module, alias, condition)
    case 'joined':
      return joinedPredicate(compiler, module, alias, condition)
    case 'owned':
      return ownedPredicate(compiler, module, alias, condition)
    case 'all':
      return and(condition.of.map((part) => predicate(compiler, module, alias, part)))
    case 'any':
      return or(condition.of.map((part) => predicate(compiler, module, alias, part)))
    case 'not':
      return notPredicate(compiler, module, alias, condition.condition)
  }
}

/** Whether `condition` can be asked of the module at all: its fields and links are there, its values fit. */
export function canCompile(compiler: Compiler, module: Module, condition: Condition): boolean {
  try {
    predicate(compiler, module, 'r', condition)
    return true
  } catch (error) {
    if (error instanceof CannotCompile) return false
    throw error
  }
}

function linkedPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'linked' }>
): Fragment {
  const link = linkOf(module, condition.link)
  const inner: Compiler = { catalog: compiler.catalog, dialect: compiler.dialect, depth: deeper(compiler) }
  const expected = expectedPredicate(compiler, inner, { module, link, condition: condition.condition })
  if (expected) return expected
  const target = moduleOf(compiler.catalog, link.to)
  const rooted = rootOf(compiler.catalog, target, condition.condition)
  const guard =
    link.storage.kind === 'column' && link.storage.only ? columnIs(compiler.dialect, alias, link.storage.only) : isTrue
  if (rooted === 'none') return and([guard, existsPredicate(inner, link, alias, condition.condition)])
  const near = column(compiler.dialect, alias, link.storage.kind === 'column' ? link.storage.column : ID)
  const set = nearEnds(inner, link, condition.condition)
  const isSingle = rooted === 'one' && link.storage.kind !== 'table'
  return and([guard, isSingle ? sql`${near} = (${set})` : sql`${near} in (${set})`])
}

/** What will be at the other end of a candidate's link; undefined where the database says it. */
function expectedPredicate(
  compiler: Compiler,
  inner: Compiler,
  { module, link, condition }: { module: Module; link: Link; condition: Condition }
): Fragment | undefined {
  const { owner, links } = compiler.candidate ?? {}
  if (owner && link.name === module.partOf?.link) return ownerPredicate(compiler, owner, condition)
  const pending = links?.[link.name]
  return pending && link.storage.kind !== 'column' ? pendingPredicate(inner, link, pending, condition) : undefined
}

/** The record that the candidate will be part of is a candidate, too. */
function ownerPredicate(compiler: Compiler, { module, candidate }: PendingOwner, condition: Condition): Fragment {
  const holds = predicate({ ...compiler, candidate }, module, 'owner', condition)
  return and([isLive(compiler.dialect, 'owner', module.live), holds])
}

/** The values, on the near side of `link`, of the records linked to one for which `condition` holds: ids, or what the reference column holds. */
function nearEnds(compiler: Compiler, link: Link, condition: Condition): Fragment {
  return sql`select ${nearEndsOf(compiler, link, condition)}`
}

/** The same without the leading `select`, so that a plan can make it distinct; the column is called `near_id`. */
export function nearEndsOf(compiler: Compiler, link: Link, condition: Condition): Fragment {
  const { dialect } = compiler
  const target = moduleOf(compiler.catalog, link.to)
  const far = aliasAt(compiler)
  const holds = and([isLive(dialect, far, target.live), predicate(compiler, target, far, condition)])
  const { storage } = link
  switch (storage.kind) {
    case 'column':
      return sql`${column(dialect, far, ID)} as near_id from ${table(dialect, target.table, far)} where ${holds}`
    case 'reverse': {
      const only = storage.only ? columnIs(dialect, far, storage.only) : isTrue
      return sql`${column(dialect, far, storage.column)} as near_id from ${table(dialect, target.table, far)} where ${and([only, holds])}`
    }
    case 'table': {
      const between = `${far}l`
      const rows = and([
        isLive(dialect, between, storage.live),
        ...storage.only.map((rule) => columnIs(dialect, between, rule))
      ])
      const ends = sql`select ${column(dialect, far, ID)} from ${table(dialect, target.table, far)} where ${holds}`
      const match = rootOf(compiler.catalog, target, condition) === 'one' ? raw('=') : raw('in')
      return sql`${column(dialect, between, storage.near)} as near_id from ${table(dialect, storage.table, between)} where ${column(dialect, between, storage.far)} ${match} (${ends}) and ${rows}`
    }
  }
}

/** For conditions that start nowhere: asked row by row. */
function existsPredicate(compiler: Compiler, link: Link, alias: string, condition: Condition): Fragment {
  const { dialect } = compiler
  const target = moduleOf(compiler.catalog, link.to)
  const far = aliasAt(compiler)
  const holds = and([isLive(dialect, far, target.live), predicate(compiler, target, far, condition)])
  const { storage } = link
  const from = table(dialect, target.table, far)
  switch (storage.kind) {
    case 'column':
      return sql`exists (select 1 from ${from} where ${column(dialect, far, ID)} = ${column(dialect, alias, storage.column)} and ${holds})`
    case 'reverse': {
      const only = storage.only ? columnIs(dialect, far, storage.only) : isTrue
      return sql`exists (select 1 from ${from} where ${column(dialect, far, storage.column)} = ${column(dialect, alias, ID)} and ${and([only, holds])})`
    }
    case 'table': {
      const between = `${far}l`
      const rows = and([
        isLive(dialect, between, storage.live),
        ...storage.only.map((rule) => columnIs(dialect, between, rule))
      ])
      return sql`exists (select 1 from ${table(dialect, storage.table, between)} join ${from} on ${column(dialect, far, ID)} = ${column(dialect, between, storage.far)} where ${column(dialect, between, storage.near)} = ${column(dialect, alias, ID)} and ${rows} and ${holds})`
    }
  }
}

/** The link rows of the candidate are not there yet: the records they will lead to are asked themselves. */
function pendingPredicate(compiler: Compiler, link: Link, ids: readonly string[], condition: Condition): Fragment {
  if (ids.length === 0) return isFalse
  const { dialect } = compiler
  const target = moduleOf(compiler.catalog, link.to)
  const far = aliasAt(compiler)
  const named = raw(dialect.sameAsOneOf(column(dialect, far, ID).sql, ids.length), [...ids, ...ids])
  return sql`exists (select 1 from ${table(dialect, target.table, far)} where ${and([named, isLive(dialect, far, target.live), predicate(compiler, target, far, condition)])})`
}

/** One walk from the tops downwards, whatever the depth; a circle has no top and is never walked. A row that is not there yet, or not like
 *  this, is judged by itself and by what will be above it.
 *  @throws CannotCompile for a link that is no lookup of the module to itself. */
function descendedPredicate(compiler: Compiler, module: Module, alias: string, condition: Descended): Fragment {
  const { dialect, candidate } = compiler
  const id = column(dialect, alias, ID)
  if (!candidate) return sql`${id} in (select ${descendedIds(compiler, module, condition)})`
  const holds = (part: Condition): Fragment => predicate(compiler, module, alias, part)
  const above = column(dialect, alias, lookupUp(module, condition.link))
  const isBelow = sql`${above} in (select ${descendedIds(compiler, module, condition)})`
  return and([isLive(dialect, alias, module.live), or([holds(condition.top), and([holds(condition.step), isBelow])])])
}

/** The ids of all of them, without the leading `select`; the column is called `near_id`. The walk passes by a record that will not be like this:
 *  what is below that does not count as what is above it. */
export function descendedIds(compiler: Compiler, module: Module, { link, top, step }: Descended): Fragment {
  const { dialect, catalog, candidate } = compiler
  const inner: Compiler = { catalog, dialect, depth: deeper(compiler) }
  const far = aliasAt(inner)
  const walked = raw(`${far}w`)
  const from = table(dialect, module.table, far)
  const id = column(dialect, far, ID)
  const isOther = candidate?.id === undefined ? [] : [sql`${id} <> ${candidate.id}`]
  const those = (holds: Condition): Fragment =>
    and([isLive(dialect, far, module.live), ...isOther, predicate(inner, module, far, holds)])
  const tops = sql`select ${id} as near_id from ${from} where ${those(top)}`
  const below = sql`select ${id} from ${walked} join ${from} on ${column(dialect, far, lookupUp(module, link))} = ${walked}.near_id where ${those(step)}`
  return sql`near_id from (with recursive ${walked} as (${tops} union ${below}) select near_id from ${walked}) ${raw(`${far}d`)}`
}

/** The column that leads upwards. */
function lookupUp(module: Module, name: string): string {
  const { storage, to } = linkOf(module, name)
  if (storage.kind !== 'column' || storage.only || to !== module.name)
    throw new CannotCompile(`${name} leads from no ${module.name} to another.`)
  return storage.column
}

/** One link further. @throws CannotCompile when that is too far */
function deeper({ depth = 0 }: Compiler): number {
  if (depth + 1 > deepest) throw new CannotCompile(`A path of more than ${deepest} links.`)
  return depth + 1
}

function joinedPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'joined' }>
): Fragment {
  const { dialect, candidate } = compiler
  if (candidate?.isNew && condition.table === 'portico_authorship' && condition.match === ID) {
    const { module: written = module.name, author_id: author } = condition.where
    return written === module.name && [undefined, candidate.authorId].includes(author as string) ? isTrue : isFalse
  }
  const near =
    condition.match === ID
      ? column(dialect, alias, ID)
      : valueOf(dialect, module, fieldOf(module, condition.match), alias)
  const lead = condition.match === ID && compiler.depth !== undefined
  return sql`${near} in (select ${joinedIds(compiler, condition, { lead })})`
}

/** The record ids that rows of one of our tables name, without the leading `select`; where they `lead` to rows of the host,
 *  they are read in the collation of its ids, or its indexes would not serve. */
export function joinedIds(
  compiler: Compiler,
  condition: Extract<Condition, { kind: 'joined' }>,
  { lead }: { lead: boolean }
): Fragment {
  const { dialect, catalog } = compiler
  const own = `${aliasAt({ ...compiler, depth: (compiler.depth ?? 0) + 1 })}j`
  const where = Object.entries(condition.where).map(([name, value]) => sql`${column(dialect, own, name)} = ${value}`)
  const id = column(dialect, own, 'record_id')
  const read = lead ? raw(dialect.collated(id.sql, catalog.idCollation)) : id
  return sql`${read} as near_id from ${table(dialect, condition.table, own)} where ${and(where)}`
}

/** A group owns what belongs to no person. */
function ownedPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  { people, groups }: Extract<Condition, { kind: 'owned' }>
): Fragment {
  if (!module.owner) throw new CannotCompile(`${module.name} has no owner.`)
  const owner = valueOf(compiler.dialect, module, fieldOf(module, module.owner), alias)
  const persons = people.length === 0 ? isFalse : oneOfIds(compiler, owner, people)
  const storage = module.ownerGroups
  if (!storage || groups.length === 0) return persons
  return or([persons, and([sql`${owner} is null`, inGroups(compiler, storage, alias, groups)])])
}

function inGroups(compiler: Compiler, storage: OwnerGroups, alias: string, groups: readonly string[]): Fragment {
  const { dialect } = compiler
  if (storage.kind === 'column') return oneOfIds(compiler, column(dialect, alias, storage.column), groups)
  const rows = and([
    sql`${column(dialect, 'og', storage.near)} = ${column(dialect, alias, ID)}`,
    isLive(dialect, 'og', storage.live),
    ...storage.only.map((rule) => columnIs(dialect, 'og', rule)),
    oneOfIds(compiler, column(dialect, 'og', storage.far), groups)
  ])
  return sql`exists (select 1 from ${table(dialect, storage.table, 'og')} where ${rows})`
}

/** Of ids that are compared loosely, as a candidate's are, each is named twice, for the index and for the letter. */
function oneOfIds(compiler: Compiler, expression: Fragment, ids: readonly string[]): Fragment {
  const { catalog, dialect, candidate, isRowByRow } = compiler
  if (isRowByRow) return exactlyOneOfIds(dialect, expression, ids)
  const isByteByByte = catalog.idCollation === undefined && !candidate
  if (isByteByByte) return oneOfBareIds(dialect, expression, ids)
  const once = [...expression.bindings, ...ids]
  return raw(dialect.sameAsOneOf(expression.sql, ids.length), [...once, ...once])
}

/** Byte by byte but for blanks at the end, which are part of no id. */
function oneOfBareIds(dialect: Dialect, expression: Fragment, ids: readonly string[]): Fragment {
  const whole = ids.filter((id) => !id.endsWith(' ')).map((id) => sql`${id}`)
  if (whole.length === 0) return isFalse
  const within = sql`${expression} in (${join(whole, ', ')})`
  return dialect.padsText ? sql`(${within} and ${expression} not like '% ')` : within
}

function exactlyOneOfIds(dialect: Dialect, expression: Fragment, ids: readonly string[]): Fragment {
  const values = ids.map((id) => raw(dialect.exactly('?'), [id]))
  return sql`${raw(dialect.exactly(expression.sql), expression.bindings)} in (${join(values, ', ')})`
}

/** Only what can't be NULL may be negated: our own tables, ids, and fields the host always fills. A new record may lack them
 *  all the same: then `not` holds no more than the comparison does. */
function notPredicate(compiler: Compiler, module: Module, alias: string, condition: Condition): Fragment {
  const isSafe =
    condition.kind === 'joined'
      ? condition.match === ID
      : (condition.kind === 'oneOf' || condition.kind === 'compare') &&
        (condition.field === ID || fieldOf(module, condition.field).required)
  if (!isSafe) throw new CannotCompile(`not(${condition.kind}) could be NULL; it is not compiled.`)
  if (condition.kind === 'compare' && condition.operator === '≠')
    return predicate(compiler, module, alias, { ...condition, operator: '=' })
  return sql`not (${predicate(compiler, module, alias, condition)})`
}

function aliasAt(compiler: Compiler): string {
  return `t${compiler.depth ?? 1}`
}
