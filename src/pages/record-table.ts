/** Records as a table, prepared so that views only print. */
import type { Page, ViewedRecord } from '../access/record.js'
import type { Field, Module, Option } from '../host/catalog.js'
import type { Translate } from '../web/locale.js'
import { inFewWords, shownValues, type ShownValue, type Showing } from './shown-value.js'

export interface Table {
  readonly label: string
  /** One of them: a case. */
  readonly one: string
  /** The field that names a record; its column comes first and leads to the record. */
  readonly title: string
  readonly icon: string
  readonly head: readonly Field[]
  /** Columns of numbers, which stand to the right. */
  readonly numbers: readonly string[]
  readonly rows: readonly {
    readonly url: string | undefined
    readonly title: string
    readonly values: readonly ShownValue[]
    /** Beside the title: what is special about this row. */
    readonly mark?: Pick<Option, 'tone' | 'label'>
  }[]
}

interface TablePlace {
  readonly module: Module
  readonly showing: Showing
  readonly t: Translate
}

/** The module's records as a table of `columns`. */
export function tableOf(room: TablePlace, columns: readonly string[], found: Page): Table {
  const { module, showing } = room
  const fields = columns.flatMap((name) => module.fields.get(name) ?? [])
  return {
    label: module.labelPlural,
    one: module.label,
    title: module.title,
    icon: module.icon,
    head: fields,
    numbers: fields.filter(({ type }) => ['integer', 'number', 'money'].includes(type)).map(({ name }) => name),
    rows: found.records.map((record) => ({
      url: record.may.has('open') ? showing.recordUrl(module.name, record.id) : undefined,
      title: record.title || room.t('portal:list.untitled', { module: module.label }),
      values: cellsOf(showing, record, columns)
    }))
  }
}

/** The title's own cell is the link to the record; of HTML a list has the first words. */
function cellsOf(showing: Showing, record: ViewedRecord, columns: readonly string[]): ShownValue[] {
  const whole = { ...record, values: { ...blank(columns), ...record.values } }
  const others = columns.filter((name) => name !== record.module.title)
  return shownValues(showing, whole, others).map(inFewWords)
}

/** A column that the grants matching this record don't show is empty in its row. */
function blank(columns: readonly string[]): Record<string, null> {
  return Object.fromEntries(columns.map((name) => [name, null]))
}
