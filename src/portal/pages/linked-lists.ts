/** The lists of linked records on a record's page: the first few of each, and none that says nothing new. */
import type { Request } from 'express'
import { records } from '../../access/records.js'
import type { ListQuery, Page, ViewedRecord } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import type { Link, Module } from '../../host/catalog.js'
import { columnsFor } from '../layouts/placement.js'
import { tableOf, type Table } from '../../pages/record-table.js'
import type { Room } from './room.js'

const shortList = 5
const mostColumns = 4
/** Where several links lead to the same module, so many records of each are compared. */
const atOnce = 100

export type LinkedTable = Table & { readonly moreUrl: string | undefined }

interface LinkedList {
  readonly link: Link
  readonly found: Page
}

interface FoundList extends LinkedList {
  readonly module: Module
  readonly columns: readonly string[]
}

/** What is linked to the record, of the modules that are released (Z05). */
export async function linkedTables(req: Request, room: Room, record: ViewedRecord): Promise<LinkedTable[]> {
  const released = new Map((await records(req.viewer).modules()).map((one) => [one.module.name, one]))
  const isShown = ({ to, cardinality }: Link): boolean =>
    cardinality === 'many' && released.has(to) && released.get(to)?.module.partOf === undefined
  const links = [...room.module.links.values()].filter(isShown)
  const lists = await Promise.all(
    links.map(async (link): Promise<FoundList> => {
      const { module, fields } = released.get(link.to)!
      const columns = columnsFor(room.layoutSet, module, fields).slice(0, mostColumns)
      const isAlone = links.every((other) => other === link || other.to !== link.to)
      const query = { fields: columns, limit: isAlone ? shortList : atOnce }
      return { link, module, columns, found: await linkedRecords(req, record, link, query) }
    })
  )
  return newToTheReader(lists).map((one) => linkedTable(room, record, one))
}

/** Without empty lists, and without one all of whose records stand in another list of the same module as well; of two with the same
 *  records the one with the shorter name stays. A list that is too long to be read at once is never left out. */
export function newToTheReader<T extends LinkedList>(lists: readonly T[]): T[] {
  const filled = lists.filter(({ found }) => found.records.length > 0)
  const byName = filled.toSorted((one, other) => one.link.label.length - other.link.label.length)
  return filled.filter((list) => !byName.some((other) => other !== list && repeats(list, other, byName)))
}

/** Whether the other list shows all that this one does, and more, or the same under a better name. */
function repeats<T extends LinkedList>(list: T, other: T, byName: readonly T[]): boolean {
  if (list.link.to !== other.link.to || list.found.next !== undefined) return false
  const known = new Set(other.found.records.map(({ id }) => id))
  if (!list.found.records.every(({ id }) => known.has(id))) return false
  const isMore = other.found.next !== undefined || known.size > list.found.records.length
  return isMore || byName.indexOf(other) < byName.indexOf(list)
}

function linkedTable(room: Room, record: ViewedRecord, { link, module, columns, found }: FoundList): LinkedTable {
  const hasMore = found.next !== undefined || found.records.length > shortList
  const moreUrl = hasMore ? room.url(room.module.name, record.id, 'related', link.name) : undefined
  const shown = { ...found, records: found.records.slice(0, shortList) }
  return { ...tableOf({ ...room, module }, columns, shown), label: link.label, moreUrl }
}

/** None where the lookup that the link is kept in is hidden from him. */
async function linkedRecords(req: Request, record: ViewedRecord, link: Link, query: ListQuery): Promise<Page> {
  try {
    return await records(req.viewer).relatedTo(record, link.name, query)
  } catch (error) {
    if (error instanceof NotFound) return { records: [], next: undefined }
    throw error
  }
}
