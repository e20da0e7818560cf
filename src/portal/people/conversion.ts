/** A lead that is a portal user becomes a contact in the CRM: his access goes along, with his sign-in and what he wrote (Z24). */
import type { Knex } from 'knex'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { NotFound, PorticoError } from '../../errors.js'
import type { HostEvent, Staff } from '../../host/host.js'
import { configuration, type Configuration, type UserType } from '../configuration.js'
import { removeByItself, removeIn } from './access-changes.js'
import { followAddress } from './address-change.js'
import { inviteAgain } from './invitations.js'
import { contacts, leads } from './lead-modules.js'
import { accessesOf, letInAlone, mustHaveRoom, portalUserById, subjectOf, type PortalUser } from './portal-users.js'
import { withdraw } from './withdrawal.js'

/** The answer that gives the contact no access. */
export const noAccess = 'none'

/** The name of the question which user type a portal user gets. */
export function conversionQuestion(user: Pick<PortalUser, 'id'>): string {
  return `user-type:${user.id}`
}

/** What a lead's portal user can be as a contact: the finished types of Contacts in his portal, invited as he was. */
export function typesAfterConversion(all: Configuration, user: PortalUser): UserType[] {
  const preference = all.userTypes.get(user.userTypeId ?? '')?.preference
  return [...all.userTypes.values()].filter(
    (type) =>
      type.portalId === user.portalId &&
      type.primaryModule === contacts &&
      type.setUp === undefined &&
      type.preference === preference
  )
}

type Conversion = Extract<HostEvent, { kind: 'lead.converted' }>

/** The CRM says that a lead is a contact now. It may say so twice. */
export async function followConversion(context: Context, { id, contactId, answers }: Conversion): Promise<void> {
  for (const user of await accessesOf(context.db, leads, id))
    if (user.status !== 'removed')
      await goAlong(context, user, { contactId, answer: answers?.[conversionQuestion(user)] })
}

interface Asked {
  readonly contactId: string
  readonly answer: string | undefined
}

/** Whoever has access as this contact already needs no second one. While nobody has said what he is, he can't come in. */
async function goAlong(context: Context, user: PortalUser, { contactId, answer }: Asked): Promise<void> {
  if (answer === noAccess || (await hasAccessAs(context, user, contactId))) return removeByItself(context, user)
  const types = typesAfterConversion(await configuration(context.db), user)
  const only = types.length === 1 && answer === undefined ? types[0] : undefined
  const userType = types.find((type) => type.id === answer) ?? only
  if (!userType || !(await fits(context, user, { userType, contactId }))) await wait(context, user, contactId)
}

async function hasAccessAs({ db }: Context, { portalId }: PortalUser, contactId: string): Promise<boolean> {
  const accesses = await accessesOf(db, contacts, contactId)
  return accesses.some((access) => access.portalId === portalId && access.status !== 'removed')
}

/** False where the type has no room for one more. */
async function fits(context: Context, user: PortalUser, as: NewPlace): Promise<boolean> {
  try {
    await carryOver(context, user, as, system)
    return true
  } catch (error) {
    if (error instanceof PorticoError && error.key === 'portal:refusal.limit') return false
    throw error
  }
}

const system = { kind: 'system', id: 'portico', name: 'Portico' } as const

/** Staff are asked; until then all that could come in or go out is withdrawn. */
async function wait(context: Context, user: PortalUser, contactId: string): Promise<void> {
  if (user.convertedContactId === contactId) return
  await context.db.transaction(async (trx) => {
    await changeFrom(trx, user, { converted_contact_id: contactId })
    await withdraw(context, user, trx)
    const subject = subjectOf(user)
    await context.audit.note(
      { actor: system, action: 'portal-user.waits', subject, after: { recordId: contactId } },
      trx
    )
  })
}

interface NewPlace {
  readonly userType: UserType
  readonly contactId: string
}

/** The same person, with the same sign-in, status and authorship, is the contact from now on. @throws PorticoError when the type is full */
async function carryOver(
  context: Context,
  user: PortalUser,
  { userType, contactId }: NewPlace,
  actor: AuditEntry['actor']
): Promise<void> {
  const place = { module: contacts, record_id: contactId }
  const was = (await configuration(context.db)).userTypes.get(user.userTypeId ?? '')?.name
  await context.db.transaction(async (trx) => {
    await letInAlone(trx, user.portalId)
    if (user.status !== 'deactivated') await mustHaveRoom(context, trx, { ...user, userTypeId: userType.id })
    await makeWay(trx, user, place)
    await changeFrom(trx, user, { ...place, user_type_id: userType.id, converted_contact_id: null })
    const before = { module: user.module, recordId: user.recordId, userType: was }
    const after = { module: contacts, recordId: contactId, userType: userType.name }
    await context.audit.note(
      { actor, action: 'portal-user.carried-over', subject: subjectOf(user), before, after },
      trx
    )
  })
  await followAddress(context, user.id)
}

/** The contact had access once: that row, and with it what was written by it, stays under its own id. */
async function makeWay(trx: Knex, user: PortalUser, place: { module: string; record_id: string }): Promise<void> {
  await trx('portico_portal_users')
    .where({ portal_id: user.portalId, status: 'removed', ...place })
    .update({ record_id: trx.ref('id') })
}

/** Only from what was read. */
async function changeFrom(trx: Knex, user: PortalUser, values: Record<string, unknown>): Promise<void> {
  const { id, status, module, recordId } = user
  const changed = await trx('portico_portal_users').where({ id, status, module, record_id: recordId }).update(values)
  if (changed === 0) throw new ChangedMeanwhile()
}

/** What staff answered on our own page: the user type, or `none`.
 *  @throws NotFound when nothing is asked or that is no answer, PorticoError when the type is full or the portal is off */
export async function decideConversion(context: Context, id: string, answer: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  const { convertedContactId: contactId } = user
  if (contactId === undefined) throw new NotFound()
  if (answer === noAccess) return context.db.transaction((trx) => removeIn(context, trx, user, by))
  const userType = typesAfterConversion(await configuration(context.db), user).find((type) => type.id === answer)
  if (!userType) throw new NotFound()
  await carryOver(context, user, { userType, contactId }, staffActor(by))
  if (user.status === 'invited') await inviteAgain(context, id, by)
}
