/** External users: guests of single projects, with strongly restricted rights. */
import type { PorticoModule } from '../module.js'
import { menuItems, recordButtons } from './admin/doors.js'
import { adminPath } from './admin/frame.js'
import { adminPages } from './admin/routes.js'
import { doorBase, doorsOf } from './door.js'
import { guestPages } from './guest/routes.js'
import { policySource } from './policy.js'

const externalUsers: PorticoModule = {
  id: 'external-users',
  register({ context, routes, adminMenu, recordActions, policy, doors }) {
    routes(doorBase, guestPages(context))
    routes(adminPath, adminPages(context).router)
    adminMenu(async ({ staff, locale }) => menuItems(context, staff, locale))
    recordActions((ask) => recordButtons(context, ask))
    doors((identityId, locale) => doorsOf(context, identityId, locale))
    policy((person, catalog) => policySource(context, person, catalog))
  }
}

export default externalUsers
