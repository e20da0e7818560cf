/** Texts of text messages: a draft and an approved one per kind and language, one set for all user types; only approved ones are sent (Z18). */
import type { Knex } from 'knex'
import type { Change } from '../audit/configuration-change.js'
import { changeConfiguration, ChangedMeanwhile } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { momentAt } from '../db/moment.js'
import { Invalid } from '../errors.js'
import { locales, type Locale } from '../host/catalog.js'
import type { FieldError, Staff } from '../host/host.js'
import { asLine, merged, mergeFieldsIn, unknownFields } from '../messages/merge-fields.js'
import { translator } from '../web/locale.js'
import { smsKinds, smsKindsOfPhoneUsers, type SmsKind } from './kinds.js'
import { isCovered, linkDomains, ownDomains, strangeDomains, type LinkSource } from './link-domains.js'

export interface Approved {
  readonly text: string
  /** What whoever approved it calls it: the number of a registration, a name. */
  readonly reference: string
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly at: string
  readonly by: string
}

export interface SmsTemplate {
  readonly kind: SmsKind
  readonly language: Locale
  readonly draft: string
  /** What is sent; undefined: nothing was approved yet. */
  readonly approved: Approved | undefined
  /** 0: never saved. */
  readonly revision: number
}

/** Which template, as the page showed it. */
export type SeenTemplate = Pick<SmsTemplate, 'kind' | 'language' | 'revision'>

/** What can be written into the messages of each kind; the first one must be. */
export const smsFields = {
  invitation: ['link', 'name', 'portal', 'days'],
  verification: ['code', 'name', 'portal', 'minutes'],
  'password-reset': ['link', 'name', 'portal', 'minutes'],
  'second-factor': ['code', 'name', 'portal', 'minutes']
} as const satisfies Record<SmsKind, readonly string[]>

export const longestText = 600

/** Every template there is, kind by kind; what was never saved is the default text, not approved. */
export async function smsTemplates(db: Knex): Promise<SmsTemplate[]> {
  const saved = await stored(db)
  return smsKinds.flatMap((kind) =>
    locales.map((language) => saved.get(`${kind}:${language}`) ?? unsaved(kind, language))
  )
}

/** The text that Portico comes with. */
export function defaultText(kind: SmsKind, language: Locale): string {
  const asWritten = Object.fromEntries(smsFields[kind].map((field) => [field, `{{${field}}}`]))
  return translator(language)(`sms:default.${kind}`, asWritten)
}

/** What keeps a text from being sent; undefined for a good one. */
export async function textProblem(of: LinkSource, kind: SmsKind, text: string): Promise<FieldError | undefined> {
  const [needed] = smsFields[kind]
  if (text.trim() === '') return { key: 'errors.field.required' }
  if (text.length > longestText) return { key: 'errors.field.tooLong', args: { max: longestText } }
  const [strange] = unknownFields(text, smsFields[kind])
  if (strange !== undefined) return { key: 'sms:problem.unknownField', args: { field: strange } }
  if (!mergeFieldsIn(text).includes(needed))
    return { key: `sms:problem.needs.${needed}`, args: { field: `{{${needed}}}` } }
  return linkProblem(of, text)
}

async function linkProblem(of: LinkSource, text: string): Promise<FieldError | undefined> {
  const { domains } = await linkDomains(of)
  const [strange] = strangeDomains(
    merged(text, {}, () => ''),
    domains
  )
  if (strange !== undefined) return { key: 'sms:problem.strangeLink', args: { domain: strange } }
  const [own] = await ownDomains(of)
  if (mergeFieldsIn(text).includes('link') && !isCovered(own, domains))
    return { key: 'sms:problem.ownDomain', args: { domain: own } }
  return undefined
}

/** Saves a draft; what was approved before goes on being sent. @throws Invalid, ChangedMeanwhile */
export async function saveDraft(context: Context, seen: SeenTemplate, text: string, by: Staff): Promise<void> {
  const draft = plain(text)
  const wrong = await textProblem(context, seen.kind, draft)
  if (wrong) throw new Invalid({ text: wrong })
  const before = await templateAt(context.db, seen)
  await change(context, seen, by, { draft }, () => ({
    action: 'sms-template.changed',
    before: { ...placeOf(seen), text: before.draft },
    after: { ...placeOf(seen), text: draft }
  }))
}

/** From now on the draft is what is sent. @throws Invalid for one that can't be sent; ChangedMeanwhile */
export async function approveDraft(context: Context, seen: SeenTemplate, reference: string, by: Staff): Promise<void> {
  const { draft, approved } = await templateAt(context.db, seen)
  const wrong = await textProblem(context, seen.kind, draft)
  if (wrong) throw new Invalid({ text: wrong })
  const at = momentAt(context.now())
  await change(context, seen, by, { approved: draft, reference, approved_at: at, approved_by: by.name }, () => ({
    action: 'sms-template.approved',
    before: { ...placeOf(seen), text: approved?.text ?? '', reference: approved?.reference ?? '' },
    after: { ...placeOf(seen), text: draft, reference }
  }))
}

