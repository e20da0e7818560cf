/** Why something is closed to an external user at this moment, for staff whom he calls: the refusal at the door says nothing (T01, T02). */
import { all, ID, oneOf } from '../access/condition.js'
import { idsWhere, lookUp } from '../access/question.js'
import type { Context } from '../context.js'
import type { ExternalUser } from './external-users.js'
import { everybody, rightsAt, rightsOfRecords, saidOf, type RecordRights } from './object-rights.js'
import { daysOf, hasNotEnded } from './policy.js'
import type { ProjectWorld } from './project-settings.js'
import { projectsOfPeople } from './user-search.js'

/** When a project ended, and where. */
export interface End {
  /** `YYYY-MM-DD`: its last day. */
  readonly date: string
  /** In which that day ended; '' for a project that has none. */
  readonly timeZone: string
}

/** Undefined while it goes on. */
export async function endOf(context: Context, world: ProjectWorld, projectId: string): Promise<End | undefined> {
  const { module, endDate, timeZone } = world
  const fields = 'field' in timeZone ? [endDate, timeZone.field] : [endDate]
  const project = await lookUp(context.kernel, module.name, projectId, fields)
  if (!project) return undefined
  if ((await goingOn(context, world, [projectId])).has(projectId)) return undefined
  const zone = 'field' in timeZone ? String(project.values[timeZone.field] ?? '') : timeZone.zone
  return { date: String(project.values[endDate] ?? ''), timeZone: zone }
}

const mostAtOnce = 200

/** Those of these projects that are there and have not ended. */
async function goingOn(
  context: Context,
  world: ProjectWorld,
  projectIds: readonly string[]
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let at = 0; at < projectIds.length; at += mostAtOnce) {
    const some = projectIds.slice(at, at + mostAtOnce)
    const when = all(oneOf(ID, some), hasNotEnded(world, await daysOf(context, world, oneOf(ID, some))))
    for (const id of await idsWhere(context.kernel, world.module.name, when, some.length)) found.add(id)
  }
  return found
}

/** Nobody is told the project: neither the group nor anybody in it may read it. */
export async function isUnread(context: Context, world: ProjectWorld, projectId: string): Promise<boolean> {
  const said = await rightsAt(context.db, world.module.name, projectId)
  if (said.get(everybody)?.read === 'deny') return true
  return [...said.values()].every(({ read }) => read !== 'allow')
}

export type Closing = 'invited' | 'deactivated' | 'ended' | 'denied' | 'unread' | 'none'

/** The first reason for which a project is closed to one of its members; `none` where nothing of it is known. */
export async function closingFor(
  context: Context,
  world: ProjectWorld,
  user: ExternalUser,
  projectId: string
): Promise<Closing> {
  if (user.status !== 'confirmed') return user.status
  if ((await endOf(context, world, projectId)) !== undefined) return 'ended'
  const said = saidOf(await rightsAt(context.db, world.module.name, projectId), user.id, 'read')
  if (said?.effect === 'deny') return 'denied'
  return said ? 'none' : 'unread'
}

// --- many people at once ---

export type Shut = 'noProject' | 'ended' | 'denied' | 'unread'

/** Of active users those to whom no project is open, by id, with the reason: sign-in refuses them and does not say why. */
export async function shutOut(
  context: Context,
  world: ProjectWorld,
  users: readonly ExternalUser[]
): Promise<ReadonlyMap<string, Shut>> {
  const active = users.flatMap(({ id, status }) => (status === 'confirmed' ? [id] : []))
  const projects = await projectsOfPeople(context.db, world.module.name, active)
  const ids = [...new Set([...projects.values()].flat())]
  const on = await goingOn(context, world, ids)
  const said = await rightsOfRecords(context.db, world.module.name, [...on])
  return new Map(
    active.flatMap((id) => {
      const reason = shutFor(id, projects.get(id) ?? [], on, said)
      return reason ? [[id, reason] as const] : []
    })
  )
}

function shutFor(
  personId: string,
  projectIds: readonly string[],
  on: ReadonlySet<string>,
  said: ReadonlyMap<string, RecordRights>
): Shut | undefined {
  if (projectIds.length === 0) return 'noProject'
  const left = projectIds.filter((id) => on.has(id))
  if (left.length === 0) return 'ended'
  const effects = left.map((id) => saidOf(said.get(id) ?? new Map(), personId, 'read')?.effect)
  if (effects.includes('allow')) return undefined
  return effects.includes('deny') ? 'denied' : 'unread'
}
