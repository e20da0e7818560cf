/** The role tree: its order, its roles by unmistakable names, and what administrators do to it, as changes of the model (S02). */
import { Invalid, NotFound } from '../errors.js'
import { mentionsOfRole, withoutMentions } from './mentions.js'
import { named, type Model, type Role } from './model.js'

export interface PlacedRole {
  readonly id: string
  readonly name: string
  readonly profiles: readonly string[]
  /** 0 for the top. */
  readonly depth: number
  readonly below: readonly PlacedRole[]
}

/** The top roles, each with those below, by name. Roles that somebody made a circle of are shown too, at the top, to be put right. */
export function roleForest({ roles }: Model): readonly PlacedRole[] {
  const placed = new Set<string>()
  const children = childrenOf(roles)
  const place = (id: string, depth: number): PlacedRole[] => {
    const role = placed.has(id) ? undefined : named(roles, id)
    if (!role) return []
    placed.add(id)
    const below = (children.get(id) ?? []).flatMap((child) => place(child, depth + 1))
    return [{ id, name: role.name, profiles: role.profiles, depth, below: byName(below) }]
  }
  const tops = Object.keys(roles).filter((id) => isTop(roles, id))
  return byName([...tops, ...Object.keys(roles)].flatMap((id) => place(id, 0)))
}

/** All roles, each followed by those below it. */
export function rolesInOrder(model: Model): readonly PlacedRole[] {
  return flat(roleForest(model))
}

export function flat(forest: readonly PlacedRole[]): readonly PlacedRole[] {
  return forest.flatMap((role) => [role, ...flat(role.below)])
}

/** The roles below this one, without itself. */
export function rolesBelow({ roles }: Model, id: string): ReadonlySet<string> {
  const children = childrenOf(roles)
  const found = new Set<string>()
  const open = [...(children.get(id) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === id || found.has(next)) continue
    found.add(next)
    open.push(...(children.get(next) ?? []))
  }
  return found
}

const step = ' › '

/** Each role by a name that no other has, however it is capitalized: its own, or the whole way from the top where several are called the same. */
export function roleLabels(model: Model): ReadonlyMap<string, string> {
  const order = rolesInOrder(model)
  const counts = new Map<string, number>()
  for (const { name } of order) counts.set(folded(name), (counts.get(folded(name)) ?? 0) + 1)
  const labels = new Map<string, string>()
  const taken = new Set<string>()
  const way: string[] = []
  for (const { id, name, depth } of order) {
    way.splice(depth, way.length, name)
    const label = unlike(taken, counts.get(folded(name)) === 1 ? name : way.join(step))
    taken.add(folded(label))
    labels.set(id, label)
  }
  return labels
}

/** Names that differ in capitals only are one name to people. */
export function folded(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}

export interface NewRole {
  readonly id: string
  readonly name: string
  readonly parent: string | null
  readonly profiles: readonly string[]
}

/** @throws Invalid when the superior is gone or has a role of that name below him. */
export function withNewRole(model: Model, { id, ...role }: NewRole): Model {
  mustBeThere(model, role.parent)
  mustBeFree(model, id, role)
  return { ...model, roles: { ...model.roles, [id]: role } }
}

/** @throws NotFound; Invalid when a role beside it has that name. */
export function withRoleChanged(model: Model, id: string, values: Pick<Role, 'name' | 'profiles'>): Model {
  const role = { ...roleIn(model, id), ...values }
  mustBeFree(model, id, role)
  return { ...model, roles: { ...model.roles, [id]: role } }
}

/** With everything below it. @throws Invalid when that would make a circle. */
export function withRoleMoved(model: Model, id: string, parent: string | null): Model {
  const role = roleIn(model, id)
  mustBeThere(model, parent)
  if (parent === id || (parent !== null && rolesBelow(model, id).has(parent))) throw circle(model, role, parent)
  const moved = { ...role, parent }
  mustBeFree(model, id, moved, 'parent')
  return { ...model, roles: { ...model.roles, [id]: moved } }
}

/** Without a role: its people and the roles below it go to the heir; without one they have no role, and those are at the top.
 *  Groups no longer name it, rules that do go with it: the heir gets nothing by it that he did not have. */
export function withoutRole(model: Model, id: string, heir: string | null): Model {
  const { name } = roleIn(model, id)
  mustBeThere(model, heir, 'heir')
  if (heir === id || (heir !== null && rolesBelow(model, id).has(heir)))
    throw new Invalid({ heir: { key: 'organization:problem.heirBelow', args: { role: name } } })
  const left = withoutMentions(model, mentionsOfRole(id))
  const roles = Object.entries(left.roles)
    .filter(([other]) => other !== id)
    .map(([other, role]): [string, Role] => [other, role.parent === id ? { ...role, parent: heir } : role])
  const people = Object.entries(left.people).flatMap(([person, role]): [string, string][] =>
    role !== id ? [[person, role]] : heir === null ? [] : [[person, heir]]
  )
  return { ...left, roles: Object.fromEntries(roles), people: Object.fromEntries(people) }
}

/** @throws NotFound for a role that isn't there. */
export function roleIn(model: Model, id: string): Role {
  const role = named(model.roles, id)
  if (!role) throw new NotFound()
  return role
}

function childrenOf(roles: Model['roles']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const [id, { parent }] of Object.entries(roles))
    if (parent !== null) found.set(parent, [...(found.get(parent) ?? []), id])
  return found
}

function isTop(roles: Model['roles'], id: string): boolean {
  const parent = roles[id]?.parent ?? null
  return parent === null || named(roles, parent) === undefined
}

function byName(roles: readonly PlacedRole[]): readonly PlacedRole[] {
  return roles.toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
}

function unlike(taken: ReadonlySet<string>, label: string): string {
  let free = label
  for (let count = 2; taken.has(folded(free)); count++) free = `${label} (${count})`
  return free
}

function mustBeThere(model: Model, role: string | null, field = 'parent'): void {
  if (role !== null && !named(model.roles, role))
    throw new Invalid({ [field]: { key: 'organization:problem.roleGone' } })
}

function mustBeFree(model: Model, id: string, { name, parent }: Pick<Role, 'name' | 'parent'>, field = 'name'): void {
  const isTaken = Object.entries(model.roles).some(
    ([other, role]) => other !== id && role.parent === parent && folded(role.name) === folded(name)
  )
  if (isTaken) throw new Invalid({ [field]: { key: 'organization:problem.roleTaken', args: { role: name } } })
}

function circle(model: Model, { name }: Role, parent: string | null): Invalid {
  const superior = (parent === null ? undefined : named(model.roles, parent)?.name) ?? name
  const key = superior === name ? 'organization:problem.belowItself' : 'organization:problem.roleCircle'
  return new Invalid({ parent: { key, args: { role: name, superior } } })
}
