/** The administrators' page on which a portal gets its layout set (E07). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { chooseLayoutSet, releasesElsewhere } from '../layouts/layout-changes.js'
import { goneFromLayout } from '../layouts/layout-check.js'
import { layoutSets, type LayoutSet } from '../layouts/layouts.js'
import { portalById } from '../portals/portals.js'
import { adminUrl } from './frame.js'

const choiceForm = z.strictObject({ revision: wholeNumber, layoutSet: z.string().max(36) })

export function portalLayoutsPage(context: Context): RequestHandler {
  return async (req, res) => showChoice(context, req, res)
}

export function choosePortalLayoutsPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, layoutSet } = readForm(choiceForm, req.body)
        const seen = { id: String(req.params['portal']), revision }
        await chooseLayoutSet(context, seen, layoutSet || undefined, req.staff)
        res.redirect(303, `${adminUrl(res, seen.id, 'layouts')}?saved=1`)
      },
      (again) => showChoice(context, req, res, again)
    )
}

async function showChoice(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(req.locale)
  const portal = portalById(all, String(req.params['portal']))
  const sets = await layoutSets(context.db)
  const chosen = sets.get(portal.layoutSetId ?? '')
  await page(
    res,
    'portal-admin/layout-choice',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id), revision: portal.revision },
      form: {
        value: again?.typed['layoutSet'] ?? chosen?.id ?? '',
        options: [...sets.values()].map(({ id, name }) => ({ value: id, label: name })),
        errors: again?.errors ?? {},
        action: adminUrl(res, portal.id, 'layouts')
      },
      chosen: chosen && { name: chosen.name, url: adminUrl(res, 'layout-sets', chosen.id) },
      isGone: portal.layoutSetId !== undefined && !chosen,
      gone: goneFrom(catalog, chosen),
      elsewhere: releasesElsewhere(all, portal.id, chosen).map(({ userType, module }) => ({
        userType,
        module: catalog.modules.get(module)?.labelPlural ?? module
      })),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      urls: { portals: adminUrl(res), sets: adminUrl(res, 'layout-sets') }
    },
    { status: again?.status }
  )
}

/** What the CRM no longer has of the layouts, by layout. */
function goneFrom(catalog: Catalog, set: LayoutSet | undefined): { layout: string; names: string[] }[] {
  return (set?.layouts ?? [])
    .map((layout) => ({
      layout: `${catalog.modules.get(layout.module)?.labelPlural ?? layout.module}: ${layout.name}`,
      names: goneFromLayout(catalog, layout)
    }))
    .filter(({ names }) => names.length > 0)
}
