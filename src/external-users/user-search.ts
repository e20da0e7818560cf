/** Looking for external users among all of them, as staff may find them (A09), and how many there are of which sort. */
import type { Knex } from 'knex'
import { hiddenAmong } from '../access/hidden.js'
import type { Context } from '../context.js'
import { havingWords, searchWords } from '../db/search.js'
import type { Staff } from '../host/host.js'
import { externalUsersById, type ExternalUser } from './external-users.js'
import { kinds, type Kind } from './kinds.js'

export const statuses = ['invited', 'confirmed', 'deactivated'] as const

export interface UserSearch {
  /** In name or login. */
  readonly words: string
  readonly status?: ExternalUser['status'] | undefined
  /** Of which he is a member. */
  readonly project?: { readonly module: string; readonly id: string } | undefined
  /** For which he has the module right. */
  readonly kind?: Kind | undefined
  /** He is asked for a second factor. */
  readonly hasFactor?: boolean | undefined
  /** He never signed in. */
  readonly isNew?: boolean | undefined
}

const mostAtOnce = 200

/** Those that fit by name. Words find nobody whom the CRM hides from this staff member, for that would tell who he is; without words he is
 *  among them. */
export async function usersFound(
  context: Context,
  staff: Staff,
  ask: UserSearch & { skip: number; limit: number }
): Promise<ExternalUser[]> {
  if (ask.words === '') return usersWhere(context.db, ask)
  const end = ask.skip + ask.limit
  const found: ExternalUser[] = []
  for (let skip = 0; found.length < end; skip += mostAtOnce) {
    const users = await usersWhere(context.db, { ...ask, skip, limit: mostAtOnce })
    const hidden = await hiddenAmong(context.kernel, staff, users)
    found.push(...users.filter(({ id }) => !hidden.has(id)))
    if (users.length < mostAtOnce) break
  }
  return found.slice(ask.skip, end)
}

async function usersWhere(db: Knex, ask: UserSearch & { skip: number; limit: number }): Promise<ExternalUser[]> {
  const ids = await matching(db, ask)
    .orderBy(['u.name', 'u.id'])
    .offset(ask.skip)
    .limit(ask.limit)
    .pluck<string[]>('u.id')
  const users = new Map((await externalUsersById(db, ids)).map((user) => [user.id, user]))
  return ids.flatMap((id) => users.get(id) ?? [])
}

function matching(db: Knex, { words, status, project, kind, hasFactor, isNew }: UserSearch): Knex.QueryBuilder {
  const rows: Knex.QueryBuilder = db('portico_external_users as u')
  if (status) rows.where({ 'u.status': status })
  if (project) rows.whereExists(ofPerson(db, 'portico_memberships', { module: project.module, record_id: project.id }))
  if (kind) rows.whereExists(ofPerson(db, 'portico_module_rights', { kind }))
  if (hasFactor !== undefined) rows.where((one) => withFactor(db, one, hasFactor))
  if (isNew) rows.whereNotExists(signedIn(db))
  havingWords(rows, ['u.name', 'u.address'], searchWords(words))
  return rows
}

function ofPerson(db: Knex, table: `portico_${string}`, where: Readonly<Record<string, string>>): Knex.QueryBuilder {
  return db(table)
    .select(db.raw('1'))
    .whereRaw('?? = ??', [`${table}.person_id`, 'u.id'])
    .where(where)
}

function signedIn(db: Knex): Knex.QueryBuilder {
  return db('portico_identities as s')
    .select(db.raw('1'))
    .whereRaw('?? = ??', ['s.id', 'u.identity_id'])
    .whereNotNull('s.signed_in_at')
}

/** A proven one of his own, or the phone number that administrators set. */
function withFactor(db: Knex, rows: Knex.QueryBuilder, has: boolean): void {
  const own = db('portico_second_factors as f')
    .select(db.raw('1'))
    .whereRaw('?? = ??', ['f.identity_id', 'u.identity_id'])
    .whereNotNull('f.confirmed_at')
  const phone = db('portico_identities as i')
    .select(db.raw('1'))
    .whereRaw('?? = ??', ['i.id', 'u.identity_id'])
    .whereNotNull('i.factor_phone')
  if (has) rows.whereExists(own).orWhereExists(phone)
  else rows.whereNotExists(own).whereNotExists(phone)
}

