/** What a portal user wants to be told by mail, and how often; his own choice, kept with his access. */
import type { Knex } from 'knex'
import { z } from 'zod'
import { momentAt } from '../../db/moment.js'
import { localMoment, utcMoment } from '../../web/zoned-time.js'

/** `answered`: staff wrote a note on a record he takes part in; `new`: staff made a record that is his by a link; `changed`: staff
 *  changed something he sees of a record he takes part in. */
export const notificationKinds = ['answered', 'new', 'changed'] as const
export type NotificationKind = (typeof notificationKinds)[number]

export const summaries = ['soon', 'daily'] as const
export type Summary = (typeof summaries)[number]

export interface Preferences {
  readonly kinds: readonly NotificationKind[]
  readonly summary: Summary
}

/** Of whoever has chosen nothing yet. */
const usual: Preferences = { kinds: ['answered', 'new'], summary: 'soon' }
const silence: Preferences = { kinds: [], summary: 'soon' }

const schema = z.strictObject({ kinds: z.array(z.enum(notificationKinds)), summary: z.enum(summaries) })

/** As stored; what can't be read asks for nothing. */
export function preferencesIn(stored: string | null): Preferences {
  if (stored === null) return usual
  try {
    return schema.parse(JSON.parse(stored))
  } catch {
    return silence
  }
}

/** @returns undefined where there is no such portal user. */
export async function preferencesOf(db: Knex, portalUserId: string): Promise<Preferences | undefined> {
  const row = await db<{ id: string; notifications: string | null }>('portico_portal_users')
    .first('notifications')
    .where({ id: portalUserId })
  return row && preferencesIn(row.notifications)
}

/** So much may come together into one mail. */
const soonMinutes = 2
/** On the reader's clock. */
const dailyAt = '07:00'

/** When a mail about something that happens now is due (UTC); `now` in milliseconds since 1970. */
export function dueAt(summary: Summary, timeZone: string, now: number): string {
  if (summary === 'soon') return momentAt(now + soonMinutes * 60_000)
  const next = [now, now + 86_400_000].map((at) => {
    const [day] = localMoment(momentAt(at), timeZone).split('T')
    return utcMoment(`${day}T${dailyAt}`, timeZone)
  })
  return next.find((at) => at !== undefined && at > momentAt(now)) ?? momentAt(now + 86_400_000)
}
