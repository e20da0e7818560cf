/** Who of the staff may open a page of ours: those with its permission; for everybody else it is not there (Z31). */
import type { RequestHandler } from 'express'
import { NotFound } from '../errors.js'
import type { Host, Permission, Staff } from '../host/host.js'
import { localeFor } from './locale.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by `requireStaff`. */
    staff: Staff
  }
}

/** Nobody signed in: to the host's sign-in page. Signed in without the permission: 404, as for a page that isn't there. */
export function requireStaff(host: Host, permission: Permission): RequestHandler {
  return async (req, res, next) => {
    const staff = await host.staff(req)
    if (!staff) return res.redirect(303, host.signInUrl(req.method === 'GET' ? req.originalUrl : '/'))
    if (!hasPermission(staff, permission)) throw new NotFound()
    req.staff = staff
    req.locale = localeFor(req, { person: staff.locale })
    res.locals['reader'] = { timeZone: staff.timeZone, formats: staff.formats }
    next()
  }
}

export function hasPermission(staff: Staff, permission: Permission): boolean {
  return staff.isAdministrator || staff.permissions.has(permission)
}
