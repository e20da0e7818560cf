/** What somebody sees of a dashboard: his own records, numbers and notes. A dashlet of a module or field that isn't his is left out,
 *  without a word (E04, A09). */
import { isTallied, isSummed } from '../../access/tally.js'
import type { Filter, ReleasedModule } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { Viewer } from '../../access/viewer.js'
import { drawn, type SafeSvg } from '../../charts/drawing.js'
import { shortNumber } from '../../charts/short-number.js'
import { Forbidden, Invalid, NotFound } from '../../errors.js'
import type { Catalog, Locale, Module } from '../../host/catalog.js'
import type { FeedEntry } from '../../host/host.js'
import type { SafeHtml } from '../../web/rich-text.js'
import { columnsFor } from '../layouts/placement.js'
import type { LayoutSet } from '../layouts/layouts.js'
import { tableOf, type Table } from '../../pages/record-table.js'
import type { Showing } from '../../pages/shown-value.js'
import { wordsFor, type Dashlet, type DashletOf, type DashletOfModule } from './dashlets.js'
import { figureOf, type Figure } from './figures.js'
import { formattedText } from './formatted-text.js'

/** Who looks, and how it is shown to him. */
export interface Sight {
  readonly viewer: Viewer
  readonly locale: Locale
  readonly catalog: Catalog
  readonly layoutSet: LayoutSet | undefined
  readonly showing: Showing
  /** Web address of a page of this portal. */
  url(module: string, ...rest: string[]): string
}

export type ShownDashlet = { readonly id: string; readonly title: string } & (
  | { readonly kind: 'count'; readonly icon: string; readonly number: string; readonly url: string | undefined }
  | { readonly kind: 'list'; readonly table: Table; readonly url: string | undefined; readonly isWide: boolean }
  | ShownChart
  | { readonly kind: 'stream'; readonly notes: readonly ShownNews[]; readonly isWide: boolean }
  | { readonly kind: 'text'; readonly html: SafeHtml; readonly isWide: boolean }
)

interface ShownChart {
  readonly kind: 'chart'
  readonly drawings: readonly { readonly caption: string; readonly svg: SafeSvg }[]
  readonly table: Figure['table']
  readonly notes: readonly string[]
}

/** A note, and the record it is on. */
export interface ShownNews {
  readonly author: string
  readonly isStaff: boolean
  readonly at: string
  readonly text: string
  readonly files: number
  readonly record: { readonly title: string; readonly url: string | undefined }
}

/** Counts up to here are exact. */
const mostCounted = 1000
/** Columns of a list for which none were chosen. */
const fewColumns = 4
/** In characters, of a note. */
const longestNote = 200

/** The dashlets he sees, in their order; they are asked side by side. */
export async function shownDashlets(sight: Sight, dashlets: readonly Dashlet[]): Promise<ShownDashlet[]> {
  const seen = await Promise.all(dashlets.map((dashlet) => shownOrNothing(sight, dashlet)))
  return seen.filter((one) => one !== undefined)
}

async function shownOrNothing(sight: Sight, dashlet: Dashlet): Promise<ShownDashlet | undefined> {
  try {
    return await shown(sight, dashlet)
  } catch (error) {
    if (error instanceof NotFound || error instanceof Forbidden || error instanceof Invalid) return undefined
    throw error
  }
}

function shown(sight: Sight, dashlet: Dashlet): Promise<ShownDashlet | undefined> {
  switch (dashlet.kind) {
    case 'count':
      return shownCount(sight, dashlet)
    case 'list':
      return shownList(sight, dashlet)
    case 'chart':
      return shownChart(sight, dashlet)
    case 'stream':
      return shownStream(sight, dashlet)
    case 'text':
      return shownText(sight, dashlet)
  }
}

async function shownCount(sight: Sight, dashlet: DashletOf<'count'>): Promise<ShownDashlet> {
  const { module } = await moduleOf(sight, dashlet)
  const door = records(sight.viewer)
  const { count, capped } = await door.count(module.name, { filter: filtersOf(dashlet) }, mostCounted)
  const number = sight.showing.format.number(count)
  return {
    ...headOf(sight, dashlet, module.labelPlural),
    kind: 'count',
    icon: module.icon,
    number: capped ? sight.showing.t('dashboards:count.more', { number }) : number,
    url: listUrl(sight, dashlet)
  }
}

async function shownList(sight: Sight, dashlet: DashletOf<'list'>): Promise<ShownDashlet | undefined> {
  const { module, fields, sortable } = await moduleOf(sight, dashlet)
  const isChosen = dashlet.columns.length > 0
  const columns = isChosen
    ? dashlet.columns.filter((name) => fields.includes(name))
    : columnsFor(sight.layoutSet, module, fields).slice(0, fewColumns)
  if (columns.length === 0) return undefined
  const sort = dashlet.sort && sortable.includes(dashlet.sort.field) ? dashlet.sort : undefined
  const query = { filter: filtersOf(dashlet), sort, limit: dashlet.limit, fields: columns }
  const found = await records(sight.viewer).list(module.name, query)
  return {
    ...headOf(sight, dashlet, module.labelPlural),
    kind: 'list',
    isWide: dashlet.isWide,
    table: tableOf({ module, showing: sight.showing, t: sight.showing.t }, columns, found),
    url: listUrl(sight, dashlet)
  }
}

