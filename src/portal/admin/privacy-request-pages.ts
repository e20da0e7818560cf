/** What people ask for, as staff see and decide it (Z30). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Forbidden, NotFound } from '../../errors.js'
import { sendArchive } from '../privacy/archive-sending.js'
import { acceptRequest, mayDecide, mayKnowRequester, refuseRequest, sightOf, type Sight } from '../privacy/decisions.js'
import { hasRecord, nameOf } from '../privacy/persons-of.js'
import {
  archiveUntil,
  requestById,
  requestsIn,
  requestSubject,
  shownState,
  waitingRequests,
  type PrivacyRequest,
  type RequestState
} from '../privacy/requests.js'
import { configuration } from '../configuration.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'
import { whileOn } from './privacy-frame.js'
import { recordPrivacyUrl } from './privacy-record-pages.js'

const perPage = 50
const lists: Readonly<Record<string, readonly RequestState[]>> = {
  open: ['open', 'accepted'],
  decided: ['refused', 'done', 'withdrawn']
}

export function requestListPage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const which = queryText(req, 'show') === 'decided' ? 'decided' : 'open'
    const asked = { states: lists[which] ?? [], skip: skipIn(req), limit: perPage + 1 }
    const found = await requestsIn(context.db, asked)
    const listUrl = adminUrl(res, 'privacy', 'requests')
    await page(res, 'portal-admin/privacy-requests', {
      which,
      listUrl,
      rows: await rowsFor(context, req, res, found.slice(0, perPage)),
      waiting: await waitingRequests(context.db, momentAt(context.now())),
      pages: skipLinks(req, { here: listUrl, perPage, hasMore: found.length > perPage })
    })
  })
}

/** Of a person whom the CRM hides from him a staff member sees that there is a request, and no more. */
async function rowsFor(
  context: Context,
  req: Request,
  res: Response,
  requests: readonly PrivacyRequest[]
): Promise<Record<string, unknown>[]> {
  const now = momentAt(context.now())
  const rows: Record<string, unknown>[] = []
  for (const request of requests) {
    const { kind, dueAt, createdAt, subject, requester } = request
    const state = shownState(request, now)
    const isSeen = (await sightOf(context, req.staff, request)) !== 'hidden'
    const by = isSeen && (await mayKnowRequester(context, req.staff, request)) ? { requester } : {}
    const told = isSeen ? { subject, ...by, url: adminUrl(res, 'privacy', 'requests', request.id) } : {}
    rows.push({ kind, state, dueAt, createdAt, isOverdue: state === 'open' && dueAt < now, ...told })
  }
  return rows
}

export function requestPage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request, sight } = await requestAt(context, req)
    await showRequest(context, req, res, { request, sight })
  })
}

/** The archive that the person would get, before it is decided whether he gets it; without what the CRM hides from this staff member. */
export function requestArchive(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request } = await requestAt(context, req)
    if (request.kind !== 'export' || request.state === 'withdrawn') throw new NotFound()
    const { staff } = req
    await sendArchive(context, res, request, {
      actor: { kind: 'staff', id: staff.id, name: staff.name },
      mayHave: (module, id) => context.host.allows(staff, 'view', module, id)
    })
  })
}

const decisionForm = z.strictObject({ revision: wholeNumber, answer: z.string().trim().max(5000).default('') })
/** A refusal says why, and a correction what was corrected. */
const answeredForm = z.strictObject({
  revision: wholeNumber,
  answer: z.string().trim().min(1, 'errors.field.required').max(5000)
})

export function acceptPage(context: Context): RequestHandler {
  return deciding(context, async (req, request) => {
    if (request.kind === 'delete') throw new NotFound()
    const { revision, answer } =
      request.kind === 'rectify' ? readForm(answeredForm, req.body) : readForm(decisionForm, req.body)
    await acceptRequest(context, request, { id: request.id, revision }, { answer, by: req.staff })
  })
}

