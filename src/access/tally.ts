/** Tallies: how many of the records a viewer may see hold which value of a field, and what a number of theirs adds up to.
 *  What he may not see counts nowhere (A08), and a field he isn't shown groups nothing and adds up to nothing (A09). */
import type { Field } from '../host/catalog.js'
import { column, table, valueOf } from './columns.js'
import { ID } from './condition.js'
import type { Entered } from './entered.js'
import { raw, rowsOf, sql, type Fragment } from './fragment.js'
import { grantsFor, project, reader } from './projection.js'
import { pageOfIds } from './plan.js'
import { branches, orderOf, UnknownField } from './reading.js'
import { isReference, type Tally, type TallyGroup, type TallyQuery, type Value } from './record.js'

/** Fields that a tally can be made by. A module's owner is staff: how much each of them has is nobody's outside. */
export function isTallied({ name, type }: Pick<Field, 'name' | 'type'>, owner: string | undefined): boolean {
  return name !== owner && ['option', 'boolean', 'reference', 'date', 'datetime'].includes(type)
}

/** Fields that are added up. */
export function isSummed({ type }: Pick<Field, 'type'>): boolean {
  return ['integer', 'number', 'money'].includes(type)
}

/** What is asked, as fields of the module. */
interface Asked {
  readonly by: Field
  readonly sum: Field | undefined
  readonly currency: Field | undefined
  readonly period: NonNullable<TallyQuery['period']>
}

/** The tally of the newest `cap` records in question. @throws UnknownField */
export async function tally(entered: Entered, query: TallyQuery, cap: number): Promise<Tally> {
  const asked = askedIn(entered, query)
  const uses = [asked.by, ...(asked.sum ? [asked.sum] : [])].map(({ name }) => name)
  const among = branches(entered, { filter: query.filter, uses })
  const ids = pageOfIds(entered.compiler, entered.module, among, orderOf(entered, {}), cap)
  if (!ids) return { groups: [], capped: false }
  const read = valuesBy(entered, asked)
  const rows = await rowsOf(entered.viewer.kernel.db, statement(entered, asked, ids, read.columns))
  const groups = merged(rows.map((row) => groupIn(asked, row, read.valueIn(row))))
  const counted = groups.reduce((sum, { count }) => sum + count, 0)
  return { groups: groups.toSorted(inOrder(asked)), capped: counted >= cap }
}

function askedIn({ module }: Entered, query: TallyQuery): Asked {
  const by = module.fields.get(query.by)
  const sum = query.sum === undefined ? undefined : module.fields.get(query.sum)
  if (!by || !isTallied(by, module.owner)) throw new UnknownField()
  if (query.sum !== undefined && !(sum && isSummed(sum))) throw new UnknownField()
  const currency = sum?.type === 'money' ? module.fields.get(sum.currency ?? '') : undefined
  return { by, sum, currency, period: query.period ?? 'month' }
}

/** The records in question are grouped by the value as it is stored; one record of each group then shows it as any list would. */
function statement(entered: Entered, asked: Asked, ids: Fragment, columns: Fragment): Fragment {
  const { dialect } = entered.compiler
  const { module } = entered
  const value = (field: Field | undefined): Fragment => (field ? valueOf(dialect, module, field, 'r') : raw('null'))
  const rows = table(dialect, module.table, 'r')
  const id = column(dialect, 'r', ID)
  const ordered = raw(dialect.orderedJoin)
  const members = sql`select ${id} as id, ${keyOf(asked.by, value(asked.by))} as k, ${value(asked.sum)} as v, ${value(asked.currency)} as c from (${ids}) p ${ordered} ${rows} on ${id} = p.id`
  const exactly = (name: string): Fragment => raw(dialect.exactly(name))
  const groups = sql`select min(m.id) as id, min(m.k) as k, min(m.c) as c, count(*) as n, sum(m.v) as s from (${members}) m group by ${exactly('m.k')}, ${exactly('m.c')}`
  return sql`select g.k as k, g.c as c, g.n as n, g.s as s, ${columns} from (${groups}) g ${ordered} ${rows} on ${id} = g.id`
}

