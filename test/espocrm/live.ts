/** The running EspoCRM that the live suite talks to, told by environment variables; without them its tests are skipped, visibly. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { EspoClient } from './espo-client.js'

export interface Live {
  /** EspoCRM's address, without a trailing slash. */
  readonly url: string
  /** `espocrm+mysql://user:password@host:port/database`: EspoCRM's own database. */
  readonly databaseUrl: string
  /** `host:port` to which EspoCRM's web server passes on `/crm-portal`. */
  readonly listen: string
  /** EspoCRM's REST door as its administrator. */
  readonly admin: EspoClient
}

const variables = z.object({
  ESPOCRM_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  ESPOCRM_DATABASE_URL: z.string().startsWith('espocrm+mysql://'),
  ESPOCRM_ADMIN: z.string().regex(/^[^:]+:.+$/),
  ESPOCRM_SERVICE_LISTEN: z.string().regex(/^\S+:\d+$/)
})

/** What to do where suites are skipped; it stands in their titles. */
const howTo = `set ${Object.keys(variables.shape).join(', ')}; docs/hosts.md says how to get an EspoCRM`

/** A suite that needs a running EspoCRM with Portico's extension in it. `live` is called in hooks and tests. */
export function onEspocrm(title: string, suite: (live: () => Live) => void): void {
  const found = liveIn(process.env)
  if (found) return void describeLive(title, () => suite(() => found))
  const none = (): never => {
    throw new Error('There is no EspoCRM.')
  }
  describe.skip(`${title} (needs a running EspoCRM: ${howTo})`, () => suite(none))
}

/** EspoCRM takes tens of milliseconds for what an embedded CRM does in one. */
function describeLive(title: string, suite: () => void): void {
  describe(title, function () {
    this.timeout(60_000)
    suite()
  })
}

/** Undefined when none of the variables is set. @throws when some are, but not all, or not well. */
export function liveIn(env: NodeJS.ProcessEnv): Live | undefined {
  if (Object.keys(variables.shape).every((name) => !env[name])) return undefined
  const read = variables.parse(env)
  return {
    url: read.ESPOCRM_URL,
    databaseUrl: read.ESPOCRM_DATABASE_URL,
    listen: read.ESPOCRM_SERVICE_LISTEN,
    admin: EspoClient.withPassword(read.ESPOCRM_URL, read.ESPOCRM_ADMIN)
  }
}

/** A word that names the records of one run: `run-1f2e3d`. */
export function newRun(): string {
  return `run-${randomBytes(3).toString('hex')}`
}

/** Waits until `done` gives something. @throws after `seconds`. */
export async function eventually<T>(what: string, done: () => Promise<T | undefined>, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await done()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}.`)
    await sleep(200)
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
