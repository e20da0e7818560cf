/** The organization a model describes, worked out once: who is in which role, below whom, in which groups, with which rights.
 *  Reach is a matter of roles, groups and rules; nothing here grows with the records (S02, S03). */
import {
  named,
  otherModules,
  type Member,
  type Model,
  type ModuleRights,
  type PeopleSet,
  type Profile
} from './model.js'

export interface Organization {
  readonly model: Model
  roleOf(staffId: string): string | undefined
  /** The people of a role, of a role with its subordinates, or of a group (nested groups with it). */
  peopleIn(set: PeopleSet): ReadonlySet<string>
  /** The people in roles below this one, without the role itself (S02). */
  below(roleId: string): ReadonlySet<string>
  /** The groups a person is in, directly or through roles and other groups (S03). */
  groupsOf(staffId: string): ReadonlySet<string>
  isIn(staffId: string, set: Member): boolean
  /** What the person's profiles add up to (S01). */
  rightsOf(staffId: string): Rights
  /** The roles above, from the next one up to the top. */
  above(roleId: string): readonly string[]
}

/** The union of profiles. */
export interface Rights {
  readonly viewAll: boolean
  readonly editAll: boolean
  on(module: string): ModuleRights
}

export const noRights: ModuleRights = { view: false, create: false, edit: false, delete: false }

export function organizationOf(model: Model): Organization {
  const inRole = byRole(model)
  const subordinates = subordinatesOf(model)
  const rolesBelow = (role: string): readonly string[] => subordinates.get(role) ?? []
  const below = remembered((role: string) => peopleOfRoles(inRole, rolesBelow(role)))
  const inTree = remembered((role: string) => peopleOfRoles(inRole, [role, ...rolesBelow(role)]))
  const peopleOf = (member: Member): ReadonlySet<string> => {
    if (member.kind === 'user') return new Set([member.id])
    if (member.kind === 'group') return inGroup(member.id)
    return member.kind === 'tree' ? inTree(member.id) : (inRole.get(member.id) ?? nobody)
  }
  const inGroup = remembered(
    (group: string): ReadonlySet<string> =>
      new Set(directMembers(model, group).flatMap((member) => [...peopleOf(member)]))
  )
  const memberships = once(() => groupsByPerson(Object.keys(model.groups), inGroup))
  const rights = remembered((roleId: string | undefined) => unionOf(model, roleId))
  const roleOf = (staffId: string): string | undefined => knownRole(model, staffId)
  return {
    model,
    roleOf,
    peopleIn: peopleOf,
    below,
    groupsOf: (staffId) => memberships().get(staffId) ?? nobody,
    isIn: (staffId, set) => peopleOf(set).has(staffId),
    rightsOf: (staffId) => rights(roleOf(staffId)),
    above: (roleId) => superiorsOf(model, roleId)
  }
}

const nobody: ReadonlySet<string> = new Set()

function knownRole(model: Model, staffId: string): string | undefined {
  const role = named(model.people, staffId)
  return role !== undefined && named(model.roles, role) ? role : undefined
}

function byRole(model: Model): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const staffId of Object.keys(model.people)) {
    const role = knownRole(model, staffId)
    if (role !== undefined) put(found, role, staffId)
  }
  return found
}

function put(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key)
  if (known) known.add(value)
  else sets.set(key, new Set([value]))
}

/** The roles below each role. */
function subordinatesOf(model: Model): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const role of Object.keys(model.roles))
    for (const above of superiorsOf(model, role)) {
      const known = found.get(above)
      if (known) known.push(role)
      else found.set(above, [role])
    }
  return found
}

/** Of two roles that stand each above the other, neither is. */
function superiorsOf(model: Model, role: string): readonly string[] {
  const way = wayUp(model, role)
  return way.filter((above) => !wayUp(model, above).includes(role))
}

/** From the role above, as far as roles are known, and no further than once around a circle. */
function wayUp(model: Model, role: string): string[] {
  const found: string[] = []
  let next = named(model.roles, role)?.parent ?? null
  while (next !== null && named(model.roles, next) && !found.includes(next)) {
    found.push(next)
    next = named(model.roles, next)!.parent
  }
  return found
}

function peopleOfRoles(
  inRole: ReadonlyMap<string, ReadonlySet<string>>,
  roles: readonly string[]
): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => [...(inRole.get(role) ?? [])]))
}

/** Everybody and everything in a group but groups, those of the groups within it too; a circle of groups ends where it began. */
function directMembers(model: Model, group: string): Member[] {
  const found: Member[] = []
  const seen = new Set<string>()
  const open = [group]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    for (const member of named(model.groups, next)?.members ?? [])
      if (member.kind === 'group') open.push(member.id)
      else found.push(member)
  }
  return found
}

function groupsByPerson(
  groups: readonly string[],
  inGroup: (group: string) => ReadonlySet<string>
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const group of groups) for (const staffId of inGroup(group)) put(found, staffId, group)
  return found
}

/** What the profiles of a role, or of people without one, add up to. */
export function unionOf(model: Model, roleId: string | undefined): Rights {
  const ids = roleId === undefined ? model.withoutRole : (named(model.roles, roleId)?.profiles ?? [])
  const profiles = ids.flatMap((id) => named(model.profiles, id) ?? [])
  return {
    viewAll: profiles.some(({ viewAll }) => viewAll),
    editAll: profiles.some(({ editAll }) => editAll),
    on: (module) => profiles.map((profile) => rightsIn(profile, module)).reduce(added, noRights)
  }
}

/** What one profile says of a module. */
export function rightsIn({ modules }: Profile, module: string): ModuleRights {
  return named(modules, module) ?? modules[otherModules] ?? noRights
}

function added(one: ModuleRights, other: ModuleRights): ModuleRights {
  return {
    view: one.view || other.view,
    create: one.create || other.create,
    edit: one.edit || other.edit,
    delete: one.delete || other.delete
  }
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    const value = known.has(key) ? known.get(key)! : make(key)
    known.set(key, value)
    return value
  }
}

function once<T>(make: () => T): () => T {
  let known: { value: T } | undefined
  return () => (known ??= { value: make() }).value
}
