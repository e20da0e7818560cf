/** Administrators' pages of portals: the list, a new one, one with its settings, its user types and its changes (Z01, E05). */
import type { Request, RequestHandler, Response } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { locales } from '../../host/catalog.js'
import { formatFor } from '../../web/format.js'
import { checkbox, line, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { tellUsers, usersToTell } from '../people/address-mail.js'
import { configuration, userTypesOf, type Configuration, type Portal, type UserType } from '../configuration.js'
import {
  changePortal,
  createPortal,
  customUrlProblem,
  discardPortal,
  makeDefault,
  mayDiscard,
  portalById,
  redirectDays,
  switchPortal,
  type Move,
  type PortalForm
} from '../portals/portals.js'
import { addressesOf, shownUrl } from '../portals/addresses.js'
import { asTyped } from '../portals/custom-url.js'
import { countRequests } from '../forms/requests.js'
import { userCounts, type UserCounts } from '../people/portal-users.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { previewUrl } from './preview-pages.js'
import { setUpUrl } from './set-up-frame.js'

const isTimeZone = (word: string): boolean => Intl.supportedValuesOf('timeZone').includes(word) || word === 'UTC'

const settings = {
  name: line(100),
  slug: z.string().trim().toLowerCase().max(40).optional(),
  locale: z.enum(locales),
  timeZone: z.string().refine(isTimeZone, 'errors.field.option'),
  dateFormat: z.enum(['iso', 'dmy', 'mdy']),
  timeFormat: z.enum(['24', '12'])
}
const newForm = z.strictObject(settings)
const changeForm = z.strictObject({
  ...settings,
  customUrl: z.string().max(1000),
  revision: wholeNumber,
  tell: checkbox
})

/** Pages about one portal, by the last part of their address; texts are `portals:pages.<address>` and `portals:pagesHelp.<address>`. */
const pagesOfPortal = [
  { address: 'appearance', icon: 'palette' },
  { address: 'tabs', icon: 'menu' },
  { address: 'roles', icon: 'shield' },
  { address: 'layouts', icon: 'layout-list' },
  { address: 'dashboard', icon: 'layout-dashboard' },
  { address: 'web-server', icon: 'server' }
] as const

/** Pages about what several portals share. */
const sharedPages = [
  { address: 'roles', icon: 'shield' },
  { address: 'levels', icon: 'key-round' },
  { address: 'layout-sets', icon: 'layout-list' },
  { address: 'dashboards', icon: 'layout-dashboard' },
  { address: 'web-tabs', icon: 'globe' },
  { address: 'text-messages', icon: 'message-square' },
  { address: 'privacy', icon: 'shield-check' }
] as const

/** For whoever may decide them. */
const requestPages = [{ address: 'form-requests', icon: 'inbox' }] as const

interface PageLink {
  readonly address: string
  readonly icon: string
  readonly url: string
}

/** Where pages stand below the address `under`. */
function linksTo(
  pages: readonly { address: string; icon: string }[],
  res: Response,
  ...under: readonly string[]
): PageLink[] {
  return pages.map((one) => ({ ...one, url: adminUrl(res, ...under, one.address) }))
}

export function portalListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const portals = [...all.portals.values()].map((portal) => ({
      ...portal,
      address: shownUrl(context, portal),
      url: adminUrl(res, portal.id),
      userTypes: userTypesOf(all, portal.id).map(({ id, name, setUp }) => ({
        name,
        setUpUrl: setUp === undefined ? undefined : setUpUrl(res, id)
      }))
    }))
    await page(res, 'portal-admin/portals', {
      portals,
      newUrl: adminUrl(res, 'new'),
      sharedPages: linksTo([...sharedPages, ...(mayOpen(req.staff, needs.both) ? requestPages : [])], res),
      requests: mayOpen(req.staff, needs.both) ? (await countRequests(context.db)).waiting : 0,
      requestsUrl: adminUrl(res, 'form-requests'),
      discarded: req.query['discarded'] === '1'
    })
  }
}

export function newPortalPage(context: Context): RequestHandler {
  return async (req, res) => showNew(context, req, res)
}

export function createPortalPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = await createPortal(context, formIn(readForm(newForm, req.body)), req.staff)
        const [born] = userTypesOf(await configuration(context.db), id)
        res.redirect(303, born ? setUpUrl(res, born.id) : adminUrl(res, id))
      },
      (again) => showNew(context, req, res, again)
    )
}

export function portalPage(context: Context): RequestHandler {
  return async (req, res) => showPortal(context, req, res)
}

export function changePortalPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, tell, ...form } = readForm(changeForm, req.body)
        const id = String(req.params['portal'])
        const telling = tell ? (move: Move, trx: Knex) => tellUsers(context, move, trx) : undefined
        const { customUrl } = form
        await changePortal(context, { id, revision }, { ...formIn(form), customUrl }, req.staff, telling)
        res.redirect(303, `${adminUrl(res, id)}?saved=1`)
      },
      (again) => showPortal(context, req, res, again)
    )
}

