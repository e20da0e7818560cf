/** The mails that let somebody in to a portal, written from his user type's templates: invitation, confirmation of an address, new password (Z17). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import type { Message } from '../../mail/mail.js'
import { timeValid, type MailOrder } from '../../mail/write-mail.js'
import { configuration, type Portal } from '../configuration.js'
import { audienceOf, portalUrl } from '../portals/portals.js'
import { writeLetter } from '../templates/letter.js'
import { letterValues, type Occasion } from '../templates/letter-values.js'
import { templateAt, type TemplateKind } from '../templates/mail-templates.js'
import { envelopeOf } from '../templates/template-sender.js'
import { prepareInvitationSms } from './invitation-sms.js'
import { forgetMailProblem } from './mail-problem.js'
import { portalUserOf, subjectOf, type PortalUser } from './portal-users.js'

/** Whom an invitation is for, before he has access. */
export type Invited = Pick<PortalUser, 'userTypeId' | 'module' | 'recordId' | 'name' | 'address' | 'language'> & {
  readonly portal: Portal
  /** Name of whoever invites. */
  readonly by: string
}

/** Makes the link and queues the message, within the transaction in which he gets access. */
export type SendTo = (user: PortalUser, trx: Knex) => Promise<void>

/** Reads what the invitation needs, so that nothing but the transaction is used within it. */
export async function prepareInvitation(context: Context, invited: Invited): Promise<SendTo> {
  if (await isInvitedByPhone(context, invited)) return prepareInvitationSms(context, invited)
  const { portal, by } = invited
  const days = context.config.invitationDays
  const write = await letterTo(context, invited, {
    kind: 'invitation',
    occasion: { portal, by, valid: timeValid(invited.language, { days }) }
  })
  return async (user, trx) => {
    const { identityId } = user
    if (!identityId) throw new RangeError('Somebody whose access was removed has no invitation.')
    const order = { purpose: 'invitation', identityId, audience: audienceOf(portal.id), days, by } as const
    const link = portalUrl(context, portal) + (await context.identity.issueLink(order, trx))
    await forgetMailProblem(trx, user.id)
    await context.mail.send(write({ link, about: subjectOf(user) }), trx)
  }
}

/** By a text message, as his user type says (Z18); somebody without a user type has an e-mail address. */
async function isInvitedByPhone({ db }: Context, { userTypeId }: Invited): Promise<boolean> {
  return (await configuration(db)).userTypes.get(userTypeId ?? '')?.preference === 'phone'
}

/** The mail by which a changed address is confirmed (Z20); `link` is valid for `days`. */
export async function confirmationMessage(
  context: Context,
  { portal, user, link, days }: { portal: Portal; user: PortalUser; link: string; days: number }
): Promise<Message> {
  const occasion = { portal, valid: timeValid(user.language, { days }) }
  const write = await letterTo(context, user, { kind: 'confirmation', occasion })
  return write({ link, about: subjectOf(user) })
}

/** The mail about a forgotten password, to somebody who may come in to this portal. */
export async function resetMessage(
  context: Context,
  portal: Portal,
  order: MailOrder & { readonly identityId: string; readonly link: string }
): Promise<Message> {
  const { locale: language, to, args, link, about } = order
  const user = await portalUserOf(context.db, portal.id, order.identityId)
  const { userTypeId, module, recordId } = user ?? {}
  const addressee = { userTypeId, module, recordId, ...to, language }
  const occasion = { portal, valid: timeValid(language, { hours: Number(args['count']) }) }
  const write = await letterTo(context, addressee, { kind: 'password-reset', occasion })
  return write({ link, about })
}

type Write = (rest: { link: string; about: string }) => Message

/** Reads everything but the link. */
async function letterTo(
  context: Context,
  to: Omit<Invited, 'portal' | 'by'>,
  { kind, occasion }: { kind: TemplateKind; occasion: Occasion }
): Promise<Write> {
  const { userTypeId, language, name, address } = to
  const template = await templateAt(context.db, { userTypeId, kind, language })
  const values = await letterValues(context, template, to, occasion)
  return ({ link, about }) => ({
    ...writeLetter(template, { kind, language, portal: occasion.portal }, { ...values, link }),
    ...envelopeOf(context.config, template),
    to: { name, address },
    about,
    kind
  })
}
