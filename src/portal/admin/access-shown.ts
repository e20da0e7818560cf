/** One access as the staff's pages show it: where, as what, since when, and what can be done with it (Z22). */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { configuration } from '../configuration.js'
import type { PortalUser, PortalUserStatus } from '../people/portal-users.js'
import { adminUrl } from './frame.js'
import { mayOpen, needs } from './permitted.js'
import { previewUrl } from './preview-pages.js'

/** What can be done with an access in each status. */
const open: Readonly<Record<PortalUserStatus, readonly string[]>> = {
  invited: ['invitation', 'deactivation', 'removal'],
  confirmed: ['deactivation', 'removal'],
  suspended: [],
  deactivated: ['activation', 'removal'],
  removed: []
}

export async function shownAccess(
  context: Context,
  req: Request,
  res: Response,
  user: PortalUser
): Promise<Record<string, unknown>> {
  const all = await configuration(context.db)
  const inviter = await context.host.staffById(user.invitedBy)
  const may = mayOpen(req.staff, needs.users)
  return {
    ...user,
    portal: all.portals.get(user.portalId)?.name ?? '',
    userType: all.userTypes.get(user.userTypeId ?? '')?.name,
    by: inviter?.name ?? '',
    actions: may ? open[user.status].map((name) => ({ name, url: adminUrl(res, 'users', user.id, name) })) : [],
    previewUrl: mayOpen(req.staff, needs.portals) ? previewUrl(res, { user: user.id }) : undefined,
    url: may ? adminUrl(res, 'users', user.id) : undefined
  }
}
