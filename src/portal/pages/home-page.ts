/** The first page of a portal: its dashboard, where it has one (E04). */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { formatFor } from '../../web/format.js'
import { translator } from '../../web/locale.js'
import { page, urlFor } from '../../web/render.js'
import { dashboardFor } from '../dashboards/dashboards.js'
import { shownDashlets, type Sight } from '../dashboards/shown-dashlets.js'
import { layoutSetOf } from '../layouts/layouts.js'
import { addressOf } from '../module-address.js'
import { standingAt } from './room.js'

/** The dashboard; without one the first page of the navigation. */
export function homePage(context: Context): RequestHandler {
  return async (req, res) => {
    const dashboard = await dashboardFor(context.db, req.viewer)
    if (!dashboard) return elsewhere(req, res)
    const dashlets = await shownDashlets(await sightOf(req, res), dashboard.dashlets)
    await page(res, 'portal/home', { dashlets, person: req.viewer.person.name })
  }
}

async function elsewhere(req: Request, res: Response): Promise<void> {
  const door = await standingAt(req)
  const home = await door.home(req.viewer)
  if (home === '/') await page(res, 'portal/nothing-yet')
  else res.redirect(302, urlFor(res, door.base + home))
}

async function sightOf(req: Request, res: Response): Promise<Sight> {
  const { viewer, locale } = req
  const door = await standingAt(req)
  const all = await records(viewer).modules()
  const url = (module: string, ...rest: string[]): string =>
    urlFor(res, [door.base, addressOf(module), ...rest.map(encodeURIComponent)].join('/'))
  const hasPage = new Set(all.filter(({ may }) => may.has('open')).map(({ module }) => module.name))
  return {
    viewer,
    locale,
    catalog: await viewer.kernel.host.catalog(locale),
    layoutSet: await layoutSetOf(viewer),
    url,
    showing: {
      t: translator(locale),
      format: formatFor(locale, viewer.person),
      recordUrl: (module, id) => (hasPage.has(module) ? url(module, id) : undefined),
      fileUrl: ({ module, id, field }, file) => url(module, id, 'fields', field, file.id)
    }
  }
}
