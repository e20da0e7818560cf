/** Handing a mail to the mail server: its headers and envelope, and what the server's answer means for the mail. */
import type * as nodemailer from 'nodemailer'
import type { Config } from '../config.js'
import type { Outcome, Queued } from '../messages/queue.js'
import { onDemand } from '../on-demand.js'
import { addressIn } from './addresses.js'
import { asLine } from '../messages/merge-fields.js'
import type { MailRow } from './row.js'
import { senders, type Senders } from './senders.js'
import { isUrl } from '../url.js'

const mailing = onDemand<typeof nodemailer>('nodemailer')

export type WaitingMail = Queued & MailRow

export type SmtpConfig = Pick<Config, 'mailFrom' | 'bounceAddress' | 'secret'> & { readonly smtpUrl: string }

/** In milliseconds: a server that goes silent is given up long before another process may take the mail. */
const patience = { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 120_000 }

export function smtp(config: SmtpConfig): (row: WaitingMail) => Promise<Outcome> {
  let transport: nodemailer.Transporter | undefined
  const known = senders(config)
  return async (row) => {
    try {
      transport ??= transportTo(config.smtpUrl)
      await transport.sendMail(mailOf(row, config.mailFrom, known))
      return { state: 'sent' }
    } catch (error) {
      return outcomeOf(error)
    }
  }
}

/** Nothing that a mail says may lead to files or other addresses of this machine. */
function transportTo(url: string): nodemailer.Transporter {
  return mailing().createTransport({ url, disableFileAccess: true, disableUrlAccess: true, ...patience })
}

/** The envelope names the one recipient, whatever the headers could be read as (A49). */
function mailOf(row: WaitingMail, mailFrom: string, known: Senders): nodemailer.SendMailOptions {
  const from = row.from_address === null ? mailFrom : { name: asLine(row.from_name ?? ''), address: row.from_address }
  const envelopeFrom = known.envelopeOf(row.id) ?? row.from_address ?? addressIn(mailFrom)
  return {
    from,
    to: { name: asLine(row.to_name), address: row.to_address },
    ...(row.reply_to !== null && { replyTo: { name: '', address: row.reply_to } }),
    messageId: known.messageIdOf(row.id),
    envelope: { from: envelopeFrom, to: row.to_address },
    subject: row.subject,
    text: row.text,
    html: row.html,
    headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribing(row.unsubscribe) }
  }
}

/** One click of the mail program, without a page (RFC 8058). */
function unsubscribing(address: string | null): Record<string, string> {
  if (address === null || !isUrl(address)) return {}
  return { 'List-Unsubscribe': `<${new URL(address).href}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

interface Refusal {
  readonly responseCode?: unknown
  readonly code?: unknown
  readonly command?: unknown
  readonly response?: unknown
}

/** Refused for good is what the server says with 5xx of the recipient or the message. What it says of us (sign-in, sender, relaying)
 *  an operator can mend: such a mail is tried again. */
function outcomeOf(error: unknown): Outcome {
  const refusal = error as Refusal
  const isOfMail = refusal.command === 'RCPT TO' || refusal.command === 'DATA' || refusal.code === 'EMESSAGE'
  const isOfUs = /relay|authenticat/i.test(String(refusal.response ?? ''))
  const isForGood = Number(refusal.responseCode) >= 500 && isOfMail && !isOfUs
  return { state: isForGood ? 'refused' : 'later', error: codeOf(refusal) }
}

/** The mail server's codes and no more: its sentences repeat addresses. */
function codeOf({ responseCode, code, response }: Refusal): string {
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(String(response ?? ''))?.[1]
  const parts = [responseCode, status ?? code].filter((part) => part !== undefined)
  return parts.join(' ').slice(0, 100) || 'unknown'
}
