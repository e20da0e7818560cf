/** The second factor at sign-in: a code of an app, a passkey, a code by text message or a recovery code, within ten minutes of the password
 *  and in the browser it was typed in (T04, A35). */
import type { Request } from 'express'
import { z } from 'zod'
import type { Person } from '../../access/viewer.js'
import { Invalid } from '../../errors.js'
import { readForm, submit, nothingTyped, type ShownAgain } from '../../web/forms.js'
import { localeFor } from '../../web/locale.js'
import { page, urlFor } from '../../web/render.js'
import { codeMinutes } from '../../sms/kinds.js'
import { signInAtStage } from '../admission.js'
import { countMessage } from '../code-pages.js'
import type { Door } from '../identity.js'
import { letIn } from '../letting-in.js'
import type { DoorPage } from '../pages.js'
import type { Parts } from '../parts.js'
import type { StoredIdentity } from '../profiles.js'
import type { SignIn } from '../session.js'
import { addressOf } from '../sign-in-pages.js'
import { askToShow, passkeySite, shownPasskey } from './passkeys.js'
import { maskedNumber, passkeysElsewhere, waysOf, type Way } from './ways.js'

const codeForm = z.strictObject({
  way: z.enum(['app', 'text', 'recovery']),
  code: z.string().trim().min(1, 'errors.field.required').max(40)
})
const passkeyForm = z.strictObject({
  way: z.literal('passkey'),
  response: z.string().min(1, 'factors:problem.passkey')
})

type At = Parameters<DoorPage>[0]

/** Somebody who has proved who he is, but for this. */
interface Asked {
  readonly signIn: SignIn
  readonly identity: StoredIdentity
  readonly person: Person
  readonly ways: readonly Way[]
}

export const showFactor: DoorPage = (at) =>
  asked(at, (one) => showWay(at, one, one.ways.find((way) => way === at.req.query.way) ?? one.ways[0], nothingTyped))

/** One refusal for a wrong code, a used one and one of another session. */
export const enterFactor: DoorPage = (at) =>
  asked(at, async (one) => {
    const { parts, req } = at
    const way = one.ways.find((each) => each === (req.body as { way?: unknown } | undefined)?.way)
    const act = async () => {
      const who = { account: one.identity.id, address: addressOf(req) }
      await parts.attempts.count('factor', who)
      await parts.attempts.count('factors-of-day', who)
      await (way === 'passkey' ? mustShowPasskey(at, one) : mustKnowCode(at, one, way))
      await parts.attempts.forgive('factor', who)
      await parts.attempts.forgive('factors-of-day', who)
      await letIn(at, one.identity, one.person, { ...one.signIn, isFactored: true })
    }
    await submit(req, act, (form) => showWay(at, one, way ?? one.ways[0], form))
  })

/** Sends a code to the number that an administrator has set. */
export const sendFactorCode: DoorPage = (at) =>
  asked(at, async (one) => {
    const { parts, req, door } = at
    const { identity, person } = one
    const number = identity.factorPhone
    if (number === undefined || !one.ways.includes('text')) return goTo(at, '/sign-in/factor')
    await countMessage(parts, req, number)
    const write = await parts.approvedSms('second-factor', [identity.locale, door.locale])
    if (!write) return showWay(at, one, 'text', { errors: { message: { key: 'factors:problem.noText' } }, typed: {} })
    const code = await parts.codes.issue(codeOwner(door, req, identity.id))
    const text = write({ name: identity.name, portal: door.name, code, minutes: codeMinutes })
    await parts.sms.send({ to: number, text, about: `${person.kind}:${person.id}`, kind: 'second-factor' })
    await showWay(at, one, 'text', nothingTyped, true)
  })

/** Goes on with who is asked for his second factor here; anybody else begins anew. */
async function asked(at: At, goOn: (one: Asked) => Promise<void>): Promise<void> {
  const { parts, req, door } = at
  const signIn = await signInAtStage(parts, req, door, 'factor')
  const identity = signIn && (await parts.profiles.find(signIn.identityId))
  const person = identity && (await door.admit(identity.id))
  if (!signIn || !identity || !person) return goTo(at, '/sign-in')
  req.locale = localeFor(req, { person: identity.locale, door: door.locale })
  await goOn({ signIn, identity, person, ways: await waysOf(parts, identity, { by: signIn.by, site: req.site }) })
}

async function mustKnowCode({ parts, req, door }: At, { identity }: Asked, way: Way | undefined): Promise<void> {
  const { code } = readForm(codeForm, req.body)
  const plain = code.replace(/\s/g, '')
  if (way !== undefined && (await isRight(parts, way, plain))) return
  throw new Invalid({ code: { key: 'factors:problem.code' } })

  function isRight({ factors, codes, recovery }: Parts, by: Way, typed: string): Promise<boolean> {
    if (by === 'app') return factors.useApp(identity.id, typed)
    if (by === 'recovery') return recovery.use(identity.id, typed)
    return codes.use(codeOwner(door, req, identity.id), typed)
  }
}

async function mustShowPasskey({ parts, req }: At, { identity }: Asked): Promise<void> {
  const { response } = readForm(passkeyForm, req.body)
  const { challenge } = req.session
  delete req.session.challenge
  const site = passkeySite(req.site)
  const known = await parts.factors.passkeys(identity.id, site?.id)
  const found = site && challenge !== undefined ? await shownPasskey(site, challenge, response, known) : undefined
  const used = found && { id: found.passkey.id, from: found.passkey.counter, to: found.counter }
  if (!used || !(await parts.factors.usePasskey(used)))
    throw new Invalid({ response: { key: 'factors:problem.passkey' } })
}

/** A code is good at this door and in this browser's session. */
function codeOwner(door: Door, req: Request, id: string): { id: string; audience: string; session: string } {
  return { id, audience: factorAudience(door.audience), session: req.sessionID }
}

/** What codes of a second factor are kept under, so that one which signs in is none. */
export function factorAudience(audience: string): string {
  return `factor:${audience}`
}

async function showWay(at: At, one: Asked, way: Way | undefined, form: ShownAgain, isSent = false): Promise<void> {
  const { parts, req, res, door } = at
  const { identity, ways } = one
  const site = passkeySite(req.site)
  const ceremony =
    way === 'passkey' && site ? await askToShow(site, await parts.factors.passkeys(identity.id, site.id)) : undefined
  if (ceremony) req.session.challenge = ceremony.challenge
  const locals = {
    door,
    way,
    others: ways.filter((each) => each !== way),
    isByNumber: one.signIn.by === 'code',
    hasPassword: identity.hasPassword,
    number: maskedNumber(identity.factorPhone ?? ''),
    isSent: isSent || form.errors['code'] !== undefined,
    minutes: codeMinutes,
    ceremony: ceremony?.options,
    elsewhere: ways.includes('passkey') ? [] : await passkeysElsewhere(parts, identity, { door, site: req.site }),
    form
  }
  const status = Object.keys(form.errors).length > 0 ? 422 : 200
  await page(res, 'identity/factor', locals, { status })
}

function goTo({ res, door }: At, path: string): void {
  res.redirect(303, urlFor(res, door.base + path))
}
