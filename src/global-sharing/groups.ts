/** Groups: who is in one and by which way, and what administrators do to them, as changes of the model (S03). */
import { Invalid, NotFound } from '../errors.js'
import { mentionsOfGroup, withoutMentions } from './mentions.js'
import { named, type Group, type Member, type Model, type PeopleSet } from './model.js'
import { mustBeFree } from './names.js'

/** From the group towards the person: the groups within it that lead there, then what has him in it. */
export type Way = readonly Member[]

/** Everybody in a group with the ways he comes in, the shortest first. */
export function waysInto(
  model: Model,
  groupId: string,
  peopleIn: (set: PeopleSet) => ReadonlySet<string>
): ReadonlyMap<string, readonly Way[]> {
  const found = new Map<string, Way[]>()
  for (const way of waysOf(model, groupId)) {
    const last = way.at(-1)!
    const people = last.kind === 'user' ? [last.id] : peopleIn({ kind: last.kind, id: last.id })
    for (const person of people) found.set(person, [...(found.get(person) ?? []), way])
  }
  return found
}

/** To every member that is no group; each group within is gone through once, by the shortest way. */
function waysOf(model: Model, groupId: string): Way[] {
  const found: Way[] = []
  const seen = new Set([groupId])
  const open: { id: string; way: Way }[] = [{ id: groupId, way: [] }]
  for (let here = open.shift(); here; here = open.shift())
    for (const member of named(model.groups, here.id)?.members ?? []) {
      const way = [...here.way, member]
      if (member.kind !== 'group') found.push(way)
      else if (!seen.has(member.id)) {
        seen.add(member.id)
        open.push({ id: member.id, way })
      }
    }
  return found
}

/** The groups on the way from `member` to `group`, both with it, when the one would be within itself as a member of the other. */
export function circleOf(model: Model, group: string, member: string): readonly string[] | undefined {
  const seen = new Set<string>()
  const open: string[][] = [[member]]
  for (let way = open.shift(); way; way = open.shift()) {
    const here = way.at(-1)!
    if (here === group) return way
    if (seen.has(here)) continue
    seen.add(here)
    for (const { kind, id } of named(model.groups, here)?.members ?? []) if (kind === 'group') open.push([...way, id])
  }
  return undefined
}

export type GroupValues = Pick<Group, 'name' | 'description' | 'hostGroup'>

/** @throws Invalid when another group has the name, or stands for the same group of the CRM. */
export function withNewGroup(model: Model, id: string, values: GroupValues): Model {
  mustBeUnlike(model, id, values)
  return { ...model, groups: { ...model.groups, [id]: { ...values, members: [] } } }
}

/** @throws NotFound; Invalid as `withNewGroup`. */
export function withGroupChanged(model: Model, id: string, values: GroupValues): Model {
  const { members } = groupIn(model, id)
  mustBeUnlike(model, id, values)
  return { ...model, groups: { ...model.groups, [id]: { ...values, members } } }
}

/** Members that are in it already stay once. @throws Invalid when a circle would come of it, or a member is gone. */
export function withMembers(model: Model, id: string, members: readonly Member[]): Model {
  const group = groupIn(model, id)
  for (const member of members) mustFit(model, id, member)
  const all = [...group.members, ...members]
  const once = all.filter((member, index) => all.findIndex((one) => isSame(one, member)) === index)
  return { ...model, groups: { ...model.groups, [id]: { ...group, members: once } } }
}

export function withoutMember(model: Model, id: string, member: Member): Model {
  const group = groupIn(model, id)
  const members = group.members.filter((one) => !isSame(one, member))
  return { ...model, groups: { ...model.groups, [id]: { ...group, members } } }
}

/** Groups no longer have it as a member, rules that name it go with it. */
export function withoutGroup(model: Model, id: string): Model {
  groupIn(model, id)
  const left = withoutMentions(model, mentionsOfGroup(id))
  return { ...left, groups: Object.fromEntries(Object.entries(left.groups).filter(([other]) => other !== id)) }
}

/** @throws NotFound for a group that isn't there. */
export function groupIn(model: Model, id: string): Group {
  const group = named(model.groups, id)
  if (!group) throw new NotFound()
  return group
}

export function isSame(one: Member, other: Member): boolean {
  return one.kind === other.kind && one.id === other.id
}

function mustFit(model: Model, groupId: string, { kind, id }: Member): void {
  if (kind === 'user') return
  if (kind === 'group' ? !named(model.groups, id) : !named(model.roles, id))
    throw new Invalid({ member: { key: 'organization:problem.memberGone' } })
  const circle = kind === 'group' ? circleOf(model, groupId, id) : undefined
  if (circle) throw ofItself(model, groupId, circle)
}

function ofItself(model: Model, groupId: string, circle: readonly string[]): Invalid {
  const way = [groupId, ...circle].map((id) => named(model.groups, id)?.name ?? id).join(' › ')
  const key = circle.length === 1 ? 'organization:problem.inItself' : 'organization:problem.groupCircle'
  return new Invalid({ member: { key, args: { way } } })
}

function mustBeUnlike({ groups }: Model, id: string, { name, hostGroup }: GroupValues): void {
  mustBeFree(groups, name, id)
  const others = Object.entries(groups).filter(([other]) => other !== id)
  const owner = hostGroup === null ? undefined : others.find(([, group]) => group.hostGroup === hostGroup)
  if (owner)
    throw new Invalid({ hostGroup: { key: 'organization:problem.hostGroupTaken', args: { group: owner[1].name } } })
}
