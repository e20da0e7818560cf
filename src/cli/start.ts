/** `portico start`, `portico migrate`, `portico seed`. */
import { demoPassword } from '../../demo/cast.js'
import { seedDemo } from '../../demo/seed.js'
import { seedShowcase } from '../../demo/showcase.js'
import { chosenHost, readConfig } from '../config.js'
import { migrate } from '../db/migrate.js'
import { openDatabase } from '../db/open-database.js'
import { openEmbedded, type Embedded } from '../embedded.js'
import { PorticoError } from '../errors.js'
import { readSettings } from '../host/espocrm/settings.js'
import { openInstallation, type Installation } from '../installation.js'
import { serve } from '../server.js'
import { logger, say } from './terminal.js'

export async function start(options: { demo?: boolean }): Promise<void> {
  const installation = options.demo ? (await openDemo()).embedded : await openInstallation(process.env, logger())
  const running = await serve(installation)
  greet(installation, options.demo === true)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void running.stop().then(() => process.exit(0)))
}

function greet({ config, host }: Installation, isDemo: boolean): void {
  say()
  say(`  Portico is running:      ${config.publicUrl}/`)
  say(`  Staff sign in at:        ${host.name === 'embedded' ? `${config.publicUrl}/crm` : host.homeUrl}`)
  if (config.environment === 'production' && !config.smtpUrl)
    say('  Mails wait for a mail server: there is no PORTICO_SMTP_URL')
  if (isDemo) {
    say(`  Customers sign in at:    ${config.publicUrl}/portal`)
    say(`  Everybody's password:    ${demoPassword}   (the names stand on the first page)`)
  }
  say()
}

export async function seed(): Promise<void> {
  const { embedded, isNew } = await openDemo()
  await embedded.close()
  say(isNew ? 'The demo world is there.' : 'The CRM has the demo world already; nothing was changed.')
}

/** The embedded CRM with the demo world in it; `isNew`: it was not there before.
 *  @throws PorticoError beside a CRM that people work in. */
async function openDemo(): Promise<{ embedded: Embedded; isNew: boolean }> {
  if (chosenHost(process.env) !== 'embedded') throw new PorticoError('start:commandLine.embeddedOnly', { status: 400 })
  const embedded = await openEmbedded(readConfig(process.env), logger())
  try {
    const isNew = await seedDemo(embedded)
    await seedShowcase(embedded)
    return { embedded, isNew }
  } catch (error) {
    await embedded.close()
    throw error
  }
}

/** @throws ExtensionMissing before anything is made in a database that is no EspoCRM's. */
export async function runMigrations(): Promise<void> {
  const db = openDatabase(readConfig(process.env).databaseUrl)
  try {
    if (chosenHost(process.env) === 'espocrm') await readSettings(db)
    const steps = await migrate(db)
    say(steps.length === 0 ? 'The tables are up to date.' : steps.map((step) => `Done: ${step}`).join('\n'))
  } finally {
    await db.destroy()
  }
}
