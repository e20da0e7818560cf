/** Sessions of a host's staff: a signed cookie, its row in a table of the adapter's, and what the row holds of a request. */
import type { IncomingMessage } from 'node:http'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import session, { type SessionData } from 'express-session'
import type { Knex } from 'knex'
import type { Config } from '../config.js'
import { keyFor } from '../signing.js'
import { beginSession, endSession, noteVisit, SessionStore } from './session-store.js'
import { cookieName, cookieOptions, publicSite } from './site.js'

export interface StaffSessionOptions {
  readonly db: Knex
  /** Has the columns that `SessionStore` needs. */
  readonly table: string
  /** Its plain name. */
  readonly cookie: string
  /** Tells this adapter's sessions from others that the same secret signs. */
  readonly purpose: string
  readonly config: Pick<Config, 'publicUrl' | 'secret'>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onFailure?: (error: unknown) => void
}

export interface CookieSessions {
  /** Opens the session of requests to the adapter's own pages. */
  readonly open: RequestHandler
  /** What the session of this request holds, whichever page it asks for. */
  held(req: IncomingMessage): Promise<SessionData | undefined>
  /** Begins a new session under a new id. The request must have been through `open`. */
  begin(req: Request, data: Partial<SessionData>): Promise<void>
  /** Ends the session, in the database and in the browser. The request must have been through `open`. */
  end(req: Request, res: Response): Promise<void>
}

const idle = 12 * 60 * 60 * 1000

export function cookieSessions(options: StaffSessionOptions): CookieSessions {
  const { db, table, purpose, config, now, onFailure = () => undefined } = options
  const main = publicSite(config)
  const cookie = cookieName(main, options.cookie)
  const secret = keyFor({ secret: config.secret, purpose }).toString('hex')
  const store = new SessionStore({ db, table, onFailure })
  const read = session({
    name: cookie,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { ...cookieOptions(main), maxAge: idle } as session.CookieOptions
  })
  return {
    open: (req, res, next) =>
      read(req, res, (error?: unknown) => {
        if (!error && req.session.seen !== undefined) noteVisit(req.session, now())
        next(error)
      }),
    async held(req) {
      const id = sessionId(req, cookie, secret)
      return id ? ((await store.read(id)) ?? undefined) : undefined
    },
    begin: (req, data) => beginSession(req, { seen: now(), ...data }),
    end: (req, res) => endSession(req, res, options.cookie)
  }
}

function sessionId(req: IncomingMessage, cookie: string, secret: string): string | undefined {
  const cookies: unknown = 'cookies' in req ? req.cookies : undefined
  const value: unknown = typeof cookies === 'object' && cookies !== null ? Reflect.get(cookies, cookie) : undefined
  const id = typeof value === 'string' && value.startsWith('s:') && cookieParser.signedCookie(value, secret)
  return id || undefined
}
