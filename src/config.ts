/** Configuration: environment variables, read once at start; all problems are reported at once. */
import { besideEspocrm, defaultListen, logLevels, variables, type Variables } from './config-variables.js'
import { isUrl } from './url.js'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Config {
  /** The CRM that Portico is installed in; the scheme of `DATABASE_URL` chooses it. */
  readonly host: 'embedded' | 'espocrm'
  readonly environment: 'production' | 'development' | 'test'
  /** Address the service listens on. */
  readonly listen: Address
  /** What visitors type, without a trailing slash: `https://crm.example.com`. Links in mails are built from it, never from a request. */
  readonly publicUrl: string
  /** The CRM's database: a file for SQLite, or `mysql://user:password@host:port/database`, with commas between the hosts of several servers. */
  readonly databaseUrl: string
  /** Beside EspoCRM: its address as this machine reaches it, where that is another one than people type. */
  readonly espocrmUrl?: string
  /** At least 32 characters; cookies, tokens and cursors are keyed by it. */
  readonly secret: string
  readonly filesFolder: string
  /** `smtp://…` or `smtps://…`; undefined: mail stays in the development mailbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  /** Where mail servers tell of mails that could not be delivered; each mail gets an address of its own from it (`bounces+<id>@…`). */
  readonly bounceAddress: string | undefined
  /** The gateway that sends text messages: requests are signed with the secret. Undefined: they go to the log (Z18). */
  readonly smsGateway: { readonly url: string; readonly secret: string } | undefined
  /** Country (ISO 3166-1 alpha-2) of phone numbers without a country code. */
  readonly phoneCountry: string
  /** clamd that looks at uploads (`host:port` or the path of a socket); undefined: nobody does (Z28). */
  readonly clamd: string | undefined
  /** The company's name (Z01 proposes it for a portal) and its own mail domains (Z02, T12). */
  readonly company: { readonly name: string; readonly mailDomains: readonly string[] }
  readonly invitationDays: number
  readonly limits: {
    readonly userTypesPerPortal: number
    readonly activeUsersPerType: number
    /** Bytes. */
    readonly uploadSize: number
    readonly filesPerNote: number
  }
  /** Hops of reverse proxies to trust for the visitor's address; 0: none. */
  readonly trustedProxies: number
  /** From the signal to stop until the listener closes: as long as a load balancer needs to notice that `/readyz` says no. */
  readonly drainSeconds: number
  /** Where `/metrics` is, away from visitors; undefined: nowhere. */
  readonly metricsListen: Address | undefined
  readonly logLevel: string
  /** Origins that may show our pages in a frame; none when absent (A51). */
  readonly frameAncestors?: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What a CRM beside Portico says of itself, in place of the defaults. */
export interface HostDefaults {
  readonly publicUrl: string
  readonly secret: string
}

/** Before EspoCRM is asked. */
const unsaid: HostDefaults = { publicUrl: 'http://localhost', secret: '' }

/** Reads the variables. Outside of production every one has a value that makes a demonstration work on this machine.
 *  Beside EspoCRM the host's own settings are the defaults: `from`; without it only the variables are judged.
 *  @throws ConfigProblems with a sentence for each variable that can't be used; all of them at once. */
export function readConfig(env: Environment, from?: HostDefaults): Config {
  const written = filled(env)
  const result = variables.safeParse(written)
  const problems = [...(result.error?.issues ?? []).map((issue) => issue.message), ...contradictions(written, from)]
  if (!result.success || problems.length > 0) throw new ConfigProblems(problems)
  const host = hostIn(written)
  const defaults = host === 'espocrm' ? espocrmDefaults(result.data, from ?? unsaid) : embeddedDefaults(result.data)
  return configOf(result.data, host, defaults)
}

/** Which CRM `DATABASE_URL` chooses. */
export function chosenHost(env: Environment): Config['host'] {
  return hostIn(filled(env))
}

/** The log's level, for what is logged before everything else is read; a level that is none is reported with the rest. */
export function logLevelOf(env: Environment): string {
  return logLevels.find((level) => level === env['PORTICO_LOG_LEVEL']) ?? 'info'
}

function filled(env: Environment): Written {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''))
}

function hostIn(written: Written): Config['host'] {
  return besideEspocrm.test(written['DATABASE_URL'] ?? '') ? 'espocrm' : 'embedded'
}

