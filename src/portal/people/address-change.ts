/** Addresses and numbers that change in the CRM: what portal users sign in with follows, and nobody comes in by one he has not proven (Z20). */
import type { Knex } from 'knex'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { isCollision } from '../../db/collision.js'
import { momentAt } from '../../db/moment.js'
import { PorticoError } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Portal } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import { stepFor, type AddressStep, type Reading } from './address-steps.js'
import { confirmationFor } from './confirmation-mail.js'
import { giveUp } from './given-up.js'
import { isHeldByOthers } from './identity-holders.js'
import { prepareInvitation } from './invitation-mail.js'
import { forgetMailProblem } from './mail-problem.js'
import { accessesOf, portalUserById, subjectOf, type PortalUser } from './portal-users.js'
import { readingOf } from './record-address.js'
import { mustBeWrittenTo, silenceOf } from './silence.js'
import { withdraw } from './withdrawal.js'

/** A record changed: everybody it stands for signs in with what it says now. Events come late, or twice. */
export async function followRecord(
  context: Context,
  module: string,
  recordId: string,
  by: string | undefined
): Promise<void> {
  const all = await configuration(context.db)
  if (![...all.userTypes.values()].some((type) => type.primaryModule === module)) return
  for (const user of await accessesOf(context.db, module, recordId))
    if (user.status !== 'removed') await followAddress(context, user.id, by)
}

/** Of several who act at once each may be told by another that he has to look again. */
const mostTries = 4

/** Whether something followed. `by` is the id of the staff member who changed the record, where one did.
 *  @throws ChangedMeanwhile */
export async function followAddress(context: Context, id: string, by?: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await followOnce(context, id, by)
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile || isCollision(error))) throw error
      if (tries === mostTries) throw new ChangedMeanwhile()
    }
  }
}

async function followOnce(context: Context, id: string, by: string | undefined): Promise<boolean> {
  const user = await portalUserById(context.db, id)
  if (!user.identityId || user.convertedContactId !== undefined) return false
  const proven = (await context.identity.profile(user.identityId))?.address ?? ''
  const now = await readingOf(context, user, proven)
  const step = now && stepFor(user, proven, now)
  if (!now || !step) return false
  await take(context, { user, now, step, actor: await actorNamed(context, by) })
  await followWaiting(context, user.portalId, proven)
  return true
}

/** Whoever could not have this address, because another one of the portal came in by it, may be able to now. */
async function followWaiting(context: Context, portalId: string, address: string): Promise<void> {
  const ids: string[] = await context
    .db('portico_portal_users')
    .where({ portal_id: portalId, address, address_problem: 'alreadyUser' })
    .whereNot('status', 'removed')
    .orderBy('id')
    .limit(50)
    .pluck<string[]>('id')
  for (const id of ids) await followAddress(context, id)
}

async function actorNamed(context: Context, id: string | undefined): Promise<AuditEntry['actor']> {
  const staff = id === undefined ? undefined : await context.host.staffById(id)
  return staff ? staffActor(staff) : { kind: 'system', id: 'portico', name: 'Portico' }
}

interface Taking {
  readonly user: PortalUser
  readonly now: Reading
  readonly step: AddressStep
  readonly actor: AuditEntry['actor']
}

/** Takes the step, from what was read: somebody else's is told by what he finds. @throws ChangedMeanwhile */
async function take(context: Context, { user, now, step, actor }: Taking): Promise<void> {
  const { status, confirmOnActivation, moves } = step
  const identityId = await identityFor(context, user, now)
  const send = await messageFor(context, { ...user, identityId, status, address: now.address }, step)
  await context.db.transaction(async (trx) => {
    await changeFrom(trx, user, {
      status,
      address: now.address,
      address_problem: now.fault ?? null,
      confirm_on_activation: confirmOnActivation,
      identity_id: identityId
    })
    await withdraw(context, user, trx)
    await forgetMailProblem(trx, user.id)
    if (moves) await move(context, trx, user, now.address)
    await send?.(trx)
    const before = { address: user.address, status: user.status }
    const after = { address: now.address, status, ...(now.fault && { problem: now.fault }) }
    await context.audit.note(
      { actor, action: 'portal-user.address-changed', subject: subjectOf(user), before, after },
      trx
    )
  })
}

