/** A web server in front of Portico that does what it is told, right or wrong. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer as createPlain,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse
} from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Certificate } from '../support/tls.js'

/** What it does otherwise than it should. */
export interface Manners {
  /** The path it asks for, of the one that it was asked for. */
  readonly path?: (url: string, came: IncomingHttpHeaders) => string
  /** The headers that it passes on, of those that it would. */
  readonly request?: (headers: OutgoingHttpHeaders, came: IncomingHttpHeaders) => OutgoingHttpHeaders
  /** The headers of its answer, of those that came from behind. */
  readonly answer?: (headers: IncomingHttpHeaders) => OutgoingHttpHeaders
  /** Answers by itself; true: it did. */
  readonly itself?: (req: IncomingMessage, res: ServerResponse) => boolean
  /** Compresses what is HTML. */
  readonly compresses?: 'pages'
  readonly keeps?: boolean
  readonly buffers?: boolean
}

export class Misbehaving {
  manners: Manners = {}
  /** Port that it passes requests on to. */
  behind = 0
  private readonly kept = new Map<string, { headers: OutgoingHttpHeaders; text: Buffer }>()

  private constructor(
    private readonly server: Server,
    private readonly scheme: string
  ) {
    server.on('request', (req: IncomingMessage, res: ServerResponse) => void this.pass(req, res))
  }

  static async open(certificate?: Certificate): Promise<Misbehaving> {
    const server = certificate
      ? createSecure({ key: readFileSync(certificate.key), cert: readFileSync(certificate.certificate) })
      : createPlain()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return new Misbehaving(server, certificate ? 'https' : 'http')
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  behave(manners: Manners): void {
    this.manners = manners
    this.kept.clear()
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  private async pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { manners } = this
    if (manners.itself?.(req, res)) return
    const kept = this.kept.get(req.url ?? '')
    if (manners.keeps && kept) return void res.writeHead(200, kept.headers).end(kept.text)
    const onward = request({
      host: '127.0.0.1',
      port: this.behind,
      agent: false,
      method: req.method,
      path: manners.path?.(req.url ?? '', req.headers) ?? req.url,
      headers: manners.request?.(this.onwardHeaders(req), req.headers) ?? this.onwardHeaders(req)
    })
    onward.on('response', (answer) => void this.giveBack(req, res, answer)).on('error', () => res.writeHead(502).end())
    if (manners.buffers) onward.end(await whole(req))
    else req.pipe(onward)
  }

  /** As a good proxy: the visitor's own words about his way are taken off. */
  private onwardHeaders({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
    const said = Object.entries(headers).filter(
      ([name]) => !/^(x-forwarded-.*|forwarded|x-original-url|x-rewrite-url|x-real-ip|connection)$/.test(name)
    )
    return { ...Object.fromEntries(said), 'x-forwarded-for': socket.remoteAddress, 'x-forwarded-proto': this.scheme }
  }

  private async giveBack(req: IncomingMessage, res: ServerResponse, answer: IncomingMessage): Promise<void> {
    const { manners } = this
    const text = await whole(answer)
    const headers: OutgoingHttpHeaders = manners.answer?.(answer.headers) ?? answer.headers
    if (manners.keeps) this.kept.set(req.url ?? '', { headers, text })
    const isPage = String(headers['content-type']).startsWith('text/html')
    if (!manners.compresses || !isPage) return void res.writeHead(answer.statusCode ?? 502, headers).end(text)
    const { 'content-length': _length, ...rest } = headers
    res.writeHead(answer.statusCode ?? 502, { ...rest, 'content-encoding': 'gzip' }).end(gzipSync(text))
  }
}

async function whole(stream: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
