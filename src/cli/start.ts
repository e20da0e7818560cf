/** `portico start`, `portico migrate`, `portico seed`. */
import { demoPassword } from '../../demo/cast.js'
import { seedDemo } from '../../demo/seed.js'
import { readConfig } from '../config.js'
import { migrate } from '../db/migrate.js'
import { openDatabase } from '../db/open-database.js'
import { openEmbedded, type Embedded } from '../embedded.js'
import { serve } from '../server.js'
import { logger, say, withEmbedded } from './terminal.js'

export async function start(options: { demo?: boolean }): Promise<void> {
  const config = readConfig(process.env)
  const embedded = await openEmbedded(config, logger(config))
  if (options.demo) await seedDemo(embedded)
  const running = await serve(embedded)
  greet(embedded, options.demo === true)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void running.stop().then(() => process.exit(0)))
}

function greet({ config }: Embedded, isDemo: boolean): void {
  say()
  say(`  Portico is running:      ${config.publicUrl}/`)
  say(`  Staff sign in at:        ${config.publicUrl}/crm`)
  if (isDemo) {
    say(`  Customers sign in at:    ${config.publicUrl}/portal`)
    say(`  Everybody's password:    ${demoPassword}   (the names stand on the first page)`)
  }
  say()
}

export async function seed(): Promise<void> {
  await withEmbedded(async (embedded) => {
    const isNew = await seedDemo(embedded)
    say(isNew ? 'The demo world is there.' : 'The CRM has the demo world already; nothing was changed.')
  })
}

export async function runMigrations(): Promise<void> {
  const db = openDatabase(readConfig(process.env).databaseUrl)
  try {
    const steps = await migrate(db)
    say(steps.length === 0 ? 'The tables are up to date.' : steps.map((step) => `Done: ${step}`).join('\n'))
  } finally {
    await db.destroy()
  }
}
