/** Admission: who stands behind a request at a door, asked anew for every request (A24, A33, A52). */
import type { Request, RequestHandler, Response } from 'express'
import { viewerFor, type Person } from '../access/viewer.js'
import { NotFound, PorticoError } from '../errors.js'
import { localeFor } from '../web/locale.js'
import { urlFor } from '../web/render.js'
import type { Door, ResolveDoor } from './identity.js'
import type { Parts } from './parts.js'
import { begin, signInAt, type SignIn } from './session.js'

/** Puts `req.viewer` there, or sends the visitor to the door's sign-in page. */
export function requireViewer(parts: Parts, resolve: ResolveDoor): RequestHandler {
  return (req, res, next) => {
    const enter = async () => {
      const door = await doorOf(req, resolve)
      const person = await personAt(parts, req, door)
      if (!person) return sendToSignIn(req, res, door)
      await welcomeIn(parts, req, res, person, door)
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
  const signIn = await liveSignIn(parts, req, door)
  return signIn?.stage === 'in' ? door.admit(signIn.identityId) : undefined
}

/** The identity that accepted an invitation here and has not set its password yet. */
export async function settingPassword(parts: Parts, req: Request, door: Door): Promise<string | undefined> {
  const signIn = await liveSignIn(parts, req, door)
  return signIn?.stage === 'password' ? signIn.identityId : undefined
}

async function liveSignIn(parts: Parts, req: Request, door: Door): Promise<SignIn | undefined> {
  const signIn = signInAt(req, door.audience, parts.now())
  if (!signIn) return undefined
  const epoch = await parts.epochs.current(signIn.identityId, door.audience)
  return epoch === signIn.epoch ? signIn : undefined
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

/** Begins a session at this door, in force until the identity's epochs there change. */
export async function beginAt(
  parts: Parts,
  req: Request,
  door: Door,
  identityId: string,
  stage: SignIn['stage']
): Promise<void> {
  const epoch = await parts.epochs.current(identityId, door.audience)
  if (epoch === undefined) throw new NotFound()
  await begin(req, { identityId, audience: door.audience, epoch, since: parts.now(), stage })
}
