/** Sign-in and sign-out. */
import type { Request } from 'express'
import { z } from 'zod'
import { viewerFor, type Person } from '../access/viewer.js'
import { Invalid } from '../errors.js'
import { readForm, submit } from '../web/forms.js'
import { page, urlFor } from '../web/render.js'
import { sameSitePath } from '../web/return-path.js'
import { beginAt, personAt } from './admission.js'
import type { Door } from './identity.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import { end } from './session.js'

const signInForm = z.strictObject({
  email: z.string().trim().min(1, 'errors.field.required').max(254),
  password: z.string().min(1, 'errors.field.required').max(1000),
  to: z.string().optional()
})

/** What a page before may have to tell; anything else in the address is ignored. */
const notices = new Map([
  ['signed-out', 'identity:signIn.signedOut'],
  ['password-changed', 'identity:signIn.passwordChanged'],
  ['accepted', 'identity:signIn.accepted']
])

export const showSignIn: DoorPage = async ({ parts, req, res, door }) => {
  const person = await personAt(parts, req, door)
  if (person) return res.redirect(303, urlFor(res, await firstPage(parts, door, person)))
  const notice = notices.get(String(req.query.notice))
  await page(res, 'identity/sign-in', {
    door,
    notice,
    form: { errors: {}, typed: { to: pathBehind(door, req.query.to) ?? '' } }
  })
}

/** The same refusal for an unknown address, a wrong password and somebody who may not come in here (A30, A31). */
export const signIn: DoorPage = async ({ parts, req, res, door }) => {
  const act = async () => {
    const form = readForm(signInForm, req.body)
    const who = { account: form.email, address: addressOf(req) }
    await parts.attempts.count('sign-in', who)
    const identity = await parts.checkPassword(req, res)
    const person = identity && (await door.admit(identity.id))
    if (!identity || !person) throw new Invalid({ password: { key: 'errors.signIn.refused' } })
    await parts.attempts.forgive('sign-in', who)
    await beginAt(parts, req, door, identity.id, 'in')
    const first = identity.isWelcomed ? await firstPage(parts, door, person, form.to) : `${door.base}/welcome`
    res.redirect(303, urlFor(res, first))
  }
  await submit(req, act, (form) => page(res, 'identity/sign-in', { door, notice: undefined, form }, { status: 422 }))
}

export const signOut: DoorPage = async ({ parts, req, res, door }) => {
  await end(req, res, parts.config)
  res.redirect(303, urlFor(res, `${door.base}/sign-in?notice=signed-out`))
}

async function firstPage(parts: Parts, door: Door, person: Person, wanted?: string): Promise<string> {
  return pathBehind(door, wanted) ?? door.base + (await door.home(await viewerFor(parts.kernel, person)))
}

/** A path of this very door, or nothing. */
function pathBehind(door: Door, wanted: unknown): string | undefined {
  const path = sameSitePath(wanted)
  return path?.startsWith(`${door.base}/`) ? path : undefined
}

/** The visitor's network address, as far as the trusted proxies tell. */
export function addressOf(req: Request): string {
  return req.ip ?? 'unknown'
}
