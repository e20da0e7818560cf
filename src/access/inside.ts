/** Records as they are inside the CRM, for answers about who of the staff sees them. What keeps a record from people outside (E10)
 *  counts for nothing here, nor does what a staff member may see: whoever asks checks that first. */
import type { Catalog, Link, Module } from '../host/catalog.js'
import type { Dialect } from '../db/dialect.js'
import { column, columnIs, isLive, table, valueOf } from './columns.js'
import { predicate, type Compiler } from './compile.js'
import { ID, oneOf, type Condition } from './condition.js'
import { isId } from './entered.js'
import { and, isTrue, join, raw, rowsOf, sql, type Fragment } from './fragment.js'
import type { Kernel } from './kernel.js'
import { cappedCount } from './plan.js'
import { flag } from './projection.js'
import type { Count } from './record.js'

/** Whom a record belongs to, and what holds for it. */
export interface InsideRecord {
  readonly id: string
  readonly title: string
  /** Id of the staff member, be he still there or not. */
  readonly owner: string | undefined
  /** Ids of the host's groups, where the record belongs to no person (S03). */
  readonly groups: readonly string[]
  /** For each condition that was asked about: does it hold? */
  readonly holds: readonly boolean[]
}

/** The record and whether each of `conditions` holds for it, in one statement; undefined when there is none.
 *  @throws CannotCompile for conditions that the module can't be asked. */
export async function insideRecord(
  kernel: Kernel,
  module: string,
  id: string,
  conditions: readonly Condition[]
): Promise<InsideRecord | undefined> {
  if (!isId(id)) return undefined
  const [record] = await insideRecords(kernel, { module, when: oneOf(ID, [id]), conditions, limit: 1 })
  return record
}

/** At most `limit` records for which `when` holds, by their ids. */
export async function insideRecords(
  kernel: Kernel,
  ask: {
    readonly module: string
    readonly when: Condition
    readonly conditions?: readonly Condition[]
    readonly limit: number
  }
): Promise<InsideRecord[]> {
  const inside = await enter(kernel, ask.module)
  return inside ? recordsWhere(inside, predicate(inside.compiler, inside.module, 'r', ask.when), ask) : []
}

/** The records at the other end of a link of the record `id`, at most `limit`. */
export async function insideLinked(
  kernel: Kernel,
  ask: {
    readonly from: Module
    readonly id: string
    readonly link: Link
    readonly conditions: readonly Condition[]
    readonly limit: number
  }
): Promise<InsideRecord[]> {
  const inside = await enter(kernel, ask.link.to)
  return inside ? recordsWhere(inside, isBehind(inside.compiler.dialect, ask), ask) : []
}

/** How many records `when` holds for, counted as far as `cap`. */
export async function insideCount(kernel: Kernel, name: string, when: Condition, cap: number): Promise<Count> {
  const inside = await enter(kernel, name)
  if (!inside || when.kind === 'never') return { count: 0, capped: false }
  const statement = cappedCount(
    inside.compiler,
    { ...inside.module, outside: [] },
    [{ conditions: [when], asked: [] }],
    cap
  )
  const [row] = statement ? await rowsOf(kernel.db, statement) : []
  const total = Number(row?.['count'] ?? 0)
  return { count: Math.min(total, cap), capped: total > cap }
}

interface Inside {
  readonly kernel: Kernel
  readonly compiler: Compiler
  readonly module: Module
}

async function enter(kernel: Kernel, name: string): Promise<Inside | undefined> {
  const catalog: Catalog = await kernel.host.catalog('en')
  const module = catalog.modules.get(name)
  return module && { kernel, compiler: { catalog, dialect: kernel.dialect }, module }
}

