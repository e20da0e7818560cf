/** Where the kernel asks the portal module what a portal user may do. */
import type { Context } from '../context.js'
import type { ModulePolicy } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog } from '../host/catalog.js'
import { configuration, type UserType } from './configuration.js'
import { primaryFieldsIn, type PrimaryValues } from './criteria.js'
import { lookUp } from '../access/question.js'
import { portalPolicy } from './policy.js'

/** Nothing for others, for a portal that is off, for a user type that is gone, and for somebody whose own record is gone (A24, A26). */
export async function policySource(context: Context, person: Person, catalog: Catalog): Promise<ModulePolicy[]> {
  if (person.kind !== 'portal-user') return []
  const { portals, userTypes, publicModules } = await configuration(context.db)
  const userType = userTypes.get(person.userTypeId ?? '')
  const isOpen = portals.get(person.portalId ?? '')?.isActive && userType?.portalId === person.portalId
  const primary = isOpen && userType ? await primaryValues(context, userType, person) : undefined
  return userType && primary ? portalPolicy({ catalog, userType, person, primary, publicModules }) : []
}

async function primaryValues(context: Context, userType: UserType, person: Person): Promise<PrimaryValues | undefined> {
  const fields = new Set(userType.releases.flatMap((release) => primaryFieldsIn(release.criteria)))
  const record = await lookUp(context.kernel, userType.primaryModule, person.recordId, [...fields])
  return record?.values
}
