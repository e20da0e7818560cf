/** The list of a module: search, filters, order, pages. All of it stands in the address, so that a list can be kept as a bookmark. */
import type { Request, Response } from 'express'
import { page } from '../../../web/render.js'
import type { Field, Module } from '../../catalog.js'
import type { FilterOperator, ListAsk, ListFilter } from '../records.js'
import { moduleIn } from './desk.js'
import { listPath, newPath, recycleBinPath, withQuery } from './paths.js'
import { listed, recordTable } from './record-table.js'

const operators: readonly FilterOperator[] = [
  'contains',
  'startsWith',
  '=',
  '≠',
  '<',
  '≤',
  '>',
  '≥',
  'isEmpty',
  'isNotEmpty'
]
const limit = 25

type Query = Readonly<Record<string, string>>

/** `GET /:module` */
export async function showList(req: Request, res: Response): Promise<void> {
  const { desk } = req
  const module = moduleIn(req)
  const query = queryOf(req)
  const ask = askFrom(module, query, desk.staff.id)
  const [found, total, may] = await Promise.all([
    desk.records.list(module.name, ask),
    desk.records.count(module.name, ask),
    desk.records.may(module.name)
  ])
  await page(res, 'crm/list', {
    module,
    table: recordTable(desk, module, found.records),
    total,
    query,
    isGivenAway: req.query.given !== undefined,
    choices: quickFilters(module, query),
    condition: { fields: filterable(module), operators },
    sortUrl: (name: string) => withQuery(listPath(module.name), { ...query, ...nextSort(ask, name), page: '' }),
    sorted: ask.sort,
    previous: ask.page > 1 ? pageUrl(module, query, ask.page - 1) : undefined,
    next: found.hasMore ? pageUrl(module, query, ask.page + 1) : undefined,
    isNarrowed: Boolean(ask.search) || ask.filter.length > 0,
    listPath: listPath(module.name),
    newPath: may.has('create') ? newPath(module.name) : undefined,
    recycleBinPath: recycleBinPath(module.name)
  })
}

/** The address's own values; what came twice or is too long is left out. */
function queryOf(req: Request): Query {
  const texts = Object.entries(req.query).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(texts.filter(([name, value]) => name !== 'given' && value.length <= 200))
}

function askFrom(module: Module, query: Query, me: string): ListAsk & Required<Pick<ListAsk, 'filter' | 'page'>> {
  const sort = module.fields.get(query.sort ?? '')
  return {
    search: query.q?.trim() || undefined,
    filter: [...chosen(module, query, me), ...condition(module, query)],
    sort: sort?.sortable ? { field: sort.name, descending: query.order === 'down' } : undefined,
    page: Math.min(Math.max(Math.trunc(Number(query.page)) || 1, 1), 400),
    limit
  }
}

/** The choices above the list: one per option field of the list, and *mine*. */
function chosen(module: Module, query: Query, me: string): ListFilter[] {
  const options = optionFields(module).flatMap((field) => {
    const value = query[`is.${field.name}`]
    return field.options.some((option) => option.value === value)
      ? [{ field: field.name, operator: '=', value } as const]
      : []
  })
  return query.mine && module.owner ? [...options, { field: module.owner, operator: '=', value: me }] : options
}

function condition(module: Module, query: Query): ListFilter[] {
  const field = filterable(module).find(({ name }) => name === query.field)
  const operator = operators.find((known) => known === query.operator)
  if (!field || !operator) return []
  if (operator === 'isEmpty' || operator === 'isNotEmpty') return [{ field: field.name, operator }]
  const value = comparable(field, query.value ?? '')
  return value === undefined ? [] : [{ field: field.name, operator, value }]
}

function comparable(field: Field, text: string): string | number | boolean | undefined {
  if (text === '') return undefined
  if (field.type === 'boolean') return /^(1|true|yes|ja|ano)$/i.test(text)
  if (field.type === 'option') return chosenOption(field, text)
  if (!['integer', 'number', 'money'].includes(field.type)) return text
  const number = Number(text.replace(',', '.'))
  return Number.isFinite(number) ? number : undefined
}

/** Whether its value was typed, or what people see of it. */
function chosenOption({ options }: Field, text: string): string {
  return options.find(({ label }) => label.toLowerCase() === text.trim().toLowerCase())?.value ?? text
}

function optionFields(module: Module): readonly Field[] {
  return listed(module)
    .flatMap((name) => module.fields.get(name) ?? [])
    .filter((field) => field.type === 'option')
}

function quickFilters(module: Module, query: Query) {
  return optionFields(module).map(({ name, label, options }) => ({
    name: `is.${name}`,
    label,
    options,
    value: query[`is.${name}`] ?? ''
  }))
}

function filterable(module: Module): readonly Field[] {
  return [...module.fields.values()].filter(
    ({ type, storage }) => type !== 'reference' && type !== 'options' && storage.kind === 'column'
  )
}

function nextSort(ask: ListAsk, field: string): { sort: string; order: string } {
  const isUp = ask.sort?.field === field && !ask.sort.descending
  return { sort: field, order: isUp ? 'down' : '' }
}

function pageUrl(module: Module, query: Query, number: number): string {
  return withQuery(listPath(module.name), { ...query, page: number === 1 ? '' : String(number) })
}
