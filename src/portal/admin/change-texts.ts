/** How the list of changes tells a value that was kept: names instead of ids, labels instead of the CRM's own words. */
import { operatorKey } from '../../access/describe.js'
import { isParts, partsOf } from '../../audit/shown-change.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { shownAddress } from '../../phone-number.js'
import type { Translate } from '../../web/locale.js'
import type { Configuration } from '../configuration.js'
import { typeName } from './type-name.js'
import { isGroup, readCriteria, type Criteria, type Criterion } from '../user-types/criteria.js'

export interface Telling {
  readonly t: Translate
  readonly catalog: Catalog
  /** What the change is about, where the CRM still has it. */
  readonly module: Module | undefined
  readonly all: Configuration
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
  userTypeId: ({ t, all }, value) => typeName(t, all, String(value)) ?? t('portal:change.layoutGone'),
  address: (_, value) => shownAddress(String(value)),
  addressField: fieldText,
  asked: fieldTexts,
  primaryModule: ({ catalog }, value) => catalog.modules.get(String(value))?.labelPlural ?? String(value),
  parts: ({ t }, value) =>
    [value]
      .flat()
      .map((part) => t(`privacy:part.${String(part)}`))
      .join(', '),
  kept: ({ t, catalog }, value) =>
    Object.entries(partsOf(value))
      .map(([name, how]) =>
        t('privacy:deletion.kept', {
          module: catalog.modules.get(name)?.labelPlural ?? name,
          how: t(`privacy:deletion.keeping.${String(how)}`)
        })
      )
      .join(', '),
  purposes: (_, value) => [value].flat().map(labelOf).join(', '),
  by: fieldText,
  sum: fieldText,
  columns: fieldTexts,
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

function fieldTexts(telling: Telling, value: unknown): string {
  return [value]
    .flat()
    .map((name) => fieldText(telling, name))
    .join(', ')
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
export function textOf(telling: Telling, name: string, value: unknown): string {
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
  if (Array.isArray(values))
    return `${named(field)}: ${values.map((one) => optionText(telling, field, one)).join(', ')}`
  return isParts(value)
    ? Object.values(value)
        .filter((one) => typeof one === 'string')
        .join(', ')
    : ''
}

function optionText({ module }: Telling, field: unknown, value: unknown): string {
  const options = module?.fields.get(String(field))?.options ?? []
  return options.find((option) => option.value === value)?.label ?? String(value)
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

function criterionText(telling: Telling, { field: name, operator, match }: Criterion): string {
  const field = telling.module?.fields.get(name)
  const value = match.by === 'field' ? match.field : String(match.value ?? '')
  const shown = optionText(telling, name, value)
  return `${field?.label ?? name} ${telling.t(`portal:operator.${operatorKey[operator]}`)} ${shown}`.trim()
}
