/** One browser at several sites of ours: an agent for each host name, and one jar of cookies that knows hosts, paths and schemes. */
import type { Express } from 'express'
import supertest, { type Response, type Test } from 'supertest'
import { CookieJar } from './cookie-jar.js'

export type Agent = ReturnType<typeof supertest.agent>

/** Where a supertest agent takes cookies from, and puts them. */
interface Cookies {
  _saveCookies(answer: Response & { request: Test }): void
  _attachCookies(request: Test & { cookies?: string }): void
}

export class BrowserAgents {
  readonly jar = new CookieJar()
  private readonly known = new Map<string, Agent>()

  constructor(private readonly app: Express | string) {}

  /** Asks as a browser at `origin` does whose requests come by one proxy. */
  at(origin: string): Agent {
    const agent = this.known.get(origin) ?? this.agentFor(new URL(origin))
    this.known.set(origin, agent)
    return agent
  }

  private agentFor(site: URL): Agent {
    const agent = supertest.agent(this.app).set('Host', site.host)
    if (site.protocol === 'https:') void agent.set('X-Forwarded-Proto', 'https')
    const urlOf = ({ url }: Test): URL => {
      const { pathname, search } = new URL(url)
      return new URL(pathname + search, site.origin)
    }
    const cookies: Cookies = {
      _saveCookies: ({ headers, request }) => {
        for (const line of [headers['set-cookie'] ?? []].flat()) this.jar.keep(String(line), urlOf(request))
      },
      _attachCookies: (request) => void (request.cookies = this.jar.sentTo(urlOf(request)))
    }
    return Object.assign(agent, cookies)
  }
}
