/** Errors as pages: a sentence in the reader's language and what to do next; the cause goes to the log under a correlation id. */
import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { isClash } from '../db/collision.js'
import { isUnavailable } from '../db/unavailable.js'
import { Invalid, NotFound, PorticoError } from '../errors.js'
import { HostRefused, HostSilent, HostUnavailable } from '../host/host.js'
import { routePattern } from '../operation/route-pattern.js'
import { translator } from './locale.js'
import { page } from './render.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** Names this request in the log and on error pages. */
    correlationId: string
  }
}

/** Gives every request a correlation id; the visitor's own is never taken. */
export const correlate: RequestHandler = (req, res, next) => {
  req.correlationId = randomUUID()
  res.setHeader('X-Correlation-Id', req.correlationId)
  next()
}

/** Behind all routes: what nobody answered does not exist. */
export const nothingHere: RequestHandler = () => {
  throw new NotFound()
}

/** Answers every error that a route threw; the log gets those that are ours to mend (A17). */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const shown = readable(error)
    if (shown.status >= 500) log.error(entryFor(req, shown.status, error), 'request failed')
    if (res.headersSent) breakOff(res)
    else await showError(req, res, shown, log)
  }
}

/** Half an answer must not look like a whole one; an error behind a whole one is the log's alone. */
function breakOff(res: Response): void {
  if (!res.writableEnded) res.destroy()
}

/** What the visitor may read of an error. */
function readable(error: unknown): PorticoError {
  if (error instanceof PorticoError) return error
  if (error instanceof HostRefused) return new Invalid(error.fields)
  if (error instanceof HostSilent) return new PorticoError('errors.hostSilent', { status: 503, cause: error })
  if (error instanceof HostUnavailable) return new PorticoError('errors.hostUnavailable', { status: 503, cause: error })
  if (isUnavailable(error)) return new PorticoError('errors.databaseUnavailable', { status: 503, cause: error })
  if (isClash(error)) return new PorticoError('errors.collision', { status: 409, cause: error })
  if (error instanceof URIError) return new PorticoError('errors.badRequest', { status: 400, cause: error })
  return readableStatus(statusOf(error), error)
}

function readableStatus(status: number, cause: unknown): PorticoError {
  if (status === 413) return new PorticoError('errors.tooLarge', { status, cause })
  if (status >= 400 && status < 500) return new PorticoError('errors.badRequest', { status: 400, cause })
  return new PorticoError('errors.unexpected', { status: 500, cause })
}

function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' ? status : 500
}

/** Nobody asks about what isn't there, or is no longer. */
function isToBeAskedAbout(status: number): boolean {
  return status !== 404 && status !== 410
}

/** The same bytes for everything that isn't there (A01). The id of the request stands where the log has it too; behind a link that is
 *  no longer valid, the way on to the door's sign-in page, if it is one of a door. */
async function showError(req: Request, res: Response, error: PorticoError, log: Logger): Promise<void> {
  const t = translator(req.locale ?? 'en')
  const fields = error instanceof Invalid ? Object.values(error.fields).map(({ key, args }) => t(key, { ...args })) : []
  const locals = {
    heading: t(headingFor(error.status)),
    sentence: t(error.key, error.args),
    fields,
    correlationId: isToBeAskedAbout(error.status) ? req.correlationId : undefined,
    signInUrl: error.status === 410 ? (res.locals['signInUrl'] as string | undefined) : undefined,
    here: undefined
  }
  try {
    await page(res, 'errors/error', locals, { status: error.status })
  } catch (failure) {
    log.error(entryFor(req, 500, failure), 'the error page failed')
    res.status(error.status).type('text').send(`${locals.heading}\n\n${locals.sentence}\n`)
  }
}

function headingFor(status: number): string {
  if (status === 404) return 'errors.heading.notFound'
  if (status === 410) return 'errors.heading.expired'
  if (status === 401 || status === 403) return 'errors.heading.forbidden'
  if (status === 503) return 'errors.heading.unavailable'
  return status >= 500 ? 'errors.heading.unexpected' : 'errors.heading.refused'
}

/** No address of the visitor, no URL with its tokens, no values: the route's pattern, the kind of error and where it was thrown. */
function entryFor(req: Request, status: number, error: unknown): Record<string, unknown> {
  return {
    correlationId: req.correlationId,
    method: req.method,
    route: routePattern(req),
    status,
    error: describe(error)
  }
}

/** An error for the log. Statements in messages of the database hold values, so those messages stay out; so do values in others. */
export function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = 'code' in error ? String(error.code) : undefined
  const message = code ? undefined : withoutValues(error)
  const at = error.stack
    ?.split('\n')
    .filter((row) => /^\s+at /.test(row))
    .slice(0, 12)
  return { kind: error.name, code, message, at, cause: error.cause === undefined ? undefined : describe(error.cause) }
}

/** What can't be parsed stands in the message that says so. */
function withoutValues(error: Error): string | undefined {
  if (error instanceof SyntaxError) return undefined
  return error.message
    .replace(/"[^"]*"|“[^”]*”|«[^»]*»/g, '[…]')
    .replace(/\S+@\S+/g, '[address]')
    .replace(/\+?\d[\d ()/.-]{6,}\d/g, '[number]')
    .replace(/\b(?=\w*\d)(?=\w*[a-z])[\w-]{12,}\b/gi, '[id]')
}
