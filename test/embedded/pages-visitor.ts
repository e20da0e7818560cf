/** A visitor of the CRM's pages: keeps his cookies, fills forms in as a browser without JavaScript does, and reads what came. */
import { load, type Cheerio, type CheerioAPI } from 'cheerio'
import type { Element } from 'domhandler'
import { expect } from 'chai'
import express from 'express'
import pino from 'pino'
import request, { type Response, type Test } from 'supertest'
import { demoPassword } from '../../demo/cast.js'
import { seedWorld } from '../../demo/world.js'
import type { Config } from '../../src/config.js'
import { openCrm, type Crm } from '../../src/host/embedded/crm.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import { crmSessionCookie, staffPages } from '../../src/host/embedded/pages/index.js'
import { finishWeb, setUpWeb } from '../../src/web/web.js'
import { temporaryFolder } from '../support/child-process.js'
import type { TestDatabase } from '../support/databases.js'

export type Filled = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Place {
  readonly crm: Crm
  /** A visitor who signed in as this member of the cast, or nobody. */
  as(userName?: string): Promise<Visitor>
}

/** The demo world with the CRM's pages around it. */
export async function openPages({ db, url }: TestDatabase): Promise<Place> {
  const config: Config = {
    environment: 'test',
    listen: { host: '127.0.0.1', port: 0 },
    publicUrl: 'http://127.0.0.1',
    databaseUrl: url,
    secret: 'a secret for tests that is long enough',
    filesFolder: temporaryFolder('files'),
    smtpUrl: undefined,
    mailFrom: 'crm@thermovia.example',
    company: { name: 'Thermovia', mailDomains: ['thermovia.example'] },
    invitationDays: 7,
    limits: { userTypesPerPortal: 5, activeUsersPerType: 100, uploadSize: 100_000, filesPerNote: 3 },
    trustedProxies: 0,
    logLevel: 'silent'
  }
  const crm = await openCrm({ db, definitions: modules, filesFolder: config.filesFolder, publicUrl: config.publicUrl })
  await seedWorld(crm)
  const app = express()
  setUpWeb(app, { config, sessionCookies: [crmSessionCookie(config)] })
  app.use('/crm', staffPages(crm, { config }))
  finishWeb(app, pino({ level: process.env.TEST_LOG ?? 'silent' }))
  return {
    crm,
    async as(userName) {
      const visitor = new Visitor(app)
      if (userName) await visitor.signIn(userName)
      return visitor
    }
  }
}

export class Visitor {
  private readonly agent
  private shown: Shown | undefined

  constructor(app: express.Express) {
    this.agent = request.agent(app)
  }

  async signIn(userName: string, password = demoPassword): Promise<Shown> {
    await this.get('/crm/sign-in')
    return this.submit('/crm/sign-in', { userName, password })
  }

  /** Opens a page; `status` is what it must answer. */
  async get(path: string, status = 200): Promise<Shown> {
    return this.arrive(this.agent.get(path), status)
  }

  /** Sends the form with this action on the shown page, filled in; goes where it leads. `status` is what the form itself must answer. */
  async submit(action: string, filled: Filled = {}, status = 303): Promise<Shown> {
    const form = this.page.form(action)
    const fields = { ...fieldsOf(this.page.$, form), ...filled }
    const isMultipart = form.attr('enctype') === 'multipart/form-data'
    const sent = isMultipart
      ? multipart(this.agent.post(action), fields)
      : this.agent.post(action).type('form').send(encoded(fields))
    return this.arrive(sent, status)
  }

  /** Sends a form that carries this file. */
  async submitFile(action: string, filled: Filled, file: { name: string; content: string }): Promise<Shown> {
    const fields = { ...fieldsOf(this.page.$, this.page.form(action)), ...filled }
    return this.arrive(
      multipart(this.agent.post(action), fields).attach('files', Buffer.from(file.content), file.name),
      303
    )
  }

  /** Sends a form that no page showed, with a token that is right. */
  async force(action: string, fields: Filled, status: number): Promise<Shown> {
    const token = this.page.$('input[name=_csrf]').first().attr('value')
    return this.arrive(
      this.agent
        .post(action)
        .type('form')
        .send(encoded({ _csrf: token, ...fields })),
      status
    )
  }

  get page(): Shown {
    if (!this.shown) throw new Error('No page was opened yet.')
    return this.shown
  }

  private async arrive(sent: Test, status: number): Promise<Shown> {
    const answer = await sent
    expect(
      answer.status,
      load(answer.text ?? '')('main')
        .text()
        .replace(/\s+/g, ' ')
    ).to.equal(status)
    if (status !== 303) return (this.shown = new Shown(answer, answer.request.url))
    const to = new URL(String(answer.headers.location), 'http://127.0.0.1')
    return this.get(to.pathname + to.search)
  }
}

/** A page as it came. */
export class Shown {
  readonly $: CheerioAPI
  readonly path: string

  constructor(
    readonly answer: Response,
    url: string
  ) {
    this.$ = load(answer.text ?? '')
    this.path = new URL(url).pathname
  }

  get text(): string {
    return this.$('main').text().replace(/\s+/g, ' ')
  }

  get heading(): string {
    return this.$('h1').text().trim().replace(/\s+/g, ' ')
  }

  form(action: string): Cheerio<Element> {
    const form = this.$<Element, string>(`form[method=post][action="${action}"]`)
    expect(form.length, `forms to ${action} on ${this.path}`).to.be.greaterThan(0)
    return form.first()
  }

  sees(...words: readonly string[]): this {
    for (const word of words) expect(this.text).to.include(word)
    return this
  }

  misses(...words: readonly string[]): this {
    for (const word of words) expect(this.answer.text).not.to.include(word)
    return this
  }

  /** The error that stands beside the field of this name. */
  errorOf(name: string): string {
    const about = this.$(`[name="${name}"]`).attr('aria-describedby')?.split(' ') ?? []
    return about.map((id) => this.$(`[id="${id}"].field__error`).text().trim()).join('')
  }

  valueOf(name: string): string {
    return String(this.$(`[name="${name}"]`).val() ?? '')
  }
}

function fieldsOf($: CheerioAPI, form: Cheerio<Element>): Record<string, string | readonly string[]> {
  const fields: Record<string, string | readonly string[]> = {}
  form.find('input, select, textarea').each((_, field) => {
    const { name, type } = field.attribs
    const isLeftOut =
      !name || type === 'file' || (['checkbox', 'radio'].includes(type ?? '') && field.attribs.checked === undefined)
    if (isLeftOut) return
    const value = String($(field).val() ?? '')
    fields[name] = type === 'checkbox' && fields[name] !== undefined ? [fields[name], value].flat() : value
  })
  return fields
}

function encoded(fields: Filled): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]))
  return new URLSearchParams(pairs).toString()
}

function multipart(sent: Test, fields: Filled): Test {
  for (const [name, value] of Object.entries(fields)) for (const one of [value ?? []].flat()) void sent.field(name, one)
  return sent
}
