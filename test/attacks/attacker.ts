/** Somebody who sends what no page of ours would: any path, any field, any header, anybody's cookies. */
import type { Server } from 'node:http'
import { load, type CheerioAPI } from 'cheerio'
import supertest, { type Response } from 'supertest'

type Fields = Readonly<Record<string, string | readonly string[]>>
type Headers = Readonly<Record<string, string>>

export interface SentFile {
  readonly name: string
  readonly content: Buffer | string
  readonly type?: string
}

export class Attacker {
  /** What his browser would send along; tests copy, plant and take them away. */
  readonly cookies = new Map([['portico_language', 'en']])
  private token = ''

  constructor(
    private readonly server: Server,
    private readonly always: Headers = {}
  ) {}

  /** GET without following; the token of the page's forms is remembered. */
  get(path: string, headers: Headers = {}): Promise<Response> {
    return this.take(
      supertest(this.server)
        .get(path)
        .set({ ...this.cookie(), ...headers })
    )
  }

  /** POST of just these fields with the token of the last page. */
  post(path: string, fields: Fields = {}, headers: Headers = {}): Promise<Response> {
    return this.send(path, formOf({ _csrf: this.token, ...fields }), {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...headers
    })
  }

  /** POST of these fields as a multipart form, token first; file names go over the wire byte by byte. */
  upload(path: string, fields: Fields = {}, files: readonly SentFile[] = []): Promise<Response> {
    const parts = Object.entries({ _csrf: this.token, ...fields }).map(([name, value]) =>
      part(`name="${name}"`, String(value))
    )
    const sent = files.map(({ name, content, type = 'text/plain' }) =>
      part(`name="files"; filename="${name}"\r\nContent-Type: ${type}`, content)
    )
    const body = Buffer.concat([...parts, ...sent, Buffer.from(`--${boundary}--\r\n`)])
    return this.send(path, body, { 'Content-Type': `multipart/form-data; boundary=${boundary}` })
  }

  /** POST of any body, nothing added. */
  send(path: string, body: string | Buffer, headers: Headers): Promise<Response> {
    return this.take(
      supertest(this.server)
        .post(path)
        .set({ ...this.cookie(), ...headers })
        .send(body)
    )
  }

  /** Any method, with the token of the last page in a form. */
  async use(method: 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS', path: string): Promise<Response> {
    const request = supertest(this.server)[method.toLowerCase() as 'put'](path).set(this.cookie())
    return this.take(method === 'HEAD' ? request : request.type('form').send(formOf({ _csrf: this.token })))
  }

  /** Somebody else with the same cookies, as they are now. */
  copy(): Attacker {
    const other = new Attacker(this.server, this.always)
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    other.token = this.token
    return other
  }

  /** Signs in at a portal or at the external users' door and loads its first page, so that there is a token. */
  async signIn(door: string, email: string, password: string): Promise<Response> {
    await this.get(`${door}/sign-in`)
    const answer = await this.post(`${door}/sign-in`, { email, password })
    await this.get(`${door}/profile`)
    return answer
  }

  /** Signs in to the CRM. */
  async signInToCrm(userName: string, password: string): Promise<Response> {
    await this.get('/crm/sign-in')
    const answer = await this.post('/crm/sign-in', { userName, password })
    await this.get('/crm/profile')
    return answer
  }

  private cookie(): Headers {
    return { ...this.always, Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  private async take(request: supertest.Test): Promise<Response> {
    const answer = await request
    for (const line of cookiesIn(answer)) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    this.token = /name="_csrf" value="([^"]+)"/.exec(answer.text ?? '')?.[1] ?? this.token
    return answer
  }
}

/** The cookies that an answer sets, with their flags. */
export function cookiesIn(answer: Response): string[] {
  const set: unknown = answer.headers['set-cookie']
  return Array.isArray(set) ? set.map(String) : []
}

export function pageOf(answer: Response): CheerioAPI {
  return load(answer.text ?? '')
}

/** What a page says, with white space folded. */
export function wordsOf(answer: Response): string {
  return pageOf(answer)('body').text().replace(/\s+/g, ' ').trim()
}

/** What differs from page to page anyway: the token in its forms, and the number by which we find an error in the log. */
export function masked(answer: Response): string {
  return answer.text
    .replace(/name="_csrf" value="[^"]*"/g, '')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'number')
}

const boundary = 'portico-attack-boundary'

function part(head: string, content: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n')
  ])
}

function formOf(fields: Fields): string {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
  ).toString()
}
