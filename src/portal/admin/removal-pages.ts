/** What administrators are asked before something goes for good: a module of a user type, a user type, a portal. Each page says
 *  what goes with it; the button on it removes (Z01, Z04, Z05). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound, PorticoError } from '../../errors.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, releaseOf, userTypesOf, type Release } from '../configuration.js'
import { countByStatus } from '../people/portal-users.js'
import { shownUrl } from '../portals/addresses.js'
import { mayDiscard, portalById } from '../portals/portals.js'
import { removeRelease } from '../user-types/releases.js'
import { adminUrl } from './frame.js'
import { frameOf, placeOf, typeUrl, type Place } from './set-up-frame.js'
import { rightsIn } from './user-type-summary.js'

interface Line {
  readonly label: string
  readonly value: string
}

interface Question {
  readonly title: string
  readonly text: string
  /** What goes, told. */
  readonly goes: readonly Line[]
  readonly confirm: string
  /** As the page shows it: what somebody else has changed meanwhile is asked about again. */
  readonly revision: number
  readonly action: string
  readonly cancelUrl: string
}

async function ask(res: Response, question: Question, crumbs: readonly unknown[], again?: Again): Promise<void> {
  const shown = { question, crumbs, notice: again?.notice, listUrl: adminUrl(res) }
  await page(res, 'portal-admin/removal', shown, { status: again?.status })
}

const buttonForm = z.strictObject({ revision: wholeNumber })

/** Asks before a module is taken back from a user type. */
export function askToTakeBack(context: Context): RequestHandler {
  return async (req, res) => showTakingBack(context, req, res)
}

export function takeBack(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision } = readForm(buttonForm, req.body)
        const [id, module] = [String(req.params['type']), String(req.params['module'])]
        await removeRelease(context, { id, revision }, module, req.staff)
        res.redirect(303, `${typeUrl(res, id)}?${new URLSearchParams({ removed: module }).toString()}`)
      },
      (again) => showTakingBack(context, req, res, again)
    )
}

async function showTakingBack(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const release = releaseOf(place.userType, String(req.params['module']))
  if (!release) throw new NotFound()
  if (release.kind === 'primary') throw new PorticoError('portal:error.primaryStays', { status: 409 })
  const { invited, confirmed } = await countByStatus(context.db, place.userType.id)
  const t = context.t(req.locale)
  const cancelUrl = typeUrl(res, place.userType.id)
  const label = labelOf(place, release)
  const question = {
    title: t('portal:takingBack.title', { module: label }),
    text: t('portal:takingBack.text', { userType: place.userType.name }),
    goes: [
      { label: t('portal:takingBack.users'), value: String(invited + confirmed) },
      { label: t('portal:userType.rights'), value: rightsIn(t, release).join(', ') || t('portal:right.viewOnly') },
      { label: t('portal:userType.fields'), value: String(release.fields.size) },
      ...partsGoing(place, release).map((part) => ({ label: t('portal:takingBack.also'), value: part }))
    ],
    confirm: t('portal:takingBack.confirm'),
    revision: place.userType.revision,
    action: `${cancelUrl}/modules/${encodeURIComponent(release.module)}/removal`,
    cancelUrl
  }
  const { userType, portal } = frameOf(res, place)
  await ask(res, question, [portal, userType, { name: label }], again)
}

function labelOf({ catalog }: Pick<Place, 'catalog'>, { module }: Pick<Release, 'module'>): string {
  return catalog.modules.get(module)?.labelPlural ?? module
}

/** Line items go with the module they are part of. */
function partsGoing({ catalog, userType }: Place, { module }: Release): string[] {
  return userType.releases
    .filter((part) => catalog.modules.get(part.module)?.partOf?.module === module)
    .map((part) => labelOf({ catalog }, part))
}

/** Asks before a user type is given up whose set-up was never finished; for any other its own page. */
export function askToDiscardType(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { userType, catalog } = place
    const cancelUrl = typeUrl(res, userType.id)
    if (userType.isBuiltIn || userType.setUp === undefined) return res.redirect(303, cancelUrl)
    const t = context.t(req.locale)
    const question = {
      title: t('set-up:discard.ask', { userType: userType.name }),
      text: t('set-up:discard.text'),
      goes: [modulesGoing(context, req, catalog, userType.releases)],
      confirm: t('set-up:discard.confirm'),
      revision: userType.revision,
      action: `${cancelUrl}/removal`,
      cancelUrl
    }
    const { userType: own, portal } = frameOf(res, place)
    await ask(res, question, [portal, own, { name: t('set-up:discard.button') }])
  }
}

/** Asks before a portal is given up that was never configured; for any other its own page. */
export function askToDiscardPortal(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const portal = portalById(all, String(req.params['portal']))
    const cancelUrl = adminUrl(res, portal.id)
    if (!(await mayDiscard(context.db, all, portal.id))) return res.redirect(303, cancelUrl)
    const t = context.t(req.locale)
    const catalog = await context.host.catalog(req.locale)
    const question = {
      title: t('portals:discard.ask', { portal: portal.name }),
      text: t('portals:discard.text'),
      goes: [
        { label: t('portal:settings.address'), value: shownUrl(context, portal) },
        ...userTypesOf(all, portal.id).map(({ releases }) => modulesGoing(context, req, catalog, releases))
      ],
      confirm: t('portals:discard.confirm'),
      revision: portal.revision,
      action: `${cancelUrl}/removal`,
      cancelUrl
    }
    await ask(res, question, [{ name: portal.name, url: cancelUrl }, { name: t('portals:discard.title') }])
  }
}

function modulesGoing(context: Context, req: Request, catalog: Place['catalog'], releases: readonly Release[]): Line {
  const names = releases.map((release) => labelOf({ catalog }, release))
  return { label: context.t(req.locale)('portal:userType.modules'), value: names.join(', ') }
}
