/** Global sharing: who of the staff sees whose records. */
import type { PorticoModule } from '../module.js'
import { hasPermission } from '../web/staff.js'
import { adminPages, adminPath } from './admin.js'
import { defaults } from './defaults.js'
import { narrowing } from './scope.js'

const globalSharing: PorticoModule = {
  id: 'global-sharing',
  register({ context, routes, adminMenu, recordScope }) {
    routes(adminPath, adminPages(context))
    adminMenu(async ({ staff, locale }) => {
      if (!hasPermission(staff, 'manage-sharing')) return []
      const t = context.t(locale)
      return [{ label: t('sharing:menu.label'), help: t('sharing:menu.help'), url: adminPath, icon: 'share-2' }]
    })
    recordScope(async (ask) => narrowing(await defaults(context.db), await context.host.catalog('en'), ask))
  }
}

export default globalSharing
