/** Sessions in the database: each row stands under the hash of its id, and a visit is written once a minute. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { ConnectSessionKnexStore } from 'connect-session-knex'
import type { Request, Response } from 'express'
import type { SessionData } from 'express-session'
import type { Knex } from 'knex'
import { cookieName, cookieOptions } from './site.js'

declare module 'express-session' {
  interface SessionData {
    /** When the person was last here, to the minute; milliseconds since 1970. */
    seen: number
  }
}

const minute = 60 * 1000

export interface SessionStoreOptions {
  readonly db: Knex
  /** Has the columns `sid` (64), `sess` and `expired`. */
  readonly table: string
  /** Told when old sessions could not be removed, which is tried again, and when the table isn't there (yet). */
  readonly onFailure: (error: unknown) => void
}

/** Whoever reads the table can't sign in with what stands there. Failures reach express-session by its callback alone. */
export class SessionStore extends ConnectSessionKnexStore {
  constructor({ db, table, onFailure }: SessionStoreOptions) {
    super({
      knex: db,
      tableName: table,
      createTable: false,
      cleanupInterval: 10 * minute,
      onDbCleanupError: onFailure
    })
    this.ready.catch(onFailure)
  }

  /** The session of an id, outside of its request. */
  read(id: string): Promise<SessionData | null> {
    return super.get(hashed(id), () => undefined)
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): Promise<SessionData | null> {
    return super.get(hashed(id), done).catch(() => null)
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): Promise<void> {
    return super.set(hashed(id), data, done).catch(() => undefined)
  }

  /** Writes nothing: `noteVisit` moves the expiry. */
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

/** Keeps in the session that the person is here: a change, at most once a minute, that has the row written with a new expiry. */
export function noteVisit(session: Partial<SessionData>, now: number): void {
  if (now - (session.seen ?? 0) > minute) session.seen = now
}

/** Begins a session under a new id; nothing of an older one is carried over (A34). */
export async function beginSession(req: Request, data: Partial<SessionData>): Promise<void> {
  await promisify(req.session.regenerate.bind(req.session))()
  Object.assign(req.session, data)
  await promisify(req.session.save.bind(req.session))()
}

/** Ends the session, in the database and in the browser, where `cookie` is its plain name. */
export async function endSession(req: Request, res: Response, cookie: string): Promise<void> {
  await promisify(req.session.destroy.bind(req.session))()
  res.clearCookie(cookieName(req.site, cookie), cookieOptions(req.site))
}
