/** Two doors with people before them: identity on a real database, behind a web application that has nothing else. */
import express, { Router, type Express, type Request, type RequestHandler } from 'express'
import { load } from 'cheerio'
import type { Knex } from 'knex'
import { pino } from 'pino'
import type { Response } from 'supertest'
import { createKernel } from '../../src/access/kernel.js'
import type { Person } from '../../src/access/viewer.js'
import { readConfig, type Config } from '../../src/config.js'
import { dialectOf } from '../../src/db/dialect.js'
import type { Host } from '../../src/host/host.js'
import { createIdentity, type Door, type OwnIdentity } from '../../src/identity/identity.js'
import { createPasswords, type Passwords } from '../../src/identity/password.js'
import { portalSessionCookie } from '../../src/identity/session.js'
import { verify } from '@node-rs/argon2'
import { createMail, type Mail } from '../../src/mail/mail.js'
import { createSms } from '../../src/sms/sms.js'
import { siteAt } from '../../src/web/site.js'
import { finishWeb, setUpWeb, type WebOptions } from '../../src/web/web.js'
import { BrowserAgents, type Agent } from '../support/browser-agents.js'
import type { TestDatabase } from '../support/databases.js'
import { makeTables } from '../support/worlds.js'

export const password = 'violet-harbour-eleven-crows'
export const newPassword = 'granite-teapot-over-the-river'

export interface Entrance {
  readonly app: Express
  readonly db: Knex
  readonly identity: OwnIdentity
  readonly mail: Mail
  readonly acme: TestDoor
  readonly other: TestDoor
  readonly clock: Clock
  /** Of the installation. */
  readonly secret: string
  readonly config: Config
  /** How often a password was compared with a hash. */
  readonly compared: () => number
  /** Enrols somebody with `password`, lets him in by the doors, and gives his identity's id. */
  enrol(
    name: string,
    options?: { at?: readonly TestDoor[]; password?: string | undefined; welcomed?: boolean }
  ): Promise<string>
}

/** A door that admits whom the test says. */
export interface TestDoor extends Door {
  readonly admitted: Set<string>
  readonly confirmed: string[]
}

export interface Clock {
  milliseconds: number
}

export const emailOf = (name: string): string => `${name}@nordwind.example`
const formats = { date: 'dmy', time: '24' } as const

/** `custom`: an address of Acme's own. */
export async function openEntrance(
  database: TestDatabase,
  env: Record<string, string> = {},
  custom?: string
): Promise<Entrance> {
  await makeTables(database)
  const { db } = database
  const config = readConfig({ NODE_ENV: 'test', ...env })
  const clock = { milliseconds: Date.now() }
  const log = pino({ level: 'silent' })
  const counter = { verifications: 0 }
  const mail = createMail({ db, config, log, now: () => clock.milliseconds })
  const kernel = createKernel({
    host: catalogOnly(db),
    dialect: dialectOf(db),
    secret: Buffer.alloc(32),
    sources: async () => []
  })
  const passwords = countingPasswords(counter)
  const sms = createSms({ db, config, log, now: () => clock.milliseconds })
  const below = (id: string): string => `${config.publicUrl}/portal/${id}`
  const [acme, other] = [testDoor('acme', custom ?? below('acme')), testDoor('other', below('other'))]
  const own = custom === undefined ? [] : [siteAt({ url: custom, base: acme.base, rewrittenTo: '/portal/id-of-acme' })]
  const doorsOf = async (): Promise<Door[]> => [acme, other]
  const identity = createIdentity({
    db,
    kernel,
    mail,
    sms,
    config,
    log,
    passwords,
    doorsOf,
    now: () => clock.milliseconds
  })
  const app = webOf({ config, sites: async () => own }, identity, [acme, other])
  return {
    app,
    db,
    identity,
    mail,
    acme,
    other,
    clock,
    secret: config.secret,
    config,
    compared: () => counter.verifications,
    enrol: enrolment(identity, acme)
  }
}

/** The kernel asks a host for its catalog and its database; nobody here asks for records. */
function catalogOnly(db: Knex): Host {
  const catalog = { stamp: 'empty', modules: new Map() }
  return { name: 'embedded', db, catalog: async () => catalog } as unknown as Host
}

function countingPasswords(counter: { verifications: number }): Passwords {
  return createPasswords((kept, typed) => {
    counter.verifications += 1
    return verify(kept, typed)
  })
}

