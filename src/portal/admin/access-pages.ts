/** Staff pages about one person: inviting him from his record, and what access he has (Z14, Z16, Z22). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { inRecycleBin } from '../../access/question.js'
import { NotFound } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { shownAddress } from '../../phone-number.js'
import { readForm } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { hasPermission } from '../../web/staff.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { deactivate, remove } from '../people/access-changes.js'
import { invite, inviteAgain, openUserTypes, recipientAt, restore, type Recipient } from '../people/invitations.js'
import { refusal } from '../people/eligibility.js'
import { maySeePerson } from '../people/persons.js'
import { transfer } from '../people/transfer.js'
import { accessesOf, portalUserById, type PortalUser } from '../people/portal-users.js'
import { shownAccess } from './access-shown.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'
import { showPerson } from './person-pages.js'
import { accessUrl } from './user-type-pages.js'

const invitation = z.strictObject({
  module: z.string().max(64),
  record: z.string().max(36),
  userType: z.string().max(36),
  language: z.enum(locales)
})

const transferForm = z.strictObject({ target: z.string().max(36) })

export function invitationPage(context: Context): RequestHandler {
  return async (req, res) => showInvitation(context, req, res, await recipientIn(context, req))
}

export function sendInvitationTo(context: Context): RequestHandler {
  return async (req, res) => {
    const form = readForm(invitation, req.body)
    const recipient = await visibleOrInBin(context, req.staff, form.module, form.record)
    await submitOrRefuse(
      req,
      async () => {
        await invite(
          context,
          { module: form.module, recordId: form.record, userTypeId: form.userType, language: form.language },
          req.staff
        )
        res.redirect(303, `${accessUrl(res, recipient)}&done=invitation`)
      },
      (again) => showInvitation(context, req, res, recipient, again)
    )
  }
}

export function accessPage(context: Context): RequestHandler {
  return async (req, res) => showAccess(context, req, res, await recipientIn(context, req))
}

type AccessChange = (context: Context, id: string, by: Staff, req: Request) => Promise<void>

const changes: Readonly<Record<string, AccessChange>> = {
  invitation: inviteAgain,
  deactivation: deactivate,
  activation: restore,
  removal: remove,
  transfer: (context, id, by, req) => transfer(context, id, readForm(transferForm, req.body).target, by)
}

/** `POST /users/:user/deactivation` and its like. */
export function changeAccess(context: Context): RequestHandler {
  return async (req, res) => {
    const name = String(req.params['change'])
    const change = Object.hasOwn(changes, name) ? changes[name] : undefined
    if (!change) throw new NotFound()
    const user = await portalUserById(context.db, String(req.params['user']))
    if (!(await maySeePerson(context, req.staff, user))) throw new NotFound()
    await submitOrRefuse(
      req,
      async () => {
        await change(context, user.id, req.staff, req)
        res.redirect(303, afterwards(res, user, name))
      },
      async (again) => {
        const { module, recordId } = user
        if (module === undefined || recordId === undefined) await showPerson(context, req, res, user, again)
        else await showAccess(context, req, res, await recipientAt(context, module, recordId), again)
      }
    )
  }
}

/** Whoever has no record is gone from everywhere once his access is removed. */
function afterwards(res: Response, user: PortalUser, change: string): string {
  const done = `done=${change === 'invitation' ? mailedAgain(user) : change}`
  if (user.module !== undefined) return `${accessUrl(res, user)}&${done}`
  return change === 'removal' ? adminUrl(res, 'persons') : `${accessUrl(res, user)}?${done}`
}

/** Which mail went out. */
function mailedAgain({ status }: PortalUser): string {
  return status === 'suspended' ? 'confirmation-again' : 'invitation-again'
}

async function recipientIn(context: Context, req: Request): Promise<Recipient> {
  const { module, record } = req.query
  if (typeof module !== 'string' || typeof record !== 'string') throw new NotFound()
  return visibleRecipient(context, req.staff, module, record)
}

