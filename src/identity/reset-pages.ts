/** A forgotten password: an equal answer for everybody, a mail or text message for whoever may come in here, and the page behind its link. */
import { z } from 'zod'
import { PorticoError } from '../errors.js'
import { email, nothingTyped, readForm, submit, type ShownAgain } from '../web/forms.js'
import { writeMail } from '../mail/write-mail.js'
import { localeFor } from '../web/locale.js'
import { page } from '../web/render.js'
import { isPhoneNumber } from '../phone-number.js'
import { countMessage } from './code-pages.js'
import type { Door } from './identity.js'
import type { Link } from './one-time-link.js'
import { mailboxAt } from './notices.js'
import { mustBeGood, mustBeNew, password, username } from './password-form.js'
import { shortest } from './password.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'
import { addressOf, noticeUrl, takenAt, type Taken } from './sign-in-pages.js'
import { addressKey, addressOrNumber, mustBeAddress } from './typed-address.js'
import { isLoginName } from './login-name.js'

const validHours = 1
const mailForm = z.strictObject({ email })
const addressForm = z.strictObject({ email: addressOrNumber })
const passwordForm = z.strictObject({ password, username })

type At = Parameters<DoorPage>[0]

export const showForgotten: DoorPage = (at) => showForm(at, nothingTyped)

/** The answer is out before it is looked up whether there is such a person, so its time tells nothing (A30). */
export const sendReset: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const act = async () => {
    const takes = await takenAt(door)
    const address = typedAddress(at, takes)
    await parts.attempts.count('forgotten-password', { account: address, address: addressOf(req) })
    if (isPhoneNumber(address)) await countMessage(parts, req, address)
    await page(res, 'identity/forgotten-sent', { door, takes, hours: validHours })
    await sendLink(parts, door, address)
  }
  await submit(req, act, (form) => showForm(at, form, 422))
}

async function showForm({ res, door }: At, form: ShownAgain, status = 200): Promise<void> {
  await page(res, 'identity/forgotten-password', { door, takes: await takenAt(door), form }, { status })
}

/** @throws Invalid when it is nothing that people sign in with here */
function typedAddress({ parts, req }: At, { names, numbers }: Taken): string {
  if (!names && !numbers) return readForm(mailForm, req.body).email
  const typed = readForm(addressForm, req.body).email
  const name = addressKey(typed, parts.config.phoneCountry)
  return names && isLoginName(name) ? name : mustBeAddress('email', typed, parts.config.phoneCountry)
}

/** Only for somebody who may come in by this door and has a password (A31), or a number and comes in by codes so far (Z18, Z20). */
async function sendLink(parts: Parts, door: Door, address: string): Promise<void> {
  const identity = await parts.profiles.findByAddress(address)
  const mayHave = identity && (identity.hasPassword || isPhoneNumber(identity.address))
  const person = mayHave ? await door.admit(identity.id) : undefined
  if (!identity || !person) return
  const owner = { door, identity, about: `${person.kind}:${person.id}` }
  if (isPhoneNumber(identity.address)) return textLink(parts, owner)
  const mailbox = await mailboxAt(door, identity)
  if (mailbox !== undefined) await mailLink(parts, owner, mailbox)
}

interface Owner {
  readonly door: Door
  readonly identity: StoredIdentity
  /** As queued messages name whom they are about. */
  readonly about: string
}

async function mailLink(parts: Parts, owner: Owner, mailbox: string): Promise<void> {
  const { door, identity, about } = owner
  const write = door.mail ?? writeMail
  const message = await write({
    template: 'password-reset',
    identityId: identity.id,
    locale: identity.locale,
    to: { name: identity.name, address: mailbox },
    args: { door: door.name, count: validHours },
    link: await newLink(parts, owner),
    about
  })
  await parts.mail.send(message)
}

async function textLink(parts: Parts, owner: Owner): Promise<void> {
  const { door, identity, about } = owner
  const write = await parts.approvedSms('password-reset', [identity.locale, door.locale])
  if (!write) return
  const link = await newLink(parts, owner)
  const text = write({ name: identity.name, portal: door.name, link, minutes: validHours * 60 })
  await parts.sms.send({ to: identity.address, text, about, kind: 'password-reset' })
}

async function newLink(parts: Parts, { door, identity }: Owner): Promise<string> {
  const { audience, address } = door
  const order = { purpose: 'password-reset', identityId: identity.id, audience, days: validHours / 24 } as const
  return `${address}/reset/${await parts.links.issue(order)}`
}

/** Opening the link shows a form and uses nothing up; mail scanners open links too (A32). */
export const showReset: DoorPage = async ({ parts, req, res, door }) => {
  const identity = await behindLink(parts, door, await parts.links.peek(presented(req, door)))
  req.locale = localeFor(req, { person: identity.locale, door: door.locale })
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
  req.locale = localeFor(req, { person: identity.locale, door: door.locale })
  let score = 0
  const act = async () => {
    const form = readForm(passwordForm, req.body)
    mustBeGood(form.password, identity, (found) => (score = found))
    await mustBeNew(parts, identity, form.password)
    const hash = await parts.passwords.hash(form.password)
    await behindLink(parts, door, await parts.links.use(presented(req, door)))
    await parts.profiles.setPassword(identity.id, hash)
    await parts.links.endResets(identity.id)
    res.redirect(303, noticeUrl(res, door, 'password-changed', identity.locale))
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
