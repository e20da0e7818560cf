/** Another user type for a portal user: what he sees from the next request on (Z23). */
import type { Knex } from 'knex'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import type { Staff } from '../../host/host.js'
import { configuration, userTypesOf, type Configuration, type UserType } from '../configuration.js'
import { followAddress } from './address-change.js'
import { refusal } from './eligibility.js'
import { carryOut, type Deed } from './invitations.js'
import { letInAlone, mustBeThere, mustHaveRoom, portalUserById, subjectOf, type PortalUser } from './portal-users.js'

/** The types that somebody with this one can have instead: of the same portal, for the same kind of record, invited the same way, and
 *  finished (Z23). */
export function typesInsteadOf(all: Configuration, userTypeId: string | undefined): UserType[] {
  const present = all.userTypes.get(userTypeId ?? '')
  return present ? userTypesOf(all, present.portalId).filter((other) => mayStepIn(other, present)) : []
}

function mayStepIn(other: UserType, present: UserType): boolean {
  return (
    other.id !== present.id &&
    other.setUp === undefined &&
    other.primaryModule === present.primaryModule &&
    other.preference === present.preference
  )
}

/** The address he signs in with is then that of the other type's field. @throws NotFound, PorticoError when he can't have that type, or it is full; ChangedMeanwhile */
export async function transfer(context: Context, id: string, targetTypeId: string, by: Staff): Promise<void> {
  await carryOut(context, await prepareTransfer(context, await portalUserById(context.db, id), targetTypeId, by))
  await followAddress(context, id, by.id)
}

/** @throws PorticoError for somebody who is not confirmed yet (Z21), and for a type he can't have */
export async function prepareTransfer(
  context: Context,
  user: PortalUser,
  targetTypeId: string,
  by: Staff
): Promise<Deed> {
  if (user.status !== 'confirmed' && user.status !== 'deactivated') throw refusal('notTransferable')
  const all = await configuration(context.db)
  const target = typesInsteadOf(all, user.userTypeId).find(({ id }) => id === targetTypeId)
  if (!target) throw refusal('otherType')
  const before = all.userTypes.get(user.userTypeId ?? '')?.name ?? ''
  return async (trx) => {
    await transferIn(context, trx, { user, before, target, by })
    return user.id
  }
}

/** Whatever his status is. @throws PorticoError when the type has no room for one more, ChangedMeanwhile */
async function transferIn(
  context: Context,
  trx: Knex,
  { user, before, target, by }: { user: PortalUser; before: string; target: UserType; by: Staff }
): Promise<void> {
  await letInAlone(trx, user.portalId)
  await mustBeThere(trx, target.id)
  if (user.status !== 'deactivated')
    await mustHaveRoom(context, trx, { portalId: user.portalId, userTypeId: target.id })
  const changed = await trx('portico_portal_users')
    .where({ id: user.id, user_type_id: user.userTypeId, status: user.status })
    .update({ user_type_id: target.id })
  if (changed === 0) throw new ChangedMeanwhile()
  await context.audit.note(
    {
      actor: staffActor(by),
      action: 'portal-user.transferred',
      subject: subjectOf(user),
      before: { userType: before },
      after: { userType: target.name }
    },
    trx
  )
}
