/** Configuration: environment variables, read once at start; all problems are reported at once. */
import { z } from 'zod'

export interface Config {
  readonly environment: 'production' | 'development' | 'test'
  /** Address the service listens on. */
  readonly listen: { readonly host: string; readonly port: number }
  /** What visitors type, without a trailing slash: `https://crm.example.com`. Links in mails are built from it, never from a request. */
  readonly publicUrl: string
  /** A file for SQLite, or `mysql://user:password@host:port/database`. */
  readonly databaseUrl: string
  /** At least 32 characters; cookies, tokens and cursors are keyed by it. */
  readonly secret: string
  readonly filesFolder: string
  /** `smtp://…` or `smtps://…`; undefined: mail stays in the development mailbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
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

/** Reads the variables. Outside of production every one has a value that makes a demonstration work on this machine.
 *  @throws ConfigProblems with a sentence for each variable that can't be used; all of them at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const filled = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '')
  )
  const result = variables.safeParse(filled)
  const problems = [...(result.error?.issues ?? []).map((issue) => issue.message), ...contradictions(filled)]
  if (!result.success || problems.length > 0) throw new ConfigProblems(problems)
  return configOf(result.data)
}

export class ConfigProblems extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
  }
}

type Variables = z.infer<typeof variables>

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
    .default('development'),
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
    .refine(isDatabaseUrl, 'DATABASE_URL must be a file for SQLite, or mysql://user:password@host:port/database.')
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
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'PORTICO_LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent.'
    )
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

function isOrigin(text: string): boolean {
  return isPublicUrl(text) && new URL(text).origin === text
}

/** A word with `://` in it that is no MySQL URL is a mistake, not the name of a file. */
function isDatabaseUrl(text: string): boolean {
  return /^(mysql|mariadb):\/\//.test(text)
    ? URL.canParse(text) && new URL(text).pathname.length > 1
    : !text.includes('://')
}

/** What only shows when several variables are looked at together. */
function contradictions(env: Written): string[] {
  const problems = env['NODE_ENV'] === 'production' ? missingInProduction(env) : []
  const publicUrl = env['PORTICO_PUBLIC_URL'] ?? 'http://localhost'
  if (
    env['NODE_ENV'] !== 'production' &&
    env['PORTICO_SECRET'] === undefined &&
    !isThisMachine(publicUrl, env['PORTICO_LISTEN'])
  ) {
    problems.push('PORTICO_SECRET is missing: others can reach this installation, so it needs a secret of its own.')
  }
  if (publicUrl.startsWith('https:') && env['PORTICO_TRUSTED_PROXIES'] === '0') {
    problems.push(
      'PORTICO_TRUSTED_PROXIES must be at least 1: PORTICO_PUBLIC_URL is https, and Portico itself speaks http to a proxy.'
    )
  }
  return problems
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

function configOf(env: Variables): Config {
  const port = Number(env.PORTICO_LISTEN.slice(env.PORTICO_LISTEN.lastIndexOf(':') + 1))
  const publicUrl = (env.PORTICO_PUBLIC_URL ?? `http://localhost:${port}`).replace(/\/+$/, '')
  return {
    environment: env.NODE_ENV,
    listen: { host: listenHost(env.PORTICO_LISTEN).replace(/^\[|\]$/g, ''), port },
    publicUrl,
    databaseUrl: env.DATABASE_URL ?? 'var/portico.sqlite',
    secret: env.PORTICO_SECRET ?? demonstrationSecret,
    filesFolder: env.PORTICO_FILES,
    smtpUrl: env.PORTICO_SMTP_URL,
    mailFrom: env.PORTICO_MAIL_FROM ?? 'Thermovia <portal@thermovia.example>',
    company: {
      name: env.PORTICO_COMPANY_NAME ?? 'Thermovia',
      mailDomains: (env.PORTICO_COMPANY_DOMAINS ?? 'thermovia.example')
        .split(',')
        .map((domain) => domain.trim().toLowerCase())
    },
    invitationDays: env.PORTICO_INVITATION_DAYS,
    limits: {
      userTypesPerPortal: env.PORTICO_USER_TYPES_PER_PORTAL,
      activeUsersPerType: env.PORTICO_ACTIVE_USERS_PER_TYPE,
      uploadSize: env.PORTICO_UPLOAD_SIZE,
      filesPerNote: env.PORTICO_FILES_PER_NOTE
    },
    trustedProxies: env.PORTICO_TRUSTED_PROXIES ?? (publicUrl.startsWith('https:') ? 1 : 0),
    logLevel: env.PORTICO_LOG_LEVEL,
    frameAncestors: env.PORTICO_FRAME_ANCESTORS
  }
}
