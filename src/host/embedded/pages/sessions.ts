/** Sessions of the CRM's own staff: a cookie `crm.sid`, its row in the database under a hash, and who that is now. */
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { Config } from '../../../config.js'
import { cookieSessions } from '../../../web/staff-sessions.js'
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

/** Plain name of the cookie that a staff member's session is known by. */
export const crmSessionCookie = 'crm.sid'

const opened = new WeakMap<Crm, StaffSessions>()

/** The sessions of a CRM: its pages and its adapter share them. */
export function staffSessions(crm: Crm, config: Pick<Config, 'publicUrl' | 'secret'>): StaffSessions {
  const sessions = opened.get(crm) ?? openSessions(crm, config)
  opened.set(crm, sessions)
  return sessions
}

function openSessions(crm: Crm, config: Pick<Config, 'publicUrl' | 'secret'>): StaffSessions {
  const sessions = cookieSessions({
    db: crm.db,
    table: 'crm_session',
    cookie: crmSessionCookie,
    purpose: 'crm sessions',
    config,
    now: crm.now
  })
  return {
    open: sessions.open,
    async staffOf(req) {
      const held = (await sessions.held(req))?.crmStaff
      return held && held.stamp === (await crm.users.sessionStamp(held.id)) ? crm.users.find(held.id) : undefined
    },
    async start(req, staff) {
      const stamp = (await crm.users.sessionStamp(staff.id)) ?? ''
      await sessions.begin(req, { crmStaff: { id: staff.id, stamp } })
    },
    end: sessions.end
  }
}