export class ConfigProblems extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
  }
}

/** What only shows when several variables are looked at together. */
function contradictions(env: Written, from: HostDefaults | undefined): string[] {
  const publicUrl = env['PORTICO_PUBLIC_URL'] ?? from?.publicUrl ?? 'http://localhost'
  return [
    ...(hostIn(env) === 'espocrm' ? [] : missing(env, publicUrl)),
    ...problemsOfAddress(env, publicUrl),
    ...halfSaid(env)
  ]
}

function problemsOfAddress(env: Written, publicUrl: string): string[] {
  const problems = []
  const [, word = ''] = isUrl(publicUrl) ? new URL(publicUrl).pathname.split('/') : []
  if (ownWords.includes(word)) {
    problems.push(
      `${named(env)} can't have the path /${word}: pages of Portico begin with that word; take another, such as /crm-portal.`
    )
  }
  if (publicUrl.startsWith('https:') && env['PORTICO_TRUSTED_PROXIES'] === '0') {
    problems.push(
      `PORTICO_TRUSTED_PROXIES must be at least 1: ${named(env)} is https, and Portico itself speaks http to a proxy.`
    )
  }
  return problems
}

/** Variables that mean something only together with others. */
function halfSaid(env: Written): string[] {
  const problems = []
  if (hostIn(env) === 'embedded' && env['PORTICO_ESPOCRM_URL'] !== undefined) {
    problems.push(
      'PORTICO_ESPOCRM_URL is for Portico beside EspoCRM: begin DATABASE_URL with espocrm+mysql://, or leave it out.'
    )
  }
  if ((env['PORTICO_SMS_URL'] === undefined) !== (env['PORTICO_SMS_SECRET'] === undefined))
    problems.push('PORTICO_SMS_URL and PORTICO_SMS_SECRET belong together: requests to the gateway are signed.')
  return problems
}

/** First words of our pages' addresses: below a path that is one of them a request could mean two pages. */
export const ownWords: readonly string[] = [
  'crm',
  'external',
  'host',
  'language',
  'mailbox',
  'portal',
  'portico',
  'public'
]

/** Where the public address was written. */
function named(env: Written): string {
  return env['PORTICO_PUBLIC_URL'] === undefined ? "The service's address in EspoCRM" : 'PORTICO_PUBLIC_URL'
}

/** What has no default with the embedded CRM. */
function missing(env: Written, publicUrl: string): string[] {
  if (env['NODE_ENV'] === 'production') return missingInProduction(env)
  return env['PORTICO_SECRET'] === undefined && !isThisMachine(publicUrl, env['PORTICO_LISTEN'])
    ? ['PORTICO_SECRET is missing: others can reach this installation, so it needs a secret of its own.']
    : []
}

type Written = Readonly<Record<string, string | undefined>>

function isThisMachine(publicUrl: string, listen = defaultListen): boolean {
  const local = ['localhost', '127.0.0.1', '[::1]']
  return isUrl(publicUrl) && local.includes(new URL(publicUrl).hostname) && local.includes(listenHost(listen))
}

const needed = [
  'PORTICO_PUBLIC_URL',
  'DATABASE_URL',
  'PORTICO_SECRET',
  'PORTICO_SMTP_URL',
  'PORTICO_MAIL_FROM',
  'PORTICO_COMPANY_NAME',
  'PORTICO_COMPANY_DOMAINS'
] as const

function missingInProduction(env: Written): string[] {
  return needed
    .filter((name) => env[name] === undefined)
    .map((name) => `${name} is missing; in production it has no default.`)
}

function listenHost(listen: string): string {
  return listen.slice(0, listen.lastIndexOf(':')) || '0.0.0.0'
}

/** Public on purpose: it only ever guards a demonstration on the visitor's own machine. */
const demonstrationSecret = 'this secret guards a demonstration on one machine only'

/** What counts where the operator says nothing. */
interface Defaults {
  readonly environment: Config['environment']
  readonly publicUrl: string
  readonly databaseUrl: string
  readonly secret: string
  readonly mailFrom: string
  readonly company: string
  readonly mailDomains: readonly string[]
  readonly trustedProxies: number
}

