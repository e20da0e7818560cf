/** EspoCRM's REST door: one way in, with its faults told apart. */
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { HostSilent, HostUnavailable } from '../host.js'

export interface Rest {
  /** The JSON EspoCRM answers with; undefined for an empty answer. `actor` is the id of the EspoCRM user for whom
   *  Portico's own API user does it. Nothing is sent twice, except with a key that was refused.
   *  @throws EspoRefused for 4xx; HostUnavailable when it does not answer in time, with 5xx, or when something else than
   *  EspoCRM answers (a page, a redirect). */
  send<T = unknown>(method: Method, path: string, ask?: Ask): Promise<T>
  /** The answer's bytes as they come. The stream ends with HostUnavailable when the line breaks. @throws as `send`. */
  stream(path: string): Promise<Readable>
}
/** Names the EspoCRM user for whom something is done; the extension refuses one who isn't there. */
export const actorHeader = 'X-Portico-Actor'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
export interface Ask {
  readonly body?: unknown
  readonly actor?: string
  readonly query?: Readonly<Record<string, string>>
  /** Further headers (`X-Skip-Duplicate-Check`). */
  readonly headers?: Readonly<Record<string, string>>
}

/** EspoCRM understood and said no. */
export class EspoRefused extends Error {
  constructor(
    readonly status: number,
    /** `X-Status-Reason`: what EspoCRM says of it. */
    readonly reason: string,
    /** The answer's JSON, where it has one. */
    readonly body: unknown
  ) {
    super(`EspoCRM answered ${status}: ${reason}`)
  }
}

export interface RestOptions {
  /** EspoCRM's address as this machine reaches it. */
  readonly url: () => Promise<string>
  /** Asked once, and again when EspoCRM refuses the key or none was found. */
  readonly apiKey: () => Promise<string>
  /** Milliseconds until an answer has to begin; that of `send` has to end within them, too. */
  readonly patience?: number
  /** Bytes of JSON that an answer may have. */
  readonly largest?: number
}

interface Asked {
  readonly method: Method
  readonly path: string
  readonly ask: Ask
}

export function createRest({ url, apiKey, patience = 15_000, largest = 64 * 1024 * 1024 }: RestOptions): Rest {
  let known: Promise<string> | undefined

  const key = async (): Promise<string> => {
    const found = (known ??= apiKey())
    try {
      const value = await found
      if (value !== '') return value
    } catch (cause) {
      forget(found)
      throw new NotAsked("The key of EspoCRM's user portico can't be read.", { cause })
    }
    forget(found)
    throw new NotAsked('EspoCRM has no active user portico with a key: install the extension again.')
  }

  /** Another request may have read a newer one meanwhile. */
  const forget = (read: Promise<string>): void => {
    if (known === read) known = undefined
  }

  const attempt = async (asked: Asked, withKey: string, signal: AbortSignal): Promise<Response> => {
    const { method, path, ask } = asked
    const query = ask.query ? `?${new URLSearchParams(ask.query).toString()}` : ''
    const response = await fetch(`${await url()}/api/v1/${path}${query}`, {
      method,
      headers: headersOf(withKey, ask),
      body: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      redirect: 'manual',
      signal
    })
    if (response.ok) return response
    throw await refusalOf(response)
  }

  /** A key that is refused may have been changed by an administrator: it is read anew, once. */
  const attemptTwice = async (asked: Asked, signal: AbortSignal): Promise<Response> => {
    const first = await key()
    const read = known
    try {
      return await attempt(asked, first, signal)
    } catch (error) {
      if (!isUnauthorized(error)) throw error
    }
    if (read) forget(read)
    const second = await key()
    try {
      if (second !== first) return await attempt(asked, second, signal)
    } catch (error) {
      if (!isUnauthorized(error)) throw error
    }
    throw new NotAsked('EspoCRM refuses the key of its user portico.')
  }

  return {
    async send<T>(method: Method, path: string, ask: Ask = {}): Promise<T> {
      try {
        const response = await attemptTwice({ method, path, ask }, AbortSignal.timeout(patience))
        return (await jsonOf(response, largest)) as T
      } catch (error) {
        throw method === 'GET' ? unavailable(error) : unsure(error)
      }
    },
    async stream(path) {
      const impatience = new AbortController()
      const timer = setTimeout(() => impatience.abort(), patience)
      try {
        const { body } = await attemptTwice({ method: 'GET', path, ask: {} }, impatience.signal)
        return Readable.from(piecesOf(body as ReadableStream<Uint8Array> | null), { objectMode: false })
      } catch (error) {
        throw unavailable(error)
      } finally {
        clearTimeout(timer)
      }
    }
  }
}

