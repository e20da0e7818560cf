/** Portals: customers and partners sign in and work with their own records. */
import type { PorticoModule } from '../module.js'
import { adminPath } from './admin/frame.js'
import { mayOpen, needs } from './admin/permitted.js'
import { adminPages } from './admin/routes.js'
import { portalPages } from './pages/routes.js'
import { policySource } from './policy-source.js'
import { endAccessOf } from './people/portal-users.js'
import { recordActions } from './record-actions.js'

const portal: PorticoModule = {
  id: 'portal',
  register({ context, routes, adminMenu, recordActions: buttons, policy, on }) {
    routes('/portal', portalPages(context))
    routes(adminPath, adminPages(context).router)
    adminMenu(async ({ staff, locale }) => {
      const t = context.t(locale)
      const portals = {
        label: t('portal:menu.portals'),
        help: t('portal:menu.portalsHelp'),
        url: adminPath,
        icon: 'door-open'
      }
      const users = {
        label: t('portal:menu.users'),
        help: t('portal:menu.usersHelp'),
        url: `${adminPath}/users`,
        icon: 'users'
      }
      return [...(mayOpen(staff, needs.portals) ? [portals] : []), ...(mayOpen(staff, needs.users) ? [users] : [])]
    })
    buttons((ask) => recordActions(context, ask))
    policy((person, catalog) => policySource(context, person, catalog))
    on('record.removed', async (event) => {
      if (event.kind === 'record.removed') await endAccessOf(context, event.module, event.id)
    })
  }
}

export default portal
