/** EspoCRM's users as Portico's staff: who they are and how they like dates, by SQL; what they may do to a record, by asking EspoCRM. */
import type { Knex } from 'knex'
import { z } from 'zod'
import type { Locale } from '../catalog.js'
import {
  HostUnavailable,
  permissions,
  type Formats,
  type Permission,
  type RecordRight,
  type Staff,
  type StaffName
} from '../host.js'
import type { Espo } from './espo.js'
import { isId, segment } from './ids.js'
import { EspoRefused } from './rest.js'

export interface StaffDirectory {
  /** The user with this id, active or not; one in the recycle bin is nobody. */
  find(id: string): Promise<Staff | undefined>
  findByUserName(userName: string): Promise<Staff | undefined>
  /** Everybody who is staff, active or not, by name; those in the recycle bin are nobody. */
  names(): Promise<StaffName[]>
  /** The user of this sign-in, while he is active and EspoCRM's own session goes on. */
  signedIn(signIn: SignIn): Promise<Staff | undefined>
  /** By EspoCRM's own rights. @throws HostUnavailable */
  allows(staff: Staff, action: RecordRight, module: string, id: string): Promise<boolean>
  /** May he see records of it at all? @throws HostUnavailable */
  allowsModule(staff: Staff, module: string): Promise<boolean>
}

/** A staff member's sign-in here rests on his session in EspoCRM. */
export interface SignIn {
  readonly id: string
  /** Id of a row of `auth_token`. */
  readonly token: string
}

/** What counts for users who chose nothing: EspoCRM's own settings, in its words. */
export interface Habits {
  readonly language: string
  readonly timeZone: string
  readonly dateFormat: string
  readonly timeFormat: string
}

export function createStaff({ db, rest }: Pick<Espo, 'db' | 'rest'>, defaults: () => Promise<Habits>): StaffDirectory {
  const staffOf = async (row: UserRow | undefined): Promise<Staff | undefined> =>
    row && staffFrom(row, { ...(await defaults()), ...chosenBy(row.preferences) }, await permissionsOf(db, row))
  return {
    find: async (id) => staffOf(await userRow(users(db).where({ 'u.id': id }))),
    findByUserName: async (userName) => staffOf(await userRow(users(db).where({ 'u.user_name': userName }))),
    names: () => namesOf(db),
    signedIn: async (signIn) => staffOf(await signedInUser(db, signIn)),
    allows: async (staff, action, module, id) => isId(id) && (await rightsTo(rest, [staff.id, module, id]))[action],
    allowsModule: async (staff, module) => (await rightsTo(rest, [staff.id, module])).view
  }
}

interface UserRow {
  readonly id: string
  readonly user_name: string
  readonly first_name: string | null
  readonly middle_name: string | null
  readonly last_name: string | null
  readonly type: string
  readonly is_active: number
  readonly preferences: string | null
  readonly email: string | null
}

const kindsOfStaff = ['regular', 'admin', 'super-admin']
const administrators = ['admin', 'super-admin']
/** EspoCRM's account for what it does itself. */
const ownAccount = 'system'

/** At most one live user, with his preferences and his main address. */
function users(db: Knex): Knex.QueryBuilder {
  const address = db('entity_email_address as l')
    .select('e.name')
    .join('email_address as e', 'e.id', 'l.email_address_id')
    .whereRaw('l.entity_id = u.id')
    .where({ 'l.entity_type': 'User', 'l.primary': 1, 'l.deleted': 0, 'e.deleted': 0 })
    .limit(1)
  return db('user as u')
    .leftJoin('preferences as p', 'p.id', 'u.id')
    .first(
      ...['u.id', 'u.user_name', 'u.first_name', 'u.middle_name', 'u.last_name', 'u.type', 'u.is_active'],
      'p.data as preferences',
      address.as('email')
    )
    .where({ 'u.deleted': 0 })
}

async function signedInUser(db: Knex, { id, token }: SignIn): Promise<UserRow | undefined> {
  const query = users(db)
    .join('auth_token as t', 't.user_id', 'u.id')
    .where({ 'u.id': id, 'u.is_active': 1, 't.id': token, 't.is_active': 1, 't.deleted': 0 })
    .whereIn('u.type', kindsOfStaff)
    .whereNull('t.portal_id')
  return userRow(query)
}

async function userRow(query: Knex.QueryBuilder): Promise<UserRow | undefined> {
  return (await query) as UserRow | undefined
}

function staffFrom(row: UserRow, habits: Habits, granted: ReadonlySet<Permission>): Staff {
  return {
    id: row.id,
    userName: row.user_name,
    name: nameOf(row),
    email: row.email ?? undefined,
    isAdministrator: administrators.includes(row.type),
    isActive: Boolean(row.is_active) && kindsOfStaff.includes(row.type),
    permissions: granted,
    locale: localeOf(habits.language),
    timeZone: zoneOf(habits.timeZone),
    formats: formatsOf(habits)
  }
}

