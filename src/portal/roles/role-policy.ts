/** What portal roles mean for one portal user, as grants: one for each way in which a record can be his (E02, E09–E11). */
import {
  all,
  along,
  always,
  any,
  compare,
  ID,
  never,
  oneOf,
  writtenBy,
  type Condition
} from '../../access/condition.js'
import type { Action, Grant, ModulePolicy } from '../../access/grant.js'
import type { Person } from '../../access/viewer.js'
import type { Catalog, Field, Module } from '../../host/catalog.js'
import { levelEnds, linkedLevels, waysOf, type AccessLevels, type LinkedLevel } from './levels.js'
import type { Way } from '../carried.js'
import { fieldsAlong, outside, ownRecord, partPolicy, visible, writable } from '../policy.js'
import { isGiven, leveledActions, type Level, type PortalRole, type RoleModule } from './roles.js'
import { wayBack } from '../way-back.js'

export interface RoleFacts {
  readonly catalog: Catalog
  readonly person: Person
  readonly roles: readonly PortalRole[]
  readonly levels: AccessLevels
  /** The accounts chosen for him; undefined: those of his contact, as they are now (E08). */
  readonly accounts: readonly string[] | undefined
}

/** The policy that roles give; each role adds its grants, and each grant keeps its own fields. A module that the CRM no longer
 *  has is left out. */
export function rolePolicy(facts: RoleFacts): ModulePolicy[] {
  const deciding = decidedByLevels(facts)
  const settled = (one: Given): Settled => ({ ...one, deciding: deciding.get(one.module.name) ?? new Set() })
  return facts.roles.flatMap((role) => {
    const given = givenBy({ ...facts, roles: [role] })
    const whole = given.filter(({ module }) => !module.partOf).map((one) => modulePolicy(facts, settled(one)))
    const parts = given.filter(({ module }) => module.partOf).map((one) => rolePart(facts.person, one, whole))
    return [...whole, ...parts].filter(({ grants }) => grants.length > 0)
  })
}

interface Given {
  readonly role: PortalRole
  readonly given: RoleModule
  readonly module: Module
}

interface Settled extends Given {
  /** The module's fields that decide whose a record is. */
  readonly deciding: ReadonlySet<string>
}

function givenBy({ catalog, roles }: Pick<RoleFacts, 'catalog' | 'roles'>): Given[] {
  return roles.flatMap((role) =>
    [...role.modules.values()].flatMap((given) => {
      const module = catalog.modules.get(given.module)
      return module ? [{ role, given, module }] : []
    })
  )
}

/** How a record can be somebody's: each level holds those before it (E09). */
const sources = ['own', 'contact', 'account', 'all'] as const
type Source = (typeof sources)[number]

function modulePolicy(facts: RoleFacts, one: Settled): ModulePolicy {
  const grants = [...sources.flatMap((source) => grantsBy(facts, one, source)), ...createGrants(facts, one)]
  return {
    module: one.module.name,
    grants: grants.filter(({ when }) => when.kind !== 'never'),
    restrictions: outside(one.module)
  }
}

/** What the role lets him do with the records that are his in this way. */
function grantsBy(facts: RoleFacts, one: Settled, source: Source): Grant[] {
  const { given, module } = one
  const levels = levelsIn(facts, one)
  const actions = actionsAt(levels, module, source)
  const isSeen = actions.includes('view')
  const when = scopeOf(facts, module, source)
  const change = covers(levels.edit, source)
  return [
    ...(actions.length > 0 ? [grant(one, source, actions, when, isSeen ? visible(given, module) : [])] : []),
    ...(change ? [grant(one, source, ['edit'], when, changeable(one))] : [])
  ]
}

/** A level whose records are everybody's is `all` (E12). */
function levelsIn({ levels, catalog }: RoleFacts, { given, module }: Given): RoleModule['levels'] {
  const meant = (level: Level | undefined): Level | undefined => {
    const isLinked = level === 'contact' || level === 'account'
    return isLinked && waysOf(levels, catalog, module, level).isForAll ? 'all' : level
  }
  const { read, edit, delete: remove, stream } = given.levels
  return { read: meant(read), edit: meant(edit), delete: meant(remove), stream: meant(stream) }
}

