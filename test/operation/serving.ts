/** The demo world served as `portico serve` does it, in the test's own process, with its log kept. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import type { Config } from '../../src/config.js'
import type { Embedded } from '../../src/embedded.js'
import { serve, type Running, type ServeOptions } from '../../src/server.js'
import { openApp, type TestApp, type TestAppOptions } from '../support/app.js'
import type { OpenDatabase } from '../support/databases.js'
import { freePort } from '../support/child-process.js'
import { Visitor } from '../support/visitor.js'

export interface Serving {
  readonly embedded: Embedded
  readonly running: Running
  readonly url: string
  /** What the log holds so far, line by line. */
  readonly lines: string[]
  visitor(): Visitor
  settle: TestApp['settle']
  close(): Promise<void>
}

export type ServingOptions = Pick<TestAppOptions, 'world'> & ServeOptions & { readonly config?: Partial<Config> }

export async function serveWorld(open: OpenDatabase, options: ServingOptions = {}): Promise<Serving> {
  const lines: string[] = []
  const listen = { host: '127.0.0.1', port: await freePort() }
  const config = { ...options.config, listen, logLevel: 'debug' }
  const log = pino({ level: 'debug', base: undefined }, into(lines))
  const { embedded, settle, close } = await openApp(open, { world: options.world, config, log })
  let isOpen = true
  const installation = { ...embedded, close: async () => void (isOpen = false) }
  const running = await serve(installation, options)
  const url = `http://127.0.0.1:${running.port}`
  return {
    embedded,
    running,
    url,
    lines,
    visitor: () => new Visitor(url, 'en'),
    settle,
    close: async () => {
      if (isOpen) await running.stop()
      await close()
    }
  }
}

function into(lines: string[]): Writable {
  return new Writable({
    write(piece: Buffer, _encoding, done) {
      lines.push(piece.toString())
      done()
    }
  })
}
