/** Somebody with a browser without JavaScript who goes through a real web server: whole addresses, and cookies kept as browsers keep them. */
import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { expect } from 'chai'
import { load, type CheerioAPI } from 'cheerio'
import { CookieJar } from './cookie-jar.js'
import { encoded, formOf, listed, pairs, type Answers, type Attachment, type Form } from './visitor.js'

/** Where connections go, whatever host name is asked for. */
export interface Wire {
  /** `127.0.0.1`, `::1` … */
  readonly host: string
  /** Default: the address's own. */
  readonly port?: number
  /** The certificate to trust. */
  readonly authority?: string
}

export interface Answer {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly content: Buffer
  readonly text: string
}

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string | Readable
  /** The path as it is to go over the wire; an URL would make another one of it. */
  readonly rawPath?: string
}

export class WebVisitor {
  /** Every answer so far, redirects too, the oldest first. */
  readonly answers: Answer[] = []
  readonly jar = new CookieJar()
  private readonly parsed = new WeakMap<Answer, CheerioAPI>()

  constructor(
    private readonly wire: Wire,
    private readonly language = 'en'
  ) {}

  get last(): Answer {
    return this.answers.at(-1)!
  }

  get page(): CheerioAPI {
    const known = this.parsed.get(this.last) ?? load(this.last.text)
    this.parsed.set(this.last, known)
    return known
  }

  /** What the page says, with white space folded. */
  get text(): string {
    return this.page('body').text().replace(/\s+/g, ' ').trim()
  }

  /** GET, following redirects as a browser does. */
  async open(address: string): Promise<this> {
    return this.follows(await this.ask(address))
  }

  /** One request, without following. */
  async ask(address: string, question: Question = {}): Promise<Answer> {
    const url = new URL(address, this.answers.at(-1)?.url)
    const incoming = await this.send(url, question)
    const content = await buffer(incoming)
    const { statusCode = 0, headers } = incoming
    for (const line of headers['set-cookie'] ?? []) this.jar.keep(line, url)
    const answer = { url, status: statusCode, headers, content, text: content.toString('utf8') }
    this.answers.push(answer)
    return answer
  }

  /** The answer as soon as its head is there; who asks reads it. */
  async send(url: URL, { method = 'GET', headers = {}, body, rawPath }: Question): Promise<IncomingMessage> {
    const isTls = url.protocol === 'https:'
    const cookies = this.jar.sentTo(url)
    const outgoing = (isTls ? tlsRequest : plainRequest)({
      host: this.wire.host,
      port: this.wire.port ?? (url.port || (isTls ? 443 : 80)),
      servername: url.hostname,
      agent: false,
      ca: this.wire.authority,
      method,
      path: rawPath ?? url.pathname + url.search,
      headers: { Host: url.host, 'Accept-Language': this.language, ...(cookies && { Cookie: cookies }), ...headers }
    })
    return new Promise((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject)
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body)
      else {
        outgoing.flushHeaders()
        body.once('error', reject).pipe(outgoing)
      }
    })
  }

  /** Follows the link that says `label`. */
  async follow(label: string): Promise<this> {
    const link = this.page('a').filter((_, a) => this.page(a).text().replace(/\s+/g, ' ').trim() === label)
    expect(link.length, `a link «${label}» on ${this.last.url.href}: ${this.text.slice(0, 500)}`).to.be.greaterThan(0)
    return this.open(link.first().attr('href')!)
  }

  /** Sends the form whose button says `button`, with `answers` in place of what its fields hold. */
  async press(button: string, answers: Answers = {}, files: readonly Attachment[] = []): Promise<this> {
    const form = this.formWith(button)
    const values = new Map([...form.values, ...listed(answers)])
    for (const name of [...Object.keys(answers), ...files.map(({ field }) => field)])
      expect(form.names, `a field ${name} in the form to ${form.action}`).to.include(name)
    const target = new URL(form.action, this.last.url)
    const headers = { Origin: this.last.url.origin, 'Sec-Fetch-Site': 'same-origin' }
    const { type, body } = form.isMultipart
      ? multipart(pairs(values), files)
      : { type: 'application/x-www-form-urlencoded', body: Buffer.from(encoded(values)) }
    const length = { 'Content-Type': type, 'Content-Length': String(body.length) }
    return this.follows(await this.ask(target.href, { method: 'POST', headers: { ...headers, ...length }, body }))
  }

  formWith(button: string): Form {
    const $ = this.page
    const found = $('button').filter((_, one) => $(one).text().replace(/\s+/g, ' ').trim() === button)
    expect(found.length, `a button «${button}» on ${this.last.url.href}: ${this.text.slice(0, 500)}`).to.be.greaterThan(
      0
    )
    return formOf($, found.first().closest('form'), found.first(), this.last.url.href)
  }

  is(status: number): this {
    expect(this.last.status, `${this.last.url.href}: ${this.text.slice(0, 500)}`).to.equal(status)
    return this
  }

  sees(...words: readonly string[]): this {
    for (const word of words)
      expect(this.text.includes(word), `«${word}» at ${this.last.url.href}: ${this.text.slice(0, 500)}`).to.equal(true)
    return this
  }

  private async follows(answer: Answer, hops = 0): Promise<this> {
    const { location } = answer.headers
    if (location === undefined || answer.status < 300 || answer.status >= 400) return this
    expect(hops, `redirects from ${answer.url.href} to ${location}`).to.be.lessThan(8)
    return this.follows(await this.ask(new URL(location, answer.url).href), hops + 1)
  }
}

/** The body of a form with files. */
export function multipart(
  fields: readonly (readonly [string, string])[],
  files: readonly Attachment[] = []
): { type: string; body: Buffer } {
  const boundary = 'between-the-parts-of-this-form'
  const parts = [
    ...fields.map(
      ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    ),
    ...files.flatMap(({ field, name, content, type = 'application/octet-stream' }) => [
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
      content,
      '\r\n'
    ]),
    `--${boundary}--\r\n`
  ]
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat(parts.map((part) => Buffer.from(part)))
  }
}