/** Days are told apart by their month. A moment in UTC is in a month for certain, unless it is near its ends: then it is told to
 *  the minute, and the reader's time zone decides. */
function keyOf({ type }: Field, value: Fragment): Fragment {
  if (type === 'date') return sql`substr(${value}, 1, 7)`
  if (type !== 'datetime') return value
  return sql`case when substr(${value}, 9, 2) between '02' and '27' then substr(${value}, 1, 7) else substr(${value}, 1, 16) end`
}

/** The group's value as one of its records shows it. */
function valuesBy(
  entered: Entered,
  { by, period }: Asked
): { columns: Fragment; valueIn(row: Record<string, unknown>): Value } {
  const showing = grantsFor(entered.policy, 'view').filter((grant) => grant.fields.includes(by.name))
  const projection = project(entered, [by.name], [])
  const read = reader(entered, projection, { showing: 'view', detailed: false, alike: showing })
  const there = monthsIn(entered.viewer.person.timeZone)
  const isDate = by.type === 'date' || by.type === 'datetime'
  return {
    columns: projection.columns,
    valueIn: (row) => (isDate ? periodOf(row['k'], period, there) : orNothing(read(row).values[by.name]))
  }
}

function orNothing(value: Value | undefined): Value {
  return value === undefined || value === '' ? null : value
}

/** `2024-05`, `2024-Q2`, `2024`. */
function periodOf(key: unknown, period: Asked['period'], there: (minute: string) => string): string | null {
  if (typeof key !== 'string') return null
  const [year = '', month = ''] = (key.length > 7 ? there(key) : key).split('-')
  if (period === 'month') return `${year}-${month}`
  return period === 'year' ? year : `${year}-Q${Math.ceil(Number(month) / 3)}`
}

/** Gives the month that a minute in UTC falls into where the reader is. */
function monthsIn(timeZone: string): (minute: string) => string {
  const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit' })
  return (minute) => {
    const at = Date.parse(`${minute.replace(' ', 'T')}:00Z`)
    if (Number.isNaN(at)) return minute.slice(0, 7)
    const parts = format.formatToParts(at)
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
    return `${part('year').padStart(4, '0')}-${part('month')}`
  }
}

function groupIn({ sum }: Asked, row: Record<string, unknown>, value: Value): TallyGroup {
  const code = row['c']
  return {
    value,
    count: Number(row['n']),
    sum: sum && Number(row['s'] ?? 0),
    currency: typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? code : undefined
  }
}

/** Groups that look the same to him are one: references he may not follow, the minutes of a month, codes that are no currency. */
function merged(groups: readonly TallyGroup[]): TallyGroup[] {
  const known = new Map<string, TallyGroup>()
  for (const group of groups) {
    const key = JSON.stringify([group.value, group.currency])
    const other = known.get(key)
    known.set(key, other ? together(other, group) : group)
  }
  return [...known.values()]
}

function together(one: TallyGroup, other: TallyGroup): TallyGroup {
  const sum = one.sum === undefined || other.sum === undefined ? undefined : one.sum + other.sum
  return { ...one, count: one.count + other.count, sum }
}

/** Periods as time goes, everything else by size. */
function inOrder({ by }: Asked): (a: TallyGroup, b: TallyGroup) => number {
  const isDate = by.type === 'date' || by.type === 'datetime'
  const word = ({ value, currency }: TallyGroup): string =>
    `${isReference(value) ? (value.title ?? '') : String(value ?? '')} ${currency ?? ''}`
  const byWord = (a: TallyGroup, b: TallyGroup): number => (word(a) < word(b) ? -1 : 1)
  return (a, b) => (isDate ? byWord(a, b) : b.count - a.count || byWord(a, b))
}
