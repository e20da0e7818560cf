/** The mailbox page: mails and text messages that were not sent, to be read in development. In production it does not exist. */
import { Router } from 'express'
import type { Knex } from 'knex'
import type { Config } from '../config.js'
import { NotFound } from '../errors.js'
import { unsentTexts, type UnsentText } from '../sms/unsent.js'
import { page, urlFor } from '../web/render.js'
import { allowOwnFrames, showAsDocument } from '../web/security.js'
import { mailColumns, type MailRow } from './row.js'

interface KeptMail extends MailRow {
  readonly id: string
  readonly created_at: string
}

const columns = ['id', ...mailColumns, 'created_at'] as const

/** `GET /mailbox`, `GET /mailbox/:id`, and the mail as it was designed; no routes at all in production or with a mail server. */
export function mailboxPages({ db, config }: { db: Knex; config: Pick<Config, 'environment' | 'smtpUrl'> }): Router {
  const router = Router()
  if (config.environment === 'production' || config.smtpUrl !== undefined) return router
  router.get('/mailbox', async (req, res) => {
    await page(res, 'mail/mailbox', { mails: await keptMails(db), texts: (await unsentTexts(db)).map(shownText) })
  })
  router.get('/mailbox/:id', async (req, res) => {
    const mail = await keptMail(db, req.params.id)
    allowOwnFrames(res)
    await page(res, 'mail/mail', { mail, lines: linesOf(mail.text), htmlUrl: urlFor(res, `/mailbox/${mail.id}/html`) })
  })
  router.get('/mailbox/:id/html', async (req, res) => {
    const { html } = await keptMail(db, req.params.id)
    showAsDocument(res)
    res.type('html').send(html)
  })
  return router
}

const kept = (db: Knex) =>
  db<KeptMail & { state: string }>('portico_mail')
    .select(...columns)
    .where({ state: 'kept' })

function keptMails(db: Knex): Promise<KeptMail[]> {
  return kept(db).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(100)
}

async function keptMail(db: Knex, id: string): Promise<KeptMail> {
  const [mail] = await kept(db).andWhere({ id }).limit(1)
  if (!mail) throw new NotFound()
  return mail
}

function shownText({
  text,
  ...rest
}: UnsentText): Omit<UnsentText, 'text'> & { words: { text: string; isLink: boolean }[] } {
  return {
    ...rest,
    words: text.split(/(https?:\/\/\S+)/).map((word, index) => ({ text: word, isLink: index % 2 === 1 }))
  }
}

/** Lines in pieces: what is an address becomes a link. */
function linesOf(text: string): { text: string; isLink: boolean }[][] {
  const pieces = (line: string): string[] => line.split(/(https?:\/\/[^\s)]+)/).filter((piece) => piece !== '')
  return text
    .split('\n')
    .map((line) => pieces(line).map((piece) => ({ text: piece, isLink: /^https?:\/\//.test(piece) })))
    .filter((line) => line.length > 0)
}
