/** Every organization-wide default with every relation somebody can have to a record's owner, and what he may do with it then (S04). */
import type { Level, Model } from '../../src/global-sharing/model.js'

/** Whose record is meant: that of a person (the owner), or that of a group which belongs to no person. */
export type Kind = 'person' | 'group'

/** What somebody is to the record; each is another staff member. */
export const relations = [
  'owner',
  'peer of the same role',
  'superior',
  'group member',
  'superior of a group member',
  'rule recipient, read',
  'rule recipient, read-write',
  'outsider',
  'person without a role',
  'administrator'
] as const
export type Relation = (typeof relations)[number]

/** What he may do: v view, e edit, d delete. */
type Rights = '' | 'v' | 've' | 'ved'

/** Rules add nothing where everybody may, and never the right to delete; the member of a group has what an owner has. */
export const table: Readonly<Record<Level, Readonly<Record<Kind, Readonly<Record<Relation, Rights>>>>>> = {
  private: {
    person: {
      owner: 'ved',
      'peer of the same role': '',
      superior: 'ved',
      'group member': '',
      'superior of a group member': '',
      'rule recipient, read': 'v',
      'rule recipient, read-write': 've',
      outsider: '',
      'person without a role': '',
      administrator: 'ved'
    },
    group: {
      owner: '',
      'peer of the same role': '',
      superior: '',
      'group member': 'ved',
      'superior of a group member': '',
      'rule recipient, read': 'v',
      'rule recipient, read-write': 've',
      outsider: '',
      'person without a role': '',
      administrator: 'ved'
    }
  },
  'public-read': {
    person: {
      owner: 'ved',
      'peer of the same role': 'v',
      superior: 'ved',
      'group member': 'v',
      'superior of a group member': 'v',
      'rule recipient, read': 'v',
      'rule recipient, read-write': 've',
      outsider: 'v',
      'person without a role': 'v',
      administrator: 'ved'
    },
    group: {
      owner: 'v',
      'peer of the same role': 'v',
      superior: 'v',
      'group member': 'ved',
      'superior of a group member': 'v',
      'rule recipient, read': 'v',
      'rule recipient, read-write': 've',
      outsider: 'v',
      'person without a role': 'v',
      administrator: 'ved'
    }
  },
  'public-edit': {
    person: {
      owner: 'ved',
      'peer of the same role': 've',
      superior: 'ved',
      'group member': 've',
      'superior of a group member': 've',
      'rule recipient, read': 've',
      'rule recipient, read-write': 've',
      outsider: 've',
      'person without a role': 've',
      administrator: 'ved'
    },
    group: {
      owner: 've',
      'peer of the same role': 've',
      superior: 've',
      'group member': 'ved',
      'superior of a group member': 've',
      'rule recipient, read': 've',
      'rule recipient, read-write': 've',
      outsider: 've',
      'person without a role': 've',
      administrator: 'ved'
    }
  },
  'public-delete': { person: everybodyAll(), group: everybodyAll() }
}

function everybodyAll(): Record<Relation, Rights> {
  return Object.fromEntries(relations.map((relation) => [relation, 'ved'])) as Record<Relation, Rights>
}

/** The organization in which these people stand in their relations: `staff` says who is who, by staff id; `hostGroup` is the
 *  group of the host that owns the group's record. The administrator has no place in it. */
export function modelOf(
  module: string,
  level: Level,
  { staff, hostGroup }: { staff: Readonly<Record<Relation, string>>; hostGroup: string }
): Model {
  const all = { view: true, create: true, edit: true, delete: true }
  const role = (name: string, parent: string | null) => ({ name, parent, profiles: ['everything'] })
  const rule = (from: Model['rules'][string]['from'], to: Relation, write: boolean): Model['rules'][string] => ({
    module,
    from,
    to: { kind: 'user', id: staff[to] },
    write,
    criteria: [],
    related: []
  })
  const sellers = { kind: 'role', id: 'sellers' } as const
  const team = { kind: 'group', id: 'team' } as const
  return {
    defaults: { [module]: { level } },
    profiles: { everything: { name: 'Everything', viewAll: false, editAll: false, modules: { '*': all } } },
    withoutRole: ['everything'],
    roles: {
      top: role('Top', null),
      'head-of-sales': role('Head of sales', 'top'),
      sellers: role('Sellers', 'head-of-sales'),
      'head-of-service': role('Head of service', 'top'),
      service: role('Service', 'head-of-service'),
      office: role('Office', 'top')
    },
    people: {
      [staff.superior]: 'head-of-sales',
      [staff.owner]: 'sellers',
      [staff['peer of the same role']]: 'sellers',
      [staff['superior of a group member']]: 'head-of-service',
      [staff['group member']]: 'service',
      [staff['rule recipient, read']]: 'office',
      [staff['rule recipient, read-write']]: 'office',
      [staff.outsider]: 'office'
    },
    groups: { team: { name: 'Team', hostGroup, members: [{ kind: 'user', id: staff['group member'] }] } },
    rules: {
      'sellers-read': rule(sellers, 'rule recipient, read', false),
      'sellers-write': rule(sellers, 'rule recipient, read-write', true),
      'team-read': rule(team, 'rule recipient, read', false),
      'team-write': rule(team, 'rule recipient, read-write', true)
    }
  }
}