const pressed = buttonsOn('portal', showPortal)
const saved = (req: Request, res: Response): string => `${adminUrl(res, String(req.params['portal']))}?saved=1`

export const activatePortal = pressed((context, seen, { staff }) => switchPortal(context, seen, true, staff), saved)
export const deactivatePortal = pressed((context, seen, { staff }) => switchPortal(context, seen, false, staff), saved)
export const defaultPortalPage = pressed((context, seen, { staff }) => makeDefault(context, seen, staff), saved)
export const discardPortalPage = pressed(
  (context, seen, { staff }) => discardPortal(context, seen, staff),
  (_, res) => `${adminUrl(res)}?discarded=1`
)

function formIn(form: z.infer<typeof newForm>): PortalForm {
  const { name, slug, locale, timeZone, dateFormat, timeFormat } = form
  return { name, slug: slug || undefined, locale, timeZone, formats: { date: dateFormat, time: timeFormat } }
}

/** The company's name is proposed, and the formats of whoever makes it. */
async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { staff } = req
  const proposed = {
    name: context.config.company.name,
    slug: '',
    locale: staff.locale,
    timeZone: staff.timeZone,
    dateFormat: staff.formats.date,
    timeFormat: staff.formats.time
  }
  const form = {
    values: { ...proposed, ...again?.typed },
    errors: again?.errors ?? {},
    action: adminUrl(res),
    ...choices(context, req)
  }
  await page(
    res,
    'portal-admin/new-portal',
    { form, notice: again?.notice, listUrl: adminUrl(res) },
    { status: again?.status }
  )
}

async function showPortal(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const portal = portalById(all, String(req.params['portal']))
  const counts = await userCounts(context.db)
  const form = {
    values: { ...valuesOf(portal), ...again?.typed, revision: portal.revision },
    errors: again?.errors ?? { customUrl: customUrlProblem(context, all, portal) },
    action: adminUrl(res, portal.id),
    ...choices(context, req)
  }
  await page(
    res,
    'portal-admin/portal',
    {
      portal: { ...portal, address: shownUrl(context, portal), url: adminUrl(res, portal.id) },
      addresses: furtherAddresses(context, req, all, portal),
      form,
      userTypes: userTypesOf(all, portal.id).map((type) => userTypeRow(res, type, counts)),
      previewUrl: previewUrl(res),
      newUserTypeUrl: adminUrl(res, portal.id, 'user-types', 'new'),
      pages: linksTo(pagesOfPortal, res, portal.id),
      redirectDays,
      toTell: await usersToTell(context.db, portal),
      mayDiscard: await mayDiscard(context.db, all, portal.id),
      changes: await changesOf(context, req, `portal:${portal.id}`),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      discarded: req.query['discarded'] === '1',
      moved: movedIn(req),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

/** Beside the one that people are told, with what each of them does (E05). */
function furtherAddresses(
  context: Context,
  req: Request,
  all: Configuration,
  portal: Portal
): { kind: string; url: string; does: string }[] {
  const t = context.t(req.locale)
  const [told, ...further] = addressesOf(context, all, portal)
  return further.map(({ kind, url, leadsTo = told?.url ?? '', until }) => ({
    kind,
    url,
    does: t(`addresses:does.${kind}`, {
      address: leadsTo,
      until: until === undefined ? '' : formatFor(req.locale, req.staff).date(until)
    })
  }))
}

/** How many people a user type had that was deleted just now. */
function movedIn({ query }: Request): number | undefined {
  const moved = Number(query['moved'])
  return Number.isInteger(moved) && moved >= 0 && query['moved'] !== '' ? moved : undefined
}

function userTypeRow(
  res: Response,
  { id, name, setUp, releases }: UserType,
  counts: UserCounts
): Record<string, unknown> {
  const { invited, confirmed } = counts.ofType(id)
  return {
    name,
    setUpUrl: setUp === undefined ? undefined : setUpUrl(res, id),
    users: invited + confirmed,
    modules: releases.length,
    url: adminUrl(res, 'user-types', id)
  }
}

function valuesOf({ name, slug, customUrl, locale, timeZone, formats }: Portal): Record<string, string> {
  return {
    name,
    slug,
    customUrl: customUrl === undefined ? '' : asTyped(customUrl),
    locale,
    timeZone,
    dateFormat: formats.date,
    timeFormat: formats.time
  }
}

function choices(context: Context, req: Request): Record<string, unknown> {
  const t = context.t(req.locale)
  return {
    addressStart: `${context.config.publicUrl}/portal/`,
    locales: languageChoices,
    timeZones: [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])].map((value) => ({ value, label: value })),
    dateFormats: ['iso', 'dmy', 'mdy'].map((value) => ({ value, label: t(`portal:format.${value}`) })),
    timeFormats: ['24', '12'].map((value) => ({ value, label: t(`portal:format.${value}`) }))
  }
}
