/** Sessions of the CRM's own staff: a cookie `crm.sid`, its row in the database under a hash, and who that is now. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import cookieParser from 'cookie-parser'
import type { Request, RequestHandler, Response } from 'express'
import session, { Store, type SessionData } from 'express-session'
import type { Knex } from 'knex'
import type { Config } from '../../../config.js'
import { cookieName, cookieOptions } from '../../../web/security.js'
import type { Staff } from '../../host.js'
import { columnsOf, createTable } from '../columns.js'
import type { Crm } from '../crm.js'

declare module 'express-session' {
  interface SessionData {
    /** Who signed in, and his password's stamp of then: with another one the session has ended. */
    crmStaff?: { readonly id: string; readonly stamp: string }
    /** When he was last here, to the minute; milliseconds since 1970. */
    crmSeen?: number
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

const minute = 60 * 1000
const idle = 12 * 60 * minute

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
  const store = new HashedStore(sessionRows(crm.db))
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
      await promisify(req.session.regenerate.bind(req.session))()
      req.session.crmStaff = { id: staff.id, stamp: (await crm.users.sessionStamp(staff.id)) ?? '' }
      await promisify(req.session.save.bind(req.session))()
    },
    async end(req, res) {
      await promisify(req.session.destroy.bind(req.session))()
      res.clearCookie(cookie, cookieOptions(config))
    }
  }
}

function noteVisit(data: Request['session'], now: number): void {
  if (now - (data.crmSeen ?? 0) > minute) data.crmSeen = now
}

function sessionId(req: IncomingMessage, cookie: string, secret: string): string | undefined {
  const cookies: unknown = 'cookies' in req ? req.cookies : undefined
  const value: unknown = typeof cookies === 'object' && cookies !== null ? Reflect.get(cookies, cookie) : undefined
  const id = typeof value === 'string' && value.startsWith('s:') && cookieParser.signedCookie(value, secret)
  return id || undefined
}

/** Whoever reads the table can't sign in with what stands there. `seen` is written once a minute, which moves the expiry, so a
 *  request writes nothing else. Failures reach express-session by its callback alone. */
class HashedStore extends Store {
  constructor(private readonly rows: Promise<ConnectSessionKnexStore>) {
    super()
  }

  async read(id: string): Promise<SessionData | null> {
    return (await this.rows).get(hashed(id), () => undefined)
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    this.read(id).then((data) => done(null, data), done)
  }

  override set(id: string, data: SessionData, done: (error?: unknown) => void = () => undefined): void {
    this.rows.then((rows) => rows.set(hashed(id), data)).then(() => done(), done)
  }

  override touch(_id: string, _data: SessionData, done: () => void = () => undefined): void {
    done()
  }

  override destroy(id: string, done: (error?: unknown) => void = () => undefined): void {
    this.rows.then((rows) => rows.destroy(hashed(id))).then(() => done(), done)
  }
}

const tableName = 'crm_session'

async function sessionRows(knex: Knex): Promise<ConnectSessionKnexStore> {
  const columns = columnsOf(knex)
  await createTable(knex, tableName, (table) => {
    columns.key(table, 'sid', 64).primary()
    columns.longWords(table, 'sess').notNullable()
    table.specificType('expired', 'datetime').notNullable().index()
  })
  return new ConnectSessionKnexStore({
    knex,
    tableName,
    createTable: false,
    cleanupInterval: 10 * minute,
    onDbCleanupError: () => undefined
  })
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
