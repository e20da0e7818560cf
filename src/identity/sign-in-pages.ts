/** Sign-in and sign-out. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { Invalid } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import { readForm, submit } from '../web/forms.js'
import { localeFor, localeIn } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { personAt } from './admission.js'
import type { Door } from './identity.js'
import { firstPage, letIn, pathBehind } from './letting-in.js'
import type { DoorPage } from './pages.js'
import { end } from './session.js'
import { addressKey } from './typed-address.js'

const signInForm = z.strictObject({
  email: z.string().trim().min(1, 'errors.field.required').max(254),
  password: z.string().min(1, 'errors.field.required').max(1000),
  to: z.string().optional()
})

/** What a page before may have to tell; anything else in the address is ignored. */
const notices = new Map([
  ['signed-out', 'identity:signIn.signedOut'],
  ['password-changed', 'identity:signIn.passwordChanged'],
  ['accepted', 'identity:signIn.accepted'],
  ['address-confirmed', 'life:confirmation.done']
])

/** The sign-in page with a notice, in the language of whoever is sent there. */
export function noticeUrl(res: Response, { base }: Door, notice: string, locale: Locale): string {
  return urlFor(res, `${base}/sign-in?${new URLSearchParams({ notice, in: locale }).toString()}`)
}

export const showSignIn: DoorPage = async ({ parts, req, res, door }) => {
  const person = await personAt(parts, req, door)
  if (person) return res.redirect(303, urlFor(res, await firstPage(parts, door, person)))
  const notice = notices.get(String(req.query.notice))
  if (notice !== undefined) req.locale = localeFor(req, { person: localeIn(req.query.in), door: door.locale })
  const form = { errors: {}, typed: { to: pathBehind(door, req.query.to) ?? '' } }
  await page(res, 'identity/sign-in', { door, takes: await takenAt(door), notice, form })
}

/** The same refusal for an unknown address, a wrong password and somebody who may not come in here (A30, A31). */
export const signIn: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const act = async () => {
    const form = readForm(signInForm, req.body)
    const account = addressKey(form.email, parts.config.phoneCountry)
    const who = { account, address: addressOf(req) }
    await parts.attempts.count('sign-in', who)
    const identity = await parts.checkPassword(req, res)
    const person = identity && (await door.admit(identity.id))
    if (!identity || !person) throw new Invalid({ password: { key: refusalAt(door) } })
    await parts.attempts.forgive('sign-in', who)
    await letIn(at, identity, person, { by: 'password', isFactored: false, wanted: form.to })
  }
  await submit(req, act, async (form) => {
    const locals = { door, takes: await takenAt(door), notice: undefined, form }
    await page(res, 'identity/sign-in', locals, { status: 422 })
  })
}

function refusalAt({ takesNames }: Door): string {
  return takesNames ? 'factors:problem.refused' : 'errors.signIn.refused'
}

/** What people sign in with here, besides e-mail addresses. */
export interface Taken {
  readonly numbers: boolean
  readonly names: boolean
}

export async function takenAt(door: Door): Promise<Taken> {
  return { numbers: await takesNumbers(door), names: door.takesNames ?? false }
}

/** Whether people sign in here by phone number too. */
export async function takesNumbers(door: Door): Promise<boolean> {
  return (await door.takesNumbers?.()) ?? false
}

export const signOut: DoorPage = async ({ req, res, door }) => {
  await end(req, res)
  res.redirect(303, urlFor(res, `${door.base}/sign-in?notice=signed-out`))
}

/** The visitor's network address, as far as the trusted proxies tell. */
export function addressOf(req: Request): string {
  return req.ip ?? 'unknown'
}
