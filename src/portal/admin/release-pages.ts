/** The administrators' page on which one module is released to a user type (Z05–Z08, Z10–Z12). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { FieldError } from '../../host/host.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, releaseOf } from '../configuration.js'
import { isFor } from '../layouts/arrangements.js'
import { layoutSets, layoutsOf } from '../layouts/layouts.js'
import { portalById } from '../portals/portals.js'
import { goneFrom, isLayoutGone, writableNoMore } from '../user-types/release-check.js'
import { problemsOf, saveRelease, userTypeById } from '../user-types/releases.js'
import { changesTold, type ShownChange } from '../../audit/shown-change.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'
import {
  blankDraft,
  formOf,
  readRelease,
  type FormAction,
  type ReleaseForm,
  type ReleasePlace
} from './release-form.js'
import { releasePreview } from './release-preview.js'
import { releaseSheet } from './release-sheet.js'

export function releasePage(context: Context): RequestHandler {
  return async (req, res) => {
    const [last] = await changesIn(context, req)
    const place = await placeOf(context, req)
    const stored = releaseOf(place.userType, place.module.name)
    const form = formOf(place, stored ?? blankDraft(place))
    await show(context, req, res, { place, form: { ...form, lastChange: last?.id ?? '' } })
  }
}

/** Saves the form; by its other buttons it is shown again with everything that was typed, and nothing is saved. */
export function saveReleasePage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { form, action } = readRelease(place, req.body)
    if (action) return showAgain(context, req, res, { place, form, action })
    const seen = { id: place.userType.id, revision: form.revision }
    await submitOrRefuse(
      req,
      async () => {
        await saveRelease(context, seen, form.draft, { ...req.staff, locale: req.locale })
        res.redirect(303, userTypeUrl(res, place))
      },
      async (again) => show(context, req, res, { ...(await afterRefusal(context, req, { place, form, again })), again })
    )
  }
}

/** @throws NotFound for a user type or a module that isn't there. */
async function placeOf(context: Context, req: Request): Promise<ReleasePlace> {
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(req.locale)
  const userType = userTypeById(all, String(req.params['type']))
  const module = catalog.modules.get(String(req.params['module']))
  if (!module) throw new NotFound()
  const set = (await layoutSets(context.db)).get(portalById(all, userType.portalId).layoutSetId ?? '')
  const layouts = layoutsOf(set, module.name).filter(({ forRecords }) => isFor(module, forRecords))
  return { all, catalog, userType, module, layouts, timeZone: req.staff.timeZone }
}

function userTypeUrl(res: Response, { userType }: Pick<ReleasePlace, 'userType'>): string {
  return `${adminUrl(res, 'user-types', userType.id)}?saved=1`
}

interface Shown {
  readonly place: ReleasePlace
  readonly form: ReleaseForm
  readonly action?: FormAction
  readonly errors?: Readonly<Record<string, FieldError>>
  readonly again?: Again
  /** What somebody else has changed of this module since the page was opened; undefined: too much to be told. */
  readonly meanwhile?: readonly ShownChange[]
}

/** Looking judges the draft, since only one that can work shows anything; building it judges nothing yet. */
async function showAgain(context: Context, req: Request, res: Response, shown: Shown): Promise<void> {
  const { place, form, action } = shown
  const by = { locale: req.locale }
  const errors = action === 'look' ? await problemsOf(context, place.userType, form.draft, by) : {}
  await show(context, req, res, { ...shown, errors })
}

/** The last changes of the user type, newest first. */
function changesIn(context: Context, req: Request): Promise<ShownChange[]> {
  return changesOf(context, req, `user-type:${String(req.params['type'])}`)
}

/** Who was told that somebody else was faster sees what that was, and saves on top of it; who mended a mistake does not (A28). */
async function afterRefusal(
  context: Context,
  req: Request,
  { place, form, again }: { place: ReleasePlace; form: ReleaseForm; again: Again }
): Promise<Pick<Shown, 'place' | 'form' | 'meanwhile'>> {
  if (again.status !== 409) return { place, form }
  const latest = await placeOf(context, req)
  const { revision } = latest.userType
  const changes = await changesIn(context, req)
  const known = changes.findIndex(({ id }) => id === form.lastChange)
  const newer = known < 0 ? changes : changes.slice(0, known)
  const isAll = known >= 0 || changes.length < changesTold
  const meanwhile = isAll ? newer.filter(({ module }) => module === latest.module.name) : undefined
  return { place: latest, form: { ...form, revision, lastChange: changes[0]?.id ?? '' }, meanwhile }
}

async function show(context: Context, req: Request, res: Response, shown: Shown): Promise<void> {
  const { place, form, action, again } = shown
  const { userType, module, catalog, all } = place
  const errors = again?.errors ?? shown.errors ?? {}
  const stored = releaseOf(userType, module.name)
  const portal = portalById(all, userType.portalId)
  const isSound = Object.keys(errors).length === 0 && (action === undefined || action === 'look')
  await page(
    res,
    'portal-admin/release',
    {
      module: { label: module.labelPlural, name: module.name },
      userType: { name: userType.name, url: adminUrl(res, 'user-types', userType.id) },
      portal: { name: portal.name, url: adminUrl(res, portal.id) },
      primary: catalog.modules.get(userType.primaryModule)?.label ?? userType.primaryModule,
      sheet: releaseSheet(context.t(req.locale), place, form, errors),
      look: await releasePreview(context, req, { place, form, action, isSound }),
      revision: form.revision,
      isReleased: stored !== undefined,
      isUnsaved: action !== undefined,
      gone: stored ? goneFrom(catalog, userType, stored, place.layouts) : [],
      isLayoutGone: stored !== undefined && isLayoutGone(stored, place.layouts),
      deciding: writableNoMore(catalog, userType, form.draft).map(({ label }) => label),
      errors,
      notice: again?.notice,
      meanwhile: shown.meanwhile,
      lastChange: form.lastChange,
      action: adminUrl(res, 'user-types', userType.id, 'modules', module.name),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}
