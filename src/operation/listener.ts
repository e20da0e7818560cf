/** The HTTP server: knows what is under way, and ends connections where nobody runs into the end. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Server as PlainServer } from 'node:net'
import type { Address } from '../config.js'
import { OperatorError } from '../errors.js'

export interface Listener {
  readonly isDraining: boolean
  /** How many requests are being answered. */
  readonly underWay: number
  /** The port, once it listens. */
  readonly port: number
  /** @throws OperatorError when the address is taken or not to be had. */
  listen(at: Address, variable?: string): Promise<void>
  /** From now on each answer is the last one of its connection; new connections are still taken. */
  drain(): void
  /** Takes no new connections and ends those that nobody uses; resolves when the last request is answered. */
  close(): Promise<void>
  /** Takes no new connections and leaves the others to whoever opened them; resolves when all are gone. */
  retire(): Promise<void>
  /** Breaks off what is under way. */
  breakOff(): void
}

/** Seconds for which a connection stays open unused: longer than the proxies before us keep theirs (60 s are usual), so that it is them who
 *  end it and no request meets a connection that is being closed. */
export const keepAliveSeconds = 75

/** The time to send the head of a request begins with the connection's use, so it must be the longer one. */
const headersSeconds = keepAliveSeconds + 5

/** A large file over a slow line takes its time. */
const requestMinutes = 30

export function createListener(answer: (req: IncomingMessage, res: ServerResponse) => void): Listener {
  const underWay = new Set<ServerResponse>()
  let isDraining = false
  const server = createServer((req, res) => {
    underWay.add(res)
    res.once('close', () => underWay.delete(res))
    if (isDraining) endWith(res)
    answer(req, res)
  })
  server.keepAliveTimeout = keepAliveSeconds * 1000
  server.headersTimeout = headersSeconds * 1000
  server.requestTimeout = requestMinutes * 60_000

  const drain = (): void => {
    isDraining = true
    underWay.forEach(endWith)
  }
  const gone = new Promise<void>((resolve) => server.once('close', resolve))

  return {
    get isDraining() {
      return isDraining
    },
    get underWay() {
      return underWay.size
    },
    get port() {
      const at = server.address()
      return at !== null && typeof at === 'object' ? at.port : 0
    },
    listen: (at, variable = 'PORTICO_LISTEN') =>
      new Promise((resolve, reject) => {
        const refuse = (cause: Error): void => reject(unableToListen(at, variable, cause))
        server.once('error', refuse)
        server.listen(at.port, at.host, () => {
          server.off('error', refuse)
          resolve()
        })
      }),
    drain,
    close() {
      drain()
      server.close()
      return gone
    },
    retire() {
      drain()
      // An HTTP server ends its idle connections when it is closed; a plain one doesn't.
      PlainServer.prototype.close.call(server)
      return gone
    },
    breakOff: () => server.closeAllConnections()
  }
}

/** Whatever is asked next has to come by another connection. */
function endWith(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close')
}

function unableToListen({ host, port }: Address, variable: string, cause: Error): OperatorError {
  const code = 'code' in cause ? String(cause.code) : cause.message
  const why = code === 'EADDRINUSE' ? 'another program listens there' : code
  return new OperatorError(`Portico can't listen on ${host}:${port}: ${why}. Check ${variable}.`, { cause })
}
