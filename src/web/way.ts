/** The way of a request to us: whoever proves that he knows the installation's secret is told what of his request arrived. `portico vhost
 *  --check` asks it. Without a right proof there is no such thing: the request goes on as any other (E06). */
import type { IncomingMessage } from 'node:http'
import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Config } from '../config.js'
import { isSame, proofOf } from '../signing.js'
import type { OtherSites } from './mount.js'
import { strictTransport } from './security.js'
import {
  cookieName,
  cookieOptions,
  hostnamesOf,
  pathAt,
  publicSite,
  rewritingsIn,
  siteOfHost,
  type Site
} from './site.js'

/** The path that is asked for by those who have no other in mind; the proof alone decides, whatever the path. */
export const wayPath = '/portico/way'
export const wayHeader = 'x-portico-way'
export const wayCookie = 'portico_way'

/** Headers that say how a request came; visitors can write them too. */
const headersOfTheWay = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'forwarded',
  'x-original-url',
  'x-rewrite-url'
] as const

const arrival = z.object({
  method: z.string(),
  /** Path and query as they arrived. */
  url: z.string(),
  host: z.string(),
  /** By which names the request may be known here. */
  hostnames: z.array(z.string()),
  headers: z.record(z.string(), z.string()),
  protocol: z.string(),
  address: z.string(),
  /** Address of the site where it stands; null: none. */
  site: z.string().nullable(),
  /** Path and query of ours that were asked for; null: at no site. */
  path: z.string().nullable(),
  /** How often a rewriting stands in front. */
  rewritings: z.number(),
  /** The cookie that came along with it holds this; null: none came. */
  cookie: z.string().nullable(),
  /** The cookie that its answer sets, as it was sent. */
  setCookie: z.string().nullable(),
  /** Headers of its answer, as they were sent. */
  sent: z.record(z.string(), z.string()),
  /** Bytes of the body, and milliseconds from the first of them to the last. */
  body: z.object({ size: z.number(), milliseconds: z.number() })
})

/** What of a request arrived. */
export type Arrival = z.infer<typeof arrival>

type Keeper = Pick<Config, 'secret'>

/** Milliseconds that a proof is good for, before and after its moment: clocks differ. */
const proofLife = 60_000

/** A proof for one question. `now` in milliseconds since 1970. */
export function wayProof({ secret }: Keeper, now: number): { nonce: string; proof: string } {
  const nonce = `${now}-${randomBytes(16).toString('hex')}`
  return { nonce, proof: `${nonce}.${questionMark(secret, nonce)}` }
}

/** What an answer says, if it is one to this nonce; `stale`: to another one, out of somebody's cache. */
export function arrivalIn({ secret }: Keeper, nonce: string, text: string): Arrival | 'stale' | undefined {
  const answer = signedAnswer.safeParse(parsed(text))
  if (!answer.success) return undefined
  const { nonce: given, said, proof } = answer.data
  if (!isSame(proof, answerMark(secret, given, said))) return undefined
  return given === nonce ? arrival.parse(parsed(said)) : 'stale'
}

const signedAnswer = z.object({ nonce: z.string(), said: z.string(), proof: z.string() })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function questionMark(secret: string, nonce: string): string {
  return proofOf({ secret, purpose: 'way' }, nonce)
}

function answerMark(secret: string, nonce: string, said: string): string {
  return proofOf({ secret, purpose: 'way-answer' }, nonce, said)
}

/** Stands before the sites: a request that arrives for a host of nobody's is told so, too. */
export function tellTheWay(
  config: Pick<Config, 'publicUrl' | 'secret'>,
  others: OtherSites = async () => []
): RequestHandler {
  const main = publicSite(config)
  return async (req, res, next) => {
    const nonce = provenNonce(config, req.get(wayHeader), Date.now())
    if (nonce === undefined) return next()
    const sites = [main, ...(await others())]
    const site = hostnamesOf(req)
      .map((name) => siteOfHost(sites, name, req.url))
      .find((found) => found !== undefined)
    const body = await sizeOf(req).catch(() => undefined)
    if (!body) return void res.destroy()
    const said = JSON.stringify(arrivalOf(req, res, { site, body }))
    res.json({ nonce, said, proof: answerMark(config.secret, nonce, said) })
  }
}

function provenNonce({ secret }: Keeper, given: string | undefined, now: number): string | undefined {
  const [, nonce = '', at = '', mark = ''] = /^((\d{13})-[\da-f]{32})\.([\da-f]{64})$/.exec(given ?? '') ?? []
  const isRight = isSame(mark, questionMark(secret, nonce)) && Math.abs(now - Number(at)) <= proofLife
  return isRight ? nonce : undefined
}

interface Found {
  readonly site: Site | undefined
  readonly body: Arrival['body']
}

function arrivalOf(req: Request, res: Response, { site, body }: Found): Arrival {
  if (site) setUp(req, res, site)
  return {
    method: req.method,
    url: req.url,
    host: req.get('host') ?? '',
    hostnames: hostnamesOf(req),
    headers: Object.fromEntries(
      headersOfTheWay.flatMap((name) => (req.get(name) === undefined ? [] : [[name, req.get(name)!]]))
    ),
    protocol: req.protocol,
    address: req.ip ?? '',
    site: site?.url ?? null,
    path: site ? pathAt(site, req.url) : null,
    rewritings: site ? rewritingsIn(site, req.url) : 0,
    cookie: new RegExp(`\\b${wayCookie}=(\\w+)`).exec(req.get('cookie') ?? '')?.[1] ?? null,
    setCookie: site ? String(res.getHeader('Set-Cookie')) : null,
    sent: sentHeaders(res),
    body
  }
}

/** The headers and the cookie that a page would have here. */
function setUp(req: Request, res: Response, site: Site): void {
  req.site = site
  strictTransport(req, res, () => undefined)
  res.cookie(cookieName(site, wayCookie), '1', cookieOptions(site))
}

function sentHeaders(res: Response): Record<string, string> {
  const all = Object.entries(res.getHeaders()).filter(([name]) => name !== 'set-cookie')
  return Object.fromEntries(all.map(([name, value]) => [name, String(value)]))
}

/** @throws Error when the visitor leaves before the end. */
async function sizeOf(req: IncomingMessage): Promise<Arrival['body']> {
  let [size, began] = [0, 0]
  for await (const piece of req) {
    began ||= Date.now()
    size += (piece as Buffer).length
  }
  return { size, milliseconds: began === 0 ? 0 : Date.now() - began }
}
