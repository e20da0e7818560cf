/** The pages of global sharing; all of them need the right to manage it (S11, Z31). */
import { Router } from 'express'
import type { Context } from '../../context.js'
import { requireStaff } from '../../web/staff.js'
import { defaultPages } from './default-pages.js'

export function adminPages(context: Context): Router {
  const router = Router()
  router.use(requireStaff(context, 'manage-sharing'))
  router.use('/', defaultPages(context))
  return router
}
