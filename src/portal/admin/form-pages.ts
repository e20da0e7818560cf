/** Administrators' pages of a user type's portal forms: the list, a new one, one with what it asks and what it leads to (Z32). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { locales, type Locale } from '../../host/catalog.js'
import { checkbox, line, readForm, wholeNumber, type Typed } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import type { Seen } from '../../audit/configuration-change.js'
import {
  accessFormById,
  changeAccessForm,
  createAccessForm,
  deleteAccessForm,
  formsOfType,
  releaseAccessForm,
  subjectOf,
  withdrawAccessForm,
  type AccessForm,
  type AccessFormDraft
} from '../forms/access-forms.js'
import { askable } from '../forms/form-fields.js'
import { shownUrl } from '../portals/addresses.js'
import { portalById } from '../portals/portals.js'
import { slugOf } from '../portals/slug.js'
import { exposure } from '../user-types/exposure.js'
import { inOrder } from '../user-types/set-up.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { frameOf, placeOf, readerOf, typeUrl, type Place } from './set-up-frame.js'

const introduction = z.string().trim().max(2000).optional()
const fields = {
  name: line(100),
  slug: z.string().trim().toLowerCase().max(40).optional(),
  needsApproval: checkbox,
  fields: z.array(z.string().max(100)).max(200),
  introduction_en: introduction,
  introduction_de: introduction,
  introduction_cs: introduction
}
const newForm = z.strictObject(fields)
const changeForm = z.strictObject({ ...fields, inMyName: checkbox, revision: wholeNumber })

export function formsUrl(res: Response, userTypeId: string, ...rest: string[]): string {
  return adminUrl(res, 'user-types', userTypeId, 'forms', ...rest)
}

export function formListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const { id } = place.userType
    const forms = await formsOfType(context.db, id)
    await page(res, 'portal-admin/forms', {
      ...frameOf(res, place),
      forms: forms.map((form) => ({
        ...form,
        address: publicUrl(context, place, form),
        url: formsUrl(res, id, form.id)
      })),
      newUrl: formsUrl(res, id, 'new'),
      requestsUrl: mayOpen(req.staff, needs.both) ? adminUrl(res, 'form-requests') : undefined,
      saved: req.query['saved'] === '1'
    })
  }
}

export function newFormPage(context: Context): RequestHandler {
  return async (req, res) => showNew(context, req, res)
}

export function createFormPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { userType } = await placeOf(context, req)
        const id = await createAccessForm(context, userType.id, draftIn(readForm(newForm, req.body)), readerOf(req))
        res.redirect(303, `${formsUrl(res, userType.id, id)}?saved=1`)
      },
      (again) => showNew(context, req, res, again)
    )
}

export function formPage(context: Context): RequestHandler {
  return async (req, res) => showForm(context, req, res)
}

export function changeFormPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { form } = await formAt(context, req)
        const { revision, inMyName, ...typed } = readForm(changeForm, req.body)
        await changeAccessForm(context, { id: form.id, revision }, { ...draftIn(typed), inMyName }, readerOf(req))
        res.redirect(303, `${formsUrl(res, form.userTypeId, form.id)}?saved=1`)
      },
      (again) => showForm(context, req, res, again)
    )
}

type Act = (context: Context, seen: Seen, by: Request['staff']) => Promise<void>

/** A button on the page of a form, which must be one of the user type in the address. */
function button(act: Act, next: (req: Request, res: Response) => string): (context: Context) => RequestHandler {
  return buttonsOn('form', showForm)(async (context, seen, req) => {
    await formAt(context, req)
    await act(context, seen, readerOf(req))
  }, next)
}

const hereSaved = (req: Request, res: Response): string =>
  `${formsUrl(res, String(req.params['type']), String(req.params['form']))}?saved=1`

export const releaseFormPage = button(releaseAccessForm, hereSaved)
export const withdrawFormPage = button(withdrawAccessForm, hereSaved)
export const deleteFormPage = button(
  deleteAccessForm,
  (req, res) => `${formsUrl(res, String(req.params['type']))}?saved=1`
)

