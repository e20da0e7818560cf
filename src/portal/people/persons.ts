/** Portal users as people: without a record in the CRM, in several portals, with roles, accounts and a dashboard of their own (E02, E04, E08). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { always, ID, oneOf } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import { changeConfiguration, changeRow } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { insertRows } from '../../db/rows.js'
import { Invalid } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { FieldError, Staff } from '../../host/host.js'
import { addressFault } from '../../identity/outside-address.js'
import { configuration } from '../configuration.js'
import { prepareInvitation } from './invitation-mail.js'
import { levelEnds } from '../roles/levels.js'
import { portalById } from '../portals/portals.js'
import {
  chosenAccounts,
  letInAlone,
  mustHaveRoom,
  noRecord,
  portalUserById,
  portalUserOf,
  subjectOf,
  type PortalUser
} from './portal-users.js'
import { namesOf, putRolesOfUser } from '../roles/role-changes.js'
import { rolesOfUsers } from '../roles/roles.js'

export interface PersonForm {
  readonly portalId: string
  readonly name: string
  readonly address: string
  readonly language: Locale
  readonly roleIds: readonly string[]
}

/** Invites somebody whom no record of the CRM stands for, and gives the portal user's id. What he may do is what the roles say: the
 *  portal's and his own. @throws Invalid with the reason beside its field, PorticoError for a portal that is full, NotFound. */
export async function invitePerson(context: Context, form: PersonForm, by: Staff): Promise<string> {
  const portal = portalById(await configuration(context.db), form.portalId)
  if (!portal.isActive) throw new Invalid({ portal: refusal('portalOff') })
  const address = form.address.toLowerCase()
  const fault = await addressFault(context, address)
  if (fault) throw new Invalid({ address: refusal(fault) })
  const { name, language: locale } = form
  const { timeZone, formats } = by
  const id = randomUUID()
  const invited = { userTypeId: undefined, module: undefined, recordId: undefined, name, address, language: locale }
  const send = await prepareInvitation(context, { ...invited, portal, by: by.name })
  await changeConfiguration(context, by, async (trx) => {
    await letInAlone(trx, portal.id)
    await mustHaveRoom(context, trx, { portalId: portal.id, userTypeId: undefined })
    const identityId = await context.identity.enrol({ address, name, locale, timeZone, formats }, trx)
    if (await portalUserOf(trx, portal.id, identityId)) throw new Invalid({ address: refusal('alreadyUser') })
    await trx('portico_portal_users').insert({
      ...rowOf(context, form, by),
      id,
      record_id: id,
      identity_id: identityId
    })
    const roles = await putRolesOfUser(trx, id, form.roleIds)
    await send(await portalUserById(trx, id), trx)
    const after = { portal: portal.name, name, address, language: locale, roles }
    return { action: 'invitation.sent', subject: subjectOf({ id }), after }
  })
  return id
}

function rowOf(context: Context, form: PersonForm, by: Staff): Record<string, unknown> {
  return {
    portal_id: form.portalId,
    user_type_id: noRecord.userTypeId,
    module: noRecord.module,
    name: form.name,
    address: form.address.toLowerCase(),
    language: form.language,
    status: 'invited',
    invited_by: by.id,
    invited_at: momentAt(context.now())
  }
}

function refusal(reason: string): FieldError {
  return { key: `portal:refusal.${reason}` }
}

interface SeenUser {
  readonly id: string
  readonly revision: number
}

/** Gives a portal user these roles beside those of his portal. @throws Invalid for a role that is gone, ChangedMeanwhile, NotFound. */
export async function saveRolesOfUser(
  context: Context,
  seen: SeenUser,
  roleIds: readonly string[],
  by: Staff
): Promise<void> {
  const before = await namesOf(context.db, (await rolesOfUsers(context.db)).get(seen.id) ?? [], 'those there are')
  await changeUser(context, seen, by, {}, async (trx) => ({
    action: 'portal-user.roles',
    before: { roles: before },
    after: { roles: await putRolesOfUser(trx, seen.id, roleIds) }
  }))
}

/** More accounts than anybody works for, and as many as one list holds. */
const mostAccounts = 200

/** Says which accounts a portal user has; undefined: those of his contact, as they are at any time. What was chosen before and the
 *  staff member may not see stays chosen. @throws Invalid for an account he may not see, ChangedMeanwhile, NotFound. */
