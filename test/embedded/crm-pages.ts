/** The demo world with the CRM's own pages around it and no Portico, and its visitors, who state what each step must answer. */
import { expect } from 'chai'
import express, { type Express } from 'express'
import { load, type CheerioAPI } from 'cheerio'
import { pino } from 'pino'
import { demoPassword } from '../../demo/cast.js'
import { seedWorld } from '../../demo/world.js'
import { readConfig } from '../../src/config.js'
import { openCrm, type Crm } from '../../src/host/embedded/crm.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import { crmSessionCookie, staffPages } from '../../src/host/embedded/pages/index.js'
import { finishWeb, setUpWeb } from '../../src/web/web.js'
import { temporaryFolder } from '../support/child-process.js'
import type { TestDatabase } from '../support/databases.js'
import { Visitor, type Answers, type Attachment } from '../support/visitor.js'

export interface Place {
  readonly crm: Crm
  /** A visitor who signed in as this member of the cast, or nobody. */
  as(userName?: string): Promise<PageVisitor>
}

export async function openPages({ db, url }: TestDatabase): Promise<Place> {
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: url, PORTICO_FILES: temporaryFolder('files') })
  const crm = await openCrm({ db, definitions: modules, filesFolder: config.filesFolder, publicUrl: config.publicUrl })
  await seedWorld(crm)
  const app = express()
  setUpWeb(app, { config, sessionCookies: [crmSessionCookie] })
  app.use('/crm', staffPages(crm, { config }))
  finishWeb(app, pino({ level: 'silent' }))
  return {
    crm,
    async as(userName) {
      const visitor = new PageVisitor(app)
      if (userName) await visitor.signIn(userName)
      return visitor
    }
  }
}

class PageVisitor {
  private readonly visitor: Visitor

  constructor(app: Express) {
    this.visitor = new Visitor(app, 'en')
  }

  async signIn(userName: string): Promise<Shown> {
    await this.get('/crm/sign-in')
    return this.submit('/crm/sign-in', { userName, password: demoPassword })
  }

  /** Opens a page; `status` is what it must answer before it leads elsewhere. */
  async get(path: string, status = 200): Promise<Shown> {
    await this.visitor.open(path)
    return this.arrived(status)
  }

  /** Sends the form with this action on the shown page, filled in; `status` is what the form itself must answer. */
  async submit(action: string, answers: Answers = {}, status = 303, files: readonly Attachment[] = []): Promise<Shown> {
    await this.visitor.submit(action, answers, files)
    return this.arrived(status)
  }

  /** Sends a form that no page showed, with a token that is right. */
  async force(action: string, fields: Answers, status: number): Promise<void> {
    const { status: answered } = await this.visitor.forge(action, fields)
    expect(answered, action).to.equal(status)
  }

  get page(): Shown {
    return new Shown(this.visitor)
  }

  private arrived(status: number): Shown {
    const shown = this.page
    expect(this.visitor.answered, shown.text).to.equal(status)
    if (status === 303) this.visitor.is(200)
    return shown
  }
}

/** A page as it came; it stays what it was when the visitor goes on. */
class Shown {
  readonly $: CheerioAPI
  readonly html: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>

  constructor({ response, path }: Visitor) {
    this.html = response.text ?? ''
    this.$ = load(this.html)
    this.path = path.split('?')[0]!
    this.headers = response.headers
  }

  get text(): string {
    return this.$('main').text().replace(/\s+/g, ' ')
  }

  get heading(): string {
    return this.$('h1').text().trim().replace(/\s+/g, ' ')
  }

  sees(...words: readonly string[]): this {
    for (const word of words) expect(this.text).to.include(word)
    return this
  }

  misses(...words: readonly string[]): this {
    for (const word of words) expect(this.html).not.to.include(word)
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
