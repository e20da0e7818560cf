/** Admission: who stands behind a request at a door, asked anew for every request (A24, A33, A52). */
import type { Request, RequestHandler, Response } from 'express'
import { viewerFor, type Person, type Viewer } from '../access/viewer.js'
import { NotFound, PorticoError } from '../errors.js'
import { localeFor } from '../web/locale.js'
import { readmitBy } from '../web/readmission.js'
import { urlFor } from '../web/render.js'
import type { Door, ResolveDoor } from './identity.js'
import type { Parts } from './parts.js'
import { begin, signInAt, signInsOf, type SignIn } from './session.js'

/** Where the person of a request stands. */
type Standing = Pick<SignIn, 'identityId' | 'audience' | 'isFactored'>

const standings = new WeakMap<Request, Standing>()

/** Behind `requireViewer` there is a sign-in. @throws NotFound elsewhere */
export function standing(req: Request): Standing {
  const found = standingOf(req)
  if (!found) throw new NotFound()
  return found
}

/** Undefined where nobody has signed in: staff who look at a preview. */
export function standingOf(req: Request): Standing | undefined {
  return standings.get(req)
}

/** Puts `req.viewer` there, or sends the visitor to the door's sign-in page. */
export function requireViewer(parts: Parts, resolve: ResolveDoor): RequestHandler {
  return (req, res, next) => {
    const enter = async () => {
      const door = await doorOf(req, resolve)
      const signIn = await signInAtStage(parts, req, door, 'in')
      const person = signIn && (await door.admit(signIn.identityId))
      if (!person) return sendToSignIn(req, res, door)
      standings.set(req, signIn)
      await welcomeIn(parts, req, res, person, door)
      readmitBy(req, () => viewerAgain(parts, req, door, signIn))
      next()
    }
    parts.session(req, res, (error?: unknown) => (error ? next(error) : void enter().catch(next)))
  }
}

/** The door the request names, and the language of whoever stands before it. @throws NotFound */
export async function doorOf(req: Request, resolve: ResolveDoor): Promise<Door> {
  const door = await resolve(req)
  if (!door) throw new NotFound()
  req.locale = localeFor(req, { person: req.viewer?.person.locale, door: door.locale })
  return door
}

/** Whoever is signed in at this door and may still come in. */
export async function personAt(parts: Parts, req: Request, door: Door): Promise<Person | undefined> {
  const signIn = await signInAtStage(parts, req, door, 'in')
  return signIn && door.admit(signIn.identityId)
}

/** The sign-in at this door that has come as far as this stage and no further. */
export async function signInAtStage(
  parts: Parts,
  req: Request,
  door: Door,
  stage: SignIn['stage']
): Promise<SignIn | undefined> {
  const signIn = await liveSignIn(parts, req, door)
  return signIn?.stage === stage ? signIn : undefined
}

/** Every sign-in of this browser that is in force, at whatever door. */
export async function liveSignIns(parts: Parts, req: Request): Promise<SignIn[]> {
  const found = await Promise.all(
    signInsOf(req, parts.now()).map(async (one) => ((await isInForce(parts, one)) ? one : undefined))
  )
  return found.filter((one) => one !== undefined)
}

async function liveSignIn(parts: Parts, req: Request, door: Door): Promise<SignIn | undefined> {
  const signIn = signInAt(req, door.audience, parts.now())
  return signIn && (await isInForce(parts, signIn)) ? signIn : undefined
}

async function isInForce(parts: Parts, { identityId, audience, epoch }: SignIn): Promise<boolean> {
  return (await parts.epochs.current(identityId, audience)) === epoch
}

/** Whose sign-in it still is, as he may do things now. */
async function viewerAgain(parts: Parts, req: Request, door: Door, signIn: SignIn): Promise<Viewer | undefined> {
  const isOpen = (await isInForce(parts, signIn)) && (await isKept(req, signIn.audience))
  const person = isOpen ? await door.admit(signIn.identityId) : undefined
  return person && viewerFor(parts.kernel, { ...person, locale: req.locale })
}

/** Whether the session is still there: signing out ends what it began, too (A24). */
function isKept(req: Request, audience: string): Promise<boolean> {
  return new Promise((resolve) =>
    req.sessionStore.get(req.sessionID, (_error, kept) =>
      resolve(kept?.signIns?.some((one) => one.audience === audience) ?? false)
    )
  )
}

async function welcomeIn(parts: Parts, req: Request, res: Response, person: Person, door: Door): Promise<void> {
  req.locale = localeFor(req, { person: person.locale, door: door.locale })
  req.viewer = await viewerFor(parts.kernel, { ...person, locale: req.locale })
  res.locals.reader = person
}

function sendToSignIn(req: Request, res: Response, door: Door): void {
  if (req.method !== 'GET' && req.method !== 'HEAD') throw new PorticoError('errors.signInNeeded', { status: 401 })
  const home = req.address === door.base || req.address === `${door.base}/`
  const back = home ? '' : `?to=${encodeURIComponent(req.address)}`
  res.redirect(303, urlFor(res, `${door.base}/sign-in${back}`))
}

/** How somebody came to a door, and how far; `since` when his time has begun at another one. */
export type Arrival = Pick<SignIn, 'identityId' | 'stage' | 'isFactored' | 'by' | 'wanted'> & {
  readonly since?: number | undefined
}

/** Begins a session at this door, in force until the identity's epochs there change. What he has opened at other doors in this browser
 *  stays open; what somebody else had, does not. */
export async function beginAt(parts: Parts, req: Request, door: Door, arrival: Arrival): Promise<void> {
  const { audience } = door
  const elsewhere = (await liveSignIns(parts, req)).filter(
    (one) => one.identityId === arrival.identityId && one.audience !== audience
  )
  const epoch = await parts.epochs.current(arrival.identityId, audience)
  if (epoch === undefined) throw new NotFound()
  const now = parts.now()
  const since = arrival.stage === 'in' ? (arrival.since ?? now) : now
  await begin(req, [...elsewhere, { ...arrival, audience, epoch, since }], now)
}

/** Goes on with these sign-ins under a new session id, in force until the next change of the epochs: what a new password or a second factor
 *  that was just added or removed ends elsewhere goes on here (A34). */
export async function resume(parts: Parts, req: Request, open: readonly SignIn[]): Promise<void> {
  const renewed = await Promise.all(
    open.map(async (one) => ({ ...one, epoch: await parts.epochs.current(one.identityId, one.audience) }))
  )
  const inForce = renewed.flatMap(({ epoch, ...one }) => (epoch === undefined ? [] : [{ ...one, epoch }]))
  await begin(req, inForce, parts.now())
}