function testDoor(id: string, address: string): TestDoor {
  const admitted = new Set<string>()
  const confirmed: string[] = []
  return {
    audience: `portal:${id}`,
    base: `/portal/${id}`,
    address,
    name: id === 'acme' ? 'Acme & Sons' : 'Other',
    locale: 'en',
    admitted,
    confirmed,
    admit: async (identityId) => (admitted.has(identityId) ? personFor(identityId) : undefined),
    accepted: async (identityId) => {
      confirmed.push(identityId)
      admitted.add(identityId)
    },
    home: async () => '/home'
  }
}

function personFor(id: string): Person {
  const record = { module: 'Contact', recordId: 'c1', portalId: 'p1', userTypeId: 't1', invitedBy: 's1' }
  return { kind: 'portal-user', id, name: 'Somebody', locale: 'en', timeZone: 'Europe/Berlin', formats, ...record }
}

function enrolment(identity: OwnIdentity, acme: TestDoor): Entrance['enrol'] {
  return async (name, options = {}) => {
    const preferences = { locale: 'en', timeZone: 'Europe/Berlin', formats } as const
    const id = await identity.enrol({ address: emailOf(name), name: `${name} Berg`, ...preferences })
    if (!('password' in options) || options.password) await identity.setPassword(id, options.password ?? password)
    if (options.welcomed !== false) await identity.prefer(id, { ...preferences, country: undefined })
    for (const door of options.at ?? [acme]) door.admitted.add(id)
    return id
  }
}

function webOf(
  { config, sites }: Pick<WebOptions, 'config' | 'sites'>,
  identity: OwnIdentity,
  doors: readonly TestDoor[]
): Express {
  const app = express()
  setUpWeb(app, { config, sites, sessionCookies: [portalSessionCookie] })
  const door = async ({ params, site }: Request): Promise<Door | undefined> => {
    const found = doors.find(({ base }) => base === `/portal/${String(params.portal)}`)
    return found && { ...found, address: site.base === found.base ? site.url : config.publicUrl + found.base }
  }
  const pages = Router({ mergeParams: true })
  const frame: RequestHandler = (req, res, next) => {
    res.locals['area'] = { kind: 'portal', name: 'Frame of Acme' }
    next()
  }
  pages.use(identity.pages(door, frame))
  pages.get(
    '/home',
    identity.requireViewer(door),
    (req, res) => void res.send(`home of ${req.viewer.person.id} in ${req.locale}`)
  )
  pages.get(
    '/doors',
    identity.requireViewer(door),
    async (req, res) => void res.json(await identity.otherDoors(req, res))
  )
  pages.post('/act', identity.requireViewer(door), (req, res) => void res.send('done'))
  app.use('/portal/:portal', pages)
  finishWeb(app, pino({ level: 'silent' }))
  addresses.set(app, config.publicUrl)
  return app
}

/** Where an application is reached, for visitors who aren't told. */
const addresses = new WeakMap<Express, string>()

/** A visitor with cookies, who fills in forms as a browser would. */
export class Visitor {
  private readonly agents: BrowserAgents
  /** Of the site he is at. */
  origin: string

  constructor(
    app: Express,
    private readonly language = 'en',
    at = addresses.get(app) ?? 'http://127.0.0.1'
  ) {
    this.agents = new BrowserAgents(app)
    this.origin = new URL(at).origin
  }

  get agent(): Agent {
    return this.agents.at(this.origin).set('Accept-Language', this.language)
  }

  get(path: string): Promise<Response> {
    return Promise.resolve(this.agent.get(path))
  }

  /** Posts `fields` with the token of the form on `from`. */
  async post(path: string, fields: Record<string, string>, from = path): Promise<Response> {
    const token = tokenIn((await this.get(from)).text)
    return this.agent
      .post(path)
      .type('form')
      .send({ ...fields, _csrf: token })
  }

  signIn(name: string, typed = password, portal = 'acme'): Promise<Response> {
    return this.post(`/portal/${portal}/sign-in`, { email: emailOf(name), password: typed })
  }

  /** The session's cookie, as a browser would send it. */
  get session(): string {
    const sent = this.agents.jar.sentTo(new URL(this.origin)).split('; ')
    return sent.find((cookie) => /^(__Host-)?portico_session=/.test(cookie)) ?? ''
  }

  /** The person is in: his first page answers. */
  async isIn(portal = 'acme'): Promise<boolean> {
    return (await this.get(`/portal/${portal}/home`)).status === 200
  }
}

export function tokenIn(html: string): string {
  return load(html)('input[name=_csrf]').first().attr('value') ?? ''
}

/** A page without what differs for every visitor: the token of its forms and what he typed. */
export function withoutTokens(html: string): string {
  return html.replace(/name="_csrf" value="[^"]*"/g, '').replace(/[\w-]+@nordwind\.example/g, 'address')
}
