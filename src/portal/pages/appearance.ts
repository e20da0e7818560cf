/** What makes a portal's pages look like its own: stylesheet and logo, for everybody who stands before the door (E01). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { urlFor } from '../../web/render.js'
import { configuration, type Portal } from '../configuration.js'
import { portalAt } from '../portals/door.js'
import { momentAt } from '../../db/moment.js'
import { logoOf } from '../portals/logo.js'
import { baseOf } from '../portals/portals.js'
import { themeOf } from '../portals/theme.js'

/** The addresses of a portal's stylesheet and logo, for the layout; undefined where it has none. */
export interface Look {
  readonly stylesheet: string | undefined
  readonly logo: string | undefined
}

export function lookOf(res: Response, portal: Portal): Look {
  const theme = themeOf(portal)
  const at = (file: string, stamp: string): string => urlFor(res, `${baseOf(portal)}/${file}?v=${stamp}`)
  return {
    stylesheet: theme && at('theme.css', theme.stamp),
    logo: portal.logo && at('logo', portal.logo)
  }
}

export function showStylesheet(context: Context): RequestHandler {
  return async (req, res) => {
    const theme = themeOf(await portalOf(context, req))
    if (!theme) throw new NotFound()
    keepIfAsked(req, res, theme.stamp)
    res.type('css').send(theme.stylesheet)
  }
}

export function showLogo(context: Context): RequestHandler {
  return async (req, res) => {
    const portal = await portalOf(context, req)
    await sendLogo(context, res, portal, () => keepIfAsked(req, res, portal.logo))
  }
}

/** Opened by itself, the picture can do nothing (A19). `found` is called once it is sure that there is one.
 *  @throws NotFound where there is none */
export async function sendLogo(context: Context, res: Response, portal: Portal, found?: () => void): Promise<void> {
  const logo = await logoOf(context.db, portal.id)
  if (!logo) throw new NotFound()
  found?.()
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.type(logo.type).send(logo.content)
}

async function portalOf(context: Context, req: Request): Promise<Portal> {
  const all = await configuration(context.db)
  const portal = portalAt(all, String(req.params['slug']), momentAt(context.now()))
  if (!portal) throw new NotFound()
  return portal
}

/** Under the stamp of what is sent it stays the same for good, and it is the same for everybody: any cache may keep it. */
function keepIfAsked(req: Request, res: Response, stamp: string | undefined): void {
  const isStamped = stamp !== undefined && req.query['v'] === stamp
  res.setHeader('Cache-Control', isStamped ? 'public, max-age=31536000, immutable' : 'no-cache')
  res.removeHeader('Vary')
}
