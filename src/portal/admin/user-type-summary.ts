/** The page of a user type: everything that was chosen, in words, with a way to change each part; while it is set up, what is still open (Z04). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { phoneTypesAreOpen } from '../../sms/templates.js'
import { isDecided, releaseOf, rights, type Portal, type Release, type UserType } from '../configuration.js'
import { layoutSets, layoutsOf, type LayoutSet } from '../layouts/layouts.js'
import { ownerModules, pathNamed } from '../link-path.js'
import { shownUrl } from '../portals/addresses.js'
import { portalById } from '../portals/portals.js'
import { countByStatus } from '../people/portal-users.js'
import { portalRoles } from '../roles/roles.js'
import { goneFrom } from '../user-types/release-check.js'
import { finishSetUp, inOrder, stepOf } from '../user-types/set-up.js'
import { addressFieldOf, discardUserType } from '../user-types/user-types.js'
import { webTabs } from '../portals/web-tabs.js'
import { changesOf } from './changes.js'
import { wayChoice } from './choices.js'
import { adminUrl, buttonsOn } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { previewUrl } from './preview-pages.js'
import { fieldsUrl, frameOf, placeOf, readerOf, setUpUrl, typeUrl, type Place } from './set-up-frame.js'

const revisionForm = z.strictObject({ revision: wholeNumber })

export function userTypePage(context: Context): RequestHandler {
  return async (req, res) => showSummary(context, req, res)
}

/** `POST /user-types/:type/completion`: the set-up is finished. */
export const finishPage = buttonsOn('type', showSummary)(
  (context, seen, req) => finishSetUp(context, seen, readerOf(req)),
  (req, res) => `${typeUrl(res, String(req.params['type']))}?finished=1`
)

/** `POST /user-types/:type/removal`, while its set-up isn't finished. */
export function discardPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision } = readForm(revisionForm, req.body)
        const { userType } = await placeOf(context, req)
        await discardUserType(context, { id: userType.id, revision }, req.staff)
        res.redirect(303, `${adminUrl(res, userType.portalId)}?discarded=1`)
      },
      (again) => showSummary(context, req, res, again)
    )
}

async function showSummary(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const { all, catalog, userType } = place
  const portal = portalById(all, userType.portalId)
  const { invited, confirmed } = await countByStatus(context.db, userType.id)
  const tabs = await webTabs(context.db)
  const layouts = (await layoutSets(context.db)).get(portal.layoutSetId ?? '')
  await page(
    res,
    'portal-admin/user-type',
    {
      ...frameOf(res, place),
      ...linksOf(req, res, userType),
      portal: { name: portal.name, address: shownUrl(context, portal), url: adminUrl(res, portal.id) },
      open: openStep(res, place),
      users: invited + confirmed,
      usersLimit: context.config.limits.activeUsersPerType,
      released: inOrder(catalog, userType).map((release) =>
        releasedRow(context.t(req.locale), res, { ...place, layouts }, release)
      ),
      roles: await rolesOfPortal(context, res, portal),
      webTabs: userType.webTabIds.flatMap((id) => tabs.get(id)?.name ?? []),
      address: addressIn(context.t(req.locale), place),
      texts: await textsOf(context, res, userType),
      others: otherModules(res, catalog, userType),
      changes: await changesOf(context, req, `user-type:${userType.id}`),
      saved: req.query['saved'] === '1',
      takenBack: takenBackIn(place, req.query['removed']),
      finished: req.query['finished'] === '1',
      notice: again?.notice
    },
    { status: again?.status }
  )
}

/** What the portal gives everybody beside what stands here (E02). */
async function rolesOfPortal(
  context: Context,
  res: Response,
  { roleIds }: Pick<Portal, 'roleIds'>
): Promise<{ name: string; url: string }[]> {
  const roles = await portalRoles(context.db)
  return roleIds.flatMap((id) => ({ name: roles.get(id)?.name ?? '', url: adminUrl(res, 'roles', id) }))
}

/** The module that was taken back just now; undefined for any other word. */
function takenBackIn({ catalog, userType }: Place, word: unknown): string | undefined {
  const name = typeof word === 'string' ? word : ''
  return releaseOf(userType, name) ? undefined : catalog.modules.get(name)?.labelPlural
}

