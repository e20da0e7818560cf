/** Invitations: a page that says who invites to what, a button that accepts, and the first password (Z16, Z19). */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { PorticoError } from '../errors.js'
import { nothingTyped, readForm, submit } from '../web/forms.js'
import { localeFor } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { beginAt, signInAtStage } from './admission.js'
import type { Door } from './identity.js'
import type { Link } from './one-time-link.js'
import { letIn } from './letting-in.js'
import { mustBeGood, password, username } from './password-form.js'
import { shortest } from './password.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'
import { noticeUrl } from './sign-in-pages.js'

const passwordForm = z.strictObject({ password, username })

/** Opening an invitation changes nothing. Whoever has just accepted it goes on where he was. */
export const showInvitation: DoorPage = async ({ parts, req, res, door }) => {
  if (await signInAtStage(parts, req, door, 'password')) return goTo(res, door, '/password')
  const link = await parts.links.peek(presented(req, door))
  const identity = await invited(parts, link)
  req.locale = localeFor(req, { person: identity.locale })
  await page(res, 'identity/invitation', {
    door,
    by: link?.by,
    name: identity.name,
    hasPassword: keepsPassword(identity)
  })
}

/** Uses the invitation up. Somebody who has a password already signs in with it; nobody else can set one for him. */
export const acceptInvitation: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await invited(parts, await parts.links.use(presented(req, door)))
  if (!keepsPassword(identity)) {
    await beginAt(parts, req, door, { identityId: identity.id, stage: 'password', by: 'link', isFactored: false })
    return goTo(res, door, '/password')
  }
  await door.accepted(identity.id)
  res.redirect(303, noticeUrl(res, door, 'accepted', identity.locale))
}

/** A password chosen at another address is no password of who has this one. */
function keepsPassword({ hasPassword, hasCarriedPassword }: StoredIdentity): boolean {
  return hasPassword && !hasCarriedPassword
}

export const showFirstPassword: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await newcomer(parts, req, door)
  if (!identity) return goTo(res, door, '/sign-in')
  await page(res, 'identity/password', {
    door,
    address: identity.address,
    shortest,
    score: 0,
    form: nothingTyped
  })
}

/** With the password he is confirmed, gets a new session and comes to his first preferences; who has a second factor already shows it first. */
export const setFirstPassword: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const identity = await newcomer(parts, req, door)
  if (!identity) throw new PorticoError('errors.signInNeeded', { status: 401 })
  let score = 0
  const act = async () => {
    const form = readForm(passwordForm, req.body)
    mustBeGood(form.password, identity, (found) => (score = found))
    await parts.profiles.setPassword(identity.id, await parts.passwords.hash(form.password))
    await door.accepted(identity.id)
    const person = await door.admit(identity.id)
    if (!person) return goTo(res, door, '/sign-in')
    const confirmed = { ...identity, mustChangePassword: false, isWelcomed: false }
    await letIn(at, confirmed, person, { by: 'link', isFactored: false })
  }
  await submit(req, act, (form) =>
    page(res, 'identity/password', { door, address: identity.address, shortest, score, form }, { status: 422 })
  )
}

function presented(req: Request, door: Door) {
  return { token: String(req.params.token), purpose: 'invitation', audience: door.audience } as const
}

/** @throws 410, for used, expired and invented invitations alike */
async function invited(parts: Parts, link: Link | undefined): Promise<StoredIdentity> {
  const identity = link && (await parts.profiles.find(link.identityId))
  if (!identity) throw new PorticoError('errors.link.invitation', { status: 410 })
  return identity
}

async function newcomer(parts: Parts, req: Request, door: Door): Promise<StoredIdentity | undefined> {
  const signIn = await signInAtStage(parts, req, door, 'password')
  const identity = signIn && (await parts.profiles.find(signIn.identityId))
  if (identity) req.locale = localeFor(req, { person: identity.locale })
  return identity
}

function goTo(res: Response, door: Door, path: string): void {
  res.redirect(303, urlFor(res, door.base + path))
}
