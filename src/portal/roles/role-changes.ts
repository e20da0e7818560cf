/** How portal roles change, and who has them: every change raises a revision, so that the second of two is told (E02). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { insertRows } from '../../db/rows.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Portal } from '../configuration.js'
import { accessLevels } from './levels.js'
import { roleProblems } from './role-check.js'
import { portalRoles, roleById, type RoleModule } from './roles.js'

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

export async function renameRole(context: Context, seen: Seen, name: string, by: Staff): Promise<void> {
  const before = await roleById(context.db, seen.id)
  await mustBeFree(context.db, name, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', seen, { name })
    return { action: 'role.renamed', subject: subjectOfRole(seen.id), before: { name: before.name }, after: { name } }
  })
}

/** Refused while somebody has it: its people would lose what it gives without anybody having said so.
 *  @throws PorticoError that names where it is used. */
export async function deleteRole(context: Context, seen: Seen, by: Staff): Promise<void> {
  const { name } = await roleById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', seen)
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
export async function saveRoleModule(context: Context, seen: Seen, draft: RoleModule, by: Staff): Promise<void> {
  const role = await roleById(context.db, seen.id)
  const catalog = await context.host.catalog(by.locale)
  const problems = roleProblems({ catalog, levels: await accessLevels(context.db) }, draft)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  const before = role.modules.get(draft.module)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', seen)
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
export async function removeRoleModule(context: Context, seen: Seen, module: string, by: Staff): Promise<void> {
  const before = (await roleById(context.db, seen.id)).modules.get(module)
  if (!before) throw new NotFound()
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portal_roles', seen)
    await forgetModule(trx, seen.id, module)
    return { action: 'role.module-removed', subject: subjectOfRole(seen.id), before: plain(before) }
  })
}

/** Which roles all users of a portal have. @throws Invalid for a role that is gone, ChangedMeanwhile. */
export async function saveRolesOfPortal(
  context: Context,
  seen: Seen,
  roleIds: readonly string[],
  by: Staff
): Promise<void> {
  const portal = (await configuration(context.db)).portals.get(seen.id)
  if (!portal) throw new NotFound()
  const names = await namesOf(context.db, roleIds)
  const before = await namesOf(context.db, portal.roleIds, 'those there are')
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen)
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
  await insertRows(
    trx,
    table,
    [...new Set(roleIds)].map((id) => ({ ...owner, role_id: id }))
  )
}

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
  await insertRows(trx, 'portico_role_fields', rows)
}

async function forgetModule(trx: Knex, roleId: string, module: string): Promise<void> {
  for (const table of ['portico_role_modules', 'portico_role_fields'] as const)
    await trx(table).where({ role_id: roleId, module }).delete()
}

/** For the audit list: only what JSON can hold. */
function plain({ module, mayCreate, levels: given, fields }: RoleModule): unknown {
  return { module, create: mayCreate, ...given, fields: Object.fromEntries(fields) }
}
