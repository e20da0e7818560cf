/** What a staff member may do about an external user: administrators everything, others only through projects where he is still a member and
 *  which the CRM lets them edit. To add him to a project of one's own gives nothing of what reaches into others' projects (T03, T06, T10). */
import { lookUp } from '../access/question.js'
import type { Context } from '../context.js'
import { Forbidden } from '../errors.js'
import type { Staff } from '../host/host.js'
import { projectWorld } from './project-settings.js'
import { projectsOfPerson } from './user-search.js'

/** `some`: through one of his projects, so his account is closed and opened, and he is invited again at his own address. `all`: through every
 *  one of them, so also what reaches further than one project: module rights, a new password. */
export type Power = 'none' | 'some' | 'all'

/** Of somebody in more projects than these, nobody but administrators has all. */
const mostProjects = 500

/** Projects that the CRM hides from the staff member count; those that it no longer has do not. */
export async function powerOver(context: Context, staff: Staff, personId: string): Promise<Power> {
  if (staff.isAdministrator) return 'all'
  const world = await projectWorld(context.db, await context.host.catalog(staff.locale))
  if (!world) return 'none'
  const module = world.module.name
  const projects = await projectsOfPerson(context.db, module, personId, mostProjects + 1)
  let [hasOwn, hasOthers] = [false, projects.length > mostProjects]
  for (const id of projects) {
    if (await context.host.allows(staff, 'edit', module, id)) hasOwn = true
    else hasOthers ||= (await lookUp(context.kernel, module, id, [])) !== undefined
    if (hasOwn && hasOthers) return 'some'
  }
  return hasOwn ? 'all' : 'none'
}

/** @throws Forbidden with the reason in words */
export async function mustHavePower(
  context: Context,
  staff: Staff,
  personId: string,
  needed: Exclude<Power, 'none'>
): Promise<void> {
  const power = await powerOver(context, staff, personId)
  if (power === 'none') throw new Forbidden('external:refusal.noProjectOfYours')
  if (needed === 'all' && power === 'some') throw new Forbidden('external:refusal.othersProjects')
}
