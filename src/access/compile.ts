/** Turns conditions into SQL. One form serves lists, single records and rows that do not exist yet, so nothing can drift apart. */
import {
  moduleOf,
  type Catalog,
  type ColumnIs,
  type Field,
  type Link,
  type Module,
  type Scalar
} from '../host/catalog.js'
import type { Dialect } from '../db/dialect.js'
import { ID, type Condition } from './condition.js'
import { and, isFalse, isTrue, join, or, raw, sql, type Fragment } from './fragment.js'
import { CannotCompile, linkOf, rootOf } from './roots.js'

export { CannotCompile } from './roots.js'

/** Paths longer than this are refused (A29). */
const deepest = 8

export interface Compiler {
  readonly catalog: Catalog
  readonly dialect: Dialect
  /** The row being judged does not exist yet, or not like this: what will be true of it beside its columns. */
  readonly candidate?: Candidate
  readonly depth?: number
}

export interface Candidate {
  readonly isNew: boolean
  readonly authorId: string
  /** Ids that will stand at the other end of to-many links. */
  readonly links: Readonly<Record<string, readonly string[]>>
}

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
    case 'joined':
      return joinedPredicate(compiler, module, alias, condition)
    case 'all':
      return and(condition.of.map((part) => predicate(compiler, module, alias, part)))
    case 'any':
      return or(condition.of.map((part) => predicate(compiler, module, alias, part)))
    case 'not':
      return notPredicate(compiler, module, alias, condition.condition)
  }
}

/** The row exists for anybody: not in the recycle bin. */
export function isLive(dialect: Dialect, alias: string, live: ColumnIs | undefined): Fragment {
  return live ? sql`${column(dialect, alias, live.column)} = ${live.is}` : isTrue
}

/** The row may be seen from outside at all (E10). */
export function isOutside(dialect: Dialect, module: Module, alias: string): Fragment {
  return and(module.outside.map((rule) => columnIs(dialect, alias, rule)))
}

export function column(dialect: Dialect, alias: string, name: string): Fragment {
  return raw(dialect.quote(`${alias}.${name}`))
}

export function table(dialect: Dialect, name: string, alias: string): Fragment {
  return raw(`${dialect.quote(name)} ${dialect.quote(alias)}`)
}

/** A field's value as an expression over the row `alias`; a reference whose column serves several modules has one only where the type is its own (A03). */
export function valueOf(dialect: Dialect, module: Module, field: Field, alias: string): Fragment {
  const { storage } = field
  switch (storage.kind) {
    case 'column': {
      const value = column(dialect, alias, storage.column)
      const only = onlyOf(module, field)
      return only ? sql`case when ${columnIs(dialect, alias, only)} then ${value} end` : value
    }
    case 'joined':
      return raw(dialect.joinWords(storage.columns.map((name) => dialect.quote(`${alias}.${name}`))))
    case 'side': {
      const where = and(storage.where.map((rule) => columnIs(dialect, 'side', rule)))
      return sql`(select ${column(dialect, 'side', storage.value)} from ${table(dialect, storage.from, 'side')} where ${column(dialect, 'side', storage.key)} = ${column(dialect, alias, ID)} and ${where} limit 1)`
    }
  }
}

/** The type that a row must have for a reference to mean anything, where its column serves several modules. */
export function onlyOf(module: Module, field: Field): ColumnIs | undefined {
  const storage = module.links.get(field.link ?? '')?.storage
  return field.type === 'reference' && storage?.kind === 'column' ? storage.only : undefined
}

/** The words stand in the text, ignoring case. */
export function containsText(dialect: Dialect, expression: Fragment, words: string): Fragment {
  return sql`${placeOf(dialect, expression, words)} > 0`
}

function placeOf(dialect: Dialect, expression: Fragment, words: string): Fragment {
  return raw(dialect.placeOf(expression.sql), [...expression.bindings, words])
}

function fieldOf(module: Module, name: string): Field {
  const field = module.fields.get(name)
  if (!field) throw new CannotCompile(`${module.name} has no field ${name}.`)
  return field
}

function columnIs(dialect: Dialect, alias: string, rule: ColumnIs): Fragment {
  return sql`${column(dialect, alias, rule.column)} = ${rule.is}`
}

function oneOfPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'oneOf' }>
): Fragment {
  const { dialect } = compiler
  const field = condition.field === ID ? undefined : fieldOf(module, condition.field)
  const expression = field ? valueOf(dialect, module, field, alias) : column(dialect, alias, ID)
  const kind = field ? valueKind(field) : 'text'
  condition.values.forEach((value) => mustBe(kind, value, condition.field))
  if (kind === 'text')
    return raw(dialect.sameAsOneOf(expression.sql, condition.values.length), [
      ...repeat(expression, condition.values),
      ...repeat(expression, condition.values)
    ])
  const possible = condition.values.filter((value) => field?.type !== 'integer' || Number.isInteger(value))
  return possible.length === 0
    ? isFalse
    : sql`${expression} in (${join(
        possible.map((value) => sql`${value}`),
        ', '
      )})`
}

function repeat(expression: Fragment, values: readonly Scalar[]): readonly Scalar[] {
  return [...expression.bindings, ...values]
}

function comparePredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'compare' }>
): Fragment {
  const { dialect } = compiler
  const { operator, value } = condition
  const field = fieldOf(module, condition.field)
  const expression = valueOf(dialect, module, field, alias)
  const kind = valueKind(field)
  if (operator === 'isEmpty') return isEmpty(field, expression)
  if (operator === 'isNotEmpty') return sql`(${expression} is not null and not ${isEmpty(field, expression)})`
  mustBe(operator === 'contains' || operator === 'startsWith' ? 'text' : kind, value, field.name)
  switch (operator) {
    case '=':
    case '≠':
      return kind === 'text'
        ? compareText(dialect, expression, operator, String(value))
        : compareInOrder(field, expression, operator, value)
    case '<':
    case '≤':
    case '>':
    case '≥':
      if (kind === 'text' || kind === 'boolean')
        throw new CannotCompile(`${operator} has no meaning for ${field.name}.`)
      return compareInOrder(field, expression, operator, value)
    case 'contains':
    case 'startsWith':
      return comparePart(dialect, field, expression, operator, String(value))
  }
}

type InOrder = '=' | '≠' | '<' | '≤' | '>' | '≥'
const symbols: Readonly<Record<InOrder, string>> = { '=': '=', '≠': '<>', '<': '<', '≤': '<=', '>': '>', '≥': '>=' }

/** Numbers, booleans, moments. A value that lies between two of the field's own is compared with its neighbours: MariaDB would round it. */
function compareInOrder(field: Field, expression: Fragment, operator: InOrder, value: Scalar): Fragment {
  const { bound, isBetween } = placeAmong(field, value)
  if (!isBetween) return sql`${expression} ${raw(symbols[operator])} ${bound}`
  if (operator === '=') return isFalse
  if (operator === '≠') return sql`${expression} is not null`
  return sql`${expression} ${raw(operator === '<' || operator === '≤' ? '<=' : '>')} ${bound}`
}

/** The value as the field could hold it, or the nearest one below. A date stands for its midnight. */
function placeAmong(field: Field, value: Scalar): { bound: Scalar; isBetween: boolean } {
  if (field.type === 'integer') return { bound: Math.floor(Number(value)), isBetween: !Number.isInteger(value) }
  if (valueKind(field) !== 'moment') return { bound: Number(value), isBetween: false }
  const [day, time] = [String(value).slice(0, 10), String(value).slice(11) || midnight]
  return field.type === 'date'
    ? { bound: day, isBetween: time !== midnight }
    : { bound: `${day} ${time}`, isBetween: false }
}

const midnight = '00:00:00'

function compareText(dialect: Dialect, expression: Fragment, operator: '=' | '≠', value: string): Fragment {
  const same = sameText(dialect, expression, value)
  return operator === '=' ? same : sql`(${expression} is not null and not ${same})`
}

function comparePart(
  dialect: Dialect,
  field: Field,
  expression: Fragment,
  operator: 'contains' | 'startsWith',
  value: string
): Fragment {
  const isList = field.type === 'options'
  if (valueKind(field) !== 'text' || (isList && operator === 'startsWith'))
    throw new CannotCompile(`${operator} has no meaning for ${field.name}.`)
  if (isList) return optionContains(dialect, expression, value)
  return operator === 'contains'
    ? containsText(dialect, expression, value)
    : sql`${placeOf(dialect, expression, value)} = 1`
}

