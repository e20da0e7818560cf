/** The pages of a portal once more, below the administrators' pages: for staff who look at them as somebody else would (Z13). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { records } from '../../access/records.js'
import type { OpenFile } from '../../access/record.js'
import type { Viewer } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import { Forbidden } from '../../errors.js'
import { formatFor } from '../../web/format.js'
import { readmitBy } from '../../web/readmission.js'
import { urlFor } from '../../web/render.js'
import { adminPath } from '../admin/frame.js'
import type { Portal } from '../configuration.js'
import { doorTo, standAt } from '../portals/door.js'
import { noteFileTaken, previewById, previewMinutes, viewerOf, type Preview } from '../preview.js'
import { themeOf } from '../portals/theme.js'
import { sendLogo } from './appearance.js'
import { translator } from '../../web/locale.js'
import { frame, privacyLinks, roomOf } from './room.js'
import { rooms } from './routes.js'

/** Behind `requireStaff`, below a path with `:preview`: no session of a portal, no sign-in, no profile. */
export function previewRooms(context: Context): RequestHandler[] {
  return [
    enterPreview(context),
    onlyLooking,
    ownLook(context),
    frame(context),
    inPreview(context),
    fileDoors(context),
    rooms(context)
  ]
}

export function previewPath(id: string): string {
  return `${adminPath}/preview/${id}`
}

const previews = new WeakMap<Request, Preview>()

/** The person's eyes, the staff member's language, and the mark on every page, also on those of errors. */
function enterPreview(context: Context): RequestHandler {
  return async (req, res, next) => {
    const preview = await previewById(context, String(req.params['preview']), req.staff)
    previews.set(req, preview)
    res.locals['preview'] = markOf(req, res, preview)
    const look = (as: Preview): Promise<Viewer> => viewerOf(context, as, req.staff, req.locale)
    req.viewer = await look(preview)
    readmitBy(req, async () => look(await previewById(context, preview.id, req.staff)))
    res.locals['reader'] = req.viewer.person
    standAt(req, { ...doorTo(context, preview.portal), base: previewPath(preview.id), admit: async () => undefined })
    next()
  }
}

/** What the banner says. */
function markOf(
  req: Request,
  res: Response,
  { id, name, user, userType, portal, until }: Preview
): Record<string, unknown> {
  const { staff, locale } = req
  return {
    as: user ? 'user' : 'type',
    name,
    place: userType?.name ?? portal.name,
    by: staff.name,
    minutes: previewMinutes,
    until: formatFor(locale, staff).time(until),
    endUrl: urlFor(res, `${previewPath(id)}/end`)
  }
}

/** The kernel lets nobody write in a preview; here nothing even begins to (A15, A40). */
const onlyLooking: RequestHandler = (req, res, next) => {
  const isLook = req.method === 'GET' || req.method === 'HEAD' || isFormOnTheWay(req)
  if (!isLook) throw new Forbidden('errors.readOnlyPreview')
  next()
}

/** A record's form that is sent to be shown again: to search for a lookup's records, for another row, for another step. */
function isFormOnTheWay({ method, path, body }: Request): boolean {
  const sent: unknown = body
  const isSent = method === 'POST' && typeof sent === 'object' && sent !== null
  return isSent && /^\/[^/]+(\/[^/]+)?$/.test(path) && ['_find', '_add', '_go'].some((name) => name in sent)
}

/** A portal that is off has no stylesheet and no logo out there (E01). */
function ownLook(context: Context): Router {
  const router = Router()
  const portalOf = (req: Request): Portal => previews.get(req)!.portal
  router.get('/theme.css', (req, res, next) => {
    const theme = themeOf(portalOf(req))
    if (theme) res.type('css').send(theme.stylesheet)
    else next()
  })
  router.get('/logo', (req, res) => sendLogo(context, res, portalOf(req)))
  return router
}

/** Whoever looks has no profile here, and nothing to sign out of. */
function inPreview(context: Context): RequestHandler {
  return async (req, res, next) => {
    const { id, portal } = previews.get(req)!
    const area = res.locals['area'] as Record<string, unknown>
    const at = (file: string): string => urlFor(res, `${previewPath(id)}/${file}`)
    const look = portal.isActive
      ? {}
      : { stylesheet: area['stylesheet'] && at('theme.css'), logo: area['logo'] && at('logo') }
    const links = await privacyLinks(context, translator(req.locale), (path) => at(path.slice(1)))
    res.locals['area'] = { ...area, ...look, user: { name: req.viewer.person.name, links } }
    next()
  }
}

/** A file is read by the person's right, and that it was is noted before its first byte. */
function fileDoors(context: Context): Router {
  const router = Router()
  const noted =
    (fileIn: (req: Request, module: string) => Promise<OpenFile>): RequestHandler =>
    async (req, res, next) => {
      const { module } = await roomOf(req, res)
      const { info } = await fileIn(req, module.name)
      await noteFileTaken(context, previews.get(req)!, req.staff, info.name)
      next()
    }
  const part = (req: Request, name: string): string => String(req.params[name])
  router.get(
    '/:module/:id/files/:file',
    noted((req, module) => records(req.viewer).file(module, part(req, 'id'), part(req, 'file')))
  )
  router.get(
    '/:module/:id/fields/:field/:file',
    noted((req, module) =>
      records(req.viewer).attachment(module, part(req, 'id'), part(req, 'field'), part(req, 'file'))
    )
  )
  return router
}
