/** Writing the CRM's records through a gate: each save is one transaction with its event and its line in the feed. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { Forbidden, PorticoError } from '../../errors.js'
import type { Owners, Sql } from '../../hooks.js'
import type { Module } from '../catalog.js'
import { HostRefused, type Actor } from '../host.js'
import { allRows, firstRow } from './answers.js'
import { authorOf } from './actors.js'
import { momentAt } from '../../db/moment.js'
import { removeFeedOf } from './feed.js'
import type { CrmFiles } from './files.js'
import { scopesToDo, type Gate } from './gate.js'
import { joinAll, manyLink, mustReach, part } from './linking.js'
import type { Model } from './model.js'
import { mustBeAssignable, ownedBy, saysOwner, withOneOwner } from './ownership.js'
import type { Emit } from './outbox.js'
import { rows } from './query.js'
import { filesToPlace, placeFiles, takeFilesOff } from './record-files.js'
import type { Reader } from './reading.js'
import type { ChangeOptions, CreateOptions, Records, Values } from './records.js'
import {
  holdRow,
  insertRow,
  mustHold,
  mustHoldWithin,
  mustLeadSomewhere,
  referencesIn,
  removeRow,
  restoreRow,
  updateRow,
  type Kind,
  type Pen
} from './rows.js'
import { userModule } from './standard-fields.js'
import { inTransaction } from './transaction.js'
import { columnOf, columnsFrom, type Columns, type Row } from './values.js'

export type Writing = Pick<Records, 'create' | 'change' | 'remove' | 'restore' | 'purge' | 'link' | 'unlink'>

export interface Core {
  readonly db: Knex
  readonly model: () => Promise<Model>
  readonly emit: Emit
  readonly files: CrmFiles
  readonly now: () => number
}

export interface Writer extends Writing {
  /** Runs `work` with a pen of this writer's author. */
  withPen<T>(work: (pen: Pen) => Promise<T>, at?: string): Promise<T>
}

