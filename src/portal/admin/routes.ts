/** The administrators' pages of the portal module. For staff without the permission they are not there (Z31). */
import type { Context } from '../../context.js'
import { accessPage, changeAccess, invitationPage, sendInvitationTo } from './access-pages.js'
import {
  activatePortal,
  changePortalPage,
  createPortalPage,
  deactivatePortal,
  defaultPortalPage,
  discardPortalPage,
  newPortalPage,
  portalListPage,
  portalPage
} from './portal-pages.js'
import { appearancePage, changeAccent, changeLogo, logoOfPortal, removeLogo } from './appearance-pages.js'
import { changeNavigation, navigationPage } from './tab-pages.js'
import {
  changeWebTabPage,
  createWebTabPage,
  newWebTabPage,
  removeWebTabPage,
  webTabAdminPage,
  webTabListPage
} from './web-tab-pages.js'
import { conversionPage, decideConversionPage } from './conversion-pages.js'
import {
  choosePortalDashboardPage,
  createDashboardPage,
  dashboardListPage,
  dashboardPage,
  dashletPage,
  deleteDashboardPage,
  lowerDashlet,
  newDashletPage,
  portalDashboardPage,
  raiseDashlet,
  removeDashletPage,
  renameDashboardPage,
  saveDashletPage
} from './dashboard-pages.js'
import { layoutPage, newLayoutPage, saveLayoutPage } from './layout-pages.js'
import {
  createLayoutSetPage,
  deleteLayoutSetPage,
  layoutSetListPage,
  layoutSetPage,
  raiseLayoutPage,
  removeLayoutPage,
  renameLayoutSetPage
} from './layout-set-pages.js'
import { choosePortalLayoutsPage, portalLayoutsPage } from './portal-layouts-page.js'
import {
  changeFormPage,
  createFormPage,
  deleteFormPage,
  formListPage,
  formPage,
  newFormPage,
  releaseFormPage,
  withdrawFormPage
} from './form-pages.js'
import { approveRequestPage, formRequestListPage, formRequestPage, refuseRequestPage } from './form-request-pages.js'
import { levelListPage, levelPage, resetLevelPage, saveLevelPage } from './level-pages.js'
import {
  createPersonPage,
  newPersonPage,
  personListPage,
  personPage,
  savePersonAccountsPage,
  savePersonDashboardPage,
  savePersonRolesPage
} from './person-pages.js'
import {
  createRolePage,
  deleteRolePage,
  newRolePage,
  portalRolesPage,
  removeRoleModulePage,
  renameRolePage,
  roleListPage,
  roleModulePage,
  rolePage,
  savePortalRolesPage,
  saveRoleModulePage
} from './role-pages.js'
import { needs, permittedRouter, type PermittedRouter } from '../../web/permitted.js'
import { beginPreviewPage, endPreviewPage, previewPage } from './preview-pages.js'
import { previewRooms } from '../pages/preview-rooms.js'
import { deletePage, deletionPage, goOnPage } from './privacy-deletion-pages.js'
import { liftStopPage, recordPrivacyPage, saveBasisPage, saveConsentPage } from './privacy-record-pages.js'
import { acceptPage, refusePage, requestArchive, requestListPage, requestPage } from './privacy-request-pages.js'
import { privacySettingsPage, savePrivacySettingsPage } from './privacy-settings-pages.js'
import { releasePage, saveReleasePage } from './release-pages.js'
import { askToDiscardPortal, askToTakeBack, takeBack } from './removal-pages.js'
import {
  addUserTypePage,
  changeUserTypePage,
  fieldsPage,
  invitationStepPage,
  moduleFieldsPage,
  newUserTypePage,
  saveInvitationStepPage,
  saveModuleFieldsPage,
  saveTabsPage,
  setUpPage,
  tabsPage,
  userTypeFormPage
} from './set-up-pages.js'
import {
  approveTextMessagePage,
  resetTextMessagePage,
  saveLinkDomainsPage,
  saveTextMessagePage,
  textMessagePage,
  textMessagesPage
} from './sms-pages.js'
import {
  resetTemplatePage,
  saveTemplatePage,
  templateListPage,
  templatePage,
  testTemplatePage
} from './template-pages.js'
import { previewTemplatePage, previewTypedPage } from './template-preview.js'
import { holdsPage, saveHoldsPage } from './holds-pages.js'
import { newRunPage, orderRunPage } from './run-pages.js'
import { endRunPage, failedDownload, runListPage, runPage, tryAgainPage } from './run-report-pages.js'
import { allUsersPage, candidateListPage, userTypeListPage, userTypeUsersPage } from './user-type-pages.js'
import { askToDeleteType, deleteTypePage } from './type-removal-pages.js'
import { finishPage, userTypePage } from './user-type-summary.js'
import { viewersPage } from './viewers-page.js'
import { checkAddressPage, webServerPage } from './web-server-pages.js'

