/** The showcase world behind a web server of its own, for browsers to go through. */
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { seedShowcase } from '../../demo/showcase.js'
import { openApp, type TestApp } from '../support/app.js'
import type { OpenDatabase } from '../support/databases.js'

export interface Showcase {
  readonly test: TestApp
  /** `http://127.0.0.1:port`; beside the application it serves axe at `axePath`. */
  readonly origin: string
  close(): Promise<void>
}

/** A browser keeps what it has compiled of a script that it knows from before. */
export const axePath = '/axe-of-the-tests.js'

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')))

export async function openShowcase(open: OpenDatabase): Promise<Showcase> {
  const test = await openApp(open)
  await seedShowcase(test.embedded)
  const server = createServer((req, res) => {
    if (req.url === axePath) sendAxe(res)
    else test.app(req, withoutCache(res))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    test,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    }
  }
}

function sendAxe(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=3600' }).end(axe)
}

/** So that every page has its whole weight. */
function withoutCache(res: ServerResponse): ServerResponse {
  const set = res.setHeader.bind(res)
  res.setHeader = (name, value) => set(name, name.toLowerCase() === 'cache-control' ? 'no-store' : value)
  return res
}
