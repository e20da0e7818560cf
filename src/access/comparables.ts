/** What fields can be compared with, as people set it in forms: which operators a field has, and which values. */
import type { Field, FieldType, Module, Scalar } from '../host/catalog.js'
import { isMoment, valueKind } from './comparison.js'
import type { Operator } from './condition.js'
import { isComparable } from './field-kinds.js'

/** The fields of a module that criteria may speak of. */
export function comparable(module: Module): Field[] {
  return [...module.fields.values()].filter((field) => field.type !== 'reference' && isComparable(field))
}

/** The operators that mean something for this field. */
export function operatorsFor(field: Field): readonly Operator[] {
  if (field.type === 'options') return ['contains', 'isEmpty', 'isNotEmpty']
  switch (valueKind(field)) {
    case 'text':
      return ['=', '≠', 'contains', 'startsWith', 'isEmpty', 'isNotEmpty']
    case 'number':
    case 'moment':
      return ['=', '≠', '<', '≤', '>', '≥', 'isEmpty', 'isNotEmpty']
    case 'boolean':
      return ['=']
  }
}

export function needsValue(operator: Operator): boolean {
  return operator !== 'isEmpty' && operator !== 'isNotEmpty'
}

/** Whether the field can be compared with `value`; nothing and the empty text never can. */
export function fits(field: Field, operator: Operator, value: Scalar): boolean {
  if (value === null || value === '') return false
  if (operator === 'contains' || operator === 'startsWith') return typeof value === 'string'
  switch (valueKind(field)) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'moment':
      return isMoment(String(value))
  }
}

/** A whole option is one that the field has. */
export function isOffered({ type, options }: Field, operator: Operator, value: Scalar): boolean {
  const isWhole = type === 'options' || (type === 'option' && (operator === '=' || operator === '≠'))
  return !isWhole || options.length === 0 || options.some((option) => option.value === value)
}

/** What was typed, as a value of the field's type; text that isn't one stays text and is refused later. */
export function valueFromText(type: FieldType, text: string): Scalar {
  switch (type) {
    case 'integer':
    case 'number':
    case 'money':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    default:
      return text
  }
}
