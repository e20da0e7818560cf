/** Invitations: from a record of the CRM to a person with access, by a mail whose link is good for one use (Z14, Z16). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { lookUp } from '../../access/question.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { isCollision, transact } from '../../db/collision.js'
import { momentAt } from '../../db/moment.js'
import { NotFound } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { phoneTypesAreOpen } from '../../sms/templates.js'
import { configuration, type Portal, type UserType } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { addressFieldOf, addressFields } from '../user-types/user-types.js'
import { activateIn, statusOnActivation } from './access-changes.js'
import { invitationPlace, judge, refusal, type InvitationPlace, type Invitee } from './eligibility.js'
import { followAddress } from './address-change.js'
import { confirmationFor } from './confirmation-mail.js'
import { prepareInvitation, type SendTo } from './invitation-mail.js'
import {
  accessesOf,
  letInAlone,
  mustHaveRoom,
  portalUserById,
  portalUserOf,
  subjectOf,
  type PortalUser
} from './portal-users.js'
import { mustBeWrittenTo } from './silence.js'

export interface Recipient {
  readonly module: string
  readonly recordId: string
  readonly name: string
  /** By the field that holds it; only those that are filled in. */
  readonly addresses: ReadonlyMap<string, string>
}

/** A user type somebody can be invited to. */
export interface OpenPlace {
  readonly portal: Portal
  readonly userType: UserType
  /** Where the invitation would go; undefined while the record has no such address (Z18). */
  readonly address: string | undefined
}

export interface InvitationForm {
  readonly module: string
  readonly recordId: string
  readonly userTypeId: string
  readonly language: Locale
}

/** The person a record stands for. @throws NotFound */
export async function recipientAt(context: Context, moduleName: string, recordId: string): Promise<Recipient> {
  const module = (await context.host.catalog('en')).modules.get(moduleName)
  const fields = module ? addressFields(module).map(({ name }) => name) : []
  const record = module && (await lookUp(context.kernel, moduleName, recordId, [module.title, ...fields]))
  if (!record) throw new NotFound()
  const filled = fields.map((name): [string, string] => [name, String(record.values[name] ?? '').trim()])
  const addresses = new Map(filled.filter(([, address]) => address !== ''))
  return { module: moduleName, recordId, name: record.title, addresses }
}

/** User types this record's person can be invited to: finished ones, of portals that are on, where he has no access yet, and whose
 *  text messages are approved if they send any (Z04, Z18). */
export async function openUserTypes(context: Context, recipient: Recipient): Promise<OpenPlace[]> {
  const module = (await context.host.catalog('en')).modules.get(recipient.module)
  const all = await configuration(context.db)
  const accesses = await accessesOf(context.db, recipient.module, recipient.recordId)
  const isPhoneOpen = await phoneTypesAreOpen(context)
  const taken = new Set(accesses.filter((access) => access.status !== 'removed').map((access) => access.portalId))
  return [...all.userTypes.values()]
    .filter((type) => type.setUp === undefined && (type.preference === 'email' || isPhoneOpen))
    .filter((type) => type.primaryModule === recipient.module && !taken.has(type.portalId))
    .map((userType) => ({
      userType,
      portal: portalById(all, userType.portalId),
      address: recipient.addresses.get(addressFieldOf(userType, module)?.name ?? '')
    }))
    .filter(({ portal }) => portal.isActive)
}

/** Invites the person of a record and gives the portal user's id. New users start with the inviter's time zone and formats.
 *  @throws PorticoError with the reason for which he can't be invited, NotFound. Rules: Z02, Z14–Z16. */
export async function invite(context: Context, form: InvitationForm, by: Staff): Promise<string> {
  const place = await invitationPlace(context, form.userTypeId)
  if (place.module.name !== form.module) throw new NotFound()
  const [judgement] = await judge(context, place, [form.recordId], by)
  if (!judgement || judgement.refusal === 'recordGone') throw new NotFound()
  if (judgement.refusal) throw refusal(judgement.refusal)
  const { recordId, name = '', address } = judgement
  return carryOut(context, await prepareAdmission(context, place, { recordId, name, address }, { ...form, by }))
}

/** Sends a new link; the one before it dies, and so does its mail if it still waits (Z16). */
export async function inviteAgain(context: Context, id: string, by: Staff): Promise<void> {
  await carryOut(context, await prepareInvitationAgain(context, await portalUserById(context.db, id), by))
}

/** Activates a deactivated user; one who never accepted gets a new invitation, because the old link died with his access. */
export async function restore(context: Context, id: string, by: Staff): Promise<void> {
  await carryOut(context, await prepareActivation(context, await portalUserById(context.db, id), by))
}

/** What is left to do when everything that is not in our tables has been asked: in one transaction, with nothing but it. Gives the
 *  portal user's id. It may be done anew when the database asks for that. */
export type Deed = (trx: Knex) => Promise<string>

export async function carryOut({ db }: Context, deed: Deed): Promise<string> {
  try {
    return await transact(db, deed)
  } catch (error) {
    throw isCollision(error) ? new ChangedMeanwhile() : error
  }
}

interface Order {
  readonly language: Locale
  readonly by: Staff
}

/** An invitation to somebody who was judged before. */
export async function prepareAdmission(
  context: Context,
  place: InvitationPlace,
  invitee: Invitee,
  { language, by }: Order
): Promise<Deed> {
  const { portal, userType, module } = place
  const admission = { ...invitee, portal, userType, userTypeId: userType.id, module: module.name, language, by }
  const send = await prepareInvitation(context, { ...admission, by: by.name })
  return async (trx) => {
    const user = await admit(context, trx, admission)
    await send(user, trx)
    return user.id
  }
}

