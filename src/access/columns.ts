/** Where the catalog says things live, as SQL: columns, tables, values of fields, rows that exist. */
import type { ColumnIs, Field, Module, Storage } from '../host/catalog.js'
import type { Dialect } from '../db/dialect.js'
import { ID } from './condition.js'
import { and, isTrue, raw, sql, type Fragment } from './fragment.js'
import { CannotCompile } from './roots.js'

/** The row exists for anybody: not in the recycle bin. */
export function isLive(dialect: Dialect, alias: string, live: ColumnIs | undefined): Fragment {
  return live ? sql`${column(dialect, alias, live.column)} = ${live.is}` : isTrue
}

/** The row may be seen from outside at all (E10). */
export function isOutside(dialect: Dialect, module: Module, alias: string): Fragment {
  const unfinished = (module.unfinished ?? []).map((rule) => sql`not (${columnIs(dialect, alias, rule)})`)
  return and([...module.outside.map((rule) => columnIs(dialect, alias, rule)), ...unfinished])
}

export function column(dialect: Dialect, alias: string, name: string): Fragment {
  return raw(dialect.quote(`${alias}.${name}`))
}

export function table(dialect: Dialect, name: string, alias: string): Fragment {
  return raw(`${dialect.quote(name)} ${dialect.quote(alias)}`)
}

/** A field's value as an expression over the row `alias`; a reference whose column serves several modules has one only where the type is its own (A03).
 *  @throws CannotCompile for files: they are rows, not a value. */
export function valueOf(dialect: Dialect, module: Module, field: Field, alias: string): Fragment {
  const { storage } = field
  switch (storage.kind) {
    case 'column': {
      const value = column(dialect, alias, storage.column)
      const only = onlyOf(module, field)
      return only ? sql`case when ${columnIs(dialect, alias, only)} then ${value} end` : value
    }
    case 'joined':
      return raw(dialect.joinWords(storage.columns.map((name) => dialect.quote(`${alias}.${name}`))))
    case 'side':
      return sideValue(dialect, storage, alias)
    case 'files':
      throw new CannotCompile(`${module.name}.${field.name} keeps files, which are no value.`)
  }
}

type Side = Extract<Storage, { kind: 'side' }>

/** What another table says of the row, or a table behind that one. */
function sideValue(dialect: Dialect, storage: Side, alias: string): Fragment {
  const { from, key, near = ID, through } = storage
  const match = sql`${column(dialect, 'side', key)} = ${column(dialect, alias, near)}`
  const where = storage.where.map((rule) => columnIs(dialect, 'side', rule))
  if (!through)
    return sql`(select ${column(dialect, 'side', storage.value)} from ${table(dialect, from, 'side')} where ${match} and ${and(where)} limit 1)`
  const behind = sql`${column(dialect, 'behind', through.key)} = ${column(dialect, 'side', through.by)}`
  const rules = [...where, ...through.where.map((rule) => columnIs(dialect, 'behind', rule))]
  return sql`(select ${column(dialect, 'behind', storage.value)} from ${table(dialect, from, 'side')} join ${table(dialect, through.table, 'behind')} on ${behind} where ${match} and ${and(rules)} limit 1)`
}

/** The type that a row must have for a reference to mean anything, where its column serves several modules. */
export function onlyOf(module: Module, field: Field): ColumnIs | undefined {
  const storage = module.links.get(field.link ?? '')?.storage
  return field.type === 'reference' && storage?.kind === 'column' ? storage.only : undefined
}

export function columnIs(dialect: Dialect, alias: string, rule: ColumnIs): Fragment {
  return sql`${column(dialect, alias, rule.column)} = ${rule.is}`
}

/** @throws CannotCompile when the module has no such field: a policy that speaks of it must not widen. */
export function fieldOf(module: Module, name: string): Field {
  const field = module.fields.get(name)
  if (!field) throw new CannotCompile(`${module.name} has no field ${name}.`)
  return field
}

/** Every column that a condition over the module could read of the row itself. */
export function standingColumns(module: Module): string[] {
  const rules = [...module.outside, ...(module.unfinished ?? []), ...(module.live ? [module.live] : [])]
  const names = new Set<string>([ID, ...rules.map((rule) => rule.column)])
  if (module.ownerGroups?.kind === 'column') names.add(module.ownerGroups.column)
  for (const { storage } of module.fields.values()) columnsIn(storage).forEach((name) => names.add(name))
  for (const { storage } of module.links.values()) {
    if (storage.kind !== 'column') continue
    names.add(storage.column)
    if (storage.only) names.add(storage.only.column)
  }
  return [...names]
}

/** The columns of the row itself in which a field is kept, or by which it is found. */
function columnsIn(storage: Storage): readonly string[] {
  switch (storage.kind) {
    case 'column':
      return [storage.column]
    case 'joined':
      return storage.columns
    case 'side':
      return storage.near === undefined ? [] : [storage.near]
    case 'files':
      return []
  }
}
