/** The CRM's own connection between a member's contact and his project: made when he becomes a member, so that the contact's page shows the
 *  project, and undone with his membership if it was made for it (T03). Never within a transaction: the CRM has its own. */
import { all, linked, oneOf, ID, type Condition } from '../access/condition.js'
import { idsWhere } from '../access/question.js'
import type { Context } from '../context.js'
import { Forbidden, NotFound } from '../errors.js'
import type { Link, LinkStorage } from '../host/catalog.js'
import { HostRefused, HostUnavailable, type Connection, type Staff } from '../host/host.js'
import { contacts, projectsOf } from './project.js'
import type { ProjectWorld } from './project-settings.js'

interface Ends {
  readonly projectId: string
  readonly contactId: string
}

/** `made` just now; `there` already; `refused`, or not answered, by the CRM; `none`: this CRM connects no contacts with projects. */
export type Connecting = 'made' | 'there' | 'refused' | 'none'

export async function connect(context: Context, ends: Ends, by: Staff): Promise<Connecting> {
  const world = await projectsOf(context)
  const link = contactLink(world)
  if (!link) return 'none'
  if ((await connectedAmong(context, ends.projectId, [ends.contactId])).size > 0) return 'there'
  const done = await isDone(context, connectionOver(world, link, ends, true), by)
  return done ? 'made' : 'refused'
}

/** Whether the CRM did it. */
export async function disconnect(context: Context, ends: Ends, by: Staff): Promise<boolean> {
  const world = await projectsOf(context)
  const link = contactLink(world)
  return !link || isDone(context, connectionOver(world, link, ends, false), by)
}

/** Those of the contacts that are connected with the project; all of them where the CRM knows no such connection. */
export async function connectedAmong(
  context: Context,
  projectId: string,
  contactIds: readonly string[]
): Promise<ReadonlySet<string>> {
  const link = contactLink(await projectsOf(context))
  if (!link) return new Set(contactIds)
  const found = new Set<string>()
  for (let from = 0; from < contactIds.length; from += mostAtOnce) {
    const some = contactIds.slice(from, from + mostAtOnce)
    const when: Condition = all(oneOf(ID, some), linked(link.name, oneOf(ID, [projectId])))
    for (const id of await idsWhere(context.kernel, contacts, when, mostAtOnce)) found.add(id)
  }
  return found
}

/** So many are asked for in one statement. */
const mostAtOnce = 200

/** Undefined where a contact holds one project at most: another one would take its place. */
function contactLink({ parts }: ProjectWorld): Link | undefined {
  const part = parts.get('members')
  return part?.module.name === contacts && part.link.storage.kind === 'table' ? part.link : undefined
}

const mostTries = 2

/** The same connection seen from the project, where there is such a link: whoever manages its members may change it. */
function connectionOver({ module }: ProjectWorld, link: Link, ends: Ends, present: boolean): Connection {
  const { projectId, contactId } = ends
  const back = [...module.links.values()].find(
    ({ to, storage }) => to === contacts && isSameTable(storage, link.storage)
  )
  return back
    ? { module: module.name, id: projectId, link: back.name, other: contactId, present }
    : { module: contacts, id: contactId, link: link.name, other: projectId, present }
}

function isSameTable(one: LinkStorage, other: LinkStorage): boolean {
  return one.kind === 'table' && other.kind === 'table' && one.table === other.table
}

/** Whether the CRM did it; whom it did not hear is asked twice. */
async function isDone(context: Context, connection: Connection, by: Staff): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await context.host.link(connection, { kind: 'staff', id: by.id })
      return true
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (!(error instanceof HostUnavailable) || tries === mostTries) return false
    }
  }
}

function isRefusal(error: unknown): boolean {
  return [HostRefused, HostUnavailable, NotFound, Forbidden].some((kind) => error instanceof kind)
}
