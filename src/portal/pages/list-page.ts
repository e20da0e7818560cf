/** Lists of a portal: search, filters by options, order, pages. */
import type { RequestHandler } from 'express'
import { records } from '../../access/records.js'
import type { Count } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import { askedIn, filtersOf, queryOf, sortOf, type Asked } from '../../pages/list-address.js'
import { tableOf } from '../../pages/record-table.js'
import { cursorOf, pageLinks } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { columnsFor } from '../layouts/placement.js'
import { cardFields, cardsOf, isCanvas } from './canvas.js'
import { roomOf, type Room } from './room.js'

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
    filters: filtersOf({ ...released, module }, asked, t),
    sorts: Object.fromEntries(
      columns.filter((name) => released.sortable.includes(name)).map((name) => [name, sortOf(here, asked, name)])
    ),
    count: count.capped ? t('portal:list.moreThan', { shown }) : t('portal:list.count', { count: count.count, shown })
  }
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

export function crumbOf(room: Room): { label: string; url: string } {
  return { label: room.module.labelPlural, url: room.url(room.module.name) }
}
