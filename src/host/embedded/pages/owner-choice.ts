/** The one choice *Assigned to* of a form: people and groups, those to whom the record may be given (S03, S07). */
import type { Typed } from '../../../web/forms.js'
import type { Module } from '../../catalog.js'
import type { Values } from '../records.js'
import { groupFieldOf } from '../ownership.js'
import type { Desk } from './desk.js'

interface Option {
  readonly value: string
  readonly label: string
}

export interface OwnerChoices {
  readonly options: readonly Option[]
  readonly hasMore: boolean
}

const mostChoices = 100
/** Stands before the id of a group in the form. */
const groupMark = 'group:'

/** What the choice holds for values as they are kept: of a person the id, of a group its id behind a mark. */
export function ownerTyped(module: Module, values: Values, typed: Typed): Typed {
  const group = values[groupFieldOf(module)?.name ?? '']
  const { owner } = module
  return owner && group && !values[owner] ? { ...typed, [owner]: groupMark + String(group) } : typed
}

/** The values of a form whose choice was made. */
export function ownerPosted(module: Module, values: Values): Values {
  const group = groupFieldOf(module)
  const chosen = module.owner === undefined ? undefined : values[module.owner]
  if (!module.owner || !group || chosen === undefined) return values
  const isGroup = typeof chosen === 'string' && chosen.startsWith(groupMark)
  return isGroup
    ? { ...values, [module.owner]: null, [group.name]: chosen.slice(groupMark.length) }
    : { ...values, [group.name]: null }
}

/** Who gives a record away may not be able to write its line items any more: then the owner changes after them. */
export function ownerLast(
  module: Module,
  values: Values,
  before: Values | undefined,
  me: string
): { first: Values; later?: Values } {
  const group = groupFieldOf(module)
  const { owner } = module
  if (!owner || !group || values[owner] === undefined) return { first: values }
  const present = before ?? { [owner]: me, [group.name]: null }
  const names = [owner, group.name]
  if (names.every((name) => (values[name] ?? null) === (present[name] ?? null))) return { first: values }
  const first = Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
  return { first, later: Object.fromEntries(names.map((name) => [name, values[name] ?? null])) }
}

/** People, by name, and groups behind them; the present owner stays among them, whatever became of him. */
export async function ownerChoices(
  desk: Desk,
  module: Module,
  { search, chosen }: { search: string; chosen: string }
): Promise<OwnerChoices> {
  const owners = await desk.records.owners(module.name)
  const everybody = await desk.users.names()
  const people = everybody
    .filter(({ id, isActive }) => isActive && (owners?.people.has(id) ?? true))
    .map(({ id, name }) => ({ value: id, label: name }))
  const groups = groupOptions(desk, module)
  const open = groups.filter(({ value }) => owners?.groups.has(value.slice(groupMark.length)) ?? true)
  const found = [...people, ...open].filter(({ label }) => contains(label, search))
  const shown = found.slice(0, mostChoices)
  const isShown = chosen === '' || shown.some(({ value }) => value === chosen)
  const known = [...everybody.map(({ id, name }) => ({ value: id, label: name })), ...groups]
  const kept = isShown ? [] : [{ value: chosen, label: known.find(({ value }) => value === chosen)?.label ?? chosen }]
  const nobody = owners && chosen !== '' ? [] : [{ value: '', label: desk.t('crm:form.none') }]
  return { options: [...nobody, ...kept, ...shown], hasMore: found.length > shown.length }
}

function groupOptions({ t }: Desk, module: Module): Option[] {
  return (groupFieldOf(module)?.options ?? []).map(({ value, label }) => ({
    value: groupMark + value,
    label: t('crm:form.group', { name: label })
  }))
}

function contains(label: string, search: string): boolean {
  return label.toLocaleLowerCase().includes(search.toLocaleLowerCase())
}
