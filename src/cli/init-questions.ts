/** What `portico init` has to know: each question with its help, its default, and the configuration's own check. */
import { ConfigProblems, readConfig, type Environment } from '../config.js'
import type { Variables } from '../config-variables.js'

export type VariableName = keyof Variables

/** What is known so far, by variable. */
export type Answers = Readonly<Record<string, string | undefined>>

export interface Question {
  readonly variable: VariableName
  /** The option that answers it, without its dashes. */
  readonly flag: string
  readonly words: string
  readonly help: string
  /** What counts if nothing is answered; '' leaves the variable out; undefined: it has to be answered. */
  fallback(known: Answers, place: Place): string | undefined
}

export interface Place {
  /** The service's own folder, for what it keeps. */
  readonly state: string
  /** What the CRM beside Portico says of the company. */
  readonly guesses: Guesses
}

export interface Guesses {
  readonly company?: string
  readonly domains?: string
  readonly mailFrom?: string
}

const address: Question = {
  variable: 'PORTICO_PUBLIC_URL',
  flag: 'url',
  words: 'Address that visitors type',
  help: 'Such as https://crm.example.com. Links in mails are made of it. The web server in front passes it on to Portico.',
  fallback: () => undefined
}

const listen: Question = {
  variable: 'PORTICO_LISTEN',
  flag: 'listen',
  words: 'Where Portico listens',
  help: 'Host and port that only the web server reaches.',
  fallback: () => '127.0.0.1:3000'
}

const files: Question = {
  variable: 'PORTICO_FILES',
  flag: 'files',
  words: 'Folder of uploaded files',
  help: 'Only the service needs to reach it. With several machines it must be the same for all.',
  fallback: (_known, { state }) => `${state}/files`
}

const company: Question = {
  variable: 'PORTICO_COMPANY_NAME',
  flag: 'company',
  words: "The company's name",
  help: 'Stands on pages and in mails.',
  fallback: (_known, { guesses }) => guesses.company
}

const domains: Question = {
  variable: 'PORTICO_COMPANY_DOMAINS',
  flag: 'domains',
  words: "The company's own mail domains",
  help: 'With commas between. People with such an address are staff and are not invited from outside.',
  fallback: (known, { guesses }) => guesses.domains ?? guessedFrom(known['PORTICO_PUBLIC_URL']).domains
}

const sender: Question = {
  variable: 'PORTICO_MAIL_FROM',
  flag: 'from',
  words: 'Sender of mails',
  help: 'Such as Example <portal@example.com>. Your mail server must be allowed to send for this domain.',
  fallback: (known, { guesses }) => guesses.mailFrom ?? senderFor(known)
}

const mailServer: Question = {
  variable: 'PORTICO_SMTP_URL',
  flag: 'smtp',
  words: 'Mail server',
  help: 'smtp://user:password@host:587, or smtps:// for TLS from the start. A password is better given here or as PORTICO_SMTP_URL than on a command line.',
  fallback: () => 'smtp://127.0.0.1:25'
}

const metrics: Question = {
  variable: 'PORTICO_METRICS_LISTEN',
  flag: 'metrics',
  words: 'Where metrics are read',
  help: 'Host and port for Prometheus, such as 127.0.0.1:9464, which visitors must not reach. Empty: nowhere.',
  fallback: () => ''
}

/** All but the database, in their order. */
export const questionsFor = (host: 'embedded' | 'espocrm'): readonly Question[] =>
  host === 'embedded'
    ? [address, listen, files, company, domains, sender, mailServer, metrics]
    : [listen, company, domains, sender, mailServer, metrics]

/** The configuration's own sentences on this value, as far as they are about it; none: it can be taken. */
export function problemsWith(variable: VariableName, value: string, known: Answers): string[] {
  if (variable.endsWith('_URL') && /\s/.test(value)) return [`${variable} can't have a blank in it.`]
  try {
    readConfig({ ...asService(known), [variable]: value })
    return []
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error
    return error.problems.filter((problem) => problem.includes(variable) && !problem.includes(`${variable} is missing`))
  }
}

/** A service's environment, with a secret that only has to be long enough while questions are asked. */
function asService(known: Answers): Environment {
  return { NODE_ENV: 'production', PORTICO_SECRET: '-'.repeat(64), ...known }
}

/** What a public address lets one guess, by the rule that counts beside EspoCRM. */
function guessedFrom(publicUrl: string | undefined): Guesses {
  if (publicUrl === undefined || problemsWith('PORTICO_PUBLIC_URL', publicUrl, {}).length > 0) return {}
  const guess = readConfig({ DATABASE_URL: 'espocrm+mysql://guess/guess', PORTICO_PUBLIC_URL: publicUrl })
  return { domains: guess.company.mailDomains.join(',') || undefined }
}

function senderFor(known: Answers): string | undefined {
  const [domain] = known['PORTICO_COMPANY_DOMAINS']?.split(',') ?? []
  const name = known['PORTICO_COMPANY_NAME']
  return domain && name ? `${nameInMail(name)} <portal@${domain.trim()}>` : undefined
}

/** Some characters have a meaning in addresses, unless they stand between quotes. */
function nameInMail(name: string): string {
  return /[(),.:;<>@[\]]/.test(name) ? `"${name.replace(/["\\]/g, '')}"` : name.replace(/["\\]/g, '')
}

/** The value as it may be shown: without the password that is in an address, and nothing of a secret. */
export function masked(variable: string, value: string): string {
  if (/SECRET|PASSWORD/.test(variable)) return '(not shown)'
  return value.replace(/(:\/\/[^:/@]*:).*@/, '$1(not shown)@')
}
