/** A portal that is switched off sends nothing any more (A24). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { subjectOf, subjectPrefix } from './portal-users.js'

const batch = 200

/** Mails and text messages that wait for its people are withdrawn, and what they were to be told: links in them would lead nowhere. */
export async function withdrawAllOf(context: Context, portalId: string, trx: Knex): Promise<void> {
  const people = trx('portico_portal_users').select('id').where({ portal_id: portalId })
  await trx('portico_notifications').whereIn('portal_user_id', people).delete()
  const waiting = await waitingForPeople(trx)
  for (let from = 0; from < waiting.length; from += batch) {
    const some = waiting.slice(from, from + batch)
    const own: string[] = await trx('portico_portal_users')
      .where({ portal_id: portalId })
      .whereIn('id', some)
      .pluck<string[]>('id')
    for (const id of own) {
      await context.mail.withdraw(subjectOf({ id }), trx)
      await context.sms.withdraw(subjectOf({ id }), trx)
    }
  }
}

/** The portal users about whom something waits. */
async function waitingForPeople(trx: Knex): Promise<string[]> {
  const of = (table: 'portico_mail' | 'portico_sms'): Promise<string[]> =>
    trx(table)
      .where({ state: 'waiting' })
      .where('about', 'like', `${subjectPrefix}%`)
      .distinct()
      .pluck<string[]>('about')
  const subjects = new Set([...(await of('portico_mail')), ...(await of('portico_sms'))])
  return [...subjects].map((subject) => subject.slice(subjectPrefix.length))
}
