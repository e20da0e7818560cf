/** The form of a dashlet: what fits its kind and its module, and what was typed as a dashlet. */
import { z } from 'zod'
import { periods } from '../../access/record.js'
import { locales, type Catalog, type Module } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import type { Again } from '../../web/submit.js'
import { chartShapes } from '../../charts/drawing.js'
import { comparisonsIn } from '../user-types/criteria.js'
import { columnFields, groupFields, modulesForDashlets, sortFields, sumFields } from '../dashboards/dashlet-check.js'
import {
  fewestRows,
  hasModule,
  mostRows,
  type Dashlet,
  type DashletKind,
  type DashletOf,
  type DashletOfModule,
  type Words
} from '../dashboards/dashlets.js'
import { isTime } from '../dashboards/figures.js'
import { choiceOf, moduleChoice, withChosen, type Choice } from './choices.js'
import {
  afterAction,
  criteriaAction,
  criteriaTyped,
  shownCriteria,
  splitCriteria,
  typedCriteria,
  type TypedGroup
} from './criteria-form.js'

/** So many columns can be chosen. */
const mostColumns = 7

/** A dashlet of a kind, and of a module where its kind has one. */
export interface DashletPlace {
  readonly t: Translate
  readonly catalog: Catalog
  readonly kind: DashletKind
  readonly module: Module | undefined
  /** Of whoever fills in the form: moments are typed in it. */
  readonly timeZone: string
}

const text = (longest: number): z.ZodDefault<z.ZodString> => z.string().max(longest).default('')
const variants = (name: string, longest: number): Record<string, z.ZodDefault<z.ZodString>> =>
  Object.fromEntries(['', ...locales.map((locale) => `.${locale}`)].map((end) => [name + end, text(longest)]))
const rowNumber = wholeNumber.min(fewestRows).max(mostRows)

const about = {
  revision: wholeNumber,
  kind: text(20),
  module: text(64),
  _do: text(40),
  ...variants('title', 100)
}
const formOfKind = {
  count: z.strictObject(about),
  list: z.strictObject({
    ...about,
    columns: z.array(z.string().max(64)).max(mostColumns),
    sort: text(64),
    order: z.enum(['ascending', 'descending']).default('descending'),
    limit: rowNumber,
    isWide: checkbox
  }),
  chart: z.strictObject({
    ...about,
    shape: z.enum(chartShapes),
    by: text(64),
    period: z.enum(periods).default('month'),
    sum: text(64)
  }),
  stream: z.strictObject({ ...about, limit: rowNumber, isWide: checkbox }),
  text: z.strictObject({ ...about, ...variants('text', 5000), isWide: checkbox })
} as const

export interface TypedDashlet {
  readonly revision: number
  readonly dashlet: Dashlet
  readonly criteria: TypedGroup
  /** Another button than *Save* was pressed: the form is shown again. */
  readonly isUnfinished: boolean
}

/** What was typed, as a dashlet with the id `id`. @throws Invalid for what doesn't fit the inputs. */
export function readDashlet(place: DashletPlace, id: string, body: unknown): TypedDashlet {
  const { typed, rest } = splitCriteria((body ?? {}) as Record<string, unknown>)
  const form: Form = readForm(formOfKind[place.kind] as typeof formOfKind.count, rest)
  const action = form._do
  const criteria = criteriaAction.test(action) ? afterAction(typed, action) : typed
  return {
    revision: form.revision,
    dashlet: dashletIn(place, id, form, criteria),
    criteria,
    isUnfinished: action !== ''
  }
}

type Form = z.infer<typeof formOfKind.count>
type FormOf<Kind extends DashletKind> = z.infer<(typeof formOfKind)[Kind]>

/** The form of each kind has that kind's inputs. */
function dashletIn(place: DashletPlace, id: string, form: Form, criteria: TypedGroup): Dashlet {
  const common = { id, title: wordsIn(form, 'title') }
  const ofModule = { ...common, module: place.module?.name ?? '', filters: filtersIn(place, criteria) }
  switch (place.kind) {
    case 'count':
      return { kind: 'count', ...ofModule }
    case 'list':
      return { kind: 'list', ...ofModule, ...listIn(form as FormOf<'list'>) }
    case 'chart':
      return { kind: 'chart', ...ofModule, ...chartIn(form as FormOf<'chart'>) }
    case 'stream': {
      const { limit, isWide } = form as FormOf<'stream'>
      return { kind: 'stream', ...common, limit, isWide }
    }
    case 'text':
      return { kind: 'text', ...common, text: wordsIn(form, 'text'), isWide: (form as FormOf<'text'>).isWide }
  }
}

function listIn({
  columns,
  sort,
  order,
  limit,
  isWide
}: FormOf<'list'>): Pick<DashletOf<'list'>, 'columns' | 'sort' | 'limit' | 'isWide'> {
  const chosen = [...new Set(columns.filter((name) => name !== ''))]
  const sorted = sort === '' ? undefined : { field: sort, descending: order === 'descending' }
  return { columns: chosen, sort: sorted, limit, isWide }
}

function chartIn({
  shape,
  by,
  period,
  sum
}: FormOf<'chart'>): Pick<DashletOf<'chart'>, 'shape' | 'by' | 'period' | 'sum'> {
  return { shape, by, period, sum: sum === '' ? undefined : sum }
}

