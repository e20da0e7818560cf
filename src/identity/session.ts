/** Sessions: kept in our database, bound to the doors they were begun at, ended by time, by sign-out and by a raised epoch (A24, A33, A34). */
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { describe } from '../web/errors.js'
import { beginSession, endSession, noteVisit, SessionStore } from '../web/session-store.js'
import { cookieName, cookieOptions, perCookie } from '../web/site.js'

/** Whose sign-in it is, at which door, and what it is good for. */
export interface SignIn {
  readonly identityId: string
  readonly audience: string
  readonly epoch: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** `in`: everything. Before that nothing but one page is open: `password`, an invitation was accepted and the first password is set;
   *  `factor`, the second factor is asked for (A35); `change`, a new password is (T04). */
  readonly stage: 'in' | 'password' | 'factor' | 'change'
  /** A second factor was shown. */
  readonly isFactored: boolean
  /** By what he came so far. */
  readonly by: WayIn
  /** The page he wanted. */
  readonly wanted?: string | undefined
}

/** `code`: one that was sent to his number (Z18). */
export type WayIn = 'password' | 'code' | 'link'

declare module 'express-session' {
  interface SessionData {
    /** All of one person, one a door. */
    signIns: readonly SignIn[]
    /** What a passkey has to sign, good for one try. */
    challenge: string
    /** What of a second factor is being added; the password was just typed for it. */
    adding: Adding
  }
}

export interface Adding {
  readonly kind: 'app' | 'passkey'
  readonly identityId: string
  /** Of the row that waits for its first code. */
  readonly id: string
  readonly label: string
  /** Milliseconds since 1970. */
  readonly since: number
}

const minute = 60 * 1000
const hour = 60 * minute
const idleLimit = 2 * hour
const absoluteLimit = 12 * hour

/** How long a page between the password and the first page is open, and one that adds a second factor. */
export const stepLimit = 10 * minute

/** Plain name of the cookie that a session at a door is known by. */
export const portalSessionCookie = 'portico_session'

/** Reads the visitor's session. A visitor without one gets none until he signs in. */
export function sessions(options: { db: Knex; config: Pick<Config, 'secret'>; log: Logger }): RequestHandler {
  const { db, config, log } = options
  const store = new SessionStore({
    db,
    table: 'portico_sessions',
    onFailure: (error) => log.warn({ error: describe(error) }, 'old sessions were not removed')
  })
  // Each kind gets an heir of the store: the library keeps the flags of its cookie there.
  const at = perCookie((site) =>
    session({
      name: cookieName(site, portalSessionCookie),
      secret: `session:${config.secret}`,
      store: Object.create(store) as SessionStore,
      resave: false,
      saveUninitialized: false,
      cookie: { ...cookieOptions(site), maxAge: idleLimit }
    })
  )
  return (req, res, next) => at(req.site)(req, res, next)
}

/** The sign-in of this request at this door, while neither limit has passed: 2 hours without a request, 12 hours in all. */
export function signInAt(req: Request, audience: string, now: number): SignIn | undefined {
  const signIn = signInsOf(req, now).find((one) => one.audience === audience)
  if (signIn) noteVisit(req.session, now)
  return signIn
}

/** The sign-ins of this browser at all doors, within their limits. */
export function signInsOf(req: Request, now: number): SignIn[] {
  const { signIns = [], seen } = req.session
  return signIns.filter(({ since, stage }) => {
    const isStep = stage === 'factor' || stage === 'change'
    return now - since <= (isStep ? stepLimit : absoluteLimit) && now - (seen ?? since) <= idleLimit
  })
}

/** Begins a session under a new id; nothing of an older one is carried over but what is handed on (A34). */
export async function begin(req: Request, signIns: readonly SignIn[], now: number): Promise<void> {
  await beginSession(req, { signIns, seen: now })
}

/** Ends the session, in the database and in the browser. */
export async function end(req: Request, res: Response): Promise<void> {
  await endSession(req, res, portalSessionCookie)
}
