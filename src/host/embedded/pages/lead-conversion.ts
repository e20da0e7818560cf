/** Making a contact, an account and a deal of a lead. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { Forbidden } from '../../../errors.js'
import { checkbox, readForm, typedIn, type Typed } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import type { Crm } from '../crm.js'
import type { CrmRecord } from '../records.js'
import { recordPath } from './paths.js'
import { answersIn, isAnswered, questionsAbout, type ShownQuestion } from './questions.js'

const form = z.object({ createAccount: checkbox, createDeal: checkbox })

/** `GET /Lead/:id/conversion` */
export function showConversion(crm: Crm): RequestHandler {
  return async (req, res) => {
    const lead = await convertible(req)
    await showForm(req, res, { lead, questions: await questionsFor(crm, req, lead, {}) })
  }
}

/** `POST /Lead/:id/conversion`; what plugins ask has to be answered first. */
export function convertLead(crm: Crm): RequestHandler {
  return async (req, res) => {
    const lead = await convertible(req)
    const typed = typedIn(req.body)
    const questions = await questionsFor(crm, req, lead, typed)
    if (!questions.every(isAnswered)) return showForm(req, res, { lead, questions, typed })
    const options = { ...readForm(form, req.body), answers: answersIn(questions) }
    const { contactId } = await req.desk.records.convertLead(lead.id, options)
    const isSeen = (await req.desk.records.may('Contact', contactId)).has('view')
    res.redirect(303, urlFor(res, isSeen ? recordPath('Contact', contactId) : recordPath('Lead', lead.id)))
  }
}

function questionsFor(crm: Crm, req: Request, lead: CrmRecord, typed: Typed): Promise<ShownQuestion[]> {
  return questionsAbout(crm, req, { module: 'Lead', id: lead.id, doing: { kind: 'conversion' } }, typed)
}

interface Shown {
  readonly lead: CrmRecord
  readonly questions: readonly ShownQuestion[]
  /** Undefined at first. */
  readonly typed?: Typed
}

async function showForm(req: Request, res: Response, { lead, questions, typed }: Shown): Promise<void> {
  const name = (module: string) => req.desk.catalog.modules.get(module)?.label ?? module
  const company = String(lead.values.company ?? '')
  await page(
    res,
    'crm/conversion',
    {
      lead,
      company,
      createAccount: typed ? typed.createAccount !== undefined : company !== '',
      createDeal: typed?.createDeal !== undefined,
      questions: questions.map((question) => ({
        ...question,
        error: typed && !isAnswered(question) ? { key: 'errors.field.required' } : undefined
      })),
      labels: { lead: name('Lead'), contact: name('Contact'), account: name('Account'), deal: name('Deal') },
      recordPath: recordPath('Lead', lead.id)
    },
    { status: typed ? 422 : 200 }
  )
}

async function convertible(req: Request): Promise<CrmRecord> {
  const lead = await req.desk.records.find('Lead', String(req.params.id))
  if (!(await req.desk.records.may('Lead', lead.id)).has('edit')) throw new Forbidden()
  return lead
}
