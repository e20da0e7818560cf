/** The invitation as a mail: a new one-time link, in the language the inviter chose. */
import type { Context } from '../context.js'
import { writeMail } from '../mail/write-mail.js'
import type { Portal } from './configuration.js'
import { audienceOf, portalUrl } from './portals.js'
import { subjectOf, type PortalUser } from './portal-users.js'

/** Makes the link and queues the mail. */
export async function sendInvitation(context: Context, portal: Portal, user: PortalUser): Promise<void> {
  if (!user.identityId) throw new RangeError('Somebody whose access was removed has no invitation.')
  const days = context.config.invitationDays
  const path = await context.identity.issueLink({ purpose: 'invitation', identityId: user.identityId, audience: audienceOf(portal.id), days })
  const inviter = await context.host.staffById(user.invitedBy)
  const message = await writeMail({
    template: 'invitation',
    locale: user.language,
    to: { name: user.name, address: user.address },
    args: { door: portal.name, by: inviter?.name ?? context.config.company.name, count: days },
    link: portalUrl(context, portal) + path,
    about: subjectOf(user)
  })
  await context.mail.send(message)
}
