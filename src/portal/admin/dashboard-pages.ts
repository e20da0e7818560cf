/** Administrators' pages of dashboards: the list, one with its dashlets in order, each dashlet's own form, a portal's choice (E04). */
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Catalog, Locale } from '../../host/catalog.js'
import { line, readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import {
  chooseDashboard,
  createDashboard,
  dashboardById,
  dashboards,
  dashboardUses,
  deleteDashboard,
  moveDashlet,
  mostDashlets,
  putDashlet,
  removeDashlet,
  renameDashboard,
  subjectOf,
  type Dashboard
} from '../dashboards/dashboards.js'
import { dashletProblems, goneFromDashlet } from '../dashboards/dashlet-check.js'
import { dashletKinds, hasModule, wordsFor, type Dashlet, type DashletKind } from '../dashboards/dashlets.js'
import { portalById } from '../portals/portals.js'
import {
  blankDashlet,
  criteriaOf,
  dashletSheet,
  moduleChoices,
  readDashlet,
  type DashletPlace,
  type TypedDashlet
} from './dashlet-form.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'

const nameForm = z.strictObject({ name: line(100) })
const renameForm = z.strictObject({ name: line(100), revision: wholeNumber })
const choiceForm = z.strictObject({ dashboard: z.string().max(36), revision: wholeNumber })

const ofModules: readonly DashletKind[] = ['count', 'list', 'chart']

export function dashboardListPage(context: Context): RequestHandler {
  return async (req, res) => showList(context, req, res)
}

export function createDashboardPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = await createDashboard(context, readForm(nameForm, req.body).name, req.staff)
        res.redirect(303, adminUrl(res, 'dashboards', id))
      },
      (again) => showList(context, req, res, again)
    )
}

export function dashboardPage(context: Context): RequestHandler {
  return async (req, res) => showDashboard(context, req, res)
}

export function renameDashboardPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { name, revision } = readForm(renameForm, req.body)
        const id = String(req.params['dashboard'])
        await renameDashboard(context, { id, revision }, name, req.staff)
        res.redirect(303, `${adminUrl(res, 'dashboards', id)}?saved=1`)
      },
      (again) => showDashboard(context, req, res, again)
    )
}

const pressed = buttonsOn('dashboard', showDashboard)
const atDashlets = (req: Request, res: Response): string =>
  `${adminUrl(res, 'dashboards', String(req.params['dashboard']))}#dashlets`

export const deleteDashboardPage = pressed(
  (context, seen, { staff }) => deleteDashboard(context, seen, staff),
  (_, res) => `${adminUrl(res, 'dashboards')}?saved=1`
)
export const raiseDashlet = pressed(
  (context, seen, req) => moveDashlet(context, seen, { dashletId: dashletIdIn(req), by: -1 }, req.staff),
  atDashlets
)
export const lowerDashlet = pressed(
  (context, seen, req) => moveDashlet(context, seen, { dashletId: dashletIdIn(req), by: 1 }, req.staff),
  atDashlets
)
export const removeDashletPage = pressed(
  (context, seen, req) => removeDashlet(context, seen, dashletIdIn(req), req.staff),
  atDashlets
)

function dashletIdIn(req: Request): string {
  return String(req.params['dashlet'])
}

/** The form of a new dashlet of the kind and module that the address names. */
export function newDashletPage(context: Context): RequestHandler {
  return async (req, res) => {
    const dashboard = await dashboardById(context.db, String(req.params['dashboard']))
    const place = await placeOf(context, req, String(req.query['kind']), String(req.query['module']))
    const dashlet = blankDashlet(place, 'new')
    await showDashlet(context, req, res, { dashboard, place, dashlet, criteria: criteriaOf(place, dashlet) })
  }
}

export function dashletPage(context: Context): RequestHandler {
  return async (req, res) => {
    const dashboard = await dashboardById(context.db, String(req.params['dashboard']))
    const dashlet = dashletOf(dashboard, req)
    const place = await placeOf(context, req, dashlet.kind, hasModule(dashlet) ? dashlet.module : '')
    await showDashlet(context, req, res, { dashboard, place, dashlet, criteria: criteriaOf(place, dashlet) })
  }
}