/** Our pages show staff no record that the CRM would not show them. */
async function visibleRecipient(context: Context, staff: Staff, module: string, record: string): Promise<Recipient> {
  if (!(await context.host.allows(staff, 'view', module, record))) throw new NotFound()
  return recipientAt(context, module, record)
}

/** For whoever had the page open while the record went to the recycle bin. @throws PorticoError with that reason, NotFound */
async function visibleOrInBin(context: Context, staff: Staff, module: string, record: string): Promise<Recipient> {
  try {
    return await visibleRecipient(context, staff, module, record)
  } catch (error) {
    const mayKnow = error instanceof NotFound && (await context.host.allowsModule(staff, module))
    if (mayKnow && (await inRecycleBin(context.kernel, module, [record])).has(record)) throw refusal('recycleBin')
    throw error
  }
}

async function showInvitation(
  context: Context,
  req: Request,
  res: Response,
  recipient: Recipient,
  again?: Again
): Promise<void> {
  const open = await openUserTypes(context, recipient)
  const choices = open.filter(({ address }) => address !== undefined)
  const addresses = [...new Set(choices.map(({ address }) => address))]
  const t = context.t(req.locale)
  await page(
    res,
    'portal-admin/invitation',
    {
      recipient,
      recordUrl: context.host.recordUrl(recipient.module, recipient.recordId),
      accessUrl: accessUrl(res, recipient),
      isAnywhereOpen: open.length > 0,
      address: addresses.length === 1 ? addresses[0] : undefined,
      userTypes: choices.map(({ portal, userType, address }) => {
        const place = {
          portal: portal.name,
          userType: userType.name,
          address: shownAddress(address ?? '')
        }
        const label = addresses.length === 1 ? 'portal:invitation.place' : 'set-up:invitation.placeAndAddress'
        return { value: userType.id, label: t(label, place) }
      }),
      languages: languageChoices,
      form: {
        action: adminUrl(res, 'invitations'),
        values: { language: req.staff.locale, userType: choices[0]?.userType.id, ...again?.typed }
      },
      days: context.config.invitationDays,
      notice: again?.notice
    },
    { status: again?.status }
  )
}

async function showAccess(
  context: Context,
  req: Request,
  res: Response,
  recipient: Recipient,
  again?: Again
): Promise<void> {
  const all = await accessesOf(context.db, recipient.module, recipient.recordId)
  const users = all.filter((user) => user.status !== 'removed')
  const mayInvite = hasPermission(req.staff, 'manage-portals') && (await openUserTypes(context, recipient)).length > 0
  const done: unknown = req.query['done']
  await page(
    res,
    'portal-admin/access',
    {
      recipient,
      recordUrl: context.host.recordUrl(recipient.module, recipient.recordId),
      invitationUrl: mayInvite
        ? `${adminUrl(res, 'invitations', 'new')}?${new URLSearchParams({ module: recipient.module, record: recipient.recordId }).toString()}`
        : undefined,
      accesses: await Promise.all(users.map((user) => shownWithChanges(context, req, res, user))),
      former: await formerAccesses(context, req, all),
      notice: again?.notice,
      done:
        typeof done === 'string' && [...Object.keys(changes), 'invitation-again', 'confirmation-again'].includes(done)
          ? done
          : undefined
    },
    { status: again?.status }
  )
}

/** What became of those that were removed. */
async function formerAccesses(
  context: Context,
  req: Request,
  users: readonly PortalUser[]
): Promise<Record<string, unknown>[]> {
  const { portals } = await configuration(context.db)
  const removed = users.filter(({ status }) => status === 'removed')
  return Promise.all(
    removed.map(async ({ id, portalId }) => ({
      portal: portals.get(portalId)?.name ?? '',
      changes: await changesOf(context, req, `portal-user:${id}`)
    }))
  )
}

async function shownWithChanges(
  context: Context,
  req: Request,
  res: Response,
  user: PortalUser
): Promise<Record<string, unknown>> {
  return {
    ...(await shownAccess(context, req, res, user)),
    changes: await changesOf(context, req, `portal-user:${user.id}`)
  }
}
