/** Makes records of rows, with the titles of what they refer to as far as the asker may see it. */
import type { Knex } from 'knex'
import type { Module } from '../catalog.js'
import type { FieldValue } from '../host.js'
import { allRows } from './answers.js'
import type { Gate } from './gate.js'
import type { Model } from './model.js'
import { rows } from './query.js'
import { filesOfRecords } from './record-files.js'
import type { CrmRecord } from './records.js'
import { userModule } from './standard-fields.js'
import { valuesOf, type Row } from './values.js'

type Titles = Map<string, Map<string, string>>
type RecordMaker = (module: Module, found: readonly Row[]) => Promise<CrmRecord[]>

export function recordMaker(db: Knex, model: () => Promise<Model>, gate: Gate): RecordMaker {
  const recordsOf: RecordMaker = async (module, found) => {
    const plain = found.map((row) => ({ row, values: valuesOf(module, row) }))
    const titles = await titlesOf(
      module,
      plain.map(({ values }) => values)
    )
    const files = await filesOfRecords(
      db,
      module,
      found.map((row) => String(row['id']))
    )
    return plain.map(({ row, values }) => ({
      module: module.name,
      id: String(row['id']),
      title: titleOf(module, values),
      values,
      titles: titlesFor(module, values, titles),
      files: files.get(String(row['id'])) ?? {},
      version: Number(row['version'] ?? 1)
    }))
  }

  /** The titles, by module and id, of what these values refer to, as far as it may be seen. */
  const titlesOf = async (module: Module, values: readonly Record<string, FieldValue>[]): Promise<Titles> => {
    const wanted = new Map<string, Set<string>>()
    for (const { to, id } of values.flatMap((each) => referencesOf(module, each)))
      wanted.set(to, (wanted.get(to) ?? new Set()).add(id))
    const titles: Titles = new Map()
    for (const [name, ids] of wanted) titles.set(name, await titlesIn((await model()).module(name).module, [...ids]))
    return titles
  }

  const titlesIn = async (module: Module, ids: readonly string[]): Promise<Map<string, string>> => {
    const scopes = module.name === userModule.name ? [] : await gate.scopes(module.name, 'view')
    const found = await allRows<Row>(rows(db, module, scopes).select(titleColumns(module)).whereIn('r.id', ids))
    return new Map(found.map((row) => [String(row['id']), titleOf(module, valuesOf(module, row))]))
  }

  return recordsOf
}

export function titleOf(module: Module, values: Readonly<Record<string, FieldValue>>): string {
  const title = values[module.title]
  return title === undefined || title === null ? '' : String(title)
}

function titleColumns(module: Module): string[] {
  const storage = module.fields.get(module.title)?.storage
  const columns = storage?.kind === 'joined' ? storage.columns : storage?.kind === 'column' ? [storage.column] : []
  return ['r.id', ...columns.map((column) => `r.${column}`)]
}

interface Referred {
  readonly field: string
  readonly to: string
  readonly id: string
}

/** What a record's values refer to; the parent by `parentId`. */
function referencesOf(module: Module, values: Readonly<Record<string, FieldValue>>): Referred[] {
  const references = [...module.fields.values()].flatMap((field): Referred[] => {
    const to = field.link && module.links.get(field.link)?.to
    const id = values[field.name]
    return to && typeof id === 'string' ? [{ field: field.name, to, id }] : []
  })
  const { parentType, parentId } = values
  const hasParent = module.fields.has('parentType') && typeof parentType === 'string' && typeof parentId === 'string'
  return hasParent ? [...references, { field: 'parentId', to: parentType, id: parentId }] : references
}

function titlesFor(
  module: Module,
  values: Readonly<Record<string, FieldValue>>,
  titles: Titles
): Record<string, string> {
  const named = referencesOf(module, values).map(({ field, to, id }) => [field, titles.get(to)?.get(id)] as const)
  return Object.fromEntries(named.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}
