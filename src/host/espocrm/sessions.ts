/** Sessions of EspoCRM's staff with us: begun by a ticket, and over as soon as EspoCRM's own session is. */
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler } from 'express'
import type { Knex } from 'knex'
import type { Config } from '../../config.js'
import { cookieSessions } from '../../web/staff-sessions.js'
import type { Staff } from '../host.js'
import type { SignIn, StaffDirectory } from './staff.js'

declare module 'express-session' {
  interface SessionData {
    espocrmStaff: SignIn
  }
}

export interface StaffSessions {
  /** Opens the session of requests to the doors. */
  readonly open: RequestHandler
  /** The active user who makes this request, or nobody. */
  staffOf(req: IncomingMessage): Promise<Staff | undefined>
  /** Begins a session; undefined when the sign-in is over already. */
  begin(req: Request, signIn: SignIn): Promise<Staff | undefined>
}

/** Plain name of the cookie that a staff member's session is known by. */
export const staffCookie = 'portico_staff'

export function createSessions(options: {
  db: Knex
  staff: StaffDirectory
  config: Pick<Config, 'publicUrl' | 'secret'>
  now: () => number
  onFailure: (error: unknown) => void
}): StaffSessions {
  const { staff, config, ...rest } = options
  const sessions = cookieSessions({
    ...rest,
    config,
    table: 'portico_staff_sessions',
    cookie: staffCookie,
    purpose: 'staff sessions'
  })
  return {
    open: sessions.open,
    async staffOf(req) {
      const signIn = (await sessions.held(req))?.espocrmStaff
      return signIn && staff.signedIn(signIn)
    },
    async begin(req, signIn) {
      const found = await staff.signedIn(signIn)
      if (found) await sessions.begin(req, { espocrmStaff: signIn })
      return found
    }
  }
}