function embeddedDefaults(env: Variables): Defaults {
  const publicUrl = env.PORTICO_PUBLIC_URL ?? `http://localhost:${addressOf(env.PORTICO_LISTEN).port}`
  return {
    environment: 'development',
    publicUrl,
    databaseUrl: 'var/portico.sqlite',
    secret: demonstrationSecret,
    mailFrom: 'Thermovia <portal@thermovia.example>',
    company: 'Thermovia',
    mailDomains: ['thermovia.example'],
    trustedProxies: publicUrl.startsWith('https:') ? 1 : 0
  }
}

/** A real CRM: nothing of a demonstration, no mailbox page, and a proxy on the same site before it. */
function espocrmDefaults(env: Variables, from: HostDefaults): Defaults {
  const publicUrl = env.PORTICO_PUBLIC_URL ?? from.publicUrl
  const { hostname } = new URL(publicUrl)
  const mailDomain = mailDomainOf(hostname)
  return {
    environment: 'production',
    publicUrl,
    databaseUrl: '',
    secret: from.secret,
    mailFrom: `portal@${mailDomain ?? 'localhost'}`,
    company: hostname,
    mailDomains: mailDomain === undefined ? [] : [mailDomain],
    trustedProxies: 1
  }
}

function configOf(env: Variables, host: Config['host'], defaults: Defaults): Config {
  return {
    host,
    environment: env.NODE_ENV ?? defaults.environment,
    listen: addressOf(env.PORTICO_LISTEN),
    publicUrl: (env.PORTICO_PUBLIC_URL ?? defaults.publicUrl).replace(/\/+$/, ''),
    databaseUrl: (env.DATABASE_URL ?? defaults.databaseUrl).replace(besideEspocrm, ''),
    espocrmUrl: env.PORTICO_ESPOCRM_URL?.replace(/\/+$/, ''),
    secret: env.PORTICO_SECRET ?? defaults.secret,
    filesFolder: env.PORTICO_FILES,
    smtpUrl: env.PORTICO_SMTP_URL,
    mailFrom: env.PORTICO_MAIL_FROM ?? defaults.mailFrom,
    bounceAddress: env.PORTICO_MAIL_BOUNCES,
    smsGateway: gatewayIn(env),
    phoneCountry: env.PORTICO_PHONE_COUNTRY,
    clamd: env.PORTICO_CLAMD,
    company: {
      name: env.PORTICO_COMPANY_NAME ?? defaults.company,
      mailDomains: domainsIn(env.PORTICO_COMPANY_DOMAINS) ?? defaults.mailDomains
    },
    invitationDays: env.PORTICO_INVITATION_DAYS,
    limits: {
      userTypesPerPortal: env.PORTICO_USER_TYPES_PER_PORTAL,
      activeUsersPerType: env.PORTICO_ACTIVE_USERS_PER_TYPE,
      uploadSize: env.PORTICO_UPLOAD_SIZE,
      filesPerNote: env.PORTICO_FILES_PER_NOTE
    },
    trustedProxies: env.PORTICO_TRUSTED_PROXIES ?? defaults.trustedProxies,
    drainSeconds: env.PORTICO_DRAIN_SECONDS,
    metricsListen: env.PORTICO_METRICS_LISTEN === undefined ? undefined : addressOf(env.PORTICO_METRICS_LISTEN),
    logLevel: env.PORTICO_LOG_LEVEL,
    frameAncestors: env.PORTICO_FRAME_ANCESTORS
  }
}

function gatewayIn({ PORTICO_SMS_URL: url, PORTICO_SMS_SECRET: secret }: Variables): Config['smsGateway'] {
  return url === undefined || secret === undefined ? undefined : { url, secret }
}

function addressOf(listen: string): Address {
  return {
    host: listenHost(listen).replace(/^\[|\]$/g, ''),
    port: Number(listen.slice(listen.lastIndexOf(':') + 1))
  }
}

function domainsIn(text: string | undefined): string[] | undefined {
  return text?.split(',').map((domain) => domain.trim().toLowerCase())
}

/** `example.com` of `crm.example.com`; nothing of an address made of numbers or of a name without a dot. */
function mailDomainOf(hostname: string): string | undefined {
  const labels = hostname.split('.')
  if (labels.length < 2 || /^\d+$|:/.test(labels.at(-1) ?? '')) return undefined
  const isNameOfTheCrm = labels.length > 2 && /^(crm|espo|espocrm|app|www)$/.test(labels[0] ?? '')
  return labels.slice(isNameOfTheCrm ? 1 : 0).join('.')
}
