/** Data privacy in a portal: consent, and requests, for oneself and for people one added (Z29, Z30). Not there while compliance is off. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Forbidden, NotFound } from '../../errors.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { skipIn, skipLinks } from '../../web/paging.js'
import { readmitted } from '../../web/readmission.js'
import { page, urlFor } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { sendArchive } from '../privacy/archive-sending.js'
import { addConsent, consentsOf } from '../privacy/consents.js'
import { addedBy, oneself, subjectFor, type NamedSubject } from '../privacy/persons-of.js'
import { processingOf } from '../privacy/processing.js'
import {
  archiveUntil,
  makeRequest,
  ownRequest,
  requestKinds,
  requestsBy,
  shownState,
  withdrawRequest,
  type PrivacyRequest
} from '../privacy/requests.js'
import { privacySettings, textIn } from '../privacy/settings.js'
import { standingAt } from './room.js'

const perPage = 50

export function privacyRooms(context: Context): Router {
  const router = Router()
  router.use(async (req, res, next) => next((await privacySettings(context.db)).isOn ? undefined : 'router'))
  router.get('/', async (req, res) => showPrivacy(context, req, res))
  router.post('/consents', saveConsent(context, oneselfOf))
  router.post('/requests', saveRequest(context, oneselfOf))
  router.post('/requests/:request/withdrawal', takeBack(context))
  router.get('/requests/:request/archive', takeArchive(context))
  router.get('/people/:module/:id', async (req, res) => {
    await showPerson(context, req, res, await personAt(context, req))
  })
  router.post('/people/:module/:id/consents', saveConsent(context, personAt))
  router.post('/people/:module/:id/requests', saveRequest(context, personAt))
  return router
}

type FindSubject = (context: Context, req: Request) => Promise<NamedSubject>

const oneselfOf: FindSubject = async (_, req) => oneself(req.viewer)

/** Somebody he added and still sees. @throws NotFound */
const personAt: FindSubject = async (context, req) => {
  const subject = { module: String(req.params['module']), recordId: String(req.params['id']) }
  const found = await subjectFor(context, req.viewer, subject)
  if (found.isOneself) throw new NotFound()
  return found
}

const consentForm = z.strictObject({
  seen: z.string().max(36).default(''),
  state: z.enum(['given', 'withdrawn']),
  purpose: z.array(z.string().max(36)).max(50)
})
const requestForm = z.strictObject({
  kind: z.enum(requestKinds),
  words: z.string().trim().max(2000, 'errors.field.tooLong').default('')
})
const rectifyForm = z.strictObject({
  kind: z.literal('rectify'),
  words: z.string().trim().min(1, 'errors.field.required').max(2000)
})

/** Whether it may be written is decided before anything else is looked at. */
function saveConsent(context: Context, find: FindSubject): RequestHandler {
  return changing(context, find, async (req, subject) => {
    const { seen, state, purpose } = readForm(consentForm, req.body)
    const { id, name } = req.viewer.person
    const by = { kind: 'outside', id, name, locale: req.locale } as const
    await addConsent(context, subject, { seen, state, purposes: purpose }, by)
    return 'consent'
  })
}

function saveRequest(context: Context, find: FindSubject): RequestHandler {
  return changing(context, find, async (req, subject) => {
    const sent = req.body?.kind === 'rectify' ? readForm(rectifyForm, req.body) : readForm(requestForm, req.body)
    await makeRequest(context, req.viewer, subject, sent)
    return 'request'
  })
}

function changing(
  context: Context,
  find: FindSubject,
  act: (req: Request, subject: NamedSubject) => Promise<string>
): RequestHandler {
  return async (req, res) => {
    mustWrite(req)
    const subject = await find(context, req)
    await submitOrRefuse(
      req,
      async () => {
        const done = await act(req, subject)
        res.redirect(303, `${await urlOf(req, res, subject)}?done=${done}`)
      },
      (again) =>
        subject.isOneself ? showPrivacy(context, req, res, again) : showPerson(context, req, res, subject, again)
    )
  }
}

const withdrawal = z.strictObject({ revision: wholeNumber })

function takeBack(context: Context): RequestHandler {
  return async (req, res) => {
    mustWrite(req)
    const { id } = await ownRequest(context, req.viewer, String(req.params['request']))
    await submitOrRefuse(
      req,
      async () => {
        const { revision } = readForm(withdrawal, req.body)
        await withdrawRequest(context, req.viewer, { id, revision })
        res.redirect(303, `${await urlOf(req, res)}?done=withdrawal`)
      },
      (again) => showPrivacy(context, req, res, again)
    )
  }
}

/** While it can be taken, by whom it was granted, and about somebody he may still see. Never in a preview: it holds all at once. */
function takeArchive(context: Context): RequestHandler {
  return async (req, res) => {
    mustWrite(req)
    const request = await ownRequest(context, req.viewer, String(req.params['request']))
    const until = archiveUntil(request)
    if (until === undefined || until < momentAt(context.now())) throw new NotFound()
    await subjectFor(context, req.viewer, request)
    const { id, name } = req.viewer.person
    await sendArchive(context, res, request, {
      actor: { kind: 'outside', id, name },
      mayHave: async () => true,
      stillAllowed: async () => (await readmitted(req)) !== undefined
    })
  }
}

