/** What administrators alone do about somebody's sign-in: force a new password, say where codes go, take second factors away (T04). */
import type { Request, RequestHandler, Response } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { audience, externalUserById, subjectOf, type ExternalUser } from '../external-users.js'
import { guestsUrl } from './frame.js'
import type { Tell } from '../../identity/notices.js'
import type { NoticeMail } from '../../mail/write-mail.js'

type Show = (context: Context, req: Request, res: Response, again: Again) => Promise<void>

export function signInPages(router: PermittedRouter, context: Context, show: Show): void {
  const put = (path: string, done: string, change: Change): void =>
    router.post(`/users/:user/${path}`, needs.users, changeSignIn(context, show, done, change))
  put('password-change', 'force', force)
  put('password-change/removal', 'waive', waive)
  put('phone', 'phone', setPhone)
  put('factors/removal', 'reset', reset)
}

/** Undefined for who is no administrator: he sees nothing of it. */
export async function shownSignIn(
  context: Context,
  req: Request,
  user: ExternalUser,
  again: Again | undefined
): Promise<Record<string, unknown> | undefined> {
  if (!req.staff.isAdministrator) return undefined
  const factors = await context.identity.factorsOf(user.identityId)
  return factors && { ...factors, typedPhone: again?.typed['phone'] ?? factors.phone ?? '' }
}

/** Prepares what is to be done before the transaction in which it is done; gives what the audit list says of it. */
type Change = (context: Context, req: Request, user: ExternalUser) => Promise<(trx: Knex) => Promise<Told>>

interface Told {
  readonly action: string
  readonly before?: unknown
  readonly after?: unknown
}

function changeSignIn(context: Context, show: Show, done: string, change: Change): RequestHandler {
  return async (req, res) => {
    if (!req.staff.isAdministrator) throw new NotFound()
    const user = await externalUserById(context.db, String(req.params['user']))
    await submitOrRefuse(
      req,
      async () => {
        const act = await change(context, req, user)
        await context.db.transaction(async (trx) => {
          const told = await act(trx)
          await context.audit.note({ actor: staffActor(req.staff), subject: subjectOf(user), ...told }, trx)
        })
        res.redirect(303, `${guestsUrl(res, 'users', user.id)}?done=${done}`)
      },
      (again) => show(context, req, res, again)
    )
  }
}

const nothing = z.strictObject({})

/** He is told by mail what was done, when a mail reaches him (T04). */
function noticeTo(context: Context, user: ExternalUser, what: NoticeMail): Promise<Tell> {
  return context.identity.noticeOf({ identityId: user.identityId, audience, about: subjectOf(user), what })
}

const force: Change = async (context, req, user) => {
  readForm(nothing, req.body)
  const tell = await noticeTo(context, user, 'password-change-forced')
  return async (trx) => {
    await context.identity.forcePasswordChange(user.identityId, trx)
    await tell(trx)
    return { action: 'external-user.password-change-forced' }
  }
}

const waive: Change = async (context, req, { identityId }) => {
  readForm(nothing, req.body)
  return async (trx) => {
    await context.identity.waivePasswordChange(identityId, trx)
    return { action: 'external-user.password-change-waived' }
  }
}

const setPhone: Change = async (context, req, user) => {
  const { identityId } = user
  const { phone } = readForm(z.strictObject({ phone: z.string().trim().max(40) }), req.body)
  const before = (await context.identity.factorsOf(identityId))?.phone
  const after = phone === '' ? undefined : await context.identity.factorPhoneIn(phone)
  const isSame = before === after
  const tell = await noticeTo(context, user, after === undefined ? 'second-factor-removed' : 'factor-phone-set')
  return async (trx) => {
    if (!isSame) await context.identity.setFactorPhone(identityId, after, trx)
    if (!isSame) await tell(trx)
    return { action: 'external-user.factor-phone', before: { phone: before }, after: { phone: after } }
  }
}

const reset: Change = async (context, req, user) => {
  readForm(nothing, req.body)
  const tell = await noticeTo(context, user, 'second-factors-reset')
  return async (trx) => {
    await context.identity.resetFactors(user.identityId, trx)
    await tell(trx)
    return { action: 'external-user.factors-reset' }
  }
}
