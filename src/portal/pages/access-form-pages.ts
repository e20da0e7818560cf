/** Portal forms as visitors see them: they ask for access without a session, and confirm their address by a mail (Z32). Whatever they
 *  type, the answer is the same: it is out before anybody looks whether the address is known (A30). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Context } from '../../context.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { Field } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { createAttempts, type Attempts } from '../../identity/attempts.js'
import { faultInItself } from '../../identity/outside-address.js'
import { addressOf } from '../../identity/sign-in-pages.js'
import { localeFor, translator } from '../../web/locale.js'
import { page, urlFor } from '../../web/render.js'
import { formattedText } from '../dashboards/formatted-text.js'
import { configuration, type Portal } from '../configuration.js'
import { ask, type Asked } from '../forms/asking.js'
import { approveByItself } from '../forms/decision.js'
import { isFull, openForms, type OpenForm } from '../forms/open-forms.js'
import { confirmationHours, confirmRequest, requestBehind, type FormRequest } from '../forms/requests.js'
import { readStamp, stampOf } from '../forms/stamp.js'
import { portalAt } from '../portals/door.js'
import { baseOf } from '../portals/portals.js'
import { momentAt } from '../../db/moment.js'
import { inputFor } from '../../pages/form-inputs.js'
import { readForm, typedForm, typedValue, type TypedForm } from '../../pages/form-values.js'

/** Nobody sees this field; whoever fills it in is a program. */
const trap = '_website'

/** Below a portal's address, behind `enter`, before the sign-in. */
export function accessFormPages(context: Context): Router {
  const router = Router({ mergeParams: true })
  const attempts = createAttempts(context.db)
  router.all('/sign-in', offerForms(context))
  router.get('/forms/:form', async (req, res) => showForm(context, req, res, await openAt(context, req)))
  router.post('/forms/:form', sendForm(context, attempts))
  router.get('/forms/:form/sent', async (req, res) => showSent(res, await openAt(context, req)))
  router.get('/forms/:form/confirmation/:token', showConfirmation(context))
  router.post('/forms/:form/confirmation/:token', confirmAddress(context))
  router.get('/forms/:form/confirmed', showConfirmed(context))
  return router
}

/** Links to the portal's forms, for whoever stands before the sign-in without access. */
function offerForms(context: Context): RequestHandler {
  return async (req, res, next) => {
    const portal = await portalOf(context, req)
    const open = await openForms(context, portal, req.locale)
    res.locals['accessForms'] = open.map((one) => ({ name: one.form.name, url: urlOf(res, one) }))
    next()
  }
}

async function portalOf(context: Context, req: Request): Promise<Portal> {
  const all = await configuration(context.db)
  const portal = portalAt(all, String(req.params['slug']), momentAt(context.now()))
  if (!portal) throw new NotFound()
  return portal
}

/** The form that the address names, in the visitor's language. @throws NotFound for one that nobody can fill in */
async function openAt(context: Context, req: Request): Promise<OpenForm> {
  const portal = await portalOf(context, req)
  req.locale = localeFor(req, { door: portal.locale })
  const open = (await openForms(context, portal, req.locale)).find(({ form }) => form.slug === req.params['form'])
  if (!open) throw new NotFound()
  return open
}

function urlOf(res: Response, { portal, form }: OpenForm, ...rest: readonly string[]): string {
  return urlFor(res, [baseOf(portal), 'forms', form.slug, ...rest].join('/'))
}

/** The address comes last: after it the mail. */
function inputsOf({ address, fields }: OpenForm): readonly Field[] {
  return [...fields, address]
}

interface Trouble {
  readonly typed: TypedForm
  readonly errors: Readonly<Record<string, FieldError>>
  readonly notice: string
  /** What the form carried, where it is still good. */
  readonly stamp?: string
}

async function showForm(
  context: Context,
  req: Request,
  res: Response,
  open: OpenForm,
  trouble?: Trouble
): Promise<void> {
  const { portal, form } = open
  const t = translator(req.locale)
  const introduction = form.introductions[req.locale] ?? form.introductions[portal.locale] ?? form.introductions.en
  const fields = inputsOf(open)
  const typed = trouble?.typed ?? blank(fields, portal.timeZone)
  const shown = {
    portal: portal.name,
    introduction: introduction && formattedText(introduction),
    isFull: await isFull(context, open.userType),
    form: {
      action: urlOf(res, open),
      trap,
      stamp: trouble?.stamp ?? stampOf(context.config.secret, form.id, context.now()),
      notice: trouble?.notice && t(trouble.notice),
      inputs: await Promise.all(fields.map((field) => shownInput(req, open, field, { typed, errors: trouble?.errors })))
    },
    signInUrl: urlFor(res, `${baseOf(portal)}/sign-in`)
  }
  await page(res, 'portal/access-form', shown, { status: trouble ? 422 : 200 })
}

function blank(fields: readonly Field[], timeZone: string): TypedForm {
  return Object.fromEntries(fields.map((field) => [field.name, typedValue(field, field.default, timeZone)]))
}