async function recordsWhere(
  inside: Inside,
  where: Fragment,
  { conditions = [], limit }: { readonly conditions?: readonly Condition[]; readonly limit: number }
): Promise<InsideRecord[]> {
  const { kernel, compiler, module } = inside
  const { dialect } = compiler
  const flags = conditions.map((condition, index) => flag(predicate(compiler, module, 'r', condition), `h${index}`))
  const valueIn = (name: string | undefined): Fragment => {
    const field = module.fields.get(name ?? '')
    return field ? valueOf(dialect, module, field, 'r') : raw('null')
  }
  const columns = [
    sql`${column(dialect, 'r', ID)} as id`,
    sql`${valueIn(module.title)} as title`,
    sql`${valueIn(module.owner)} as owner`,
    ...flags
  ]
  const rows = await rowsOf(
    kernel.db,
    sql`select ${join(columns, ', ')} from ${table(dialect, module.table, 'r')} where ${and([isLive(dialect, 'r', module.live), where])} order by ${column(dialect, 'r', ID)} limit ${raw(String(limit))}`
  )
  const nobodys = rows.filter(({ owner }) => owner === null).map(({ id }) => String(id))
  const groups = await groupsOf(inside, nobodys)
  return rows.map((row) => ({
    id: String(row['id']),
    title: textOf(row['title']),
    owner: textOf(row['owner']) || undefined,
    groups: groups.get(String(row['id'])) ?? [],
    holds: conditions.map((_, index) => Number(row[`h${index}`]) === 1)
  }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The host's groups that the records belong to, by record. */
async function groupsOf(
  { kernel, compiler: { dialect }, module }: Inside,
  ids: readonly string[]
): Promise<ReadonlyMap<string, string[]>> {
  const storage = module.ownerGroups
  if (!storage || ids.length === 0) return new Map()
  const marks = join(
    ids.map((id) => sql`${id}`),
    ', '
  )
  const rows = await rowsOf(
    kernel.db,
    storage.kind === 'column'
      ? sql`select ${column(dialect, 'r', ID)} as id, ${column(dialect, 'r', storage.column)} as owner_group from ${table(dialect, module.table, 'r')} where ${column(dialect, 'r', ID)} in (${marks})`
      : sql`select ${column(dialect, 'og', storage.near)} as id, ${column(dialect, 'og', storage.far)} as owner_group from ${table(dialect, storage.table, 'og')} where ${and([isLive(dialect, 'og', storage.live), ...storage.only.map((rule) => columnIs(dialect, 'og', rule))])} and ${column(dialect, 'og', storage.near)} in (${marks})`
  )
  const found = new Map<string, string[]>()
  for (const row of rows) {
    const group = textOf(row['owner_group'])
    const id = String(row['id'])
    if (group !== '') found.set(id, [...(found.get(id) ?? []), group])
  }
  return found
}

/** The row `r` of the link's module stands at the other end of the link of that one record. */
function isBehind(
  dialect: Dialect,
  { from, id, link: { storage } }: { readonly from: Module; readonly id: string; readonly link: Link }
): Fragment {
  const own = column(dialect, 'r', ID)
  switch (storage.kind) {
    case 'column': {
      const guard = storage.only ? columnIs(dialect, 'near', storage.only) : isTrue
      return sql`${own} in (select ${column(dialect, 'near', storage.column)} from ${table(dialect, from.table, 'near')} where ${column(dialect, 'near', ID)} = ${id} and ${guard})`
    }
    case 'reverse': {
      const guard = storage.only ? columnIs(dialect, 'r', storage.only) : isTrue
      return sql`${column(dialect, 'r', storage.column)} = ${id} and ${guard}`
    }
    case 'table': {
      const rows = and([
        isLive(dialect, 'between', storage.live),
        ...storage.only.map((rule) => columnIs(dialect, 'between', rule))
      ])
      return sql`${own} in (select ${column(dialect, 'between', storage.far)} from ${table(dialect, storage.table, 'between')} where ${column(dialect, 'between', storage.near)} = ${id} and ${rows})`
    }
  }
}
