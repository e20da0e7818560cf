/** Lists of what is in a project, and of what is his own: search, filters by options, order, pages. */
import type { Request } from 'express'
import type { Page, ReleasedModule } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { Viewer } from '../../access/viewer.js'
import type { Module } from '../../host/catalog.js'
import { columnsOfTheCrm } from '../../pages/arrangement.js'
import { askedIn, filtersOf, queryOf, sortOf, type Asked } from '../../pages/list-address.js'
import { tableOf, type Table } from '../../pages/record-table.js'
import { cursorOf, pageLinks } from '../../web/paging.js'
import { responsibleFor } from '../responsible.js'
import { namedColumns, namedTable, type NamedPart } from './named-columns.js'
import { showingIn, type Room } from './room.js'

/** Which records, and where their list stands. */
export interface ListPlace {
  readonly module: Module
  /** What the list is called; else as its module is. */
  readonly label?: string
  /** Sees just those of the list. */
  readonly viewer: Viewer
  /** Web address of the list. */
  readonly here: string
  /** Of a record's own page; undefined where it has none. */
  readonly pageUrl: ((id: string) => string) | undefined
  /** The columns that the source names, and none besides; nothing there is a link. */
  readonly named?: NamedPart
  /** Those he is responsible for are marked. */
  readonly marksOwn?: boolean
  readonly newUrl?: string | undefined
}

export async function listFor(room: Room, req: Request, place: ListPlace): Promise<object> {
  const door = records(place.viewer)
  const released = { ...(await door.module(place.module.name)), module: place.module }
  const asked = askedIn(req)
  const columns = place.named ? namedColumns(place.named) : columnsOfTheCrm(place.module, released.fields)
  const query = { ...queryOf(released, asked), after: cursorOf(req), fields: columns }
  const [found, count] = await Promise.all([door.list(place.module.name, query), door.count(place.module.name, query)])
  const shown = showingIn(room).format.number(count.count)
  const words = count.capped
    ? room.t('portal:list.moreThan', { shown })
    : room.t('portal:list.count', { count: count.count, shown })
  return {
    ...(await tableFor(room, place, columns, found)),
    label: place.label ?? place.module.labelPlural,
    ...controlsOf(room, place, released, asked),
    sorts: sortsOf(place, released, asked, columns),
    count: words,
    pages: pageLinks(req, found.next)
  }
}

async function tableFor(room: Room, place: ListPlace, columns: readonly string[], found: Page): Promise<Table> {
  const { module, named, pageUrl, marksOwn } = place
  if (named) return namedTable(room, named, found)
  const showing = showingIn(room, pageUrl && { module: module.name, url: pageUrl })
  const table = tableOf({ module, showing, t: room.t }, columns, found)
  if (!marksOwn) return table
  const ids = found.records.map(({ id }) => id)
  const people = await responsibleFor(room.context.db, module.name, ids)
  const mark = { tone: 'info', label: room.t('guest:own.mark') } as const
  const isHis = (id: string): boolean => people.get(id)?.includes(room.viewer.person.id) === true
  return { ...table, rows: table.rows.map((row, index) => (isHis(ids[index]!) ? { ...row, mark } : row)) }
}

function controlsOf({ t }: Room, { module, here, newUrl }: ListPlace, released: ReleasedModule, asked: Asked): object {
  return {
    url: here,
    asked,
    newUrl,
    isNarrowed: asked.search !== '' || Object.keys(asked.filters).length > 0,
    isSearchable: released.fields.some((name) => module.fields.get(name)?.searchable),
    filters: filtersOf(released, asked, t)
  }
}

function sortsOf({ here }: ListPlace, { sortable }: ReleasedModule, asked: Asked, columns: readonly string[]): object {
  const able = columns.filter((name) => sortable.includes(name))
  return Object.fromEntries(able.map((name) => [name, sortOf(here, asked, name)]))
}