export async function saveAccountsOfUser(
  context: Context,
  seen: SeenUser,
  chosen: readonly string[] | undefined,
  by: Staff
): Promise<void> {
  mustNotBeMany(chosen)
  const before = (await chosenAccounts(context.db)).get(seen.id)
  const visible = await accountsVisibleTo(context, by, [...new Set([...(before ?? []), ...(chosen ?? [])])])
  const isVisible = (id: string): boolean => visible.some((account) => account.id === id)
  if (chosen?.some((id) => !isVisible(id))) throw new Invalid({ account: { key: 'roles:problem.accountGone' } })
  const accounts = chosen && [...new Set([...(before ?? []).filter((id) => !isVisible(id)), ...chosen])]
  mustNotBeMany(accounts)
  await changeUser(context, seen, by, { has_chosen_accounts: accounts !== undefined }, async (trx) => {
    await trx('portico_accounts_of_users').where({ portal_user_id: seen.id }).delete()
    await insertRows(
      trx,
      'portico_accounts_of_users',
      (accounts ?? []).map((id) => ({ portal_user_id: seen.id, account_id: id }))
    )
    return {
      action: 'portal-user.accounts',
      before: { accounts: before?.join(', ') ?? '' },
      after: { accounts: accounts?.join(', ') ?? '' }
    }
  })
}

function mustNotBeMany(accounts: readonly string[] = []): void {
  if (accounts.length > mostAccounts)
    throw new Invalid({ account: { key: 'roles:problem.accountsMany', args: { max: mostAccounts } } })
}

/** Which dashboard a portal user has; undefined: his portal's (E04). @throws Invalid for one that is gone, ChangedMeanwhile, NotFound. */
export async function saveDashboardOfUser(
  context: Context,
  seen: SeenUser,
  dashboardId: string | undefined,
  by: Staff
): Promise<void> {
  const { dashboardId: before } = await portalUserById(context.db, seen.id)
  const names = new Map((await dashboardNames(context.db)).map(({ id, name }) => [id, name]))
  if (dashboardId !== undefined && !names.has(dashboardId))
    throw new Invalid({ dashboard: { key: 'errors.field.option' } })
  await changeUser(context, seen, by, { dashboard_id: dashboardId ?? null }, async () => ({
    action: 'portal-user.dashboard',
    before: { dashboard: names.get(before ?? '') ?? '' },
    after: { dashboard: names.get(dashboardId ?? '') ?? '' }
  }))
}

/** All dashboards there are, by name. */
export async function dashboardNames(db: Knex): Promise<{ id: string; name: string }[]> {
  return db('portico_dashboards').select('id', 'name').orderBy(['name', 'id'])
}

interface UserChange {
  readonly action: string
  readonly before: Record<string, string>
  readonly after: Record<string, string>
}

async function changeUser(
  context: Context,
  seen: SeenUser,
  by: Staff,
  values: Record<string, unknown>,
  change: (trx: Knex) => Promise<UserChange>
): Promise<void> {
  const { id } = await portalUserById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_users', { id, revision: seen.revision }, values)
    return { ...(await change(trx)), subject: subjectOf({ id }) }
  })
}

export interface NamedAccount {
  readonly id: string
  readonly name: string
}

/** Those of `ids` that the CRM shows this staff member, by name. */
export async function accountsVisibleTo(
  context: Context,
  staff: Staff,
  ids: readonly string[]
): Promise<NamedAccount[]> {
  const pages = Array.from({ length: Math.ceil(ids.length / mostAccounts) }, (_, index) =>
    ids.slice(index * mostAccounts, (index + 1) * mostAccounts)
  )
  const seen: NamedAccount[] = []
  for (const some of pages)
    seen.push(...(await visibleAccounts(context, staff, { when: oneOf(ID, some), limit: mostAccounts })))
  return seen.toSorted((a, b) => a.name.localeCompare(b.name))
}

const foundAtMost = 20

/** Accounts with these words in their name that the CRM shows this staff member. */
export async function accountsFound(context: Context, staff: Staff, words: string): Promise<NamedAccount[]> {
  return visibleAccounts(context, staff, { when: always, limit: foundAtMost, search: words })
}

async function visibleAccounts(
  context: Context,
  staff: Staff,
  ask: { when: Parameters<typeof narrowRecords>[1]['when']; limit: number; search?: string }
): Promise<NamedAccount[]> {
  const { module: name } = levelEnds.account
  const module = (await context.host.catalog('en')).modules.get(name)
  if (!module) return []
  const door = await narrowRecords(context.kernel, { module: name, when: ask.when, fields: [module.title] })
  const { records } = await door.list(name, { limit: ask.limit, ...(ask.search ? { search: ask.search } : {}) })
  const seen: NamedAccount[] = []
  for (const { id, title } of records)
    if (await context.host.allows(staff, 'view', name, id)) seen.push({ id, name: title })
  return seen.toSorted((a, b) => a.name.localeCompare(b.name))
}

/** Who may be shown to this staff member: whoever has no record, and whose record the CRM shows him. */
export async function maySeePerson(
  context: Context,
  staff: Staff,
  { module, recordId }: Pick<PortalUser, 'module' | 'recordId'>
): Promise<boolean> {
  return module === undefined || recordId === undefined || context.host.allows(staff, 'view', module, recordId)
}
