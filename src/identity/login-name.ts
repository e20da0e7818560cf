/** Login names: what somebody signs in with who has no address of his own here. No address and no number looks like one (T03, T12). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import type { FieldError } from '../host/host.js'
import type { Identity } from './identity.js'

const shortest = 3
const longestLoginName = 64

/** Somebody new, and the password he begins with as `hashedPassword` gave it. */
export type NewLogin = Omit<Parameters<Identity['enrol']>[0], 'address'> & {
  readonly loginName: string
  readonly passwordHash: string
}

/** As identities hold it. */
export function loginNameKey(typed: string): string {
  return typed.normalize('NFC').trim().toLowerCase()
}

/** Why nobody can have this one (as `loginNameKey` gives it): it looks like an address or a number, or has other characters than
 *  `a-z 0-9 . - _`. */
export function loginNameFault(name: string): FieldError | undefined {
  if (name.includes('@')) return { key: 'identity:loginName.address' }
  if (name.length < shortest) return { key: 'errors.field.tooShort', args: { min: shortest } }
  if (name.length > longestLoginName) return { key: 'errors.field.tooLong', args: { max: longestLoginName } }
  if (/^[+\d\s()./–-]+$/.test(name)) return { key: 'identity:loginName.number' }
  return /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(name) ? undefined : { key: 'identity:loginName.characters' }
}

/** Whether what somebody signs in with is a login name. */
export function isLoginName(address: string): boolean {
  return loginNameFault(address) === undefined
}

/** An identity with this login name and password; undefined when somebody has the name already. */
export async function takeLoginName(trx: Knex, person: NewLogin, at: number): Promise<string | undefined> {
  const { loginName, name, locale, timeZone, formats, passwordHash } = person
  const id = randomUUID()
  const how = { locale, time_zone: timeZone, country: null, date_format: formats.date, time_format: formats.time }
  const row = { id, address: loginName, name, ...how, password_hash: passwordHash, created_at: momentAt(at) }
  await trx('portico_identities').insert(row).onConflict('address').ignore()
  // Locked, because in a transaction a plain reading would not show what somebody else took meanwhile.
  const kept = await trx<{ id: string; address: string }>('portico_identities')
    .first('id')
    .where({ address: loginName })
    .forUpdate()
  return kept?.id === id ? id : undefined
}

const mostProposals = 3
const mostTried = 50

/** Names like this one that nobody has, at most three. */
export async function freeLoginNames(db: Knex, name: string): Promise<string[]> {
  const stem = name.slice(0, longestLoginName - 2)
  const names = Array.from({ length: mostTried }, (_, index) => `${stem}${index + 2}`)
  const rows = await db<{ address: string }>('portico_identities').select('address').whereIn('address', names)
  const taken = new Set(rows.map(({ address }) => address))
  return names.filter((one) => !taken.has(one)).slice(0, mostProposals)
}
