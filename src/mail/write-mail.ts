/** Our own mails, written in the reader's language from `mail.json` and `views/mail`. */
import { join } from 'node:path'
import ejs from 'ejs'
import type { Locale } from '../host/catalog.js'
import { translator } from '../web/locale.js'
import { projectFolder } from '../web/project-folder.js'
import type { Message } from './mail.js'

export type MailTemplate =
  'invitation' | 'password-reset' | 'portal-moved' | 'portal-renamed' | 'portal-moved-and-renamed'

export interface MailOrder {
  readonly template: MailTemplate
  readonly locale: Locale
  readonly to: { readonly name: string; readonly address: string }
  /** What the sentences name: `door`, `by`, `count` (of days or hours the link is valid), `before`, `old`, `until`. */
  readonly args: Readonly<Record<string, string | number>>
  /** The absolute address behind the button. */
  readonly link: string
  readonly about: string
}

const folder = projectFolder('views/mail')
const keys: Record<MailTemplate, string> = {
  invitation: 'mail:invitation',
  'password-reset': 'mail:passwordReset',
  'portal-moved': 'mail:portalMoved',
  'portal-renamed': 'mail:portalRenamed',
  'portal-moved-and-renamed': 'mail:portalMovedAndRenamed'
}

/** The message with its two bodies; text and HTML say the same. */
export async function writeMail(order: MailOrder): Promise<Message> {
  const t = translator(order.locale)
  const args = { ...order.args, name: order.to.name }
  const say = (part: string) => t(`${keys[order.template]}.${part}`, args)
  const subject = say('subject')
  const locals = {
    subject,
    greeting: say('greeting'),
    paragraphs: [say('text'), say('validity')],
    button: say('button')
  }
  const all = { ...locals, link: order.link, locale: order.locale, ignore: say('ignore') }
  const html = await ejs.renderFile(join(folder, 'message-html.ejs'), all, { cache: true })
  const text = await ejs.renderFile(join(folder, 'message-text.ejs'), all, { cache: true, escape: String })
  return { to: order.to, subject, html, text, about: order.about }
}
