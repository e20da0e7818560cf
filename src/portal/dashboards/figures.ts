/** A tally as a figure: the points that are drawn and the table that says the same in words. */
import { isReference, type Period, type Tally, type TallyGroup, type Value } from '../../access/record.js'
import type { Point } from '../../charts/drawing.js'
import { shortNumber } from '../../charts/short-number.js'
import type { Field, Locale } from '../../host/catalog.js'
import type { Format } from '../../web/format.js'
import type { Translate } from '../../web/locale.js'
import type { DashletOf } from './dashlets.js'

/** What a figure is written for. */
export interface Figured {
  readonly dashlet: DashletOf<'chart'>
  readonly by: Field
  readonly sum: Field | undefined
  readonly locale: Locale
  readonly t: Translate
  readonly format: Format
}

export interface Figure {
  /** One for counts and plain sums, one for each currency otherwise: amounts of different ones are never set beside each other. */
  readonly charts: readonly { readonly currency: string | undefined; readonly points: readonly Point[] }[]
  readonly table: {
    /** The field it is by, then what is counted or added up, by currency. */
    readonly head: readonly string[]
    readonly rows: readonly { readonly label: string; readonly values: readonly string[] }[]
  }
  /** Told below the chart: that it is not all. */
  readonly notes: readonly string[]
}

/** As many categories as can be told apart; the rest is one more. */
const mostCategories = { bar: 6, horizontal: 10, donut: 6, line: 24 } as const
/** As many periods as a line has; older ones are not drawn. */
const mostPeriods = 24
const mostCurrencies = 3

export function figureOf(figured: Figured, tally: Tally): Figure {
  const currencies = currenciesIn(tally)
  const rows = isTime(figured.by) ? periodsOf(figured, tally) : categoriesOf(figured, tally)
  const cell = (groups: readonly TallyGroup[], currency: string | undefined): string =>
    written(figured, amountOf(figured, groups, currency), currency)
  return {
    charts: currencies.slice(0, mostCurrencies).map((currency) => ({
      currency,
      points: rows
        .filter(({ isDrawn }) => isDrawn)
        .map(({ label, groups }) => pointOf(figured, label, amountOf(figured, groups, currency), currency))
    })),
    table: {
      head: [figured.by.label, ...currencies.map((currency) => headOf(figured, currency))],
      rows: rows.map(({ label, groups }) => ({ label, values: currencies.map((one) => cell(groups, one)) }))
    },
    notes: notesOf(figured, tally, rows.length)
  }
}

/** Groups that stand at one place of the figure. */
interface Row {
  readonly label: string
  readonly groups: readonly TallyGroup[]
  /** What has no date has no place on a line. */
  readonly isDrawn: boolean
}

function currenciesIn({ groups }: Tally): (string | undefined)[] {
  const found = [...new Set(groups.map(({ currency }) => currency))]
  return found.length === 0 ? [undefined] : found.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
}

/** The largest ones, and the others together; what holds nothing comes last. */
function categoriesOf(figured: Figured, { groups }: Tally): Row[] {
  const { by, t, dashlet } = figured
  const labels = new Map<string, TallyGroup[]>()
  for (const group of groups) {
    const label = labelOf(figured, group.value)
    labels.set(label, [...(labels.get(label) ?? []), group])
  }
  const rows = [...labels].map(([label, some]): Row => ({ label, groups: some, isDrawn: true }))
  const place = (row: Row): number => {
    const options = by.options.map(({ label }) => label)
    return options.includes(row.label) ? options.indexOf(row.label) : options.length
  }
  const sorted = by.type === 'option' ? rows.toSorted((a, b) => place(a) - place(b)) : rows
  const most = mostCategories[dashlet.shape]
  if (sorted.length <= most) return sorted
  const largest = new Set(rows.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, most - 1))
  const rest = sorted.filter((row) => !largest.has(row)).flatMap((row) => row.groups)
  return [
    ...sorted.filter((row) => largest.has(row)),
    { label: t('dashboards:chart.others'), groups: rest, isDrawn: true }
  ]
}

/** Amounts of different currencies can't be compared: by how many records there are. */
function sizeOf({ groups }: Row): number {
  return groups.reduce((sum, { count }) => sum + count, 0)
}

