/** Looking for portal users, as staff may find them (Z21, A09). */
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Staff } from '../../host/host.js'
import { portalUsersIn, type PortalUser, type UserScope, type UserSearch } from './portal-users.js'

const mostAtOnce = 200

/** Those in `scope` by name. Words find nobody whom the CRM hides from this staff member, for that would tell who he is; without words
 *  he is among them. */
export async function usersFound(
  context: Context,
  staff: Staff,
  scope: UserScope,
  ask: UserSearch & { skip: number; limit: number }
): Promise<PortalUser[]> {
  if (ask.search === '') return portalUsersIn(context.db, scope, ask)
  const end = ask.skip + ask.limit
  const limit = Math.min(end, mostAtOnce)
  const found: PortalUser[] = []
  for (let skip = 0; found.length < end; skip += limit) {
    const users = await portalUsersIn(context.db, scope, { ...ask, skip, limit })
    const hidden = await hiddenAmong(context.kernel, staff, users)
    found.push(...users.filter(({ id }) => !hidden.has(id)))
    if (users.length < limit) break
  }
  return found.slice(ask.skip, end)
}
