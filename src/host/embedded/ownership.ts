/** Whose a record is: a person's or a group's, never both's; and to whom it may be given (S03, S07). */
import type { Knex } from 'knex'
import type { Owners } from '../../hooks.js'
import type { Field, Module } from '../catalog.js'
import { HostRefused, type Actor } from '../host.js'
import { exists } from './answers.js'
import type { Values } from './records.js'
import { columnOf, type Columns, type Row } from './values.js'

/** The field that says which group a record belongs to. */
export function groupFieldOf({ ownerGroups, fields }: Module): Field | undefined {
  if (ownerGroups?.kind !== 'column') return undefined
  const { column } = ownerGroups
  return [...fields.values()].find(({ storage }) => storage.kind === 'column' && storage.column === column)
}

/** What a staff member creates is his own unless he says otherwise. */
export function ownedBy(actor: Actor, module: Module, values: Values): Values {
  const group = groupFieldOf(module)
  const isOpen = module.owner !== undefined && values[module.owner] === undefined && !(group && values[group.name])
  return actor.kind === 'staff' && isOpen && module.owner ? { ...values, [module.owner]: actor.id } : values
}

/** Who gets a record of one owner takes it from the other; where both are named, the person has it. */
export function withOneOwner(module: Module, columns: Columns): Columns {
  const { person, group } = columnsOf(module)
  if (!person || !group) return columns
  if (columns[person]) return { ...columns, [group]: null }
  return columns[group] ? { ...columns, [person]: null } : columns
}

/** Do these columns say whose the record is? */
export function saysOwner(module: Module, columns: Columns): boolean {
  const { person, group } = columnsOf(module)
  return [person, group].some((name) => name !== undefined && name in columns)
}

/** The record stays whose it is (a new one, without a row, is nobody's yet), or goes to one of `owners` (undefined: to anybody, or nobody), a group among them only while it is there.
 *  @throws HostRefused */
export async function mustBeAssignable(
  trx: Knex,
  module: Module,
  change: { columns: Columns; row: Row | undefined },
  owners: Owners | undefined
): Promise<void> {
  const before = change.row && ownerIn(module, change.row)
  const after = ownerIn(module, { ...change.row, ...change.columns })
  if (!module.owner || (before && before.person === after.person && before.group === after.group)) return
  if (owners && !isAmong(owners, after)) throw new HostRefused({ [module.owner]: { key: 'crm:error.mayNotAssign' } })
  if (after.group === null) return
  if (!(await exists(trx('crm_group').first('id').where({ id: after.group }).forShare())))
    throw new HostRefused({ [module.owner]: { key: 'errors.field.option' } })
}

export interface Owner {
  readonly person: string | null
  /** Null where it belongs to a person. */
  readonly group: string | null
}

export function isAmong({ people, groups }: Owners, { person, group }: Owner): boolean {
  return person !== null ? people.has(person) : group !== null && groups.has(group)
}

function ownerIn(module: Module, row: Row): Owner {
  const names = columnsOf(module)
  const idIn = (name: string | undefined): string | null => {
    const id = name === undefined ? null : row[name]
    return typeof id === 'string' && id !== '' ? id : null
  }
  const person = idIn(names.person)
  return { person, group: person === null ? idIn(names.group) : null }
}

function columnsOf(module: Module): { person: string | undefined; group: string | undefined } {
  const person = module.owner === undefined ? undefined : module.fields.get(module.owner)
  const group = groupFieldOf(module)
  return { person: person && columnOf(person), group: group && columnOf(group) }
}
