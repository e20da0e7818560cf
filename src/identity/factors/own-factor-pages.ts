/** The profile's pages of second factors: adding and removing apps and passkeys, and new recovery codes; each begins with the password
 *  (T04, A34, A35). */
import { Router, type Request, type RequestHandler } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import { line, nothingTyped, readForm, submit, type ShownAgain } from '../../web/forms.js'
import { page, urlFor } from '../../web/render.js'
import { mustKnowPassword } from '../own-password.js'
import type { DoorPage } from '../pages.js'
import { password, username } from '../password-form.js'
import { ownIdentity } from '../profile-pages.js'
import type { StoredIdentity } from '../profiles.js'
import { stepLimit, type Adding } from '../session.js'
import { appUri } from './app-code.js'
import { changeFactors, mustHaveShownFactor, noteAndTell } from './own-change.js'
import { ownFactors } from './own-factors.js'
import { askToCreate, createdPasskey, passkeySite } from './passkeys.js'
import { qrCode } from './qr-code.js'
import type { FactorKind } from './second-factors.js'

type At = Parameters<DoorPage>[0]

const passwordForm = z.strictObject({ password, username })
const labelForm = z.strictObject({ password, username, label: line(100) })
const codeForm = z.strictObject({ code: z.string().trim().min(1, 'errors.field.required').max(20) })
const responseForm = z.strictObject({ response: z.string().min(1, 'factors:problem.passkeyNotMade') })

export function ownFactorPages(at: (show: DoorPage) => RequestHandler): Router {
  const router = Router({ mergeParams: true })
  for (const kind of ['app', 'passkey'] as const) {
    router.get(
      `/${kind}`,
      at((here) => showAdding(here, kind))
    )
    router.post(
      `/${kind}`,
      at((here) => begin(here, kind))
    )
  }
  router.post('/app/code', at(confirmApp))
  router.post('/passkey/response', at(confirmPasskey))
  router.get('/recovery-codes', at(showRecovery))
  router.post('/recovery-codes', at(renewRecovery))
  router.get('/:factor/removal', at(showRemoval))
  router.post('/:factor/removal', at(remove))
  return router
}

/** Asks for the password first; then shows what the app or the browser needs, in this session and for ten minutes. */
async function showAdding(at: At, kind: Adding['kind'], form: ShownAgain = nothingTyped): Promise<void> {
  const { parts, req } = at
  const identity = await ownIdentity(parts, req)
  const adding = addingIn(at, identity, kind)
  if (!adding) return showBeginning(at, kind, form)
  await (kind === 'app' ? showApp(at, identity, adding, form) : showPasskey(at, identity, form))
}

async function showBeginning(at: At, kind: Adding['kind'], form: ShownAgain): Promise<void> {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  await mayAdd(at, identity, kind)
  await page(res, 'identity/factor-begin', { door, kind, address: identity.address, form }, { status: statusOf(form) })
}

async function begin(at: At, kind: Adding['kind']): Promise<void> {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  const act = async () => {
    await mayAdd(at, identity, kind)
    const { label, ...form } = readForm(labelForm, req.body)
    await mustKnowPassword(parts, req, identity, { field: 'password', typed: form.password })
    const id = kind === 'app' ? await parts.factors.beginApp(identity.id, label) : ''
    req.session.adding = { kind, identityId: identity.id, id, label, since: parts.now() }
    res.redirect(303, urlFor(res, `${door.base}/profile/second-factor/${kind}`))
  }
  await submit(req, act, (form) => showBeginning(at, kind, form))
}

async function showApp(at: At, identity: StoredIdentity, { id }: Adding, form: ShownAgain): Promise<void> {
  const { parts, res, door } = at
  const secret = await parts.factors.waitingApp(identity.id, id)
  if (secret === undefined) return showBeginning(at, 'app', nothingTyped)
  const uri = appUri(secret, { issuer: door.name, account: identity.address })
  const groups = secret.match(/.{1,4}/g)?.join(' ')
  await page(
    res,
    'identity/factor-app',
    { door, secret: groups, uri, qr: qrCode(uri), form },
    { status: statusOf(form) }
  )
}

/** The first code proves that the app has the secret. */
async function confirmApp(at: At): Promise<void> {
  const { parts, req } = at
  const identity = await ownIdentity(parts, req)
  const adding = mustBeAdding(at, identity, 'app')
  const act = async () => {
    const { code } = readForm(codeForm, req.body)
    await add(at, identity, 'app', async (trx) => {
      const isRight = await parts.factors.confirmApp(identity.id, adding.id, code.replace(/\s/g, ''), trx)
      if (!isRight) throw new Invalid({ code: { key: 'factors:problem.firstCode' } })
    })
  }
  await submit(req, act, (form) => showAdding(at, 'app', form))
}

async function showPasskey(at: At, identity: StoredIdentity, form: ShownAgain): Promise<void> {
  const { parts, req, res, door } = at
  const site = passkeySite(req.site)
  if (!site) throw new NotFound()
  const known = await parts.factors.passkeys(identity.id, site.id)
  const { id, address, name } = identity
  const { options, challenge } = await askToCreate(site, { id, address, name, door: door.name, known })
  req.session.challenge = challenge
  await page(res, 'identity/factor-passkey', { door, options, form }, { status: statusOf(form) })
}

