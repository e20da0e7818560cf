/** Which columns a statement fetches and how its rows become records: the one serializer (A12), deciding fields per record. */
import type { Catalog, Field, Module } from '../host/catalog.js'
import { isNamed, type Action, type Grant, type ModulePolicy, type Policy } from './grant.js'
import type { Money, Reference, Value, ViewedRecord } from './record.js'
import { takesAnything } from './field-kinds.js'
import { column, isLive, isOutside, table, valueOf } from './columns.js'
import { predicate, type Compiler } from './compile.js'
import { and, isFalse, join, or, raw, sql, type Fragment } from './fragment.js'

/** Staff are named where a released field refers to them; they are no records of anybody's scope. */
export const staffModule = 'User'

/** A module and somebody's whole policy: what conditions, fields and titles are compiled from. */
export interface Subject {
  readonly compiler: Compiler
  readonly policies: Policy
  readonly module: Module
}

export interface Projection {
  readonly fields: readonly Field[]
  /** The grants whose outcome each row carries, in order. */
  readonly grants: readonly Grant[]
  readonly columns: Fragment
}

/** The id, the values of `fields` and, for each of `grants`, whether it matches, of the rows `r` of the module. */
export function project(subject: Subject, fields: readonly string[], grants: readonly Grant[]): Projection {
  const { compiler, module } = subject
  const chosen = fields.flatMap((name) => module.fields.get(name) ?? [])
  const values = chosen.flatMap((field, index) => columnsOf(subject, field, index))
  const flags = grants.map((grant, index) => flag(predicate(compiler, module, 'r', grant.when), `g${index}`))
  const id = sql`${column(compiler.dialect, 'r', 'id')} as id`
  return { fields: chosen, grants, columns: join([id, ...values, ...flags], ', ') }
}

/** 1 or 0 under a name of ours. */
export function flag(condition: Fragment, name: string): Fragment {
  return sql`case when ${condition} then 1 else 0 end as ${raw(name)}`
}

/** Nothing for files: they stand in rows of their own (`attachments.ts`). */
function columnsOf(subject: Subject, field: Field, index: number): Fragment[] {
  if (field.type === 'files') return []
  const { dialect } = subject.compiler
  const value = sql`${valueOf(dialect, subject.module, field, 'r')} as ${raw(`f${index}`)}`
  if (field.type === 'reference') return [value, ...titlesOf(subject, field, `f${index}`)]
  const currency = field.type === 'money' ? subject.module.fields.get(field.currency ?? '') : undefined
  return currency ? [value, sql`${valueOf(dialect, subject.module, currency, 'r')} as ${raw(`f${index}c`)}`] : [value]
}

/** The title of the record a reference leads to: `…t` as far as the viewer may see that record (A13), `…n` where it is only named (T06). */
function titlesOf(subject: Subject, field: Field, name: string): Fragment[] {
  const target = targetOf(subject, field)
  const title = target?.fields.get(target.title)
  if (!target || !title) return [raw(`null as ${name}t`)]
  const wanted = valueOf(subject.compiler.dialect, target, title, 'v')
  const seen = sql`${acrossReference(subject, field, wanted)} as ${raw(`${name}t`)}`
  if (target.name === staffModule || !isNamed(subject.policies.get(subject.module.name), field.name)) return [seen]
  const isThere = standing({ ...subject, module: target }, 'v')
  return [seen, sql`${behindReference(subject, field, target, wanted, isThere)} as ${raw(`${name}n`)}`]
}

/** The id a reference holds, NULL where the viewer may not see that record: then he does not know which one it is (A09). */
export function shownReference(subject: Subject, field: Field): Fragment {
  return acrossReference(subject, field, column(subject.compiler.dialect, 'v', 'id'))
}

/** Something of the record `v` that a reference of `r` leads to, where its title may be seen. Staff are always named. */
function acrossReference(subject: Subject, field: Field, wanted: Fragment): Fragment {
  const target = targetOf(subject, field)
  if (!target) return raw('null')
  const isStaff = target.name === staffModule
  const may = isStaff
    ? isLive(subject.compiler.dialect, 'v', target.live)
    : visible({ ...subject, module: target }, 'v', 'view', target.title)
  return behindReference(subject, field, target, wanted, may)
}

/** `wanted` of the record `v` at the other end of a reference, NULL where `may` does not hold. */
function behindReference(
  { compiler: { dialect }, module }: Subject,
  field: Field,
  target: Module,
  wanted: Fragment,
  may: Fragment
): Fragment {
  if (may === isFalse) return raw('null')
  const match = sql`${column(dialect, 'v', 'id')} = ${valueOf(dialect, module, field, 'r')}`
  return sql`(select ${wanted} from ${table(dialect, target.table, 'v')} where ${match} and ${may})`
}

function targetOf({ compiler, module }: Subject, field: Field): Module | undefined {
  const link = module.links.get(field.link ?? '')
  return link && compiler.catalog.modules.get(link.to)
}

/** The row is live, may leave the house, keeps all restrictions, and some grant gives `action` on it (and shows `field`, if one is named). */
export function visible(subject: Subject, alias: string, action: Action, field?: string): Fragment {
  const { compiler, module, policies } = subject
  const grants = grantsFor(policies.get(module.name), action).filter(
    (grant) => field === undefined || grant.fields.includes(field)
  )
  return and([standing(subject, alias), or(grants.map((grant) => predicate(compiler, module, alias, grant.when)))])
}

