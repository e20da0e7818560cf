/** Somebody with a browser without JavaScript: opens pages, follows links, fills in the forms that are there and sends them. */
import type { Readable } from 'node:stream'
import { expect } from 'chai'
import { load, type CheerioAPI } from 'cheerio'
import type { Express } from 'express'
import type { Response } from 'supertest'
import { BrowserAgents, type Agent } from './browser-agents.js'

export type Answers = Readonly<Record<string, string | readonly string[]>>

export interface Attachment {
  readonly field: string
  readonly name: string
  readonly content: Buffer | string
  readonly type?: string
}

export interface At {
  /** An address of the site he begins at; default: the public address on this machine. A whole address of another site leads him there. */
  readonly at?: string | undefined
}

export class Visitor {
  /** The last answer, redirects followed. */
  response!: Response
  /** The status of the first answer, before any redirect was followed. */
  answered = 0
  /** Where he is: the path of the last page. */
  path = '/'
  /** And the origin of its site. */
  origin: string
  private readonly agents: BrowserAgents

  constructor(
    /** The application, or the address of a web server that leads to it, which is then asked whatever host an address names. */
    private readonly app: Express | string,
    private readonly language: string,
    { at = typeof app === 'string' ? app : 'http://127.0.0.1' }: At = {}
  ) {
    this.agents = new BrowserAgents(app)
    this.origin = new URL(at).origin
  }

  /** Asks the site where he is. */
  get agent(): Agent {
    return this.agents.at(this.origin)
  }

  /** Cookies that a browser would have thrown away, as they were sent. */
  get refusedCookies(): readonly string[] {
    return this.agents.jar.refused
  }

  /** What the site where he is gets to see of his cookies. */
  get cookies(): string {
    return this.agents.jar.sentTo(new URL(this.path, this.origin))
  }

  get page(): CheerioAPI {
    return load(this.response.text ?? '')
  }

  /** What the page says, with white space folded. */
  get text(): string {
    return this.page('body').text().replace(/\s+/g, ' ').trim()
  }

  /** GET, following redirects. */
  async open(path: string): Promise<this> {
    return this.arrive(await this.asked(path).get(pathOf(path)).set('Accept-Language', this.language), path)
  }

  /** GET without following. */
  async peek(path: string): Promise<Response> {
    return this.asked(path).get(pathOf(path)).set('Accept-Language', this.language)
  }

  /** GET of what is no page, byte by byte; after the first ones he waits for what happens `meanwhile`. An answer that breaks off rejects. */
  async download(path: string, meanwhile?: () => Promise<void>): Promise<{ response: Response; content: Buffer }> {
    const response = await this.asked(path)
      .get(pathOf(path))
      .buffer(true)
      .parse((answer, done) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.once('data', () => {
          if (!meanwhile) return
          const stream = answer as unknown as Readable
          stream.pause()
          void meanwhile().finally(() => stream.resume())
        })
        answer.on('end', () => done(null, Buffer.concat(pieces)))
      })
    return { response, content: response.body as Buffer }
  }

  /** Follows the link that says `label`. */
  async follow(label: string): Promise<this> {
    const link = this.page('a').filter((_, a) => this.page(a).text().replace(/\s+/g, ' ').trim() === label)
    expect(link.length, `a link «${label}» on ${this.path}: ${this.text.slice(0, 300)}`).to.be.greaterThan(0)
    return this.open(this.fromHere(link.first().attr('href')!))
  }

  /** Sends the form whose button says `button`, with `answers` in place of what its fields hold. */
  async send(button: string, answers: Answers = {}, files: readonly Attachment[] = []): Promise<this> {
    return this.fillIn(this.formWith(button), answers, files)
  }

  /** Sends the form that leads to `action`; an answer may name one of its buttons, and an empty list unticks a box. */
  async submit(action: string, answers: Answers = {}, files: readonly Attachment[] = []): Promise<this> {
    return this.fillIn(this.formTo(action), answers, files)
  }

  /** POST of just these fields with the page's own token: what an attacker with a session would try. */
  async forge(path: string, fields: Answers = {}): Promise<Response> {
    const token = this.page('input[name=_csrf]').first().attr('value') ?? ''
    return this.bare(path, { _csrf: token, ...fields })
  }

  /** POST of raw fields without any token. */
  async bare(path: string, fields: Answers = {}): Promise<Response> {
    return this.asked(path)
      .post(pathOf(path))
      .type('form')
      .send(encoded(listed(fields)))
  }

  is(status: number): this {
    expect(this.response.status, `${this.path}: ${this.text.slice(0, 400)}`).to.equal(status)
    return this
  }

  sees(...words: readonly string[]): this {
    for (const word of words) expect(this.text, this.path).to.include(word)
    return this
  }

  doesNotSee(...words: readonly string[]): this {
    for (const word of words) expect(this.response.text, this.path).not.to.include(word)
    return this
  }

  private async fillIn(form: Form, answers: Answers, files: readonly Attachment[]): Promise<this> {
    for (const name of Object.keys(answers))
      expect(form.names, `a field ${name} in the form to ${form.action} on ${this.path}`).to.include(name)
    const values = new Map([...form.values, ...listed(answers)])
    if (form.method === 'get') return this.open(`${form.action}?${encoded(values)}`)
    const address = form.action || this.path
    const request = this.asked(address).post(pathOf(address)).set('Accept-Language', this.language)
    if (!form.isMultipart) return this.arrive(await request.type('form').send(encoded(values)), address)
    for (const [name, value] of pairs(values)) void request.field(name, value)
    for (const file of files)
      void request.attach(file.field, Buffer.from(file.content), { filename: file.name, contentType: file.type })
    return this.arrive(await request, address)
  }

  private async arrive(response: Response, path: string): Promise<this> {
    this.response = response
    this.answered = response.status
    this.origin = this.originOf(path)
    this.path = pathOf(path)
    if (response.status < 300 || response.status >= 400) return this
    await this.open(this.fromHere(String(response.headers['location'])))
    this.answered = response.status
    return this
  }

  /** A link of this page as a whole address. */
  private fromHere(link: string): string {
    return new URL(link, this.origin + this.path).href
  }

  private originOf(address: string): string {
    return typeof this.app === 'string' ? this.origin : new URL(address, this.origin).origin
  }

  private asked(address: string): Agent {
    return this.agents.at(this.originOf(address))
  }

  private formWith(button: string): Form {
    const $ = this.page
    const found = $('button, input[type=submit]').filter(
      (_, one) => $(one).text().replace(/\s+/g, ' ').trim() === button
    )
    expect(found.length, `a button «${button}» on ${this.path}: ${this.text.slice(0, 400)}`).to.be.greaterThan(0)
    return formOf($, found.first().closest('form'), found.first(), this.path)
  }

  private formTo(action: string): Form {
    const $ = this.page
    const found = $(`form[method=post][action="${action}"]`)
    expect(found.length, `a form to ${action} on ${this.path}: ${this.text.slice(0, 400)}`).to.be.greaterThan(0)
    return formOf($, found.first(), undefined, this.path)
  }
}

