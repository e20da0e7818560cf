/** What every page is protected by: headers, limits for bodies, and the refusal of forged requests. */
import busboy from 'busboy'
import { doubleCsrf } from 'csrf-csrf'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import type { Config } from '../config.js'
import { PorticoError } from '../errors.js'
import { keyFor } from '../signing.js'
import { cookieName, cookieOptions, perCookie } from './site.js'
import { isUrl } from '../url.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** The token that this visitor's forms carry. */
    forgery?: { token(): string }
  }
}

/** Express without the habits we don't want, and with the proxies the operator told us of. */
export function harden(app: Express, config: Pick<Config, 'trustedProxies'>): void {
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('trust proxy', config.trustedProxies)
}

/** Headers of every answer: nothing from elsewhere, no framing, no referrer, no shared cache (A32, A45, A51). */
export function securityHeaders(config: Pick<Config, 'frameAncestors'>): RequestHandler[] {
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy(config.frameAncestors ?? []) },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    xFrameOptions: config.frameAncestors?.length ? false : { action: 'deny' }
  })
  return [protect, noStore]
}

/** Browsers that were here by https don't come by http any more. */
export const strictTransport: RequestHandler = (req, res, next) => {
  if (req.site.isSecure) res.setHeader('Strict-Transport-Security', 'max-age=31536000')
  next()
}

function contentPolicy(ancestors: readonly string[]): Record<string, string[]> {
  const own = ["'self'"]
  return {
    defaultSrc: ["'none'"],
    styleSrc: own,
    imgSrc: own,
    fontSrc: own,
    scriptSrc: own,
    formAction: own,
    baseUri: ["'none'"],
    frameAncestors: ancestors.length > 0 ? [...ancestors] : ["'none'"]
  }
}

const noStore: RequestHandler = (req, res, next) => {
  res.setHeader('Cache-Control', 'private, no-store')
  res.vary('Cookie')
  next()
}

/** Lets this one page show frames of `origins` (Z09); nothing else of its policy changes.
 *  @throws RangeError for what would say more than one https host: a pattern, another directive. */
export function allowFrames(res: Response, origins: readonly string[]): void {
  res.setHeader('Content-Security-Policy', `${policyOf(res)};frame-src ${origins.map(plainOrigin).join(' ')}`)
}

/** Lets this one page show frames of our own documents. */
export function allowOwnFrames(res: Response): void {
  res.setHeader('Content-Security-Policy', `${policyOf(res)};frame-src 'self'`)
}

/** This answer is a document that somebody wrote, such as a mail, shown in a frame of ours or alone: nothing in it runs, it belongs to
 *  no site, and only its own styles and pictures of the web are shown. */
export function showAsDocument(res: Response): void {
  const others = /frame-ancestors ([^;]*)/.exec(policyOf(res))?.[1]?.replace("'none'", '') ?? ''
  const policy = `default-src 'none';style-src 'unsafe-inline';img-src https:;sandbox;frame-ancestors 'self' ${others}`
  res.setHeader('Content-Security-Policy', policy.trim())
  res.removeHeader('X-Frame-Options')
}

function policyOf(res: Response): string {
  return String(res.getHeader('Content-Security-Policy') ?? '')
}

function plainOrigin(address: string): string {
  const { origin } = new URL(address)
  if (!/^https:\/\/[a-z0-9_.-]+(:\d+)?$/.test(origin)) throw new RangeError(`${origin} is no origin for a policy.`)
  return origin
}

/** Bodies: forms within limits. A URL or a form that is not UTF-8, or a body that is no form, is refused (A48). */
export function readBodies(): RequestHandler[] {
  return [
    refuseMalformed,
    express.urlencoded({
      extended: false,
      limit: '512kb',
      parameterLimit: 5000,
      inflate: false,
      verify: (req, res, body) => mustDecode(body)
    })
  ]
}

const refuseMalformed: RequestHandler = (req, res, next) => {
  if (decodeURIComponent(req.originalUrl).includes('\0')) throw badRequest()
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (hasBody && !req.is(['application/x-www-form-urlencoded', 'multipart/form-data'])) throw badRequest()
  next()
}

