/** Sessions: kept in our database, bound to one door, ended by time, by sign-out and by a raised epoch (A24, A33, A34). */
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { describe } from '../web/errors.js'
import { cookieName, cookieOptions } from '../web/security.js'
import { beginSession, endSession, noteVisit, SessionStore } from '../web/session-store.js'

/** Whose session it is, and what it is good for. */
export interface SignIn {
  readonly identityId: string
  readonly audience: string
  readonly epoch: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** `password`: an invitation was accepted, and nothing but setting a password is possible. */
  readonly stage: 'in' | 'password'
}

declare module 'express-session' {
  interface SessionData {
    signIn: SignIn
  }
}

const hour = 60 * 60 * 1000
const idleLimit = 2 * hour
const absoluteLimit = 12 * hour

/** Name of the cookie that a session at a door is known by. */
export function portalSessionCookie(config: Pick<Config, 'publicUrl'>): string {
  return cookieName(config, 'portico_session')
}

/** Reads the visitor's session. A visitor without one gets none until he signs in. */
export function sessions(options: {
  db: Knex
  config: Pick<Config, 'publicUrl' | 'secret'>
  log: Logger
}): RequestHandler {
  const { db, config, log } = options
  return session({
    name: portalSessionCookie(config),
    secret: `session:${config.secret}`,
    store: new SessionStore({
      db,
      table: 'portico_sessions',
      onFailure: (error) => log.warn({ error: describe(error) }, 'old sessions were not removed')
    }),
    resave: false,
    saveUninitialized: false,
    cookie: { ...cookieOptions(config), maxAge: idleLimit }
  })
}

/** The sign-in of this request at this door, while neither limit has passed: 2 hours without a request, 12 hours in all. */
export function signInAt(req: Request, audience: string, now: number): SignIn | undefined {
  const { signIn, seen } = req.session
  if (!signIn || signIn.audience !== audience) return undefined
  if (now - signIn.since > absoluteLimit || now - (seen ?? signIn.since) > idleLimit) return undefined
  noteVisit(req.session, now)
  return signIn
}

/** Begins a session under a new id; nothing of an older one is carried over (A34). */
export async function begin(req: Request, signIn: SignIn): Promise<void> {
  await beginSession(req, { signIn, seen: signIn.since })
}

/** Ends the session, in the database and in the browser. */
export async function end(req: Request, res: Response, config: Pick<Config, 'publicUrl'>): Promise<void> {
  await endSession(req, res, portalSessionCookie(config), config)
}