/** For the audit list: which of the messages it was. */
function placeOf({ kind: message, language }: SeenTemplate): Record<string, string> {
  return { message, language }
}

/** Line ends as telephones know them. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}

async function templateAt(db: Knex, { kind, language }: SeenTemplate): Promise<SmsTemplate> {
  return (await stored(db)).get(`${kind}:${language}`) ?? unsaved(kind, language)
}

async function change(
  context: Context,
  { kind, language, revision }: SeenTemplate,
  by: Staff,
  values: Record<string, string>,
  entry: () => Omit<Change, 'subject'>
): Promise<void> {
  const row = { draft: defaultText(kind, language), ...values, revision: revision + 1 }
  await changeConfiguration(context, by, async (trx) => {
    const isSaved =
      revision === 0
        ? await insert(trx, { kind, language }, row)
        : await update(trx, { kind, language, revision }, { ...values, revision: revision + 1 })
    if (!isSaved) throw new ChangedMeanwhile()
    return { ...entry(), subject: subjectOfTemplate(kind, language) }
  })
}

/** A template as the audit list names it. */
export function subjectOfTemplate(kind: SmsKind, language: Locale): string {
  return `sms-template:${kind}.${language}`
}

async function insert(trx: Knex, where: Record<string, string>, row: Record<string, unknown>): Promise<boolean> {
  const known: unknown = await trx('portico_sms_templates').first('kind').where(where)
  if (known) return false
  await trx('portico_sms_templates').insert({ ...where, ...row })
  return true
}

async function update(trx: Knex, where: Record<string, unknown>, row: Record<string, unknown>): Promise<boolean> {
  return (await trx('portico_sms_templates').where(where).update(row)) === 1
}

/** What stands for the merge fields; numbers are days and minutes. */
export interface SmsValues {
  readonly name: string
  readonly portal: string
  readonly link?: string
  readonly code?: string
  readonly days?: number
  readonly minutes?: number
}

export type WriteSms = (values: SmsValues) => string

/** How a message of this kind is written: in the first of `wanted` languages whose text is approved, else in any; undefined while none is. */
export async function approvedSms(
  of: LinkSource,
  kind: SmsKind,
  wanted: readonly Locale[]
): Promise<WriteSms | undefined> {
  const saved = await stored(of.db)
  for (const language of [...wanted, ...locales]) {
    const text = saved.get(`${kind}:${language}`)?.approved?.text
    if (text !== undefined && !(await textProblem(of, kind, text))) return (values) => written(text, language, values)
  }
  return undefined
}

/** Whether people can be invited by text message: every kind that goes to them has a text that may be sent, in at least one language. */
export async function phoneTypesAreOpen(of: LinkSource): Promise<boolean> {
  const texts = await Promise.all(smsKindsOfPhoneUsers.map((kind) => approvedSms(of, kind, [])))
  return texts.every((write) => write !== undefined)
}

/** The text with its values; also what a preview shows. */
export function written(text: string, language: Locale, values: SmsValues): string {
  const { name, portal, link = '', code = '', days = 0, minutes = 0 } = values
  const said = { name: asName(name), portal: asName(portal), link, code }
  return merged(
    text,
    { ...said, days: unit(language, 'day', days), minutes: unit(language, 'minute', minutes) },
    asLine
  )
}

/** `7 days`, `7 Tage`, `7 dní`. */
function unit(language: Locale, name: 'day' | 'minute', count: number): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(count)
}

/** Names come from outside too: telephones must make no link of them, and they don't fill a message (A49). */
function asName(name: string): string {
  return [...name.replace(/[./:@\\]+(?=\S)/g, ' ')].slice(0, 60).join('')
}

const stored: (db: Knex) => Promise<ReadonlyMap<string, SmsTemplate>> = cachedByVersion(load)

function unsaved(kind: SmsKind, language: Locale): SmsTemplate {
  return { kind, language, draft: defaultText(kind, language), approved: undefined, revision: 0 }
}

interface Row {
  readonly kind: SmsKind
  readonly language: Locale
  readonly draft: string
  readonly approved: string | null
  readonly reference: string | null
  readonly approved_at: string | null
  readonly approved_by: string | null
  readonly revision: number
}

async function load(db: Knex): Promise<ReadonlyMap<string, SmsTemplate>> {
  const rows = await db<Row>('portico_sms_templates').select(
    'kind',
    'language',
    'draft',
    'approved',
    'reference',
    'approved_at',
    'approved_by',
    'revision'
  )
  return new Map(rows.map((row) => [`${row.kind}:${row.language}`, templateIn(row)]))
}

function templateIn({ kind, language, draft, revision, ...row }: Row): SmsTemplate {
  const { approved: text, reference, approved_at: at, approved_by: by } = row
  const approved = text === null ? undefined : { text, reference: reference ?? '', at: at ?? '', by: by ?? '' }
  return { kind, language, draft, approved, revision }
}
