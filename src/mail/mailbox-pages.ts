/** The mailbox page: mails that were not sent, to be read in development. In production it does not exist. */
import { Router } from 'express'
import type { Knex } from 'knex'
import type { Config } from '../config.js'
import { NotFound } from '../errors.js'
import { page } from '../web/render.js'

interface KeptMail {
  readonly id: string
  readonly to_name: string
  readonly to_address: string
  readonly subject: string
  readonly text: string
  readonly created_at: string
}

/** `GET /mailbox` and `GET /mailbox/:id`; no routes at all in production or with a mail server. */
export function mailboxPages({ db, config }: { db: Knex; config: Pick<Config, 'environment' | 'smtpUrl'> }): Router {
  const router = Router()
  if (config.environment === 'production' || config.smtpUrl !== undefined) return router
  router.get('/mailbox', async (req, res) => {
    await page(res, 'mail/mailbox', { mails: await keptMails(db) })
  })
  router.get('/mailbox/:id', async (req, res) => {
    const mail = await keptMail(db, req.params.id)
    await page(res, 'mail/mail', { mail, lines: linesOf(mail.text) })
  })
  return router
}

const kept = (db: Knex) =>
  db<KeptMail & { state: string }>('portico_mail')
    .select('id', 'to_name', 'to_address', 'subject', 'text', 'created_at')
    .where({ state: 'kept' })

function keptMails(db: Knex): Promise<KeptMail[]> {
  return kept(db).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(100)
}

async function keptMail(db: Knex, id: string): Promise<KeptMail> {
  const [mail] = await kept(db).andWhere({ id }).limit(1)
  if (!mail) throw new NotFound()
  return mail
}

/** A line that is an address becomes a link. */
function linesOf(text: string): { text: string; isLink: boolean }[] {
  return text.split('\n').map((line) => ({ text: line, isLink: /^https?:\/\/\S+$/.test(line) }))
}