/** Each page says what it needs: without that it is not there. */
export function adminPages(context: Context): PermittedRouter {
  const router = permittedRouter(context)
  pagesOfPeople(router, context)
  pagesOfForms(router, context)
  privacyPages(router, context)
  pagesOfUserTypes(router, context)
  pagesOfShared(router, context)
  pagesOfPortals(router, context)
  return router
}

/** Data privacy: the switch, the basis of processing of a person, and what people ask for (Z29, Z30). */
function privacyPages(router: PermittedRouter, context: Context): void {
  const { portals, users, either } = needs
  router.get('/privacy', portals, privacySettingsPage(context))
  router.post('/privacy', portals, savePrivacySettingsPage(context))
  router.get('/privacy/record', either, recordPrivacyPage(context))
  router.post('/privacy/record', either, saveBasisPage(context))
  router.post('/privacy/record/consents', either, saveConsentPage(context))
  router.post('/privacy/record/continuation', either, liftStopPage(context))
  router.get('/privacy/requests', users, requestListPage(context))
  router.get('/privacy/requests/:request', users, requestPage(context))
  router.get('/privacy/requests/:request/archive', users, requestArchive(context))
  router.post('/privacy/requests/:request/acceptance', users, acceptPage(context))
  router.post('/privacy/requests/:request/refusal', users, refusePage(context))
  router.get('/privacy/requests/:request/deletion', users, deletionPage(context))
  router.post('/privacy/requests/:request/deletion', users, deletePage(context))
  router.post('/privacy/requests/:request/deletion/continuation', users, goOnPage(context))
}

/** Who has access, inviting, and seeing a portal as somebody does. */
function pagesOfPeople(router: PermittedRouter, context: Context): void {
  const { portals, users, either } = needs
  router.get('/access', either, accessPage(context))
  router.get('/viewers', either, viewersPage(context))
  router.get('/users/all', users, allUsersPage(context))
  runPages(router, context)
  peoplePages(router, context)
  rolePages(router, context)
  router.get('/users', users, userTypeListPage(context))
  router.get('/invitations/new', portals, invitationPage(context))
  router.post('/invitations', portals, sendInvitationTo(context))

  router.get('/preview', portals, previewPage(context))
  router.post('/preview', portals, beginPreviewPage(context))
  router.post('/preview/:preview/end', portals, endPreviewPage(context))
  router.use('/preview/:preview', portals, ...previewRooms(context))
}

/** Portal forms of a user type, and what visitors sent by them. */
function pagesOfForms(router: PermittedRouter, context: Context): void {
  const { portals, both } = needs
  router.get('/user-types/:type/forms', portals, formListPage(context))
  router.post('/user-types/:type/forms', portals, createFormPage(context))
  router.get('/user-types/:type/forms/new', portals, newFormPage(context))
  router.get('/user-types/:type/forms/:form', portals, formPage(context))
  router.post('/user-types/:type/forms/:form', portals, changeFormPage(context))
  router.post('/user-types/:type/forms/:form/release', portals, releaseFormPage(context))
  router.post('/user-types/:type/forms/:form/withdrawal', portals, withdrawFormPage(context))
  router.post('/user-types/:type/forms/:form/removal', portals, deleteFormPage(context))
  router.get('/form-requests', both, formRequestListPage(context))
  router.get('/form-requests/:request', both, formRequestPage(context))
  router.post('/form-requests/:request/approval', both, approveRequestPage(context))
  router.post('/form-requests/:request/refusal', both, refuseRequestPage(context))
}

