/** Whether somebody who asks for access had it before, and staff took it away (Z22, Z32). */
import type { Knex } from 'knex'

/** By this address, or as one of these records (at most 200). */
export async function hadAccess(
  db: Knex,
  {
    portalId,
    address,
    module,
    recordIds
  }: { portalId: string; address: string; module: string; recordIds: readonly string[] }
): Promise<boolean> {
  const former: unknown = await db('portico_portal_users')
    .first('id')
    .where({ portal_id: portalId, status: 'removed' })
    .where((either) =>
      either.where({ address }).orWhere((one) => one.where({ module }).whereIn('record_id', recordIds))
    )
  return former !== undefined
}
