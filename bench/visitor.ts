/** Somebody with a browser, for measuring: keeps cookies and signs in to a portal. */
import { load as html } from 'cheerio'
import { send, type Answer } from './load.js'

/** Keeps cookies, as a browser does. */
export class Visitor {
  private readonly cookies = new Map<string, string>()

  headers(): Record<string, string> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ')
    return { Cookie: cookie, Accept: 'text/html', 'Accept-Language': 'en' }
  }

  async open(url: string): Promise<Answer> {
    return this.keep(await send({ method: 'GET', url, headers: this.headers() }))
  }

  async post(url: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const headers = { ...this.headers(), 'Content-Type': 'application/x-www-form-urlencoded' }
    return this.keep(await send({ method: 'POST', url, headers, body: new URLSearchParams(fields).toString() }))
  }

  private keep(answer: Answer): Answer {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined) this.cookies.set(name, value ?? '')
    }
    return answer
  }
}

/** Signs in at the portal `base`, and gives the token that the forms of the new session carry. @throws when the person can't. */
export async function signIn(
  visitor: Visitor,
  base: string,
  person: { readonly email: string; readonly password: string }
): Promise<string> {
  const { text } = await visitor.open(`${base}/sign-in`)
  const answer = await visitor.post(`${base}/sign-in`, { _csrf: tokenIn(text), to: '', ...person })
  if (answer.status !== 303)
    throw new Error(`The person can't sign in: ${answer.status} ${html(answer.text)('main').text()}`)
  return tokenIn((await visitor.open(`${base}/case/new`)).text)
}

export function tokenIn(page: string): string {
  return html(page)('input[name=_csrf]').first().attr('value') ?? ''
}
