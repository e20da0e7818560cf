/** Which groups and rules name a role, a group or a person, and the model without those words. */
import type { Group, Member, Model, Rule } from './model.js'

/** Is it one of those that are asked about? */
export type IsMeant = (member: Member) => boolean

export interface Mentions {
  readonly groups: readonly (readonly [id: string, group: Group])[]
  readonly rules: readonly (readonly [id: string, rule: Rule])[]
}

/** By itself and with its subordinates. */
export function mentionsOfRole(id: string): IsMeant {
  return (member) => (member.kind === 'role' || member.kind === 'tree') && member.id === id
}

export function mentionsOfGroup(id: string): IsMeant {
  return (member) => member.kind === 'group' && member.id === id
}

export function mentionsOfPeople(ids: ReadonlySet<string>): IsMeant {
  return (member) => member.kind === 'user' && ids.has(member.id)
}

export function mentionsIn(model: Model, isMeant: IsMeant): Mentions {
  return {
    groups: Object.entries(model.groups).filter(([, { members }]) => members.some(isMeant)),
    rules: Object.entries(model.rules).filter(([, rule]) => namesIt(rule, isMeant))
  }
}

/** Groups lose the member; rules that share from or with it are gone. */
export function withoutMentions(model: Model, isMeant: IsMeant): Model {
  const groups = Object.entries(model.groups).map(([id, group]): [string, Group] => [
    id,
    { ...group, members: group.members.filter((member) => !isMeant(member)) }
  ])
  const rules = Object.entries(model.rules).filter(([, rule]) => !namesIt(rule, isMeant))
  return { ...model, groups: Object.fromEntries(groups), rules: Object.fromEntries(rules) }
}

function namesIt({ from, to }: Rule, isMeant: IsMeant): boolean {
  return isMeant(from) || isMeant(to)
}