function wordsIn(form: Readonly<Record<string, unknown>>, name: string): Words {
  const typed = (end: string): string => String(form[name + end] ?? '').trim()
  const own = locales.map((locale) => [locale, typed(`.${locale}`)] as const).filter(([, words]) => words !== '')
  return { any: typed(''), ...Object.fromEntries(own) }
}

function filtersIn({ module, timeZone }: DashletPlace, typed: TypedGroup): DashletOfModule['filters'] {
  const criteria = module && criteriaTyped(module, typed, timeZone)
  return comparisonsIn(criteria).flatMap(({ field, operator, match }) =>
    match.by === 'value' ? [{ field, operator, value: match.value }] : []
  )
}

/** What a new dashlet begins with. */
export function blankDashlet({ kind, module }: DashletPlace, id: string): Dashlet {
  const common = { id, title: { any: '' } }
  const ofModule = { ...common, module: module?.name ?? '', filters: [] }
  switch (kind) {
    case 'count':
      return { kind, ...ofModule }
    case 'list':
      return { kind, ...ofModule, columns: [], limit: 5, isWide: false }
    case 'chart':
      return { kind, ...ofModule, shape: 'bar', by: (module && groupFields(module)[0]?.name) ?? '', period: 'month' }
    case 'stream':
      return { kind, ...common, limit: 5, isWide: false }
    case 'text':
      return { kind, ...common, text: { any: '' }, isWide: true }
  }
}

/** A dashlet's filters as they are typed. */
export function criteriaOf({ module, timeZone }: DashletPlace, dashlet: Dashlet): TypedGroup {
  if (!module || !hasModule(dashlet)) return { join: 'all', of: [] }
  const of = dashlet.filters.map(({ field, operator, value }) => ({
    field,
    operator,
    match: { by: 'value' as const, value }
  }))
  return typedCriteria(module, of.length === 0 ? undefined : { join: 'all', of }, timeZone)
}

/** Everything the form's view prints. */
export function dashletSheet(
  place: DashletPlace,
  { dashlet, criteria, errors }: { dashlet: Dashlet; criteria: TypedGroup; errors: Again['errors'] }
): Record<string, unknown> {
  const { t, module } = place
  return {
    kind: dashlet.kind,
    title: variantsOf(dashlet.title),
    module: module && { name: module.name, label: module.labelPlural },
    filters: module && shownCriteria({ t, module, primary: undefined, errors }, criteria).parts,
    ...(dashlet.kind === 'list' && module ? listSheet(t, module, dashlet) : {}),
    ...(dashlet.kind === 'chart' && module ? chartSheet(t, module, dashlet) : {}),
    ...(dashlet.kind === 'stream' ? { limit: dashlet.limit, isWide: dashlet.isWide } : {}),
    ...(dashlet.kind === 'text' ? { text: variantsOf(dashlet.text), isWide: dashlet.isWide } : {}),
    fewestRows,
    mostRows
  }
}

function listSheet(t: Translate, module: Module, dashlet: DashletOf<'list'>): Record<string, unknown> {
  const none = { value: '', label: t('dashboards:form.noColumn') }
  const byDefault = { value: '', label: t('dashboards:form.newestFirst') }
  return {
    columns: Array.from({ length: mostColumns }, (_, index) => dashlet.columns[index] ?? ''),
    columnChoices: withChosen([none, ...columnFields(module).map(choiceOf)], ...dashlet.columns),
    sort: dashlet.sort?.field ?? '',
    sorts: withChosen([byDefault, ...sortFields(module).map(choiceOf)], dashlet.sort?.field ?? ''),
    order: dashlet.sort?.descending === false ? 'ascending' : 'descending',
    orders: (['ascending', 'descending'] as const).map((value) => ({ value, label: t(`dashboards:order.${value}`) })),
    limit: dashlet.limit,
    isWide: dashlet.isWide
  }
}

function chartSheet(t: Translate, module: Module, dashlet: DashletOf<'chart'>): Record<string, unknown> {
  const groups = groupFields(module)
  const by = groups.find(({ name }) => name === dashlet.by)
  const count = { value: '', label: t('dashboards:form.countRecords') }
  return {
    shape: dashlet.shape,
    shapes: chartShapes.map((value) => ({ value, label: t(`dashboards:shape.${value}`) })),
    by: dashlet.by,
    groups: withChosen(groups.map(choiceOf), dashlet.by),
    period: dashlet.period,
    periods: !by || isTime(by) ? periods.map((value) => ({ value, label: t(`dashboards:period.${value}`) })) : [],
    sum: dashlet.sum ?? '',
    sums: withChosen([count, ...sumFields(module).map(choiceOf)], dashlet.sum ?? '')
  }
}

function variantsOf(words: Words): { any: string; own: { locale: string; words: string }[] } {
  return { any: words.any, own: locales.map((locale) => ({ locale, words: words[locale] ?? '' })) }
}

/** The modules to choose from for a new dashlet. */
export function moduleChoices(catalog: Catalog): Choice[] {
  return modulesForDashlets(catalog).map(moduleChoice)
}
