/** What somebody signs in with is changed by himself and by staff, never by another from outside: he would take the access over with it
 *  (Z20, A39). */
import { all, any, never, type Condition } from '../access/condition.js'
import type { Grant, ModulePolicy } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog } from '../host/catalog.js'
import type { UserType } from './configuration.js'
import { nobodysRecord } from './people/nobodys-record.js'
import { keptWith, ownRecord } from './policy.js'
import { addressFieldOf } from './user-types/user-types.js'

/** The fields that people sign in with, and what is kept in the same place, by module. */
export type SignInFields = ReadonlyMap<string, ReadonlySet<string>>

export function signInFields(catalog: Catalog, userTypes: Iterable<UserType>): SignInFields {
  const fields = new Map<string, ReadonlySet<string>>()
  for (const userType of userTypes) {
    const module = catalog.modules.get(userType.primaryModule)
    const field = addressFieldOf(userType, module)
    if (!module || !field) continue
    const known = fields.get(module.name) ?? []
    fields.set(module.name, new Set([...known, ...keptWith(module, [field.name])]))
  }
  return fields
}

/** The policies, with those fields writable in his own record, and in records that stand for nobody with access to a portal. */
export function keepingAddresses(
  policies: readonly ModulePolicy[],
  person: Person,
  fields: SignInFields
): ModulePolicy[] {
  return policies.map((policy) => {
    const kept = fields.get(policy.module)
    if (!kept) return policy
    const when = any(person.module === policy.module ? ownRecord(person) : never, all(...nobodysRecord(policy.module)))
    return { ...policy, grants: policy.grants.flatMap((one) => apart(one, kept, when)) }
  })
}

/** A grant to change them holds where `when` does; the rest of it as before. */
function apart(grant: Grant, kept: ReadonlySet<string>, when: Condition): Grant[] {
  const addresses = grant.fields.filter((name) => kept.has(name))
  if (!grant.actions.includes('edit') || addresses.length === 0) return [grant]
  const others = grant.fields.filter((name) => !kept.has(name))
  return [
    { ...grant, fields: others },
    { ...grant, id: `${grant.id}:address`, when: all(grant.when, when), fields: addresses }
  ]
}
