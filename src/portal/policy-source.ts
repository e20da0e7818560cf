/** Where the kernel asks the portal module what a portal user may do. */
import type { Context } from '../context.js'
import type { ModulePolicy } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog } from '../host/catalog.js'
import { configuration, type Portal, type UserType } from './configuration.js'
import { layoutSets } from './layouts.js'
import { primaryFieldsIn, type PrimaryValues } from './criteria.js'
import { lookUp } from '../access/question.js'
import { portalPolicy } from './policy.js'

/** Nothing for others, for a portal that is off, for a user type that is gone, and for somebody whose own record is gone (A24, A26). */
export async function policySource(context: Context, person: Person, catalog: Catalog): Promise<ModulePolicy[]> {
  if (person.kind !== 'portal-user') return []
  const { portals, userTypes } = await configuration(context.db)
  const portal = portals.get(person.portalId ?? '')
  const userType = userTypes.get(person.userTypeId ?? '')
  if (!portal?.isActive || userType?.portalId !== portal.id) return []
  return policyUnder(context, { person, catalog, portal, userType })
}

/** What a person may do under this portal and user type, whether they are in force like this or not yet. */
export async function policyUnder(
  context: Context,
  under: { person: Person; catalog: Catalog; portal: Portal; userType: UserType }
): Promise<ModulePolicy[]> {
  const { person, userType, portal } = under
  const primary = await primaryValues(context, userType, person)
  if (!primary) return []
  const { publicModules } = await configuration(context.db)
  const layouts = (await layoutSets(context.db)).get(portal.layoutSetId ?? '')
  return portalPolicy({ ...under, primary, publicModules, layouts })
}

async function primaryValues(context: Context, userType: UserType, person: Person): Promise<PrimaryValues | undefined> {
  const fields = new Set(userType.releases.flatMap((release) => primaryFieldsIn(release.criteria)))
  const record = await lookUp(context.kernel, userType.primaryModule, person.recordId, [...fields])
  return record?.values
}
