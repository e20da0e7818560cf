/** Configuration: environment variables, read once at start; all problems are reported at once. */
import { z } from 'zod'

export interface Config {
  /** The CRM that Portico is installed in; the scheme of `DATABASE_URL` chooses it. */
  readonly host: 'embedded' | 'espocrm'
  readonly environment: 'production' | 'development' | 'test'
  /** Address the service listens on. */
  readonly listen: { readonly host: string; readonly port: number }
  /** What visitors type, without a trailing slash: `https://crm.example.com`. Links in mails are built from it, never from a request. */
  readonly publicUrl: string
  /** The CRM's database: a file for SQLite, or `mysql://user:password@host:port/database`. */
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

const besideEspocrm = /^espocrm\+(?=(mysql|mariadb):\/\/)/

function hostIn(written: Written): Config['host'] {
  return besideEspocrm.test(written['DATABASE_URL'] ?? '') ? 'espocrm' : 'embedded'
}

export class ConfigProblems extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
  }
}

type Variables = z.infer<typeof variables>

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const defaultListen = '127.0.0.1:3000'

const count = (name: string, fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `${name} must be a whole number from 1.`)
    .transform(Number)
    .default(fallback)

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  )
  .default([])

const variables = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'NODE_ENV must be production, development or test.')
    .optional(),
  PORTICO_LISTEN: z
    .string()
    .regex(
      /^([^\s:]+|\[[0-9a-f:]+\])?:\d{1,5}$/i,
      'PORTICO_LISTEN must be host:port, such as 127.0.0.1:3000, or :3000 for all addresses.'
    )
    .default(defaultListen),
  PORTICO_PUBLIC_URL: z
    .string()
    .refine(
      isPublicUrl,
      'PORTICO_PUBLIC_URL must be what visitors type, such as https://crm.example.com, without a query.'
    )
    .optional(),
  DATABASE_URL: z
    .string()
    .refine(
      isDatabaseUrl,
      'DATABASE_URL must be a file for SQLite, mysql://user:password@host:port/database, or espocrm+mysql://user:password@host:port/database beside EspoCRM.'
    )
    .optional(),
  PORTICO_ESPOCRM_URL: z
    .string()
    .refine(
      isPublicUrl,
      'PORTICO_ESPOCRM_URL must be the address at which this machine reaches EspoCRM, such as http://127.0.0.1:8080.'
    )
    .optional(),
  PORTICO_SECRET: z
    .string()
    .min(32, 'PORTICO_SECRET must have at least 32 characters; make one with: openssl rand -base64 48')
    .optional(),
  PORTICO_FILES: z.string().default('var/files'),
  PORTICO_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'PORTICO_SMTP_URL must begin with smtp:// or smtps://.')
    .optional(),
  PORTICO_MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*\S@\S+$/, 'PORTICO_MAIL_FROM must be an address, such as Example <crm@example.com>.')
    .optional(),
  PORTICO_MAIL_BOUNCES: z
    .string()
    .regex(/^[^\s@+]+@[^\s@]+$/, 'PORTICO_MAIL_BOUNCES must be an address, such as bounces@example.com.')
    .optional(),
  PORTICO_SMS_URL: z
    .string()
    .refine(isEndpoint, 'PORTICO_SMS_URL must be the http or https address of the gateway for text messages.')
    .optional(),
  PORTICO_SMS_SECRET: z.string().min(16, 'PORTICO_SMS_SECRET must have at least 16 characters.').optional(),
  PORTICO_PHONE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'PORTICO_PHONE_COUNTRY must be the two capital letters of a country, such as DE.')
    .default('DE'),
  PORTICO_CLAMD: z
    .string()
    .regex(
      /^(\/\S+|[^\s:]+:\d{1,5})$/,
      'PORTICO_CLAMD must be host:port, such as 127.0.0.1:3310, or the path of a socket.'
    )
    .optional(),
  PORTICO_COMPANY_NAME: z.string().max(200, 'PORTICO_COMPANY_NAME may have at most 200 characters.').optional(),
  PORTICO_COMPANY_DOMAINS: z
    .string()
    .regex(
      /^[\w.-]+\.[\w-]+(\s*,\s*[\w.-]+\.[\w-]+)*$/,
      'PORTICO_COMPANY_DOMAINS must be mail domains with commas between, such as example.com, example.org.'
    )
    .optional(),
  PORTICO_INVITATION_DAYS: count('PORTICO_INVITATION_DAYS', 7),
  PORTICO_USER_TYPES_PER_PORTAL: count('PORTICO_USER_TYPES_PER_PORTAL', 5),
  PORTICO_ACTIVE_USERS_PER_TYPE: count('PORTICO_ACTIVE_USERS_PER_TYPE', 10_000),
  PORTICO_UPLOAD_SIZE: count('PORTICO_UPLOAD_SIZE', 10_000_000),
  PORTICO_FILES_PER_NOTE: count('PORTICO_FILES_PER_NOTE', 5),
  PORTICO_TRUSTED_PROXIES: z
    .string()
    .regex(/^\d$/, 'PORTICO_TRUSTED_PROXIES must be the number of reverse proxies before Portico, 0 to 9.')
    .transform(Number)
    .optional(),
  PORTICO_LOG_LEVEL: z
    .enum(logLevels, 'PORTICO_LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent.')
    .default('info'),
  PORTICO_FRAME_ANCESTORS: list.refine(
    (origins) => origins.every(isOrigin),
    'PORTICO_FRAME_ANCESTORS must be origins with commas between, such as https://www.example.com.'
  )
})

function isPublicUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.search === '' && url.hash === '' && url.username === ''
}

function isEndpoint(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

function isOrigin(text: string): boolean {
  return isPublicUrl(text) && new URL(text).origin === text
}

/** A word with `://` in it that is no MySQL URL is a mistake, not the name of a file. */
function isDatabaseUrl(text: string): boolean {
  const url = text.replace(besideEspocrm, '')
  return /^(mysql|mariadb):\/\//.test(url)
    ? URL.canParse(url) && new URL(url).pathname.length > 1
    : !url.includes('://')
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
  const [, word = ''] = URL.canParse(publicUrl) ? new URL(publicUrl).pathname.split('/') : []
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
const ownWords = ['crm', 'external', 'host', 'language', 'mailbox', 'portal', 'portico', 'public']

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
  return URL.canParse(publicUrl) && local.includes(new URL(publicUrl).hostname) && local.includes(listenHost(listen))
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
  const publicUrl = env.PORTICO_PUBLIC_URL ?? `http://localhost:${portOf(env)}`
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
    listen: { host: listenHost(env.PORTICO_LISTEN).replace(/^\[|\]$/g, ''), port: portOf(env) },
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
    logLevel: env.PORTICO_LOG_LEVEL,
    frameAncestors: env.PORTICO_FRAME_ANCESTORS
  }
}

function gatewayIn({ PORTICO_SMS_URL: url, PORTICO_SMS_SECRET: secret }: Variables): Config['smsGateway'] {
  return url === undefined || secret === undefined ? undefined : { url, secret }
}

function portOf(env: Variables): number {
  return Number(env.PORTICO_LISTEN.slice(env.PORTICO_LISTEN.lastIndexOf(':') + 1))
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
