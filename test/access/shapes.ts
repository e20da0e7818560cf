/** The policy shapes of the rules, one of each, for Anna: what the corpus, the golden SQL and the plans are made from. */
import {
  all,
  along,
  always,
  any,
  compare,
  descended,
  joined,
  linked,
  never,
  not,
  oneOf,
  owned,
  unlinked,
  writtenBy,
  type Condition
} from '../../src/access/condition.js'
import type { Action, Grant, ModulePolicy, Restriction } from '../../src/access/grant.js'
import type { ListQuery } from '../../src/access/record.js'
import { catalog } from './world-catalog.js'
import { anna } from './world-rows.js'

export interface Shape {
  readonly name: string
  readonly module: string
  readonly policy: readonly ModulePolicy[]
  readonly query?: ListQuery
  /** Constant policies: they admit all that may be seen from outside, or nothing. */
  readonly isConstant?: true
}

const itself = oneOf('id', [anna.contact])
const ofAccount = along(['account', 'contacts'], itself)
const ofContact = linked('contact', itself)
const among = linked('contacts', itself)
const own = writtenBy('Case', anna.person)

const responsible = joined('portico_responsible', { module: 'Case', person_id: anna.person })
/** Annas company and all below it. */
const hers = linked('contacts', itself)
const tree = descended('parentAccount', hers, always)
/** As far as each company is open to her by itself. */
const openTree = descended('parentAccount', all(hers, allowed('Account')), allowed('Account'))

function allowed(module: string): Condition {
  return joined('portico_object_rights', { module, grantee: anna.person, right: 'read', effect: 'allow' })
}

function notDenied(module: string): Condition {
  return not(joined('portico_object_rights', { module, grantee: anna.person, right: 'read', effect: 'deny' }))
}

/** A grant with all fields of the module, unless some are named. */
export function grant(module: string, id: string, when: Condition, more: Partial<Grant> = {}): Grant {
  const fields = [...catalog.modules.get(module)!.fields.keys()]
  const actions: readonly Action[] = ['view', 'open']
  return { id, actions, when, fields, reason: { key: 'access:reason.own' }, ...more }
}

export function policyOf(
  module: string,
  grants: readonly Grant[],
  restrictions: readonly Restriction[] = []
): ModulePolicy {
  return { module, grants, restrictions }
}

export function restriction(id: string, when: Condition): Restriction {
  return { id, when, reason: { key: 'access:reason.outside' } }
}

function shape(
  name: string,
  module: string,
  when: Condition,
  more: Partial<Shape> & { restricted?: Condition } = {}
): Shape {
  const restrictions = more.restricted ? [restriction('r', more.restricted)] : []
  const policy = [policyOf(module, [grant(module, 'g', when)], restrictions)]
  return { name, module, policy: more.policy ?? policy, query: more.query, isConstant: more.isConstant }
}

/** Three grants of different reach: the list every portal page asks for. */
export const three: readonly ModulePolicy[] = [
  policyOf('Case', [
    grant('Case', 'account', ofAccount, { fields: ['name', 'number', 'status', 'account', 'createdAt'] }),
    grant('Case', 'contact', among, { fields: ['name', 'number', 'status', 'account', 'description', 'createdAt'] }),
    grant('Case', 'own', own)
  ]),
  policyOf('Account', [grant('Account', 'mine', linked('contacts', itself), { fields: ['name'] })])
]

