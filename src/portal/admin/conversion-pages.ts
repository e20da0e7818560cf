/** Staff say what a portal user is as a contact, where nobody did when his lead was converted (Z24). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { readForm } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { decideConversion, noAccess, typesAfterConversion } from '../people/conversion.js'
import { contacts } from '../people/lead-modules.js'
import { portalUserById, type PortalUser } from '../people/portal-users.js'
import { adminUrl } from './frame.js'
import { accessUrl } from './user-type-pages.js'

const form = z.strictObject({ userType: z.string().min(1, 'errors.field.required').max(36) })

/** `GET /users/:user/conversion`; once it is decided, his own page says what he is. */
export function conversionPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { id, convertedContactId } = await portalUserById(context.db, String(req.params['user']))
    if (convertedContactId === undefined) return res.redirect(303, adminUrl(res, 'users', id))
    await show(context, req, res, await waitingUser(context, req))
  }
}

/** `POST /users/:user/conversion` */
export function decideConversionPage(context: Context): RequestHandler {
  return async (req, res) => {
    const user = await waitingUser(context, req)
    await submitOrRefuse(
      req,
      async () => {
        const { userType } = readForm(form, req.body)
        await decideConversion(context, user.id, userType, req.staff)
        res.redirect(303, accessUrl(res, { module: contacts, recordId: user.contactId }))
      },
      (again) => show(context, req, res, user, again)
    )
  }
}

type Waiting = PortalUser & { readonly contactId: string }

/** Our pages show staff no contact that the CRM would not show them. @throws NotFound */
async function waitingUser(context: Context, req: Request): Promise<Waiting> {
  const user = await portalUserById(context.db, String(req.params['user']))
  const { convertedContactId: contactId } = user
  if (contactId === undefined || !(await context.host.allows(req.staff, 'view', contacts, contactId)))
    throw new NotFound()
  return { ...user, contactId }
}

async function show(context: Context, req: Request, res: Response, user: Waiting, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const t = context.t(req.locale)
  const types = typesAfterConversion(all, user).map(({ id, name }) => ({ value: id, label: name }))
  await page(
    res,
    'portal-admin/conversion',
    {
      user: { name: user.name, address: user.address },
      portal: all.portals.get(user.portalId)?.name ?? '',
      was: all.userTypes.get(user.userTypeId ?? '')?.name ?? '',
      contactUrl: context.host.recordUrl(contacts, user.contactId),
      choices: [...types, { value: noAccess, label: t('life:question.noAccess') }],
      form: {
        action: adminUrl(res, 'users', user.id, 'conversion'),
        errors: again?.errors ?? {},
        typed: again?.typed ?? {}
      },
      usersUrl: adminUrl(res, 'users'),
      notice: again?.notice
    },
    { status: again?.status }
  )
}
