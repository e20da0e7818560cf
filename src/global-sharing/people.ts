/** Who has which role, and who stands in the model that the CRM no longer has, as changes of the model (S02). */
import { Invalid } from '../errors.js'
import type { StaffName } from '../host/host.js'
import { mentionsOfPeople, withoutMentions } from './mentions.js'
import { named, type Model } from './model.js'

/** Each of these people gets a role, or with null none. @throws Invalid when the role is gone. */
export function withRolesOf(model: Model, given: ReadonlyMap<string, string | null>): Model {
  for (const role of given.values())
    if (role !== null && !named(model.roles, role))
      throw new Invalid({ role: { key: 'organization:problem.roleGone' } })
  const others = Object.entries(model.people).filter(([id]) => !given.has(id))
  const changed = [...given].flatMap(([id, role]): [string, string][] => (role === null ? [] : [[id, role]]))
  return { ...model, people: Object.fromEntries([...others, ...changed]) }
}

/** Everybody the model names, by id: with a role, in a group, in a rule. */
export function peopleNamed({ people, groups, rules }: Model): ReadonlySet<string> {
  const members = [
    ...Object.values(groups).flatMap((group) => group.members),
    ...Object.values(rules).map(({ to }) => to)
  ]
  return new Set([...Object.keys(people), ...members.flatMap(({ kind, id }) => (kind === 'user' ? [id] : []))])
}

/** Without these people, and without the rules that share with one of them. */
export function withoutPeople(model: Model, ids: ReadonlySet<string>): Model {
  const left = withoutMentions(model, mentionsOfPeople(ids))
  return { ...left, people: Object.fromEntries(Object.entries(left.people).filter(([id]) => !ids.has(id))) }
}

/** The id of somebody's role, where that role exists. */
export function roleOf(model: Model, staffId: string): string | undefined {
  const role = named(model.people, staffId)
  return role !== undefined && named(model.roles, role) ? role : undefined
}

/** Has he no role and needs one? Whoever is inactive or an administrator needs none. */
export function isWithout(model: Model, { id, isActive, isAdministrator }: StaffName): boolean {
  return isActive && !isAdministrator && roleOf(model, id) === undefined
}