export function createWriter(core: Core, actor: Actor, gate: Gate, reader: Reader): Writer {
  const { db, model, emit, now } = core

  const kindOf = async (name: string): Promise<Kind> => {
    if (name === userModule.name) throw new Forbidden()
    return (await model()).module(name)
  }

  const withPen = async <T>(work: (pen: Pen) => Promise<T>, at = momentAt(now())): Promise<T> => {
    const author = await authorOf(db, actor)
    const known = await model()
    return inTransaction(db, (trx) => work({ trx, model: known, actor, author, at, emit }))
  }

  /** What the row will refer to, by module. Asked before the transaction, used in it: plugins ask the database too. */
  const scopesOf = async (module: Module, row: Row): Promise<Scopes> => {
    const scopes = new Map<string, readonly Sql[]>()
    for (const { to } of referencesIn(module, row)) scopes.set(to, await scopesOfTarget(gate, module, to))
    return scopes
  }

  const rank = { isTrusted: actor.kind === 'system', isOutside: actor.kind === 'outside' }

  const create = async (name: string, values: Values, options: CreateOptions = {}): Promise<string> => {
    const kind = await kindOf(name)
    await gate.mustAllow(name, undefined, 'create')
    const owned = ownedBy(actor, kind.module, values)
    const columns = withOneOwner(kind.module, columnsFrom({ ...kind, values: owned, isNew: true, ...rank }))
    mustHoldTogether(kind, columns, {})
    const owners = await ownersFor(gate, kind.module, columns)
    const scopes = await scopesOf(kind.module, columns)
    const wanted = filesToPlace(kind.module, options.files ?? {}, { isNew: true, ...rank })
    await mustReach({ model, reader }, kind.module, options.links ?? {})
    return withPen(async (pen) => {
      await mustBeAssignable(pen.trx, kind.module, { columns, row: undefined }, owners)
      await mustLeadSomewhere(kind.module, columns, {}, (to, other) => isThere(pen, to, other, scopes))
      const id = wellFormed(options.id) ?? randomUUID()
      const { placed } = await placeFiles(pen.trx, kind.module, id, wanted)
      await insertRow(pen, kind, await filledFromProduct(pen, kind.module, columns), { id, placed })
      await joinAll(pen, kind.module, id, options.links ?? {})
      return id
    }, options.at)
  }

  const change = async (name: string, id: string, values: Values, options: ChangeOptions = {}): Promise<void> => {
    const kind = await kindOf(name)
    await reader.mustAllow(kind.module, id, 'edit')
    const columns = withOneOwner(kind.module, columnsFrom({ ...kind, values, isNew: false, ...rank }))
    const mine = await scopesToDo(gate, name, 'edit')
    const owners = await ownersFor(gate, kind.module, columns)
    const scopes = await scopesOf(kind.module, { ...(await reader.rowOf(kind.module, id)), ...columns })
    const wanted = filesToPlace(kind.module, options.files ?? {}, { isNew: false, ...rank })
    await mustReach({ model, reader }, kind.module, options.links ?? {})
    const taken = await withPen(async (pen) => {
      const row = await mustHoldWithin(pen, kind.module, id, mine)
      if (options.version !== undefined && options.version !== Number(row['version']))
        throw new PorticoError('errors.changedMeanwhile', { status: 409 })
      mustHoldTogether(kind, columns, row)
      await mustBeAssignable(pen.trx, kind.module, { columns, row }, owners)
      await mustLeadSomewhere(kind.module, columns, row, (to, other) => isThere(pen, to, other, scopes))
      const files = await placeFiles(pen.trx, kind.module, id, wanted)
      await updateRow(pen, kind, row, columns, files.placed)
      await joinAll(pen, kind.module, id, options.links ?? {})
      return files.taken
    })
    await removeFiles(core.files, taken)
  }

  return {
    withPen,
    create,
    change,
    async remove(name, id) {
      const { module } = await kindOf(name)
      if (!gate.isTrusted) await reader.mustAllow(module, id, 'delete')
      const mine = await scopesToDo(gate, name, 'delete')
      await withPen(async (pen) => {
        const row = gate.isTrusted ? await holdRow(pen, module, id) : await mustHoldWithin(pen, module, id, mine)
        if (row) await removeRow(pen, module, row)
      })
    },
    async restore(name, id) {
      const { module } = await kindOf(name)
      const mine = await scopesToDo(gate, name, 'delete')
      await withPen(async (pen) =>
        restoreRow(pen, module, await mustHoldWithin(pen, module, id, mine, { removed: true }))
      )
    },
    async purge(name, id) {
      if (!gate.isAdministrator) throw new Forbidden()
      const { module } = await kindOf(name)
      await removeFiles(core.files, await withPen((pen) => purgeRow(pen, module, id)))
    },
    async link(name, id, link, otherId) {
      const { module } = await kindOf(name)
      await reader.mustAllow(module, id, 'edit')
      await mustReach({ model, reader }, module, { [link]: [otherId] })
      await withPen((pen) => joinAll(pen, module, id, { [link]: [otherId] }))
    },
    async unlink(name, id, linkName, otherId) {
      const { module } = await kindOf(name)
      await reader.mustAllow(module, id, 'edit')
      await mustReach({ model, reader }, module, { [linkName]: [otherId] })
      await withPen((pen) => part(pen, module, id, manyLink(module, linkName), otherId))
    }
  }
}

/** What ends does not end before it begins. Dates and times are kept so that their text is in their order. */
function mustBeInOrder({ module, definition }: Kind, columns: Columns, row: Row): void {
  const kept = (name: string): string => {
    const column = columnOf(module.fields.get(name)!)
    return String((column in columns ? columns[column] : row[column]) ?? '')
  }
  for (const [name, { notBefore }] of Object.entries(definition.fields)) {
    if (notBefore === undefined || kept(name) === '' || kept(name) >= kept(notBefore)) continue
    const field = module.fields.get(notBefore)!.label
    throw new HostRefused({ [name]: { key: 'errors.field.before', args: { field } } })
  }
}

