/** Why something is closed to an external user at this moment, for staff whom he calls: the refusal at the door says nothing (T01, T02). */
import { all, ID, oneOf } from '../access/condition.js'
import { idsWhere, lookUp } from '../access/question.js'
import type { Context } from '../context.js'
import { daysOnEarth } from './days-on-earth.js'
import type { ExternalUser } from './external-users.js'
import { everybody, rightsAt, saidOf } from './object-rights.js'
import { hasNotEnded } from './policy.js'
import type { ProjectWorld } from './project-settings.js'

/** The date on which the project ended, as days are kept; undefined while it goes on. */
export async function endOf(context: Context, world: ProjectWorld, projectId: string): Promise<string | undefined> {
  const { module, endDate } = world
  const project = await lookUp(context.kernel, module.name, projectId, [endDate])
  if (!project) return undefined
  const when = all(oneOf(ID, [projectId]), hasNotEnded(world, daysOnEarth(context.now())))
  const isOn = (await idsWhere(context.kernel, module.name, when, 1)).length > 0
  return isOn ? undefined : String(project.values[endDate] ?? '')
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
