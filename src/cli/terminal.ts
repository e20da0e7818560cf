/** What the commands share: the installation opened for one command, and failures as sentences. */
import cluster from 'node:cluster'
import { pino, type Logger } from 'pino'
import { ConfigProblems, logLevelOf } from '../config.js'
import { OperatorError, PorticoError } from '../errors.js'
import { locales, type Locale } from '../host/catalog.js'
import { ProtocolDiffers } from '../host/espocrm/definitions.js'
import { ExtensionMissing } from '../host/espocrm/settings.js'
import type { Installation } from '../installation.js'
import { translator } from '../web/locale.js'

export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Structured lines on standard error, so that what a command prints stays readable. A worker says which one it is. */
export function logger(level = logLevelOf(process.env)): Logger {
  const base = cluster.worker ? { worker: cluster.worker.id } : undefined
  return pino({ level, base }, pino.destination(2))
}

/** Opens everything, runs `work`, and closes it again. */
export async function withInstallation<T>(work: (installation: Installation) => Promise<T>): Promise<T> {
  const { openInstallation } = await import('../installation.js')
  const installation = await openInstallation(process.env, logger('warn'))
  try {
    return await work(installation)
  } finally {
    await installation.close()
  }
}

/** @throws PorticoError for a language we don't speak. */
export function languageOf(code: string): Locale {
  const locale = locales.find((known) => known === code)
  if (!locale) throw new PorticoError('errors.commandLine.language', { status: 400, args: { code } })
  return locale
}

/** A sentence for what a person can mend; the stack for what is our fault. */
export function reportFailure(error: unknown): void {
  process.stderr.write(`${sentenceFor(error)}\n`)
  process.exitCode = 1
}

function sentenceFor(error: unknown): string {
  if (error instanceof PorticoError) return translator('en')(error.key, error.args)
  if (sentences.some((kind) => error instanceof kind)) return (error as Error).message
  if (!(error instanceof Error)) return String(error)
  const isRefusedEntry = 'code' in error && doesNotAnswer.test(String(error.code))
  return isRefusedEntry
    ? `The database can't be opened: ${error.message}. Check DATABASE_URL.`
    : (error.stack ?? error.message)
}

/** Errors whose message is for the operator. */
const sentences = [OperatorError, ConfigProblems, ExtensionMissing, ProtocolDiffers]

/** What the driver says when there is no server, no such database, or no entry. */
const doesNotAnswer =
  /^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ER_ACCESS_DENIED_ERROR|ER_DBACCESS_DENIED_ERROR|ER_BAD_DB_ERROR)$/
