/** The environment variables: what each may be, and the sentence when it is not. */
import { z } from 'zod'
import { serversIn } from './db/servers.js'
import { isUrl } from './url.js'

export type Variables = z.infer<typeof variables>

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export const defaultListen = '127.0.0.1:3000'

/** Before the address of the database, where the CRM is EspoCRM. */
export const besideEspocrm = /^espocrm\+(?=(mysql|mariadb):\/\/)/

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

export const variables = z.object({
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
      'DATABASE_URL must be a file for SQLite, mysql://user:password@host:port/database (several servers of one database: mysql://user:password@host1:port,host2:port/database), or espocrm+mysql://user:password@host:port/database beside EspoCRM.'
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
  PORTICO_DRAIN_SECONDS: z
    .string()
    .regex(/^(\d{1,2}|[12]\d\d|300)$/, 'PORTICO_DRAIN_SECONDS must be a whole number from 0 to 300.')
    .transform(Number)
    .default(0),
  PORTICO_METRICS_LISTEN: z
    .string()
    .regex(
      /^([^\s:]+|\[[0-9a-f:]+\]):\d{1,5}$/i,
      'PORTICO_METRICS_LISTEN must be host:port, such as 127.0.0.1:9464; others than you should not reach it.'
    )
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
  const url = isUrl(text) ? new URL(text) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.search === '' && url.hash === '' && url.username === ''
}

function isEndpoint(text: string): boolean {
  return isUrl(text) && /^https?:$/.test(new URL(text).protocol)
}

function isOrigin(text: string): boolean {
  return isPublicUrl(text) && new URL(text).origin === text
}

/** A word with `://` in it that is no MySQL URL is a mistake, not the name of a file. Several servers stand with commas between. */
function isDatabaseUrl(text: string): boolean {
  const url = text.replace(besideEspocrm, '')
  return /^(mysql|mariadb):\/\//.test(url) ? serversIn(url).length > 0 : !url.includes('://')
}
