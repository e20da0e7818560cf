/** Administrators' pages of a user type's mail templates: which there are, and the form with its preview (Z17). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import { addressIn } from '../../mail/addresses.js'
import { email, line, nothingTyped, readForm, wholeNumber } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { allowOwnFrames } from '../../web/security.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import type { UserType } from '../configuration.js'
import { plainFields, recordFieldName, recordFields, recordFieldsUsed } from '../templates/letter-values.js'
import {
  placesWithTemplate,
  templateAt,
  templateKinds,
  type Template,
  type TemplatePlace
} from '../templates/mail-templates.js'
import { inPlaceOfPeople, lineOf, samplePeople, type Person } from '../templates/sample-people.js'
import { mustBeGood, resetTemplate, saveTemplate, templateSubject } from '../templates/template-changes.js'
import { senderDomains } from '../templates/template-sender.js'
import { sendTest } from '../templates/trial.js'
import { changesOf } from './changes.js'
import { frameOf, placeOf, typeUrl, type Place } from './set-up-frame.js'

const maybe = <T extends z.ZodType>(schema: T) => z.union([z.literal(''), schema])
const templateForm = z.strictObject({
  revision: wholeNumber,
  subject: line(500),
  body: z.string().trim().min(1, 'errors.field.required').max(20_000),
  shape: z.enum(['button', 'link']),
  senderName: maybe(line(100)),
  senderAddress: maybe(email),
  replyTo: maybe(email),
  person: z.string().max(400)
})
const resetForm = z.strictObject({ revision: wholeNumber })

export function templateListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const place = await placeOf(context, req)
    const has = await placesWithTemplate(context.db, place.userType.id)
    const t = context.t(req.locale)
    await page(res, 'portal-admin/templates', {
      ...frameOf(res, place),
      languages: languageChoices.map(({ label }) => label),
      kinds: templateKinds.map((kind) => ({
        label: t(`mail:kind.${kind}`),
        about: t(`templates:about.${kind}`),
        languages: languageChoices.map(({ value, label }) => ({
          label,
          isOwn: has(kind, value),
          url: urlOf(res, { userTypeId: place.userType.id, kind, language: value })
        }))
      }))
    })
  }
}

export function templatePage(context: Context): RequestHandler {
  return async (req, res) => showTemplate(context, req, res)
}

export function saveTemplatePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { place } = await askedFor(context, req)
        await saveTemplate(context, place, templateIn(req), req.staff)
        res.redirect(303, `${urlOf(res, place)}?saved=1`)
      },
      (again) => showTemplate(context, req, res, { again })
    )
}

/** `POST …/removal`: the text of one's own goes. */
export function resetTemplatePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { place } = await askedFor(context, req)
        await resetTemplate(context, place, readForm(resetForm, req.body).revision, req.staff)
        res.redirect(303, `${urlOf(res, place)}?reset=1`)
      },
      (again) => showTemplate(context, req, res, { again: { ...again, typed: {} } })
    )
}

/** `POST …/test`: what stands in the form goes to the staff member himself; the form stays as he typed it. */
export function testTemplatePage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { place, userType } = await askedFor(context, req)
        const template = templateIn(req)
        await mustBeGood(context, place, template)
        const person = await personIn(context, req, userType)
        const address = await sendTest(context, { place, userType, template, person, staff: req.staff })
        await showTemplate(context, req, res, {
          again: { ...nothingTyped, typed: req.body as Again['typed'], notice: undefined, status: 200 },
          tested: address
        })
      },
      (again) => showTemplate(context, req, res, { again })
    )
}

/** What the address names. @throws NotFound */
export async function askedFor(context: Context, req: Request): Promise<Place & { place: TemplatePlace }> {
  const around = await placeOf(context, req)
  const kind = templateKinds.find((one) => one === req.params['kind'])
  const language = locales.find((one) => one === req.params['language'])
  if (!kind || !language) throw new NotFound()
  return { ...around, place: { userTypeId: around.userType.id, kind, language } }
}

/** @throws Invalid */
export function templateIn(req: Request): Template {
  const { shape, person: _, ...rest } = readForm(templateForm, req.body)
  return { ...rest, hasButton: shape === 'button' }
}

/** Whose data is shown: the first who matches what was typed. @throws Invalid when nobody does */
export async function personIn(context: Context, req: Request, userType: UserType): Promise<Person> {
  const given: unknown = (req.body as { person?: unknown } | undefined)?.person
  const search = typeof given === 'string' ? given.trim() : ''
  const [person] = await samplePeople(context, userType, search, req.staff)
  if (!person && search !== '') throw new Invalid({ person: { key: 'templates:problem.nobody' } })
  return person ?? inPlaceOfPeople(req.staff)
}

function urlOf(res: Response, { userTypeId, kind, language }: TemplatePlace): string {
  return `${typeUrl(res, userTypeId)}/templates/${kind}/${language}`
}

interface Shown {
  readonly again?: Again
  /** The address that a test mail went to. */
  readonly tested?: string
}

async function showTemplate(
  context: Context,
  req: Request,
  res: Response,
  { again, tested }: Shown = {}
): Promise<void> {
  const around = await askedFor(context, req)
  const { place, userType, catalog } = around
  const template = await templateAt(context.db, place)
  const module = catalog.modules.get(userType.primaryModule)
  const here = urlOf(res, place)
  const t = context.t(req.locale)
  allowOwnFrames(res)
  await page(
    res,
    'portal-admin/template',
    {
      ...frameOf(res, around),
      template: {
        title: t(`mail:kind.${place.kind}`),
        about: t(`templates:about.${place.kind}`),
        language: languageChoices.find(({ value }) => value === place.language)?.label,
        isOwn: template.revision > 0,
        revision: template.revision,
        gone: recordFieldsUsed(template).filter((name) => !recordFields(module).some((field) => field.name === name)),
        listUrl: `${typeUrl(res, userType.id)}/templates`,
        resetUrl: `${here}/removal`,
        previewUrl: `${here}/preview`,
        testUrl: `${here}/test`
      },
      languages: languageChoices.map(({ value, label }) => ({
        label,
        url: urlOf(res, { ...place, language: value }),
        current: value === place.language
      })),
      form: { action: here, values: { ...valuesOf(template), ...again?.typed }, errors: again?.errors ?? {} },
      people: (await samplePeople(context, userType, '', req.staff)).map(lineOf),
      fields: fieldsFor(context, req, around),
      sender: { usual: addressIn(context.config.mailFrom), domains: senderDomains(context.config).join(', ') },
      staffAddress: req.staff.email,
      hasMailServer: context.config.smtpUrl !== undefined,
      changes: await changesOf(context, req, templateSubject(place)),
      saved: req.query['saved'] === '1',
      reset: req.query['reset'] === '1',
      tested,
      notice: again?.notice
    },
    { status: again?.status }
  )
}

function valuesOf({ hasButton, ...template }: Template): Record<string, string> {
  const { revision, ...texts } = template
  return { ...texts, revision: String(revision), shape: hasButton ? 'button' : 'link', person: '' }
}

/** Merge fields to pick from; those of the record are marked, because they go out in the mail. */
function fieldsFor(context: Context, req: Request, { catalog, userType, place }: Place & { place: TemplatePlace }) {
  const t = context.t(req.locale)
  const own = recordFields(catalog.modules.get(userType.primaryModule))
  return {
    plain: plainFields[place.kind].map((name) => ({ text: `{{${name}}}`, label: t(`templates:field.${name}`) })),
    ofRecord: own.map((field) => ({ text: `{{${recordFieldName(field)}}}`, label: field.label }))
  }
}
