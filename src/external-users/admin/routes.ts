/** All of the staff's pages about external users, each with what it needs (Z31); helpers of each area put theirs in by a function of their own. */
import type { Context } from '../../context.js'
import { needs, permittedRouter, type PermittedRouter } from '../../web/permitted.js'
import { documentPages } from './document-pages.js'
import { fieldPages } from './field-pages.js'
import { mustSeePerson, mustSeeProject } from './frame.js'
import { costPages } from './cost-pages.js'
import { newMemberPages } from './member-new-pages.js'
import { memberPages } from './member-pages.js'
import { projectPages } from './project-pages.js'
import { recordPages } from './record-pages.js'
import { responsibilityPages } from './responsibility-pages.js'
import { settingsPages } from './settings-pages.js'
import { userPages } from './user-pages.js'

/** Each page says what it needs: without that it is not there. */
export function adminPages(context: Context): PermittedRouter {
  const router = permittedRouter(context)
  router.use('/projects/:project', needs.users, mustSeeProject(context))
  newMemberPages(router, context)
  router.use('/projects/:project/members/:person', needs.users, mustSeePerson(context, 'person'))
  router.use('/users/:user', needs.users, mustSeePerson(context, 'user'))
  recordPages(router, context)
  documentPages(router, context)
  projectPages(router, context)
  memberPages(router, context)
  costPages(router, context)
  userPages(router, context)
  fieldPages(router, context)
  responsibilityPages(router, context)
  settingsPages(router, context)
  return router
}
