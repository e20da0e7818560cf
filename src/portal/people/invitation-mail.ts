/** The invitation as a mail: a new one-time link, in the language the inviter chose. */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { writeMail } from '../../mail/write-mail.js'
import type { Portal } from '../configuration.js'
import { audienceOf, portalUrl } from '../portals/portals.js'
import { subjectOf, type PortalUser } from './portal-users.js'

/** Makes the link and queues the mail, both in the caller's transaction. `by` is the name of whoever invites. */
export async function sendInvitation(
  context: Context,
  invitation: { portal: Portal; user: PortalUser; by: string },
  trx: Knex
): Promise<void> {
  const { portal, user, by } = invitation
  if (!user.identityId) throw new RangeError('Somebody whose access was removed has no invitation.')
  const days = context.config.invitationDays
  const path = await context.identity.issueLink(
    { purpose: 'invitation', identityId: user.identityId, audience: audienceOf(portal.id), days, by },
    trx
  )
  const message = await writeMail({
    template: 'invitation',
    locale: user.language,
    to: { name: user.name, address: user.address },
    args: { door: portal.name, by, count: days },
    link: portalUrl(context, portal) + path,
    about: subjectOf(user)
  })
  await context.mail.send(message, trx)
}
