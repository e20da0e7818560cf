/** Making a contact, an account and a deal of a lead. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { Forbidden } from '../../../errors.js'
import { checkbox, readForm } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import type { CrmRecord } from '../records.js'
import { recordPath } from './paths.js'

const form = z.object({ createAccount: checkbox, createDeal: checkbox })

/** `GET /Lead/:id/conversion` */
export async function showConversion(req: Request, res: Response): Promise<void> {
  const lead = await convertible(req)
  const name = (module: string) => req.desk.catalog.modules.get(module)?.label ?? module
  await page(res, 'crm/conversion', {
    lead,
    company: String(lead.values.company ?? ''),
    labels: { lead: name('Lead'), contact: name('Contact'), account: name('Account'), deal: name('Deal') },
    recordPath: recordPath('Lead', lead.id)
  })
}

/** `POST /Lead/:id/conversion` */
export async function convertLead(req: Request, res: Response): Promise<void> {
  const lead = await convertible(req)
  const { contactId } = await req.desk.records.convertLead(lead.id, readForm(form, req.body))
  res.redirect(303, urlFor(res, recordPath('Contact', contactId)))
}

async function convertible(req: Request): Promise<CrmRecord> {
  const lead = await req.desk.records.find('Lead', String(req.params.id))
  if (!(await req.desk.records.may('Lead', lead.id)).has('edit')) throw new Forbidden()
  return lead
}
