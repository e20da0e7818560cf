/** What can be done with a field by its kind alone, whoever asks: whether lists are narrowed or ordered by it, and whether it is written from outside. */
import type { Field } from '../host/catalog.js'

/** HTML and files are shown and nothing else: never compared, sorted by, searched in or written as a value from outside. */
export function isShownOnly({ type }: Pick<Field, 'type'>): boolean {
  return type === 'richText' || type === 'files'
}

/** Whether filters and criteria may speak of the field. */
export function isComparable(field: Pick<Field, 'type'>): boolean {
  return !isShownOnly(field)
}

export function isSearchable(field: Field): boolean {
  return field.searchable && isComparable(field)
}

/** Not a reference: the order of ids means nothing to people, but tells which records share one he may not see (A09). */
export function isSortable(field: Field): boolean {
  return field.sortable && field.type !== 'reference' && isComparable(field)
}

/** Whether somebody outside could write a value into it; one that isn't there can't be written. */
export function isWritable(field: Pick<Field, 'type' | 'readOnly'> | undefined): boolean {
  return field?.readOnly === false && !isShownOnly(field)
}

/** Whether somebody outside could put files into it. */
export function takesFiles(field: Pick<Field, 'type' | 'readOnly'> | undefined): boolean {
  return field?.readOnly === false && field.type === 'files'
}

/** Whether somebody outside could write it at all, as a value or as files. */
export function takesAnything(field: Pick<Field, 'type' | 'readOnly'> | undefined): boolean {
  return isWritable(field) || takesFiles(field)
}