export const shapes: readonly Shape[] = [
  shape('Z05 his own record', 'Contact', itself),
  shape('Z05 by a to-one link', 'Case', ofContact),
  shape('Z05 by a path over his account', 'Case', ofAccount),
  shape('Z05 by a to-many link table', 'Case', among),
  shape('Z12 by a path through a parent of two kinds', 'Task', along(['parentCase', 'account', 'contacts'], itself)),
  shape('Z12 by the other parent of the two', 'Task', along(['parentAccount', 'contacts'], itself)),
  shape('Z11 line items by a path of four links', 'QuoteItem', along(['quote', 'account', 'contacts'], itself)),
  shape(
    'X12 a company and what is below it',
    'Account',
    any(linked('contacts', itself), along(['parentAccount', 'contacts'], itself))
  ),
  shape('Z06 written by him', 'Case', own),
  shape('Z07 criteria by number', 'Case', compare('hours', '≥', 6)),
  shape('Z07 criteria by text, letter by letter', 'Case', compare('name', '=', 'Heating fails')),
  shape('Z07 criteria by another text', 'Case', compare('status', '≠', 'New')),
  shape('Z07 criteria by a part of a text', 'Case', compare('name', 'contains', 'HEATING')),
  shape('Z07 criteria by the beginning of a text', 'Case', compare('description', 'startsWith', '100%')),
  shape('Z07 criteria by emptiness', 'Case', compare('description', 'isEmpty')),
  shape('Z07 criteria by presence', 'Case', compare('status', 'isNotEmpty')),
  shape('Z07 criteria by date', 'Case', compare('closedAt', '<', '2024-05-01 00:00:00')),
  shape('Z07 criteria by an address kept aside', 'Contact', compare('email', 'contains', 'NORDWIND')),
  shape('Z07 criteria by several options', 'Case', compare('tags', 'contains', 'blue')),
  shape('Z07 criteria by one of several values', 'Case', oneOf('status', ['New', 'Open'])),
  shape(
    'Z07 a link or criteria: the union',
    'Case',
    any(ofContact, all(compare('status', '=', 'Open'), compare('amount', '>', 0)))
  ),
  shape('Z07 criteria within a link', 'Case', all(ofAccount, any(compare('status', '=', 'New'), among))),
  shape('Z08 a public module', 'Product', always, { isConstant: true }),
  shape('Z08 everything of a module with internal rows', 'Case', always, { isConstant: true }),
  shape('E09 level own', 'Case', own),
  shape('E09 level contact', 'Case', any(own, ofContact, among)),
  shape('E09 level account', 'Case', any(own, ofContact, among, ofAccount)),
  shape('E09 level account, fields by grant', 'Case', always, { policy: three }),
  shape('E10 a restriction on all of it', 'Case', always, { restricted: compare('status', '≠', 'Closed') }),
  shape('S02 records of people', 'Case', owned([anna.staff, 'uNobody'])),
  shape('S03 records of groups, by a table', 'Case', owned([], ['gNord'])),
  shape('S03 records of groups, by a column', 'Account', owned([], ['gNord'])),
  shape('S02 S03 records of people and of groups', 'Case', owned([anna.staff], ['gNord', 'gSued'])),
  shape('S06 through the parent', 'Case', linked('account', owned([anna.staff], ['gNord']))),
  shape('T01 by a membership', 'Case', linked('account', joined('portico_memberships', { person_id: anna.person }))),
  shape('T07 a right denied', 'Case', always, {
    restricted: notDenied('Case')
  }),
  shape('T07 allowed and not denied', 'Case', all(allowed('Case'), notDenied('Case'))),
  shape(
    'T06 his own ones, of nothing or of what is his',
    'Case',
    all(responsible, any(unlinked('account'), ofAccount))
  ),
  shape('T06 what leads nowhere by a lookup', 'Case', unlinked('account')),
  shape('T06 what leads nowhere by a lookup to several modules', 'Task', unlinked('parentCase')),
  shape('T06 what leads nowhere by a link table', 'Case', unlinked('contacts')),
  shape('T08 what is open from the top down', 'Account', tree),
  shape('T08 what is below that', 'Case', linked('account', tree)),
  shape('T08 what is below that, or nowhere', 'Case', any(unlinked('account'), linked('account', openTree)), {
    restricted: notDenied('Case')
  }),
  shape('T06 a record that is only named', 'Case', ofAccount, {
    policy: [
      policyOf('Case', [grant('Case', 'header', ofAccount, { actions: ['view'], named: ['contact', 'account'] })])
    ]
  }),
  shape('a sort by text', 'Case', ofAccount, { query: { sort: { field: 'name', descending: false } } }),
  shape('a search', 'Case', ofAccount, { policy: three, query: { search: 'heating fails' } }),
  shape('a filter', 'Case', ofAccount, { query: { filter: [{ field: 'status', operator: '=', value: 'New' }] } }),
  shape('amounts with their currency', 'Quote', along(['account', 'contacts'], itself)),
  shape('nothing', 'Case', never, { isConstant: true })
]
