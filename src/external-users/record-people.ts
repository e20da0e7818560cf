/** Whom the rights of one record can concern: the external members of the projects it belongs to (T07). */
import { ID, oneOf } from '../access/condition.js'
import { lookUp, narrowRecords } from '../access/question.js'
import { records } from '../access/records.js'
import { viewerFor, type Person } from '../access/viewer.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Module } from '../host/catalog.js'
import { externalUsersById, membersOf, type ExternalUser } from './external-users.js'
import { isActivity, type Kind } from './kinds.js'
import type { KnownPart, ProjectWorld } from './project-settings.js'
import type { RecordAt } from './record-rights.js'

/** What a module is among the things of projects; `undefined` for what is none of them. */
export function placeOf(world: ProjectWorld, name: string): PlaceInWorld | undefined {
  if (name === world.module.name) return { kind: 'project', module: world.module, link: undefined }
  const part = [...world.parts.values()].find(({ module }) => module.name === name)
  if (part) return { kind: part.kind, module: part.module, link: part.link.name }
  const { folders } = world
  return folders?.module.name === name ? { kind: 'folders', module: folders.module, link: folders.link } : undefined
}

export interface PlaceInWorld {
  readonly kind: Kind | 'project' | 'folders'
  readonly module: Module
  /** To the project; of projects themselves none. */
  readonly link: KnownPart['link']['name'] | undefined
}

/** Somebody can be responsible for it. */
export function hasResponsible({ kind }: PlaceInWorld): boolean {
  return kind !== 'project' && kind !== 'folders' && isActivity(kind)
}

/** So many projects of one record are looked at; so many people are shown beside it. */
const mostProjects = 20
export const mostPeople = 60

/** Ids of the projects a record belongs to; of a project its own. @throws NotFound for a record that isn't there */
export async function projectIdsOf(
  context: Context,
  world: ProjectWorld,
  place: PlaceInWorld,
  id: string
): Promise<string[]> {
  const { module, link } = place
  const when = oneOf(ID, [id])
  const fields = [...module.fields.keys()]
  const door = await narrowRecords(context.kernel, { module: module.name, when, fields, named: [world.module.name] })
  if (link === undefined) return [(await door.find(module.name, id)).id]
  const page = await door.related(module.name, id, link, { limit: mostProjects })
  return page.records.map((record) => record.id)
}

/** The external members of these projects, each once, by name; the first `mostPeople`. */
export async function peopleOf(
  context: Context,
  world: ProjectWorld,
  projectIds: readonly string[]
): Promise<ExternalUser[]> {
  const people = new Map<string, ExternalUser>()
  for (const id of projectIds)
    for (const user of await membersOf(context.db, world.module.name, id, mostPeople)) people.set(user.id, user)
  return [...people.values()].toSorted((one, other) => one.name.localeCompare(other.name)).slice(0, mostPeople)
}

/** These people and those of `ids` besides. */
export async function withOthers(
  context: Context,
  people: readonly ExternalUser[],
  ids: readonly string[]
): Promise<ExternalUser[]> {
  const others = ids.filter((id) => !people.some((user) => user.id === id))
  return [...people, ...(await externalUsersById(context.db, others))]
}

export const outcomes = ['none', 'listed', 'read', 'edit', 'delete', 'editAndDelete'] as const
/** How far a record is open to somebody. */
export type Outcome = (typeof outcomes)[number]

/** What somebody may do with a record at this moment, asked as he would be asked himself. */
export async function outcomeFor(context: Context, user: ExternalUser, { module, id }: RecordAt): Promise<Outcome> {
  if (user.status !== 'confirmed') return 'none'
  const told = await records(await viewerFor(context.kernel, personOf(user))).explain(module, id, (key) => key)
  if (!told.visible) return 'none'
  const may = new Set(told.grants.flatMap((grant) => (grant.matches ? grant.actions : [])))
  if (!may.has('open')) return 'listed'
  if (may.has('edit')) return may.has('delete') ? 'editAndDelete' : 'edit'
  return may.has('delete') ? 'delete' : 'read'
}

/** As far as rights depend on him. */
function personOf({ id, name, module, recordId, invitedBy }: ExternalUser): Person {
  const place = { locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
  return {
    kind: 'external-user',
    id,
    name,
    module,
    recordId,
    portalId: undefined,
    userTypeId: undefined,
    invitedBy,
    ...place
  }
}

/** What a record is called. @throws NotFound */
export async function titleOf(context: Context, { name, title }: Module, id: string): Promise<string> {
  const record = await lookUp(context.kernel, name, id, [title])
  if (!record) throw new NotFound()
  return record.title
}
