/** The administrators' page on which one module is released to a user type (Z05–Z08, Z11, Z12). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { readForm } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { configuration, releaseOf, type Release } from '../configuration.js'
import { portalById } from '../portals.js'
import { goneFrom, type ReleaseDraft } from '../release-check.js'
import { removeRelease, saveRelease, userTypeById } from '../releases.js'
import { adminUrl, submitOrRefuse, type Again } from './frame.js'
import { blankDraft, readRelease, releaseSheet, type ReleasePlace } from './release-form.js'

export function releasePage(context: Context): RequestHandler {
  return async (req, res) => show(context, req, res, await placeOf(context, req))
}

export function saveReleasePage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { revision, draft } = readRelease(place, req.body)
    await submitOrRefuse(
      req,
      async () => {
        await saveRelease(context, { id: place.userType.id, revision }, draft, { ...req.staff, locale: req.locale })
        res.redirect(303, userTypeUrl(res, place))
      },
      (again) => show(context, req, res, place, { draft, again })
    )
  }
}

export function removeReleasePage(context: Context): RequestHandler {
  return async (req, res) => {
    const { revision } = readForm(z.strictObject({ revision: z.coerce.number().int() }), req.body)
    const userType = userTypeById(await configuration(context.db), String(req.params['type']))
    await removeRelease(context, { id: userType.id, revision }, String(req.params['module']), req.staff)
    res.redirect(303, userTypeUrl(res, { userType }))
  }
}

/** @throws NotFound for a user type or a module that isn't there. */
async function placeOf(context: Context, req: Request): Promise<ReleasePlace> {
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(req.locale)
  const userType = userTypeById(all, String(req.params['type']))
  const module = catalog.modules.get(String(req.params['module']))
  if (!module) throw new NotFound()
  return { all, catalog, userType, module }
}

function userTypeUrl(res: Response, { userType }: Pick<ReleasePlace, 'userType'>): string {
  return `${adminUrl(res, 'user-types', userType.id)}?saved=1`
}

async function show(
  context: Context,
  req: Request,
  res: Response,
  place: ReleasePlace,
  refused?: { draft: ReleaseDraft; again: Again }
): Promise<void> {
  const latest = refused ? await placeOf(context, req) : place
  const { userType, module, catalog } = latest
  const stored = releaseOf(userType, module.name)
  const draft: ReleaseDraft | Release = refused?.draft ?? stored ?? blankDraft(latest)
  const portal = portalById(latest.all, userType.portalId)
  await page(
    res,
    'portal-admin/release',
    {
      module: { label: module.labelPlural, name: module.name },
      userType: { name: userType.name, revision: userType.revision, url: adminUrl(res, 'user-types', userType.id) },
      portal: { name: portal.name, url: adminUrl(res, portal.id) },
      primary: catalog.modules.get(userType.primaryModule)?.label ?? userType.primaryModule,
      sheet: releaseSheet(context.t(req.locale), latest, draft),
      isReleased: stored !== undefined,
      gone: stored ? goneFrom(catalog, userType, stored) : [],
      errors: refused?.again.errors ?? {},
      notice: refused?.again.notice,
      action: adminUrl(res, 'user-types', userType.id, 'modules', module.name),
      listUrl: adminUrl(res)
    },
    { status: refused?.again.status }
  )
}
