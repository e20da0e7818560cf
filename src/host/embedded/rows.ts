/** Writing one row of a module inside a transaction, with all that goes with it: numbers, totals, the feed's line, the event. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import type { Field, Module, Scalar } from '../catalog.js'
import { roundTo } from '../field-values.js'
import type { Sql } from '../../hooks.js'
import { HostRefused, type Actor, type HostEvent } from '../host.js'
import { exists, firstRow } from './answers.js'
import type { Author } from './actors.js'
import type { ModuleDefinition } from './definition.js'
import { writeEvent } from './feed.js'
import type { Model } from './model.js'
import type { Emit } from './outbox.js'
import { groupFieldOf } from './ownership.js'
import { rows, selected } from './query.js'
import { columnOf, differing, fieldsIn, valuesOf, type Columns, type Row } from './values.js'

/** What a change is written with: one transaction, one author, one moment. */
export interface Pen {
  readonly trx: Knex
  readonly model: Model
  readonly actor: Actor
  readonly author: Author
  /** UTC. */
  readonly at: string
  readonly emit: Emit
}

export interface Kind {
  readonly module: Module
  readonly definition: ModuleDefinition
}

/** The row as it is, held until the transaction ends. */
export async function holdRow(
  pen: Pen,
  module: Module,
  id: string,
  options: { removed?: boolean } = {}
): Promise<Row | undefined> {
  const query = pen.trx(`${module.table} as r`).where({ 'r.id': id, 'r.deleted': options.removed ? 1 : 0 })
  const row = await firstRow<Row>(selected(query, module, ['version']).forUpdate().first())
  return row?.['id'] === id ? row : undefined
}

/** `placed`: the fields that files were placed in. */
export async function insertRow(
  pen: Pen,
  { module, definition }: Kind,
  columns: Columns,
  { id = randomUUID(), placed = [] }: { id?: string; placed?: readonly string[] } = {}
): Promise<string> {
  const parents = await holdPapers(pen, module, [columns])
  const priced = withAmount(module, columns, {})
  const numbered = { ...priced, ...(await nextNumbers(pen, module, definition)) }
  await pen.trx(module.table).insert({ ...numbered, ...birth(pen), id })
  await writeEvent(pen, module, id, { kind: 'created' })
  await emitRecord(pen, 'record.created', module, id, [...fieldsIn(module, withoutNulls(numbered)), ...placed])
  await totalPapers(pen, module, parents)
  return id
}

/** Writes what is different in `columns`; nothing, when nothing is, and no files were `placed` in fields of these names. */
export async function updateRow(
  pen: Pen,
  { module }: Kind,
  row: Row,
  columns: Columns,
  placed: readonly string[] = []
): Promise<void> {
  const parents = await holdPapers(pen, module, [row, columns])
  const changed = differing(withAmount(module, columns, row), row)
  if (Object.keys(changed).length === 0 && placed.length === 0) return
  const id = String(row['id'])
  await pen
    .trx(module.table)
    .where({ id })
    .update({ ...changed, modified_at: pen.at, version: Number(row['version']) + 1 })
  const names = [...fieldsIn(module, changed), ...placed]
  await writeChange(pen, module, row, changed, names)
  await emitRecord(pen, 'record.changed', module, id, names)
  await totalPapers(pen, module, parents)
}

export async function removeRow(pen: Pen, module: Module, row: Row): Promise<void> {
  const parents = await holdPapers(pen, module, [row])
  const id = String(row['id'])
  await pen.trx(module.table).where({ id }).update({ deleted: 1, deleted_at: pen.at, deleted_by_name: pen.author.name })
  await emitRecord(pen, 'record.removed', module, id, [])
  await totalPapers(pen, module, parents)
}

export async function restoreRow(pen: Pen, module: Module, row: Row): Promise<void> {
  const parents = await holdPapers(pen, module, [row])
  const id = String(row['id'])
  await pen.trx(module.table).where({ id }).update({ deleted: 0, deleted_at: null, deleted_by_name: null })
  await emitRecord(pen, 'record.created', module, id, [])
  await totalPapers(pen, module, parents)
}

export async function emitRecord(
  pen: Pen,
  kind: Extract<HostEvent, { changed: readonly string[] }>['kind'],
  module: Module,
  id: string,
  changed: readonly string[]
): Promise<void> {
  const by = pen.actor.kind === 'staff' ? pen.actor.id : undefined
  await pen.emit(pen.trx, { kind, module: module.name, id, changed, by })
}

/** @throws HostRefused when what `columns` make another one of the row's references leads to no record that `find` finds. */
export async function mustLeadSomewhere(
  module: Module,
  columns: Columns,
  row: Row,
  find: (module: string, id: string) => Promise<boolean>
): Promise<void> {
  const before = referencesIn(module, row)
  for (const { field, to, id } of referencesIn(module, { ...row, ...columns })) {
    const isAsItWas = before.some((each) => each.field === field && each.to === to && each.id === id)
    if (!isAsItWas && !(await find(to, id))) throw new HostRefused({ [field]: { key: 'errors.field.reference' } })
  }
}

/** What a row refers to: references, and the parent. */
export function referencesIn(module: Module, row: Row): { field: string; to: string; id: string }[] {
  return [...module.links.values()].flatMap(({ name, to, storage }) => {
    if (storage.kind !== 'column') return []
    const { column, only } = storage
    const id = row[column]
    const leads = typeof id === 'string' && (!only || row[only.column] === only.is)
    return leads ? [{ field: only ? 'parentId' : name, to, id }] : []
  })
}

