/** Who of the portal users sees a record, and why or why not: each of them is asked at the door, by his own policy (X01). */
import { along, ID, oneOf } from '../access/condition.js'
import { idsWhere, lookUp } from '../access/question.js'
import type { Explanation } from '../access/record.js'
import { records } from '../access/records.js'
import { viewerFor } from '../access/viewer.js'
import type { Context } from '../context.js'
import type { Catalog, Locale, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { configuration, releaseOf, type Configuration, type Portal, type UserType } from './configuration.js'
import { personOf } from './portals/door.js'
import { leadsTo } from './link-path.js'
import {
  accessesOf,
  portalUsersOfType,
  portalUsersWithoutRecord,
  userCounts,
  type PortalUser,
  type PortalUserStatus,
  type UserCounts
} from './people/portal-users.js'
import { usersFound } from './people/users-found.js'
import { modulesOfRoles } from './roles/roles.js'
import { wayBack } from './way-back.js'

/** A record somebody of the staff asks about; `locale` is the language of the answers. */
export interface Asked {
  readonly module: Module
  readonly recordId: string
  readonly locale: Locale
}

/** A user type and the portal it comes in by; without one: the portal's users that no record stands for (E08). */
export interface Place {
  readonly portal: Portal
  readonly userType: UserType | undefined
}

/** A portal user and what the door says of the record to him; undefined while he can't come in. */
export interface Look {
  readonly user: PortalUser
  readonly place: Place
  readonly explanation: Explanation | undefined
}

/** Those who see the record, of the people looked at. */
export interface Viewers {
  readonly looks: readonly Look[]
  /** Before the others were looked at: those whose own record this one is, or is linked to. */
  readonly nearest: number
  /** How many were passed over, and how many have access at all. */
  readonly skipped: number
  readonly looked: number
  readonly total: number
}

export const viewersPerPage = 50
const nearestAtMost = 20
export const foundAtMost = 10

/** Why nobody sees the record, where that needs no look at people. */
export type Obstacle = 'no-portal' | 'withheld' | 'unreleased' | 'no-longer-public'

/** Nothing is on; the record stays inside whatever was released (E10); nothing of its module is released. */
export async function obstacleTo(context: Context, { module, recordId }: Asked): Promise<Obstacle | undefined> {
  const all = await configuration(context.db)
  const places = openPlaces(all)
  if (places.length === 0) return 'no-portal'
  if (!(await lookUp(context.kernel, module.name, recordId, []))) return 'withheld'
  const portals = places.map(({ portal }) => portal)
  if ((await modulesOfRoles(context.db, portals)).has(module.name)) return undefined
  const releases = places.flatMap(({ userType }) => (userType && releaseOf(userType, module.name)) ?? [])
  if (releases.length === 0) return 'unreleased'
  const isGone = releases.every(({ kind }) => kind === 'public') && !all.publicModules.has(module.name)
  return isGone ? 'no-longer-public' : undefined
}

/** The portal users who see the record, out of a page of those with access: by user type, the ones to which the module is
 *  released first, and by name. The first page begins with the nearest to the record. */
export async function viewersOf(context: Context, asked: Asked, skip: number): Promise<Viewers> {
  const all = await configuration(context.db)
  const places = openPlaces(all).toSorted((a, b) => rank(a, asked) - rank(b, asked))
  const counts = await userCounts(context.db)
  const sizes = places.map((place) => confirmedIn(counts, place))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const skipped = Math.min(skip, Math.floor(Math.max(total - 1, 0) / viewersPerPage) * viewersPerPage)
  const near = skipped === 0 ? await nearestTo(context, asked, places) : []
  const users = await usersFrom(context, places, sizes, skipped)
  const known = new Set(near.map(({ id }) => id))
  const looks = await lookAll(context, asked, [...near, ...users.filter(({ id }) => !known.has(id))], all)
  const seeing = looks.filter(({ explanation }) => explanation?.visible)
  return { looks: seeing, nearest: near.length, skipped, looked: users.length, total }
}

/** What the door says of the record to people found by name or address, in every state and every portal; whom the CRM hides from
 *  `by` is not found. */
export async function foundByName(context: Context, asked: Asked, search: string, by: Staff): Promise<readonly Look[]> {
  const statuses = ['confirmed', 'invited', 'deactivated'] as const
  const users = await usersFound(context, by, { kind: 'everybody' }, { statuses, search, skip: 0, limit: foundAtMost })
  return lookAll(context, asked, users, await configuration(context.db))
}

function openPlaces(all: Configuration): Place[] {
  const types = [...all.userTypes.values()].flatMap((userType) => {
    const portal = all.portals.get(userType.portalId)
    return portal?.isActive ? [{ portal, userType }] : []
  })
  const portals = [...all.portals.values()].filter(({ isActive }) => isActive)
  return [...types, ...portals.map((portal) => ({ portal, userType: undefined }))]
}

function rank({ userType }: Place, { module }: Asked): number {
  return userType && releaseOf(userType, module.name) ? 0 : 1
}

function confirmedIn(counts: UserCounts, { portal, userType }: Place): number {
  return (userType ? counts.ofType(userType.id) : counts.withoutRecord(portal.id)).confirmed
}

/** A page of the confirmed users of all `places`, one user type after the other. */
async function usersFrom(
  context: Context,
  places: readonly Place[],
  sizes: readonly number[],
  skip: number
): Promise<PortalUser[]> {
  const users: PortalUser[] = []
  let passed = 0
  for (const [index, place] of places.entries()) {
    const from = Math.max(skip - passed, 0)
    const size = sizes[index]!
    passed += size
    if (size === 0 || skip >= passed || users.length >= viewersPerPage) continue
    const limit = viewersPerPage - users.length
    users.push(...(await confirmedAt(context, place, from, limit)))
  }
  return users
}

function confirmedAt(
  context: Context,
  { portal, userType }: Place,
  skip: number,
  limit: number
): Promise<PortalUser[]> {
  const ask = { statuses: ['confirmed'] satisfies PortalUserStatus[], search: '', skip, limit }
  if (userType) return portalUsersOfType(context.db, { ...ask, userTypeId: userType.id })
  return portalUsersWithoutRecord(context.db, { ...ask, portalId: portal.id })
}

/** Confirmed users whose own record is this one, or at the far end of their user type's link. Only whom to ask first depends on it. */
async function nearestTo(context: Context, asked: Asked, places: readonly Place[]): Promise<PortalUser[]> {
  const catalog = await context.host.catalog(asked.locale)
  const own = await accessesOf(context.db, asked.module.name, asked.recordId)
  const linked = await Promise.all(places.map((place) => linkedUsers(context, catalog, asked, place)))
  const open = new Set(places.map(({ userType }) => userType?.id))
  const users = [...own, ...linked.flat()].filter(
    ({ status, userTypeId }) => status === 'confirmed' && open.has(userTypeId)
  )
  return [...new Map(users.map((user) => [user.id, user])).values()].slice(0, nearestAtMost)
}

async function linkedUsers(
  context: Context,
  catalog: Catalog,
  { module, recordId }: Asked,
  { userType }: Place
): Promise<PortalUser[]> {
  if (!userType) return []
  const path = releaseOf(userType, module.name)?.path ?? []
  const back = leadsTo(catalog, module.name, path, userType.primaryModule) && wayBack(catalog, module, path)
  if (!back) return []
  const when = along(back, oneOf(ID, [recordId]))
  const ids = await idsWhere(context.kernel, userType.primaryModule, when, nearestAtMost)
  const users = await Promise.all(ids.map((id) => accessesOf(context.db, userType.primaryModule, id)))
  return users.flat().filter(({ userTypeId }) => userTypeId === userType.id)
}

/** One after the other: a page of people must not take every connection to the database. */
async function lookAll(
  context: Context,
  asked: Asked,
  users: readonly PortalUser[],
  all: Configuration
): Promise<Look[]> {
  const looks: Look[] = []
  for (const user of users) {
    const portal = all.portals.get(user.portalId)
    const userType = all.userTypes.get(user.userTypeId ?? '')
    if (!portal || (user.userTypeId !== undefined && !userType)) continue
    looks.push({ user, place: { portal, userType }, explanation: await explainTo(context, asked, user) })
  }
  return looks
}

/** As `portico explain` does: who he is when he comes in, and what the door says to him then. */
async function explainTo(
  context: Context,
  { module, recordId, locale }: Asked,
  user: PortalUser
): Promise<Explanation | undefined> {
  const person = await personOf(context, user.portalId, user)
  if (!person) return undefined
  const viewer = await viewerFor(context.kernel, { ...person, locale })
  return records(viewer).explain(module.name, recordId, context.t(locale))
}
