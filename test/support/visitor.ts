/** Somebody with a browser without JavaScript: opens pages, follows links, fills in the forms that are there and sends them. */
import { expect } from 'chai'
import { load, type CheerioAPI } from 'cheerio'
import type { Express } from 'express'
import supertest, { type Response } from 'supertest'

type Answers = Readonly<Record<string, string | readonly string[]>>

export interface Attachment {
  readonly field: string
  readonly name: string
  readonly content: Buffer | string
  readonly type?: string
}

export class Visitor {
  /** The last answer, redirects followed. */
  response!: Response
  /** Where he is: the path of the last page. */
  path = '/'
  private readonly agent: ReturnType<typeof supertest.agent>

  constructor(
    app: Express,
    private readonly language: string
  ) {
    this.agent = supertest.agent(app)
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
    return this.arrive(await this.agent.get(pathOf(path)).set('Accept-Language', this.language), path)
  }

  /** GET without following. */
  async peek(path: string): Promise<Response> {
    return this.agent.get(pathOf(path)).set('Accept-Language', this.language)
  }

  /** Follows the link that says `label`. */
  async follow(label: string): Promise<this> {
    const link = this.page('a').filter((_, a) => this.page(a).text().replace(/\s+/g, ' ').trim() === label)
    expect(link.length, `a link «${label}» on ${this.path}: ${this.text.slice(0, 300)}`).to.be.greaterThan(0)
    return this.open(link.first().attr('href')!)
  }

  /** Sends the form whose button says `button`, with `answers` in place of what its fields hold. */
  async send(button: string, answers: Answers = {}, files: readonly Attachment[] = []): Promise<this> {
    const form = this.formWith(button)
    const values = new Map([...form.values, ...Object.entries(answers).map(([name, value]) => [name, [value].flat()] as const)])
    for (const name of Object.keys(answers)) expect(form.names, `a field ${name} in the form «${button}» on ${this.path}`).to.include(name)
    if (form.method === 'get') return this.open(`${form.action}?${new URLSearchParams(pairs(values)).toString()}`)
    return this.post(form.action, values, files, form.isMultipart)
  }

  /** POST of just these fields with the page's own token: what an attacker with a session would try. */
  async forge(path: string, fields: Answers = {}): Promise<Response> {
    const token = this.page('input[name=_csrf]').first().attr('value') ?? ''
    return this.agent.post(pathOf(path)).type('form').send(new URLSearchParams(pairs(new Map(Object.entries({ _csrf: token, ...fields }).map(([name, value]) => [name, [value].flat()])))).toString())
  }

  /** POST of raw fields without any token. */
  async bare(path: string, fields: Answers = {}): Promise<Response> {
    return this.agent.post(pathOf(path)).type('form').send(new URLSearchParams(pairs(new Map(Object.entries(fields).map(([name, value]) => [name, [value].flat()])))).toString())
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

  private async post(action: string, values: ReadonlyMap<string, readonly string[]>, files: readonly Attachment[], isMultipart: boolean): Promise<this> {
    const request = this.agent.post(pathOf(action || this.path)).set('Accept-Language', this.language)
    if (!isMultipart) {
      return this.arrive(await request.type('form').send(new URLSearchParams(pairs(values)).toString()), action || this.path)
    }
    for (const [name, value] of pairs(values)) void request.field(name, value)
    for (const file of files) void request.attach(file.field, Buffer.from(file.content), { filename: file.name, contentType: file.type })
    return this.arrive(await request, action || this.path)
  }

  private async arrive(response: Response, path: string): Promise<this> {
    this.response = response
    this.path = pathOf(path)
    if (response.status < 300 || response.status >= 400) return this
    return this.open(new URL(String(response.headers['location']), `http://portico${pathOf(path)}`).href)
  }

  private formWith(button: string): Form {
    const $ = this.page
    const found = $('button, input[type=submit]').filter((_, one) => $(one).text().replace(/\s+/g, ' ').trim() === button)
    expect(found.length, `a button «${button}» on ${this.path}: ${this.text.slice(0, 400)}`).to.be.greaterThan(0)
    const form = found.first().closest('form')
    const values = new Map<string, string[]>()
    const names = new Set<string>()
    const add = (name: string, value: string): void => void values.set(name, [...(values.get(name) ?? []), value])
    form.find('input, select, textarea').each((_, element) => {
      const field = $(element)
      const name = field.attr('name')
      if (!name) return
      names.add(name)
      const type = field.attr('type')
      if (type === 'file') return
      if (type === 'checkbox' || type === 'radio') {
        if (field.is('[checked]')) add(name, field.attr('value') ?? 'on')
      } else if (element.tagName === 'select') {
        const chosen = field.find('option[selected]')
        const options = field.is('[multiple]') || chosen.length > 0 ? chosen : field.find('option').first()
        options.each((__, option) => add(name, $(option).attr('value') ?? ''))
      } else if (element.tagName === 'textarea') add(name, field.text().replace(/^\n/, ''))
      else add(name, field.attr('value') ?? '')
    })
    const pressed = found.first().attr('name')
    if (pressed) add(pressed, found.first().attr('value') ?? '')
    return {
      action: found.first().attr('formaction') ?? form.attr('action') ?? this.path,
      method: (form.attr('method') ?? 'get').toLowerCase(),
      isMultipart: form.attr('enctype') === 'multipart/form-data',
      values,
      names
    }
  }
}

interface Form {
  readonly action: string
  readonly method: string
  readonly isMultipart: boolean
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly names: ReadonlySet<string>
}

function pairs(values: ReadonlyMap<string, readonly string[]>): [string, string][] {
  return [...values].flatMap(([name, list]) => list.map((value): [string, string] => [name, value]))
}

function pathOf(address: string): string {
  const url = new URL(address, 'http://portico')
  return url.pathname + url.search
}
