/** The button behind a confirmation mail: from now on the new address signs in (Z20). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { transact } from '../../db/collision.js'
import { PorticoError } from '../../errors.js'
import type { NewAddresses } from '../../identity/identity.js'
import type { Portal } from '../configuration.js'
import { audienceOf } from '../portals/portals.js'
import { followAddress } from './address-change.js'
import { giveUp } from './given-up.js'
import { isHeldByOthers } from './identity-holders.js'
import { accessesOf, portalUserOf, subjectOf, type PortalUser } from './portal-users.js'

/** What the door of a portal does for people whose address was changed. */
export function newAddressesAt(context: Context, portal: Portal): NewAddresses {
  return {
    async pending(identityId) {
      const user = await portalUserOf(context.db, portal.id, identityId)
      return user && isPending(user) ? { name: user.name, address: user.address } : undefined
    },
    confirm: (identityId) => confirm(context, portal.id, identityId)
  }
}

function isPending({ status, addressProblem, convertedContactId }: PortalUser): boolean {
  return status === 'suspended' && addressProblem === undefined && convertedContactId === undefined
}

/** The record may say something else by now, and the CRM's event is still on its way: then nothing is confirmed. Whoever proves an address
 *  proves it for all accesses of his record that wait for the same one. */
async function confirm(context: Context, portalId: string, identityId: string): Promise<string> {
  const user = await portalUserOf(context.db, portalId, identityId)
  if (!user || !isPending(user) || (await followAddress(context, user.id))) throw gone()
  const waiting = await waitingLike(context, user)
  return transact(context.db, async (trx) => {
    await giveUp(context, trx, user.address)
    const ids = waiting.map(({ id }) => id)
    const isShared = await isHeldByOthers(trx, identityId, ids)
    const change = { identityId, address: user.address, isShared, isProven: true }
    const next = await context.identity.readdress(change, trx)
    const hasPassword = await passwordOf(trx, next)
    for (const one of waiting)
      await goOn(context, trx, one, { identityId: next, hasPassword, isAsked: one.id === user.id })
    return next
  })
}

async function waitingLike({ db }: Context, user: PortalUser): Promise<PortalUser[]> {
  if (user.module === undefined || user.recordId === undefined) return [user]
  return (await accessesOf(db, user.module, user.recordId)).filter(
    (one) => isPending(one) && one.identityId === user.identityId && one.address === user.address
  )
}

async function passwordOf(trx: Knex, id: string): Promise<boolean> {
  const row = await trx<{ id: string; password_hash: string | null }>('portico_identities')
    .first('password_hash')
    .where({ id })
  return typeof row?.password_hash === 'string'
}

interface Next {
  readonly identityId: string
  /** Where the address belongs to an identity without a password, he accepts by setting one. */
  readonly hasPassword: boolean
  /** The button was his. */
  readonly isAsked: boolean
}

/** @throws PorticoError when the address came to somebody else of the portal meanwhile, or somebody was faster */
async function goOn(context: Context, trx: Knex, user: PortalUser, next: Next): Promise<void> {
  const holder = await portalUserOf(trx, user.portalId, next.identityId)
  if (holder && holder.id !== user.id) {
    if (!next.isAsked) return
    throw new PorticoError('portal:refusal.alreadyUser', { status: 409 })
  }
  const accepted = next.hasPassword ? { status: 'confirmed' } : { status: 'invited', accepted_at: null }
  const { id, status, address } = user
  const changed = await trx('portico_portal_users')
    .where({ id, status, address })
    .update({ ...accepted, identity_id: next.identityId })
  if (changed === 0) throw gone()
  await context.identity.revoke(next.identityId, audienceOf(user.portalId), trx)
  const after = { address, status: accepted.status }
  const actor = { kind: 'outside', id, name: user.name } as const
  await context.audit.note(
    { actor, action: 'portal-user.address-confirmed', subject: subjectOf(user), before: { status }, after },
    trx
  )
}

function gone(): PorticoError {
  return new PorticoError('errors.link.confirmation', { status: 410 })
}
