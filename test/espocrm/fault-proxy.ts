/** Stands between Portico's service and EspoCRM's web server, and does to requests what networks and servers do. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** `up`: passes on; `closed`: 503, nobody answers behind it; `down`: the connection breaks; `failing`: 500; `page`: some web page says 200; `silent`: no answer at all. */
export type Weather = 'up' | 'closed' | 'down' | 'failing' | 'page' | 'silent'

export interface FaultProxy {
  readonly url: string
  weather: Weather
  close(): void
}

export async function openFaultProxy(target: string): Promise<FaultProxy> {
  const server = createServer((req, res) => answers[proxy.weather](req, res))
  const passOn = passTo(target)
  const answers: Record<Weather, (req: IncomingMessage, res: ServerResponse) => void> = {
    up: passOn,
    closed: (_, res) => res.writeHead(503, { 'Content-Type': 'text/html' }).end('<h1>Service Unavailable</h1>'),
    down: (req) => req.socket.destroy(),
    failing: (_, res) => res.writeHead(500, { 'Content-Type': 'text/html' }).end('<h1>Internal Server Error</h1>'),
    page: (_, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Under maintenance</h1>'),
    silent: () => undefined
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    weather: 'up',
    close() {
      server.close()
      server.closeAllConnections()
    }
  }
  return proxy
}

function passTo(target: string): (req: IncomingMessage, res: ServerResponse) => void {
  const { hostname, port, host } = new URL(target)
  return (req, res) => {
    const { method, url: path, headers } = req
    const onward = request({ hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    onward.on('error', () => res.destroy())
    req.pipe(onward)
  }
}
