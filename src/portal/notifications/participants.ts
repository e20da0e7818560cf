/** Who takes part in a record: who wrote it or on it, and whom it belongs to by his user type's link. Nobody else is looked at,
 *  however many portal users there are; what each of them may see of it is asked when his mail is made. */
import { authorOf } from '../../access/authorship.js'
import { along, ID, oneOf } from '../../access/condition.js'
import { idsWhere } from '../../access/question.js'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { configuration, releaseOf, type Configuration, type UserType } from '../configuration.js'
import { leadsTo } from '../link-path.js'
import { modulesOfRoles } from '../roles/roles.js'
import { wayBack } from '../way-back.js'

export interface Place {
  readonly module: string
  readonly recordId: string
}

/** People of one record at most, and notes of it that are looked at for their authors. */
const mostPeople = 200
const mostNotes = 200

/** User types and authors only count where a portal is on and shows this module; undefined: nobody outside sees any of it. */
export async function openTypes(context: Context, module: string): Promise<readonly UserType[] | undefined> {
  const all = await configuration(context.db)
  const portals = [...all.portals.values()].filter(({ isActive }) => isActive)
  if (portals.length === 0) return undefined
  const types = releasing(all, module)
  const isReleased = types.length > 0 || (await modulesOfRoles(context.db, portals)).has(module)
  return isReleased ? types : undefined
}

function releasing({ userTypes, portals }: Configuration, module: string): UserType[] {
  return [...userTypes.values()].filter(
    (userType) => portals.get(userType.portalId)?.isActive && releaseOf(userType, module)
  )
}

/** Ids of portal users to whose own record this one is linked as their user type says. */
export async function ownersOf(context: Context, place: Place, types: readonly UserType[]): Promise<Set<string>> {
  const catalog = await context.host.catalog('en')
  const module = catalog.modules.get(place.module)
  const found = new Set<string>()
  if (!module || module.partOf) return found
  for (const userType of types) {
    const records = await recordsBehind(context, catalog, { module, recordId: place.recordId }, userType)
    for (const id of await usersWith(context, userType, records)) found.add(id)
  }
  return found
}

/** Ids of portal users whose own record this is. */
export async function thoseBehind(context: Context, place: Place, types: readonly UserType[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const userType of types.filter(({ primaryModule }) => primaryModule === place.module))
    for (const id of await usersWith(context, userType, [place.recordId])) found.add(id)
  return found
}

/** Ids of portal users who wrote the record, or a note on it. */
export async function authorsOn(context: Context, { module: name, recordId }: Place): Promise<Set<string>> {
  const author = await authorOf(context.db, name, recordId)
  const hasFeed = (await context.host.catalog('en')).modules.get(name)?.hasFeed === true
  const notes = hasFeed ? await context.host.feed.list(name, recordId, { internal: false, limit: mostNotes }) : []
  const writers = notes.flatMap(({ author: { kind, id } }) => (kind === 'outside' && id !== undefined ? [id] : []))
  return new Set([...(author === undefined ? [] : [author]), ...writers])
}

async function recordsBehind(
  context: Context,
  catalog: Catalog,
  { module, recordId }: { module: Module; recordId: string },
  userType: UserType
): Promise<string[]> {
  const { primaryModule } = userType
  const path = releaseOf(userType, module.name)?.path ?? []
  const back = leadsTo(catalog, module.name, path, primaryModule) && wayBack(catalog, module, path)
  return back ? idsWhere(context.kernel, primaryModule, along(back, oneOf(ID, [recordId])), mostPeople) : []
}

async function usersWith(
  { db }: Context,
  { id, primaryModule }: UserType,
  recordIds: readonly string[]
): Promise<string[]> {
  if (recordIds.length === 0) return []
  const rows = (await db('portico_portal_users')
    .select('id')
    .where({ module: primaryModule, user_type_id: id, status: 'confirmed' })
    .whereIn('record_id', [...recordIds])
    .limit(mostPeople)) as { id: string }[]
  return rows.map((row) => row.id)
}