function birth(pen: Pen): Columns {
  const { author, at } = pen
  return {
    deleted: 0,
    version: 1,
    created_at: at,
    modified_at: at,
    created_by_id: author.kind === 'staff' ? author.id : null,
    created_by_name: author.name,
    author_kind: author.kind,
    author_id: author.id
  }
}

function withoutNulls(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null))
}

/** The next number of each numbered field: `C-1001`, `C-1002` … */
async function nextNumbers(pen: Pen, module: Module, definition: ModuleDefinition): Promise<Columns> {
  const numbers: Columns = {}
  for (const [name, field] of Object.entries(definition.fields)) {
    if (field.type === 'autoNumber')
      numbers[columnNamed(module, name)] = `${field.prefix ?? ''}${await nextNumber(pen, `${module.name}.${name}`)}`
  }
  return numbers
}

async function nextNumber({ trx }: Pen, name: string): Promise<number> {
  const raise = (): Promise<number> => trx('crm_counter').where({ name }).increment('value', 1)
  if ((await raise()) === 0) {
    await trx('crm_counter').insert({ name, value: 1000 }).onConflict('name').ignore()
    await raise()
  }
  const row = await firstRow<{ value: number }>(trx('crm_counter').first('value').where({ name }).forUpdate())
  return Number(row?.value)
}

function columnNamed(module: Module, name: string): string {
  return columnOf(module.fields.get(name)!)
}

/** A line in the feed: of what is shown as a badge, of whose it is, and of all that somebody from outside changed. For staff only, as fields may be hidden outside. */
async function writeChange(
  pen: Pen,
  module: Module,
  row: Row,
  changed: Columns,
  names: readonly string[]
): Promise<void> {
  const told = names
    .map((name) => module.fields.get(name)!)
    .filter((field) => pen.actor.kind === 'outside' || isBadge(field) || isOwner(module, field))
  if (told.length === 0) return
  const before = valuesOf(module, row)
  const after = valuesOf(module, { ...row, ...changed })
  const fields = told.map(({ name }) => ({ name, from: before[name] ?? null, to: after[name] ?? null }))
  await writeEvent(pen, module, String(row['id']), { kind: 'changed', fields })
}

/** Who takes a record over can't do so unseen (S07). */
function isOwner(module: Module, { name }: Field): boolean {
  return name === module.owner || name === groupFieldOf(module)?.name
}

function isBadge(field: Field): boolean {
  return field.type === 'option' && field.options.some((option) => option.tone !== 'neutral')
}

/** The papers (quotes, invoices …) that line items hang on, held before anything else so that their totals come out right. */
async function holdPapers(pen: Pen, module: Module, columns: readonly (Row | Columns)[]): Promise<string[]> {
  const paper = paperOf(pen, module)
  if (!paper) return []
  const ids = [...new Set(columns.map((each) => each[paper.column]))].filter((id) => typeof id === 'string').sort()
  for (const id of ids) await pen.trx(paper.module.table).first('id').where({ id }).forUpdate()
  return ids
}

/** Writes the sum of its live items into each paper that has an amount. */
async function totalPapers(pen: Pen, module: Module, ids: readonly string[]): Promise<void> {
  const paper = paperOf(pen, module)
  if (!paper?.module.fields.has('amount') || !module.fields.has('amount')) return
  for (const id of ids) {
    const row = await holdRow(pen, paper.module, id)
    if (!row) continue
    const items = pen
      .trx(module.table)
      .where({ [paper.column]: id, deleted: 0 })
      .forUpdate()
    const sum = await firstRow<{ total?: unknown }>(items.sum({ total: 'amount' }).first())
    await updateRow(pen, pen.model.module(paper.module.name), row, { amount: roundTo(Number(sum?.total ?? 0), 2) })
  }
}

function paperOf(pen: Pen, module: Module): { module: Module; column: string } | undefined {
  if (!module.partOf) return undefined
  return { module: pen.model.module(module.partOf.module).module, column: columnNamed(module, module.partOf.link) }
}

/** A line item's amount is its quantity times its price. */
function withAmount(module: Module, columns: Columns, row: Row): Columns {
  if (!module.partOf || !['quantity', 'unitPrice', 'amount'].every((name) => module.fields.has(name))) return columns
  const { quantity, unit_price } = { ...row, ...columns } as Record<string, Scalar>
  return { ...columns, amount: roundTo(Number(quantity ?? 0) * Number(unit_price ?? 0), 2) }
}

/** The row of a record that must be there. @throws NotFound */
export async function mustHold(
  pen: Pen,
  module: Module,
  id: string,
  options: { removed?: boolean } = {}
): Promise<Row> {
  const row = await holdRow(pen, module, id, options)
  if (!row) throw new NotFound()
  return row
}

/** The row of a record for which `scopes` hold while it is held. @throws NotFound */
export async function mustHoldWithin(
  pen: Pen,
  module: Module,
  id: string,
  scopes: readonly Sql[],
  options: { removed?: boolean } = {}
): Promise<Row> {
  const row = await mustHold(pen, module, id, options)
  const isWithin =
    scopes.length === 0 || (await exists(rows(pen.trx, module, scopes, options).first('r.id').where('r.id', id)))
  if (!isWithin) throw new NotFound()
  return row
}
