/** The pages of a portal: what its people see. */
import { Router } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { urlFor } from '../../web/render.js'
import { configuration } from '../configuration.js'
import { defaultPortal, doorOf } from '../portals/door.js'
import { baseOf } from '../portals/portals.js'
import { accessFormPages } from './access-form-pages.js'
import { showLogo, showStylesheet } from './appearance.js'
import { homePage } from './home-page.js'
import { listPage, relatedPage } from './list-page.js'
import { notePages } from './note-pages.js'
import { notificationPages } from './notification-pages.js'
import { readAttachment, recordPage, removalPage, removeRecord } from './record-page.js'
import { changeRecord, clonePage, createRecord, editPage, newPage } from './record-form.js'
import { privacyRooms } from './privacy-pages.js'
import { enter, frame } from './room.js'
import { webTabPage } from './web-tab-page.js'

export function portalPages(context: Context): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const portal = defaultPortal(await configuration(context.db))
    if (!portal) throw new NotFound()
    res.redirect(302, urlFor(res, `${baseOf(portal)}/`))
  })
  router.get('/:slug/theme.css', showStylesheet(context))
  router.get('/:slug/logo', showLogo(context))
  router.use(
    '/:slug',
    enter(context),
    accessFormPages(context),
    context.identity.pages(doorOf, frame(context)),
    context.identity.requireViewer(doorOf),
    frame(context),
    notificationPages(context),
    rooms(context)
  )
  return router
}

/** The pages behind the sign-in; also those of a preview (Z13). */
export function rooms(context: Context): Router {
  const router = Router()
  router.get('/', homePage(context))
  router.get('/web/:tab', webTabPage(context))
  router.use('/privacy', privacyRooms(context))
  router.get('/:module', listPage)
  router.post('/:module', createRecord(context))
  router.get('/:module/new', newPage(context))
  router.get('/:module/:id', recordPage)
  router.post('/:module/:id', changeRecord(context))
  router.get('/:module/:id/edit', editPage(context))
  router.get('/:module/:id/clone', clonePage(context))
  router.get('/:module/:id/removal', removalPage)
  router.post('/:module/:id/removal', removeRecord)
  router.get('/:module/:id/related/:link', relatedPage)
  router.get('/:module/:id/fields/:field/:file', readAttachment)
  router.use('/:module/:id', notePages(context))
  return router
}
