/** Lists of what is seen and never opened: quotes, orders, tickets, contracts and members, with exactly the columns that the source names (T06). */
import type { Page, ViewedRecord } from '../../access/record.js'
import type { Field, Module } from '../../host/catalog.js'
import type { Table } from '../../pages/record-table.js'
import { inFewWords, shownText, shownValues, type ShownValue } from '../../pages/shown-value.js'
import type { KnownPart } from '../project-settings.js'
import { showingIn, type Room } from './room.js'

export type NamedPart = Pick<KnownPart, 'module' | 'columns'>

/** The fields behind the columns. */
export function namedColumns({ columns }: NamedPart): string[] {
  return columns.flatMap(({ fields }) => fields)
}

/** A column of one field is called as that is in the CRM; one of several has a name of ours. Nothing in it is a link, but to call and to write
 *  to somebody. */
export function namedTable(room: Room, { module, columns }: NamedPart, found: Page): Table {
  const head = columns.flatMap((column) => headOf(room, module, column))
  return {
    label: module.labelPlural,
    one: module.label,
    title: head[0]?.name ?? '',
    icon: module.icon,
    head,
    numbers: head.filter(({ type }) => ['integer', 'number', 'money'].includes(type)).map(({ name }) => name),
    rows: found.records.map((record) => {
      const [first, ...values] = columns.map((column) => cellOf(room, record, column))
      const words = [...(first?.badges.map(({ label }) => label) ?? []), first?.text ?? '']
      return { url: undefined, title: words.filter(Boolean).join(', ') || '–', values }
    })
  }
}

type Column = NamedPart['columns'][number]

function headOf({ t }: Room, { fields }: Module, column: Column): Field[] {
  const field = fields.get(column.fields[0] ?? '')
  if (!field) return []
  return [column.fields.length === 1 ? field : { ...field, name: column.id, label: t(`guest:column.${column.id}`) }]
}

function cellOf(room: Room, record: ViewedRecord, { id, fields }: Column): ShownValue {
  const showing = showingIn(room)
  const whole = { ...record, values: { ...Object.fromEntries(fields.map((name) => [name, null])), ...record.values } }
  const [value] = shownValues(showing, whole, fields).map(inFewWords)
  if (fields.length === 1 && /^(tel|mailto):/.test(value!.href ?? '')) return value!
  const plain = { ...value!, kind: value!.kind === 'link' ? 'text' : value!.kind, href: undefined } as const
  if (fields.length === 1) return plain
  const text = fields.map((name) => shownText(showing, record, name)).filter((one) => one !== '')
  return { ...plain, kind: 'text', field: id, label: room.t(`guest:column.${id}`), text: text.join(', ') }
}
