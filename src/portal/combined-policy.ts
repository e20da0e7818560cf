/** A user type's policy and that of roles, added: grants stay as they are, but nothing that decides what one side shows can be
 *  changed by a right of the other (E02, A05). */
import type { Grant, ModulePolicy, Restriction } from '../access/grant.js'
import { mergePolicies } from '../access/grant.js'
import type { UserType } from './configuration.js'
import { comparisonsIn } from './criteria.js'
import type { LayoutSet } from './layouts.js'
import { decidingFields, fieldsAlong } from './policy.js'
import { decidedByLevels, rolePolicy, type RoleFacts } from './role-policy.js'

type Fields = ReadonlyMap<string, ReadonlySet<string>>

/** `given`: what the user type gives, if there is one. */
export function combined(
  type: { given: readonly ModulePolicy[]; userType: UserType | undefined; layouts: LayoutSet | undefined },
  facts: RoleFacts
): ModulePolicy[] {
  const { given, userType, layouts } = type
  const byType = userType ? decidedByType(facts, userType, layouts) : new Map()
  const parts = [...without(given, decidedByLevels(facts)), ...without(rolePolicy(facts), byType)]
  return [...mergePolicies(parts).values()].map((policy) => ({
    ...policy,
    restrictions: distinct(policy.restrictions)
  }))
}

/** What decides what the user type shows: lookups on its paths, what its criteria compare, and what its layouts go by. */
function decidedByType({ catalog }: RoleFacts, userType: UserType, layouts: LayoutSet | undefined): Fields {
  const fields = fieldsAlong(
    catalog,
    userType.releases.map(({ module, path }) => ({ from: module, path }))
  )
  const add = (module: string, names: Iterable<string>): void =>
    void fields.set(module, new Set([...(fields.get(module) ?? []), ...names]))
  add(userType.primaryModule, decidingFields(catalog, userType))
  for (const { module, criteria } of userType.releases)
    add(
      module,
      comparisonsIn(criteria).map(({ field }) => field)
    )
  for (const { module, forRecords } of layouts?.layouts ?? []) add(module, forRecords ? [forRecords.field] : [])
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
