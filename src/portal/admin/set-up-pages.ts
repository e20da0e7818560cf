/** The wizard that sets a user type up: user type, modules, fields, invitations; each step is saved and can be come back to (Z03, Z04). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { line, readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import {
  configuration,
  isDecided,
  releaseOf,
  setUpSteps,
  userTypesOf,
  type Release,
  type SetUpStep
} from '../configuration.js'
import { portalById } from '../portals/portals.js'
import type { ReleaseDraft } from '../user-types/release-check.js'
import { saveReleases } from '../user-types/releases.js'
import { stepAfter, stepOf, undecided } from '../user-types/set-up.js'
import {
  addressFieldOf,
  addressFields,
  addUserType,
  changeUserType,
  chooseAddressField,
  mayMove,
  openAddressFields,
  personModules
} from '../user-types/user-types.js'
import { putWebTabs, webTabs } from '../portals/web-tabs.js'
import { moduleChoice, wayChoice } from './choices.js'
import { adminUrl } from './frame.js'
import { chosenIn, fieldsUrl, frameOf, placeOf, readerOf, setUpUrl, typeUrl, type Place } from './set-up-frame.js'
import { draftOf, fieldsSheet, readFields, type FieldsForm } from './set-up-fields.js'
import { changeIn, problemsIn, readTabs, tabsOf, tabsSheet, type TabsForm } from './set-up-tabs.js'

const typeForm = z.strictObject({ name: line(100), primaryModule: z.string().min(1, 'errors.field.required').max(64) })
const changeForm = typeForm.extend({ revision: wholeNumber })
const addressForm = z.strictObject({ revision: wholeNumber, addressField: z.string().max(64) })

export function newUserTypePage(context: Context): RequestHandler {
  return async (req, res) => showNew(context, req, res)
}

export function addUserTypePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = await addUserType(context, String(req.params['portal']), readForm(typeForm, req.body), req.staff)
        res.redirect(303, setUpUrl(res, id, 'tabs'))
      },
      (again) => showNew(context, req, res, again)
    )
}

/** Where the set-up was left. */
export function setUpPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { catalog, userType } = await placeOf(context, req)
    goTo(res, userType.id, stepOf(catalog, userType))
  }
}

export function userTypeFormPage(context: Context): RequestHandler {
  return async (req, res) => showType(context, req, res)
}

export function changeUserTypePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, ...form } = readForm(changeForm, req.body)
        const id = String(req.params['type'])
        await changeUserType(context, { id, revision }, form, req.staff)
        await goOn(context, req, res, id)
      },
      (again) => showType(context, req, res, again)
    )
}

export function tabsPage(context: Context): RequestHandler {
  return async (req, res) => showTabs(context, req, res)
}

export function saveTabsPage(context: Context): RequestHandler {
  return async (req, res) => {
    const form = readTabs(req.body)
    await submitOrRefuse(
      req,
      async () => {
        await saveTabs(context, req, form)
        await goOn(context, req, res, String(req.params['type']))
      },
      (again) => showTabs(context, req, res, { form, again })
    )
  }
}

async function saveTabs(context: Context, req: Request, form: TabsForm): Promise<void> {
  const place = { ...(await placeOf(context, req)), webTabs: await webTabs(context.db) }
  const problems = problemsIn(place, form)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  const { userType } = place
  const { drafts, removed, webTabIds } = changeIn(place, form)
  await saveReleases(
    context,
    { id: userType.id, revision: form.revision },
    {
      drafts,
      removed,
      setUp: stepAfter(userType, 'tabs'),
      also: (trx) => putWebTabs(trx, userType, webTabIds)
    },
    readerOf(req)
  )
}

/** Leads to the module that is next. */
export function fieldsPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { catalog, userType } = await placeOf(context, req)
    const [first] = [...undecided({ releases: chosenIn(catalog, userType) }), ...chosenIn(catalog, userType)]
    if (!first) throw new NotFound()
    res.redirect(303, fieldsUrl(res, userType.id, first.module))
  }
}

export function moduleFieldsPage(context: Context): RequestHandler {
  return async (req, res) => showFields(context, req, res)
}

export function saveModuleFieldsPage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { release } = moduleAt(place, req)
    const form = readFields(release, req.body)
    await submitOrRefuse(
      req,
      async () => {
        await saveFields(context, req, place, form)
        await goOn(context, req, res, place.userType.id, release.module)
      },
      (again) => showFields(context, req, res, { form, again })
    )
  }
}

