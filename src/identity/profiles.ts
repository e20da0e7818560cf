/** Identities as rows: one per address, whatever number of doors it may come in by. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import type { Locale } from '../host/catalog.js'
import type { Formats } from '../host/host.js'
import type { Profile } from './identity.js'
import { addressKey } from './typed-address.js'

export interface Preferences {
  readonly locale: Locale
  readonly timeZone: string
  readonly country: string | undefined
  readonly formats: Formats
}

/** A profile with what only identity itself may know. */
export interface StoredIdentity extends Profile {
  readonly passwordHash: string | undefined
  /** He has seen the page of his first preferences (Z19). */
  readonly isWelcomed: boolean
  /** The password was chosen when he signed in with another address: no proof that it is of who has this one (Z20). */
  readonly hasCarriedPassword: boolean
  /** An administrator wants him to choose a new password at his next sign-in (T04). */
  readonly mustChangePassword: boolean
  /** The last time, at whatever door; UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly signedInAt: string | undefined
  /** Where codes of a second factor are sent, as E.164; an administrator sets it (T04). */
  readonly factorPhone: string | undefined
}

interface IdentityRow {
  readonly id: string
  readonly address: string
  readonly name: string
  readonly password_hash: string | null
  readonly locale: Locale
  readonly time_zone: string
  readonly country: string | null
  readonly date_format: Formats['date']
  readonly time_format: Formats['time']
  readonly welcomed_at: string | null
  readonly has_carried_password: number
  readonly must_change_password: number
  readonly factor_phone: string | null
  readonly signed_in_at: string | null
}

const columns = [
  'id',
  'address',
  'name',
  'password_hash',
  'locale',
  'time_zone',
  'country',
  'date_format',
  'time_format',
  'welcomed_at',
  'has_carried_password',
  'must_change_password',
  'factor_phone',
  'signed_in_at'
] as const

/** What a new password was let through by: a link to the address, the password before, or staff, who chose it. */
export type PasswordProof = 'link' | 'oldPassword' | 'staff'

export interface Profiles {
  find(id: string): Promise<StoredIdentity | undefined>
  /** By what somebody typed: letter case doesn't count, and numbers may be written as people do. */
  findByAddress(address: string): Promise<StoredIdentity | undefined>
  /** The languages of these identities, by id. */
  localesOf(ids: readonly string[], trx: Knex): Promise<Map<string, Locale>>
  /** The id of the identity with this address; a new one has no password. Two at once get the same one. */
  enrol(person: Omit<Preferences, 'country'> & { address: string; name: string }, trx?: Knex): Promise<string>
  prefer(id: string, preferences: Preferences): Promise<void>
  /** He has come in by one of his doors. */
  noteSignIn(id: string): Promise<void>
  /** Sets the password; every session of the identity, at whatever door, ends. */
  setPassword(id: string, hash: string, proof?: PasswordProof): Promise<void>
}

/** `country` is that of phone numbers without a country code. */
export function createProfiles(db: Knex, now: () => number, country: string): Profiles {
  const found = async (where: { id: string } | { address: string }) => {
    const row = await db<IdentityRow>('portico_identities')
      .select(...columns)
      .where(where)
      .first()
    return row && identityOf(row)
  }
  return {
    find: (id) => found({ id }),
    findByAddress: (address) => found({ address: addressKey(address, country) }),
    async localesOf(ids, trx) {
      const rows = await trx<IdentityRow>('portico_identities').select('id', 'locale').whereIn('id', ids)
      return new Map(rows.map(({ id, locale }) => [id, locale]))
    },
    enrol: (person, trx = db) => enrol(trx, { ...person, address: addressKey(person.address, country) }, now()),
    async prefer(id, preferences) {
      await db('portico_identities')
        .where({ id })
        .update({ ...rowOf(preferences), welcomed_at: momentAt(now()) })
    },
    async noteSignIn(id) {
      await db('portico_identities')
        .where({ id })
        .update({ signed_in_at: momentAt(now()) })
    },
    async setPassword(id, hash, proof = 'link') {
      const proven = proof === 'oldPassword' ? {} : { has_carried_password: false }
      const changed = proof === 'staff' ? {} : { must_change_password: 0 }
      await db('portico_identities')
        .where({ id })
        .update({ password_hash: hash, ...proven, ...changed })
        .increment('epoch', 1)
    }
  }
}

async function enrol(db: Knex, person: Parameters<Profiles['enrol']>[0], at: number): Promise<string> {
  const row = {
    id: randomUUID(),
    address: person.address,
    name: person.name,
    ...rowOf({ ...person, country: undefined }),
    created_at: momentAt(at)
  }
  await db('portico_identities').insert(row).onConflict('address').ignore()
  // Locked, because in a transaction a plain reading would not show what somebody else enrolled meanwhile.
  const kept = await db<IdentityRow>('portico_identities')
    .select('id')
    .where({ address: person.address })
    .first()
    .forUpdate()
  if (!kept) throw new Error('An identity that was just enrolled is not there.')
  return kept.id
}

function rowOf({ locale, timeZone, country, formats }: Preferences) {
  return { locale, time_zone: timeZone, country: country ?? null, date_format: formats.date, time_format: formats.time }
}

function identityOf(row: IdentityRow): StoredIdentity {
  return {
    id: row.id,
    address: row.address,
    name: row.name,
    hasPassword: row.password_hash !== null,
    passwordHash: row.password_hash ?? undefined,
    isWelcomed: row.welcomed_at !== null,
    hasCarriedPassword: Boolean(row.has_carried_password),
    mustChangePassword: Boolean(row.must_change_password),
    factorPhone: row.factor_phone ?? undefined,
    signedInAt: row.signed_in_at ?? undefined,
    locale: row.locale,
    timeZone: row.time_zone,
    country: row.country ?? undefined,
    formats: { date: row.date_format, time: row.time_format }
  }
}