function headersOf(key: string, { actor, body, headers }: Ask): Record<string, string> {
  return {
    'X-Api-Key': key,
    Accept: 'application/json',
    ...(actor && { [actorHeader]: actor }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    ...headers
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof EspoRefused && error.status === 401
}

/** @throws HostUnavailable for an answer that is no JSON, or more of it than `largest` bytes. */
async function jsonOf(response: Response, largest: number): Promise<unknown> {
  const text = await textOf(response, largest)
  if (text === '' && isJson(response)) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HostUnavailable("What answers at EspoCRM's address gives no JSON.", { cause })
  }
}

async function textOf({ body }: Response, largest: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of piecesOf(body as ReadableStream<Uint8Array> | null)) {
    size += piece.byteLength
    if (size > largest) throw new HostUnavailable(`EspoCRM's answer is larger than ${largest} bytes.`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

async function* piecesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    if (body) yield* body
  } catch (error) {
    throw unavailable(error)
  }
}

async function refusalOf(response: Response): Promise<Error> {
  const { status } = response
  const reason = reasonOf(response)
  const text = await textOf(response, 1024 * 1024).catch(() => '')
  if (isUnpassed(status)) return new NotAsked(`EspoCRM's web server answered ${status}. ${reason}`)
  if (status >= 500) return new HostUnavailable(`EspoCRM answered ${status}. ${reason}`)
  if (status >= 400 && isFromEspo(response)) return new EspoRefused(status, reason, json(text))
  return new HostUnavailable(`What answers at EspoCRM's address is not EspoCRM: ${status}.`)
}

/** Bytes of a header are read one by one; EspoCRM sends UTF-8. */
function reasonOf(response: Response): string {
  return Buffer.from(response.headers.get('x-status-reason') ?? '', 'latin1').toString()
}

/** EspoCRM gives a reason or answers in JSON, all but to a wrong key (401); 413 may be said by the web server for it. */
function isFromEspo(response: Response): boolean {
  const isEspoReason = response.headers.has('x-status-reason')
  return isEspoReason || isJson(response) || response.status === 401 || response.status === 413
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/json') ?? false
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The request did not reach EspoCRM. */
class NotAsked extends HostUnavailable {}

/** What web servers say while EspoCRM is down for maintenance or nobody answers behind them. */
function isUnpassed(status: number): boolean {
  return status === 502 || status === 503
}

/** After a request to write: unless it can't have arrived, EspoCRM may have done it all the same. */
function unsure(error: unknown): unknown {
  if (error instanceof EspoRefused || error instanceof NotAsked || wasNotSent(error)) return unavailable(error)
  const { message } = unavailable(error) as Error
  return new HostSilent(message, { cause: error })
}

/** No connection was made, or the request was never tried. */
function wasNotSent(error: unknown): boolean {
  const code: unknown = (error as { cause?: { code?: unknown } }).cause?.code
  const early = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']
  return early.some((known) => known === code)
}

/** What fetch throws (no connection, a broken one, too slow) is one fault to us. */
function unavailable(error: unknown): unknown {
  if (error instanceof EspoRefused || error instanceof HostUnavailable) return error
  return new HostUnavailable('EspoCRM does not answer.', { cause: error })
}
