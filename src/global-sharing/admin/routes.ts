/** The pages of global sharing; all of them need the right to manage it (S11, Z31). */
import { Router } from 'express'
import type { Context } from '../../context.js'
import { requireStaff } from '../../web/staff.js'
import { answerPages } from './answer-pages.js'
import { groupPages } from './group-pages.js'
import { peoplePages } from './people-pages.js'
import { rolePages } from './role-pages.js'
import { recalculationPages } from './recalculation-pages.js'
import { defaultPages } from './default-pages.js'
import { helpPages } from './help-pages.js'
import { profilePages } from './profile-pages.js'
import { rulePages } from './rule-pages.js'

export function adminPages(context: Context): Router {
  const router = Router()
  router.use(requireStaff(context, 'manage-sharing'))
  router.use('/answers', answerPages(context))
  router.use('/help', helpPages(context))
  router.use('/roles', rolePages(context))
  router.use('/people', peoplePages(context))
  router.use('/groups', groupPages(context))
  router.use('/profiles', profilePages(context))
  router.use('/rules', rulePages(context))
  router.use('/recalculation', recalculationPages(context))
  router.use('/', defaultPages(context))
  return router
}
