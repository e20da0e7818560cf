/** A portal user chooses what he is told by mail, in the portal or by the link in a mail. */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import { subjectOf } from '../people/portal-users.js'
import { dueAt, notificationKinds, preferencesIn, type Preferences } from './preferences.js'
import type { Unsubscription } from './unsubscribe-token.js'
import { rearrange } from './waiting.js'

export interface Chooser {
  readonly id: string
  readonly name: string
  readonly timeZone: string
}

export async function choose(context: Context, person: Chooser, wanted: Preferences): Promise<void> {
  await context.db.transaction((trx) => keep(context, trx, person, { wanted, action: 'notifications.changed' }))
}

/** Whose mails a link turns off, whether he has access still or not. */
export function recipientOf(
  db: Knex,
  id: string
): Promise<{ readonly portalId: string; readonly language: Locale } | undefined> {
  return db('portico_portal_users').first('portal_id as portalId', 'language').where({ id })
}

/** Turns mails off. Whoever was removed meanwhile gets none anyway; doing it twice changes nothing. */
export async function unsubscribe(context: Context, { portalUserId: id, from }: Unsubscription): Promise<void> {
  await context.db.transaction(async (trx) => {
    const row = await trx<Stored>('portico_portal_users').first('name', 'notifications').where({ id })
    if (!row) return
    const { kinds, summary } = preferencesIn(row.notifications)
    const left = from === 'all' ? [] : kinds.filter((kind) => kind !== from)
    if (left.length === kinds.length) return
    const person = { id, name: row.name, timeZone: 'UTC' }
    await keep(context, trx, person, { wanted: { kinds: left, summary }, action: 'notifications.unsubscribed' })
  })
}

interface Stored {
  readonly id: string
  readonly name: string
  readonly notifications: string | null
}

interface Choice {
  readonly wanted: Preferences
  readonly action: 'notifications.changed' | 'notifications.unsubscribed'
}

async function keep(context: Context, trx: Knex, person: Chooser, { wanted, action }: Choice): Promise<void> {
  const { id, name } = person
  const row = await trx<Stored>('portico_portal_users').first('notifications').where({ id }).forUpdate()
  const before = preferencesIn(row?.notifications ?? null)
  const after = { ...wanted, kinds: notificationKinds.filter((kind) => wanted.kinds.includes(kind)) }
  if (JSON.stringify(before) === JSON.stringify(after)) return
  await trx('portico_portal_users')
    .where({ id })
    .update({ notifications: JSON.stringify(after) })
  const due = dueAt(after.summary, person.timeZone, context.now())
  await rearrange(trx, id, { kinds: after.kinds, due: before.summary === after.summary ? undefined : due })
  const actor = { kind: 'outside', id, name } as const
  await context.audit.note({ actor, action, subject: subjectOf({ id }), before: told(before), after: told(after) }, trx)
}

/** As the audit list keeps it. */
function told({ kinds, summary }: Preferences): Record<string, unknown> {
  return { notifications: kinds, summary }
}
