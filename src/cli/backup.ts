/** `portico backup` and `portico restore`. */
import { resolve } from 'node:path'
import { makeBackup, type BackupOf } from '../backup/backup.js'
import { printable } from '../backup/printable.js'
import { restoreBackup, type Compared } from '../backup/restore.js'
import { chosenHost, readConfig, type Config } from '../config.js'
import { OperatorError } from '../errors.js'
import { stored } from '../host/embedded/stored.js'
import { readManifest } from '../plugin-manifest.js'
import { say } from './terminal.js'

export async function backup(folder: string): Promise<void> {
  const { config, secret } = inForce()
  const files = config.host === 'embedded' ? stored : undefined
  const of: BackupOf = { config, secret, files, version: readManifest().version }
  const made = await makeBackup(of, resolve(folder))
  const rows = Object.values(made.tables).reduce((sum, count) => sum + count, 0)
  say(`The backup is in ${resolve(folder)}.`)
  say(`Database: ${Object.keys(made.tables).length} tables with ${rows} rows, ${inMegabytes([made.database])}.`)
  if (files) say(`Files: ${made.files.length}, ${inMegabytes(made.files)}.`)
  else say("EspoCRM's own files (its folders data and custom) are not in it: keep them as EspoCRM says.")
  for (const id of made.missing) say(`! A file is missing in ${config.filesFolder}: ${printable(stored.pathOf(id))}`)
  say('Not in it: the configuration with PORTICO_SECRET. Keep that too, and elsewhere.')
}

export interface RestoreOptions {
  readonly otherSecret?: boolean
  readonly withdrawMessages?: boolean
}

export async function restore(folder: string, options: RestoreOptions): Promise<void> {
  const { config, secret } = inForce()
  const sessionTables = ['portico_sessions', 'portico_staff_sessions', ...stored.sessionTables]
  const { otherSecret = false, withdrawMessages = false } = options
  const to = { config, secret, otherSecret, sessionTables, withdrawMessages }
  const { contents, tables, sessionsEnded, messagesWithdrawn } = await restoreBackup(resolve(folder), to)
  say(`A backup of Portico ${contents.portico}, made at ${contents.madeAt}.`)
  for (const table of tables) say(lineFor(table))
  if (config.host === 'embedded') say(`✓ Files: ${contents.files.length}, ${inMegabytes(contents.files)}`)
  for (const id of contents.missing)
    say(`! A file was missing when the backup was made: ${printable(stored.pathOf(id))}`)
  if (tables.some((table) => table.then !== table.now))
    throw new OperatorError(
      'The database does not hold what the backup says. Make it anew, empty, and restore once more.'
    )
  say(`Everybody signs in anew: ${sessionsEnded} sessions were ended.`)
  say(
    withdrawMessages
      ? `Mails, text messages and notifications that waited are not sent: ${messagesWithdrawn} were withdrawn.`
      : 'Mails and text messages that waited when the backup was made are sent once the service runs.'
  )
}

/** Beside EspoCRM the secret comes with the database, unless the operator set one. */
function inForce(): { config: Config; secret: string | undefined } {
  // What is written from here on, an SQLite database and its folder too, is for its owner alone.
  process.umask(0o077)
  const config = readConfig(process.env)
  const isInside = chosenHost(process.env) === 'espocrm' && !process.env['PORTICO_SECRET']?.trim()
  return { config, secret: isInside ? undefined : config.secret }
}

function lineFor({ table, then, now }: Compared): string {
  if (then === now) return `✓ ${printable(table)}: ${then} rows`
  return `✗ ${printable(table)}: ${now ?? 'no'} rows, the backup has ${then ?? 'no such table'}`
}

function inMegabytes(files: readonly { readonly size: number }[]): string {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
