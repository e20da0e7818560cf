/** Another address for somebody who signs in: his identity moves to it, or is parted from those who stay at the old one (Z20). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { insertRows } from '../db/rows.js'
import { copyFactors, forgetFactors } from './factors/second-factors.js'

export interface AddressChange {
  readonly identityId: string
  /** As identities hold it: in lower case, or E.164. */
  readonly address: string
  /** Somebody else signs in with the identity too, and stays at the old address. */
  readonly isShared: boolean
  /** He has shown that the new address is his: his password goes along. A number nobody has answered yet begins without one. */
  readonly isProven: boolean
}

/** Gives the identity that has the address from now on: the one that had it already, with its own password if that was chosen at this
 *  address; or his own. What the old address opened ends everywhere. */
export async function readdress(change: AddressChange, trx: Knex): Promise<string> {
  const known = await identityAt(trx, change.address)
  if (known === change.identityId) return known
  if (known !== undefined) {
    if (!change.isShared) await forget(trx, change.identityId)
    await dropCarriedPassword(trx, known)
    return known
  }
  return change.isShared ? copy(trx, change) : rename(trx, change)
}

async function identityAt(trx: Knex, address: string): Promise<string | undefined> {
  const known = await trx<{ id: string; address: string }>('portico_identities')
    .first('id')
    .where({ address })
    .forUpdate()
  return known?.id
}

export interface Leaving {
  readonly identityId: string
  /** The doors at which those come in who leave. */
  readonly audiences: readonly string[]
  /** Somebody else signs in with the identity too, and stays. */
  readonly isShared: boolean
}

/** Somebody else has proven this identity's address, and those who wait to prove another one leave it to him: gives the identity they have
 *  until then, with the password they had. Its address is none, so nobody signs in with it; their links to confirm go along. */
export async function vacate({ identityId, audiences, isShared }: Leaving, trx: Knex): Promise<string> {
  const nowhere = { identityId, address: `nowhere:${randomUUID()}`, isShared, isProven: true }
  const links = () => trx('portico_links').whereIn('audience', audiences).andWhere({ purpose: 'confirmation' })
  const id = isShared ? await copy(trx, nowhere) : identityId
  const kept = await links().where({ identity_id: identityId }).select<Record<string, unknown>[]>('*')
  await links().where({ identity_id: identityId }).delete()
  if (!isShared) await rename(trx, nowhere)
  await insertRows(
    trx,
    'portico_links',
    kept.map((link) => ({ ...link, identity_id: id }))
  )
  return id
}

/** Somebody brought it here from another address: it is no password of whoever comes to this one, and opens nothing any more (A36). */
async function dropCarriedPassword(trx: Knex, id: string): Promise<void> {
  const dropped = await trx('portico_identities')
    .where({ id, has_carried_password: true })
    .update({ password_hash: null, has_carried_password: false })
    .increment('epoch', 1)
  if (dropped > 0) await endEverything(trx, id)
}

/** Nobody signs in with it any more: whoever gets its address one day begins without its password. */
export async function forget(trx: Knex, id: string): Promise<void> {
  await endEverything(trx, id)
  await forgetFactors(trx, id)
  await trx('portico_identity_doors').where({ identity_id: id }).delete()
  await trx('portico_identities').where({ id }).delete()
}

async function rename(trx: Knex, { identityId, address, isProven }: AddressChange): Promise<string> {
  await endEverything(trx, identityId)
  await trx('portico_identities')
    .where({ id: identityId })
    .update({ address, ...passwordOf(isProven) })
    .increment('epoch', 1)
  return identityId
}

function passwordOf(isProven: boolean): { has_carried_password: boolean; password_hash?: null } {
  return isProven ? { has_carried_password: true } : { has_carried_password: false, password_hash: null }
}

const copied = [
  'name',
  'password_hash',
  'locale',
  'time_zone',
  'country',
  'date_format',
  'time_format',
  'created_at',
  'welcomed_at',
  'must_change_password',
  'factor_phone'
] as const

async function copy(trx: Knex, { identityId, address, isProven }: AddressChange): Promise<string> {
  const row = await trx<Record<(typeof copied)[number] | 'id', string>>('portico_identities')
    .first(...copied)
    .where({ id: identityId })
  const id = randomUUID()
  await trx('portico_identities').insert({ ...row, id, address, ...passwordOf(isProven) })
  await copyFactors(trx, identityId, id)
  return id
}

async function endEverything(trx: Knex, identityId: string): Promise<void> {
  for (const table of ['portico_links', 'portico_sign_in_codes'] as const)
    await trx(table).where({ identity_id: identityId }).delete()
}
