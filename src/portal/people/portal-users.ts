/** Portal users: who has access to which portal as what, and how that ends and begins again (Z22). */
import type { Knex } from 'knex'
import { lookUp } from '../../access/question.js'
import type { AuditEntry } from '../../audit/audit.js'
import type { Context } from '../../context.js'
import { cachedByVersion, raiseConfigurationVersion } from '../../db/configuration-version.js'
import { listBy } from '../../db/rows.js'
import { NotFound, PorticoError } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import { audienceOf } from '../portals/portals.js'

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
  readonly address: string
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

/** A portal user as it is talked about in the audit list and in queued mail. */
export function subjectOf(user: Pick<PortalUser, 'id'>): string {
  return `portal-user:${user.id}`
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

/** Portal users of a type by name: those with one of `statuses`, and `search` in name or address. */
export function portalUsersOfType(
  db: Knex,
  ask: { userTypeId: string; statuses: readonly PortalUserStatus[]; search: string; skip: number; limit: number }
): Promise<PortalUser[]> {
  return readUsers(db, (rows) =>
    matching(rows.where({ user_type_id: ask.userTypeId }).whereIn('status', ask.statuses), ask.search)
      .orderBy(['name', 'id'])
      .offset(ask.skip)
      .limit(ask.limit)
  )
}

/** Portal users without a record in the CRM, by name: those with one of `statuses`, and `search` in name or address. */
export function portalUsersWithoutRecord(
  db: Knex,
  ask: { portalId?: string; statuses: readonly PortalUserStatus[]; search: string; skip: number; limit: number }
): Promise<PortalUser[]> {
  const portal = ask.portalId === undefined ? {} : { portal_id: ask.portalId }
  const where = { module: noRecord.module, user_type_id: noRecord.userTypeId, ...portal }
  return readUsers(db, (rows) =>
    matching(rows.where(where).whereIn('status', ask.statuses), ask.search)
      .orderBy(['name', 'id'])
      .offset(ask.skip)
      .limit(ask.limit)
  )
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

/** How many users without a record a portal has, by status. */
async function countWithoutRecord(db: Knex, portalId: string): Promise<StatusCounts> {
  return (await counted(db, { user_type_id: noRecord.userTypeId, portal_id: portalId })).withoutRecord(portalId)
}

/** How many portal users there are, by status. */
export interface UserCounts {
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

/** Room for one more of the type or, without one, of the portal's users who have no record. @throws PorticoError when as many are active
 *  as the limit allows; deactivated ones don't count (Z03). */
export async function mustHaveRoom(context: Context, trx: Knex, { portalId, userTypeId }: Place): Promise<void> {
  const { invited, confirmed } = await (userTypeId === undefined
    ? countWithoutRecord(trx, portalId)
    : countByStatus(trx, userTypeId))
  const limit = context.config.limits.activeUsersPerType
  if (invited + confirmed >= limit) throw new PorticoError('portal:refusal.limit', { status: 409, args: { limit } })
}

/** Ends the access until it is activated again: sessions and links die, mail that waits is withdrawn. */
export async function deactivate(context: Context, id: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  await end(context, user, { status: 'deactivated' }, { action: 'portal-user.deactivated', actor: staffActor(by) })
}

/** Ends the access for good; the person can be invited again, and what he wrote is still his then. */
export async function remove(context: Context, id: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  await end(
    context,
    user,
    { status: 'removed', identity_id: null },
    { action: 'portal-user.removed', actor: staffActor(by) }
  )
}

/** The record that stands for the person is gone: so is his access, everywhere (A24). Events come late, or twice: one that
 *  was restored meanwhile keeps its access. */
export async function endAccessOf(context: Context, module: string, recordId: string): Promise<void> {
  if (await lookUp(context.kernel, module, recordId, [])) return
  const actor = { kind: 'system', id: 'portico', name: 'Portico' } as const
  for (const user of await accessesOf(context.db, module, recordId)) {
    if (user.status === 'removed') continue
    await end(context, user, { status: 'removed', identity_id: null }, { action: 'portal-user.removed', actor })
  }
}

/** Gives a deactivated user his access back: confirmed as he was, or invited if he never accepted. Gives that status. */
export async function activate(context: Context, id: string, by: Staff): Promise<PortalUserStatus> {
  const user = await portalUserById(context.db, id)
  if (user.status !== 'deactivated') return user.status
  const status = user.acceptedAt ? 'confirmed' : 'invited'
  await context.db.transaction(async (trx) => {
    await letInAlone(trx, user.portalId)
    await mustHaveRoom(context, trx, user)
    await changeStatus(context, trx, user, { status }, { action: 'portal-user.activated', actor: staffActor(by) })
  })
  return status
}

/** The invitation was accepted and a password is set (Z16, Z19). */
export async function confirm(context: Context, user: PortalUser, at: string): Promise<void> {
  if (user.status !== 'invited') return
  const actor = { kind: 'outside', id: user.id, name: user.name } as const
  const values = { status: 'confirmed', accepted_at: at } as const
  await context.db.transaction((trx) =>
    changeStatus(context, trx, user, values, { action: 'invitation.accepted', actor })
  )
}

async function end(
  context: Context,
  user: PortalUser,
  values: StatusChange,
  entry: Pick<AuditEntry, 'action' | 'actor'>
): Promise<void> {
  await context.db.transaction(async (trx) => {
    await changeStatus(context, trx, user, values, entry)
    if (user.identityId) await context.identity.revoke(user.identityId, audienceOf(user.portalId), trx)
    if (values.status === 'removed') await forgetRights(trx, user.id)
  })
  await context.mail.withdraw(subjectOf(user))
}

/** Whoever is invited again begins without what was given to him alone. */
async function forgetRights(trx: Knex, id: string): Promise<void> {
  for (const table of ['portico_roles_of_users', 'portico_accounts_of_users'] as const)
    await trx(table).where({ portal_user_id: id }).delete()
  await trx('portico_portal_users').where({ id }).update({ has_chosen_accounts: false, dashboard_id: null })
  await raiseConfigurationVersion(trx)
}

type StatusChange = { status: PortalUserStatus; identity_id?: null; accepted_at?: string }

/** Only from the status that was read: of two who act at once, the second is told by what he finds. */
async function changeStatus(
  context: Context,
  trx: Knex,
  user: PortalUser,
  values: StatusChange,
  entry: Pick<AuditEntry, 'action' | 'actor'>
): Promise<void> {
  const changed = await trx('portico_portal_users').where({ id: user.id, status: user.status }).update(values)
  if (changed === 0) throw new ChangedMeanwhile()
  await context.audit.note(
    { ...entry, subject: subjectOf(user), before: { status: user.status }, after: { status: values.status } },
    trx
  )
}

function matching(rows: Knex.QueryBuilder, search: string): Knex.QueryBuilder {
  const words = search
    .trim()
    .slice(0, 100)
    .split(/\s+/)
    .filter((word) => word !== '')
  for (const word of words) {
    const pattern = `%${word.replace(/[!%_]/g, '!$&')}%`
    rows.where((either) =>
      either.whereRaw("name like ? escape '!'", [pattern]).orWhereRaw("address like ? escape '!'", [pattern])
    )
  }
  return rows
}

type Stored = Omit<PortalUser, 'module' | 'recordId' | 'userTypeId' | 'dashboardId' | 'hasChosenAccounts'> & {
  module: string
  recordId: string
  userTypeId: string
  dashboardId: string | null
  hasChosenAccounts: number
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
    hasChosenAccounts: Boolean(row.hasChosenAccounts)
  }
}