/** Saves a new or a known dashlet; every other button of the form shows it again with what it did. */
export function saveDashletPage(context: Context): RequestHandler {
  return async (req, res) => {
    const dashboard = await dashboardById(context.db, String(req.params['dashboard']))
    const known = req.params['dashlet'] === undefined ? undefined : dashletOf(dashboard, req)
    const { kind, module } = req.body as Record<string, unknown>
    const place = known
      ? await placeOf(context, req, known.kind, hasModule(known) ? known.module : '')
      : await placeOf(context, req, String(kind), String(module))
    const start = known ?? blankDashlet(place, 'new')
    let typed: TypedDashlet | undefined
    const show = (again?: Again): Promise<void> =>
      showDashlet(context, req, res, {
        dashboard,
        place,
        dashlet: typed?.dashlet ?? start,
        criteria: typed?.criteria ?? criteriaOf(place, start),
        isNew: !known,
        again
      })
    await submitOrRefuse(
      req,
      async () => {
        typed = readDashlet(place, known?.id ?? randomUUID(), req.body)
        if (typed.isUnfinished) return show()
        mustFit(place.catalog, typed.dashlet)
        await putDashlet(context, { id: dashboard.id, revision: typed.revision }, typed.dashlet, req.staff)
        res.redirect(303, `${adminUrl(res, 'dashboards', dashboard.id)}?saved=1`)
      },
      show
    )
  }
}

function mustFit(catalog: Catalog, dashlet: Dashlet): void {
  const problems = dashletProblems(catalog, dashlet)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
}

function dashletOf({ dashlets }: Dashboard, req: Request): Dashlet {
  const found = dashlets.find(({ id }) => id === req.params['dashlet'])
  if (!found) throw new NotFound()
  return found
}

/** @throws NotFound for a kind or a module that there is none of */
async function placeOf(context: Context, req: Request, word: string, name: string): Promise<DashletPlace> {
  const kind = dashletKinds.find((one) => one === word)
  const catalog = await context.host.catalog(req.locale)
  const module = kind && ofModules.includes(kind) ? catalog.modules.get(name) : undefined
  if (!kind || (ofModules.includes(kind) && !module)) throw new NotFound()
  return { t: context.t(req.locale), catalog, kind, module, timeZone: req.staff.timeZone }
}

async function showList(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const usesOf = await dashboardUses(context.db)
  const shown = [...(await dashboards(context.db)).values()].map(({ id, name, dashlets }) => ({
    name,
    url: adminUrl(res, 'dashboards', id),
    dashlets: dashlets.length,
    portals: usesOf(id).portals.map((portal) => portal.name),
    users: usesOf(id).users
  }))
  const locals = {
    dashboards: shown,
    form: { action: adminUrl(res, 'dashboards'), name: again?.typed['name'] ?? '', errors: again?.errors ?? {} },
    notice: again?.notice,
    saved: req.query['saved'] === '1',
    listUrl: adminUrl(res)
  }
  await page(res, 'portal-admin/dashboards', locals, { status: again?.status })
}

async function showDashboard(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const dashboard = await dashboardById(context.db, String(req.params['dashboard']))
  const { id, name, revision, dashlets, unreadable } = dashboard
  const t = context.t(req.locale)
  const catalog = await context.host.catalog(req.locale)
  const url = adminUrl(res, 'dashboards', id)
  const uses = (await dashboardUses(context.db))(id)
  const locals = {
    dashboard: { name, revision, url, unreadable, isFull: dashlets.length >= mostDashlets },
    form: { name: again?.typed['name'] ?? name, errors: again?.errors ?? {} },
    dashlets: dashlets.map((dashlet) => shownRow(t, { catalog, url, locale: req.locale }, dashlet)),
    gone: [...new Set(dashlets.flatMap((dashlet) => goneFromDashlet(catalog, dashlet)))],
    kinds: dashletKinds.map((value) => ({ value, label: t(`dashboards:kind.${value}`) })),
    modules: moduleChoices(catalog),
    uses: {
      portals: uses.portals.map((portal) => ({ name: portal.name, url: adminUrl(res, portal.id, 'dashboard') })),
      users: uses.users
    },
    changes: await changesOf(context, req, subjectOf(id)),
    notice: again?.notice,
    saved: req.query['saved'] === '1',
    urls: { portals: adminUrl(res), list: adminUrl(res, 'dashboards'), preview: adminUrl(res, 'preview') }
  }
  await page(res, 'portal-admin/dashboard', locals, { status: again?.status })
}

