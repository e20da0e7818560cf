/** Portico for web servers: one application that listens twice as two processes do, each of which can be restarted. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { answersHealth, readinessOf } from '../../src/operation/health.js'
import { createListener, type Listener } from '../../src/operation/listener.js'
import type { TestApp } from '../support/app.js'

/** A request that reached Portico. */
export interface Arrival {
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface Service {
  /** `host:port` of both. */
  readonly backends: readonly string[]
  /** The next request that reaches Portico with this in its address, as soon as its head is there. */
  arrival(part: string): Promise<Arrival>
  /** Answers to this path are ours: a piece, and the rest when it is told to. */
  trickle(path: string): { finish(): void }
  /** As the service stops when it is told to: for a while it says that it isn't ready, then it finishes what is under way. */
  halt(index: number, drainMilliseconds?: number): Promise<void>
  resume(index: number): Promise<void>
  stop(): Promise<void>
}

export async function startService({ app, embedded }: TestApp): Promise<Service> {
  const waiting = new Map<string, (arrival: Arrival) => void>()
  const tell = ({ url = '', headers }: IncomingMessage): void => {
    for (const [part, found] of waiting) if (url.includes(part) && waiting.delete(part)) found({ url, headers })
  }
  const trickling = new Map<string, Promise<void>>()
  const trickles = (req: IncomingMessage, res: ServerResponse): boolean => {
    const [, finished] = [...trickling].find(([path]) => req.url?.includes(path)) ?? []
    if (!finished) return false
    res.writeHead(200, { 'Content-Type': 'text/csv' })
    res.write('first')
    void finished.then(() => res.end('last'))
    return true
  }
  const listen = async (port: number): Promise<Listener> => {
    const listener: Listener = createListener((req, res) => {
      tell(req)
      if (!answersHealth(req, res, readiness) && !trickles(req, res)) app(req, res)
    })
    const readiness = readinessOf(embedded.db, () => listener.isDraining)
    await listener.listen({ host: '127.0.0.1', port })
    return listener
  }
  const listeners = [await listen(0), await listen(0)]
  const ports = listeners.map(({ port }) => port)
  return {
    backends: ports.map((port) => `127.0.0.1:${port}`),
    arrival: (part) => new Promise((found) => waiting.set(part, found)),
    trickle(path) {
      let finish = (): void => undefined
      trickling.set(path, new Promise((resolve) => (finish = resolve)))
      return { finish: () => finish() }
    },
    async halt(index, drainMilliseconds = 0) {
      listeners[index]!.drain()
      await pause(drainMilliseconds)
      await listeners[index]!.close()
    },
    async resume(index) {
      listeners[index] = await listen(ports[index]!)
    },
    async stop() {
      for (const listener of listeners) listener.breakOff()
      await Promise.all(listeners.map((listener) => listener.close()))
    }
  }
}
