/** One question to a web server: exactly the bytes we want, to exactly the address we mean, followed nowhere. */
import { request as plainRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP } from 'node:net'
import { TLSSocket, type PeerCertificate } from 'node:tls'
import { setTimeout as pause } from 'node:timers/promises'

export interface Question {
  /** Scheme, host name and port; what is asked for stands in `path`. */
  readonly url: URL
  /** Path and query, byte by byte. */
  readonly path: string
  /** IP address to connect to. */
  readonly address: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  readonly authorities?: string
  /** Milliseconds; default: ten seconds. */
  readonly patience?: number
}

/** A body, in bytes: the first 64 kB, after a pause in milliseconds the rest. */
interface Body {
  readonly size: number
  readonly pause: number
  /** Only announced: who hasn't refused it after the pause would take it. */
  readonly isCut?: boolean
}

/** A body that was only announced was not refused. */
export class NotRefused extends Error {}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Every header as it came, lines of one name apart. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  /** At most so much as a page has. */
  readonly text: string
  readonly certificate: Certificate | undefined
}

export interface Certificate {
  /** Code of what is wrong with it; undefined: nothing. */
  readonly trouble: string | undefined
  /** Milliseconds since 1970. */
  readonly ends: number
}

const longestText = 300_000
const firstPiece = 64 * 1024

/** @throws Error when nobody answers in time; NotRefused. */
export async function ask(question: Question): Promise<Answer> {
  const signal = AbortSignal.timeout(question.patience ?? 10_000)
  const sent = send(question, signal)
  const answer = new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject))
  void writeBody(sent, question.body, answer)
  const response = await answer
  try {
    return await read(response)
  } finally {
    sent.destroy()
  }
}

function send(
  { url, path, address, method, headers, body, authorities }: Question,
  signal: AbortSignal
): ClientRequest {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const make = url.protocol === 'https:' ? secureRequest : plainRequest
  return make({
    host: address,
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path,
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { Host: url.host, ...(body && { 'Content-Length': String(body.size) }), ...headers },
    agent: false,
    signal,
    rejectUnauthorized: false,
    ca: authorities,
    servername: isIP(hostname) ? '' : hostname
  })
}

/** Ends with the body, or as soon as there is an answer: then nobody reads the rest. */
async function writeBody(sent: ClientRequest, body: Body | undefined, answer: Promise<unknown>): Promise<void> {
  if (!body) return void sent.end()
  const answered = answer.then(
    () => 'answered',
    () => 'answered'
  )
  for (let left = body.size; left > 0;) {
    const piece = Buffer.alloc(Math.min(left, firstPiece), 'x')
    const isFirst = left === body.size
    left -= piece.length
    const written = new Promise((resolve) => sent.write(piece, resolve))
    if ((await Promise.race([answered, written])) === 'answered') return
    if (isFirst && (await Promise.race([answered, pause(body.pause)])) === 'answered') return
    if (body.isCut) return void sent.destroy(new NotRefused())
  }
  sent.end()
}

async function read(response: IncomingMessage): Promise<Answer> {
  const { statusCode = 0, headers, rawHeaders, socket } = response
  const certificate = socket instanceof TLSSocket ? certificateOf(socket) : undefined
  let text = ''
  for await (const piece of response) {
    text += String(piece)
    if (text.length > longestText) break
  }
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ''] as const] : []
  )
  return { status: statusCode, headers, lines, text, certificate }
}

function certificateOf(socket: TLSSocket): Certificate {
  const { valid_to: ends } = socket.getPeerCertificate() as Partial<PeerCertificate>
  const trouble = socket.authorizationError as unknown as string | undefined
  return { trouble: trouble ?? undefined, ends: Date.parse(ends ?? '') }
}
