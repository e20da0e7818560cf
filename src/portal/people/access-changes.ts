/** How an access changes: accepted, ended, given back (Z20–Z22). Each change has a form inside a transaction of the caller's, so that what
 *  happens to many is written down together with the mark that it happened. */
import type { Knex } from 'knex'
import { lookUp } from '../../access/question.js'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { raiseConfigurationVersion } from '../../db/configuration-version.js'
import type { Staff } from '../../host/host.js'
import { isHeldByOthers } from './identity-holders.js'
import {
  accessesOf,
  convertedTo,
  letInAlone,
  mustHaveRoom,
  portalUserById,
  subjectOf,
  type PortalUser,
  type PortalUserStatus
} from './portal-users.js'
import { contacts } from './lead-modules.js'
import { withdraw } from './withdrawal.js'

/** Ends the access until it is activated again: sessions and links die, mail that waits is withdrawn. */
export async function deactivate(context: Context, id: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  await context.db.transaction((trx) => deactivateIn(context, trx, user, by))
}

export async function deactivateIn(context: Context, trx: Knex, user: PortalUser, by: Staff): Promise<void> {
  const entry = { action: 'portal-user.deactivated', actor: staffActor(by) }
  await endIn(context, trx, user, { status: 'deactivated' }, entry)
}

/** Ends the access for good; the person can be invited again, and what he wrote is still his then. */
export async function remove(context: Context, id: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  await context.db.transaction((trx) => removeIn(context, trx, user, by))
}

export async function removeIn(context: Context, trx: Knex, user: PortalUser, by: Staff): Promise<void> {
  await endIn(context, trx, user, removed, { action: 'portal-user.removed', actor: staffActor(by) })
}

/** The record that stands for the person is gone: so is his access, everywhere (A24). Events come late, or twice: one that
 *  was restored meanwhile keeps its access. A lead that became a contact stands for nobody any more; the contact does (Z24). */
export async function endAccessOf(context: Context, module: string, recordId: string): Promise<void> {
  if (await lookUp(context.kernel, module, recordId, [])) return
  const own = (await accessesOf(context.db, module, recordId)).filter((user) => user.convertedContactId === undefined)
  const converted = module === contacts ? await convertedTo(context.db, recordId) : []
  for (const user of [...own, ...converted]) if (user.status !== 'removed') await removeByItself(context, user)
}

/** Nobody of the staff does it: what the access was for is gone. */
export async function removeByItself(context: Context, user: PortalUser): Promise<void> {
  const actor = { kind: 'system', id: 'portico', name: 'Portico' } as const
  await context.db.transaction((trx) => endIn(context, trx, user, removed, { action: 'portal-user.removed', actor }))
}

/** Gives a deactivated user his access back, and that status: confirmed as he was, or invited if he never accepted. */
export async function activateIn(context: Context, trx: Knex, user: PortalUser, by: Staff): Promise<PortalUser> {
  const status = statusOnActivation(user)
  await letInAlone(trx, user.portalId)
  await mustHaveRoom(context, trx, user)
  await changeStatus(context, trx, user, { status }, { action: 'portal-user.activated', actor: staffActor(by) })
  return { ...user, status }
}

/** What a deactivated user is once he is activated; any other stays what he is. */
export function statusOnActivation(user: PortalUser): PortalUserStatus {
  if (user.status !== 'deactivated') return user.status
  if (!user.acceptedAt) return 'invited'
  return user.confirmOnActivation ? 'suspended' : 'confirmed'
}

/** The invitation was accepted and a password is set (Z16, Z19). */
export async function confirm(context: Context, user: PortalUser, at: string): Promise<void> {
  if (user.status !== 'invited') return
  const actor = { kind: 'outside', id: user.id, name: user.name } as const
  const values = { status: 'confirmed', accepted_at: at } as const
  await context.db.transaction((trx) =>
    changeStatus(context, trx, user, values, { action: 'invitation.accepted', actor })
  )
}

type Entry = Pick<AuditEntry, 'action' | 'actor'>
type StatusChange = { status: PortalUserStatus; identity_id?: null; accepted_at?: string }

const removed = { status: 'removed', identity_id: null } as const

async function endIn(context: Context, trx: Knex, user: PortalUser, values: StatusChange, entry: Entry): Promise<void> {
  await changeStatus(context, trx, user, values, entry)
  await withdraw(context, user, trx)
  if (values.status !== 'removed') return
  await forgetRights(trx, user)
  await forgetIdentity(context, trx, user)
}

/** Whoever gets this address one day must not find the password of somebody before (A36). */
async function forgetIdentity(context: Context, trx: Knex, { identityId }: PortalUser): Promise<void> {
  if (identityId && !(await isHeldByOthers(trx, identityId, []))) await context.identity.forget(identityId, trx)
}

/** Whoever is invited again begins without what was given to him alone. Most have nothing of it; a new configuration for each of thousands who
 *  are removed would have every process read it anew as often. */
async function forgetRights(trx: Knex, { id, hasChosenAccounts }: PortalUser): Promise<void> {
  const roles = await trx('portico_roles_of_users').where({ portal_user_id: id }).delete()
  const accounts = await trx('portico_accounts_of_users').where({ portal_user_id: id }).delete()
  const none = { address_problem: null, confirm_on_activation: false, converted_contact_id: null }
  await trx('portico_portal_users')
    .where({ id })
    .update({ has_chosen_accounts: false, dashboard_id: null, ...none })
  if (roles > 0 || accounts > 0 || hasChosenAccounts) await raiseConfigurationVersion(trx)
}

/** Only from the status that was read: of two who act at once, the second is told by what he finds. @throws ChangedMeanwhile */
async function changeStatus(
  context: Context,
  trx: Knex,
  user: PortalUser,
  values: StatusChange,
  entry: Entry
): Promise<void> {
  const changed = await trx('portico_portal_users').where({ id: user.id, status: user.status }).update(values)
  if (changed === 0) throw new ChangedMeanwhile()
  await context.audit.note(
    { ...entry, subject: subjectOf(user), before: { status: user.status }, after: { status: values.status } },
    trx
  )
}
