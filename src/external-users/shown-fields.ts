/** How a released field is shown: as words or as badges, prepared so that views only print. */
import { isMoney, type Value, type ViewedRecord } from '../access/record.js'
import type { Field, Option } from '../host/catalog.js'
import type { Format } from '../web/format.js'
import type { Translate } from '../web/locale.js'
import { plainText, safeHtml, type SafeHtml } from '../web/rich-text.js'

/** In characters, for HTML in a list. */
const longestCell = 120

export interface Showing {
  readonly t: Translate
  readonly format: Format
}

export interface ShownField {
  readonly label: string
  readonly text: string
  readonly badges: readonly Option[]
  readonly isProse: boolean
  /** For the page of a project; lists show the text. */
  readonly html: SafeHtml | undefined
}

export function shownField({ t, format }: Showing, field: Field, value: Value): ShownField {
  const shown = { label: field.label, text: '', badges: [], isProse: field.type === 'longText', html: undefined }
  if (value === null || value === '') return shown
  switch (field.type) {
    case 'option':
    case 'options':
      return { ...shown, badges: [value].flat().map((one) => optionOf(field, String(one))) }
    case 'boolean':
      return { ...shown, text: t(value === true ? 'web:yes' : 'web:no') }
    case 'integer':
    case 'number':
      return { ...shown, text: format.number(value) }
    case 'money':
      return {
        ...shown,
        text: isMoney(value) ? format.money(value.amount, value.currency ?? null) : format.money(value)
      }
    case 'date':
      return { ...shown, text: format.date(value) }
    case 'datetime':
      return { ...shown, text: format.datetime(value) }
    case 'richText':
      return { ...shown, text: plainText(String(value), longestCell), html: safeHtml(String(value)) }
    case 'reference':
    case 'files':
      return shown
    case 'text':
    case 'longText':
    case 'email':
    case 'phone':
    case 'url':
      return { ...shown, text: String(value) }
  }
}

/** Sections of the detail layout with what is released of them; what stands in no section comes last. */
export function shownSections(showing: Showing, record: ViewedRecord): { label: string; fields: ShownField[] }[] {
  const layout = record.module.layouts.find((one) => one.kind === 'detail')
  const placed = new Set(layout?.sections.flatMap((section) => section.fields))
  const rest = Object.keys(record.values).filter((name) => !placed.has(name))
  const sections = [...(layout?.sections ?? []), { label: '', fields: rest }]
  return sections
    .map(({ label, fields }) => ({ label, fields: fields.filter((name) => name in record.values) }))
    .filter(({ fields }) => fields.length > 0)
    .map(({ label, fields }) => ({
      label,
      fields: fields.map((name) => shownField(showing, record.module.fields.get(name)!, record.values[name] ?? null))
    }))
}

function optionOf(field: Field, value: string): Option {
  return field.options.find((option) => option.value === value) ?? { value, label: value, tone: 'neutral' }
}