function pagesOfUserTypes(router: PermittedRouter, context: Context): void {
  const { portals, users } = needs
  router.get('/user-types/:type', portals, userTypePage(context))
  router.get('/user-types/:type/users', users, userTypeUsersPage(context))
  router.get('/user-types/:type/candidates', portals, candidateListPage(context))
  router.get('/user-types/:type/holds', portals, holdsPage(context))
  router.post('/user-types/:type/holds', portals, saveHoldsPage(context))
  router.get('/user-types/:type/set-up', portals, setUpPage(context))
  router.get('/user-types/:type/set-up/type', portals, userTypeFormPage(context))
  router.post('/user-types/:type/set-up/type', portals, changeUserTypePage(context))
  router.get('/user-types/:type/set-up/tabs', portals, tabsPage(context))
  router.post('/user-types/:type/set-up/tabs', portals, saveTabsPage(context))
  router.get('/user-types/:type/set-up/fields', portals, fieldsPage(context))
  router.get('/user-types/:type/set-up/fields/:module', portals, moduleFieldsPage(context))
  router.post('/user-types/:type/set-up/fields/:module', portals, saveModuleFieldsPage(context))
  router.get('/user-types/:type/set-up/invitation', portals, invitationStepPage(context))
  router.post('/user-types/:type/set-up/invitation', portals, saveInvitationStepPage(context))
  mailTemplatePages(router, context)
  router.post('/user-types/:type/completion', portals, finishPage(context))
  router.get('/user-types/:type/removal', portals, askToDeleteType(context))
  router.post('/user-types/:type/removal', portals, deleteTypePage(context))
  router.get('/user-types/:type/modules/:module', portals, releasePage(context))
  router.post('/user-types/:type/modules/:module', portals, saveReleasePage(context))
  router.get('/user-types/:type/modules/:module/removal', portals, askToTakeBack(context))
  router.post('/user-types/:type/modules/:module/removal', portals, takeBack(context))
}

/** What several portals share. */
function pagesOfShared(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/web-tabs', portals, webTabListPage(context))
  router.post('/web-tabs', portals, createWebTabPage(context))
  router.get('/web-tabs/new', portals, newWebTabPage(context))
  router.get('/web-tabs/:tab', portals, webTabAdminPage(context))
  router.post('/web-tabs/:tab', portals, changeWebTabPage(context))
  router.post('/web-tabs/:tab/removal', portals, removeWebTabPage(context))

  router.get('/text-messages', portals, textMessagesPage(context))
  router.post('/text-messages/domains', portals, saveLinkDomainsPage(context))
  router.get('/text-messages/:kind/:language', portals, textMessagePage(context))
  router.post('/text-messages/:kind/:language', portals, saveTextMessagePage(context))
  router.post('/text-messages/:kind/:language/approval', portals, approveTextMessagePage(context))
  router.post('/text-messages/:kind/:language/reset', portals, resetTextMessagePage(context))

  router.get('/layout-sets', portals, layoutSetListPage(context))
  router.post('/layout-sets', portals, createLayoutSetPage(context))
  router.get('/layout-sets/:set', portals, layoutSetPage(context))
  router.post('/layout-sets/:set', portals, renameLayoutSetPage(context))
  router.post('/layout-sets/:set/removal', portals, deleteLayoutSetPage(context))
  router.get('/layout-sets/:set/layouts/new', portals, newLayoutPage(context))
  router.post('/layout-sets/:set/layouts', portals, saveLayoutPage(context))
  router.get('/layout-sets/:set/layouts/:layout', portals, layoutPage(context))
  router.post('/layout-sets/:set/layouts/:layout', portals, saveLayoutPage(context))
  router.post('/layout-sets/:set/layouts/:layout/raise', portals, raiseLayoutPage(context))
  router.post('/layout-sets/:set/layouts/:layout/removal', portals, removeLayoutPage(context))
  router.get('/:portal/layouts', portals, portalLayoutsPage(context))
  router.post('/:portal/layouts', portals, choosePortalLayoutsPage(context))

  router.get('/dashboards', portals, dashboardListPage(context))
  router.post('/dashboards', portals, createDashboardPage(context))
  router.get('/dashboards/:dashboard', portals, dashboardPage(context))
  router.post('/dashboards/:dashboard', portals, renameDashboardPage(context))
  router.post('/dashboards/:dashboard/removal', portals, deleteDashboardPage(context))
  router.get('/dashboards/:dashboard/dashlets/new', portals, newDashletPage(context))
  router.post('/dashboards/:dashboard/dashlets', portals, saveDashletPage(context))
  router.get('/dashboards/:dashboard/dashlets/:dashlet', portals, dashletPage(context))
  router.post('/dashboards/:dashboard/dashlets/:dashlet', portals, saveDashletPage(context))
  router.post('/dashboards/:dashboard/dashlets/:dashlet/raise', portals, raiseDashlet(context))
  router.post('/dashboards/:dashboard/dashlets/:dashlet/lower', portals, lowerDashlet(context))
  router.post('/dashboards/:dashboard/dashlets/:dashlet/removal', portals, removeDashletPage(context))
  router.get('/:portal/dashboard', portals, portalDashboardPage(context))
  router.post('/:portal/dashboard', portals, choosePortalDashboardPage(context))
}

