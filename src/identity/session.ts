/** Sessions: kept in our database, bound to one door, ended by time, by sign-out and by a raised epoch (A24, A33, A34). */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import type { Request, RequestHandler, Response } from 'express'
import session, { type SessionData } from 'express-session'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { describe } from '../web/errors.js'
import { cookieName, cookieOptions } from '../web/security.js'

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
    /** When the person was last here, to the minute; milliseconds since 1970. */
    seen: number
  }
}

const hour = 60 * 60 * 1000
const minute = 60 * 1000
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
      knex: db,
      tableName: 'portico_sessions',
      createTable: false,
      cleanupInterval: 10 * minute,
      onDbCleanupError: (error) => log.warn({ error: describe(error) }, 'old sessions were not removed')
    }),
    resave: false,
    saveUninitialized: false,
    cookie: { ...cookieOptions(config), maxAge: idleLimit }
  })
}

/** Whoever reads the table can't sign in with what stands there. `seen` is written once a minute, which moves the expiry, so a request
 *  writes nothing else. Failures reach express-session by its callback alone. */
class SessionStore extends ConnectSessionKnexStore {
  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): Promise<SessionData | null> {
    return super.get(hashed(id), done).catch(() => null)
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): Promise<void> {
    return super.set(hashed(id), data, done).catch(() => undefined)
  }

  override async touch(_id: string, _data: SessionData, done?: () => void): Promise<void> {
    done?.()
  }

  override destroy(id: string, done?: (error?: unknown) => void): Promise<number> {
    return super.destroy(hashed(id), done).catch(() => 0)
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}

/** The sign-in of this request at this door, while neither limit has passed: 2 hours without a request, 12 hours in all. */
export function signInAt(req: Request, audience: string, now: number): SignIn | undefined {
  const { signIn, seen } = req.session
  if (!signIn || signIn.audience !== audience) return undefined
  if (now - signIn.since > absoluteLimit || now - (seen ?? signIn.since) > idleLimit) return undefined
  if (now - (seen ?? 0) > minute) req.session.seen = now
  return signIn
}

/** Begins a session under a new id; nothing of an older one is carried over (A34). */
export async function begin(req: Request, signIn: SignIn): Promise<void> {
  await promisify(req.session.regenerate.bind(req.session))()
  req.session.signIn = signIn
  req.session.seen = signIn.since
  await promisify(req.session.save.bind(req.session))()
}

/** Ends the session, in the database and in the browser. */
export async function end(req: Request, res: Response, config: Pick<Config, 'publicUrl'>): Promise<void> {
  await promisify(req.session.destroy.bind(req.session))()
  res.clearCookie(portalSessionCookie(config), cookieOptions(config))
}