/** Whoever never accepted is invited anew, with an identity of the new address; what he was invited by before opens nothing. */
async function identityFor(context: Context, user: PortalUser, { address, fault }: Reading): Promise<string | null> {
  if (user.acceptedAt !== null || fault !== undefined || !user.identityId) return user.identityId
  const before = await context.identity.profile(user.identityId)
  if (!before) return user.identityId
  const { timeZone, formats } = before
  return context.identity.enrol({ address, name: user.name, locale: user.language, timeZone, formats })
}

type Send = (trx: Knex) => Promise<void>

/** Nothing goes to a portal that is off, whose links lead nowhere, nor to somebody who isn't to be written to (Z30). */
async function messageFor(context: Context, user: PortalUser, { send }: AddressStep): Promise<Send | undefined> {
  const portal = portalById(await configuration(context.db), user.portalId)
  if (send === undefined || !portal.isActive || (await silenceOf(context, user))) return undefined
  if (send === 'confirmation') return confirmationFor(context, portal, user)
  const inviter = await context.host.staffById(user.invitedBy)
  const invite = await prepareInvitation(context, { ...user, portal, by: inviter?.name ?? portal.name })
  return (trx) => invite(user, trx)
}

/** Only from what was read. */
async function changeFrom(trx: Knex, user: PortalUser, values: Record<string, unknown>): Promise<void> {
  const { id, status, address, identityId } = user
  const changed = await trx('portico_portal_users')
    .where({ id, status, address, identity_id: identityId })
    .update(values)
  if (changed === 0) throw new ChangedMeanwhile()
}

/** A number needs no confirmation: whoever answers it is sent the code. Until he chooses a password, there is no other way in. */
async function move(context: Context, trx: Knex, user: PortalUser, address: string): Promise<void> {
  if (!user.identityId) return
  await giveUp(context, trx, address)
  const isShared = await isHeldByOthers(trx, user.identityId, [user.id])
  const change = { identityId: user.identityId, address, isShared, isProven: false }
  const identityId = await context.identity.readdress(change, trx)
  await trx('portico_portal_users').where({ id: user.id }).update({ identity_id: identityId })
}

/** A new mail to confirm the changed address; the link before dies. If the address became another one meanwhile, that one is followed.
 *  @throws PorticoError while there is nothing to confirm */
export async function sendConfirmation(context: Context, id: string, by: Staff): Promise<void> {
  const hasFollowed = await followAddress(context, id, by.id)
  const user = await portalUserById(context.db, id)
  if (user.addressProblem !== undefined) throw refusal(user.addressProblem)
  if (hasFollowed) return
  if (user.status !== 'suspended') throw refusal('notSuspended')
  await mustBeWrittenTo(context, user)
  const portal = portalToSendTo(await configuration(context.db), user)
  const send = await confirmationFor(context, portal, user)
  await context.db.transaction(async (trx) => {
    await changeFrom(trx, user, { invited_at: momentAt(context.now()) })
    await context.mail.withdraw(subjectOf(user), trx)
    await send(trx)
    await context.audit.note(
      { actor: staffActor(by), action: 'confirmation.sent-again', subject: subjectOf(user) },
      trx
    )
  })
}

function portalToSendTo(all: Parameters<typeof portalById>[0], { portalId }: PortalUser): Portal {
  const portal = portalById(all, portalId)
  if (!portal.isActive) throw refusal('portalOff')
  return portal
}

function refusal(reason: string): PorticoError {
  return new PorticoError(`portal:refusal.${reason}`, { status: 409 })
}
