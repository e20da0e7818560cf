/** What every page of a portal has: its frame and navigation, the module its address names, and how values are shown to this reader. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { ReleasedModule } from '../../access/record.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import type { Door } from '../../identity/identity.js'
import { formatFor } from '../../web/format.js'
import { translator, type Translate } from '../../web/locale.js'
import { urlFor } from '../../web/render.js'
import { cookieName, cookieOptions, isSpelledOut } from '../../web/site.js'
import { configuration, type Portal } from '../configuration.js'
import { momentAt } from '../../db/moment.js'
import { doorOf, doorTo, portalAt, standAt } from '../portals/door.js'
import { layoutSetOf, type LayoutSet } from '../layouts/layouts.js'
import { addressOf, moduleAt } from '../module-address.js'
import { baseOf, portalById } from '../portals/portals.js'
import { navigationOf, type Tab } from '../portals/tabs.js'
import { privacySettings } from '../privacy/settings.js'
import { lookOf } from './appearance.js'
import type { Showing } from '../../pages/shown-value.js'

/** Puts the portal's door before the request, or sends the visitor of an old address to the new one (Z01). */
export function enter(context: Context): RequestHandler<{ slug: string }> {
  return async (req, res, next) => {
    const portal = portalAt(await configuration(context.db), req.params.slug, momentAt(context.now()))
    if (!portal) throw new NotFound()
    if (portal.slug !== req.params.slug) return res.redirect(307, urlFor(res, baseOf(portal) + req.url))
    if (isSpelledOut(req.site, req.arrivedAs) && !wasLed(req as Request, res)) return res.redirect(307, req.originalUrl)
    standAt(req as Request, doorTo(context, portal, req.site))
    standIn(res, portal)
    next()
  }
}

/** So long a visitor who was led to the short form of an address is not led there again: a web server that puts the long form in place of
 *  it would send him back for ever. In milliseconds. */
const ledFor = 10_000

function wasLed(req: Request, res: Response): boolean {
  const name = cookieName(req.site, 'portico_led')
  if (req.cookies[name] !== undefined) return true
  res.cookie(name, '1', { ...cookieOptions(req.site), maxAge: ledFor })
  return false
}

/** Until somebody is signed in, pages look and write as the portal does (E01). */
function standIn(res: Response, portal: Portal): void {
  const home = urlFor(res, `${baseOf(portal)}/`)
  res.locals['area'] = { kind: 'entrance', name: portal.name, home, nav: [], ...lookOf(res, portal) }
  res.locals['reader'] = { timeZone: portal.timeZone, formats: portal.formats }
}

/** The frame of the pages behind the sign-in: its navigation is the portal's tab list (E03), as far as it is released to the viewer. */
export function frame(context: Context): RequestHandler {
  return async (req, res, next) => {
    const door = await standingAt(req)
    const { person } = req.viewer
    const portal = portalById(await configuration(context.db), person.portalId ?? '')
    const to = (path: string): string => urlFor(res, door.base + path)
    const t = translator(req.locale)
    res.locals['area'] = {
      kind: 'portal',
      name: door.name,
      home: to('/'),
      nav: (await navigationOf(context, req.viewer)).map((tab) => navEntry(tab, to, req.path)),
      user: {
        name: person.name,
        profileUrl: to('/profile'),
        links: [
          { label: t('notifications:menu'), url: to('/notifications'), icon: 'bell' },
          ...(await privacyLinks(context, t, to))
        ],
        doors: await context.identity.otherDoors(req, res),
        signOutUrl: to('/sign-out')
      },
      ...lookOf(res, portal)
    }
    next()
  }
}

/** The entry of the account menu, while compliance is on (Z29). */
export async function privacyLinks(
  context: Context,
  t: Translate,
  to: (path: string) => string
): Promise<{ label: string; url: string; icon: string }[]> {
  const { isOn } = await privacySettings(context.db)
  return isOn ? [{ label: t('privacy:menu'), url: to('/privacy'), icon: 'shield-check' }] : []
}

/** What the handlers of a module's pages work with. */
export interface Room {
  readonly door: Door
  readonly released: ReleasedModule
  readonly module: Module
  readonly t: Translate
  /** How this portal arranges records; undefined: as the CRM does (E07). */
  readonly layoutSet: LayoutSet | undefined
  readonly showing: Showing
  /** Web address of a page of this portal. */
  url(module: string, ...rest: string[]): string
}

/** @throws NotFound when the address names no module that is released to the viewer. */
export async function roomOf(req: Request, res: Response): Promise<Room> {
  const door = await standingAt(req)
  const { viewer } = req
  const catalog = await viewer.kernel.host.catalog(req.locale)
  const all = await records(viewer).modules()
  const wanted = moduleAt(catalog, String(req.params['module']))
  const released = all.find(({ module }) => module.name === wanted.name)
  if (!released) throw new NotFound()
  const url = (module: string, ...rest: string[]): string =>
    urlFor(res, [door.base, addressOf(module), ...rest.map(encodeURIComponent)].join('/'))
  const hasPage = new Set(all.filter(({ may }) => may.has('open')).map(({ module }) => module.name))
  return {
    door,
    released,
    module: wanted,
    t: translator(req.locale),
    layoutSet: await layoutSetOf(viewer),
    showing: {
      t: translator(req.locale),
      format: formatFor(req.locale, viewer.person),
      recordUrl: (module, id) => (hasPage.has(module) ? url(module, id) : undefined),
      fileUrl: ({ module, id, field }, file) => url(module, id, 'fields', field, file.id)
    },
    url
  }
}

export async function standingAt(req: Request): Promise<Door> {
  const door = await doorOf(req)
  if (!door) throw new NotFound()
  return door
}

function navEntry({ path, label, icon }: Tab, to: (path: string) => string, here: string): Record<string, unknown> {
  return { url: to(path), label, icon, current: here === path || (path !== '/' && here.startsWith(`${path}/`)) }
}
