/** Templates of the mails that a user type's people get: saved ones per kind and language, and the text that counts until one is saved (Z17). */
import type { Knex } from 'knex'
import { cachedByVersion } from '../../db/configuration-version.js'
import { locales, type Locale } from '../../host/catalog.js'
import { mailWords } from '../../mail/write-mail.js'
import { translator } from '../../web/locale.js'
import { linkField } from './mail-format.js'

export const templateKinds = ['invitation', 'confirmation', 'password-reset'] as const
/** `confirmation`: of an address that was changed (Z20). */
export type TemplateKind = (typeof templateKinds)[number]

export interface Template {
  readonly subject: string
  /** In the format of `mail-format.ts`, with merge fields. */
  readonly body: string
  /** What leads on is a button; otherwise a link. */
  readonly hasButton: boolean
  /** '': the configuration's. */
  readonly senderName: string
  readonly senderAddress: string
  /** '': answers go to the sender. */
  readonly replyTo: string
  /** 0: the default text. */
  readonly revision: number
}

export interface TemplatePlace {
  readonly userTypeId: string
  readonly kind: TemplateKind
  readonly language: Locale
}

/** What is written in this language: the template that was saved for it, else the default text; somebody without a user type gets that. */
export async function templateAt(
  db: Knex,
  { userTypeId, kind, language }: Omit<TemplatePlace, 'userTypeId'> & { userTypeId: string | undefined }
): Promise<Template> {
  const saved =
    userTypeId === undefined ? undefined : (await savedTemplates(db)).get(nameOf(userTypeId, kind, language))
  return saved ?? defaultTemplate(kind, language)
}

/** The names of the places where a user type has a template of its own. */
export async function placesWithTemplate(
  db: Knex,
  userTypeId: string
): Promise<(kind: TemplateKind, language: Locale) => boolean> {
  const saved = await savedTemplates(db)
  return (kind, language) => saved.has(nameOf(userTypeId, kind, language))
}

/** The text that Portico brings, in each language (`locales/<language>/mail.json`). */
export function defaultTemplate(kind: TemplateKind, language: Locale): Template {
  const name = `${kind} ${language}`
  const known = defaults.get(name) ?? makeDefault(kind, language)
  defaults.set(name, known)
  return known
}

const defaults = new Map<string, Template>()

function makeDefault(kind: TemplateKind, language: Locale): Template {
  const fields = { name: '{{name}}', by: '{{inviter}}', door: '{{portal}}', valid: '{{valid}}' }
  const say = (part: string): string => translator(language)(`${mailWords[kind]}.${part}`, fields)
  return {
    subject: say('subject'),
    body: [say('greeting'), say('text'), say('validity'), linkField, say('ignore')].join('\n\n'),
    hasButton: true,
    senderName: '',
    senderAddress: '',
    replyTo: '',
    revision: 0
  }
}

/** What stands on the button, and on a link that the template gives no words of its own. */
export function buttonWords(kind: TemplateKind, language: Locale): string {
  return translator(language)(`${mailWords[kind]}.button`)
}

const savedTemplates: (db: Knex) => Promise<ReadonlyMap<string, Template>> = cachedByVersion(load)

function nameOf(userTypeId: string, kind: string, language: string): string {
  return `${userTypeId} ${kind} ${language}`
}

interface Row {
  readonly user_type_id: string
  readonly kind: string
  readonly language: string
  readonly subject: string
  readonly body: string
  readonly has_button: number
  readonly sender_name: string | null
  readonly sender_address: string | null
  readonly reply_to: string | null
  readonly revision: number
}

const columns = [
  'user_type_id',
  'kind',
  'language',
  'subject',
  'body',
  'has_button',
  'sender_name',
  'sender_address',
  'reply_to',
  'revision'
] as const

async function load(db: Knex): Promise<ReadonlyMap<string, Template>> {
  const rows = await db<Row>('portico_mail_templates')
    .select(...columns)
    .whereIn('kind', templateKinds)
    .whereIn('language', locales)
    .orderBy(['user_type_id', 'kind', 'language'])
  return new Map(rows.map((row) => [nameOf(row.user_type_id, row.kind, row.language), templateIn(row)]))
}

function templateIn(row: Row): Template {
  return {
    subject: row.subject,
    body: row.body,
    hasButton: Boolean(row.has_button),
    senderName: row.sender_name ?? '',
    senderAddress: row.sender_address ?? '',
    replyTo: row.reply_to ?? '',
    revision: row.revision
  }
}
