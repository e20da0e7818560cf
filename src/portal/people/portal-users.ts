/** Portal users: who has access to which portal as what. How that changes: `access-changes.ts`. */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { listBy } from '../../db/rows.js'
import { havingWords, searchWords } from '../../db/search.js'
import { NotFound, PorticoError } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'

/** `suspended`: his address was changed in the CRM, and he has not confirmed the new one yet (Z20). */
export const portalUserStatuses = ['invited', 'confirmed', 'suspended', 'deactivated', 'removed'] as const
export type PortalUserStatus = (typeof portalUserStatuses)[number]

export interface PortalUser {
  readonly id: string
  readonly portalId: string
  /** Undefined for somebody without a record in the CRM: he has what roles give (E08). */
  readonly userTypeId: string | undefined
  /** Null once the access was removed: the address is then free for somebody else. */
  readonly identityId: string | null
  /** The record that stands for him; undefined where there is none. */
  readonly module: string | undefined
  readonly recordId: string | undefined
  readonly name: string
  /** What his record says now; the identity's is the one that was proven (Z20). */
  readonly address: string
  /** Why `address` can't be used (a word of `portal:refusal`): nothing is sent, and he can't come in. */
  readonly addressProblem: string | undefined
  /** What a mail server said of his address: `troubleWords` of `mail/mail-status.ts` makes a sentence of it. */
  readonly mailProblem: string | undefined
  /** His address was changed while he was deactivated: he confirms it once he is activated (Z20). */
  readonly confirmOnActivation: boolean
  /** The contact that his lead became, while it isn't decided what he is there (Z24). */
  readonly convertedContactId: string | undefined
  /** The language of his mails until he signs in and chooses. */
  readonly language: Locale
  readonly status: PortalUserStatus
  readonly invitedBy: string
  readonly invitedAt: string
  readonly acceptedAt: string | null
  /** Undefined: the portal's (E04). */
  readonly dashboardId: string | undefined
  /** His accounts are those chosen for him, not those of his contact (E08). */
  readonly hasChosenAccounts: boolean
  /** Raised when his roles, accounts or dashboard are changed. */
  readonly revision: number
}

/** What stands in the table where somebody has no record: his own id is then the id of the record. */
export const noRecord = { module: '', userTypeId: '' } as const

/** What stands before the id where the audit list and queued mail talk about a portal user. */
export const subjectPrefix = 'portal-user:'

export function subjectOf(user: Pick<PortalUser, 'id'>): string {
  return subjectPrefix + user.id
}

/** @throws NotFound, also for somebody whose access was removed */
export async function portalUserById(db: Knex, id: string): Promise<PortalUser> {
  const [user] = await readUsers(db, (rows) => rows.where({ id }))
  if (!user || user.status === 'removed') throw new NotFound()
  return user
}

/** Who signs in to this portal with this identity. */
export async function portalUserOf(db: Knex, portalId: string, identityId: string): Promise<PortalUser | undefined> {
  const [user] = await readUsers(db, (rows) => rows.where({ portal_id: portalId, identity_id: identityId }))
  return user
}

/** The portal's user with this address, if he has access or had it taken back for a while. */
export async function portalUserByAddress(
  db: Knex,
  portalId: string,
  address: string
): Promise<PortalUser | undefined> {
  const [user] = await readUsers(db, (rows) =>
    rows.where({ portal_id: portalId, address: address.toLowerCase() }).whereNot({ status: 'removed' })
  )
  return user
}

/** Every access that a record of the CRM has, or had. */
export function accessesOf(db: Knex, module: string, recordId: string): Promise<PortalUser[]> {
  return readUsers(db, (rows) => rows.where({ module, record_id: recordId }).orderBy('invited_at', 'desc').limit(50))
}

