/** An address that somebody has proven, and another one only still signs in with because he has not proven his new one yet (Z20). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { audienceOf } from '../portals/portals.js'
import { isHeldByOthers } from './identity-holders.js'
import type { PortalUser } from './portal-users.js'

type Waiting = Pick<PortalUser, 'id' | 'portalId'> & { readonly identityId: string }

/** They give it up to whoever has proven it: his confirmation decides. Whoever comes in by it stays. */
export async function giveUp(context: Context, trx: Knex, address: string): Promise<void> {
  const leaving = await waitingElsewhere(trx, address)
  const [first] = leaving
  if (!first) return
  const ids = leaving.map(({ id }) => id)
  const isShared = await isHeldByOthers(trx, first.identityId, ids)
  const audiences = [...new Set(leaving.map(({ portalId }) => audienceOf(portalId)))]
  const identityId = await context.identity.vacate({ identityId: first.identityId, audiences, isShared }, trx)
  await trx('portico_portal_users').whereIn('id', ids).update({ identity_id: identityId })
}

async function waitingElsewhere(trx: Knex, address: string): Promise<Waiting[]> {
  return trx('portico_portal_users as u')
    .join('portico_identities as i', 'i.id', 'u.identity_id')
    .select<Waiting[]>('u.id', 'u.portal_id as portalId', 'u.identity_id as identityId')
    .where('i.address', address)
    .whereNot('u.address', address)
    .where(holdsNothing)
    .orderBy('u.id')
    .limit(200)
}

/** Of portal users `u`: those whose record says another address than the one they have proven; they can't come in by that one any more. */
export function holdsNothing(users: Knex.QueryBuilder): void {
  users.where('u.status', 'suspended').orWhere('u.confirm_on_activation', true)
}
