/** What lists of portal users mark: whom the CRM hides from this staff member, and for whom processing was stopped (Z21, Z30). */
import type { Knex } from 'knex'
import { lookUpAll } from '../../access/question.js'
import type { Context } from '../../context.js'
import type { Staff } from '../../host/host.js'
import { noRecord, type PortalUser } from '../people/portal-users.js'
import { stoppedAmong } from '../privacy/processing.js'

/** So many answers of the host are waited for at once. */
const atOnce = 4

/** Ids of those whose record the CRM would not show him. Of somebody without a record, or whose record is gone, there is nothing to hide. */
export async function hiddenAmong(
  context: Context,
  staff: Staff,
  users: readonly PortalUser[]
): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>()
  for (const [module, those] of byModule(users)) {
    if (module === noRecord.module) continue
    const there = await lookUpAll(context.kernel, module, those.map(recordOf), [])
    const asked = those.filter((user) => there.has(recordOf(user)))
    for (let from = 0; from < asked.length; from += atOnce)
      await Promise.all(
        asked.slice(from, from + atOnce).map(async (user) => {
          if (!(await context.host.allows(staff, 'view', module, recordOf(user)))) hidden.add(user.id)
        })
      )
  }
  return hidden
}

/** Ids of those for whom processing was stopped. */
export async function stoppedUsersAmong(db: Knex, users: readonly PortalUser[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const [module, those] of byModule(users)) {
    const stopped = await stoppedAmong(db, module, those.map(recordOf))
    for (const user of those) if (stopped.has(recordOf(user))) found.add(user.id)
  }
  return found
}

function byModule(users: readonly PortalUser[]): Map<string, PortalUser[]> {
  const groups = new Map<string, PortalUser[]>()
  for (const user of users) {
    const { module = noRecord.module } = user
    groups.set(module, [...(groups.get(module) ?? []), user])
  }
  return groups
}

function recordOf({ id, recordId = id }: PortalUser): string {
  return recordId
}