/** One module, or with it what is proposed for all that nobody decided yet. */
async function saveFields(
  context: Context,
  req: Request,
  { catalog, userType }: Place,
  form: FieldsForm
): Promise<void> {
  const { module: name } = form.draft
  if (!isDecided(form.draft)) throw new Invalid({ [`${name}.fields`]: { key: 'portal:problem.noFields' } })
  const others = undecided({ releases: chosenIn(catalog, userType) }).filter(({ module }) => module !== name)
  const proposed = form.takesAll
    ? others.flatMap((release): ReleaseDraft[] => [draftOf(catalog.modules.get(release.module)!, release)])
    : []
  const left = others.length - proposed.length
  await saveReleases(
    context,
    { id: userType.id, revision: form.revision },
    { drafts: [form.draft, ...proposed], removed: [], setUp: left === 0 ? stepAfter(userType, 'fields') : undefined },
    readerOf(req)
  )
}

export function invitationStepPage(context: Context): RequestHandler {
  return async (req, res) => showInvitationStep(context, req, res)
}

export function saveInvitationStepPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, addressField } = readForm(addressForm, req.body)
        const id = String(req.params['type'])
        await chooseAddressField(context, { id, revision }, addressField, req.staff)
        await goOn(context, req, res, id)
      },
      (again) => showInvitationStep(context, req, res, again)
    )
}

function moduleAt({ catalog, userType }: Place, req: Request): { module: Module; release: Release } {
  const module = catalog.modules.get(String(req.params['module']))
  const release = module && releaseOf(userType, module.name)
  if (!release) throw new NotFound()
  return { module, release }
}

function goTo(res: Response, id: string, step: SetUpStep | 'summary'): void {
  res.redirect(303, step === 'summary' ? typeUrl(res, id) : setUpUrl(res, id, step))
}

/** After a step was saved: to the next module of a set-up that goes through all fields, else to what isn't done yet, else to the summary. */
async function goOn(context: Context, req: Request, res: Response, id: string, module?: string): Promise<void> {
  const { catalog, userType } = await placeOf(context, req)
  const step = stepOf(catalog, userType)
  const chosen = chosenIn(catalog, userType).map((release) => release.module)
  const next = module && chosen[chosen.indexOf(module) + 1]
  if (step === 'fields' && next) return res.redirect(303, fieldsUrl(res, id, next))
  if (step === 'summary') return res.redirect(303, `${typeUrl(res, id)}?saved=1`)
  goTo(res, id, step)
}

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const portal = portalById(all, String(req.params['portal']))
  const limit = context.config.limits.userTypesPerPortal
  const choices = personModules(await context.host.catalog(req.locale))
  await page(
    res,
    'portal-admin/set-up-type',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id) },
      userType: undefined,
      steps: (['type', ...setUpSteps] as const).map((step) => ({ step, url: undefined, isDone: false })),
      form: {
        values: { name: '', primaryModule: '', ...again?.typed },
        errors: again?.errors ?? {},
        modules: choices.map(moduleChoice),
        action: adminUrl(res, portal.id, 'user-types')
      },
      limit,
      isFull: userTypesOf(all, portal.id).length >= limit,
      notice: again?.notice,
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

async function showType(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const { userType, catalog } = place
  const choices = mayMove(userType) ? personModules(catalog).map(moduleChoice) : []
  await page(
    res,
    'portal-admin/set-up-type',
    {
      ...frameOf(res, place),
      form: {
        values: { name: userType.name, primaryModule: userType.primaryModule, ...again?.typed },
        errors: again?.errors ?? {},
        modules: choices,
        action: setUpUrl(res, userType.id, 'type')
      },
      isFull: false,
      notice: again?.notice
    },
    { status: again?.status }
  )
}

async function showTabs(
  context: Context,
  req: Request,
  res: Response,
  refused?: { form: TabsForm; again: Again }
): Promise<void> {
  const place = { ...(await placeOf(context, req)), webTabs: await webTabs(context.db) }
  const t = context.t(req.locale)
  const form = refused?.form ?? tabsOf(place)
  await page(
    res,
    'portal-admin/set-up-tabs',
    {
      ...frameOf(res, place),
      sheet: tabsSheet(t, place, form),
      errors: byModule(refused?.again.errors ?? {}),
      notice: refused?.again.notice,
      action: setUpUrl(res, place.userType.id, 'tabs')
    },
    { status: refused?.again.status }
  )
}

