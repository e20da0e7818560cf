/** Forms in steps: one page for each section of the layout, the line items last; what stands on the other pages is carried along (Z05). */
import type { FieldError } from '../../host/host.js'
import { sectionsFor } from '../layouts/placement.js'
import { carried, type Carried } from '../../pages/form-inputs.js'
import { prefixOf, type ItemTable } from './form-items.js'
import type { Sheet } from './form-sheet.js'

/** A page of the form: fields of a section, or the line items. */
export interface Step {
  readonly label: string
  readonly sections: readonly { readonly label: string; readonly fields: readonly string[] }[]
  readonly tables: readonly ItemTable[]
}

/** A form that isn't in steps has one. */
export function stepsOf({ room, fields, typed, record, kind, items, isInSteps }: Sheet): Step[] {
  const names = fields.map(({ name }) => name)
  const isNew = { grants: kind ? [`create.${kind.id}`] : [], values: typed }
  const sections = sectionsFor(room.layoutSet, room.module, names, record ?? isNew)
  if (!isInSteps) return [{ label: '', sections, tables: items }]
  const pages = sections.map((section) => ({
    label: section.label || room.t('portal:steps.more'),
    sections: [section],
    tables: []
  }))
  const last = { label: items.map(({ module }) => module.labelPlural).join(', '), sections: [], tables: items }
  return items.length > 0 ? [...pages, last] : pages
}

/** Where the form is, from 0. */
export function stepIn(steps: readonly Step[], asked: unknown): number {
  const wanted = typeof asked === 'string' && /^\d{1,3}$/.test(asked) ? Number(asked) : 0
  return Math.max(0, Math.min(wanted, steps.length - 1))
}

/** The first step with one of the inputs at fault; undefined where none has any. */
export function stepAtFault(steps: readonly Step[], errors: Readonly<Record<string, FieldError>>): number | undefined {
  const index = steps.findIndex((step) => Object.keys(errors).some((name) => isIn(step, name)))
  return index < 0 ? undefined : index
}

/** What of `errors` stands in this step. */
export function errorsIn(step: Step, errors: Readonly<Record<string, FieldError>>): Record<string, FieldError> {
  return Object.fromEntries(Object.entries(errors).filter(([name]) => isIn(step, name)))
}

function isIn({ sections, tables }: Step, name: string): boolean {
  const inItems = tables.some(({ module }) => name.startsWith(`${module.name}.`))
  return inItems || sections.some(({ fields }) => fields.includes(name))
}

/** The values of all other steps. */
export function carriedPast(sheet: Sheet, step: Step): Carried[] {
  const shown = new Set(step.sections.flatMap(({ fields }) => fields))
  const others = sheet.fields.filter(({ name }) => !shown.has(name))
  const own = others.flatMap((field) => carried(field.name, field, sheet.typed[field.name] ?? ''))
  const tables = sheet.items.filter((table) => !step.tables.includes(table))
  return [...own, ...tables.flatMap(carriedRows)]
}

function carriedRows({ module, rows }: ItemTable): Carried[] {
  return rows.flatMap(({ record, fields, typed, seen, isRemoved }, index) => {
    const prefix = prefixOf(module, index)
    const marks = { _id: record?.id, _seen: seen, _remove: isRemoved ? 'true' : undefined }
    const own = Object.entries(marks).flatMap(([name, value]) => (value ? [{ name: prefix + name, value }] : []))
    return [...own, ...fields.flatMap((field) => carried(prefix + field.name, field, typed[field.name] ?? ''))]
  })
}
