/** The list of changes, told: the audit list keeps values before and after; here they become lines a reader understands, one for
 *  each thing that differs. */
import type { Request } from 'express'
import { operatorKey } from '../../access/describe.js'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { translator, type Translate } from '../../web/locale.js'
import { layoutSets } from '../layouts/layouts.js'
import { isGroup, readCriteria, type Criteria, type Criterion } from '../user-types/criteria.js'

export interface ShownChange {
  readonly id: string
  readonly at: string
  readonly by: string
  readonly action: string
  /** The module that was released or taken back; whose eyes a preview was through. */
  readonly about: string | undefined
  /** That module by its name. */
  readonly module: string | undefined
  readonly details: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

/** So many changes a list tells at most. */
export const changesTold = 10

/** The last changes of what `subject` names, newest first. */
export async function changesOf(context: Context, req: Request, subject: string): Promise<ShownChange[]> {
  const t = translator(req.locale)
  const entries = await context.audit.list({ subject, limit: changesTold })
  const catalog = await context.host.catalog(req.locale)
  const layouts = [...(await layoutSets(context.db)).values()].flatMap((set) => set.layouts)
  const layoutNames = new Map(layouts.map(({ id, name }) => [id, name]))
  return entries.map((entry) => {
    const [before, after] = [partsOf(entry.before), partsOf(entry.after)]
    const module = catalog.modules.get(String(after['module'] ?? before['module'] ?? ''))
    const telling = { t, catalog, module, layoutNames }
    return {
      id: entry.id,
      at: entry.at,
      by: entry.actor.name,
      action: t(`portal:audit.${entry.action.replaceAll('.', '-')}`),
      about: aboutOf(module, { ...before, ...after }),
      module: module?.name,
      details: differences(told(telling, before), told(telling, after))
    }
  })
}

type Parts = Readonly<Record<string, unknown>>

interface Telling {
  readonly t: Translate
  readonly catalog: Catalog
  /** What the change is about, where the CRM still has it. */
  readonly module: Module | undefined
  readonly layoutNames: ReadonlyMap<string, string>
}

function aboutOf(module: Module | undefined, parts: Parts): string | undefined {
  const about = module?.labelPlural ?? parts['module'] ?? parts['portalUser'] ?? parts['userType']
  return typeof about === 'string' ? about : undefined
}

/** Lines that say nothing on either side are left out. */
function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ShownChange['details'] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? '', after: after.get(name) ?? '' }))
    .filter((line) => line.before !== line.after)
}

/** What stands in the name of the change already, or is nobody's business. */
const untold = new Set(['id', 'revision', 'module', 'portalUser', 'recordId'])

function told(telling: Telling, parts: Parts): Map<string, string> {
  return new Map(
    Object.entries(parts).flatMap(([name, value]) => (untold.has(name) ? [] : linesOf(telling, name, value)))
  )
}

type Line = readonly [name: string, text: string]

function linesOf(telling: Telling, name: string, value: unknown): Line[] {
  const { t, layoutNames } = telling
  const key = `portal:change.${name}`
  const own = t(key) === key ? name : t(key)
  if (name === 'fields') return fieldLines(telling, value, (field) => t('portal:change.field', { field }))
  if (name === 'layouts' && isParts(value))
    return Object.entries(value).flatMap(([id, fields]) =>
      fieldLines(telling, fields, (field) =>
        t('portal:change.fieldIn', { field, layout: layoutNames.get(id) ?? t('portal:change.layoutGone') })
      )
    )
  if (name === 'formats' && isParts(value))
    return Object.entries(value).flatMap(([kind, one]) => linesOf(telling, `${kind}Format`, one))
  return [[own, textOf(telling, name, value)]]
}

function fieldLines({ t, module }: Telling, value: unknown, nameOf: (field: string) => string): Line[] {
  return Object.entries(partsOf(value)).map(([field, how]) => [
    nameOf(module?.fields.get(field)?.label ?? field),
    t(`portal:change.released.${how === 'readOnly' ? 'readOnly' : 'editable'}`)
  ])
}

/** Words of ours that are stored as they are, with where their texts stand. */
const wordTexts: Readonly<Record<string, string>> = {
  kind: 'portal:change.kinds',
  notes: 'portal:noteRight',
  language: 'portal:change.languages',
  view: 'portal:change.views',
  shape: 'dashboards:shape',
  period: 'dashboards:period',
  locale: 'portal:change.languages',
  dateFormat: 'portal:format',
  timeFormat: 'portal:format',
  read: 'roles:level',
  edit: 'roles:level',
  delete: 'roles:level',
  stream: 'roles:level',
  status: 'portal:status',
  deed: 'people:do',
  problem: 'portal:refusal',
  preference: 'portal:change.preferences',
  basis: 'privacy:basis',
  consent: 'privacy:consent',
  request: 'privacy:kind'
}

