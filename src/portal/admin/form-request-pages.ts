/** Staff's pages of requests for access: who asks, whether the CRM knows him, and the two answers (Z32). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import { phoneNumberIn } from '../../phone-number.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import { formatFor } from '../../web/format.js'
import { languageChoices, translator } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { momentAt } from '../../db/moment.js'
import { configuration, type UserType } from '../configuration.js'
import { accessForms, type AccessForm } from '../forms/access-forms.js'
import { approve, refuse } from '../forms/decision.js'
import { hadAccess } from '../forms/former-access.js'
import { matchesFor } from '../forms/matches.js'
import {
  countRequests,
  requestById,
  requestsIn,
  seenStates,
  subjectOfRequest,
  type FormRequest,
  type SeenState
} from '../forms/requests.js'
import { shownValues, type ShownValue, type Showing } from '../../pages/shown-value.js'
import { portalById } from '../portals/portals.js'
import { addressFieldOf } from '../user-types/user-types.js'
import { changesOf } from './changes.js'
import { formsUrl } from './form-pages.js'
import { adminUrl } from './frame.js'
import { readerOf } from './set-up-frame.js'
import { accessUrl } from './user-type-pages.js'

const perPage = 50

const approval = z.strictObject({ revision: wholeNumber, record: z.string().min(1).max(64).optional() })
const refusal = z.strictObject({ revision: wholeNumber, answer: z.string().trim().max(2000), quietly: checkbox })

/** `?state=`, `?q=`, `?skip=` */
export function formRequestListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const asked = askedIn(req)
    const found = await requestsIn(context.db, { ...asked, limit: perPage + 1 })
    const counts = await countRequests(context.db)
    const here = adminUrl(res, 'form-requests')
    const placed = await placesOf(context, req, res)
    const t = translator(req.locale)
    const to = (more: Record<string, string>): string => `${here}?${new URLSearchParams(more).toString()}`
    await page(res, 'portal-admin/form-requests', {
      requests: found
        .slice(0, perPage)
        .map((request) => ({ ...request, place: placed(request), url: adminUrl(res, 'form-requests', request.id) })),
      filters: seenStates.map((state) => ({
        label: t(`forms:state.${state}`),
        count: counts[state],
        url: to({ state }),
        current: state === asked.state
      })),
      asked,
      action: here,
      pages: skipLinks(req, { here, perPage, hasMore: found.length > perPage }),
      listUrl: adminUrl(res)
    })
  }
}

export function formRequestPage(context: Context): RequestHandler {
  return async (req, res) => showRequest(context, req, res)
}

/** With `record` that one stands for the person, without it a new one. */
export function approveRequestPage(context: Context): RequestHandler {
  return decisionPage(context, async (req, id) => {
    const { revision, record } = readForm(approval, req.body)
    await approve(context, { id, revision }, record === undefined ? 'new' : { recordId: record }, readerOf(req))
  })
}

export function refuseRequestPage(context: Context): RequestHandler {
  return decisionPage(context, async (req, id) => {
    const { revision, answer, quietly } = readForm(refusal, req.body)
    if (answer === '' && !quietly) throw new Invalid({ answer: { key: 'errors.field.required' } })
    await refuse(context, { id, revision }, quietly ? undefined : answer, readerOf(req))
  })
}

function decisionPage(context: Context, act: (req: Request, id: string) => Promise<void>): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = String(req.params['request'])
        await act(req, id)
        res.redirect(303, `${adminUrl(res, 'form-requests', id)}?decided=1`)
      },
      (again) => showRequest(context, req, res, again)
    )
}

function askedIn(req: Request): { state: SeenState; search: string; skip: number } {
  const word = queryText(req, 'state') ?? 'waiting'
  const state = seenStates.find((one) => one === word)
  if (!state) throw new NotFound()
  return { state, search: queryText(req, 'q') ?? '', skip: skipIn(req) }
}

interface Placed {
  readonly form: string
  readonly userType: string
  readonly portal: string
  readonly formUrl: string
}

/** Where requests came in; undefined for one whose form is gone meanwhile. */
async function placesOf(
  context: Context,
  req: Request,
  res: Response
): Promise<(request: FormRequest) => Placed | undefined> {
  const all = await configuration(context.db)
  const forms = await accessForms(context.db)
  return ({ formId }) => {
    const form = forms.get(formId)
    const userType = all.userTypes.get(form?.userTypeId ?? '')
    if (!form || !userType) return undefined
    const portal = portalById(all, userType.portalId).name
    return { form: form.name, userType: userType.name, portal, formUrl: formsUrl(res, userType.id, form.id) }
  }
}

