/** The people of a load: customers, external users and staff of the demo world, each signed in, who open what they can reach by two clicks,
 *  write notes with files, and sign in anew. */
import { load as html } from 'cheerio'
import { customers, demoPassword, staff } from '../demo/cast.js'
import { guestsAtTheDoor } from '../demo/guests.js'
import { demoPortal } from '../demo/portals.js'
import { send, timed, type Ask } from './load.js'
import { tokenIn, Visitor } from './visitor.js'

export const doings = ['customers’ pages', 'guests’ pages', 'staff’s pages', 'notes with files', 'sign-ins'] as const
export type Doing = (typeof doings)[number]

/** Something one person does: one request, or for a sign-in the two that it takes. */
export interface Step {
  readonly doing: Doing
  /** Milliseconds. @throws when the answer is another than it should be. */
  take(connections: number): Promise<number>
}

interface Persona {
  readonly doing: Doing
  /** Address below the service, and what its form asks. */
  readonly door: string
  readonly credentials: Readonly<Record<string, string>>
  readonly starts: readonly string[]
  /** A list of records that take notes. */
  readonly notesAt?: string
}

const portal = `/portal/${demoPortal.slug}`

const personas: readonly Persona[] = [
  ...[customers.anna, customers.jonas, customers.bjorn, customers.jana].map(({ email }) => ({
    doing: 'customers’ pages' as const,
    door: `${portal}/sign-in`,
    credentials: { email, password: demoPassword },
    starts: [`${portal}/`],
    notesAt: `${portal}/case`
  })),
  ...guestsAtTheDoor
    .filter(({ about }) => about === 'dispatcher' || about === 'engineer')
    .map(({ signInName }) => ({
      doing: 'guests’ pages' as const,
      door: '/external/sign-in',
      credentials: { email: signInName, password: demoPassword },
      starts: ['/external/']
    })),
  ...[staff.irena, staff.frank].map(({ userName }) => ({
    doing: 'staff’s pages' as const,
    door: '/crm/sign-in',
    credentials: { userName, password: demoPassword },
    starts: ['/crm', '/portico/portals', '/portico/external-users', '/portico/sharing']
  }))
]

const pagesPerPerson = 60
const notesPerPerson = 3
const fileSize = 200_000

/** Everybody's steps in an order that is always the same and mixes them. @throws when somebody can't sign in. */
export async function crowdAt(base: string): Promise<Step[]> {
  const steps: Step[] = []
  for (const persona of personas) steps.push(...(await stepsOf(base, persona)))
  return mixed(steps)
}

async function stepsOf(base: string, persona: Persona): Promise<Step[]> {
  const visitor = await signedIn(base, persona)
  const pages = await reached(visitor, base, persona.starts)
  return [
    ...pages.map((page) => step(persona.doing, () => ({ ...asked(visitor, page), status: 200 }))),
    ...(await notesOf(visitor, base, persona)),
    { doing: 'sign-ins', take: () => signInAnew(base, persona) }
  ]
}

function step(doing: Doing, ask: () => Ask & { status: number }): Step {
  return {
    doing,
    async take(connections) {
      const { status, ...rest } = ask()
      return (await timed(rest, status, connections)).took
    }
  }
}

function asked(visitor: Visitor, url: string): Ask {
  return { method: 'GET', url, headers: visitor.headers() }
}

async function signedIn(base: string, { door, credentials }: Persona): Promise<Visitor> {
  const visitor = new Visitor()
  const { text } = await visitor.open(`${base}${door}`)
  const answer = await visitor.post(`${base}${door}`, { _csrf: tokenIn(text), to: '', ...credentials })
  if (answer.status !== 303) throw new Error(`${Object.values(credentials)[0]} can't sign in: ${answer.status}`)
  return visitor
}

async function signInAnew(base: string, persona: Persona): Promise<number> {
  const start = performance.now()
  await signedIn(base, persona)
  return performance.now() - start
}

/** Pages that answer, by at most two clicks from where he starts. */
async function reached(visitor: Visitor, base: string, starts: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  let edge = starts.map((start) => `${base}${start}`)
  for (let clicks = 0; clicks <= 2; clicks++) {
    const next: string[] = []
    for (const url of edge) {
      if (found.size >= pagesPerPerson || found.has(url)) continue
      const answer = await send(asked(visitor, url))
      if (answer.status !== 200) continue
      found.add(url)
      next.push(...linksIn(answer.text, url, base))
    }
    edge = next
  }
  return [...found]
}

function linksIn(text: string, from: string, base: string): string[] {
  const page = html(text)
  return page('a[href]')
    .toArray()
    .map((link) => new URL(page(link).attr('href') ?? '', from))
    .filter(({ origin, pathname }) => origin === base && !pathname.startsWith('/public/'))
    .map((url) => `${url.origin}${url.pathname}${url.search}`)
}

async function notesOf(visitor: Visitor, base: string, { notesAt }: Persona): Promise<Step[]> {
  if (notesAt === undefined) return []
  const list = await visitor.open(`${base}${notesAt}`)
  const records = linksIn(list.text, `${base}${notesAt}`, base).filter((url) => url.includes(`${notesAt}/`))
  const token = tokenIn(list.text)
  return [...new Set(records)]
    .filter((url) => !url.endsWith('/new') && !url.includes('?'))
    .slice(0, notesPerPerson)
    .map((url) => step('notes with files', () => note(visitor, url, token)))
}

const boundary = 'portico-bench-boundary'

function note(visitor: Visitor, record: string, token: string): Ask & { status: number } {
  const part = (head: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`
  const body = [
    part('name="_csrf"', token),
    part('name="text"', 'It fails again since this morning.'),
    part('name="files"; filename="readings.txt"\r\nContent-Type: text/plain', 'x'.repeat(fileSize)),
    `--${boundary}--\r\n`
  ].join('')
  const headers = { ...visitor.headers(), 'Content-Type': `multipart/form-data; boundary=${boundary}` }
  return { method: 'POST', url: `${record}/notes`, headers, body, status: 303 }
}

/** Shuffled, the same way each time. */
function mixed(steps: readonly Step[]): Step[] {
  let seed = 8
  const draw = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  return steps
    .map((one) => ({ one, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
