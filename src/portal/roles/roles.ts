/** Portal roles: what their people may do, by module and access level; given to portals and to portal users (E02, E09). */
import type { Knex } from 'knex'
import { cachedByVersion } from '../../db/configuration-version.js'
import { listBy } from '../../db/rows.js'
import { NotFound } from '../../errors.js'
import type { FieldRelease, Portal } from '../configuration.js'

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
export const rolesOfUsers: (db: Knex) => Promise<ReadonlyMap<string, readonly string[]>> = cachedByVersion((db) =>
  listBy(db, 'portico_roles_of_users', 'portal_user_id', 'role_id')
)

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
