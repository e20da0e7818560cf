/** What a model means for one staff member: conditions that narrow what the host allows, never widen it (S01–S07, S09). */
import { canCompile, type Compiler } from '../access/compile.js'
import { all, always, any, compare, linked, never, owned, type Condition } from '../access/condition.js'
import type { Catalog, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import type { Owners, StaffAction } from '../hooks.js'
import { levelIn, named, type Level, type Rule } from './model.js'
import type { Organization } from './organization.js'

export type RecordAction = Exclude<StaffAction, 'create'>

/** The levels that leave an action open to all staff; below them it is a matter of who the owner is (S04). */
export const openFor: Readonly<Record<RecordAction, readonly Level[]>> = {
  view: ['public-read', 'public-edit', 'public-delete'],
  edit: ['public-edit', 'public-delete'],
  delete: ['public-delete']
}

/** The records of staff themselves are the CRM's own affair. */
const staffModule = 'User'

/** A module that follows one that follows another …: no longer than this. */
export const deepestFollowing = 3

/** Undefined where nothing is narrowed: for administrators, for modules that are none. */
export function narrowing(
  organization: Organization,
  compiler: Compiler,
  ask: { module: string; action: StaffAction; staff: Pick<Staff, 'id' | 'isAdministrator'> }
): Condition | undefined {
  const module = compiler.catalog.modules.get(ask.module)
  if (!module || ask.staff.isAdministrator || isHostsAffair(module)) return undefined
  const reader = readerOf(organization, compiler, ask.staff.id)
  const owner = module.partOf && compiler.catalog.modules.get(module.partOf.module)
  if (module.partOf) return owner ? linkedPart(reader, module.partOf.link, owner, ask.action) : never
  if (ask.action === 'create') return reader.rightsOn(module.name).create ? undefined : never
  const condition = reader.may(module, ask.action, [])
  return condition.kind === 'always' ? undefined : condition
}

/** To whom he may assign records of this module; undefined: to everybody (S07). */
export function assignable(
  organization: Organization,
  staff: Pick<Staff, 'id' | 'isAdministrator'>,
  module: string
): Owners | undefined {
  const { model } = organization
  const isOpen = openFor.edit.includes(levelIn(model, module)) || organization.rightsOf(staff.id).editAll
  if (staff.isAdministrator || isOpen) return undefined
  const role = organization.roleOf(staff.id)
  const colleagues = role === undefined ? [] : organization.peopleIn({ kind: 'role', id: role })
  return {
    people: new Set([staff.id, ...colleagues, ...belowHim(organization, staff.id)]),
    groups: new Set(hostGroupsOf(organization, staff.id))
  }
}

/** Line items follow the record they are part of; what makes, deletes or edits them edits that record. */
function linkedPart(reader: Reader, link: string, owner: Module, action: StaffAction): Condition | undefined {
  const condition = reader.may(owner, action === 'view' ? 'view' : 'edit', [])
  if (action === 'create') return condition.kind === 'never' ? never : undefined
  return condition.kind === 'always' ? undefined : linked(link, condition)
}

interface Reader {
  rightsOn(module: string): Readonly<Record<StaffAction, boolean>>
  /** `via`: the modules whose following led here. */
  may(module: Module, action: RecordAction, via: readonly string[]): Condition
}

function readerOf(organization: Organization, compiler: Compiler, staffId: string): Reader {
  const { model } = organization
  const rights = organization.rightsOf(staffId)
  const rightsOn = (module: string): Readonly<Record<StaffAction, boolean>> => rights.on(module)
  const isAllowed = (module: string, action: RecordAction): boolean => rightsOn(module).view && rightsOn(module)[action]
  const isOpen = (module: string, action: RecordAction): boolean =>
    openFor[action].includes(levelIn(model, module)) ||
    (action === 'view' && (rights.viewAll || rights.editAll)) ||
    (action === 'edit' && rights.editAll)

  const followed = (module: Module, action: RecordAction, via: readonly string[]): Condition => {
    const link = module.links.get(named(model.defaults, module.name)?.follows ?? '')
    const target = link && compiler.catalog.modules.get(link.to)
    if (!target || !hasOwners(target) || via.includes(target.name) || via.length >= deepestFollowing) return never
    return linked(link.name, may(target, action, [...via, module.name]))
  }

  const may = (module: Module, action: RecordAction, via: readonly string[]): Condition => {
    if (!isAllowed(module.name, action)) return never
    if (!module.owner || isOpen(module.name, action)) return always
    const shared =
      action === 'delete' ? [] : sharedWith(organization, compiler, { module, staffId, write: action === 'edit' })
    return any(...merged([ownersBelow(organization, staffId), ...shared]), followed(module, action, via))
  }
  return { rightsOn, may }
}

/** Himself, those below him, and the groups he is in (S02, S03). */
function ownersBelow(organization: Organization, staffId: string): Condition {
  return owned([staffId, ...belowHim(organization, staffId)], hostGroupsOf(organization, staffId))
}

function belowHim(organization: Organization, staffId: string): ReadonlySet<string> {
  const role = organization.roleOf(staffId)
  return role === undefined ? new Set() : organization.below(role)
}

/** The host's groups that stand for groups he is in. */
function hostGroupsOf({ model, groupsOf }: Organization, staffId: string): string[] {
  return [...groupsOf(staffId)].flatMap((id) => model.groups[id]?.hostGroup ?? [])
}

interface Sharing {
  readonly module: Module
  readonly staffId: string
  readonly write: boolean
}

/** What rules share with him: records of the module itself, and those that hang on shared records (S05, S06). */
function sharedWith(organization: Organization, compiler: Compiler, { module, staffId, write }: Sharing): Condition[] {
  const { model, isIn, rightsOf } = organization
  const mine = Object.values(model.rules).filter((rule) => isIn(staffId, rule.to))
  const direct = mine.filter((rule) => rule.module === module.name && (rule.write || !write))
  const hanging = mine.flatMap((rule) =>
    rule.related
      .filter((one) => one.module === module.name && (one.write || !write))
      .filter(() => rightsOf(staffId).on(rule.module).view)
      .map(({ link }) => throughParent(organization, compiler, { rule, module, link }))
  )
  return [...direct.map((rule) => whatIsShared(organization, compiler, rule)), ...hanging]
}

function throughParent(
  organization: Organization,
  compiler: Compiler,
  { rule, module, link: name }: { rule: Rule; module: Module; link: string }
): Condition {
  const link = module.links.get(name)
  return link?.to === rule.module ? linked(name, whatIsShared(organization, compiler, rule)) : never
}

/** The records a rule speaks of. One that the CRM can't tell any more (a field is gone) shares nothing. */
function whatIsShared({ model, peopleIn }: Organization, compiler: Compiler, rule: Rule): Condition {
  const module = compiler.catalog.modules.get(rule.module)
  if (!module || !hasOwners(module)) return never
  const ofGroup = rule.from.kind === 'group' ? (named(model.groups, rule.from.id)?.hostGroup ?? undefined) : undefined
  const owners = owned(peopleIn(rule.from), ofGroup === undefined ? [] : [ofGroup])
  const criteria = rule.criteria.map(({ field, operator, value }) => compare(field, operator, value))
  return criteria.every((one) => canCompile(compiler, module, one)) ? all(owners, ...criteria) : never
}

/** Conditions that differ in their owners alone are asked as one. */
function merged(conditions: readonly Condition[]): Condition[] {
  const found = new Map<string, Condition>()
  for (const one of conditions) {
    const frame = frameOf(one)
    const known = found.get(frame)
    found.set(frame, known ? together(known, one) : one)
  }
  return [...found.values()]
}

/** What a condition says but for its owners. */
function frameOf(condition: Condition): string {
  if (condition.kind === 'owned') return 'owned'
  if (condition.kind === 'linked') return `linked ${condition.link}`
  return JSON.stringify(condition.kind === 'all' ? condition.of.filter(({ kind }) => kind !== 'owned') : condition)
}

function together(one: Condition, other: Condition): Condition {
  if (one.kind === 'owned' && other.kind === 'owned')
    return owned([...one.people, ...other.people], [...one.groups, ...other.groups])
  if (one.kind === 'linked' && other.kind === 'linked')
    return linked(one.link, any(...merged([...alternatives(one.condition), ...alternatives(other.condition)])))
  return one.kind === 'all' && other.kind === 'all' ? all(...merged([...one.of, ...other.of])) : one
}

function alternatives(condition: Condition): readonly Condition[] {
  return condition.kind === 'any' ? condition.of : [condition]
}

/** The modules that can have a default: those whose records belong to somebody. */
export function ownedModules(catalog: Catalog): Module[] {
  return [...catalog.modules.values()].filter(hasOwners)
}

export function hasOwners(module: Module): boolean {
  return module.owner !== undefined && !module.partOf && !isHostsAffair(module)
}

/** The staff themselves, and what the host keeps to its own rules: nothing of ours narrows it. */
export function isHostsAffair({ name, keepsOwnRules }: Module): boolean {
  return name === staffModule || keepsOwnRules === true
}