/** `Case.rights` and `Case.path` are problems of the row of cases. */
function byModule(errors: Readonly<Record<string, FieldError>>): Record<string, FieldError[]> {
  const rows: Record<string, FieldError[]> = {}
  for (const [name, error] of Object.entries(errors)) (rows[name.split('.')[0]!] ??= []).push(error)
  return rows
}

async function showFields(
  context: Context,
  req: Request,
  res: Response,
  refused?: { form: FieldsForm; again: Again }
): Promise<void> {
  const place = await placeOf(context, req)
  const { userType } = place
  const { module, release } = moduleAt(place, req)
  const form = refused?.form
  await page(
    res,
    'portal-admin/set-up-fields',
    {
      ...frameOf(res, place),
      module: {
        label: module.labelPlural,
        url: adminUrl(res, 'user-types', userType.id, 'modules', module.name)
      },
      sheet: fieldsSheet(context.t(req.locale), { ...place, module }, form?.draft ?? draftOf(module, release)),
      isProposal: !form && !isDecided(release),
      ...writing(release),
      isWithoutCreate: form?.isWithoutCreate ?? false,
      ...wayThrough(res, place, module.name),
      ...fieldProblems(place, module.name, refused?.again.errors ?? {}),
      notice: refused?.again.notice,
      action: fieldsUrl(res, userType.id, module.name)
    },
    { status: refused?.again.status }
  )
}

function writing({ rights, layouts }: Release): { mayCreate: boolean; mayWrite: boolean; hasLayouts: boolean } {
  const mayWrite = rights.has('create') || rights.has('edit') || rights.has('editShared')
  return { mayCreate: rights.has('create'), mayWrite, hasLayouts: layouts.length > 0 }
}

/** Where a module stands among those whose fields are chosen, and which others still wait. */
function wayThrough(res: Response, { catalog, userType }: Place, module: string): Record<string, unknown> {
  const chosen = chosenIn(catalog, userType)
  const index = chosen.findIndex((one) => one.module === module)
  const previous = chosen[index - 1]
  const open = undecided({ releases: chosen }).filter((one) => one.module !== module)
  return {
    progress: { number: index + 1, count: chosen.length },
    previousUrl: previous ? fieldsUrl(res, userType.id, previous.module) : setUpUrl(res, userType.id, 'tabs'),
    othersOpen: open.flatMap((one) => catalog.modules.get(one.module)?.labelPlural ?? [])
  }
}

/** What is wrong with this module, and with others that were taken with it. */
function fieldProblems(
  { catalog }: Place,
  module: string,
  errors: Readonly<Record<string, FieldError>>
): { problems: FieldError[]; elsewhere: { module: string; error: FieldError }[] } {
  const all = Object.entries(byModule(errors))
  return {
    problems: all.flatMap(([name, wrong]) => (name === module ? wrong : [])),
    elsewhere: all.flatMap(([name, wrong]) => {
      const other = name === module ? undefined : catalog.modules.get(name)?.labelPlural
      return other ? wrong.map((error) => ({ module: other, error })) : []
    })
  }
}

async function showInvitationStep(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const { catalog, userType } = place
  const module = catalog.modules.get(userType.primaryModule)
  const current = addressFieldOf(userType, module)
  const fields = module ? addressFields(module) : []
  const open = (await openAddressFields(context, userType)).map(({ name }) => name)
  const t = context.t(req.locale)
  await page(
    res,
    'portal-admin/set-up-invitation',
    {
      ...frameOf(res, place),
      form: {
        values: { addressField: current?.name ?? '', ...again?.typed },
        errors: again?.errors ?? {},
        fields: fields.filter(({ name }) => open.includes(name)).map((field) => wayChoice(t, field)),
        action: setUpUrl(res, userType.id, 'invitation')
      },
      hasFields: fields.length > 0,
      current: current && wayChoice(t, current).label,
      gone: current ? undefined : userType.addressField,
      days: context.config.invitationDays,
      sms: {
        isPossible: fields.some(({ type }) => type === 'phone'),
        url: adminUrl(res, 'text-messages')
      },
      notice: again?.notice
    },
    { status: again?.status }
  )
}
