/** What the commands share: the embedded CRM opened for one command, and failures as sentences. */
import { pino, type Logger } from 'pino'
import { ConfigProblems, readConfig, type Config } from '../config.js'
import { openEmbedded, type Embedded } from '../embedded.js'
import { PorticoError } from '../errors.js'
import { locales, type Locale } from '../host/catalog.js'
import { translator } from '../web/locale.js'

export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Structured lines on standard error, so that what a command prints stays readable. */
export function logger(config: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: config.logLevel, base: undefined }, pino.destination(2))
}

/** Opens everything, runs `work`, and closes it again. */
export async function withEmbedded<T>(work: (embedded: Embedded) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  const embedded = await openEmbedded(config, logger({ ...config, logLevel: 'warn' }))
  try {
    return await work(embedded)
  } finally {
    await embedded.close()
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
  if (error instanceof ConfigProblems) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
