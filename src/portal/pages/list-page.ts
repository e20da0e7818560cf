/** Lists of a portal: search, filters by options, order, pages. */
import type { Request, RequestHandler } from 'express'
import { records } from '../../access/records.js'
import type { Count, Filter, ListQuery, Page, ReleasedModule, ViewedRecord } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import type { Field } from '../../host/catalog.js'
import { cursorOf, pageLinks, queryText } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { columnsFor } from '../layouts/placement.js'
import { valueFromText } from '../../access/comparables.js'
import { cardFields, cardsOf, isCanvas } from './canvas.js'
import { roomOf, type Room } from './room.js'
import { inFewWords, shownValues, type ShownValue } from '../shown-value.js'

const filterMark = 'filter.'

/** What the address of a list asks for. */
interface Asked {
  readonly search: string
  readonly sort: string
  readonly filters: Readonly<Record<string, string>>
}

export const listPage: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const asked = askedIn(req)
  const { name } = room.module
  const columns = columnsFor(room.layoutSet, room.module, room.released.fields)
  const asCards = await isCanvas(req.viewer, name)
  const fields = asCards ? cardFields(room.module, columns) : columns
  const query = { ...queryOf(room.released, asked), after: cursorOf(req), fields }
  const door = records(req.viewer)
  const [found, count] = await Promise.all([door.list(name, query), door.count(name, query)])
  const list = {
    ...tableOf(room, columns, found),
    ...controlsOf(room, asked, columns, count),
    cards: asCards ? { order: orderChoices(room, asked, columns), each: cardsOf(room, columns, found) } : undefined,
    pages: pageLinks(req, found.next)
  }
  await page(res, 'portal/list', { list, removed: req.query['removed'] === '1' && !cursorOf(req) })
}

/** The records at the other end of a link, all of them page by page. */
export const relatedPage: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const id = String(req.params['id'])
  const record = await records(req.viewer).find(room.module.name, id)
  const link = room.module.links.get(String(req.params['link']))
  if (!link) throw new NotFound()
  const target = await records(req.viewer).module(link.to)
  const columns = columnsFor(room.layoutSet, target.module, target.fields)
  const found = await records(req.viewer).relatedTo(record, link.name, {
    fields: columns,
    after: cursorOf(req)
  })
  const list = {
    ...tableOf({ ...room, module: target.module }, columns, found),
    label: link.label,
    pages: pageLinks(req, found.next)
  }
  await page(res, 'portal/related', {
    list,
    record: { title: record.title, url: room.url(room.module.name, id) },
    module: crumbOf(room)
  })
}

export interface Table {
  readonly label: string
  /** One of them: a case. */
  readonly one: string
  /** The field that names a record; its column comes first and leads to the record. */
  readonly title: string
  readonly icon: string
  readonly head: readonly Field[]
  /** Columns of numbers, which stand to the right. */
  readonly numbers: readonly string[]
  readonly rows: readonly {
    readonly url: string | undefined
    readonly title: string
    readonly values: readonly ShownValue[]
  }[]
}

/** The module's records as a table of `columns`. */
export function tableOf(room: Pick<Room, 'module' | 'showing' | 't'>, columns: readonly string[], found: Page): Table {
  const { module, showing } = room
  const fields = columns.flatMap((name) => module.fields.get(name) ?? [])
  return {
    label: module.labelPlural,
    one: module.label,
    title: module.title,
    icon: module.icon,
    head: fields,
    numbers: fields.filter(({ type }) => ['integer', 'number', 'money'].includes(type)).map(({ name }) => name),
    rows: found.records.map((record) => ({
      url: record.may.has('open') ? showing.recordUrl(module.name, record.id) : undefined,
      title: record.title || room.t('portal:list.untitled', { module: module.label }),
      values: cellsOf(showing, record, columns)
    }))
  }
}

/** The title's own cell is the link to the record; of HTML a list has the first words. */
function cellsOf(showing: Room['showing'], record: ViewedRecord, columns: readonly string[]): ShownValue[] {
  const whole = { ...record, values: { ...blank(columns), ...record.values } }
  const others = columns.filter((name) => name !== record.module.title)
  return shownValues(showing, whole, others).map(inFewWords)
}

/** A column that the grants matching this record don't show is empty in its row. */
function blank(columns: readonly string[]): Record<string, null> {
  return Object.fromEntries(columns.map((name) => [name, null]))
}