async function shownChart(sight: Sight, dashlet: DashletOf<'chart'>): Promise<ShownDashlet | undefined> {
  const { module, fields } = await moduleOf(sight, dashlet)
  const by = module.fields.get(dashlet.by)
  const sum = module.fields.get(dashlet.sum ?? '')
  if (!by || !fields.includes(by.name) || !isTallied(by, module.owner) || (sum && !isSummed(sum))) return undefined
  const { locale, showing } = sight
  const tally = await records(sight.viewer).tally(module.name, {
    by: by.name,
    period: dashlet.period,
    sum: dashlet.sum,
    filter: filtersOf(dashlet)
  })
  const { t, format } = showing
  const figure = figureOf({ dashlet, by, sum, locale, t, format }, tally)
  const head = headOf(sight, dashlet, t('dashboards:chart.by', { module: module.labelPlural, field: by.label }))
  const isEmpty = tally.groups.length === 0
  return {
    ...head,
    kind: 'chart',
    drawings: isEmpty ? [] : await drawingsOf(sight, dashlet, head.title, figure),
    table: figure.table,
    notes: figure.notes
  }
}

/** Each currency has its own; a bar for less than nothing would begin nowhere, so such a chart is the table alone. */
function drawingsOf(
  { locale, showing: { t } }: Sight,
  { id, shape }: DashletOf<'chart'>,
  title: string,
  { charts }: Figure
): Promise<ShownChart['drawings'][number][]> {
  const drawable = charts.filter(({ points }) => points.length > 0 && points.every(({ value }) => value >= 0))
  return Promise.all(
    drawable.map(async ({ currency, points }, index) => {
      const named = currency === undefined ? title : t('dashboards:chart.inCurrency', { field: title, currency })
      const description = points.map(({ label, shown: value }) => `${label}: ${value}`).join('; ')
      const short = (value: number): string => shortNumber(locale, value)
      const svg = await drawn({ id: `chart-${id}-${index}`, shape, title: named, description, points, short })
      return { caption: charts.length > 1 ? (currency ?? '') : '', svg }
    })
  )
}

async function shownStream(sight: Sight, dashlet: DashletOf<'stream'>): Promise<ShownDashlet | undefined> {
  const news = await records(sight.viewer).news(dashlet.limit)
  if (!news) return undefined
  const { t } = sight.showing
  return {
    ...headOf(sight, dashlet, t('dashboards:stream.title')),
    kind: 'stream',
    isWide: dashlet.isWide,
    notes: news.map(({ entry, record }) => ({
      ...noteOf(sight, entry),
      record: {
        title: record.title || t('portal:list.untitled', { module: record.module.label }),
        url: sight.showing.recordUrl(record.module.name, record.id)
      }
    }))
  }
}

function noteOf({ showing }: Sight, { author, at, text, files }: FeedEntry): Omit<ShownNews, 'record'> {
  const words = [...text.replace(/\s+/g, ' ').trim()]
  const isLong = words.length > longestNote
  return {
    author: author.name,
    isStaff: author.kind === 'staff',
    at: showing.format.datetime(at),
    text: isLong ? `${words.slice(0, longestNote).join('').trimEnd()}…` : words.join(''),
    files: files.length
  }
}

async function shownText(sight: Sight, dashlet: DashletOf<'text'>): Promise<ShownDashlet | undefined> {
  const text = wordsFor(dashlet.text, sight.locale)
  if (text === '') return undefined
  return { ...headOf(sight, dashlet, ''), kind: 'text', isWide: dashlet.isWide, html: formattedText(text) }
}

/** @throws NotFound when it isn't released to him, or narrowed by what isn't */
async function moduleOf(
  { viewer, catalog }: Sight,
  { module: name, filters }: DashletOfModule
): Promise<{ module: Module; fields: readonly string[]; sortable: readonly string[] }> {
  const { fields, sortable }: ReleasedModule = await records(viewer).module(name)
  const module = catalog.modules.get(name)
  if (!module || module.partOf || !filters.every(({ field }) => fields.includes(field))) throw new NotFound()
  return { module, fields, sortable }
}

function filtersOf({ filters }: DashletOfModule): Filter[] {
  return filters.map(({ field, operator, value }) => ({ field, operator, value }))
}

function headOf({ locale }: Sight, { id, title }: Dashlet, otherwise: string): { id: string; title: string } {
  return { id, title: wordsFor(title, locale) || otherwise }
}

/** The list with the same records, where its address can say which: by equality, each field once. */
function listUrl({ url, catalog }: Sight, { module: name, filters }: DashletOfModule): string | undefined {
  const fields = catalog.modules.get(name)?.fields
  const said = filters.filter(
    ({ field, operator }) => operator === (fields?.get(field)?.type === 'options' ? 'contains' : '=')
  )
  const distinct = new Set(filters.map(({ field }) => field))
  if (said.length < filters.length || distinct.size < filters.length) return undefined
  const query = new URLSearchParams(
    filters.map(({ field, value }): [string, string] => [`filter.${field}`, String(value)])
  )
  return filters.length === 0 ? url(name) : `${url(name)}?${query.toString()}`
}
