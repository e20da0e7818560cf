/** What lists of portal users mark: for whom processing was stopped (Z30). */
import type { Knex } from 'knex'
import { noRecord, type PortalUser } from '../people/portal-users.js'
import { stoppedAmong } from '../privacy/processing.js'

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