export interface Form {
  readonly action: string
  readonly method: string
  readonly isMultipart: boolean
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly names: ReadonlySet<string>
}

type Found = ReturnType<CheerioAPI>

/** What a browser would send of a form when this button is pressed. */
export function formOf($: CheerioAPI, form: Found, pressed: Found | undefined, path: string): Form {
  const values = new Map<string, string[]>()
  const names = new Set<string>()
  const add = (name: string, value: string): void => void values.set(name, [...(values.get(name) ?? []), value])
  form.find('input, select, textarea, button').each((_, element) => {
    const field = $(element)
    const name = field.attr('name')
    if (!name) return
    names.add(name)
    if (field.is('button')) return
    for (const value of valuesOf($, field)) add(name, value)
  })
  const name = pressed?.attr('name')
  if (name) add(name, pressed?.attr('value') ?? '')
  return {
    action: pressed?.attr('formaction') ?? form.attr('action') ?? path,
    method: (form.attr('method') ?? 'get').toLowerCase(),
    isMultipart: form.attr('enctype') === 'multipart/form-data',
    values,
    names
  }
}

/** What a field holds: a box that is not ticked and a list with nothing chosen hold nothing. */
function valuesOf($: CheerioAPI, field: Found): readonly string[] {
  const type = field.attr('type')
  if (type === 'file') return []
  if (type === 'checkbox' || type === 'radio') return field.is('[checked]') ? [field.attr('value') ?? 'on'] : []
  if (field.is('textarea')) return [field.text().replace(/^\n/, '')]
  if (!field.is('select')) return [field.attr('value') ?? '']
  const chosen = field.find('option[selected]')
  const options = field.is('[multiple]') || chosen.length > 0 ? chosen : field.find('option').first()
  return options.map((_, option) => $(option).attr('value') ?? $(option).text().trim()).get()
}

export function pairs(values: ReadonlyMap<string, readonly string[]>): [string, string][] {
  return [...values].flatMap(([name, list]) => list.map((value): [string, string] => [name, value]))
}

/** The body of a form that is no multipart one. */
export function encoded(values: ReadonlyMap<string, readonly string[]>): string {
  return new URLSearchParams(pairs(values)).toString()
}

export function listed(answers: Answers): Map<string, readonly string[]> {
  return new Map(Object.entries(answers).map(([name, value]) => [name, [value].flat()]))
}

function pathOf(address: string): string {
  const url = new URL(address, 'http://portico')
  return url.pathname + url.search
}