function linksOf(req: Request, res: Response, { id }: UserType): Record<string, unknown> {
  const own = typeUrl(res, id)
  return {
    parts: {
      type: setUpUrl(res, id, 'type'),
      tabs: setUpUrl(res, id, 'tabs'),
      invitation: setUpUrl(res, id, 'invitation')
    },
    usersUrl: mayOpen(req.staff, needs.users) ? `${own}/users` : undefined,
    formsUrl: `${own}/forms`,
    completionUrl: `${own}/completion`,
    removalUrl: `${own}/removal`,
    previewUrl: previewUrl(res, { type: id })
  }
}

/** The step that a set-up waits for; undefined: it can be finished, or is. */
function openStep(res: Response, { catalog, userType }: Place): { step: string; url: string } | undefined {
  const step = stepOf(catalog, userType)
  return userType.setUp === undefined || step === 'summary'
    ? undefined
    : { step, url: setUpUrl(res, userType.id, step) }
}

function addressIn(
  t: Translate,
  { catalog, userType }: Place
): { label: string | undefined; gone: string | undefined } {
  const field = addressFieldOf(userType, catalog.modules.get(userType.primaryModule))
  return { label: field && wayChoice(t, field).label, gone: field ? undefined : userType.addressField }
}

/** Where its people are invited by text message: the texts, and whether all of them are approved (Z18). */
async function textsOf(
  context: Context,
  res: Response,
  { preference }: UserType
): Promise<{ url: string; areApproved: boolean; hasGateway: boolean } | undefined> {
  if (preference === 'email') return undefined
  const areApproved = await phoneTypesAreOpen(context)
  return { url: adminUrl(res, 'text-messages'), areApproved, hasGateway: context.sms.hasGateway }
}

function releasedRow(
  t: Translate,
  res: Response,
  { catalog, userType, layouts }: Place & { layouts: LayoutSet | undefined },
  release: Release
): Record<string, unknown> {
  const module = catalog.modules.get(release.module)
  const url = adminUrl(res, 'user-types', userType.id, 'modules', release.module)
  return {
    module: release.module,
    label: module?.labelPlural ?? release.module,
    kind: release.kind,
    path: module && pathNamed(catalog, module.name, release.path)?.label,
    hasCriteria: release.criteria !== undefined,
    isCards: release.view === 'canvas',
    rights: rightsIn(t, release),
    ...fieldsIn(module, release),
    isDecided: isDecided(release),
    isUseless: isUseless(release),
    fieldsUrl: fieldsUrl(res, userType.id, release.module),
    gone: goneFrom(catalog, userType, release, layoutsOf(layouts, release.module)),
    url: module && url,
    removalUrl: release.kind === 'primary' ? undefined : `${url}/removal`
  }
}

export function rightsIn(t: Translate, release: Release): string[] {
  const given = rights.filter((right) => release.rights.has(right)).map((right) => t(`portal:right.${right}`))
  return release.notes === 'none' ? given : [...given, t(`portal:noteRight.${release.notes}`)]
}

/** Records may be changed, but no field of them may be written. */
function isUseless({ rights: given, fields, layouts }: Release): boolean {
  const written = [fields, ...layouts.map((one) => one.fields)].some((all) => [...all.values()].includes('editable'))
  return (given.has('edit') || given.has('editShared')) && !written
}

/** Labels of the fields that are shown, and of those that may be written. */
function fieldsIn(module: Module | undefined, { fields }: Release): { shown: string[]; written: string[] } {
  const shown = [...(module?.fields.values() ?? [])].filter(({ name }) => fields.has(name))
  const written = shown.filter(({ name }) => fields.get(name) === 'editable')
  return { shown: shown.map(({ label }) => label), written: written.map(({ label }) => label) }
}

/** What could be released too: line items only inside a module that is. */
function otherModules(
  res: Response,
  catalog: Catalog,
  userType: UserType
): { label: string; icon: string; url: string }[] {
  const isOpen = (module: Module): boolean =>
    !releaseOf(userType, module.name) && (!module.partOf || releaseOf(userType, module.partOf.module) !== undefined)
  const owners = ownerModules(catalog)
  return [...catalog.modules.values()]
    .filter((module) => isOpen(module) && !owners.has(module.name))
    .map((module) => ({
      label: module.labelPlural,
      icon: module.icon,
      url: adminUrl(res, 'user-types', userType.id, 'modules', module.name)
    }))
}
