/** A company for the benchmark of sharing: people in a tree of roles, groups in groups, rules, and many deals, in the embedded CRM's own tables. */
import type { Knex } from 'knex'
import type { Model, Rule } from '../src/global-sharing/model.js'
import { insert } from './portal-crowd.js'

export const size = { people: 1000, roles: 200, groups: 50, rules: 100 } as const

/** A role has this many below it. */
const branching = 4
/** One deal of so many belongs to a group. */
const ofGroups = 20

export const idOf = {
  person: (n: number): string => `person-${n}`,
  role: (n: number): string => `role-${n}`,
  group: (n: number): string => `group-${n}`
}

/** Who asks. */
export const askers = {
  /** Everybody else's superior. */
  'top manager': idOf.person(0),
  /** Nobody below, no rule, no group. */
  'leaf user': idOf.person(size.people - 1),
  /** Nobody below, and a recipient of ten rules. */
  'rule recipient': idOf.person(size.people - 2),
  /** Superior of some three hundred people who own next to nothing, and old. */
  'manager of idle people': idOf.person(1)
} as const

/** The top role has one person; the others take turns. The two leaves have roles of their own. */
export function roleOf(n: number): number {
  if (n === 0) return 0
  if (n >= size.people - 2) return size.roles - (size.people - n)
  return 1 + ((n - 1) % (size.roles - 3))
}

export function model(): Model {
  const all = { view: true, create: true, edit: true, delete: true }
  return {
    defaults: {},
    profiles: { all: { name: 'All', viewAll: false, editAll: false, modules: { '*': all } } },
    withoutRole: ['all'],
    roles: numbered(size.roles, (n) => [
      idOf.role(n),
      { name: `Role ${n}`, parent: n === 0 ? null : idOf.role(Math.floor((n - 1) / branching)), profiles: ['all'] }
    ]),
    people: numbered(size.people, (n) => [idOf.person(n), idOf.role(roleOf(n))]),
    groups: numbered(size.groups, (n) => [
      idOf.group(n),
      {
        name: `Group ${n}`,
        hostGroup: idOf.group(n),
        members: [
          { kind: 'user', id: idOf.person(10 + n) },
          { kind: 'role', id: idOf.role(60 + n) },
          // Five chains, ten deep.
          ...(n % 10 === 9 ? [] : [{ kind: 'group' as const, id: idOf.group(n + 1) }])
        ]
      }
    ]),
    rules: numbered(size.rules, (n) => [`rule-${n}`, ruleOf(n)])
  }
}

/** Every tenth is for the recipient; one of five has a criterion. */
function ruleOf(n: number): Rule {
  const from = [
    { kind: 'role', id: idOf.role(20 + n) },
    { kind: 'tree', id: idOf.role(5 + (n % 40)) },
    { kind: 'group', id: idOf.group(n % size.groups) }
  ] as const
  return {
    module: 'Deal',
    from: from[n % 3]!,
    to: n % 10 === 0 ? { kind: 'user', id: askers['rule recipient'] } : { kind: 'tree', id: idOf.role(50 + (n % 40)) },
    write: n % 2 === 0,
    criteria: n % 5 === 4 || n === 50 ? [{ field: 'stage', operator: '=', value: 'Proposal' }] : [],
    related: []
  }
}

function numbered<T>(count: number, make: (n: number) => [string, T]): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => make(n)))
}

/** The people, the CRM's groups, and so many deals. Those below the second manager own old deals only, and few of them. */
export async function fillCompany(db: Knex, deals: number): Promise<void> {
  const moment = "'2020-01-01'"
  await insert(db, 'crm_user', size.people, {
    id: "concat('person-', n)",
    name: "concat('Person ', n)",
    user_name: "concat('person-', n)",
    user_key: "concat('person-', n)",
    password_hash: "'-'",
    session_stamp: "'-'",
    is_administrator: '0',
    is_active: '1',
    permissions: "'[]'",
    locale: "'en'",
    time_zone: "'Europe/Prague'",
    date_format: "'iso'",
    time_format: "'24'",
    created_at: moment,
    modified_at: moment
  })
  await insert(db, 'crm_group', size.groups, {
    id: "concat('group-', n)",
    name: "concat('Group ', n)",
    name_key: "concat('group-', n)"
  })
  await insert(db, 'crm_deal', deals, dealColumns())
  await db.raw('analyze table crm_user, crm_deal')
}

/** Deals scattered over people, groups and five years, as in a CRM that has grown. */
function dealColumns(): Record<string, string> {
  const busy = busyPeople()
  const owner = `elt(1 + (n * 7919) % ${busy.length}, ${busy.map((n) => `'${idOf.person(n)}'`).join(', ')})`
  const idle = idlePeople()
  const idleOwner = `elt(1 + n % ${idle.length}, ${idle.map((n) => `'${idOf.person(n)}'`).join(', ')})`
  const moment = "date_add('2020-01-01', interval (n * 104729) % 157680000 second)"
  const isGroups = `n % ${ofGroups} = 7`
  const isIdle = 'n < 2000'
  return {
    id: "concat('deal-', n)",
    name: "concat('Heat pump ', n)",
    stage: "elt(1 + n % 6, 'Prospecting', 'Qualification', 'Proposal', 'Negotiation', 'Won', 'Lost')",
    amount: 'n % 10000',
    description: "'A longer text that says what is wanted, by when, and who else was asked for an offer.'",
    created_at: `if(${isIdle}, '2019-01-01', ${moment})`,
    modified_at: moment,
    created_by_name: "'Person 0'",
    author_kind: "'staff'",
    version: '1',
    assigned_user_id: `if(${isGroups}, null, if(${isIdle}, ${idleOwner}, ${owner}))`,
    assigned_group_id: `if(${isGroups}, concat('group-', n % ${size.groups}), null)`
  }
}

/** Those below the second manager. */
function idlePeople(): number[] {
  return Array.from({ length: size.people }, (_, n) => n).filter((n) => isBelow(roleOf(n), roleOf(1)))
}

function busyPeople(): number[] {
  const idle = new Set(idlePeople())
  return Array.from({ length: size.people }, (_, n) => n).filter((n) => !idle.has(n))
}

function isBelow(role: number, above: number): boolean {
  if (role <= above) return false
  const parent = Math.floor((role - 1) / branching)
  return parent === above || isBelow(parent, above)
}