function mustDecode(body: Buffer): void {
  try {
    decodeURIComponent(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw badRequest(cause)
  }
}

function badRequest(cause?: unknown): PorticoError {
  return new PorticoError('errors.badRequest', { status: 400, cause })
}

/** Addresses that end in a proof of their own: mail programs post there, without a session and without a form (RFC 8058). */
const provesItself = /^\/portico\/unsubscribe\/[^/]+$/

/** Refuses unsafe requests that another site sent: by `Origin` and `Sec-Fetch-Site`, and by a token in the form that is bound to the
 *  visitor's session (A41). `sessionCookies` are the plain names of the cookies that sessions are known by. */
export function refuseForgery(config: Pick<Config, 'secret'>, sessionCookies: readonly string[]): RequestHandler {
  const guardAt = perCookie((site) =>
    doubleCsrf({
      getSecret: () => keyFor({ secret: config.secret, purpose: 'forgery' }).toString('hex'),
      getSessionIdentifier: (req) =>
        sessionCookies.map((name) => String(req.cookies[cookieName(site, name)] ?? '')).join('|'),
      cookieName: cookieName(site, 'portico_forms'),
      cookieOptions: cookieOptions(site),
      getCsrfTokenFromRequest: tokenOf
    })
  )
  return async (req, res, next) => {
    const guard = guardAt(req.site)
    req.forgery = { token: () => guard.generateCsrfToken(req, res) }
    if (['GET', 'HEAD', 'OPTIONS'].includes(req.method) || provesItself.test(req.path)) return next()
    if (isFromElsewhere(req)) throw forged()
    if (req.is('multipart/form-data')) req.body = { _csrf: await firstToken(req) }
    if (!guard.validateRequest(req)) throw forged()
    next()
  }
}

function forged(): PorticoError {
  return new PorticoError('errors.forged', { status: 403 })
}

function tokenOf(req: Request): string | undefined {
  const token: unknown = req.body?._csrf
  return typeof token === 'string' ? token : undefined
}

/** Browsers say `null` as the origin of a form on a page without referrer; then only `Sec-Fetch-Site` and the token decide. */
function isFromElsewhere(req: Request): boolean {
  const site = req.get('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const origin = req.get('origin')
  if (origin === undefined || origin === 'null' || origin === req.site.origin) return false
  if (!isUrl(origin)) return true
  const { host, protocol } = new URL(origin)
  return host !== req.get('host') || (req.site.isSecure && protocol !== 'https:')
}

/** How far into a multipart form the token may stand; the rest is left for whoever reads the files. */
const tokenWithin = 64 * 1024

/** Reads the head of a multipart form until its `_csrf` field, and puts it all back. */
async function firstToken(req: Request): Promise<string | undefined> {
  const head: Buffer[] = []
  let token: string | undefined
  const parser = parserFor(req)
  parser.on('field', (name, value) => (token ??= name === '_csrf' ? value : undefined))
  parser.on('file', (name, content) => content.resume())
  parser.on('error', () => undefined)
  for (let size = 0; token === undefined && size < tokenWithin;) {
    const chunk = await nextChunk(req)
    if (!chunk) break
    size += chunk.length
    head.push(chunk)
    parser.write(chunk)
  }
  if (head.length > 0) req.unshift(Buffer.concat(head))
  return token
}

function parserFor(req: Request): busboy.Busboy {
  try {
    return busboy({ headers: req.headers, limits: { fieldSize: 1024, parts: 50 } })
  } catch (cause) {
    throw badRequest(cause)
  }
}

function nextChunk(req: Request): Promise<Buffer | null> {
  const ready = req.read() as Buffer | null
  if (ready !== null || req.readableEnded || req.complete) return Promise.resolve(ready)
  return new Promise((resolve, reject) => {
    const done = (error?: Error) => {
      req.off('readable', readable).off('end', readable).off('error', done)
      if (error) reject(error)
      else resolve(req.read() as Buffer | null)
    }
    const readable = () => done()
    req.once('readable', readable).once('end', readable).once('error', done)
  })
}
