/** The administrators' pages of the portal module. For staff without the permission they are not there (Z31). */
import { Router } from 'express'
import type { Context } from '../../context.js'
import { requireStaff } from '../../web/staff.js'
import { accessPage, changeAccess, invitationPage, sendInvitationTo } from './access-pages.js'
import {
  activatePortal,
  changePortalPage,
  createPortalPage,
  deactivatePortal,
  defaultPortalPage,
  newPortalPage,
  portalListPage,
  portalPage
} from './portal-pages.js'
import { releasePage, removeReleasePage, saveReleasePage } from './release-pages.js'
import { userTypeListPage, userTypePage, userTypeUsersPage } from './user-type-pages.js'
import { viewersPage } from './viewers-page.js'

export function adminPages(context: Context): Router {
  const router = Router()
  const portals = requireStaff(context, 'manage-portals')
  const users = requireStaff(context, 'manage-portal-users')
  const either = requireStaff(context, 'manage-portals', 'manage-portal-users')

  router.get('/access', either, accessPage(context))
  router.get('/viewers', either, viewersPage(context))
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
