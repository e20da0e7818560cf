/** The invitation as a text message: a new one-time link, to a number (Z18). */
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import { approvedSms } from '../../sms/templates.js'
import { audienceOf, portalUrl } from '../portals/portals.js'
import type { Invited, SendTo } from './invitation-mail.js'
import { subjectOf } from './portal-users.js'

/** Reads what the invitation needs, so that nothing but the transaction is used within it. @throws PorticoError while no text is approved */
export async function prepareInvitationSms(
  context: Context,
  { portal, by, name, address: to, language }: Invited
): Promise<SendTo> {
  const days = context.config.invitationDays
  const write = await approvedSms(context, 'invitation', [language, portal.locale])
  if (!write) throw new PorticoError('portal:refusal.smsNotApproved', { status: 409 })
  return async (user, trx) => {
    const { identityId } = user
    if (!identityId) throw new RangeError('Somebody whose access was removed has no invitation.')
    const order = { purpose: 'invitation', identityId, audience: audienceOf(portal.id), days, by } as const
    const link = portalUrl(context, portal) + (await context.identity.issueLink(order, trx))
    const text = write({ name, portal: portal.name, link, days })
    await context.sms.send({ to, text, about: subjectOf(user), kind: 'invitation' }, trx)
  }
}