/** Whose users are meant: those of a type, those without a record in the CRM, everybody. */
export type UserScope =
  | { readonly kind: 'type'; readonly userTypeId: string }
  | { readonly kind: 'withoutRecord'; readonly portalId?: string }
  | { readonly kind: 'everybody' }

export interface UserSearch {
  readonly statuses: readonly PortalUserStatus[]
  /** Words in name or address. */
  readonly search: string
}

/** Those in `scope` by name, with one of the statuses and the words. */
export function portalUsersIn(
  db: Knex,
  scope: UserScope,
  ask: UserSearch & { skip: number; limit: number }
): Promise<PortalUser[]> {
  return readUsers(db, (rows) =>
    matching(rows.where(whereOf(scope)).whereIn('status', ask.statuses), ask.search)
      .orderBy(['name', 'id'])
      .offset(ask.skip)
      .limit(ask.limit)
  )
}

/** How many of them there are. */
export async function countUsersIn(db: Knex, scope: UserScope, { statuses, search }: UserSearch): Promise<number> {
  const query = db('portico_portal_users').where(whereOf(scope)).whereIn('status', statuses)
  const [row] = await matching(query, search).select<{ users: number | string }[]>(db.raw('count(*) as users'))
  return Number(row?.users ?? 0)
}

function whereOf(scope: UserScope): Record<string, string> {
  if (scope.kind === 'everybody') return {}
  if (scope.kind === 'type') return { user_type_id: scope.userTypeId }
  const where = { module: noRecord.module, user_type_id: noRecord.userTypeId }
  return scope.portalId === undefined ? where : { ...where, portal_id: scope.portalId }
}

/** Leads' accesses of whom it isn't decided yet what they are as this contact (Z24). */
export function convertedTo(db: Knex, contactId: string): Promise<PortalUser[]> {
  return readUsers(db, (rows) =>
    rows.where({ converted_contact_id: contactId }).orderBy(['invited_at', 'id']).limit(50)
  )
}

/** Portal users of a type by name: those with one of `statuses`, and `search` in name or address. */
export function portalUsersOfType(
  db: Knex,
  { userTypeId, ...ask }: UserSearch & { userTypeId: string; skip: number; limit: number }
): Promise<PortalUser[]> {
  return portalUsersIn(db, { kind: 'type', userTypeId }, ask)
}

/** Portal users without a record in the CRM, by name: those with one of `statuses`, and `search` in name or address. */
export function portalUsersWithoutRecord(
  db: Knex,
  { portalId, ...ask }: UserSearch & { portalId?: string; skip: number; limit: number }
): Promise<PortalUser[]> {
  const scope = { kind: 'withoutRecord', ...(portalId === undefined ? {} : { portalId }) } as const
  return portalUsersIn(db, scope, ask)
}