/** Values that are told in a way of their own, by name. */
const tellers: Readonly<Record<string, (telling: Telling, value: unknown) => string>> = {
  criteria: (telling, value) => criteriaText(telling, readCriteria(JSON.stringify(value))),
  path: ({ catalog, module }, value) => pathText(catalog, module, String(value)),
  rights: ({ t }, value) =>
    [value]
      .flat()
      .map((right) => t(`portal:right.${String(right)}`))
      .join(', '),
  primaryModule: ({ catalog }, value) => catalog.modules.get(String(value))?.labelPlural ?? String(value),
  parts: ({ t }, value) =>
    [value]
      .flat()
      .map((part) => t(`privacy:part.${String(part)}`))
      .join(', '),
  purposes: (_, value) => [value].flat().map(labelOf).join(', '),
  by: fieldText,
  sum: fieldText,
  columns: (telling, value) =>
    [value]
      .flat()
      .map((name) => fieldText(telling, name))
      .join(', '),
  filters: (telling, value) =>
    criteriaText(telling, readCriteria(JSON.stringify({ join: 'all', of: filtersIn(value) }))),
  tabs: (telling, value) =>
    [value]
      .flat()
      .flatMap((word) => tabText(telling, String(word)))
      .join(', ')
}

/** Of a purpose of consent its first name; what is a text already stays. */
function labelOf(value: unknown): string {
  if (typeof value === 'string') return value
  return headingOf(partsOf(value)['labels'])
}

function fieldText({ module }: Telling, name: unknown): string {
  return module?.fields.get(String(name))?.label ?? String(name)
}

/** A dashlet's filters, as comparisons by value. */
function filtersIn(value: unknown): unknown[] {
  return [value].flat().map((filter) => {
    const { field, operator, value: compared } = partsOf(filter)
    return { field, operator, match: { by: 'value', value: compared } }
  })
}

/** Nothing, and no, say nothing: what is missing on one side is told by the other. */
function textOf(telling: Telling, name: string, value: unknown): string {
  if (value === null || value === undefined || value === false || value === '') return ''
  const teller = Object.hasOwn(tellers, name) ? tellers[name] : undefined
  return teller ? teller(telling, value) : plainText(telling, name, value)
}

function plainText(telling: Telling, name: string, value: unknown): string {
  if (value === true) return telling.t('portal:value.yes')
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return wordText(telling.t, name, value)
  const texts = [value].flat().map((one) => (typeof one === 'string' ? one : sectionText(telling, one)))
  return texts.filter((text) => text !== '').join(', ')
}

/** Of the navigation, what it shows; a word that begins with `-` hides its entry. */
function tabText({ t, catalog }: Telling, word: string): string[] {
  if (word.startsWith('-')) return []
  const module = catalog.modules.get(word.replace(/^module:/, ''))
  return [module?.labelPlural ?? t(word === 'home' ? 'portal:change.home' : 'portal:change.webTab')]
}

function wordText(t: Translate, name: string, value: string): string {
  const texts = wordTexts[name]
  const key = texts === undefined ? undefined : `${texts}.${value}`
  const text = key === undefined ? value : t(key)
  return text === key ? value : text
}

/** A section of a layout, a title in several languages, and whatever else has parts: the words in it. */
function sectionText(telling: Telling, value: unknown): string {
  const { label, fields, any, field, values } = partsOf(value)
  const named = (name: unknown): string => fieldText(telling, name)
  if (Array.isArray(fields)) return `${headingOf(label)}: ${fields.map(named).join(', ')}`
  if (typeof any === 'string') return any
  if (Array.isArray(values)) return `${named(field)}: ${values.join(', ')}`
  return isParts(value)
    ? Object.values(value)
        .filter((one) => typeof one === 'string')
        .join(', ')
    : ''
}

function headingOf(label: unknown): string {
  if (typeof label === 'string') return label
  const [first] = Object.values(partsOf(label))
  return typeof first === 'string' ? first : ''
}

/** `Account › Contacts`; a way that is gone stays as it was called. */
function pathText(catalog: Catalog, from: Module | undefined, path: string): string {
  let here = from
  const labels = path.split('.').map((name) => {
    const link = here?.links.get(name)
    here = link && catalog.modules.get(link.to)
    return link?.label ?? name
  })
  return labels.join(' › ')
}

function criteriaText(telling: Telling, criteria: Criteria | undefined): string {
  if (!criteria) return ''
  const parts = criteria.of.map((part) =>
    isGroup(part) ? `(${criteriaText(telling, part)})` : criterionText(telling, part)
  )
  return parts.join(telling.t(`access:condition.${criteria.join}`))
}

function criterionText({ t, module }: Telling, { field: name, operator, match }: Criterion): string {
  const field = module?.fields.get(name)
  const value = match.by === 'field' ? match.field : String(match.value ?? '')
  const shown = field?.options.find((option) => option.value === value)?.label ?? value
  return `${field?.label ?? name} ${t(`portal:operator.${operatorKey[operator]}`)} ${shown}`.trim()
}

function partsOf(value: unknown): Parts {
  return isParts(value) ? value : {}
}

function isParts(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
