/** What the defaults mean for one staff member: a condition that narrows what the host allows, never widens it (S04, S09). */
import { linked, oneOf, type Condition } from '../access/condition.js'
import type { Catalog, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import type { StaffAction } from '../hooks.js'
import { levelIn, type Defaults, type Level } from './defaults.js'

/** The levels that leave an action open to all staff; below them only the owner has it. */
const openFor: Readonly<Record<Exclude<StaffAction, 'create'>, readonly Level[]>> = {
  view: ['public-read', 'public-edit', 'public-delete'],
  edit: ['public-edit', 'public-delete'],
  delete: ['public-delete']
}

/** Undefined where nothing is narrowed: for administrators, for creating, for modules whose records belong to nobody. */
export function narrowing(
  all: Defaults,
  catalog: Catalog,
  ask: { module: string; action: StaffAction; staff: Staff }
): Condition | undefined {
  const module = catalog.modules.get(ask.module)
  if (!module || ask.staff.isAdministrator || ask.action === 'create') return undefined
  return module.partOf ? narrowingOfPart(all, catalog, module, ask) : narrowingOf(all, module, ask)
}

function narrowingOf(all: Defaults, module: Module, ask: { action: StaffAction; staff: Staff }): Condition | undefined {
  if (!module.owner || ask.action === 'create') return undefined
  return openFor[ask.action].includes(levelIn(all, module.name)) ? undefined : oneOf(module.owner, [ask.staff.id])
}

/** Line items follow the record they are part of; what deletes or edits them edits that record. */
function narrowingOfPart(
  all: Defaults,
  catalog: Catalog,
  module: Module,
  ask: { action: StaffAction; staff: Staff }
): Condition | undefined {
  const owner = catalog.modules.get(module.partOf!.module)
  const condition = owner && narrowingOf(all, owner, { ...ask, action: ask.action === 'view' ? 'view' : 'edit' })
  return condition && linked(module.partOf!.link, condition)
}
