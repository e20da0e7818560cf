/** The whole application for a test: the embedded CRM with Portico in it, on a database of the test's own. */
import { rmSync } from 'node:fs'
import type { Express } from 'express'
import { pino, type Logger } from 'pino'
import { seedDemo } from '../../demo/seed.js'
import { seedWorld } from '../../demo/world.js'
import { createApp } from '../../src/app.js'
import { readConfig, type Config } from '../../src/config.js'
import { openEmbedded, type Embedded } from '../../src/embedded.js'
import { temporaryFolder } from './child-process.js'
import type { Manifest } from '../../src/hooks.js'
import type { OpenDatabase } from './databases.js'
import { Visitor, type At } from './visitor.js'
import { copyWorld, type Place } from './worlds.js'

export interface TestApp {
  readonly app: Express
  readonly embedded: Embedded
  /** Somebody with a browser of his own, not signed in, at the public address or where `at` says. */
  visitor(language?: string, at?: At): Visitor
  /** Moves the clock forward. */
  wait(milliseconds: number): void
  /** Hands out host events and sends the mails and text messages that wait. */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface TestAppOptions {
  /** `people`: the CRM's demo world without a portal; `demo`: with the portal, its users and an external user. */
  readonly world?: 'people' | 'demo'
  readonly config?: Partial<Config>
  /** Default: to standard output, of what `PORTICO_LOG_LEVEL` names. */
  readonly log?: Logger
  /** Default: our own. */
  readonly manifest?: Manifest
}

/** What was opened is closed again when opening fails half-way, so that the run ends. */
export async function openApp(open: OpenDatabase, options: TestAppOptions = {}): Promise<TestApp> {
  const place: Required<Place> = { database: await open(), filesFolder: temporaryFolder('files') }
  const isCopied = await copied(place, options)
  let ahead = 0
  const embedded = await opened(place, options, () => Date.now() + ahead)
  const close = async (): Promise<void> => {
    await embedded.close()
    rmSync(place.filesFolder, { recursive: true, force: true })
  }
  try {
    if (!isCopied) await fill(embedded, options.world)
  } catch (error) {
    await close()
    throw error
  }
  const app = createApp(embedded)
  return {
    app,
    embedded,
    visitor: (language = 'en', { at = embedded.portico.context.config.publicUrl } = {}) =>
      new Visitor(app, language, { at }),
    wait: (milliseconds) => (ahead += milliseconds),
    settle: async () => {
      await embedded.host.deliver()
      await embedded.portico.context.mail.deliver()
      await embedded.portico.context.sms.deliver()
    },
    close
  }
}

/** False: there is nothing to copy. A manifest of a test's own may change what the world becomes in a way that can't be told. */
async function copied(place: Place, options: TestAppOptions): Promise<boolean> {
  if (options.manifest) return false
  return copyWorld(JSON.stringify([options.world, options.config]), place, async (original) => {
    const embedded = await opened(original, options)
    try {
      await fill(embedded, options.world)
    } finally {
      await embedded.close()
    }
  })
}

function opened(
  { database, filesFolder }: Required<Place>,
  options: TestAppOptions,
  now?: () => number
): Promise<Embedded> {
  const config: Config = { ...testConfig(database.url, filesFolder), ...options.config }
  return openEmbedded(config, options.log ?? pino({ level: config.logLevel }), { now, manifest: options.manifest })
}

async function fill(embedded: Embedded, world: TestAppOptions['world']): Promise<void> {
  await (world === 'people' ? seedWorld(embedded.crm) : seedDemo(embedded))
  await embedded.host.deliver()
}

function testConfig(databaseUrl: string, filesFolder: string): Config {
  return readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    PORTICO_FILES: filesFolder,
    PORTICO_PUBLIC_URL: 'http://127.0.0.1',
    PORTICO_SECRET: 'a secret for tests that is long enough to be one',
    PORTICO_LOG_LEVEL: process.env.PORTICO_LOG_LEVEL ?? 'silent'
  })
}