/** Those of `ids` (at most 200) that have access or had it taken back for a while, by id. */
export async function portalUsersById(db: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, PortalUser>> {
  const users = await readUsers(db, (rows) => rows.whereIn('id', ids).whereNot({ status: 'removed' }))
  return new Map(users.map((user) => [user.id, user]))
}

/** Those of the records (at most 200) that have access to the portal. */
export async function recordsWithAccess(
  db: Knex,
  { portalId, module, recordIds }: { portalId: string; module: string; recordIds: readonly string[] }
): Promise<ReadonlySet<string>> {
  const ids = await db('portico_portal_users')
    .where({ portal_id: portalId, module })
    .whereIn('record_id', recordIds)
    .whereNot({ status: 'removed' })
    .pluck<string[]>('record_id')
  return new Set(ids)
}

/** What somebody has in all portals: by the same record, or by the same sign-in. */
export function accessesOfPerson(db: Knex, user: PortalUser): Promise<PortalUser[]> {
  const { module, recordId, identityId, id } = user
  return readUsers(db, (rows) =>
    rows
      .where((either) => {
        either.where({ id })
        if (module !== undefined && recordId !== undefined) either.orWhere({ module, record_id: recordId })
        if (identityId !== null) either.orWhere({ identity_id: identityId })
      })
      .whereNot({ status: 'removed' })
      .orderBy(['invited_at', 'id'])
      .limit(50)
  )
}

/** The accounts chosen for portal users, by the user's id; whoever isn't here has those of his contact. */
export const chosenAccounts: (db: Knex) => Promise<ReadonlyMap<string, readonly string[]>> =
  cachedByVersion(loadAccounts)

async function loadAccounts(db: Knex): Promise<ReadonlyMap<string, readonly string[]>> {
  const choosing = await db<{ id: string; has_chosen_accounts: boolean }>('portico_portal_users')
    .select('id')
    .where({ has_chosen_accounts: true })
  const accounts = await listBy(db, 'portico_accounts_of_users', 'portal_user_id', 'account_id')
  return new Map(choosing.map(({ id }) => [id, accounts.get(id) ?? []]))
}

export type StatusCounts = Readonly<Record<PortalUserStatus, number>>

/** How many portal users of a type there are, by status. */
export async function countByStatus(db: Knex, userTypeId: string): Promise<StatusCounts> {
  return (await counted(db, { user_type_id: userTypeId })).ofType(userTypeId)
}

/** How many users there are in `scope`, by status. */
export async function countsIn(db: Knex, scope: UserScope): Promise<StatusCounts> {
  return (await counted(db, whereOf(scope))).ofAll()
}

/** How many portal users there are, by status. */
export interface UserCounts {
  ofAll(): StatusCounts
  ofType(userTypeId: string): StatusCounts
  withoutRecord(portalId: string): StatusCounts
}

/** The counts of every user type and portal, for pages that list them: one statement, however many there are. */
export function userCounts(db: Knex): Promise<UserCounts> {
  return counted(db, {})
}

interface CountRow {
  portal_id: string
  user_type_id: string
  status: PortalUserStatus
  users: number | string
}

async function counted(db: Knex, where: Record<string, string>): Promise<UserCounts> {
  const rows: CountRow[] = await db('portico_portal_users')
    .select('portal_id', 'user_type_id', 'status', db.raw('count(*) as users'))
    .where(where)
    .groupBy('portal_id', 'user_type_id', 'status')
  return {
    ofAll: () => sumOf(rows),
    ofType: (id) => sumOf(rows.filter((row) => row.user_type_id === id)),
    withoutRecord: (id) => sumOf(rows.filter((row) => row.user_type_id === noRecord.userTypeId && row.portal_id === id))
  }
}

function sumOf(rows: readonly CountRow[]): StatusCounts {
  const counts = { invited: 0, confirmed: 0, suspended: 0, deactivated: 0, removed: 0 }
  for (const { status, users } of rows) counts[status] += Number(users)
  return counts
}

type Place = Pick<PortalUser, 'portalId' | 'userTypeId'>

/** Until the transaction ends nobody else is let in to this portal; before its first reading, which is of that moment. */
export async function letInAlone(trx: Knex, portalId: string): Promise<void> {
  await trx('portico_portals').first('id').where({ id: portalId }).forUpdate()
}

/** Whoever has access counts against the limit; deactivated ones don't (Z03). */
const activeStatuses = ['invited', 'confirmed', 'suspended'] as const satisfies PortalUserStatus[]

export function activeAmong(counts: StatusCounts): number {
  return activeStatuses.reduce((sum, status) => sum + counts[status], 0)
}

/** Room for one more of the type or, without one, of the portal's users who have no record. @throws PorticoError when as many are active
 *  as the limit allows (Z03). */
export async function mustHaveRoom(context: Context, trx: Knex, { portalId, userTypeId }: Place): Promise<void> {
  if (userTypeId !== undefined) await mustBeThere(trx, userTypeId)
  // Counted from an index alone: this is asked for each of ten thousand invitations.
  const place =
    userTypeId === undefined ? { user_type_id: noRecord.userTypeId, portal_id: portalId } : { user_type_id: userTypeId }
  const active = trx('portico_portal_users').where(place).whereIn('status', activeStatuses)
  const [row] = await active.select<{ users: number | string }[]>(trx.raw('count(*) as users'))
  const limit = context.config.limits.activeUsersPerType
  if (Number(row?.users ?? 0) >= limit) throw new PorticoError('portal:refusal.limit', { status: 409, args: { limit } })
}

/** @throws NotFound for a user type that was deleted meanwhile (Z25) */
export async function mustBeThere(trx: Knex, userTypeId: string): Promise<void> {
  const known: unknown = await trx('portico_user_types').first('id').where({ id: userTypeId })
  if (!known) throw new NotFound()
}

/** Words in name or address, or a part of a number as people write it. */
function matching(rows: Knex.QueryBuilder, search: string): Knex.QueryBuilder {
  return rows.where((either) => {
    either.where((all) => havingWords(all, ['name', 'address'], searchWords(search)))
    const digits = digitsIn(search)
    if (digits !== undefined) either.orWhereRaw('address like ?', [`+%${digits}%`])
  })
}

/** Of a number as people write it, or a part of one, what is in it however it is kept. */
function digitsIn(search: string): string | undefined {
  const digits = search.replace(/^\s*0+|\D/g, '')
  return /^[+\d\s()./–-]+$/.test(search) && digits.length > 2 ? digits : undefined
}

type Stored = Omit<
  PortalUser,
  | 'module'
  | 'recordId'
  | 'userTypeId'
  | 'dashboardId'
  | 'hasChosenAccounts'
  | 'addressProblem'
  | 'mailProblem'
  | 'confirmOnActivation'
  | 'convertedContactId'
> & {
  addressProblem: string | null
  mailProblem: string | null
  confirmOnActivation: number
  convertedContactId: string | null
  module: string
  recordId: string
  userTypeId: string
  dashboardId: string | null
  hasChosenAccounts: number
}

/** All with these values, whose access ended too, in the order in which they were invited. */
export function portalUsersWhere(
  db: Knex,
  where: Readonly<Partial<Record<'id' | 'module' | 'record_id' | 'identity_id', string>>>
): Promise<PortalUser[]> {
  return readUsers(db, (rows) => rows.where(where).orderBy(['invited_at', 'id']).limit(200))
}

async function readUsers(db: Knex, narrow: (rows: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<PortalUser[]> {
  const rows = (await narrow(
    db('portico_portal_users').select(
      'id',
      'portal_id as portalId',
      'user_type_id as userTypeId',
      'identity_id as identityId',
      'module',
      'record_id as recordId',
      'name',
      'address',
      'address_problem as addressProblem',
      'mail_problem as mailProblem',
      'confirm_on_activation as confirmOnActivation',
      'converted_contact_id as convertedContactId',
      'language',
      'status',
      'invited_by as invitedBy',
      'invited_at as invitedAt',
      'accepted_at as acceptedAt',
      'dashboard_id as dashboardId',
      'has_chosen_accounts as hasChosenAccounts',
      'revision'
    )
  )) as Stored[]
  return rows.map(portalUserIn)
}

function portalUserIn(row: Stored): PortalUser {
  const hasRecord = row.module !== noRecord.module
  return {
    ...row,
    module: hasRecord ? row.module : undefined,
    recordId: hasRecord ? row.recordId : undefined,
    userTypeId: row.userTypeId === noRecord.userTypeId ? undefined : row.userTypeId,
    dashboardId: row.dashboardId ?? undefined,
    addressProblem: row.addressProblem ?? undefined,
    mailProblem: row.mailProblem ?? undefined,
    confirmOnActivation: Boolean(row.confirmOnActivation),
    convertedContactId: row.convertedContactId ?? undefined,
    hasChosenAccounts: Boolean(row.hasChosenAccounts)
  }
}