function mustWrite({ viewer }: Request): void {
  if (viewer.readOnly) throw new Forbidden('errors.readOnlyPreview')
}

async function urlOf(req: Request, res: Response, subject?: NamedSubject): Promise<string> {
  const { base } = await standingAt(req)
  const rest = subject && !subject.isOneself ? ['people', subject.module, subject.recordId].map(encodeURIComponent) : []
  return urlFor(res, [`${base}/privacy`, ...rest].join('/'))
}

const doings = ['consent', 'request', 'withdrawal']

function doneIn(req: Request): string | undefined {
  return doings.find((one) => one === req.query['done'])
}

async function showPrivacy(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const subject = oneself(req.viewer)
  const { people, more } = await addedBy(context, req.viewer, { skip: skipIn(req), limit: perPage })
  const url = await urlOf(req, res)
  const requests = await requestsBy(context.db, req.viewer.person.id)
  await page(
    res,
    'portal/privacy',
    {
      ...(await sectionsOf(context, req, res, subject, again)),
      people: await Promise.all(people.map((one) => shownPerson(context, req, res, one))),
      pages: skipLinks(req, { here: url, perPage, hasMore: more }),
      requests: await shownRequests(context, req, res, requests)
    },
    { status: again?.status }
  )
}

async function showPerson(
  context: Context,
  req: Request,
  res: Response,
  subject: NamedSubject,
  again?: Again
): Promise<void> {
  const requests = await requestsBy(context.db, req.viewer.person.id)
  const about = requests.filter(({ module, recordId }) => module === subject.module && recordId === subject.recordId)
  await page(
    res,
    'portal/privacy-person',
    {
      ...(await sectionsOf(context, req, res, subject, again)),
      homeUrl: await urlOf(req, res),
      requests: await shownRequests(context, req, res, about)
    },
    { status: again?.status }
  )
}

/** What both pages have: consent where it is the basis, and the form for requests. */
async function sectionsOf(
  context: Context,
  req: Request,
  res: Response,
  subject: NamedSubject,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const settings = await privacySettings(context.db)
  const { basis, stoppedAt } = await processingOf(context.db, subject)
  const url = await urlOf(req, res, subject)
  return {
    person: { name: subject.name, isOneself: subject.isOneself, isStopped: stoppedAt !== undefined },
    consent: basis === 'consent' ? await consentIn(context, req, subject, `${url}/consents`) : undefined,
    officer: settings.officer,
    form: {
      action: `${url}/requests`,
      kinds: requestKinds,
      days: settings.days,
      errors: again?.errors ?? {},
      typed: again?.typed ?? {}
    },
    done: doneIn(req),
    notice: again?.notice
  }
}

async function consentIn(context: Context, req: Request, subject: NamedSubject, action: string): Promise<unknown> {
  const { purposes, wording } = await privacySettings(context.db)
  const history = await consentsOf(context.db, subject)
  const [now] = history
  return {
    action,
    now,
    history,
    seen: now?.id ?? '',
    wording: textIn(wording, req.locale),
    purposes: purposes.map(({ id, labels }) => ({ value: id, label: textIn(labels, req.locale) })),
    chosen: now?.state === 'given' ? now.purposes.map(({ id }) => id) : []
  }
}

async function shownPerson(
  context: Context,
  req: Request,
  res: Response,
  subject: NamedSubject
): Promise<Record<string, unknown>> {
  const { module } = await records(req.viewer).module(subject.module)
  const { basis } = await processingOf(context.db, subject)
  const [now] = basis === 'consent' ? await consentsOf(context.db, subject, 1) : []
  return {
    name: subject.name,
    module: module.label,
    url: await urlOf(req, res, subject),
    consent: basis === 'consent' ? (now?.state ?? 'none') : undefined
  }
}

async function shownRequests(
  context: Context,
  req: Request,
  res: Response,
  requests: readonly PrivacyRequest[]
): Promise<Record<string, unknown>[]> {
  const now = momentAt(context.now())
  const url = await urlOf(req, res)
  const own = oneself(req.viewer)
  return requests.map((request) => {
    const { id, kind, subject, module, recordId, words, createdAt, dueAt, decidedAt, answer, revision } = request
    const state = shownState(request, now)
    const until = archiveUntil(request)
    const isOneself = module === own.module && recordId === own.recordId
    return {
      ...{ id, kind, words, state, createdAt, dueAt, decidedAt, answer, revision },
      subject: isOneself ? undefined : subject,
      archiveUrl: state === 'accepted' && until !== undefined ? `${url}/requests/${id}/archive` : undefined,
      until,
      withdrawalUrl: state === 'open' ? `${url}/requests/${id}/withdrawal` : undefined
    }
  })
}
