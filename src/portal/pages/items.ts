/** The line items of a record: which modules of them are released, their rows in the order in which they were made, and what may be done with them (Z11). */
import type { Request } from 'express'
import { records } from '../../access/records.js'
import type { ReleasedModule, ViewedRecord } from '../../access/record.js'
import type { Link, Module } from '../../host/catalog.js'
import { columnsFor } from '../layouts/placement.js'
import { partFilling } from '../user-types/filling.js'
import type { Room } from './room.js'

/** So many are shown of one module, and a form holds no more of all of them together. */
export const mostItems = 200

/** The line items of one module that a record has. */
export interface Items {
  readonly released: ReleasedModule
  /** Names of fields. */
  readonly columns: readonly string[]
  readonly rows: readonly ViewedRecord[]
  /** There are more rows than are here. */
  readonly isCut: boolean
  readonly mayAdd: boolean
}

interface Part {
  readonly released: ReleasedModule
  readonly link: Link
}

/** The modules of line items that records of `module` have and that are released. */
export async function partsOf(req: Request, module: Module): Promise<Part[]> {
  const all = await records(req.viewer).modules()
  return all.flatMap((released) => {
    const link = released.module.partOf?.module === module.name ? linkToParts(module, released.module) : undefined
    return link ? [{ released, link }] : []
  })
}

/** `record` was found for this viewer. */
export async function itemsOf(req: Request, room: Room, record: ViewedRecord): Promise<Items[]> {
  const parts = await partsOf(req, room.module)
  return Promise.all(parts.map((part) => itemsIn(req, room, record, part)))
}

async function itemsIn(req: Request, room: Room, record: ViewedRecord, { released, link }: Part): Promise<Items> {
  const { module, may } = released
  const found = await records(req.viewer).relatedTo(record, link.name, {
    fields: [...released.fields],
    limit: mostItems,
    decided: may.has('edit') || may.has('delete')
  })
  const { fill } = partFilling(module, record.id)
  const mayAdd = may.has('create') && fill !== undefined && (await records(req.viewer).mayCreate(module.name, fill))
  return {
    released,
    columns: columnsFor(room.layoutSet, module, released.fields),
    rows: found.records.toReversed(),
    isCut: found.next !== undefined,
    mayAdd
  }
}

export function mayWrite({ mayAdd, rows }: Items): boolean {
  return mayAdd || rows.some(({ may }) => may.has('edit') || may.has('delete'))
}

/** The way from a record to its line items: the far end of the lookup by which they are part of it. */
function linkToParts(module: Module, part: Module): Link | undefined {
  const near = part.links.get(part.partOf?.link ?? '')
  if (near?.storage.kind !== 'column') return undefined
  const { column } = near.storage
  return [...module.links.values()].find(
    ({ to, storage }) => to === part.name && storage.kind === 'reverse' && storage.column === column
  )
}
