/** Every column of the host's database that a catalog names. */
import type { Catalog, Field, Link, Module } from '../../src/host/catalog.js'

export interface PlaceNamed {
  /** Module and field or link. */
  readonly of: string
  readonly table: string
  readonly column: string
}

export function placesOf(catalog: Catalog): PlaceNamed[] {
  return [...catalog.modules.values()].flatMap((module) => [
    ...[module.live, ...module.outside].flatMap((rule) =>
      rule ? [{ of: module.name, table: module.table, column: rule.column }] : []
    ),
    ...[...module.fields.values()].flatMap((field) => placesOfField(module, field)),
    ...[...module.links.values()].flatMap((link) => placesOfLink(catalog, module, link))
  ])
}

function placesOfField({ name: module, table }: Module, { name, storage }: Field): PlaceNamed[] {
  const at = (where: string) => (column: string) => ({ of: `${module}.${name}`, table: where, column })
  const near = 'near' in storage && storage.near !== undefined ? [storage.near] : []
  switch (storage.kind) {
    case 'column':
      return [storage.column].map(at(table))
    case 'joined':
      return [...storage.columns, storage.order].map(at(table))
    case 'files': {
      const columns = [storage.key, storage.order, ...Object.values(storage.columns)]
      return [
        ...near.map(at(table)),
        ...[...columns, ...storage.where.map((rule) => rule.column)].map(at(storage.from))
      ]
    }
    case 'side': {
      const { key, from, where, value, through } = storage
      const own = [key, ...where.map((rule) => rule.column), through ? through.by : value]
      const behind = through ? [through.key, value, ...through.where.map((rule) => rule.column)] : []
      return [...near.map(at(table)), ...own.map(at(from)), ...behind.map(at(through?.table ?? ''))]
    }
  }
}

function placesOfLink(catalog: Catalog, { name: module, table }: Module, { name, to, storage }: Link): PlaceNamed[] {
  const at = (where: string) => (column: string) => ({ of: `${module}.${name}`, table: where, column })
  if (storage.kind === 'table') {
    const rules = [...(storage.live ? [storage.live] : []), ...storage.only]
    return [storage.near, storage.far, ...rules.map((rule) => rule.column)].map(at(storage.table))
  }
  const columns = [storage.column, ...(storage.only ? [storage.only.column] : [])]
  return columns.map(at(storage.kind === 'column' ? table : catalog.modules.get(to)!.table))
}