/** What one field says fits what another says. @throws HostRefused */
function mustHoldTogether(kind: Kind, columns: Columns, row: Row): void {
  mustBelong(columns, row)
  mustBeInOrder(kind, columns, row)
}

/** A parent has a module and an id; without an id there is none. @throws HostRefused */
function mustBelong(columns: Columns, row: Row): void {
  if (!('parent_id' in columns || 'parent_type' in columns)) return
  const { parent_id, parent_type } = { ...row, ...columns } as Record<string, unknown>
  if (!parent_id) Object.assign(columns, { parent_id: null, parent_type: null })
  else if (!parent_type) throw new HostRefused({ parentType: { key: 'errors.field.required' } })
  else Object.assign(columns, { parent_id, parent_type })
}

type Scopes = ReadonlyMap<string, readonly Sql[]>

/** What can be seen can be referred to; what takes a part in is changed by that, so it must be one's to change (S04). */
async function scopesOfTarget(gate: Gate, module: Module, to: string): Promise<readonly Sql[]> {
  if (to === userModule.name) return []
  return module.partOf?.module === to ? scopesToDo(gate, to, 'edit') : gate.scopes(to, 'view')
}

/** Is there such a record, and may it be referred to? What nobody asked about may not. */
async function isThere(pen: Pen, name: string, id: string, scopes: Scopes): Promise<boolean> {
  const narrow = scopes.get(name)
  if (!narrow) return false
  const { module } = pen.model.module(name)
  const row = await firstRow<{ id: string }>(rows(pen.trx, module, narrow).first('r.id').where('r.id', id))
  return row?.id === id
}

/** To whom the record may go, where these columns say whose it is. */
async function ownersFor(gate: Gate, module: Module, columns: Columns): Promise<Owners | undefined> {
  return saysOwner(module, columns) ? gate.owners(module.name) : undefined
}

async function removeFiles(files: CrmFiles, ids: readonly string[]): Promise<void> {
  for (const id of ids) await files.remove(id)
}

function wellFormed(id: string | undefined): string | undefined {
  if (id !== undefined && !/^[A-Za-z0-9-]{1,36}$/.test(id)) throw new RangeError(`${id} can't be an id.`)
  return id
}

/** A line item that names a product and no price has the product's price. */
async function filledFromProduct(pen: Pen, module: Module, columns: Columns): Promise<Columns> {
  const product = module.partOf && module.links.get('product')
  const isPriced = Boolean(columns['unit_price'])
  const productId = columns['product_id']
  if (!product || isPriced || typeof productId !== 'string') return columns
  const target = pen.model.module(product.to).module
  if (!target.fields.has('unitPrice')) return columns
  const row = await firstRow<{ unit_price: number | null }>(
    pen.trx(target.table).first('unit_price').where({ id: productId })
  )
  return { ...columns, unit_price: row?.unit_price ?? 0 }
}

/** Deletes line items for good, and gives their files. */
async function purgeParts(pen: Pen, module: Module, of: Columns): Promise<string[]> {
  const parts = await allRows<{ id: string }>(pen.trx(module.table).select('id').where(of))
  const ids = parts.map(({ id }) => id)
  await pen.trx(module.table).whereIn('id', ids).delete()
  return takeFilesOff(pen.trx, module, ids)
}

/** Deletes a removed record for good, its line items and link rows with it, and gives the files that hung on it. */
async function purgeRow(pen: Pen, module: Module, id: string): Promise<string[]> {
  await mustHold(pen, module, id, { removed: true })
  const files = [...(await removeFeedOf(pen.trx, module.name, id)), ...(await takeFilesOff(pen.trx, module, [id]))]
  for (const { storage, to } of module.links.values()) {
    if (storage.kind === 'table')
      await pen
        .trx(storage.table)
        .where({ [storage.near]: id })
        .delete()
    const target = pen.model.module(to).module
    if (storage.kind === 'reverse' && target.partOf?.module === module.name)
      files.push(...(await purgeParts(pen, target, { [storage.column]: id })))
  }
  await pen.trx(module.table).where({ id }).delete()
  return files
}