export function refusePage(context: Context): RequestHandler {
  return deciding(context, async (req, request) => {
    const { revision, answer } = readForm(answeredForm, req.body)
    await refuseRequest(context, request, { id: request.id, revision }, { answer, by: req.staff })
  })
}

function deciding(context: Context, act: (req: Request, request: PrivacyRequest) => Promise<void>): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request, sight } = await decidableAt(context, req)
    await submitOrRefuse(
      req,
      async () => {
        await act(req, request)
        res.redirect(303, `${adminUrl(res, 'privacy', 'requests', request.id)}?saved=1`)
      },
      async (again) => {
        const now = await requestById(context.db, request.id)
        await showRequest(context, req, res, { request: now, sight }, again)
      }
    )
  })
}

export interface FoundRequest {
  readonly request: PrivacyRequest
  readonly sight: Sight
}

/** @throws NotFound, also for one about a person whom the CRM hides from this staff member. */
async function requestAt(context: Context, req: Request): Promise<FoundRequest> {
  const request = await requestById(context.db, String(req.params['request']))
  const sight = await sightOf(context, req.staff, request)
  if (sight === 'hidden') throw new NotFound()
  return { request, sight }
}

/** @throws NotFound, Forbidden for who sees the person and may not change him. */
export async function decidableAt(context: Context, req: Request): Promise<FoundRequest> {
  const found = await requestAt(context, req)
  if (!(await mayDecide(context, req.staff, found.request))) throw new Forbidden()
  return found
}

async function showRequest(
  context: Context,
  req: Request,
  res: Response,
  { request, sight }: FoundRequest,
  again?: Again
): Promise<void> {
  const now = momentAt(context.now())
  const isOpen = request.state === 'open'
  const isRequesterShown = await mayKnowRequester(context, req.staff, request)
  await page(
    res,
    'portal-admin/privacy-request',
    {
      request: { ...request, state: shownState(request, now), until: archiveUntil(request) },
      isOverdue: isOpen && request.dueAt < now,
      portal: (await configuration(context.db)).portals.get(request.portalId)?.name ?? '',
      isOneself: await isAboutHimself(context, request),
      isRequesterShown,
      nameNow: await nameOf(context, request),
      sight,
      links: linksOf(context, res, { request, sight }),
      form: {
        mayDecide: isOpen && (await mayDecide(context, req.staff, request)),
        accept: requestUrl(res, request, 'acceptance'),
        refuse: requestUrl(res, request, 'refusal'),
        errors: again?.errors ?? {},
        answer: again?.typed['answer'] ?? ''
      },
      changes: isRequesterShown ? await changesOf(context, req, requestSubject(request)) : [],
      saved: req.query['saved'] === '1',
      notice: again?.notice
    },
    { status: again?.status }
  )
}

export function requestUrl(res: Response, { id }: PrivacyRequest, ...rest: string[]): string {
  return adminUrl(res, 'privacy', 'requests', id, ...rest)
}

function linksOf(
  context: Context,
  res: Response,
  { request, sight }: FoundRequest
): Record<string, string | undefined> {
  const { module, recordId, portalUserId, kind, state } = request
  const isSeen = sight === 'seen'
  const hasArchive = kind === 'export' && state !== 'withdrawn'
  const isDeletion = kind === 'delete' && (state === 'open' || state === 'accepted')
  return {
    list: adminUrl(res, 'privacy', 'requests'),
    record: isSeen && hasRecord(request) ? context.host.recordUrl(module, recordId) : undefined,
    privacy: isSeen ? recordPrivacyUrl(res, request) : undefined,
    requester: adminUrl(res, 'users', portalUserId),
    archive: hasArchive ? requestUrl(res, request, 'archive') : undefined,
    deletion: isDeletion ? requestUrl(res, request, 'deletion') : undefined
  }
}

async function isAboutHimself(context: Context, { module, recordId, portalUserId }: PrivacyRequest): Promise<boolean> {
  if (module === '') return recordId === portalUserId
  const row: unknown = await context
    .db('portico_portal_users')
    .first('id')
    .where({ id: portalUserId, module, record_id: recordId })
  return row !== undefined
}
