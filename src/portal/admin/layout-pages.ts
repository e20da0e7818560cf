/** Administrators' pages of one layout: which records it is for, and where their fields stand (E07). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { locales, type Catalog, type Locale } from '../../host/catalog.js'
import { formatFor } from '../../web/format.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { layoutIn, layoutSetById, saveLayout, typesThatName } from '../layouts/layout-changes.js'
import { goneFromLayout, type LayoutDraft } from '../layouts/layout-check.js'
import { adminUrl } from './frame.js'
import { blankLayout, layoutSheet, readLayout, type LayoutPlace } from './layout-form.js'
import { previewOf } from './layout-preview.js'
import { layoutKinds } from '../layouts/layouts.js'
import { setUrl } from './layout-set-pages.js'

export function newLayoutPage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req, String(req.query['module']))
    const kind = layoutKinds.find((one) => one === req.query['kind'])
    if (!kind) throw new NotFound()
    await showLayout(context, req, res, place, { draft: blankLayout(context.t(req.locale), place, kind) })
  }
}

export function layoutPage(context: Context): RequestHandler {
  return async (req, res) => {
    const layout = layoutIn(await layoutSetById(context, String(req.params['set'])), String(req.params['layout']))
    const place = await placeOf(context, req, layout.module)
    await showLayout(context, req, res, place, { draft: layout })
  }
}

/** Saves a new or a known layout; every other button of the form shows it again with what it did. */
export function saveLayoutPage(context: Context): RequestHandler {
  return async (req, res) => {
    const set = await layoutSetById(context, String(req.params['set']))
    const known = req.params['layout'] === undefined ? undefined : layoutIn(set, String(req.params['layout']))
    const place = await placeOf(context, req, known?.module ?? String((req.body as { module?: unknown })?.module))
    const { revision, draft, isToBeSaved } = readLayout(place, known, req.body)
    if (!isToBeSaved) return showLayout(context, req, res, place, { draft, revision })
    await submitOrRefuse(
      req,
      async () => {
        await saveLayout(context, { id: place.set.id, revision }, draft, { ...req.staff, locale: req.locale })
        res.redirect(303, setUrl(req, res))
      },
      async (again) => showLayout(context, req, res, await placeOf(context, req, draft.module), { draft, again })
    )
  }
}

/** @throws NotFound for a set or a module that isn't there. */
async function placeOf(context: Context, req: Request, module: string): Promise<LayoutPlace> {
  const set = await layoutSetById(context, String(req.params['set']))
  const catalog = await context.host.catalog(req.locale)
  const found = catalog.modules.get(module)
  if (!found) throw new NotFound()
  const inLocale = async (locale: Locale) => [locale, await context.host.catalog(locale)] as const
  const catalogs = Object.fromEntries(await Promise.all(locales.map(inLocale))) as Record<Locale, Catalog>
  return { catalog, catalogs, locale: req.locale, set, module: found }
}

/** A layout as typed, and why it is shown again. */
interface ShownLayout {
  readonly draft: LayoutDraft
  readonly revision?: number
  readonly again?: Again
}

async function showLayout(
  context: Context,
  req: Request,
  res: Response,
  place: LayoutPlace,
  { draft, revision, again }: ShownLayout
): Promise<void> {
  const t = context.t(req.locale)
  const { set, module, catalog } = place
  const stored = set.layouts.find(({ id }) => id === draft.id)
  const url = adminUrl(res, 'layout-sets', set.id)
  await page(
    res,
    'portal-admin/layout',
    {
      module: { label: module.labelPlural, one: module.label },
      set: { name: set.name, url, revision: revision ?? set.revision },
      sheet: layoutSheet(t, place, draft),
      drawn: previewOf({ t, locale: req.locale, format: formatFor(req.locale, req.staff) }, module, draft),
      namedBy: stored ? typesThatName(await configuration(context.db), stored.id) : [],
      gone: stored ? goneFromLayout(catalog, stored) : [],
      title: stored?.name,
      errors: again?.errors ?? {},
      notice: again?.notice,
      action: [url, 'layouts', ...(stored ? [stored.id] : [])].join('/'),
      urls: { portals: adminUrl(res), sets: adminUrl(res, 'layout-sets') }
    },
    { status: again?.status }
  )
}