/** The right mail for whoever was not let in yet: the invitation, or the one to confirm a changed address (Z21). His address is that of
 *  the CRM now. @throws PorticoError for anybody else, and while the portal is off */
export async function prepareInvitationAgain(context: Context, seen: PortalUser, by: Staff): Promise<Deed> {
  const hasFollowed = await followAddress(context, seen.id, by.id)
  const user = hasFollowed ? await portalUserById(context.db, seen.id) : seen
  if (user.status !== 'invited' && user.status !== 'suspended') throw refusal('notInvited')
  const send = await prepareLetter(context, user, by)
  return async (trx) => {
    await context.mail.withdraw(subjectOf(user), trx)
    await context.sms.withdraw(subjectOf(user), trx)
    const change = { invited_at: momentAt(context.now()) }
    const changed = await trx('portico_portal_users').where({ id: user.id, status: user.status }).update(change)
    if (changed === 0) throw new ChangedMeanwhile()
    await send(user, trx)
    await context.audit.note({ actor: staffActor(by), action: 'invitation.sent-again', subject: subjectOf(user) }, trx)
    return user.id
  }
}

/** His access back, with the mail he needs to use it. @throws PorticoError for somebody who has it, and while the portal is off */
export async function prepareActivation(context: Context, user: PortalUser, by: Staff): Promise<Deed> {
  if (user.status !== 'deactivated') throw refusal('notDeactivated')
  const status = statusOnActivation(user)
  const send = status === 'confirmed' ? undefined : await prepareLetter(context, { ...user, status }, by)
  return async (trx) => {
    const activated = await activateIn(context, trx, user, by)
    await send?.(activated, trx)
    return user.id
  }
}

/** The invitation, or for somebody who came in before the mail to confirm his new address. */
async function prepareLetter(context: Context, user: PortalUser, by: Staff): Promise<SendTo> {
  const portal = portalById(await configuration(context.db), user.portalId)
  if (!portal.isActive) throw refusal('portalOff')
  if (user.addressProblem !== undefined) throw refusal(user.addressProblem)
  await mustBeWrittenTo(context, user)
  if (user.status !== 'suspended') return prepareInvitation(context, { ...user, portal, by: by.name })
  const confirm = await confirmationFor(context, portal, user)
  return (_, trx) => confirm(trx)
}

interface Admission extends Invitee, Order {
  readonly portal: Portal
  readonly userType: UserType
  readonly userTypeId: string
  readonly module: string
}

/** Writes the access down; a person whose access was removed gets his old row back, and with it what he wrote. */
async function admit(context: Context, trx: Knex, admission: Admission): Promise<PortalUser> {
  const { portal, module, recordId, userTypeId, language, by } = admission
  const where = { portal_id: portal.id, module, record_id: recordId }
  await letInAlone(trx, portal.id)
  await mustBeNew(trx, admission)
  await mustInviteAsRead(trx, admission.userType)
  await mustHaveRoom(context, trx, { portalId: portal.id, userTypeId })
  const identityId = await identityIn(context, trx, admission)
  const former = await trx<{ id: string }>('portico_portal_users').first('id').where(where)
  const id = former?.id ?? randomUUID()
  const values = { ...rowOf(context, admission), identity_id: identityId }
  if (former) await trx('portico_portal_users').where({ id }).update(values)
  else await trx('portico_portal_users').insert({ id, ...where, ...values })
  const after = { module, recordId, userTypeId, language }
  await context.audit.note({ actor: staffActor(by), action: 'invitation.sent', subject: subjectOf({ id }), after }, trx)
  return portalUserById(trx, id)
}

/** The message was written for an address of this kind, from this field (Z18). @throws ChangedMeanwhile */
async function mustInviteAsRead(trx: Knex, { id, preference, addressField }: UserType): Promise<void> {
  const way = { preference, address_field: addressField ?? null }
  const known: unknown = await trx('portico_user_types')
    .first('id')
    .where({ id, ...way })
  if (!known) throw new ChangedMeanwhile()
}

async function mustBeNew(trx: Knex, { portal, module, recordId }: Admission): Promise<void> {
  const accesses = await accessesOf(trx, module, recordId)
  if (accesses.some((access) => access.portalId === portal.id && access.status !== 'removed'))
    throw refusal('alreadyUser')
}

/** @throws PorticoError when somebody comes in to this portal by that address already */
async function identityIn(context: Context, trx: Knex, admission: Admission): Promise<string> {
  const { portal, name, address, language, by } = admission
  const { timeZone, formats } = by
  const identityId = await context.identity.enrol({ address, name, locale: language, timeZone, formats }, trx)
  if (await portalUserOf(trx, portal.id, identityId)) throw refusal('alreadyUser')
  return identityId
}

function rowOf(context: Context, { userTypeId, name, address, language, by }: Admission): Record<string, unknown> {
  const invitation = { invited_by: by.id, invited_at: momentAt(context.now()), accepted_at: null, status: 'invited' }
  const unproblematic = {
    address_problem: null,
    confirm_on_activation: false,
    mail_problem: null,
    mail_problem_at: null
  }
  return { user_type_id: userTypeId, name, address, language, ...invitation, ...unproblematic }
}
