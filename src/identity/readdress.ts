/** Another address for somebody who signs in: his identity moves to it, or is parted from those who stay at the old one (Z20). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'

export interface AddressChange {
  readonly identityId: string
  /** As identities hold it: in lower case, or E.164. */
  readonly address: string
  /** Somebody else signs in with the identity too, and stays at the old address. */
  readonly isShared: boolean
}

/** Gives the identity that has the address from now on: the one that had it already, with its own password; or his own, with the
 *  password he has. What the old address opened ends everywhere. */
export async function readdress(change: AddressChange, trx: Knex): Promise<string> {
  const known = await identityAt(trx, change.address)
  if (known === change.identityId) return known
  if (known !== undefined) {
    if (!change.isShared) await forget(trx, change.identityId)
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

/** Nobody signs in with it any more: whoever gets its address one day begins without its password. */
export async function forget(trx: Knex, id: string): Promise<void> {
  await endEverything(trx, id)
  await trx('portico_identity_doors').where({ identity_id: id }).delete()
  await trx('portico_identities').where({ id }).delete()
}

async function rename(trx: Knex, { identityId, address }: AddressChange): Promise<string> {
  await endEverything(trx, identityId)
  await trx('portico_identities')
    .where({ id: identityId })
    .update({ address, has_carried_password: true })
    .increment('epoch', 1)
  return identityId
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
  'welcomed_at'
] as const

async function copy(trx: Knex, { identityId, address }: AddressChange): Promise<string> {
  const row = await trx<Record<(typeof copied)[number] | 'id', string>>('portico_identities')
    .first(...copied)
    .where({ id: identityId })
  const id = randomUUID()
  await trx('portico_identities').insert({ ...row, id, address, has_carried_password: true })
  return id
}

async function endEverything(trx: Knex, identityId: string): Promise<void> {
  for (const table of ['portico_links', 'portico_sign_in_codes'] as const)
    await trx(table).where({ identity_id: identityId }).delete()
}