async function shownInput(
  req: Request,
  { module, address }: OpenForm,
  field: Field,
  { typed, errors }: { typed: TypedForm; errors: Trouble['errors'] | undefined }
): Promise<object> {
  const t = translator(req.locale)
  const { name, label } = field
  const value = typed[name] ?? ''
  const input = await inputFor(
    req,
    { t },
    { module, field, name, label, value, currency: undefined, error: errors?.[name] }
  )
  return name === address.name ? { ...input, hint: t('forms:ask.addressHint') } : input
}

/** The answer goes out first. What can't be taken by itself is said; everything that depends on who the address belongs to is said by mail. */
function sendForm(context: Context, attempts: Attempts): RequestHandler {
  return async (req, res) => {
    const open = await openAt(context, req)
    if (await isFull(context, open.userType)) return showForm(context, req, res, open)
    const read = readAsked(context, req, open)
    if ('notice' in read) return showForm(context, req, res, open, read)
    await attempts.count('access-form', { account: `${open.form.id} ${read.address}`, address: addressOf(req) })
    res.redirect(303, urlOf(res, open, 'sent'))
    if (!isTrapped(req.body)) await ask(context, open, read)
  }
}

/** What was typed, or why the form is shown again. @throws PorticoError (400) for a field that the form doesn't have (A14) */
function readAsked(context: Context, req: Request, open: OpenForm): Asked | Trouble {
  const { portal, form, address } = open
  const fields = inputsOf(open)
  const typed = typedOf(fields, req.body)
  const { values, errors } = readForm(fields, typed, { timeZone: portal.timeZone })
  const { [address.name]: given, ...others } = values
  const wanted = String(given ?? '').toLowerCase()
  const all = { ...addressProblem(context, address, wanted), ...wordProblems(fields, typed), ...errors }
  const stamp: unknown = req.body?._opened
  const opened = readStamp(context.config.secret, form.id, { stamp, now: context.now() })
  const kept = opened === 'old' ? {} : { stamp: String(stamp) }
  if (Object.keys(all).length > 0) return { typed, errors: all, notice: 'web:form.mend', ...kept }
  if (opened !== 'good') return { typed, errors: {}, notice: notices[opened], ...kept }
  return { address: wanted, values: others, language: req.locale }
}

const notices = { early: 'forms:ask.early', old: 'forms:ask.old' } as const

function typedOf(fields: readonly Field[], body: unknown): TypedForm {
  try {
    return typedForm(fields, body)
  } catch (cause) {
    if (!(cause instanceof Invalid)) throw cause
    throw new PorticoError('errors.badRequest', { status: 400, cause })
  }
}

type Errors = Record<string, FieldError>

/** What is wrong with an address whoever it belongs to. */
function addressProblem(context: Context, { name }: Field, address: string): Errors {
  const fault = faultInItself(context.config, address)
  return fault === 'characters' || fault === 'anonymous' ? { [name]: { key: `portal:refusal.${fault}` } } : {}
}

/** Strangers write no more than this into one field, and no lines where there is one. */
const longestText = 5000

function wordProblems(fields: readonly Field[], typed: TypedForm): Errors {
  const errors: Errors = {}
  for (const { name, type } of fields) {
    const text = String(typed[name] ?? '')
    if (type !== 'longText' && /\p{Cc}/u.test(text)) errors[name] = { key: 'errors.field.characters' }
    if (text.length > longestText) errors[name] = { key: 'errors.field.tooLong', args: { max: longestText } }
  }
  return errors
}

function isTrapped(body: unknown): boolean {
  const filled: unknown = (body as Record<string, unknown> | undefined)?.[trap]
  return filled !== undefined && filled !== ''
}

async function showSent(res: Response, { portal }: OpenForm): Promise<void> {
  const signInUrl = urlFor(res, `${baseOf(portal)}/sign-in`)
  await page(res, 'portal/access-form-sent', { portal: portal.name, hours: confirmationHours, signInUrl })
}

/** Opening the link shows a button and confirms nothing; mail scanners open links too (A32). */
function showConfirmation(context: Context): RequestHandler {
  return async (req, res) => {
    const open = await openAt(context, req)
    const request = await mustBeBehind(context, req, open)
    await page(res, 'portal/access-form-confirmation', { portal: open.portal.name, address: request.address })
  }
}

/** The address is his from now on; where nobody has to approve, the invitation follows. */
function confirmAddress(context: Context): RequestHandler {
  return async (req, res) => {
    const open = await openAt(context, req)
    const request = await mustBeBehind(context, req, open)
    const isFirst = await context.db.transaction((trx) => confirmRequest(trx, request, context.now()))
    res.redirect(303, urlOf(res, open, 'confirmed'))
    if (isFirst && !open.form.needsApproval) await approveByItself(context, request.id)
  }
}

function showConfirmed(context: Context): RequestHandler {
  return async (req, res) => {
    const { portal, form } = await openAt(context, req)
    const signInUrl = urlFor(res, `${baseOf(portal)}/sign-in`)
    await page(res, 'portal/access-form-confirmed', {
      portal: portal.name,
      needsApproval: form.needsApproval,
      signInUrl
    })
  }
}

/** @throws 410, for used, expired and invented links alike */
async function mustBeBehind(context: Context, req: Request, { form }: OpenForm): Promise<FormRequest> {
  const token = String(req.params['token'])
  const request = await requestBehind(context.db, { formId: form.id, token, now: context.now() })
  if (!request) throw new PorticoError('forms:refusal.link', { status: 410 })
  return request
}
