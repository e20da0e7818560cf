/** A record's form as a page: its inputs by section, what could not be taken beside them, the rest above. */
import type { Request, Response } from 'express'
import type { Field } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { page } from '../../web/render.js'
import type { Typed } from './form-values.js'
import { crumbOf } from './list-page.js'
import { choicesFor } from './reference-choices.js'
import type { Room } from './room.js'
import { detailSections } from './shown-value.js'

type TypedForm = Readonly<Record<string, Typed>>

/** A form, ready to be shown. */
export interface Sheet {
  readonly room: Room
  readonly heading: string
  readonly fields: readonly Field[]
  readonly typed: TypedForm
  /** What the form showed of the record (`seen.ts`); undefined for a new one. */
  readonly seen: string | undefined
  /** Codes of the amounts' currencies, by field, where they are known and not chosen in this very form. */
  readonly currencies: Readonly<Record<string, string>>
  readonly action: string
  readonly backUrl: string
  /** For a line item: the record it is part of. */
  readonly of: string | undefined
}

/** Why the form is shown again. */
export interface Trouble {
  readonly status?: number
  readonly errors?: Readonly<Record<string, FieldError>>
  readonly notice?: string
}

export async function showSheet(req: Request, res: Response, sheet: Sheet, trouble: Trouble = {}): Promise<void> {
  const { room, heading, action, backUrl, of, seen } = sheet
  const sections = await sectionsOf(req, sheet, trouble.errors ?? {})
  const notice = trouble.notice ?? (trouble.errors && room.t('portal:form.mend'))
  const form = { heading, action, backUrl, of, seen, sections, notice, refusals: refusalsElsewhere(sheet, trouble) }
  await page(res, 'portal/form', { module: crumbOf(room), form }, { status: trouble.status })
}

/** What the CRM says of fields that are not in the form. One that the reader doesn't see at all is not named. */
function refusalsElsewhere({ room: { module, released, t }, fields }: Sheet, { errors = {} }: Trouble): string[] {
  const inForm = new Set(fields.map((field) => field.name))
  return Object.entries(errors)
    .filter(([name]) => !inForm.has(name))
    .map(([name, { key, args }]) => {
      const reason = t(key, { ...args })
      const field = released.fields.includes(name) ? module.fields.get(name)?.label : undefined
      return field === undefined
        ? t('portal:form.refusedUnseen', { reason })
        : t('portal:form.refused', { field, reason })
    })
}

async function sectionsOf(
  req: Request,
  sheet: Sheet,
  errors: Readonly<Record<string, FieldError>>
): Promise<{ label: string; inputs: object[] }[]> {
  const { room, fields } = sheet
  const byName = new Map(fields.map((field) => [field.name, field]))
  const sections = detailSections(room.module, [...byName.keys()])
  return Promise.all(
    sections.map(async ({ label, fields: names }) => ({
      label,
      inputs: await Promise.all(names.map((name) => inputFor(req, sheet, byName.get(name)!, errors[name])))
    }))
  )
}

/** What the field's partial takes. */
async function inputFor(
  req: Request,
  { room, typed, currencies }: Sheet,
  field: Field,
  error: FieldError | undefined
): Promise<object> {
  const value = typed[field.name] ?? ''
  const currency = currencies[field.name]
  const choices = field.type === 'reference' ? await choicesFor(req, room, field, String(value)) : undefined
  return {
    name: field.name,
    label: currency === undefined ? field.label : room.t('portal:form.amountIn', { field: field.label, currency }),
    required: field.required,
    value,
    error,
    ...inputKind(room, field, value),
    ...choices
  }
}

function inputKind({ t }: Room, field: Field, value: Typed): object {
  const attrs = { maxlength: field.maxLength, min: field.min, max: field.max }
  const none = { value: '', label: t('portal:form.none') }
  switch (field.type) {
    case 'longText':
      return { type: 'textarea', attrs: { maxlength: field.maxLength, rows: 6 } }
    case 'option':
      return { type: 'select', options: field.required && value !== '' ? field.options : [none, ...field.options] }
    case 'options':
      return { type: 'multiselect', options: field.options }
    case 'integer':
      return { type: 'number', attrs: { ...attrs, step: 1 } }
    case 'number':
    case 'money':
      return {
        type: 'number',
        attrs: { ...attrs, step: field.decimals ? 10 ** -field.decimals : 'any', inputmode: 'decimal' }
      }
    case 'boolean':
      return { type: 'checkbox' }
    case 'datetime':
      return { type: 'datetime-local' }
    case 'phone':
      return { type: 'tel', attrs }
    case 'reference':
      return { type: 'select' }
    default:
      return { type: field.type, attrs }
  }
}
