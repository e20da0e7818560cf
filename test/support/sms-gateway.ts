/** A gateway for text messages of the tests' own: takes requests and shows them, and answers as it is told to. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface GatewayRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface SmsGateway {
  readonly url: string
  readonly secret: string
  readonly requests: GatewayRequest[]
  /** The status of the next answers, the last one for all that follow. */
  readonly answers: number[]
  /** What a receiver checks, as docs/operating.md says. */
  isGenuine(request: GatewayRequest): boolean
  close(): void
}

export async function openSmsGateway(): Promise<SmsGateway> {
  const requests: GatewayRequest[] = []
  const answers = [202]
  const secret = 'a secret of the gateway'
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      requests.push({ path: req.url ?? '', headers: req.headers, body })
      const status = answers.length > 1 ? answers.shift() : answers[0]
      res.writeHead(status ?? 500, { Location: '/elsewhere' }).end('x'.repeat(100))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`,
    secret,
    requests,
    answers,
    isGenuine: ({ headers, body }) => {
      const signed = `${String(headers['portico-timestamp'])}.${body}`
      return headers['portico-signature'] === `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`
    },
    close: () => void server.close()
  }
}
