/** What became of mails, for staff: what was sent to somebody, what waits, and why a mail did not arrive. */
import type { Knex } from 'knex'
import type { Translate } from '../web/locale.js'

export const mailStates = ['waiting', 'kept', 'sent', 'failed', 'refused', 'bounced', 'withdrawn'] as const
/** `kept`: in the mailbox page, where there is no mail server. */
export type MailState = (typeof mailStates)[number]

export interface SentMail {
  readonly id: string
  /** A word of `mail:kind`; undefined for mails of before kinds were noted. */
  readonly kind: string | undefined
  readonly subject: string
  readonly address: string
  readonly state: MailState
  readonly tries: number
  /** What `troubleWords` makes a sentence of; also of a try that failed while the mail still waits. */
  readonly error: string | undefined
  /** Moments: written, next try (while it waits), taken by the mail server. */
  readonly createdAt: string
  readonly nextAt: string
  readonly sentAt: string | undefined
}

/** Mails about somebody (`portal-user:<id>`), newest first. After 30 days they are forgotten. */
export async function messagesAbout(db: Knex, subject: string, limit: number): Promise<SentMail[]> {
  const rows = await db<Row & { about: string }>('portico_mail')
    .select('id', 'kind', 'subject', 'to_address', 'state', 'tries', 'last_error', 'created_at', 'next_at', 'sent_at')
    .where({ about: subject })
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind ?? undefined,
    subject: row.subject,
    address: row.to_address,
    state: row.state,
    tries: row.tries,
    error: row.last_error ?? undefined,
    createdAt: row.created_at,
    nextAt: row.next_at,
    sentAt: row.sent_at ?? undefined
  }))
}

interface Row {
  readonly id: string
  readonly kind: string | null
  readonly subject: string
  readonly to_address: string
  readonly state: MailState
  readonly tries: number
  readonly last_error: string | null
  readonly created_at: string
  readonly next_at: string
  readonly sent_at: string | null
}

/** A sentence for the codes of a mail server: of a user's `mail_problem` (`refused 550 5.1.1`), or of a mail's last error. */
export function troubleWords(t: Translate, problem: string): string {
  const reason = reasons.find(([, pattern]) => pattern.test(problem))?.[0] ?? 'other'
  return t(`mail:trouble.${reason}`, { code: problem.replace(/^(refused|bounced) /, '') })
}

/** The first that fits counts: the status within the message says more than the three digits before it. */
const reasons: readonly (readonly [string, RegExp])[] = [
  ['full', /\b[45]\.2\.2\b|\b[45]52\b/],
  ['unknownAddress', /\b5\.1\.\d+\b|\b5\.2\.1\b|\b55[013](?! 5\.)/],
  ['policy', /\b[45]\.7\.\d+\b/],
  ['noServer', /\b[45]\.4\.\d+\b|ECONN|ETIMEDOUT|ESOCKET|EDNS|ENOTFOUND/],
  ['signIn', /EAUTH|\b53[05]\b/],
  ['later', /\b4\d\d\b/]
]
