/** Deleting a user type: its people are first given another one, and all that speaks of it goes with it (Z25). */
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, staffActor, type Change, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { PorticoError } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type UserType } from '../configuration.js'
import { followAddress } from '../people/address-change.js'
import { activeAmong, countByStatus, letInAlone, mustBeThere, subjectOf } from '../people/portal-users.js'
import { typesInsteadOf } from '../people/transfer.js'
import { userTypeById } from './releases.js'
import { addressFieldOf, deleteUserType } from './user-types.js'

/** The types that the people of one can be given: as one of them could have another (Z23), with room for all of them. */
export async function targetsFor(
  context: Context,
  userType: UserType
): Promise<{ type: UserType; hasRoom: boolean }[]> {
  const coming = activeAmong(await countByStatus(context.db, userType.id))
  const all = await configuration(context.db)
  return Promise.all(
    typesInsteadOf(all, userType.id).map(async (type) => ({
      type,
      hasRoom: (await roomIn(context, context.db, type.id)) >= coming
    }))
  )
}

/** Deletes a finished user type. Whoever has it becomes one of `targetId` in the same moment; without anybody there is no target.
 *  Gives how many were moved.
 *  @throws PorticoError for the type a portal is born with, for people without a target, a target that can't be or has no room;
 *  ChangedMeanwhile */
export async function deleteType(
  context: Context,
  seen: Seen,
  targetId: string | undefined,
  by: Staff
): Promise<number> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, seen.id)
  if (userType.isBuiltIn) throw refusal('builtIn')
  const target = targetId === undefined ? undefined : typesInsteadOf(all, seen.id).find(({ id }) => id === targetId)
  if (targetId !== undefined && !target) throw refusal('target')
  const moved: string[] = []
  await changeConfiguration(context, by, async (trx) => {
    await letInAlone(trx, userType.portalId)
    await changeRow(trx, 'portico_user_types', seen)
    moved.push(...(await moveAll(context, trx, { userType, target, by })))
    await stopRuns(context, trx, seen.id)
    await deleteUserType(trx, seen.id)
    return entryFor(userType, target, moved.length)
  })
  if (target && (await haveOtherAddresses(context, userType, target)))
    for (const id of moved) await followAddress(context, id, by.id)
  return moved.length
}

interface Moving {
  readonly userType: UserType
  readonly target: UserType | undefined
  readonly by: Staff
}

/** Gives the ids of those who have access and are moved. */
async function moveAll(context: Context, trx: Knex, { userType, target, by }: Moving): Promise<string[]> {
  const own = { user_type_id: userType.id }
  const ids = await trx('portico_portal_users').where(own).whereNot('status', 'removed').pluck<string[]>('id')
  if (!target) {
    if (ids.length > 0) throw refusal('hasUsers')
    return []
  }
  await mustBeThere(trx, target.id)
  const coming = activeAmong(await countByStatus(trx, userType.id))
  if ((await roomIn(context, trx, target.id)) < coming) throw refusal('noRoom')
  await trx('portico_portal_users').where(own).update({ user_type_id: target.id })
  const change = {
    ...{ actor: staffActor(by), action: 'portal-user.transferred' },
    ...{ before: { userType: userType.name }, after: { userType: target.name } }
  }
  const entries = ids.map((id) => ({ ...change, subject: subjectOf({ id }) }))
  await context.audit.noteAll(entries, trx)
  return ids
}

async function roomIn({ config }: Context, db: Knex, id: string): Promise<number> {
  return config.limits.activeUsersPerType - activeAmong(await countByStatus(db, id))
}

/** Runs that are under way to it, or from it, go no further. */
async function stopRuns(context: Context, trx: Knex, id: string): Promise<void> {
  await trx('portico_runs')
    .where({ state: 'open' })
    .andWhere((either) => either.where({ user_type_id: id }).orWhere({ target_type_id: id }))
    .update({ state: 'stopped', reason: 'typeGone', ended_at: momentAt(context.now()), claimed_by: null })
}

function entryFor({ name, portalId }: UserType, target: UserType | undefined, users: number): Change {
  const after = target && { userType: name, movedTo: target.name, total: users }
  return {
    action: 'user-type.deleted',
    subject: `portal:${portalId}`,
    before: { userType: name },
    ...(after && { after })
  }
}

async function haveOtherAddresses(context: Context, userType: UserType, target: UserType): Promise<boolean> {
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  return addressFieldOf(userType, module)?.name !== addressFieldOf(target, module)?.name
}

function refusal(reason: 'builtIn' | 'target' | 'hasUsers' | 'noRoom'): PorticoError {
  return new PorticoError(`life:removal.refusal.${reason}`, { status: 409 })
}
