/** Records as a table: columns from a module's list layout, rows with the values as shown. */
import type { Module } from '../../catalog.js'
import type { CrmRecord } from '../records.js'
import type { Desk } from './desk.js'
import { recordPath } from './paths.js'
import { show, type Shown } from './shown.js'

export interface Table {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}
export interface Column {
  readonly name: string
  readonly label: string
  readonly isNumber: boolean
  readonly isSortable: boolean
}
export interface Row {
  readonly id: string
  /** '' for line items: they have no page. */
  readonly path: string
  readonly title: string
  /** Values of the columns behind the first one, which is the title. */
  readonly cells: readonly Shown[]
}

/** The title stands first, whatever the layout says. */
export function recordTable(
  desk: Desk,
  module: Module,
  records: readonly CrmRecord[],
  hide: readonly string[] = []
): Table {
  const names = [module.title, ...listed(module).filter((name) => name !== module.title && !hide.includes(name))]
  const rows = records.map((record) => ({
    id: record.id,
    path: module.partOf ? '' : recordPath(module.name, record.id),
    title: record.title,
    cells: names.slice(1).flatMap((name) => show(desk, module, record, name) ?? [])
  }))
  return { caption: module.labelPlural, columns: names.flatMap((name) => columnFor(module, name)), rows }
}

/** The fields of the list layout. */
export function listed(module: Module): readonly string[] {
  const layout = module.layouts.find(({ kind }) => kind === 'list')
  return layout?.sections.flatMap((section) => section.fields) ?? []
}

function columnFor(module: Module, name: string): Column[] {
  const field = module.fields.get(name)
  if (!field) return []
  return [
    {
      name,
      label: field.label,
      isNumber: ['integer', 'number', 'money'].includes(field.type),
      isSortable: field.sortable
    }
  ]
}
