/** The accesses of a person in all portals, those that ended too: by his record, by his sign-in, or by himself where he has no record. */
import type { Knex } from 'knex'
import { portalUsersWhere, type PortalUser } from '../people/portal-users.js'
import { hasRecord, type Subject } from './persons-of.js'

export async function usersOf(db: Knex, subject: Subject, identityId?: string): Promise<PortalUser[]> {
  const { module, recordId } = subject
  const own = await portalUsersWhere(db, hasRecord(subject) ? { module, record_id: recordId } : { id: recordId })
  const identities = [identityId, ...own.map((user) => user.identityId)].filter((id) => typeof id === 'string')
  const same = await Promise.all([...new Set(identities)].map((id) => portalUsersWhere(db, { identity_id: id })))
  return distinct([...own, ...same.flat().filter((user) => isSamePerson(user, subject))])
}

/** Those with these ids. */
export async function usersWithIds(db: Knex, ids: readonly string[]): Promise<PortalUser[]> {
  return distinct((await Promise.all(ids.map((id) => portalUsersWhere(db, { id })))).flat())
}

function distinct(users: readonly PortalUser[]): PortalUser[] {
  return [...new Map(users.map((user) => [user.id, user])).values()]
}

/** An address may be that of several people; only accesses without a record are taken for the same person's by the sign-in. An access with a
 *  record is nobody's but the record's: who decides on it must be allowed at that record. */
function isSamePerson({ module, recordId }: PortalUser, subject: Subject): boolean {
  return module === undefined || (module === subject.module && recordId === subject.recordId)
}
