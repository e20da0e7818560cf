/** Housekeeping: rows that time has made worthless leave our tables; nothing that could still be used or tried again is among them. */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'

const day = 24 * 60 * 60 * 1000
const mailDays = 30

/** Deletes links, counted attempts and old portal addresses whose time is over, previews that are over for a day (until then they say
 *  so), and mails that were settled long ago. `now` is in milliseconds since 1970. */
export async function keepHouse(db: Knex, now: number): Promise<void> {
  await db('portico_links').where('expires_at', '<=', momentAt(now)).delete()
  await db('portico_attempts').where('expire', '<=', now).delete()
  await db('portico_portal_addresses').where('until', '<=', momentAt(now)).delete()
  await db('portico_previews')
    .where('until', '<=', momentAt(now - day))
    .delete()
  await db('portico_mail')
    .where('created_at', '<=', momentAt(now - mailDays * day))
    .whereNot({ state: 'waiting' })
    .delete()
}