/** E11: the stream is read and written by a level of its own, on records he may open. */
function actionsAt(levels: RoleModule['levels'], { hasFeed }: Module, source: Source): Action[] {
  return [
    ...(covers(levels.read, source) ? (['view', 'open'] as const) : []),
    ...(covers(levels.stream, source) && hasFeed ? (['feed', 'post'] as const) : []),
    ...(covers(levels.delete, source) ? (['delete'] as const) : [])
  ]
}

/** `all` needs no other way in. */
function covers(level: Level | undefined, source: Source): boolean {
  switch (level) {
    case undefined:
    case 'no':
      return false
    case 'own':
    case 'contact':
    case 'account':
      return sources.indexOf(source) <= sources.indexOf(level)
    case 'all':
      return source === 'all'
  }
}

function scopeOf(facts: RoleFacts, module: Module, source: Source): Condition {
  switch (source) {
    case 'own':
      return writtenBy(module.name, facts.person.id)
    case 'contact':
    case 'account':
      return linkedScope(facts, module, source)
    case 'all':
      return always
  }
}

function linkedScope(facts: RoleFacts, module: Module, level: LinkedLevel): Condition {
  const { paths } = waysOf(facts.levels, facts.catalog, module, level)
  const end = his(facts, level)
  const itself = module.name === levelEnds[level].module ? end : never
  return any(itself, ...paths.map((path) => along(path, end)))
}

/** His contact, or his accounts, as conditions on that module. */
function his(facts: RoleFacts, level: LinkedLevel): Condition {
  if (level === 'account') return any(...hisAccounts(facts))
  return facts.person.module === levelEnds.contact.module ? ownRecord(facts.person) : never
}

/** What his accounts are, in the order in which a new record looks for one: those chosen for him, or the account that stands for
 *  him, or those his contact is linked to now. */
export function hisAccounts(facts: AccountFacts): Condition[] {
  return waysToAccounts(facts).map(({ links, end }) => along(links, end))
}

type AccountFacts = Pick<RoleFacts, 'catalog' | 'person' | 'levels' | 'accounts'>

/** From an account, by nothing or back to his contact. */
function waysToAccounts(facts: AccountFacts): Pick<Way, 'links' | 'end'>[] {
  const { catalog, person, accounts } = facts
  if (accounts) return [{ links: [], end: oneOf(ID, accounts) }]
  const end = ownRecord(person)
  if (person.module === levelEnds.account.module) return [{ links: [], end }]
  const contact = catalog.modules.get(levelEnds.contact.module)
  if (!contact || person.module !== contact.name) return []
  return waysOf(facts.levels, catalog, contact, 'account').paths.flatMap((path) => {
    const links = wayBack(catalog, contact, path)
    return links ? [{ links, end }] : []
  })
}

/** The ways by which the levels of his roles are counted, as far as a role goes by them. What is his by a nearer level is his already. */
export function waysOfRoles(facts: RoleFacts): Way[] {
  return givenBy(facts).flatMap((one) => {
    const reached = leveledActions.map((action) => levelsIn(facts, one)[action])
    const nearest = writtenBy(one.module.name, facts.person.id)
    const near = any(nearest, linkedScope(facts, one.module, 'contact'))
    return [
      ...(reached.some((level) => covers(level, 'contact')) ? waysAt(facts, one.module, 'contact', near) : []),
      ...(reached.some((level) => covers(level, 'account'))
        ? waysAt(facts, one.module, 'account', any(near, linkedScope(facts, one.module, 'account')))
        : [])
    ]
  })
}

function waysAt(facts: RoleFacts, module: Module, level: LinkedLevel, already: Condition): Way[] {
  const from = module.name
  const { paths } = waysOf(facts.levels, facts.catalog, module, level)
  const ends = level === 'account' ? waysToAccounts(facts) : [{ links: [], end: his(facts, level) }]
  const itself = from === levelEnds[level].module ? [[]] : []
  return [...itself, ...paths].flatMap((path) =>
    ends.map(({ links, end }) => ({ from, links: [...path, ...links], end, already }))
  )
}

