/** Global sharing: who of the staff sees whose records. */
import type { Compiler } from '../access/compile.js'
import type { Context } from '../context.js'
import { dialectOf } from '../db/dialect.js'
import type { PorticoModule } from '../module.js'
import { hasPermission } from '../web/staff.js'
import { recordActions } from './admin/record-actions.js'
import { adminPath } from './admin/frame.js'
import { adminPages } from './admin/routes.js'
import { purgeSharing } from './applied-models.js'
import { inForce } from './in-force.js'
import { workOnRuns } from './recalculation.js'
import { assignable, narrowing } from './scope.js'

const globalSharing: PorticoModule = {
  id: 'global-sharing',
  register({ context, routes, adminMenu, recordActions: buttons, recordScope, recordOwners, job }) {
    routes(adminPath, adminPages(context))
    adminMenu(async ({ staff, locale }) => {
      if (!hasPermission(staff, 'manage-sharing')) return []
      const t = context.t(locale)
      return [{ label: t('sharing:menu.label'), help: t('sharing:menu.help'), url: adminPath, icon: 'share-2' }]
    })
    buttons((ask) => recordActions(context, ask))
    job({ name: 'sharing-recalculation', everySeconds: 1, run: () => workOnRuns(context, 'apply') })
    job({ name: 'sharing-preview', everySeconds: 1, run: () => workOnRuns(context, 'preview') })
    job({ name: 'sharing-housekeeping', everySeconds: 3600, run: () => purgeSharing(context) })
    recordScope(async (ask) => narrowing((await inForce(context.db)).organization, await compilerOf(context), ask))
    recordOwners(async ({ staff, module }) => assignable((await inForce(context.db)).organization, staff, module))
  }
}

async function compilerOf({ host, db }: Context): Promise<Compiler> {
  return { catalog: await host.catalog('en'), dialect: dialectOf(db) }
}

export default globalSharing
