/** What people are told by mail about their requests, in their own language. */
import type { Context } from '../../context.js'
import type { Message } from '../../mail/mail.js'
import { writeMail } from '../../mail/write-mail.js'
import type { Translate } from '../../web/locale.js'
import { configuration } from '../configuration.js'
import { portalUrl } from '../portals/portals.js'
import { portalUserById, type PortalUser } from '../people/portal-users.js'
import { NotFound } from '../../errors.js'
import { exportDays, requestSubject, type PrivacyRequest } from './requests.js'

export type Letter = 'refused' | 'export' | 'done' | 'deletion'

/** Undefined for whoever has no access any more, or no e-mail address. It is about the request, so that it goes although everything else
 *  that waits for the person is withdrawn when his access ends. */
export async function letterAbout(
  context: Context,
  request: PrivacyRequest,
  letter: Letter,
  answer: string
): Promise<Message | undefined> {
  const user = await userOf(context, request)
  const portal = (await configuration(context.db)).portals.get(request.portalId)
  if (!user?.identityId || !portal) return undefined
  const profile = await context.identity.profile(user.identityId)
  if (!profile?.address.includes('@')) return undefined
  const t = context.t(profile.locale)
  const kind = t(`privacy:kind.${request.kind}`)
  const isOwn = isAbout(user, request)
  const template = letter === 'deletion' && !isOwn ? 'privacy-done' : (`privacy-${letter}` as const)
  const message = await writeMail({
    template,
    locale: profile.locale,
    to: { name: profile.name, address: profile.address },
    args: {
      door: portal.name,
      kind,
      ...wordsFor(t, isOwn, request.subject),
      count: exportDays,
      answer: whatFollows(t, answer, isOwn && letter === 'done' && request.kind === 'stop')
    },
    link: template === 'privacy-deletion' ? undefined : `${portalUrl(context, portal)}/privacy`,
    about: requestSubject(request)
  })
  return { ...message, kind: 'privacy' }
}

/** Whose data it is, as the sentences of the mails take it: nobody is told of himself by his name. */
function wordsFor(t: Translate, isOwn: boolean, subject: string): { about: string; data: string } {
  return isOwn
    ? { about: '', data: t('privacy:letter.data.own') }
    : { about: t('privacy:letter.about.other', { subject }), data: t('privacy:letter.data.other', { subject }) }
}

/** What a stop that was granted means, and what staff answered; maybe neither. */
function whatFollows(t: Translate, answer: string, isStopped: boolean): string {
  return [
    ...(isStopped ? [t('privacy:letter.stopped')] : []),
    ...(answer === '' ? [] : [t('privacy:letter.answer', { answer })])
  ].join(' ')
}

/** For himself: with the deletion his access ends. */
function isAbout({ id, module = '', recordId = id }: PortalUser, request: PrivacyRequest): boolean {
  return module === request.module && recordId === request.recordId
}

async function userOf(context: Context, { portalUserId }: PrivacyRequest): Promise<PortalUser | undefined> {
  try {
    return await portalUserById(context.db, portalUserId)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}
