/** A record's form as a page: its inputs by section, its line items as a table, what could not be taken beside them, the rest above. */
import type { Request, Response } from 'express'
import type { ViewedRecord } from '../../access/record.js'
import type { Field } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { page } from '../../web/render.js'
import { inputFor, inputsIn } from '../../pages/form-inputs.js'
import { currencyIn, prefixOf, type ItemRow, type ItemTable } from './form-items.js'
import type { Kind } from './form-kinds.js'
import { carriedPast, stepAtFault, stepIn, stepsOf, type Step } from './form-steps.js'
import type { TypedForm } from '../../pages/form-values.js'
import type { Trouble } from '../../pages/write-trouble.js'
import { crumbOf } from './list-page.js'
import type { Room } from './room.js'
import { shownValues } from '../../pages/shown-value.js'

/** Without a search beside it, a lookup in a row offers at most so many: the rows are many. */
const mostChoicesInRow = 30

/** A form, ready to be shown. */
export interface Sheet {
  readonly room: Room
  readonly heading: string
  readonly fields: readonly Field[]
  readonly typed: TypedForm
  /** What the record holds, as its inputs would show it; undefined for a new one. */
  readonly now: TypedForm | undefined
  /** What the form showed of the record (`seen.ts`); undefined for a new one. */
  readonly seen: string | undefined
  /** Codes of the amounts' currencies, by field, where they are known and not chosen in this very form. */
  readonly currencies: Readonly<Record<string, string>>
  readonly items: readonly ItemTable[]
  /** Undefined for a new one. */
  readonly record: ViewedRecord | undefined
  readonly kind: Kind | undefined
  readonly isInSteps: boolean
  /** From 0; as the form says. */
  readonly step: unknown
  readonly action: string
  readonly backUrl: string
}

type Errors = Readonly<Record<string, FieldError>>

export async function showSheet(req: Request, res: Response, sheet: Sheet, trouble: Trouble = {}): Promise<void> {
  const { room, heading, action, backUrl, seen, kind } = sheet
  const { errors = {} } = trouble
  const steps = stepsOf(sheet)
  const index = stepAtFault(steps, errors) ?? stepIn(steps, sheet.step)
  const step = steps[index] ?? { label: '', sections: [], tables: [] }
  const form = {
    ...{ heading, action, backUrl, seen, kind: kind?.id },
    sections: await inputsIn(req, room.t, { ...sheet, module: room.module }, { sections: step.sections, errors }),
    items: await Promise.all(step.tables.map((table) => tableShown(req, room, table, errors))),
    carried: carriedPast(sheet, step),
    steps: sheet.isInSteps && steps.length > 1 ? stepsShown(room, steps, index) : undefined,
    notice: trouble.notice ?? (trouble.errors && room.t('web:form.mend')),
    refusals: refusalsElsewhere(sheet, errors)
  }
  await page(res, 'portal/form', { module: crumbOf(room), form }, { status: trouble.status })
}

function stepsShown({ t }: Room, steps: readonly Step[], index: number): object {
  return {
    index,
    title: t('portal:steps.at', { number: index + 1, count: steps.length, label: steps[index]?.label ?? '' }),
    labels: steps.map(({ label }) => label),
    isFirst: index === 0,
    isLast: index >= steps.length - 1
  }
}

/** What the CRM says of fields that are not in the form. One that the reader doesn't see at all is not named. */
function refusalsElsewhere({ room, fields, items }: Sheet, errors: Errors): string[] {
  const { module, released, t } = room
  const rows = items.flatMap((table) =>
    table.rows.flatMap((row, index) => row.fields.map(({ name }) => prefixOf(table.module, index) + name))
  )
  const inForm = new Set([...fields.map((field) => field.name), ...rows])
  return Object.entries(errors)
    .filter(([name]) => !inForm.has(name))
    .map(([name, { key, args }]) => {
      const reason = t(key, { ...args })
      const label = released.fields.includes(name) ? module.fields.get(name)?.label : rowLabel(room, items, name)
      return label === undefined
        ? t('portal:form.refusedUnseen', { reason })
        : t('portal:form.refused', { field: label, reason })
    })
}

function rowLabel(room: Room, items: readonly ItemTable[], name: string): string | undefined {
  const table = items.find(({ module }) => name.startsWith(`${module.name}.`))
  return table && placeOf(room, table.module, Number(name.split('.')[1]))
}

/** `Quote items, row 2`; `number` counts from 1. */
export function placeOf({ t }: Pick<Room, 't'>, module: ItemTable['module'], number: number): string {
  return t('portal:items.place', { items: module.labelPlural, number })
}

async function tableShown(req: Request, room: Room, table: ItemTable, errors: Errors): Promise<object> {
  const { module, columns, blank, rows, isCut } = table
  const isNumber = ({ type }: Field): boolean => ['integer', 'number', 'money'].includes(type)
  return {
    name: module.name,
    label: module.labelPlural,
    head: columns.map((field) => ({ label: field.label, isNumber: isNumber(field), required: isAsked(table, field) })),
    rows: await Promise.all(rows.map((row, index) => rowShown(req, room, { table, row, index, errors }))),
    mayRemove: rows.some(({ mayRemove }) => mayRemove),
    mayAdd: blank !== undefined,
    isCut
  }
}

function isAsked({ rows }: ItemTable, field: Field): boolean {
  return field.required && rows.some(({ fields }) => fields.some(({ name }) => name === field.name))
}

interface Place {
  readonly table: ItemTable
  readonly row: ItemRow
  readonly index: number
  readonly errors: Errors
}

async function rowShown(req: Request, room: Room, place: Place): Promise<object> {
  const { row, table, index } = place
  const number = index + 1
  return {
    prefix: prefixOf(table.module, index),
    id: row.record?.id,
    seen: row.seen,
    title: room.t('portal:items.row', { number }),
    remove: row.mayRemove ? room.t('portal:items.removeRow', { number }) : undefined,
    isRemoved: row.isRemoved,
    cells: await Promise.all(table.columns.map((field) => cellShown(req, room, place, field)))
  }
}

/** An input, or what can only be looked at. */
async function cellShown(
  req: Request,
  room: Room,
  { table, row, index, errors }: Place,
  field: Field
): Promise<object> {
  const own = row.fields.find(({ name }) => name === field.name)
  if (!own) return { label: field.label, value: row.record && shownValues(room.showing, row.record, [field.name])[0] }
  const name = prefixOf(table.module, index) + field.name
  const input = await inputFor(req, room, {
    module: table.module,
    field: own,
    name,
    label: field.label,
    value: row.typed[field.name] ?? '',
    currency: currencyIn(row, table.module, field),
    error: errors[name],
    mostChoices: mostChoicesInRow
  })
  return { label: field.label, input, spoken: room.t('portal:items.inRow', { field: field.label, number: index + 1 }) }
}