/** How many external users there are of each sort. */
export interface UserCounts {
  readonly statuses: Readonly<Record<ExternalUser['status'], number>>
  readonly kinds: Readonly<Record<Kind, number>>
  readonly factors: { readonly yes: number; readonly no: number }
  /** Who never signed in. */
  readonly isNew: number
}

export async function userCounts(db: Knex): Promise<UserCounts> {
  const byStatus = await counted(db('portico_external_users').groupBy('status'), 'status')
  const byKind = await counted(db('portico_module_rights').groupBy('kind'), 'kind')
  const all = [...byStatus.values()].reduce((sum, one) => sum + one, 0)
  const yes = await countOf(db, { words: '', hasFactor: true })
  return {
    statuses: countsOf(statuses, byStatus),
    kinds: countsOf(kinds, byKind),
    factors: { yes, no: all - yes },
    isNew: await countOf(db, { words: '', isNew: true })
  }
}

async function countOf(db: Knex, ask: UserSearch): Promise<number> {
  const [row] = await matching(db, ask).count<{ users: number | string }[]>({ users: '*' })
  return Number(row?.users ?? 0)
}

async function counted(rows: Knex.QueryBuilder, by: string): Promise<Map<string, number>> {
  const found: unknown = await rows.select({ name: by }).count({ users: '*' })
  return new Map((found as { name: string; users: number | string }[]).map(({ name, users }) => [name, Number(users)]))
}

function countsOf<T extends string>(names: readonly T[], counts: ReadonlyMap<string, number>): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, counts.get(name) ?? 0])) as Record<T, number>
}

/** Ids of the projects with external members, those with the most of them first. */
export function projectsWithMembers(db: Knex, module: string, limit: number): Promise<string[]> {
  return db('portico_memberships')
    .where({ module })
    .groupBy('record_id')
    .orderByRaw('count(*) desc, record_id')
    .limit(limit)
    .pluck<string[]>('record_id')
}

/** Ids of somebody's projects, the newest membership first. */
export function projectsOfPerson(db: Knex, module: string, personId: string, limit: number): Promise<string[]> {
  return db('portico_memberships')
    .where({ module, person_id: personId })
    .orderBy([{ column: 'added_at', order: 'desc' }, 'record_id'])
    .limit(limit)
    .pluck<string[]>('record_id')
}

/** Ids of the projects of each of these people. */
export async function projectsOfPeople(
  db: Knex,
  module: string,
  personIds: readonly string[]
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows: unknown = await db('portico_memberships')
    .select({ person: 'person_id', project: 'record_id' })
    .where({ module })
    .whereIn('person_id', personIds)
  const found = new Map<string, string[]>()
  for (const { person, project } of rows as { person: string; project: string }[])
    found.set(person, [...(found.get(person) ?? []), project])
  return found
}

export interface SignInFacts {
  /** The last time, at whatever door; NULL: never. */
  readonly signedInAt: string | null
  readonly hasFactor: boolean
}

/** By id of the external user. */
export async function signInFacts(db: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, SignInFacts>> {
  const asked = (): Knex.QueryBuilder => db('portico_external_users as u').whereIn('u.id', ids)
  const withOne = new Set(
    await asked()
      .where((one) => withFactor(db, one, true))
      .pluck<string[]>('u.id')
  )
  const rows: unknown = await asked()
    .join('portico_identities as i', 'i.id', 'u.identity_id')
    .select({ id: 'u.id', signedInAt: 'i.signed_in_at' })
  return new Map(
    (rows as { id: string; signedInAt: string | null }[]).map(({ id, signedInAt }) => [
      id,
      { signedInAt, hasFactor: withOne.has(id) }
    ])
  )
}