function shownRow(
  t: Translate,
  { catalog, url, locale }: { catalog: Catalog; url: string; locale: Locale },
  dashlet: Dashlet
): Record<string, unknown> {
  const module = hasModule(dashlet) ? catalog.modules.get(dashlet.module) : undefined
  const label = hasModule(dashlet) ? (module?.labelPlural ?? dashlet.module) : ''
  const kind = t(`dashboards:kind.${dashlet.kind}`)
  const by = dashlet.kind === 'chart' ? module?.fields.get(dashlet.by) : undefined
  const otherwise = by ? t('dashboards:chart.by', { module: label, field: by.label }) : label || kind
  return {
    kind,
    module: label,
    title: wordsFor(dashlet.title, locale) || otherwise,
    url: `${url}/dashlets/${encodeURIComponent(dashlet.id)}`
  }
}

interface ShownForm {
  readonly dashboard: Dashboard
  readonly place: DashletPlace
  readonly dashlet: Dashlet
  readonly criteria: TypedDashlet['criteria']
  readonly isNew?: boolean
  readonly again?: Again
}

async function showDashlet(context: Context, req: Request, res: Response, shown: ShownForm): Promise<void> {
  const { place, dashlet, criteria, again } = shown
  const { id, name, revision, dashlets } = await dashboardById(context.db, shown.dashboard.id)
  const isNew = shown.isNew ?? !dashlets.includes(dashlet)
  const url = adminUrl(res, 'dashboards', id)
  const errors = again?.errors ?? {}
  const locals = {
    dashboard: { name, url, revision },
    sheet: dashletSheet(place, { dashlet, criteria, errors }),
    gone: goneFromDashlet(place.catalog, dashlet),
    errors,
    notice: again?.notice,
    action: isNew ? `${url}/dashlets` : `${url}/dashlets/${encodeURIComponent(dashlet.id)}`,
    urls: { portals: adminUrl(res), list: adminUrl(res, 'dashboards') }
  }
  await page(res, 'portal-admin/dashboard-dashlet', locals, { status: again?.status })
}

/** Which dashboard is the first page of a portal. */
export function portalDashboardPage(context: Context): RequestHandler {
  return async (req, res) => showChoice(context, req, res)
}

export function choosePortalDashboardPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { dashboard, revision } = readForm(choiceForm, req.body)
        const id = String(req.params['portal'])
        await chooseDashboard(context, { id, revision }, dashboard === '' ? undefined : dashboard, req.staff)
        res.redirect(303, `${adminUrl(res, id, 'dashboard')}?saved=1`)
      },
      (again) => showChoice(context, req, res, again)
    )
}

async function showChoice(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const portal = portalById(await configuration(context.db), String(req.params['portal']))
  const all = await dashboards(context.db)
  const t = context.t(req.locale)
  const none = { value: '', label: t('dashboards:choice.none') }
  const chosen = all.has(portal.dashboardId ?? '') ? portal.dashboardId : ''
  const locals = {
    portal: { name: portal.name, url: adminUrl(res, portal.id), revision: portal.revision },
    form: {
      action: adminUrl(res, portal.id, 'dashboard'),
      value: again?.typed['dashboard'] ?? chosen,
      options: [none, ...[...all.values()].map(({ id, name }) => ({ value: id, label: name }))],
      errors: again?.errors ?? {}
    },
    isGone: portal.dashboardId !== undefined && chosen === '',
    notice: again?.notice,
    saved: req.query['saved'] === '1',
    urls: { portals: adminUrl(res), dashboards: adminUrl(res, 'dashboards') }
  }
  await page(res, 'portal-admin/dashboard-choice', locals, { status: again?.status })
}
