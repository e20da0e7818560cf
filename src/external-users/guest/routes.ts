/** The pages of external users: their projects, what is their own in them, and documents. */
import { Router } from 'express'
import type { Context } from '../../context.js'
import { resolveDoor } from '../door.js'
import { activityPages } from './activity-pages.js'
import { documentPages } from './document-pages.js'
import { projectPages } from './project-pages.js'
import { frame } from './room.js'

export function guestPages(context: Context): Router {
  const router = Router()
  const door = resolveDoor(context)
  const framed = frame(context)
  router.use(
    context.identity.pages(door, framed),
    context.identity.requireViewer(door),
    framed,
    documentPages(context),
    projectPages(context),
    activityPages(context)
  )
  return router
}
