/** Sessions of the CRM's own staff: a cookie `crm.sid`, its row in the database under a hash, and who that is now. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import type { Config } from '../../../config.js'
import { cookieName, cookieOptions } from '../../../web/security.js'
import { beginSession, endSession, noteVisit, SessionStore } from '../../../web/session-store.js'
import type { Staff } from '../../host.js'
import type { Crm } from '../crm.js'

declare module 'express-session' {
  interface SessionData {
    /** Who signed in, and his password's stamp of then: with another one the session has ended. */
    crmStaff: { readonly id: string; readonly stamp: string }
  }
}

export interface StaffSessions {
  /** Opens the session of requests to the CRM's own pages. */
  readonly open: RequestHandler
  /** The active user who makes this request, or nobody. Works outside of the CRM's pages too. */
  staffOf(req: IncomingMessage): Promise<Staff | undefined>
  /** Begins a new session under a new id. */
  start(req: Request, staff: Staff): Promise<void>
  /** Ends the session, in the database and in the browser. */
  end(req: Request, res: Response): Promise<void>
}

const idle = 12 * 60 * 60 * 1000

/** Name of the cookie that a staff member's session is known by. */
export function crmSessionCookie(config: Pick<Config, 'publicUrl'>): string {
  return cookieName(config, 'crm.sid')
}

const opened = new WeakMap<Crm, StaffSessions>()

/** The sessions of a CRM: its pages and its adapter share them. */
export function staffSessions(crm: Crm, config: Pick<Config, 'publicUrl' | 'secret'>): StaffSessions {
  const sessions = opened.get(crm) ?? openSessions(crm, config)
  opened.set(crm, sessions)
  return sessions
}

function openSessions(crm: Crm, config: Pick<Config, 'publicUrl' | 'secret'>): StaffSessions {
  const cookie = crmSessionCookie(config)
  const secret = createHash('sha256').update(`crm sessions:${config.secret}`).digest('hex')
  const store = new SessionStore({ db: crm.db, table: 'crm_session', onFailure: () => undefined })
  const read = session({
    name: cookie,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { ...cookieOptions(config), maxAge: idle } as session.CookieOptions
  })
  return {
    open: (req, res, next) =>
      read(req, res, (error?: unknown) => {
        if (!error && req.session.crmStaff) noteVisit(req.session, crm.now())
        next(error)
      }),
    async staffOf(req) {
      const id = sessionId(req, cookie, secret)
      const held = id ? (await store.read(id))?.crmStaff : undefined
      return held && held.stamp === (await crm.users.sessionStamp(held.id)) ? crm.users.find(held.id) : undefined
    },
    async start(req, staff) {
      const stamp = (await crm.users.sessionStamp(staff.id)) ?? ''
      await beginSession(req, { crmStaff: { id: staff.id, stamp } })
    },
    end: (req, res) => endSession(req, res, cookie, config)
  }
}

function sessionId(req: IncomingMessage, cookie: string, secret: string): string | undefined {
  const cookies: unknown = 'cookies' in req ? req.cookies : undefined
  const value: unknown = typeof cookies === 'object' && cookies !== null ? Reflect.get(cookies, cookie) : undefined
  const id = typeof value === 'string' && value.startsWith('s:') && cookieParser.signedCookie(value, secret)
  return id || undefined
}