function sameText(dialect: Dialect, expression: Fragment, value: string): Fragment {
  return raw(dialect.sameText(expression.sql), [...expression.bindings, value, ...expression.bindings, value])
}

/** Multiple options are kept as a JSON list; one of them is looked for with its quotes. */
function optionContains(dialect: Dialect, expression: Fragment, value: string): Fragment {
  return containsText(dialect, expression, JSON.stringify(value))
}

/** By length too: a `_ci` collation takes blanks for the empty text. */
function isEmpty(field: Field, expression: Fragment): Fragment {
  if (field.type === 'options') return sql`(${expression} is null or ${expression} in ('', '[]'))`
  return valueKind(field) === 'text'
    ? sql`(${expression} is null or (${expression} = '' and length(${expression}) = 0))`
    : sql`${expression} is null`
}

type ValueKind = 'text' | 'number' | 'boolean' | 'moment'

export function valueKind(field: Field): ValueKind {
  switch (field.type) {
    case 'integer':
    case 'number':
    case 'money':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'date':
    case 'datetime':
      return 'moment'
    default:
      return 'text'
  }
}

/** A number compared with text, or text with a number, means something else on each database: never compiled. */
function mustBe(kind: ValueKind, value: Scalar, name: string): void {
  const fits =
    kind === 'number'
      ? typeof value === 'number' && Number.isFinite(value)
      : kind === 'boolean'
        ? typeof value === 'boolean'
        : typeof value === 'string'
  if (!fits || (kind === 'moment' && !isMoment(String(value)))) {
    throw new CannotCompile(`${name} can't be compared with a value of type ${typeof value}.`)
  }
}

/** A day or a second that was or will be: the 30th of February is compared differently on each database. */
export function isMoment(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text)) return false
  const time = Date.parse(`${text.slice(0, 10)}T${text.slice(11) || '00:00:00'}Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text.slice(0, 10)
}

function linkedPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'linked' }>
): Fragment {
  const link = linkOf(module, condition.link)
  const depth = (compiler.depth ?? 0) + 1
  if (depth > deepest) throw new CannotCompile(`A path of more than ${deepest} links.`)
  const pending = compiler.candidate?.links[link.name]
  const inner: Compiler = { catalog: compiler.catalog, dialect: compiler.dialect, depth }
  if (pending && link.storage.kind !== 'column') return pendingPredicate(inner, link, pending, condition.condition)
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

function joinedPredicate(
  compiler: Compiler,
  module: Module,
  alias: string,
  condition: Extract<Condition, { kind: 'joined' }>
): Fragment {
  const { dialect, candidate } = compiler
  if (candidate?.isNew && condition.table === 'portico_authorship' && condition.match === ID) {
    const { module: written = module.name, author_id: author } = condition.where
    return author === candidate.authorId && written === module.name ? isTrue : isFalse
  }
  const near =
    condition.match === ID
      ? column(dialect, alias, ID)
      : valueOf(dialect, module, fieldOf(module, condition.match), alias)
  return sql`${near} in (select ${joinedIds(compiler, condition)})`
}

/** The record ids that rows of one of our tables name, without the leading `select`. */
export function joinedIds(compiler: Compiler, condition: Extract<Condition, { kind: 'joined' }>): Fragment {
  const { dialect } = compiler
  const own = `${aliasAt({ ...compiler, depth: (compiler.depth ?? 0) + 1 })}j`
  const where = Object.entries(condition.where).map(([name, value]) => sql`${column(dialect, own, name)} = ${value}`)
  return sql`${column(dialect, own, 'record_id')} as near_id from ${table(dialect, condition.table, own)} where ${and(where)}`
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

/** Every column that a condition over the module could read of the row itself. */
export function standingColumns(module: Module): string[] {
  const names = new Set<string>([ID, ...module.outside.map((rule) => rule.column)])
  if (module.live) names.add(module.live.column)
  for (const { storage } of module.fields.values()) {
    if (storage.kind === 'column') names.add(storage.column)
    if (storage.kind === 'joined') storage.columns.forEach((name) => names.add(name))
  }
  for (const { storage } of module.links.values()) {
    if (storage.kind !== 'column') continue
    names.add(storage.column)
    if (storage.only) names.add(storage.only.column)
  }
  return [...names]
}
