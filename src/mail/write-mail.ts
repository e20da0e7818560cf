/** Our own mails, written in the reader's language from `mail.json` and `views/mail`. */
import { join } from 'node:path'
import ejs from 'ejs'
import type { Locale } from '../host/catalog.js'
import { translator } from '../web/locale.js'
import { projectFolder } from '../web/project-folder.js'
import type { Message } from './mail.js'

export type MailTemplate =
  | 'invitation'
  | 'password-reset'
  | 'portal-moved'
  | 'portal-renamed'
  | 'portal-moved-and-renamed'
  | FormMail
  | PrivacyMail
  | NoticeMail

/** Of data privacy (Z30). */
type PrivacyMail = 'privacy-refused' | 'privacy-export' | 'privacy-done' | 'privacy-deletion'

/** Of what was done about somebody's sign-in (T04, A34). */
export type NoticeMail =
  | 'second-factor-added'
  | 'second-factor-removed'
  | 'recovery-codes-renewed'
  | 'second-factors-reset'
  | 'factor-phone-set'
  | 'password-change-forced'

/** Of portal forms (Z32). */
type FormMail =
  | 'form-confirmation'
  | 'form-known'
  | 'form-invited'
  | 'form-closed'
  | 'form-waiting'
  | 'form-not-outside'
  | 'form-refused'

export interface MailOrder {
  readonly template: MailTemplate
  readonly locale: Locale
  readonly to: { readonly name: string; readonly address: string }
  /** What the sentences name: `door`, `by`, `count` (of days or hours the link is valid), `before`, `oldAddress` (a sentence). */
  readonly args: Readonly<Record<string, string | number>>
  /** The absolute address behind the button; undefined for a mail that leads nowhere. */
  readonly link: string | undefined
  readonly about: string
}

const folder = projectFolder('views/mail')
/** Where the words of each stand. */
export const mailWords: Record<MailTemplate | 'confirmation', string> = {
  confirmation: 'mail:confirmation',
  invitation: 'mail:invitation',
  'password-reset': 'mail:passwordReset',
  'portal-moved': 'mail:portalMoved',
  'portal-renamed': 'mail:portalRenamed',
  'portal-moved-and-renamed': 'mail:portalMovedAndRenamed',
  'privacy-refused': 'privacy:letter.refused',
  'privacy-export': 'privacy:letter.export',
  'privacy-done': 'privacy:letter.done',
  'privacy-deletion': 'privacy:letter.deletion',
  'form-confirmation': 'forms:mail.confirmation',
  'form-known': 'forms:mail.known',
  'form-invited': 'forms:mail.invited',
  'form-closed': 'forms:mail.closed',
  'form-waiting': 'forms:mail.waiting',
  'form-not-outside': 'forms:mail.notOutside',
  'form-refused': 'forms:mail.refused',
  'second-factor-added': 'factors:mail.added',
  'second-factor-removed': 'factors:mail.removed',
  'recovery-codes-renewed': 'factors:mail.renewed',
  'second-factors-reset': 'factors:mail.reset',
  'factor-phone-set': 'factors:mail.phone',
  'password-change-forced': 'factors:mail.forced'
}

/** The message with its two bodies; text and HTML say the same. */
export async function writeMail(order: MailOrder): Promise<Message> {
  const t = translator(order.locale)
  const args = { ...order.args, name: order.to.name, valid: validFor(order) }
  const say = (part: string) => t(`${mailWords[order.template]}.${part}`, args)
  const subject = say('subject')
  const locals = {
    subject,
    greeting: say('greeting'),
    paragraphs: [say('text'), say('validity')].filter((one) => one !== ''),
    button: say('button')
  }
  const all = { ...locals, link: order.link, locale: order.locale, ignore: say('ignore') }
  const html = await ejs.renderFile(join(folder, 'message-html.ejs'), all, { cache: true })
  const text = await ejs.renderFile(join(folder, 'message-text.ejs'), all, { cache: true, escape: String })
  return { to: order.to, subject, html, text, about: order.about, kind: order.template }
}

/** `7 days`, as it stands in a sentence about a link. */
export function timeValid(locale: Locale, time: { readonly days: number } | { readonly hours: number }): string {
  const t = translator(locale)
  return 'days' in time ? t('mail:valid.days', { count: time.days }) : t('mail:valid.hours', { count: time.hours })
}

function validFor({ template, locale, args }: MailOrder): string {
  const count = Number(args['count'] ?? 0)
  return timeValid(locale, template === 'password-reset' ? { hours: count } : { days: count })
}
