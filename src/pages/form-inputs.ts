/** Inputs of a form: what the field's partial takes, for a field of the record or of one of its line items. */
import type { Request } from 'express'
import { isMoney, type ViewedRecord } from '../access/record.js'
import type { Field, LayoutSection, Module } from '../host/catalog.js'
import type { FieldError } from '../host/host.js'
import type { Translate } from '../web/locale.js'
import type { Typed, TypedForm } from './form-values.js'
import { choicesFor } from './reference-choices.js'

export interface Input {
  readonly module: Module
  readonly field: Field
  readonly name: string
  readonly label: string
  readonly value: Typed
  /** Code of an amount's currency, where it is known and not chosen in this very form. */
  readonly currency: string | undefined
  readonly error: FieldError | undefined
  /** At most so many choices of a lookup without a search. */
  readonly mostChoices?: number
}

export async function inputFor(req: Request, room: { readonly t: Translate }, input: Input): Promise<object> {
  const { module, field, name, label, value, currency, error, mostChoices } = input
  const chosen = String(value)
  const choices =
    field.type === 'reference' ? await choicesFor(req, room, { module, field, name, chosen, most: mostChoices }) : {}
  return {
    name,
    label: currency === undefined ? label : room.t('portal:form.amountIn', { field: label, currency }),
    required: field.required,
    value,
    error,
    ...inputKind(room.t, field, value),
    ...choices
  }
}

/** A form whose inputs are named as its fields are. */
interface PlainForm {
  readonly module: Module
  readonly fields: readonly Field[]
  readonly typed: TypedForm
  /** Codes of the amounts' currencies, by field (`currenciesOf`). */
  readonly currencies: Readonly<Record<string, string>>
}

export interface InputSection {
  readonly label: string
  readonly inputs: readonly object[]
}

/** The inputs of these sections, with what is wrong beside them. */
export async function inputsIn(
  req: Request,
  t: Translate,
  { module, fields, typed, currencies }: PlainForm,
  ask: { readonly sections: readonly LayoutSection[]; readonly errors: Readonly<Record<string, FieldError>> }
): Promise<InputSection[]> {
  const byName = new Map(fields.map((field) => [field.name, field]))
  const input = (name: string): Promise<object> => {
    const field = byName.get(name)!
    const [value, currency, error] = [typed[name] ?? '', currencies[name], ask.errors[name]]
    return inputFor(req, { t }, { module, field, name, label: field.label, value, currency, error })
  }
  return Promise.all(
    ask.sections.map(async ({ label, fields: names }) => ({ label, inputs: await Promise.all(names.map(input)) }))
  )
}

/** The record's own currency, else the one that new records begin with; none for one that is chosen in the form itself. */
export function currenciesOf(module: Module, fields: readonly Field[], record?: ViewedRecord): Record<string, string> {
  const isChosenHere = (name: string): boolean => fields.some((field) => field.name === name)
  const amounts = fields.filter(({ type, currency }) => type === 'money' && currency && !isChosenHere(currency))
  const codes = amounts.map(({ name, currency }) => {
    const value = record?.values[name]
    return [name, isMoney(value) ? value.currency : module.fields.get(currency ?? '')?.default] as const
  })
  return Object.fromEntries(codes.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function inputKind(t: Translate, field: Field, value: Typed): object {
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

/** A value that is carried along unseen. */
export interface Carried {
  readonly name: string
  readonly value: string
}

/** A box that is not ticked carries nothing, as it would post nothing. */
export function carried(name: string, field: Field, value: Typed): Carried[] {
  if (field.type === 'boolean') return value === 'true' ? [{ name, value }] : []
  return [value].flat().map((one) => ({ name, value: one }))
}
