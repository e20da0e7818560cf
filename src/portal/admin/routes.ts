/** The administrators' pages of the portal module. For staff without the permission they are not there (Z31). */
import { Router, type RequestHandler } from 'express'
import type { Context } from '../../context.js'
import { hasPermission, requireStaff } from '../../web/staff.js'
import { accessPage, changeAccess, invitationPage, sendInvitationTo } from './access-pages.js'
import { adminFrame } from './frame.js'
import { activatePortal, changePortalPage, createPortalPage, deactivatePortal, defaultPortalPage, newPortalPage, portalListPage, portalPage } from './portal-pages.js'
import { releasePage, removeReleasePage, saveReleasePage } from './release-pages.js'
import { userTypeListPage, userTypePage, userTypeUsersPage } from './user-type-pages.js'

export function adminPages(context: Context): Router {
  const router = Router()
  const portals = [requireStaff(context.host, 'manage-portals'), adminFrame]
  const users = [requireStaff(context.host, 'manage-portal-users'), adminFrame]
  const either = [requireEither(context), adminFrame]

  router.get('/access', either, accessPage(context))
  router.post('/users/:user/:change', users, changeAccess(context))
  router.get('/users', users, userTypeListPage(context))
  router.get('/invitations/new', portals, invitationPage(context))
  router.post('/invitations', portals, sendInvitationTo(context))

  router.get('/user-types/:type', portals, userTypePage(context))
  router.get('/user-types/:type/users', users, userTypeUsersPage(context))
  router.get('/user-types/:type/modules/:module', portals, releasePage(context))
  router.post('/user-types/:type/modules/:module', portals, saveReleasePage(context))
  router.post('/user-types/:type/modules/:module/removal', portals, removeReleasePage(context))

  router.get('/', portals, portalListPage(context))
  router.post('/', portals, createPortalPage(context))
  router.get('/new', portals, newPortalPage(context))
  router.get('/:portal', portals, portalPage(context))
  router.post('/:portal', portals, changePortalPage(context))
  router.post('/:portal/activation', portals, activatePortal(context))
  router.post('/:portal/deactivation', portals, deactivatePortal(context))
  router.post('/:portal/default', portals, defaultPortalPage(context))
  return router
}

/** Whoever may invite and whoever may see the users both see who has access. */
function requireEither(context: Context): RequestHandler {
  const invites = requireStaff(context.host, 'manage-portals')
  const sees = requireStaff(context.host, 'manage-portal-users')
  return async (req, res, next) => {
    const staff = await context.host.staff(req)
    const guard = staff && hasPermission(staff, 'manage-portals') ? invites : sees
    await guard(req, res, next)
  }
}