/** @throws NotFound, also for a form of another user type */
async function formAt(context: Context, req: Request): Promise<{ place: Place; form: AccessForm }> {
  const place = await placeOf(context, req)
  const form = await accessFormById(context.db, String(req.params['form']))
  if (form.userTypeId !== place.userType.id) throw new NotFound()
  return { place, form }
}

function draftIn(typed: z.infer<typeof newForm>): AccessFormDraft {
  const { name, slug, needsApproval, fields: asked } = typed
  const introductions: Partial<Record<Locale, string>> = {}
  for (const locale of locales) {
    const text = typed[`introduction_${locale}`]
    if (text) introductions[locale] = text
  }
  return { name, slug: slug || slugOf(name), needsApproval, fields: asked, introductions }
}

/** Every field that can be asked is, until somebody says otherwise. */
async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const place = await placeOf(context, req)
  const all = askable(place.catalog, place.userType).fields.map(({ name }) => name)
  const values = { name: '', slug: '', needsApproval: 'true', fields: all }
  await page(
    res,
    'portal-admin/form-new',
    {
      ...frameOf(res, place),
      form: formOf(context, place, { values, again, action: formsUrl(res, place.userType.id) }),
      formsUrl: formsUrl(res, place.userType.id),
      notice: again?.notice
    },
    { status: again?.status }
  )
}

async function showForm(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { place, form } = await formAt(context, req)
  const action = formsUrl(res, place.userType.id, form.id)
  const staff = await context.host.staffById(form.staffId)
  await page(
    res,
    'portal-admin/form',
    {
      ...frameOf(res, place),
      form: formOf(context, place, { values: valuesOf(form), again, action }),
      state: {
        ...{ name: form.name, revision: form.revision, isReleased: form.isReleased },
        address: publicUrl(context, place, form),
        isPortalOn: portalById(place.all, place.userType.portalId).isActive,
        inNameOf: {
          name: staff?.name ?? form.staffId,
          isActive: staff?.isActive === true,
          isMe: form.staffId === req.staff.id
        }
      },
      buttons: { release: `${action}/release`, withdraw: `${action}/withdrawal`, remove: `${action}/removal` },
      sees: await seesOf(context, place),
      formsUrl: formsUrl(res, place.userType.id),
      typeUrl: typeUrl(res, place.userType.id),
      changes: await changesOf(context, req, subjectOf(form.id)),
      saved: req.query['saved'] === '1',
      notice: again?.notice
    },
    { status: again?.status }
  )
}

function publicUrl(context: Context, { all, userType }: Place, { slug }: AccessForm): string {
  return `${shownUrl(context, portalById(all, userType.portalId))}/forms/${slug}`
}

function valuesOf(form: AccessForm): Typed {
  const introductions = locales.map((locale) => [`introduction_${locale}`, form.introductions[locale] ?? ''])
  return {
    ...{ name: form.name, slug: form.slug, needsApproval: String(form.needsApproval), fields: form.fields },
    ...(Object.fromEntries(introductions) as Typed)
  }
}

interface Sheet {
  readonly values: Typed
  readonly again: Again | undefined
  readonly action: string
}

/** No box that is ticked is posted as no field at all: what was typed decides alone. */
function formOf(context: Context, place: Place, { values, again, action }: Sheet): Record<string, unknown> {
  const { address, fields: all, always, problem } = askable(place.catalog, place.userType)
  const typed = again && Object.keys(again.typed).length > 0 ? { needsApproval: '', fields: [], ...again.typed } : {}
  return {
    action,
    problem,
    values: { ...values, ...typed },
    errors: again?.errors ?? {},
    always: [...all.filter(({ name }) => always.has(name)), ...(address ? [address] : [])].map(({ label }) => label),
    fields: all.filter(({ name }) => !always.has(name)).map(({ name, label }) => ({ value: name, label })),
    languages: languageChoices,
    base: `${shownUrl(context, portalById(place.all, place.userType.portalId))}/forms/`
  }
}

/** What everybody who is let in will see, in numbers where they don't depend on the person (X05). */
async function seesOf(context: Context, { catalog, userType }: Place): Promise<object[]> {
  return Promise.all(
    inOrder(catalog, userType).map(async (release) => ({
      label: catalog.modules.get(release.module)?.labelPlural ?? release.module,
      kind: release.kind,
      exposure: await exposure(context, catalog, release)
    }))
  )
}
