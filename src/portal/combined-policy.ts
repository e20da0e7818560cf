/** A user type's policy and that of roles, added: grants stay as they are, but nothing that decides what one side shows can be
 *  changed by a right of the other, and no new record carries others along (E02, A05). */
import type { Grant, ModulePolicy, Restriction } from '../access/grant.js'
import { mergePolicies } from '../access/grant.js'
import type { UserType } from './configuration.js'
import { ownerModules } from './link-path.js'
import { comparisonsIn } from './user-types/criteria.js'
import { carryingNothing } from './carried.js'
import {
  decidingFields,
  fieldsAlong,
  fieldsBeyond,
  keptWith,
  portalPolicy,
  waysOfType,
  type PolicyFacts
} from './policy.js'
import { decidedByLevels, rolePolicy, waysOfRoles, type RoleFacts } from './roles/role-policy.js'

type Fields = ReadonlyMap<string, ReadonlySet<string>>

/** The policy of one portal user; `type` says what his user type gives, if he has one. The staff themselves are nobody's to see (E10). */
export function combined(type: PolicyFacts | undefined, facts: RoleFacts): ModulePolicy[] {
  const ways = [...(type ? waysOfType(type) : []), ...waysOfRoles(facts)]
  const parts = [...(type ? givenByType(type, facts) : []), ...givenByRoles(type, facts)]
  const staff = ownerModules(facts.catalog)
  const merged = [...mergePolicies(parts).values()]
    .filter(({ module }) => !staff.has(module))
    .map((policy) => ({ ...policy, restrictions: distinct(policy.restrictions) }))
  return carryingNothing(facts.catalog, merged, ways)
}

/** The first lookup of a module's own path may lead to another record within reach; those further on lead other records there. */
function givenByType(type: PolicyFacts, facts: RoleFacts): ModulePolicy[] {
  const unmoved = without(portalPolicy(type), fieldsBeyond(type.catalog, pathsOf(type.userType)))
  return facts.roles.length > 0 ? without(unmoved, decidedByLevels(facts)) : unmoved
}

function givenByRoles(type: PolicyFacts | undefined, facts: RoleFacts): ModulePolicy[] {
  return type ? without(rolePolicy(facts), decidedByType(type)) : rolePolicy(facts)
}

function pathsOf({ releases }: UserType): { from: string; path: readonly string[] }[] {
  return releases.map(({ module, path }) => ({ from: module, path }))
}

/** What decides what the user type shows: lookups on its paths, what its criteria compare, and what its layouts go by. */
function decidedByType({ catalog, userType, layouts }: PolicyFacts): Fields {
  const fields = fieldsAlong(catalog, pathsOf(userType))
  const add = (name: string, found: Iterable<string>): void =>
    void fields.set(name, new Set([...(fields.get(name) ?? []), ...found]))
  const compared = [
    ...userType.releases.flatMap(({ module, criteria }) =>
      comparisonsIn(criteria).map(({ field }) => ({ module, field }))
    ),
    ...(layouts?.layouts ?? []).flatMap(({ module, forRecords }) =>
      forRecords ? [{ module, field: forRecords.field }] : []
    )
  ]
  add(userType.primaryModule, decidingFields(catalog, userType))
  for (const { module: name, field } of compared) {
    const module = catalog.modules.get(name)
    if (module) add(name, keptWith(module, [field]))
  }
  return fields
}

function without(policies: readonly ModulePolicy[], fields: Fields): ModulePolicy[] {
  return policies.map((policy) => {
    const deciding = fields.get(policy.module)
    return deciding ? { ...policy, grants: policy.grants.map((one) => unchanging(one, deciding)) } : policy
  })
}

function unchanging(grant: Grant, deciding: ReadonlySet<string>): Grant {
  return grant.actions.includes('edit')
    ? { ...grant, fields: grant.fields.filter((name) => !deciding.has(name)) }
    : grant
}

function distinct(restrictions: readonly Restriction[]): Restriction[] {
  return [...new Map(restrictions.map((one) => [one.id, one])).values()]
}
