/** One access as the staff's pages show it: where, as what, since when, what was sent about it, and what can be done with it (Z22, Z23). */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { messagesAbout, troubleWords } from '../../mail/mail-status.js'
import { shownAddress } from '../../phone-number.js'
import type { Translate } from '../../web/locale.js'
import { configuration, type Configuration } from '../configuration.js'
import { subjectOf, type PortalUser, type PortalUserStatus } from '../people/portal-users.js'
import { silenceOf } from '../people/silence.js'
import { typesInsteadOf } from '../people/transfer.js'
import type { Choice } from './choices.js'
import { adminUrl } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { stoppedUsersAmong } from './user-marks.js'
import { previewUrl } from './preview-pages.js'

/** What can be done with an access in each status. */
const open: Readonly<Record<PortalUserStatus, readonly string[]>> = {
  invited: ['invitation', 'deactivation', 'removal'],
  confirmed: ['transfer', 'deactivation', 'removal'],
  suspended: ['invitation', 'deactivation', 'removal'],
  deactivated: ['activation', 'transfer', 'removal'],
  removed: []
}

const mostMessages = 10

export async function shownAccess(
  context: Context,
  req: Request,
  res: Response,
  user: PortalUser
): Promise<Record<string, unknown>> {
  const all = await configuration(context.db)
  const inviter = await context.host.staffById(user.invitedBy)
  const t = context.t(req.locale)
  const may = mayOpen(req.staff, needs.users)
  const silence = await silenceOf(context, user)
  return {
    ...user,
    portal: all.portals.get(user.portalId)?.name ?? '',
    userType: all.userTypes.get(user.userTypeId ?? '')?.name,
    by: inviter?.name ?? '',
    isStopped: (await stoppedUsersAmong(context.db, [user])).size > 0,
    troubles: [...troublesOf(t, user), ...(silence ? [t(`portal:refusal.${silence}`)] : [])],
    messages: may ? await messagesOf(context, t, user) : [],
    ...(may ? changesOffered(t, res, all, { user, isSilent: silence !== undefined }) : nothingOffered),
    previewUrl: mayOpen(req.staff, needs.portals) ? previewUrl(res, { user: user.id }) : undefined,
    url: may ? adminUrl(res, 'users', user.id) : undefined
  }
}

interface ShownAction {
  readonly name: string
  readonly label: string
  readonly url: string
  /** What is said before it is done; undefined for what takes nothing away. */
  readonly question: string | undefined
}

interface Offered {
  readonly actions: readonly ShownAction[]
  /** Other types he could have. */
  readonly transfer: { readonly url: string; readonly targets: readonly Choice[] } | undefined
  /** Where it is decided what he is as a contact, while that is open (Z24). */
  readonly decisionUrl: string | undefined
}

const nothingOffered: Offered = { actions: [], transfer: undefined, decisionUrl: undefined }

function changesOffered(
  t: Translate,
  res: Response,
  all: Configuration,
  { user, isSilent }: { user: PortalUser; isSilent: boolean }
): Offered {
  const actions = open[user.status].filter((name) => name !== 'invitation' || !isSilent)
  const targets = typesInsteadOf(all, user.userTypeId).map(({ id, name }) => ({ value: id, label: name }))
  const urlOf = (name: string): string => adminUrl(res, 'users', user.id, name)
  return {
    decisionUrl: user.convertedContactId === undefined ? undefined : urlOf('conversion'),
    actions: actions
      .filter((name) => name !== 'transfer')
      .map((name) => ({
        name,
        label: t(labelOf(user.status, name)),
        url: urlOf(name),
        question: isAsked(name) ? t(`people:person.ask.${name}`, { name: user.name }) : undefined
      })),
    transfer: actions.includes('transfer') && targets.length > 0 ? { url: urlOf('transfer'), targets } : undefined
  }
}

function isAsked(name: string): boolean {
  return name === 'deactivation' || name === 'removal'
}

/** Whoever was in before is not invited again: he confirms his new address. */
function labelOf(status: PortalUserStatus, name: string): string {
  return status === 'suspended' && name === 'invitation' ? 'people:person.confirmAgain' : `portal:access.change.${name}`
}

/** Why he can't come in, or messages don't reach him. */
function troublesOf(t: Translate, user: PortalUser): string[] {
  const { addressProblem, mailProblem, convertedContactId } = user
  const isUnconfirmed = user.status === 'suspended' && addressProblem === undefined && convertedContactId === undefined
  return [
    ...(convertedContactId === undefined ? [] : [t('life:conversion.waits')]),
    ...(addressProblem === undefined ? [] : [t(`portal:refusal.${addressProblem}`)]),
    ...(mailProblem === undefined ? [] : [troubleWords(t, mailProblem)]),
    ...(isUnconfirmed ? [t('people:person.unconfirmed', { address: shownAddress(user.address) })] : [])
  ]
}

interface ShownMessage {
  readonly at: string
  readonly kind: string
  readonly to: string
  readonly state: string
  readonly error: string | undefined
}

/** Mails and text messages about him, newest first. */
async function messagesOf(context: Context, t: Translate, user: PortalUser): Promise<ShownMessage[]> {
  const mails = (await messagesAbout(context.db, subjectOf(user), mostMessages)).map((mail) => ({
    at: mail.createdAt,
    kind: mail.kind === undefined ? mail.subject : t(`mail:kind.${mail.kind}`),
    to: mail.address,
    state: t(`mail:state.${mail.state}`),
    error: mail.error === undefined ? undefined : troubleWords(t, mail.error)
  }))
  const texts = (await context.sms.messagesAbout(subjectOf(user))).map((text) => ({
    at: text.createdAt,
    kind: t(`sms:kind.${text.kind}`),
    to: text.to,
    state: t(`sms:state.${text.state}`),
    error: text.error
  }))
  return [...mails, ...texts].toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, mostMessages)
}
