/** The desk: what each of the CRM's pages works with, made once per request for the staff member who asks. */
import type { Request, RequestHandler } from 'express'
import { NotFound } from '../../../errors.js'
import { formatFor, type Format } from '../../../web/format.js'
import { localeFor, translator, type Translate } from '../../../web/locale.js'
import { urlFor } from '../../../web/render.js'
import type { Catalog, Module } from '../../catalog.js'
import type { MenuItem } from '../../../hooks.js'
import type { Staff } from '../../host.js'
import type { Crm } from '../crm.js'
import type { Records } from '../records.js'
import type { Users } from '../users.js'
import { administrationPath, homePath, listPath, mount, profilePath, signInUrl } from './paths.js'
import type { StaffSessions } from './sessions.js'

export interface Desk {
  readonly staff: Staff
  readonly records: Records
  readonly users: Pick<Users, 'list' | 'find' | 'names'>
  /** In the reader's language, and so are `t` and `format`. */
  readonly catalog: Catalog
  /** The modules that have pages and that he may see anything of. */
  readonly modules: readonly Module[]
  readonly t: Translate
  readonly format: Format
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by `openDesk`. */
    desk: Desk
  }
}

/** Strangers go to the sign-in page; for staff the desk is made and the page's frame is set. */
export function openDesk(crm: Crm, sessions: StaffSessions): RequestHandler {
  return async (req, res, next) => {
    const staff = await sessions.staffOf(req)
    if (!staff) return res.redirect(303, urlFor(res, signInUrl(req.method === 'GET' ? req.originalUrl : '/')))
    req.staff = staff
    req.locale = localeFor(req, { person: staff.locale })
    const catalog = await crm.catalog(req.locale)
    const reader = { timeZone: staff.timeZone, formats: staff.formats }
    const records = crm.store.as(staff)
    req.desk = {
      staff,
      catalog,
      modules: await records.visible(pagedModules(catalog)),
      records,
      users: crm.users,
      t: translator(req.locale),
      format: formatFor(req.locale, reader)
    }
    res.locals.reader = reader
    res.locals.area = await frame(crm, req)
    next()
  }
}

/** Behind `openDesk`: for everybody but administrators the page is not there. */
export const administratorsOnly: RequestHandler = (req, res, next) => {
  if (!req.desk.staff.isAdministrator) throw new NotFound()
  next()
}

/** The modules that have pages: not the users, not line items. */
function pagedModules(catalog: Catalog): readonly Module[] {
  return [...catalog.modules.values()].filter((module) => module.name !== 'User' && !module.partOf)
}

/** The module that the path names. @throws NotFound */
export function moduleIn(req: Request): Module {
  const module = req.desk.modules.find(({ name }) => name === req.params.module)
  if (!module) throw new NotFound()
  return module
}

async function frame(crm: Crm, req: Request) {
  const { staff, t } = req.desk
  const modules = req.desk.modules.map(({ name, labelPlural, icon }) => ({
    path: listPath(name),
    label: labelPlural,
    icon
  }))
  const administration = { path: administrationPath, label: t('crm:nav.administration'), icon: 'settings' }
  const entries = [
    { path: homePath, label: t('crm:nav.home'), icon: 'house' },
    ...((await hasAdministration(crm, req)) ? [administration] : []),
    ...modules
  ]
  const url = (path: string) => urlFor(req.res!, path)
  return {
    kind: 'crm',
    name: 'CRM',
    home: url(homePath),
    nav: entries.map(({ path, label, icon }) => ({ url: url(path), label, icon, current: isCurrent(req, path) })),
    user: { name: staff.name, profileUrl: url(profilePath), signOutUrl: url(`${mount}/sign-out`) }
  }
}

function isCurrent(req: Request, path: string): boolean {
  return path === homePath ? req.path === '/' : `${mount}${req.path}/`.startsWith(`${path}/`)
}

async function hasAdministration(crm: Crm, req: Request): Promise<boolean> {
  if (req.desk.staff.isAdministrator) return true
  return (await pluginMenu(crm, req)).length > 0
}

/** What the installed plugins add to the administration page, for this staff member. */
export async function pluginMenu(crm: Crm, req: Request): Promise<MenuItem[]> {
  const { staff } = req.desk
  const items = await Promise.all(crm.plugins.map((plugin) => plugin.adminMenu({ staff, locale: req.locale })))
  return items.flat()
}
