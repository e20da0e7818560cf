/** Portal roles: what their people may do, by module and access level; given to portals and to portal users (E02, E09). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Context } from '../context.js'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { momentAt } from '../db/moment.js'
import { Invalid, NotFound, PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'
import { configuration, type FieldRelease, type Portal } from './configuration.js'
import { accessLevels } from './levels.js'
import { roleProblems } from './role-check.js'

/** From none to all; each holds what the ones before it hold. Not set at all denies like `no`, and says less. */
export const levels = ['no', 'own', 'contact', 'account', 'all'] as const
export type Level = (typeof levels)[number]

export const leveledActions = ['read', 'edit', 'delete', 'stream'] as const
export type LeveledAction = (typeof leveledActions)[number]

export interface PortalRole {
  readonly id: string
  readonly name: string
  readonly revision: number
  readonly modules: ReadonlyMap<string, RoleModule>
}

/** What a role says of one module. */
export interface RoleModule {
  readonly module: string
  readonly mayCreate: boolean
  /** Undefined: not set. */
  readonly levels: Readonly<Record<LeveledAction, Level | undefined>>
  readonly fields: ReadonlyMap<string, FieldRelease>
}

/** All roles by id, in the order they were made. */
export const portalRoles: (db: Knex) => Promise<ReadonlyMap<string, PortalRole>> = cachedByVersion(load)

/** The roles that portal users have beside those of their portal, by the user's id. */
export const rolesOfUsers: (db: Knex) => Promise<ReadonlyMap<string, readonly string[]>> = cachedByVersion(loadUsers)

/** The roles of somebody at this portal: the portal's own and his. One that is gone gives nothing. */
export async function rolesFor(db: Knex, portal: Pick<Portal, 'roleIds'>, userId: string): Promise<PortalRole[]> {
  const roles = await portalRoles(db)
  const own = (await rolesOfUsers(db)).get(userId) ?? []
  return [...new Set([...portal.roleIds, ...own])].flatMap((id) => roles.get(id) ?? [])
}

/** The modules that a role somebody may have at one of `portals` lets him read. */
export async function modulesOfRoles(db: Knex, portals: readonly Pick<Portal, 'roleIds'>[]): Promise<Set<string>> {
  if (portals.length === 0) return new Set()
  const used = new Set([...portals.flatMap(({ roleIds }) => roleIds), ...[...(await rolesOfUsers(db)).values()].flat()])
  const roles = [...(await portalRoles(db)).values()].filter(({ id }) => used.has(id))
  const read = roles.flatMap((role) => [...role.modules.values()]).filter(({ levels: given }) => isGiven(given.read))
  return new Set(read.map(({ module }) => module))
}

/** Whether a level gives anything. */
export function isGiven(level: Level | undefined): boolean {
  return level !== undefined && level !== 'no'
}

/** @throws NotFound */
export async function roleById(db: Knex, id: string): Promise<PortalRole> {
  const role = (await portalRoles(db)).get(id)
  if (!role) throw new NotFound()
  return role
}

export interface RoleUses {
  readonly portals: readonly Pick<Portal, 'id' | 'name'>[]
  /** The first few, by name, and how many there are. */
  readonly users: readonly { readonly id: string; readonly name: string }[]
  readonly userCount: number
}

const fewUsers = 10

/** Where a role is used. */
export async function usesOf(db: Knex, roleId: string): Promise<RoleUses> {
  const { portals } = await configuration(db)
  const ids = db('portico_roles_of_users').select('portal_user_id').where({ role_id: roleId })
  const users = await db<{ id: string; name: string }>('portico_portal_users')
    .select('id', 'name')
    .whereIn('id', ids)
    .orderBy(['name', 'id'])
    .limit(fewUsers)
  const [row] = (await db('portico_roles_of_users').count({ users: '*' }).where({ role_id: roleId })) as {
    users: number | string
  }[]
  return {
    portals: [...portals.values()].filter(({ roleIds }) => roleIds.includes(roleId)),
    users,
    userCount: Number(row?.users ?? 0)
  }
}

/** Makes a role that gives nothing yet. @throws Invalid when another one has the name. */
export async function createRole(context: Context, name: string, by: Staff): Promise<string> {
  await mustBeFree(context.db, name)
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    await trx('portico_portal_roles').insert({ id, name, revision: 1, created_at: momentAt(context.now()) })
    return { action: 'role.created', subject: subjectOfRole(id), after: { name } }
  })
  return id
}