function askedIn(req: Request): Asked {
  const names = Object.keys(req.query).filter((name) => name.startsWith(filterMark))
  const filters = names.flatMap((name): [string, string][] => {
    const value = queryText(req, name)
    return value === undefined ? [] : [[name.slice(filterMark.length), value]]
  })
  return { search: queryText(req, 'q') ?? '', sort: queryText(req, 'sort') ?? '', filters: Object.fromEntries(filters) }
}

/** Names of fields go to the door as they are: it has one answer for hidden and for unknown ones (A09). */
function queryOf({ module }: ReleasedModule, asked: Asked): ListQuery {
  const filter = Object.entries(asked.filters).map(([field, value]): Filter =>
    filterFor(module.fields.get(field), field, value)
  )
  const sort =
    asked.sort === '' ? undefined : { field: asked.sort.replace(/^-/, ''), descending: asked.sort.startsWith('-') }
  return { filter, search: asked.search, sort }
}

function filterFor(field: Field | undefined, name: string, text: string): Filter {
  return {
    field: name,
    operator: field?.type === 'options' ? 'contains' : '=',
    value: field ? valueFromText(field.type, text) : text
  }
}

function controlsOf(room: Room, asked: Asked, columns: readonly string[], count: Count): Record<string, unknown> {
  const { released, module, t } = room
  const here = room.url(module.name)
  const shown = room.showing.format.number(count.count)
  return {
    url: here,
    asked,
    newUrl: released.may.has('create') && !module.partOf ? room.url(module.name, 'new') : undefined,
    isNarrowed: asked.search !== '' || Object.keys(asked.filters).length > 0,
    isSearchable: released.fields.some((name) => module.fields.get(name)?.searchable),
    filters: filtersOf(room, asked),
    sorts: Object.fromEntries(
      columns.filter((name) => released.sortable.includes(name)).map((name) => [name, sortOf(here, asked, name)])
    ),
    count: count.capped ? t('portal:list.moreThan', { shown }) : t('portal:list.count', { count: count.count, shown })
  }
}

function filtersOf({ released, module, t }: Room, asked: Asked): Record<string, unknown>[] {
  return released.fields
    .flatMap((name) => module.fields.get(name) ?? [])
    .filter((field) => field.type === 'option' && field.options.length > 0)
    .map((field) => ({
      name: filterMark + field.name,
      label: field.label,
      value: asked.filters[field.name] ?? '',
      options: [{ value: '', label: t('portal:list.any', { field: field.label }) }, ...field.options]
    }))
}

/** What cards may be ordered by, where a table has its heads for that. */
function orderChoices({ released, module, t }: Room, { sort }: Asked, columns: readonly string[]): OrderChoice[] {
  const fields = columns
    .filter((name) => released.sortable.includes(name))
    .flatMap((name) => module.fields.get(name) ?? [])
  const choices = fields.flatMap(({ name, label }) => [
    { value: name, label: t('layouts:canvas.ascending', { field: label }) },
    { value: `-${name}`, label: t('layouts:canvas.descending', { field: label }) }
  ])
  return [{ value: '', label: t('layouts:canvas.newest') }, ...choices].map((one) => ({
    ...one,
    isChosen: one.value === sort
  }))
}

interface OrderChoice {
  readonly value: string
  readonly label: string
  readonly isChosen: boolean
}

/** Where a column's head leads, and how the list is ordered by it now. */
function sortOf(
  here: string,
  asked: Asked,
  name: string
): { url: string; order: 'ascending' | 'descending' | undefined } {
  const order = asked.sort === name ? 'ascending' : asked.sort === `-${name}` ? 'descending' : undefined
  return { order, url: addressFor(here, { ...asked, sort: order === 'ascending' ? `-${name}` : name }) }
}

function addressFor(here: string, { search, sort, filters }: Asked): string {
  const marked = Object.entries(filters).map(([name, value]): [string, string] => [filterMark + name, value])
  const parts = [...Object.entries({ q: search, sort }), ...marked].filter(([, value]) => value !== '')
  return `${here}?${new URLSearchParams(parts).toString()}`
}

export function crumbOf(room: Room): { label: string; url: string } {
  return { label: room.module.labelPlural, url: room.url(room.module.name) }
}