/** Every period from the first to the last, also those in which there is nothing. */
function periodsOf(figured: Figured, { groups }: Tally): Row[] {
  const { dashlet, t } = figured
  const dated = groups.filter((group): group is TallyGroup & { value: string } => typeof group.value === 'string')
  const undated = groups.filter(({ value }) => value === null)
  const names = dated.map(({ value }) => value).toSorted()
  const all = names.length === 0 ? [] : periodsBetween(dashlet.period, names[0]!, names.at(-1)!)
  const rows = all.slice(-mostPeriods).map((name) => ({
    label: periodLabel(figured, name),
    groups: dated.filter(({ value }) => value === name),
    isDrawn: true
  }))
  return undated.length === 0
    ? rows
    : [...rows, { label: t('dashboards:chart.nothing'), groups: undated, isDrawn: false }]
}

/** At most the last hundred of them: a year 0001 in the data makes no two thousand. */
function periodsBetween(period: Period, first: string, last: string): string[] {
  const names: string[] = []
  for (let name = last; name >= first && names.length < 100; name = before(period, name)) names.unshift(name)
  return names
}

function before(period: Period, name: string): string {
  const year = Number(name.slice(0, 4))
  const pad = (one: number): string => String(one).padStart(4, '0')
  if (period === 'year') return pad(year - 1)
  const [part, most] = period === 'month' ? [Number(name.slice(5)), 12] : [Number(name.slice(6)), 4]
  const write = (y: number, p: number): string =>
    period === 'month' ? `${pad(y)}-${String(p).padStart(2, '0')}` : `${pad(y)}-Q${p}`
  return part > 1 ? write(year, part - 1) : write(year - 1, most)
}

function periodLabel({ t }: Figured, name: string): string {
  const year = name.slice(0, 4)
  if (name.length === 4) return year
  if (name.includes('Q')) return t('dashboards:chart.quarter', { quarter: name.slice(6), year })
  return `${Number(name.slice(5))}/${year}`
}

function labelOf({ by, t }: Figured, value: Value): string {
  if (isReference(value)) return value.title ?? t('dashboards:chart.nothing')
  if (value === null) return t('dashboards:chart.nothing')
  if (typeof value === 'boolean') return t(value ? 'portal:value.yes' : 'portal:value.no')
  return by.options.find((option) => option.value === value)?.label ?? String(value)
}

function amountOf({ sum }: Figured, groups: readonly TallyGroup[], currency: string | undefined): number {
  const own = groups.filter((group) => group.currency === currency)
  return own.reduce((total, group) => total + (sum ? (group.sum ?? 0) : group.count), 0)
}

function pointOf({ locale, sum }: Figured, label: string, value: number, currency: string | undefined): Point {
  return { label, value, shown: shortNumber(locale, value, sum && currencyOf(sum, currency)) }
}

/** Where a CRM has one currency only, it is the euro (`Format.money`). */
function currencyOf({ type, currency: field }: Field, code: string | undefined): string | undefined {
  return type === 'money' && field === undefined ? 'EUR' : code
}

function written({ sum, format }: Figured, amount: number, currency: string | undefined): string {
  if (sum?.type !== 'money') return format.number(Math.round(amount * 1e6) / 1e6)
  return sum.currency === undefined ? format.money(amount) : format.money(amount, currency ?? null)
}

function headOf({ sum, t }: Figured, currency: string | undefined): string {
  if (!sum) return t('dashboards:chart.count')
  return currency === undefined ? sum.label : t('dashboards:chart.inCurrency', { field: sum.label, currency })
}

function notesOf({ by, t, format }: Figured, tally: Tally, rows: number): string[] {
  const counted = tally.groups.reduce((sum, { count }) => sum + count, 0)
  const isCut = isTime(by) && rows >= mostPeriods
  return [
    ...(tally.capped ? [t('dashboards:chart.capped', { shown: format.number(counted) })] : []),
    ...(isCut ? [t('dashboards:chart.periods', { count: mostPeriods })] : [])
  ]
}

export function isTime({ type }: Pick<Field, 'type'>): boolean {
  return type === 'date' || type === 'datetime'
}
