/** The doors by which EspoCRM's pages call us: a ticket signs its user in, a record's page asks for buttons and for questions. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Knex } from 'knex'
import { z } from 'zod'
import { NotFound, PorticoError } from '../../errors.js'
import type { Doing, Plugin, RecordAsk } from '../../hooks.js'
import { localeFor } from '../../web/locale.js'
import { urlFor } from '../../web/render.js'
import type { Locale } from '../catalog.js'
import type { Host, Staff } from '../host.js'
import type { StaffSessions } from './sessions.js'
import type { Settings } from './settings.js'
import { takeTicket } from './tickets.js'
import { isUrl } from '../../url.js'

export interface DoorOptions {
  readonly db: Knex
  readonly host: Pick<Host, 'allows' | 'signInUrl'>
  readonly plugin: Pick<Plugin, 'recordActions' | 'recordQuestions' | 'adminMenu'>
  readonly sessions: StaffSessions
  readonly settings: () => Promise<Settings>
  readonly publicUrl: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function doors(options: DoorOptions): Router {
  const router = Router({ caseSensitive: true, strict: true })
  router.get('/host/ticket', options.sessions.open, comeIn(options))
  router.get('/host/admin', firstAdminPage(options))
  for (const [door, answer] of [
    ['/host/record-actions', showActions],
    ['/host/record-questions', showQuestions]
  ] as const) {
    router.options(door, fromEspocrm(options), preflight)
    router.get(door, fromEspocrm(options), options.sessions.open, answer(options))
  }
  return router
}

/** `GET /host/ticket?t=…`: begins the session and goes on to the page the ticket names. */
function comeIn(options: DoorOptions): RequestHandler {
  return async (req, res) => {
    const { staff, to } = await signIn(req, req.query.t, options)
    req.locale = localeFor(req, { person: staff.locale })
    res.redirect(303, urlFor(res, to))
  }
}

/** `GET /host/admin`: the first of the administrators' pages that this staff member has. */
function firstAdminPage({ host, plugin, sessions }: DoorOptions): RequestHandler {
  return async (req, res) => {
    const staff = await sessions.staffOf(req)
    if (!staff) return res.redirect(303, host.signInUrl(req.address))
    const [first] = await plugin.adminMenu({ staff, locale: staff.locale })
    if (!first) throw new NotFound()
    res.redirect(303, urlFor(res, first.url))
  }
}

/** @throws PorticoError when the ticket is none, the modules are off, or EspoCRM knows no such sign-in. */
async function signIn(
  req: Request,
  ticket: unknown,
  { db, sessions, settings, now }: DoorOptions
): Promise<{ staff: Staff; to: string }> {
  const { isOn, secret } = await settings()
  if (!isOn) throw new PorticoError('start:ticket.off', { status: 403 })
  const { userId, session, to } = await takeTicket(db, ticket, secret, now())
  const staff = await sessions.begin(req, { id: userId, token: session })
  if (!staff) throw new PorticoError('start:ticket.over', { status: 403 })
  return { staff, to }
}

/** Scripts of EspoCRM's own pages may read the answer, where Portico has another origin than EspoCRM; nobody else's. */
function fromEspocrm({ settings }: DoorOptions): RequestHandler {
  return async (req, res, next) => {
    const { siteUrl } = await settings()
    res.vary('Origin')
    if (isUrl(siteUrl) && req.get('origin') === new URL(siteUrl).origin) {
      res.setHeader('Access-Control-Allow-Origin', new URL(siteUrl).origin)
      res.setHeader('Access-Control-Allow-Credentials', 'true')
    }
    next()
  }
}

const preflight: RequestHandler = (req, res) => {
  if (res.hasHeader('Access-Control-Allow-Origin')) {
    res.setHeader('Access-Control-Allow-Methods', 'GET')
    res.setHeader('Access-Control-Allow-Headers', `Authorization, ${doingHeader}`)
    res.setHeader('Access-Control-Max-Age', '600')
  }
  res.status(204).end()
}

/** `GET /host/record-actions?module=…&id=…`: the buttons that this staff member has on that record. A record he may not
 *  view has none, as one that isn't there. EspoCRM is asked last: for most modules and most of the staff there is no button. */
function showActions(options: DoorOptions): RequestHandler {
  const { host, plugin } = options
  return async (req, res) => {
    const ask = await asked(req, res, options)
    if (!ask) return
    const found = await plugin.recordActions(ask)
    const actions = found.length > 0 && (await host.allows(ask.staff, 'view', ask.module, ask.id)) ? found : []
    res.json({ actions: actions.map(({ name, label, url }) => ({ name, label, url: absolute(options, url) })) })
  }
}

/** What is about to be done, as JSON in a header: a question changes nothing, and addresses are not to stand in logs of URLs. */
const doingHeader = 'X-Portico-Doing'

/** `GET /host/record-questions?module=…&id=…`: what he must be asked before he does that. For a record he may not edit, nothing. */
function showQuestions(options: DoorOptions): RequestHandler {
  const { host, plugin } = options
  return async (req, res) => {
    const ask = await asked(req, res, options)
    if (!ask) return
    const found = await plugin.recordQuestions({ ...ask, doing: doingOf(req) })
    const questions = found.length > 0 && (await host.allows(ask.staff, 'edit', ask.module, ask.id)) ? found : []
    res.json({ questions })
  }
}

const doing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('change'), values: z.record(z.string(), z.string().nullable()) }),
  z.object({ kind: z.literal('conversion') })
])

/** @throws PorticoError for what says neither. */
function doingOf(req: Request): Doing {
  try {
    return doing.parse(JSON.parse(decodeURIComponent(req.get(doingHeader) ?? '')))
  } catch (cause) {
    throw new PorticoError('errors.badRequest', { status: 400, cause })
  }
}

/** Who asks about which record; without an answer (401 was said) when nobody does. A ticket as bearer token begins the
 *  session. `user` is the id of the one who is signed in to EspoCRM's page: where another one's session with us is still
 *  there, his own has to begin first. */
async function asked(
  req: Request,
  res: Response,
  options: DoorOptions
): Promise<(RecordAsk & { locale: Locale }) | undefined> {
  const staff = (await bearer(req, options)) ?? (await options.sessions.staffOf(req))
  if (!staff || staff.id !== text(req.query.user ?? staff.id)) {
    res.status(401).json({ message: 'Sign in with a ticket of EspoCRM.' })
    return undefined
  }
  const locale = localeFor(req, { person: staff.locale })
  return { module: text(req.query.module), id: text(req.query.id), staff, locale }
}

/** A ticket that is refused leaves the request as it was: without it. */
async function bearer(req: Request, options: DoorOptions): Promise<Staff | undefined> {
  const ticket = /^Bearer (\S+)$/.exec(req.get('authorization') ?? '')?.[1]
  if (ticket === undefined) return undefined
  try {
    return (await signIn(req, ticket, options)).staff
  } catch (error) {
    if (error instanceof PorticoError) return undefined
    throw error
  }
}

function absolute({ publicUrl }: DoorOptions, path: string): string {
  return publicUrl + path
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