/** Behind all others: the first word of an address may be a portal. */
function pagesOfPortals(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/', portals, portalListPage(context))
  router.post('/', portals, createPortalPage(context))
  router.get('/new', portals, newPortalPage(context))
  router.get('/:portal/user-types/new', portals, newUserTypePage(context))
  router.post('/:portal/user-types', portals, addUserTypePage(context))
  router.get('/:portal', portals, portalPage(context))
  router.post('/:portal', portals, changePortalPage(context))
  router.post('/:portal/activation', portals, activatePortal(context))
  router.post('/:portal/deactivation', portals, deactivatePortal(context))
  router.post('/:portal/default', portals, defaultPortalPage(context))
  router.get('/:portal/removal', portals, askToDiscardPortal(context))
  router.post('/:portal/removal', portals, discardPortalPage(context))
  router.get('/:portal/web-server', portals, webServerPage(context))
  router.post('/:portal/web-server/check', portals, checkAddressPage(context))
  router.get('/:portal/appearance', portals, appearancePage(context))
  router.post('/:portal/appearance', portals, changeAccent(context))
  router.get('/:portal/appearance/logo', portals, logoOfPortal(context))
  router.post('/:portal/appearance/logo', portals, changeLogo(context))
  router.post('/:portal/appearance/logo/removal', portals, removeLogo(context))
  router.get('/:portal/tabs', portals, navigationPage(context))
  router.post('/:portal/tabs', portals, changeNavigation(context))
}

/** One thing done to many; what each of them needs, its page asks for by what is to be done. */
function runPages(router: PermittedRouter, context: Context): void {
  const { either } = needs
  router.get('/runs', either, runListPage(context))
  router.post('/runs', either, orderRunPage(context))
  router.get('/runs/new', either, newRunPage(context))
  router.get('/runs/:run', either, runPage(context))
  router.get('/runs/:run/failed.csv', either, failedDownload(context))
  router.post('/runs/:run/again', either, tryAgainPage(context))
  router.post('/runs/:run/end', either, endRunPage(context))
}

/** Portal users as people, and what each of them has. */
function peoplePages(router: PermittedRouter, context: Context): void {
  const { users, both } = needs
  router.get('/persons', users, personListPage(context))
  router.get('/persons/new', both, newPersonPage(context))
  router.post('/persons', both, createPersonPage(context))
  router.get('/users/:user', users, personPage(context))
  router.post('/users/:user/roles', both, savePersonRolesPage(context))
  router.post('/users/:user/accounts', both, savePersonAccountsPage(context))
  router.post('/users/:user/dashboard', both, savePersonDashboardPage(context))
  router.get('/users/:user/conversion', users, conversionPage(context))
  router.post('/users/:user/conversion', users, decideConversionPage(context))
  router.post('/users/:user/:change', users, changeAccess(context))
}

/** Portal roles and the levels they speak of. */
function rolePages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/roles', portals, roleListPage(context))
  router.post('/roles', portals, createRolePage(context))
  router.get('/roles/new', portals, newRolePage())
  router.get('/roles/:role', portals, rolePage(context))
  router.post('/roles/:role', portals, renameRolePage(context))
  router.post('/roles/:role/removal', portals, deleteRolePage(context))
  router.get('/roles/:role/modules/:module', portals, roleModulePage(context))
  router.post('/roles/:role/modules/:module', portals, saveRoleModulePage(context))
  router.post('/roles/:role/modules/:module/removal', portals, removeRoleModulePage(context))

  router.get('/levels', portals, levelListPage(context))
  router.get('/levels/:module', portals, levelPage(context))
  router.post('/levels/:module', portals, saveLevelPage(context))
  router.post('/levels/:module/reset', portals, resetLevelPage(context))
  router.get('/:portal/roles', portals, portalRolesPage(context))
  router.post('/:portal/roles', portals, savePortalRolesPage(context))
}

/** The mails that people of a user type get, in their words (Z17). */
function mailTemplatePages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  const own = '/user-types/:type/templates/:kind/:language'
  router.get('/user-types/:type/templates', portals, templateListPage(context))
  router.get(own, portals, templatePage(context))
  router.post(own, portals, saveTemplatePage(context))
  router.post(`${own}/removal`, portals, resetTemplatePage(context))
  router.get(`${own}/preview`, portals, previewTemplatePage(context))
  router.post(`${own}/preview`, portals, previewTypedPage(context))
  router.post(`${own}/test`, portals, testTemplatePage(context))
}
