/** A forgotten password: an equal answer for everybody, a mail for whoever may come in here, and the page behind its link. */
import { z } from 'zod'
import { PorticoError } from '../errors.js'
import { email, nothingTyped, readForm, submit } from '../web/forms.js'
import { writeMail } from '../mail/write-mail.js'
import { page, urlFor } from '../web/render.js'
import type { Door } from './identity.js'
import type { Link } from './one-time-link.js'
import { mustBeGood, password, username } from './password-form.js'
import { shortest } from './password.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'
import { addressOf } from './sign-in-pages.js'

const validHours = 1
const addressForm = z.strictObject({ email })
const passwordForm = z.strictObject({ password, username })

export const showForgotten: DoorPage = async ({ res, door }) => {
  await page(res, 'identity/forgotten-password', { door, form: nothingTyped })
}

/** The answer is out before it is looked up whether there is such a person, so its time tells nothing (A30). */
export const sendReset: DoorPage = async ({ parts, req, res, door }) => {
  const act = async () => {
    const form = readForm(addressForm, req.body)
    await parts.attempts.count('forgotten-password', { account: form.email, address: addressOf(req) })
    await page(res, 'identity/forgotten-sent', { door, hours: validHours })
    await mailLink(parts, door, form.email)
  }
  await submit(req, act, (form) => page(res, 'identity/forgotten-password', { door, form }, { status: 422 }))
}

/** Only for somebody who has a password and may come in by this door (A31). */
async function mailLink(parts: Parts, door: Door, address: string): Promise<void> {
  const identity = await parts.profiles.findByAddress(address)
  const person = identity?.hasPassword ? await door.admit(identity.id) : undefined
  if (!identity || !person) return
  const order = {
    purpose: 'password-reset',
    identityId: identity.id,
    audience: door.audience,
    days: validHours / 24
  } as const
  const token = await parts.links.issue(order)
  const message = await writeMail({
    template: 'password-reset',
    locale: identity.locale,
    to: { name: identity.name, address: identity.address },
    args: { door: door.name, count: validHours },
    link: `${parts.config.publicUrl}${door.base}/reset/${token}`,
    about: `${person.kind}:${person.id}`
  })
  await parts.mail.send(message)
}

/** Opening the link shows a form and uses nothing up; mail scanners open links too (A32). */
export const showReset: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await behindLink(parts, door, await parts.links.peek(presented(req, door)))
  await page(res, 'identity/reset', {
    door,
    identity: shown(identity),
    shortest,
    score: 0,
    form: nothingTyped
  })
}

/** A password that is refused leaves the link usable. */
export const resetPassword: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await behindLink(parts, door, await parts.links.peek(presented(req, door)))
  let score = 0
  const act = async () => {
    const form = readForm(passwordForm, req.body)
    mustBeGood(form.password, identity, (found) => (score = found))
    const hash = await parts.passwords.hash(form.password)
    await behindLink(parts, door, await parts.links.use(presented(req, door)))
    await parts.profiles.setPassword(identity.id, hash)
    await parts.links.endResets(identity.id)
    res.redirect(303, urlFor(res, `${door.base}/sign-in?notice=password-changed`))
  }
  const again = (form: object) =>
    page(res, 'identity/reset', { door, identity: shown(identity), shortest, score, form }, { status: 422 })
  await submit(req, act, again)
}

function presented(req: { params: Record<string, unknown> }, door: Door) {
  return { token: String(req.params.token), purpose: 'password-reset', audience: door.audience } as const
}

/** Whoever the link is for, while he may come in. @throws 410, for used, expired and invented links alike */
async function behindLink(parts: Parts, door: Door, link: Link | undefined): Promise<StoredIdentity> {
  const identity = link && (await parts.profiles.find(link.identityId))
  const person = identity && (await door.admit(identity.id))
  if (!identity || !person) throw new PorticoError('errors.link.reset', { status: 410 })
  return identity
}

function shown(identity: StoredIdentity): { address: string } {
  return { address: identity.address }
}
