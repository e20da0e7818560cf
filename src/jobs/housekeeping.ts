/** Housekeeping: rows that time has made worthless leave our tables; nothing that could still be used or tried again is among them. */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'

const day = 24 * 60 * 60 * 1000
const messageDays = 30
const decidedRequestDays = 90
/** How far back the staff's feed of what portal users did goes. */
const doingDays = 365
/** A notification that could not be made for so long is no news any more. */
const notificationDays = 14

/** Deletes links, sign-in codes, authenticator apps whose first code was never typed, counted attempts and old portal addresses whose time is over, previews that are over for a day (until then they say
 *  so), mails and text messages that were settled long ago, and what is too old for the feed and for a notification. `now` is in milliseconds since 1970. */
export async function keepHouse(db: Knex, now: number): Promise<void> {
  await db('portico_links').where('expires_at', '<=', momentAt(now)).delete()
  await db('portico_attempts').where('expire', '<=', now).delete()
  await db('portico_sign_in_codes').where('expires_at', '<=', momentAt(now)).delete()
  await db('portico_second_factors')
    .whereNull('confirmed_at')
    .where('created_at', '<=', momentAt(now - day))
    .delete()
  await db('portico_portal_addresses').where('until', '<=', momentAt(now)).delete()
  await db('portico_previews')
    .where('until', '<=', momentAt(now - day))
    .delete()
  await forgetRequests(db, now)
  await db('portico_doings')
    .where('at', '<=', momentAt(now - doingDays * day))
    .delete()
  await db('portico_notifications')
    .where('created_at', '<=', momentAt(now - notificationDays * day))
    .delete()
  for (const table of ['portico_mail', 'portico_sms'] as const)
    await db(table)
      .where('created_at', '<=', momentAt(now - messageDays * day))
      .whereNot({ state: 'waiting' })
      .delete()
}

/** Requests for access whose address nobody confirmed in time, and those that were decided long ago: they hold what strangers typed. */
async function forgetRequests(db: Knex, now: number): Promise<void> {
  await db('portico_form_requests').where({ state: 'unconfirmed' }).where('expires_at', '<=', momentAt(now)).delete()
  await db('portico_form_requests')
    .whereIn('state', ['approved', 'refused'])
    .where('decided_at', '<=', momentAt(now - decidedRequestDays * day))
    .delete()
}
