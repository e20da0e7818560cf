/** Sessions of the CRM's own staff: a cookie `crm.sid`, its row in the database under a hash, and who that is now. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler } from 'express'
import session, { type SessionData } from 'express-session'
import type { Config } from '../../../config.js'
import { cookieName, cookieOptions } from '../../../web/security.js'
import type { Staff } from '../../host.js'
import type { Crm } from '../crm.js'

declare module 'express-session' {
  interface SessionData {
    /** Who signed in, and his password's stamp of then: with another one the session has ended. */
    crmStaff?: { readonly id: string; readonly stamp: string }
  }
}

export interface StaffSessions {
  /** Name of the cookie, for the protection against forged requests. */
  readonly cookie: string
  /** Opens the session of requests to the CRM's own pages. */
  readonly open: RequestHandler
  /** The active user who makes this request, or nobody. Works outside of the CRM's pages too. */
  staffOf(req: IncomingMessage): Promise<Staff | undefined>
  /** Begins a new session under a new id. */
  start(req: Request, staff: Staff): Promise<void>
  end(req: Request): Promise<void>
}

const hoursIdle = 12

export function staffSessions(crm: Crm, config: Pick<Config, 'publicUrl' | 'secret'>): StaffSessions {
  const cookie = cookieName(config, 'crm.sid')
  const secret = createHash('sha256').update(`crm sessions:${config.secret}`).digest('hex')
  const store = new HashedStore({ knex: crm.db, tableName: 'crm_session', onDbCleanupError: () => undefined, cleanupInterval: 600_000 })
  const open = session({
    name: cookie,
    secret,
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { ...cookieOptions(config), maxAge: hoursIdle * 60 * 60 * 1000 } as session.CookieOptions
  })
  return {
    cookie,
    open,
    async staffOf(req) {
      const id = sessionId(req, cookie, secret)
      const held = id ? (await store.read(id))?.crmStaff : undefined
      return held && held.stamp === (await crm.users.sessionStamp(held.id)) ? crm.users.find(held.id) : undefined
    },
    async start(req, staff) {
      await promisify(req.session.regenerate.bind(req.session))()
      req.session.crmStaff = { id: staff.id, stamp: (await crm.users.sessionStamp(staff.id)) ?? '' }
      await promisify(req.session.save.bind(req.session))()
    },
    async end(req) {
      await promisify(req.session.destroy.bind(req.session))()
    }
  }
}

function sessionId(req: IncomingMessage, cookie: string, secret: string): string | undefined {
  const cookies: unknown = 'cookies' in req ? req.cookies : undefined
  const value: unknown = typeof cookies === 'object' && cookies !== null ? Reflect.get(cookies, cookie) : undefined
  const id = typeof value === 'string' && value.startsWith('s:') && cookieParser.signedCookie(value, secret)
  return id || undefined
}

/** Whoever reads the table can't sign in with what stands there. Failures reach express-session by its callback alone. */
class HashedStore extends ConnectSessionKnexStore {
  read(id: string): Promise<SessionData | null> {
    return super.get(hashed(id), () => undefined)
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): Promise<SessionData | null> {
    return super.get(hashed(id), done).catch(() => null)
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): Promise<void> {
    return super.set(hashed(id), data, done).catch(() => undefined)
  }

  override touch(id: string, data: SessionData, done?: () => void): Promise<void> {
    return super.touch(hashed(id), data, done).catch(() => done?.())
  }

  override destroy(id: string, done?: (error?: unknown) => void): Promise<number> {
    return super.destroy(hashed(id), done).catch(() => 0)
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