export interface SeenRole {
  readonly id: string
  readonly revision: number
}

export async function renameRole(context: Context, seen: SeenRole, name: string, by: Staff): Promise<void> {
  const before = await roleById(context.db, seen.id)
  await mustBeFree(context.db, name, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', keyOf(seen), { name })
    return { action: 'role.renamed', subject: subjectOfRole(seen.id), before: { name: before.name }, after: { name } }
  })
}

/** Refused while somebody has it: its people would lose what it gives without anybody having said so.
 *  @throws PorticoError that names where it is used. */
export async function deleteRole(context: Context, seen: SeenRole, by: Staff): Promise<void> {
  const { name } = await roleById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', keyOf(seen))
    const { portals, users, userCount } = await usesOf(trx, seen.id)
    if (portals.length + userCount > 0) {
      const names = [...portals, ...users].map((one) => one.name).join(', ')
      throw new PorticoError('roles:error.used', { status: 409, args: { names, count: portals.length + userCount } })
    }
    for (const table of ['portico_role_modules', 'portico_role_fields'] as const)
      await trx(table).where({ role_id: seen.id }).delete()
    await trx('portico_portal_roles').where({ id: seen.id }).delete()
    return { action: 'role.deleted', subject: subjectOfRole(seen.id), before: { name } }
  })
}

/** Says what a role gives of one module. @throws Invalid with what can't work, ChangedMeanwhile. */
export async function saveRoleModule(context: Context, seen: SeenRole, draft: RoleModule, by: Staff): Promise<void> {
  const role = await roleById(context.db, seen.id)
  const catalog = await context.host.catalog(by.locale)
  const problems = roleProblems({ catalog, levels: await accessLevels(context.db) }, draft)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  const before = role.modules.get(draft.module)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', keyOf(seen))
    await replaceModule(trx, role.id, draft)
    return {
      action: before ? 'role.module-changed' : 'role.module-added',
      subject: subjectOfRole(role.id),
      before: before && plain(before),
      after: plain(draft)
    }
  })
}

/** Takes a module out of a role. */
export async function removeRoleModule(context: Context, seen: SeenRole, module: string, by: Staff): Promise<void> {
  const before = (await roleById(context.db, seen.id)).modules.get(module)
  if (!before) throw new NotFound()
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', keyOf(seen))
    await forgetModule(trx, seen.id, module)
    return { action: 'role.module-removed', subject: subjectOfRole(seen.id), before: plain(before) }
  })
}

/** Which roles all users of a portal have. @throws Invalid for a role that is gone, ChangedMeanwhile. */
export async function saveRolesOfPortal(
  context: Context,
  seen: { id: string; revision: number },
  roleIds: readonly string[],
  by: Staff
): Promise<void> {
  const portal = (await configuration(context.db)).portals.get(seen.id)
  if (!portal) throw new NotFound()
  const names = await namesOf(context.db, roleIds)
  const before = await namesOf(context.db, portal.roleIds, 'those there are')
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', keyOf(seen))
    await replaceRows(trx, 'portico_roles_of_portals', { portal_id: seen.id }, roleIds)
    return { action: 'portal.roles', subject: `portal:${seen.id}`, before: { roles: before }, after: { roles: names } }
  })
}

/** Puts these roles in the place of those a portal user had, within the caller's transaction; gives their names.
 *  @throws Invalid for a role that is gone. */
export async function putRolesOfUser(trx: Knex, userId: string, roleIds: readonly string[]): Promise<string> {
  const names = await namesOf(trx, roleIds)
  await replaceRows(trx, 'portico_roles_of_users', { portal_user_id: userId }, roleIds)
  return names
}

/** The names of roles, for the audit list. */
export async function namesOf(db: Knex, ids: readonly string[], which?: 'those there are'): Promise<string> {
  const rows = await db<{ id: string; name: string }>('portico_portal_roles')
    .select('id', 'name')
    .whereIn('id', [...ids])
    .orderBy(['name', 'id'])
  if (!which && rows.length < new Set(ids).size) throw new Invalid({ role: { key: 'roles:problem.roleGone' } })
  return rows.map(({ name }) => name).join(', ')
}

function subjectOfRole(id: string): string {
  return `portal-role:${id}`
}

function keyOf({ id, revision }: SeenRole): SeenRole {
  return { id, revision }
}

