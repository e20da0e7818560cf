/** A portal that is switched off sends nothing any more (A24). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { subjectOf } from './portal-users.js'

const batch = 200

/** Mails and text messages that wait for its people are withdrawn, and what they were to be told: links in them would lead nowhere. */
export async function withdrawAllOf(context: Context, portalId: string, trx: Knex): Promise<void> {
  const ids: string[] = await trx('portico_portal_users')
    .where({ portal_id: portalId })
    .orderBy('id')
    .pluck<string[]>('id')
  for (let from = 0; from < ids.length; from += batch) {
    const some = ids.slice(from, from + batch)
    await trx('portico_notifications').whereIn('portal_user_id', some).delete()
    for (const subject of await waitingAbout(
      trx,
      some.map((id) => subjectOf({ id }))
    )) {
      await context.mail.withdraw(subject, trx)
      await context.sms.withdraw(subject, trx)
    }
  }
}

async function waitingAbout(trx: Knex, subjects: readonly string[]): Promise<ReadonlySet<string>> {
  const of = (table: 'portico_mail' | 'portico_sms'): Promise<string[]> =>
    trx(table).where({ state: 'waiting' }).whereIn('about', subjects).distinct().pluck<string[]>('about')
  return new Set([...(await of('portico_mail')), ...(await of('portico_sms'))])
}
