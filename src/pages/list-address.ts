/** The address of a list: what it is searched for, narrowed to and ordered by. */
import type { Request } from 'express'
import { valueFromText } from '../access/comparables.js'
import type { Filter, ListQuery, ReleasedModule } from '../access/record.js'
import type { Field, Option } from '../host/catalog.js'
import type { Translate } from '../web/locale.js'
import { queryText } from '../web/paging.js'

const filterMark = 'filter.'

/** What the address of a list asks for. */
export interface Asked {
  readonly search: string
  readonly sort: string
  readonly filters: Readonly<Record<string, string>>
}

export function askedIn(req: Request): Asked {
  const names = Object.keys(req.query).filter((name) => name.startsWith(filterMark))
  const filters = names.flatMap((name): [string, string][] => {
    const value = queryText(req, name)
    return value === undefined ? [] : [[name.slice(filterMark.length), value]]
  })
  return { search: queryText(req, 'q') ?? '', sort: queryText(req, 'sort') ?? '', filters: Object.fromEntries(filters) }
}

/** Names of fields go to the door as they are: it has one answer for hidden and for unknown ones (A09). */
export function queryOf({ module }: Pick<ReleasedModule, 'module'>, asked: Asked): ListQuery {
  const filter = Object.entries(asked.filters).map(([field, value]): Filter =>
    filterFor(module.fields.get(field), field, value)
  )
  const sort =
    asked.sort === '' ? undefined : { field: asked.sort.replace(/^-/, ''), descending: asked.sort.startsWith('-') }
  return { filter, search: asked.search, sort }
}

function filterFor(field: Field | undefined, name: string, text: string): Filter {
  return {
    field: name,
    operator: field?.type === 'options' ? 'contains' : '=',
    value: field ? valueFromText(field.type, text) : text
  }
}

/** Where a column's head leads, and how the list is ordered by it now. */
export function sortOf(
  here: string,
  asked: Asked,
  name: string
): { url: string; order: 'ascending' | 'descending' | undefined } {
  const order = asked.sort === name ? 'ascending' : asked.sort === `-${name}` ? 'descending' : undefined
  return { order, url: addressFor(here, { ...asked, sort: order === 'ascending' ? `-${name}` : name }) }
}

function addressFor(here: string, { search, sort, filters }: Asked): string {
  const marked = Object.entries(filters).map(([name, value]): [string, string] => [filterMark + name, value])
  const parts = [...Object.entries({ q: search, sort }), ...marked].filter(([, value]) => value !== '')
  return `${here}?${new URLSearchParams(parts).toString()}`
}

interface ShownFilter {
  /** Of its input. */
  readonly name: string
  readonly label: string
  readonly value: string
  readonly options: readonly Pick<Option, 'value' | 'label'>[]
}

/** A choice for each field of options. */
export function filtersOf(
  { fields, module }: Pick<ReleasedModule, 'fields' | 'module'>,
  asked: Asked,
  t: Translate
): ShownFilter[] {
  return fields
    .flatMap((name) => module.fields.get(name) ?? [])
    .filter((field) => field.type === 'option' && field.options.length > 0)
    .map((field) => ({
      name: filterMark + field.name,
      label: field.label,
      value: asked.filters[field.name] ?? '',
      options: [{ value: '', label: t('portal:list.any', { field: field.label }) }, ...field.options]
    }))
}
