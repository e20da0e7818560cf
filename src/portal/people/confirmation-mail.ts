/** The mail with which a changed address is confirmed (Z20). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import type { Portal } from '../configuration.js'
import { audienceOf, portalUrl } from '../portals/portals.js'
import { confirmationMessage } from './invitation-mail.js'
import type { PortalUser } from './portal-users.js'

/** Writes it, and gives what queues it with its link, in a transaction. It is valid as long as an invitation. */
export async function confirmationFor(
  context: Context,
  portal: Portal,
  user: PortalUser
): Promise<(trx: Knex) => Promise<void>> {
  const { identityId } = user
  if (!identityId) throw new RangeError('Somebody whose access was removed has nothing to confirm.')
  const days = context.config.invitationDays
  const draft = context.identity.draftLink({
    purpose: 'confirmation',
    identityId,
    audience: audienceOf(portal.id),
    days
  })
  const message = await confirmationMessage(context, {
    portal,
    user,
    link: portalUrl(context, portal) + draft.path,
    days
  })
  return async (trx) => {
    await draft.issue(trx)
    await context.mail.send(message, trx)
  }
}