async function showRequest(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const request = await requestById(context.db, String(req.params['request']))
  const about = await aboutOf(context, req, request)
  const here = adminUrl(res, 'form-requests', request.id)
  await page(
    res,
    'portal-admin/form-request',
    {
      request: { ...shownRequest(context, res, request), place: (await placesOf(context, req, res))(request) },
      values: about?.values ?? [],
      matches: about && request.state === 'waiting' ? await shownMatches(context, req, about) : undefined,
      form: { approval: `${here}/approval`, refusal: `${here}/refusal`, ...typedAgain(again) },
      changes: await changesOf(context, req, subjectOfRequest(request)),
      decided: req.query['decided'] === '1',
      requestsUrl: adminUrl(res, 'form-requests'),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

function typedAgain(again: Again | undefined): Record<string, unknown> {
  return { values: again?.typed ?? {}, errors: again?.errors ?? {}, notice: again?.notice }
}

function shownRequest(context: Context, res: Response, request: FormRequest): Record<string, unknown> {
  const { language, module, recordId, claimedUntil } = request
  return {
    ...request,
    language: languageChoices.find(({ value }) => value === language)?.label,
    isClaimed: claimedUntil !== undefined && claimedUntil > momentAt(context.now()),
    accessUrl: module !== undefined && recordId !== undefined ? accessUrl(res, { module, recordId }) : undefined
  }
}

/** A request with the module it is about, as far as the CRM still has it. */
interface About {
  readonly request: FormRequest
  readonly portalId: string
  readonly module: Module
  readonly address: Field
  readonly fields: readonly Field[]
  readonly showing: Showing
  readonly values: readonly ShownValue[]
}

async function aboutOf(context: Context, req: Request, request: FormRequest): Promise<About | undefined> {
  const form: AccessForm | undefined = (await accessForms(context.db)).get(request.formId)
  const userType: UserType | undefined = (await configuration(context.db)).userTypes.get(form?.userTypeId ?? '')
  const module = (await context.host.catalog(req.locale)).modules.get(userType?.primaryModule ?? '')
  const address = userType && addressFieldOf(userType, module)
  if (!module || !address) return undefined
  const fields = [...module.fields.values()].filter(({ name }) => name in request.values)
  const showing = showingFor(context, req)
  const asked = [...fields, address].map(({ name }) => name)
  return {
    request,
    portalId: userType.portalId,
    module,
    address,
    fields,
    showing,
    values: shownValues(showing, typedRecord(module, address, request), asked)
  }
}

function showingFor(context: Context, req: Request): Showing {
  return {
    t: translator(req.locale),
    format: formatFor(req.locale, req.staff),
    recordUrl: (module, id) => context.host.recordUrl(module, id),
    fileUrl: () => ''
  }
}

/** What was typed, in the shape of a record, so that both are shown alike. */
function typedRecord(module: Module, address: Field, { values, address: typed }: FormRequest): ViewedRecord {
  const plain = { id: '', title: '', may: new Set<never>(), writable: new Set<string>(), reasons: [], grants: [] }
  return { ...plain, module, values: { ...values, [address.name]: typed } }
}

async function shownMatches(context: Context, req: Request, about: About): Promise<object> {
  const { exact, hidden, similar } = await matchesFor(context, about, about.request, req.staff)
  const person = { portalId: about.portalId, address: about.request.address, module: about.module.name }
  return {
    hidden,
    hadAccess: await hadAccess(context.db, { ...person, recordIds: exact.map(({ id }) => id) }),
    exact: await Promise.all(exact.map((record) => shownMatch(context, req, about, record))),
    similar: similar.map((record) => ({
      title: record.title,
      url: context.host.recordUrl(record.module.name, record.id),
      address: String(record.values[about.address.name] ?? '')
    }))
  }
}

/** The record beside what was typed, field by field. */
async function shownMatch(context: Context, req: Request, about: About, record: ViewedRecord): Promise<object> {
  const { module, showing, values } = about
  const own = shownValues(
    showing,
    record,
    values.map(({ field }) => field)
  )
  return {
    id: record.id,
    title: record.title,
    url: context.host.recordUrl(module.name, record.id),
    mayBeUsed: await context.host.allows(req.staff, 'edit', module.name, record.id),
    rows: values.map((asked) => {
      const there = own.find(({ field }) => field === asked.field)
      return { label: asked.label, asked, there, differs: there !== undefined && differ(asked, there) }
    })
  }

  /** A number may be written in several ways. */
  function differ(asked: ShownValue, there: ShownValue): boolean {
    const isNumber = module.fields.get(asked.field)?.type === 'phone'
    const [one, other] = [asked, there].map((value) => {
      const words = wordsOf(value)
      return isNumber ? (phoneNumberIn(words, context.config.phoneCountry) ?? words) : words
    })
    return one !== other
  }
}

function wordsOf({ text, badges }: ShownValue): string {
  return [...badges.map(({ value }) => value), text].join(' ').trim().toLowerCase()
}