/** What every grant is and-ed with. */
export function standing({ compiler, module, policies }: Subject, alias: string): Fragment {
  const restrictions = (policies.get(module.name)?.restrictions ?? []).map((one) =>
    predicate(compiler, module, alias, one.when)
  )
  return and([
    isLive(compiler.dialect, alias, module.live),
    isOutside(compiler.dialect, module, alias),
    ...restrictions
  ])
}

export function grantsFor(policy: ModulePolicy | undefined, action: Action): readonly Grant[] {
  return (policy?.grants ?? []).filter((grant) => grant.actions.includes(action))
}

/** The fields that grants show, in the catalog's order: of some of them, or (`every`) of each. */
export function fieldsOf(module: Module, grants: readonly Grant[], which: 'some' | 'every' = 'some'): string[] {
  if (grants.length === 0) return []
  return [...module.fields.keys()].filter((name) => grants[which]((grant) => grant.fields.includes(name)))
}

/** Are all of `grants` equal in what they show and allow? Then no row needs to say which of them matched. */
export function areAlike(grants: readonly Grant[]): boolean {
  const faces = grants.map((grant) => [...grant.fields].sort().join() + '|' + [...grant.actions].sort().join())
  return new Set(faces).size <= 1
}

/** Makes rows into records. Fields and rights come from the grants that match a row; `showing` is the action that shows fields.
 *  Without flags in the projection all grants are alike, and each row came in by one of them. */
export function reader(
  { compiler, module }: Subject,
  projection: Projection,
  ask: Showing
): (row: Record<string, unknown>) => ViewedRecord {
  const faces = new Map<string, Face>()
  return (row) => {
    const flags = projection.grants.map((_, index) => Number(row[`g${index}`])).join('')
    const face =
      faces.get(flags) ??
      faceOf(module, projection, ask.alike ?? projection.grants.filter((_, index) => flags[index] === '1'), ask)
    faces.set(flags, face)
    return record(compiler.catalog, module, row, face)
  }
}

interface Showing {
  readonly showing: Action
  readonly detailed: boolean
  readonly alike?: readonly Grant[]
}

/** What the same matching grants show of every row. */
interface Face extends Pick<ViewedRecord, 'may' | 'writable' | 'reasons' | 'grants'> {
  /** With each one's place in the projection. */
  readonly fields: readonly (readonly [field: Field, place: number])[]
}

function faceOf(module: Module, projection: Projection, matching: readonly Grant[], ask: Showing): Face {
  const showing = matching.filter((grant) => grant.actions.includes(ask.showing))
  const shown = new Set(showing.flatMap((grant) => grant.fields))
  return {
    fields: projection.fields.flatMap((field, place) => (shown.has(field.name) ? [[field, place] as const] : [])),
    may: new Set(matching.flatMap((grant) => grant.actions)),
    writable: ask.detailed ? writableOf(module, matching) : new Set(),
    reasons: showing.map((grant) => grant.reason),
    grants: ask.alike ? [] : showing.map((grant) => grant.id)
  }
}

function record(
  catalog: Catalog,
  module: Module,
  row: Record<string, unknown>,
  { fields, ...face }: Face
): ViewedRecord {
  const values: Record<string, Value> = {}
  for (const [field, place] of fields)
    values[field.name] = decode(catalog, module, field, {
      value: row[`f${place}`],
      title: row[`f${place}t`],
      name: row[`f${place}n`],
      currency: row[`f${place}c`]
    })
  const title = values[module.title]
  return {
    module,
    id: String(row['id']),
    title: typeof title === 'string' || typeof title === 'number' ? String(title) : '',
    values,
    ...face
  }
}

function writableOf(module: Module, matching: readonly Grant[]): Set<string> {
  const names = matching.filter((grant) => grant.actions.includes('edit')).flatMap((grant) => grant.fields)
  return new Set(names.filter((name) => takesAnything(module.fields.get(name))))
}

/** What a row holds of a field. */
interface Cell {
  readonly value: unknown
  /** Of the record a reference leads to, where he may see it. */
  readonly title: unknown
  /** The same where it is only named. */
  readonly name: unknown
  readonly currency: unknown
}

function decode(catalog: Catalog, module: Module, field: Field, cell: Cell): Value {
  const { value, currency } = cell
  if (field.type === 'files') return []
  if (value === null || value === undefined) return null
  switch (field.type) {
    case 'boolean':
      return Number(value) === 1
    case 'integer':
    case 'number':
      return Number(value)
    case 'money':
      return field.currency === undefined ? Number(value) : money(value, currency)
    case 'options':
      return optionList(value)
    case 'reference':
      return referenceTo(catalog, module, field, cell)
    default:
      return String(value)
  }
}

/** Whatever else the field named as the currency may hold does not leave with the amount. */
function money(amount: unknown, code: unknown): Money {
  return { amount: Number(amount), currency: typeof code === 'string' && /^[A-Z]{3}$/.test(code) ? code : undefined }
}

function optionList(value: unknown): readonly string[] {
  try {
    const list: unknown = JSON.parse(String(value))
    return Array.isArray(list) ? list.map(String) : []
  } catch {
    return []
  }
}

function referenceTo(catalog: Catalog, module: Module, field: Field, { value, title, name }: Cell): Reference | null {
  const link = module.links.get(field.link ?? '')
  if (!link || !catalog.modules.has(link.to)) return null
  if (isTitle(title)) return { module: link.to, id: String(value), title: String(title) }
  return { module: link.to, id: '', title: isTitle(name) ? String(name) : undefined }
}

function isTitle(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
