/** Who signs in with an identity: portal users, of whatever portals, and external users. */
import type { Knex } from 'knex'

/** Whether anybody but these portal users does, also whoever was let in a moment ago: until the transaction ends nobody else is with this
 *  identity. */
export async function isHeldByOthers(trx: Knex, identityId: string, users: readonly string[]): Promise<boolean> {
  const held = { identity_id: identityId }
  await trx('portico_identities').first('id').where({ id: identityId }).forUpdate()
  const portalUser: unknown = await trx('portico_portal_users')
    .first('id')
    .where(held)
    .whereNotIn('id', users)
    .forUpdate()
  const externalUser: unknown = await trx('portico_external_users').first('id').where(held).forUpdate()
  return portalUser !== undefined || externalUser !== undefined
}
