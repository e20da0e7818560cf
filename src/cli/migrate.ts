/** `portico migrate`, and what a primary process does before it starts workers. */
import { chosenHost, readConfig } from '../config.js'
import { migrate } from '../db/migrate.js'
import { openDatabase } from '../db/open-database.js'
import { readSettings } from '../host/espocrm/settings.js'
import { say } from './terminal.js'

export async function runMigrations(): Promise<void> {
  const steps = await bringUpToDate()
  say(steps.length === 0 ? 'The tables are up to date.' : steps.map((step) => `Done: ${step}`).join('\n'))
}

/** The names of the steps that were taken. @throws ExtensionMissing before anything is made in a database that is no EspoCRM's. */
export async function bringUpToDate(): Promise<readonly string[]> {
  const db = openDatabase(readConfig(process.env).databaseUrl)
  try {
    if (chosenHost(process.env) === 'espocrm') await readSettings(db)
    return await migrate(db)
  } finally {
    await db.destroy()
  }
}
