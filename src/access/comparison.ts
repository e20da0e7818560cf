/** Comparisons: each operator with one meaning on every database, and none of them true for NULL but `isEmpty`. */
import type { Field, Module, Scalar } from '../host/catalog.js'
import type { Dialect } from '../db/dialect.js'
import { column, fieldOf, valueOf } from './columns.js'
import { ID, type Condition } from './condition.js'
import { isFalse, join, or, raw, sql, type Fragment } from './fragment.js'
import { CannotCompile } from './roots.js'

/** Something that knows the database's dialect: a compiler. */
interface Speaking {
  readonly dialect: Dialect
}

/** The words stand in the text, ignoring case. */
export function containsText(dialect: Dialect, expression: Fragment, words: string): Fragment {
  return sql`${placeOf(dialect, expression, words)} > 0`
}

function placeOf(dialect: Dialect, expression: Fragment, words: string): Fragment {
  return raw(dialect.placeOf(expression.sql), [...expression.bindings, words])
}

export function oneOfPredicate(
  compiler: Speaking,
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
  if (kind === 'number') return or(possible.map((value) => sameNumber(expression, value)))
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

export function comparePredicate(
  compiler: Speaking,
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
  if (!isBetween && operator === '=' && valueKind(field) === 'number') return sameNumber(expression, bound)
  if (!isBetween) return sql`${expression} ${raw(symbols[operator])} ${bound}`
  if (operator === '=') return isFalse
  if (operator === '≠') return sql`${expression} is not null`
  return sql`${expression} ${raw(operator === '<' || operator === '≤' ? '<=' : '>')} ${bound}`
}

/** MariaDB looks a number up in an index after rounding it as the column does (5.9999 finds 6.00); a range's ends it compares as they are. */
function sameNumber(expression: Fragment, value: Scalar): Fragment {
  return sql`${expression} between ${value} and ${value}`
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

/** Multiple options are kept as a JSON list; one of them is looked for with its quotes. Some hosts write `/` as `\/`. */
function optionContains(dialect: Dialect, expression: Fragment, value: string): Fragment {
  const plain = JSON.stringify(value)
  const spellings = new Set([plain, plain.replaceAll('/', '\\/')])
  return or([...spellings].map((spelling) => containsText(dialect, expression, spelling)))
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
