/** Links between records: who may make them, and how they are made and undone. */
import { NotFound } from '../../errors.js'
import type { Link, Module } from '../catalog.js'
import { HostRefused } from '../host.js'
import { firstRow } from './answers.js'
import type { Model } from './model.js'
import type { Reader } from './reading.js'
import { emitRecord, mustHold, updateRow, type Pen } from './rows.js'
import type { Columns } from './values.js'

/** Ids of the records to put at the other end, by link. */
export type Links = Readonly<Record<string, readonly string[]>>

interface Doors {
  readonly model: () => Promise<Model>
  readonly reader: Reader
}

/** The right to put records at the other ends: to see them, and to change them where the link is a field of theirs.
 *  @throws HostRefused, Forbidden */
export async function mustReach({ model, reader }: Doors, module: Module, links: Links): Promise<void> {
  for (const [name, ids] of Object.entries(links)) {
    const link = manyLink(module, name)
    const target = (await model()).module(link.to).module
    const reach = (id: string): Promise<unknown> =>
      link.storage.kind === 'reverse' ? reader.mustAllow(target, id, 'edit') : reader.rowOf(target, id)
    for (const id of ids) await refusing(name, () => reach(id))
  }
}

/** A link that can take one more record. @throws HostRefused */
export function manyLink(module: Module, name: string): Link {
  const link = module.links.get(name)
  if (!link || link.storage.kind === 'column') throw new HostRefused({ [name]: { key: 'errors.field.unknown' } })
  return link
}

/** What can't be seen can't be linked to. */
async function refusing(field: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    throw new HostRefused({ [field]: { key: 'errors.field.reference' } })
  }
}

export async function joinAll(pen: Pen, module: Module, id: string, links: Links): Promise<void> {
  for (const [name, others] of Object.entries(links)) {
    for (const other of others) await refusing(name, () => joinOne(pen, module, id, manyLink(module, name), other))
  }
}

async function joinOne(pen: Pen, module: Module, id: string, link: Link, otherId: string): Promise<void> {
  const kind = pen.model.module(link.to)
  const other = await mustHold(pen, kind.module, otherId)
  const { storage } = link
  if (storage.kind === 'reverse') {
    const only: Columns = storage.only ? { [storage.only.column]: storage.only.is } : {}
    return updateRow(pen, kind, other, { [storage.column]: id, ...only })
  }
  if (storage.kind !== 'table') return
  const ends = { [storage.near]: id, [storage.far]: otherId }
  const known = await firstRow<{ deleted: number }>(pen.trx(storage.table).first('deleted').where(ends).forUpdate())
  if (known?.deleted === 0) return
  if (known) await pen.trx(storage.table).where(ends).update({ deleted: 0 })
  else await pen.trx(storage.table).insert({ ...ends, deleted: 0 })
  await emitLink(pen, module, id, link, otherId)
}

export async function part(pen: Pen, module: Module, id: string, link: Link, otherId: string): Promise<void> {
  const kind = pen.model.module(link.to)
  const { storage } = link
  if (storage.kind === 'table') {
    const parted = await pen
      .trx(storage.table)
      .where({ [storage.near]: id, [storage.far]: otherId, deleted: 0 })
      .update({ deleted: 1 })
    if (parted > 0) await emitLink(pen, module, id, link, otherId)
    return
  }
  const other = await mustHold(pen, kind.module, otherId)
  if (storage.kind !== 'reverse' || other[storage.column] !== id) return
  const field = [...kind.module.fields.values()].find(
    (each) => each.storage.kind === 'column' && each.storage.column === storage.column
  )
  if (field?.required) throw new HostRefused({ [field.name]: { key: 'errors.field.required' } })
  const only: Columns = storage.only ? { [storage.only.column]: null } : {}
  await updateRow(pen, kind, other, { [storage.column]: null, ...only })
}

/** Both records were changed by it. */
async function emitLink(pen: Pen, module: Module, id: string, link: Link, otherId: string): Promise<void> {
  await emitRecord(pen, 'record.changed', module, id, [link.name])
  const target = pen.model.module(link.to).module
  const back = [...target.links.values()].find((each) => isBack(link, each))
  await emitRecord(pen, 'record.changed', target, otherId, back ? [back.name] : [])
}

function isBack({ storage }: Link, { storage: other }: Link): boolean {
  return (
    storage.kind === 'table' && other.kind === 'table' && storage.table === other.table && storage.near === other.far
  )
}
