/** Where the kernel asks the portal module what a portal user may do. */
import type { Context } from '../context.js'
import type { ModulePolicy } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog } from '../host/catalog.js'
import { configurationVersion } from '../db/configuration-version.js'
import { configuration, type Portal, type UserType } from './configuration.js'
import { combined } from './combined-policy.js'
import { keepPolicies, type KeepPolicy } from './kept-policies.js'
import { layoutSets, type LayoutSet } from './layouts/layouts.js'
import { keepingAddresses, signInFields } from './others-addresses.js'
import { accessLevels } from './roles/levels.js'
import { primaryFieldsIn, type PrimaryValues } from './user-types/criteria.js'
import { lookUp } from '../access/question.js'
import type { PolicyFacts } from './policy.js'
import { chosenAccounts } from './people/portal-users.js'
import { rolesFor } from './roles/roles.js'

/** Nothing for others, for a portal that is off, for a user type that is gone, and for somebody whose own record is gone (A24, A26).
 *  Somebody without a record has no user type, and what his roles give. */
export async function policySource(context: Context, person: Person, catalog: Catalog): Promise<ModulePolicy[]> {
  if (person.kind !== 'portal-user') return []
  const { portals, userTypes } = await configuration(context.db)
  const portal = portals.get(person.portalId ?? '')
  if (!portal?.isActive) return []
  if (person.userTypeId === undefined)
    return person.recordId === undefined ? policyUnder(context, { person, catalog, portal, userType: undefined }) : []
  const userType = userTypes.get(person.userTypeId)
  return userType?.portalId === portal.id ? policyUnder(context, { person, catalog, portal, userType }) : []
}

/** What a person may do under this portal and user type, whether they are in force like this or not yet; with the roles of the portal
 *  and his own (E02). */
export async function policyUnder(
  context: Context,
  under: { person: Person; catalog: Catalog; portal: Portal; userType: UserType | undefined }
): Promise<ModulePolicy[]> {
  const { person, portal, userType, catalog } = under
  const type = userType && (await factsOf(context, { ...under, userType }))
  if (userType && !type) return []
  const roles = await rolesFor(context.db, portal, person.id)
  const levels = await accessLevels(context.db)
  const accounts = (await chosenAccounts(context.db)).get(person.id)
  const { userTypes } = await configuration(context.db)
  const version = await configurationVersion(context.db)
  return keepFor(context)({ person, catalog, portal, userType, primary: type?.primary, version }, () =>
    keepingAddresses(
      combined(type, { catalog, person, roles, levels, accounts }),
      person,
      signInFields(catalog, userTypes.values())
    )
  )
}

const keepers = new WeakMap<Context, KeepPolicy>()

function keepFor(context: Context): KeepPolicy {
  const known = keepers.get(context) ?? keepPolicies()
  keepers.set(context, known)
  return known
}

/** Undefined where his own record is gone. */
async function factsOf(
  context: Context,
  under: { person: Person; catalog: Catalog; portal: Portal; userType: UserType }
): Promise<PolicyFacts | undefined> {
  const primary = await primaryValues(context, under.userType, under.person)
  if (!primary) return undefined
  const { publicModules } = await configuration(context.db)
  return { ...under, primary, publicModules, layouts: await layoutsIn(context, under.portal) }
}

async function layoutsIn(context: Context, { layoutSetId }: Portal): Promise<LayoutSet | undefined> {
  return (await layoutSets(context.db)).get(layoutSetId ?? '')
}

async function primaryValues(context: Context, userType: UserType, person: Person): Promise<PrimaryValues | undefined> {
  const fields = new Set(userType.releases.flatMap((release) => primaryFieldsIn(release.criteria)))
  const record = await lookUp(context.kernel, userType.primaryModule, person.recordId ?? '', [...fields])
  return record?.values
}
