/** What vanishes when an access ends or is suspended: everything that could still come in, or still go out, for it (A24, Z22). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { audienceOf } from '../portals/portals.js'
import { subjectOf, type PortalUser } from './portal-users.js'

/** In the transaction that ends the access: its sessions, one-time links and sign-in codes, mails and text messages that wait, notifications
 *  that are to come, and the previews of staff who look at the portal as he does. */
export async function withdraw(context: Context, user: PortalUser, trx: Knex): Promise<void> {
  if (user.identityId) await context.identity.revoke(user.identityId, audienceOf(user.portalId), trx)
  await context.mail.withdraw(subjectOf(user), trx)
  await context.sms.withdraw(subjectOf(user), trx)
  await trx('portico_notifications').where({ portal_user_id: user.id }).delete()
  const now = momentAt(context.now())
  await trx('portico_previews').where({ portal_user_id: user.id }).andWhere('until', '>', now).update({ until: now })
}
