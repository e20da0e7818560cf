/** Policies that were worked out a moment ago: the same person, configuration and catalog give the same policy, so it is made once and
 *  not with every request. Nothing is kept over a change of any of them (A25). */
import type { ModulePolicy } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog } from '../host/catalog.js'
import type { Portal, UserType } from './configuration.js'
import type { PrimaryValues } from './user-types/criteria.js'

/** All that a policy is made of. */
export interface Ingredients {
  readonly person: Person
  readonly catalog: Catalog
  readonly portal: Portal
  readonly userType: UserType | undefined
  /** What criteria compare with; undefined for somebody without a record. */
  readonly primary: PrimaryValues | undefined
  /** The configuration version. */
  readonly version: number
}

interface Kept {
  readonly of: Ingredients
  /** Person and primary values in words. */
  readonly words: string
  readonly policy: ModulePolicy[]
}

/** So many people at work at the same time; each takes about 100 kB. */
const most = 200

/** Gives the policy of these ingredients: the one that is kept, or the one that `make` makes. */
export type KeepPolicy = (of: Ingredients, make: () => ModulePolicy[]) => ModulePolicy[]

export function keepPolicies(): KeepPolicy {
  const kept = new Map<string, Kept>()
  return (of, make) => {
    const { id } = of.person
    const words = JSON.stringify([of.person, of.primary])
    const known = kept.get(id)
    kept.delete(id)
    const entry = known && isOf(known, of, words) ? known : { of, words, policy: make() }
    kept.set(id, entry)
    if (kept.size > most) kept.delete(kept.keys().next().value ?? '')
    return entry.policy
  }
}

function isOf(known: Kept, of: Ingredients, words: string): boolean {
  return (
    known.words === words &&
    known.of.version === of.version &&
    known.of.catalog === of.catalog &&
    known.of.portal === of.portal &&
    known.of.userType === of.userType
  )
}
