/** The administrators' pages: who of the staff may open one, and the frame that all modules' pages share (Z31). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Permission, Staff } from '../host/host.js'
import { localeFor } from './locale.js'
import { urlFor } from './render.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by `letIn`. */
    staff: Staff
  }
}

type Around = Pick<Context, 'host' | 'adminMenu' | 't'>

/** Lets staff in who have one of `permissions`. */
export function requireStaff(context: Around, ...permissions: readonly Permission[]): RequestHandler {
  return letIn(context, (staff) => permissions.some((permission) => hasPermission(staff, permission)))
}

/** Lets staff in who may, and puts the frame of the administrators' pages around what follows.
 *  Nobody signed in: to the host's sign-in page. Signed in without the permission: 404, as for a page that isn't there. */
export function letIn(context: Around, mayEnter: (staff: Staff) => boolean): RequestHandler {
  return async (req, res, next) => {
    const staff = await context.host.staff(req)
    if (!staff) return res.redirect(303, context.host.signInUrl(req.method === 'GET' ? req.address : '/'))
    if (!mayEnter(staff)) throw new NotFound()
    req.staff = staff
    req.locale = localeFor(req, { person: staff.locale })
    res.locals['reader'] = { timeZone: staff.timeZone, formats: staff.formats }
    res.locals['area'] = await adminArea(context, req, res)
    next()
  }
}

export function hasPermission(staff: Staff, permission: Permission): boolean {
  return staff.isAdministrator || staff.permissions.has(permission)
}

/** One navigation for the pages of all modules that are on, and the way back to the CRM. */
async function adminArea(
  { adminMenu, host, t }: Around,
  req: Request,
  res: Response
): Promise<Record<string, unknown>> {
  const items = await adminMenu({ staff: req.staff, locale: req.locale })
  const [here] = items
    .flatMap((item) => [item.url, ...(item.alsoUnder ?? [])].map((path) => ({ item, path })))
    .filter(({ path }) => isWithin(req, path))
    .sort((a, b) => b.path.length - a.path.length)
  const nav = items.map((item) => ({
    label: item.label,
    url: urlFor(res, item.url),
    icon: item.icon,
    current: item === here?.item
  }))
  const back = { label: t(req.locale)('web:layout.backToCrm'), url: host.homeUrl, icon: 'arrow-left', current: false }
  return {
    kind: 'admin',
    name: 'Portico',
    home: nav[0]?.url ?? host.homeUrl,
    nav: [...nav, back],
    user: { name: req.staff.name }
  }
}

function isWithin(req: Request, path: string): boolean {
  const [here = ''] = req.address.split('?')
  const parts = here.split('/')
  return path.split('/').every((part, index) => part === '*' || part === parts[index])
}
