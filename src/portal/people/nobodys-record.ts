/** Records that stand for nobody with access, as conditions: who can be invited, and whose address may be changed by others. */
import { joined, not, type Condition } from '../../access/condition.js'
import { portalUserStatuses } from './portal-users.js'

/** The record of `module` stands for nobody who has access to this portal, or to any; whose access was removed doesn't count. */
export function nobodysRecord(module: string, portalId?: string): Condition[] {
  const where: Record<string, string> = portalId === undefined ? { module } : { module, portal_id: portalId }
  return portalUserStatuses
    .filter((status) => status !== 'removed')
    .map((status) => not(joined('portico_portal_users', { ...where, status })))
}