function nameOf(row: Pick<UserRow, 'user_name' | 'first_name' | 'middle_name' | 'last_name'>): string {
  return [row.first_name, row.middle_name, row.last_name].filter(Boolean).join(' ') || row.user_name
}

async function namesOf(db: Knex): Promise<StaffName[]> {
  const rows = await db<UserRow & { deleted: number }>('user')
    .select('id', 'user_name', 'first_name', 'middle_name', 'last_name', 'type', 'is_active')
    .where({ deleted: 0 })
    .whereIn('type', kindsOfStaff)
    .orderBy(['last_name', 'first_name', 'id'])
  return rows
    .filter(({ id }) => id !== ownAccount)
    .map((row) => ({
      id: row.id,
      userName: row.user_name,
      name: nameOf(row),
      isActive: Boolean(row.is_active),
      isAdministrator: administrators.includes(row.type)
    }))
}

const choices = z
  .object({ language: z.string(), timeZone: z.string(), dateFormat: z.string(), timeFormat: z.string() })
  .partial()

/** What he chose himself; EspoCRM keeps '' for what he left to the system. */
function chosenBy(preferences: string | null): Partial<Habits> {
  const { data } = choices.safeParse(JSON.parse(preferences ?? '{}'))
  return Object.fromEntries(Object.entries(data ?? {}).filter(([, value]) => value !== ''))
}

/** `de_DE` → `de`; English for languages we don't speak. */
function localeOf(language: string): Locale {
  const locales: Readonly<Record<string, Locale>> = { de: 'de', cs: 'cs' }
  return locales[language.slice(0, 2)] ?? 'en'
}

/** A zone this machine knows. */
function zoneOf(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone && name
  } catch {
    return 'UTC'
  }
}

function formatsOf({ dateFormat, timeFormat }: Habits): Formats {
  const date = dateFormat.startsWith('YYYY') ? 'iso' : dateFormat.startsWith('MM') ? 'mdy' : 'dmy'
  return { date, time: timeFormat.startsWith('h') ? '12' : '24' }
}

/** By the scopes that the extension brings to EspoCRM's roles; what any of his roles grants, he has. */
const scopes: Readonly<Record<Permission, string>> = {
  'manage-portals': 'PorticoPortals',
  'manage-portal-users': 'PorticoPortalUsers',
  'manage-sharing': 'PorticoSharing'
}

async function permissionsOf(db: Knex, { id, type }: UserRow): Promise<ReadonlySet<Permission>> {
  if (administrators.includes(type)) return new Set(permissions)
  if (type !== 'regular') return new Set()
  const roles = await rolesOf(db, id)
  return new Set(permissions.filter((permission) => roles.some((role) => role[scopes[permission]] === true)))
}

const roleData = z.record(z.string(), z.unknown())

/** The rights of his roles and of his teams' roles. */
async function rolesOf(db: Knex, userId: string): Promise<Record<string, unknown>[]> {
  const own = db('role_user').select('role_id').where({ user_id: userId, deleted: 0 })
  const ofTeams = db('role_team as rt')
    .select('rt.role_id')
    .join('team as t', 't.id', 'rt.team_id')
    .join('team_user as tu', 'tu.team_id', 't.id')
    .where({ 'rt.deleted': 0, 't.deleted': 0, 'tu.deleted': 0, 'tu.user_id': userId })
  const rows = (await db('role')
    .pluck('data')
    .where({ deleted: 0 })
    .where((any) => void any.whereIn('id', own).orWhereIn('id', ofTeams))) as (string | null)[]
  return rows.map((data) => roleData.safeParse(JSON.parse(data ?? '{}')).data ?? {})
}

const rights = z.object({ view: z.boolean(), edit: z.boolean(), delete: z.boolean() })

const none = { view: false, edit: false, delete: false }

/** What somebody of the staff may do with a record or, without its id, with a module. */
async function rightsTo(
  rest: Espo['rest'],
  [staffId, module, id]: readonly [staffId: string, module: string, id?: string]
): Promise<z.infer<typeof rights>> {
  if (!/^[A-Za-z]\w*$/.test(module)) return none
  const path = ['Portico/rights', segment(staffId), module, ...(id === undefined ? [] : [segment(id)])].join('/')
  try {
    return rights.parse(await rest.send('GET', path))
  } catch (error) {
    if (error instanceof EspoRefused && error.status === 404) return none
    if (error instanceof HostUnavailable) throw error
    throw new HostUnavailable('EspoCRM does not say what a user may do.', { cause: error })
  }
}