async function confirmPasskey(at: At): Promise<void> {
  const { parts, req } = at
  const identity = await ownIdentity(parts, req)
  const { label } = mustBeAdding(at, identity, 'passkey')
  const act = async () => {
    const { response } = readForm(responseForm, req.body)
    const passkey = await passkeyIn(at, response)
    const known = passkey && (await parts.factors.passkeys(identity.id))
    if (!passkey || known?.some(({ credentialId }) => credentialId === passkey.credentialId))
      throw new Invalid({ response: { key: 'factors:problem.passkeyNotMade' } })
    await add(at, identity, 'passkey', (trx) => parts.factors.addPasskey(identity.id, label, passkey, trx))
  }
  await submit(req, act, (form) => showAdding(at, 'passkey', form))
}

/** The challenge is good for one try. */
async function passkeyIn({ req }: At, response: string) {
  const site = passkeySite(req.site)
  const { challenge } = req.session
  delete req.session.challenge
  return site && challenge !== undefined ? createdPasskey(site, challenge, response) : undefined
}

/** The session goes on under a new id, and has shown a second factor; all others end. With the first factor come recovery codes. */
async function add(
  at: At,
  identity: StoredIdentity,
  kind: FactorKind,
  act: (trx: Knex) => Promise<void>
): Promise<void> {
  const { parts, res, door } = at
  const told = { action: 'second-factor.added', after: { kind } } as const
  const codes = await changeFactors(at, told, { isFactored: true }, async (trx) => {
    await act(trx)
    return (await parts.recovery.left(identity.id, trx)) > 0 ? [] : parts.recovery.renew(identity.id, trx)
  })
  await page(res, 'identity/recovery-codes', { door, codes, notice: 'factors:profile.added' })
}

const showRecovery: DoorPage = (at) => askForRecovery(at, nothingTyped)

async function askForRecovery(at: At, form: ShownAgain): Promise<void> {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  await mustHaveFactor(at, identity)
  await page(res, 'identity/recovery-begin', { door, address: identity.address, form }, { status: statusOf(form) })
}

/** The codes are shown in this answer and never again. */
const renewRecovery: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  await mustHaveFactor(at, identity)
  const act = async () => {
    const form = readForm(passwordForm, req.body)
    await mustKnowPassword(parts, req, identity, { field: 'password', typed: form.password })
    const codes = await noteAndTell(at, { action: 'recovery-codes.renewed' }, (trx) =>
      parts.recovery.renew(identity.id, trx)
    )
    await page(res, 'identity/recovery-codes', { door, codes, notice: undefined })
  }
  await submit(req, act, (form) => askForRecovery(at, form))
}

const showRemoval: DoorPage = (at) => askForRemoval(at, nothingTyped)

async function askForRemoval(at: At, form: ShownAgain): Promise<void> {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  const { list, phone } = await ownFactors(parts, identity, req.site)
  const factor = list.find(({ id }) => id === req.params.factor)
  if (!factor) throw new NotFound()
  await mustHaveShownFactor(parts, req, identity)
  const isLast = list.length === 1 && phone === undefined
  const locals = { door, factor, isLast, address: identity.address, form }
  await page(res, 'identity/factor-removal', locals, { status: statusOf(form) })
}

/** The password alone removes nothing; a second factor was shown too. All other sessions end. Without any factor recovery codes are good for
 *  nothing. */
const remove: DoorPage = async (at) => {
  const { parts, req, res, door } = at
  const identity = await ownIdentity(parts, req)
  const { list, phone } = await ownFactors(parts, identity, req.site)
  const factor = list.find(({ id }) => id === req.params.factor)
  if (!factor) throw new NotFound()
  await mustHaveShownFactor(parts, req, identity)
  const isLast = list.length === 1 && phone === undefined
  const act = async () => {
    const form = readForm(passwordForm, req.body)
    await mustKnowPassword(parts, req, identity, { field: 'password', typed: form.password })
    await changeFactors(at, { action: 'second-factor.removed', before: { kind: factor.kind } }, {}, async (trx) => {
      if (!(await parts.factors.remove(identity.id, factor.id, trx))) throw new NotFound()
      if (isLast) await parts.recovery.forget(identity.id, trx)
    })
    res.redirect(303, urlFor(res, `${door.base}/profile?notice=factor-removed`))
  }
  await submit(req, act, (form) => askForRemoval(at, form))
}

/** @throws NotFound while there is nothing that recovery codes could stand for; PorticoError (403) */
async function mustHaveFactor({ parts, req }: At, identity: StoredIdentity): Promise<void> {
  const { areOn } = await ownFactors(parts, identity, req.site)
  if (!areOn || !identity.hasPassword) throw new NotFound()
  await mustHaveShownFactor(parts, req, identity)
}

/** @throws NotFound when he has one already, has no password to be asked for, or browsers make none here; PorticoError (403) */
async function mayAdd({ parts, req }: At, identity: StoredIdentity, kind: Adding['kind']): Promise<void> {
  const { mayAddApp, mayAddPasskey } = await ownFactors(parts, identity, req.site)
  if (!identity.hasPassword || !(kind === 'app' ? mayAddApp : mayAddPasskey)) throw new NotFound()
  await mustHaveShownFactor(parts, req, identity)
}

/** What this session is adding, while it may. */
function addingIn({ parts, req }: At, identity: StoredIdentity, kind: Adding['kind']): Adding | undefined {
  const { adding } = sessionOf(req)
  const isHis = adding?.kind === kind && adding.identityId === identity.id
  return isHis && parts.now() - adding.since <= stepLimit ? adding : undefined
}

function mustBeAdding(at: At, identity: StoredIdentity, kind: Adding['kind']): Adding {
  const adding = addingIn(at, identity, kind)
  if (!adding) throw new PorticoError('factors:problem.tooLate', { status: 409 })
  return adding
}

function sessionOf(req: Request): Partial<{ adding: Adding }> {
  return req.session
}

function statusOf({ errors }: ShownAgain): number {
  return Object.keys(errors).length > 0 ? 422 : 200
}
