/** Who signs in with an identity: portal users, of whatever portals, and external users. */
import type { Knex } from 'knex'

/** Whether anybody but these portal users does. */
export async function isHeldByOthers(trx: Knex, identityId: string, users: readonly string[]): Promise<boolean> {
  const held = { identity_id: identityId }
  const portalUser: unknown = await trx('portico_portal_users').first('id').where(held).whereNotIn('id', users)
  const externalUser: unknown = await trx('portico_external_users').first('id').where(held)
  return portalUser !== undefined || externalUser !== undefined
}
