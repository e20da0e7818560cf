/** External users: guests of single projects, with strongly restricted rights. */
import type { PorticoModule } from '../module.js'
import { hasPermission } from '../web/staff.js'
import { adminPages, adminPath } from './admin.js'
import { doorBase } from './door.js'
import { guestPages } from './guest-pages.js'
import { policySource } from './policy.js'
import { projectWorld } from './project-settings.js'

const externalUsers: PorticoModule = {
  id: 'external-users',
  register({ context, routes, adminMenu, recordActions, policy }) {
    routes(doorBase, guestPages(context))
    routes(adminPath, adminPages(context))
    adminMenu(async ({ staff, locale }) => {
      if (!hasPermission(staff, 'manage-portal-users')) return []
      const t = context.t(locale)
      return [{ label: t('external:menu.label'), help: t('external:menu.help'), url: adminPath, icon: 'user-check' }]
    })
    recordActions(async ({ module, id, staff, locale }) => {
      const world = await projectWorld(context.db, await context.host.catalog(locale))
      if (module !== world?.module.name || !hasPermission(staff, 'manage-portal-users')) return []
      const url = `${adminPath}/projects/${encodeURIComponent(id)}`
      return [
        { name: 'external-members', label: context.t(locale)('external:action.members'), url, icon: 'user-check' }
      ]
    })
    policy((person, catalog) => policySource(context, person, catalog))
  }
}

export default externalUsers
