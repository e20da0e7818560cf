/** Data privacy of one person, reached from his record in the CRM: the basis of processing, his consent, what was asked (Z29). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Forbidden, NotFound } from '../../errors.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { addConsent, consentsOf } from '../privacy/consents.js'
import { auditSubjectOf, hasRecord, nameOf, personModules, type Subject } from '../privacy/persons-of.js'
import { bases, liftStop, processingOf, recordBasis } from '../privacy/processing.js'
import { requestsAbout, shownState } from '../privacy/requests.js'
import { privacySettings, textIn } from '../privacy/settings.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { whileOn } from './privacy-frame.js'

const about = { module: z.string().max(64), record: z.string().max(36) }
const basisForm = z.strictObject({
  ...about,
  revision: wholeNumber,
  basis: z.enum(bases),
  remark: z.string().trim().max(500).default('')
})
const consentForm = z.strictObject({
  ...about,
  seen: z.string().max(36).default(''),
  state: z.enum(['given', 'withdrawn']),
  purpose: z.array(z.string().max(36)).max(50),
  how: z.string().trim().min(1, 'errors.field.required').max(500)
})
const liftForm = z.strictObject({ ...about, revision: wholeNumber })

export function recordPrivacyPage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => showRecordPrivacy(context, req, res, await subjectIn(context, req)))
}

export function saveBasisPage(context: Context): RequestHandler {
  return onRecord(context, async (req, subject) => {
    const sent = readForm(basisForm, req.body)
    await recordBasis(context, subject, sent, req.staff)
  })
}

/** A consent given elsewhere (on paper, by telephone), recorded by staff, who say how. */
export function saveConsentPage(context: Context): RequestHandler {
  return onRecord(context, async (req, subject) => {
    const { seen, state, purpose, how } = readForm(consentForm, req.body)
    const { id, name, locale } = req.staff
    await addConsent(context, subject, { seen, state, purposes: purpose, how }, { kind: 'staff', id, name, locale })
  })
}

export function liftStopPage(context: Context): RequestHandler {
  return onRecord(context, async (req, subject) => {
    await liftStop(context, subject, readForm(liftForm, req.body).revision, req.staff)
  })
}

/** Does something to a person's record that this staff member may edit, and shows its page again. */
function onRecord(context: Context, act: (req: Request, subject: Subject) => Promise<void>): RequestHandler {
  return whileOn(context, async (req, res) => {
    const subject = await subjectNamed(context, req, req.body?.module, req.body?.record)
    if (!(await mayEdit(context, req, subject))) throw new Forbidden()
    await submitOrRefuse(
      req,
      async () => {
        await act(req, subject)
        res.redirect(303, `${recordPrivacyUrl(res, subject)}&saved=1`)
      },
      (again) => showRecordPrivacy(context, req, res, subject, again)
    )
  })
}

export function recordPrivacyUrl(res: Response, { module, recordId }: Subject): string {
  return `${adminUrl(res, 'privacy', 'record')}?${new URLSearchParams({ module, record: recordId }).toString()}`
}

function subjectIn(context: Context, req: Request): Promise<Subject> {
  return subjectNamed(context, req, req.query['module'], req.query['record'])
}

/** A person whose record the CRM shows this staff member. Of portal users without one, those who manage them know. @throws NotFound */
async function subjectNamed(context: Context, req: Request, module: unknown, record: unknown): Promise<Subject> {
  if (typeof module !== 'string' || typeof record !== 'string') throw new NotFound()
  const subject = { module, recordId: record }
  const isShown = hasRecord(subject)
    ? (await personModules(context)).has(module) && (await context.host.allows(req.staff, 'view', module, record))
    : mayOpen(req.staff, needs.users) && (await nameOf(context, subject)) !== undefined
  if (!isShown) throw new NotFound()
  return subject
}

async function mayEdit(context: Context, { staff }: Request, { module, recordId }: Subject): Promise<boolean> {
  return module === '' || context.host.allows(staff, 'edit', module, recordId)
}

async function showRecordPrivacy(
  context: Context,
  req: Request,
  res: Response,
  subject: Subject,
  again?: Again
): Promise<void> {
  const settings = await privacySettings(context.db)
  const processing = await processingOf(context.db, subject)
  const consents = await consentsOf(context.db, subject)
  const requests = mayOpen(req.staff, needs.users) ? await requestsAbout(context.db, subject) : []
  const now = momentAt(context.now())
  await page(
    res,
    'portal-admin/privacy-record',
    {
      person: {
        name: (await nameOf(context, subject)) ?? '',
        url: hasRecord(subject)
          ? context.host.recordUrl(subject.module, subject.recordId)
          : adminUrl(res, 'users', subject.recordId)
      },
      form: {
        action: adminUrl(res, 'privacy', 'record'),
        subject,
        mayEdit: await mayEdit(context, req, subject),
        errors: again?.errors ?? {},
        values: { basis: processing.basis ?? '', remark: processing.remark, ...again?.typed },
        bases,
        purposes: settings.purposes.map(({ id, labels }) => ({ value: id, label: textIn(labels, req.locale) })),
        seen: consents[0]?.id ?? ''
      },
      processing,
      consents,
      requests: requests.map((request) => ({
        ...request,
        state: shownState(request, now),
        url: adminUrl(res, 'privacy', 'requests', request.id)
      })),
      changes: await changesOf(context, req, auditSubjectOf(subject)),
      saved: req.query['saved'] === '1',
      notice: again?.notice
    },
    { status: again?.status }
  )
}