/** A new record is his own, so it is in reach of every level; but nobody puts one into what is not his (A05): a lookup that decides
 *  whose it is stays empty, or leads to his contact or to one of his accounts. */
function createGrants(facts: RoleFacts, one: Given): Grant[] {
  const { given, module } = one
  if (!given.mayCreate) return []
  const when = all(...ownLookups(facts, module).map(({ field, scope }) => any(compare(field.name, 'isEmpty'), scope)))
  return [{ ...grant(one, 'own', ['create'], when, writable(given, module)), reason: reasonOf(one, 'roleCreate') }]
}

/** The lookups of a module with which ways to his contact and his accounts begin, and what each may lead to. */
function ownLookups(facts: RoleFacts, module: Module): { field: Field; scope: Condition }[] {
  const scopes = new Map<Field, Condition>()
  for (const level of linkedLevels)
    for (const path of waysOf(facts.levels, facts.catalog, module, level).paths)
      for (const field of lookupsOf(module, path[0]))
        scopes.set(field, any(scopes.get(field) ?? never, along(path, his(facts, level))))
  return [...scopes].map(([field, scope]) => ({ field, scope }))
}

function lookupsOf(module: Module, link: string | undefined): Field[] {
  const storage = module.links.get(link ?? '')?.storage
  if (storage?.kind !== 'column') return []
  const at = [...module.fields.values()].filter(
    (one) => one.storage.kind === 'column' && one.storage.column === storage.column
  )
  const lookup = at.find((field) => field.type === 'reference' && field.link === link) ?? at[0]
  return lookup ? [lookup] : []
}

/** Never what decides whose a record is: whoever could change it would choose what he sees (A05). */
function changeable({ given, module, deciding }: Settled): string[] {
  return writable(given, module).filter((name) => !deciding.has(name))
}

/** The fields that decide which records are somebody's by the levels of his roles, by module. */
export function decidedByLevels(
  facts: Pick<RoleFacts, 'catalog' | 'roles' | 'levels'>
): ReadonlyMap<string, ReadonlySet<string>> {
  const { catalog, roles, levels } = facts
  const names = new Set([levelEnds.contact.module, ...roles.flatMap((role) => [...role.modules.keys()])])
  const paths = [...names].flatMap((from) => {
    const module = catalog.modules.get(from)
    if (!module) return []
    return linkedLevels.flatMap((level) => waysOf(levels, catalog, module, level).paths.map((path) => ({ from, path })))
  })
  return fieldsAlong(catalog, paths)
}

/** Line items go with the record they are part of, as far as this role gives it; how far is said there. */
function rolePart(person: Person, { given, module }: Given, whole: readonly ModulePolicy[]): ModulePolicy {
  const { read, edit, delete: remove } = given.levels
  const rights = [
    ...(given.mayCreate ? (['create'] as const) : []),
    ...(isGiven(edit) ? (['edit'] as const) : []),
    ...(isGiven(remove) ? (['delete'] as const) : [])
  ]
  const policy = partPolicy(person, { module, release: { rights: new Set(rights), fields: given.fields } }, whole)
  return isGiven(read) ? policy : { ...policy, grants: [] }
}

const reasons = { own: 'roleOwn', contact: 'roleContact', account: 'roleAccount', all: 'roleAll' } as const

function grant(
  one: Given,
  source: Source,
  actions: readonly Action[],
  when: Condition,
  fields: readonly string[]
): Grant {
  const id = `role:${one.role.id}:${source}:${actions[0] ?? ''}`
  return { id, actions, when, fields, reason: reasonOf(one, reasons[source]) }
}

function reasonOf({ role, module }: Given, name: (typeof reasons)[Source] | 'roleCreate'): Grant['reason'] {
  return { key: `access:reason.${name}`, args: { role: role.name, module: module.labelPlural } }
}