async function mustBeFree(db: Knex, name: string, except?: string): Promise<void> {
  const others = [...(await portalRoles(db)).values()].filter(({ id }) => id !== except)
  if (others.some((role) => role.name.toLowerCase() === name.toLowerCase()))
    throw new Invalid({ name: { key: 'roles:problem.nameTaken' } })
}

async function replaceRows(
  trx: Knex,
  table: 'portico_roles_of_portals' | 'portico_roles_of_users',
  owner: Record<string, string>,
  roleIds: readonly string[]
): Promise<void> {
  await trx(table).where(owner).delete()
  for (const id of new Set(roleIds)) await trx(table).insert({ ...owner, role_id: id })
}

/** In one statement: SQLite takes no more than 500. */
const mostRows = 200

async function replaceModule(trx: Knex, roleId: string, draft: RoleModule): Promise<void> {
  const { module, mayCreate, fields } = draft
  const { read, edit, delete: remove, stream } = draft.levels
  await forgetModule(trx, roleId, module)
  await trx('portico_role_modules').insert({
    role_id: roleId,
    module,
    may_create: mayCreate,
    read_level: read ?? null,
    edit_level: edit ?? null,
    delete_level: remove ?? null,
    stream_level: stream ?? null
  })
  const rows = [...fields].map(([field, how]) => ({
    role_id: roleId,
    module,
    field,
    is_read_only: how === 'readOnly'
  }))
  for (let from = 0; from < rows.length; from += mostRows)
    await trx('portico_role_fields').insert(rows.slice(from, from + mostRows))
}

async function forgetModule(trx: Knex, roleId: string, module: string): Promise<void> {
  for (const table of ['portico_role_modules', 'portico_role_fields'] as const)
    await trx(table).where({ role_id: roleId, module }).delete()
}

/** For the audit list: only what JSON can hold. */
function plain({ module, mayCreate, levels: given, fields }: RoleModule): unknown {
  return { module, create: mayCreate, ...given, fields: Object.fromEntries(fields) }
}

interface ModuleRow {
  role_id: string
  module: string
  may_create: number
  read_level: string | null
  edit_level: string | null
  delete_level: string | null
  stream_level: string | null
}

interface FieldRow {
  role_id: string
  module: string
  field: string
  is_read_only: number
}

async function load(db: Knex): Promise<ReadonlyMap<string, PortalRole>> {
  const roles = await db<{ id: string; name: string; revision: number }>('portico_portal_roles')
    .select('id', 'name', 'revision')
    .orderBy(['created_at', 'id'])
  const modules = await db<ModuleRow>('portico_role_modules')
    .select('role_id', 'module', 'may_create', 'read_level', 'edit_level', 'delete_level', 'stream_level')
    .orderBy(['role_id', 'module'])
  const fields = await db<FieldRow>('portico_role_fields')
    .select('role_id', 'module', 'field', 'is_read_only')
    .orderBy(['role_id', 'module', 'field'])
  const modulesOf = (id: string): Map<string, RoleModule> =>
    new Map(modules.filter((row) => row.role_id === id).map((row) => [row.module, moduleIn(row, fields)]))
  return new Map(roles.map((role) => [role.id, { ...role, modules: modulesOf(role.id) }]))
}

function moduleIn(row: ModuleRow, fields: readonly FieldRow[]): RoleModule {
  const own = fields.filter(({ role_id, module }) => role_id === row.role_id && module === row.module)
  return {
    module: row.module,
    mayCreate: Number(row.may_create) === 1,
    levels: {
      read: levelIn(row.read_level),
      edit: levelIn(row.edit_level),
      delete: levelIn(row.delete_level),
      stream: levelIn(row.stream_level)
    },
    fields: new Map(own.map(({ field, is_read_only }) => [field, is_read_only ? 'readOnly' : 'editable']))
  }
}

/** A word that is none of ours (a newer or damaged row) is not set. */
function levelIn(word: string | null): Level | undefined {
  return levels.find((level) => level === word)
}

async function loadUsers(db: Knex): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await db<{ portal_user_id: string; role_id: string }>('portico_roles_of_users')
    .select('portal_user_id', 'role_id')
    .orderBy(['portal_user_id', 'role_id'])
  const byUser = new Map<string, string[]>()
  for (const { portal_user_id: user, role_id: role } of rows) byUser.set(user, [...(byUser.get(user) ?? []), role])
  return byUser
}
