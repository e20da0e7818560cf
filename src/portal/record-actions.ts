/** The portal module's buttons on a record of the CRM (Z14, Z22). */
import type { Context } from '../context.js'
import type { Locale } from '../host/catalog.js'
import type { Permission } from '../host/host.js'
import type { RecordAction, RecordAsk } from '../hooks.js'
import { hasPermission } from '../web/staff.js'
import { adminPath } from './admin/frame.js'
import { configuration, releaseOf, type Configuration } from './configuration.js'
import { openUserTypes, recipientAt } from './invitations.js'
import { accessesOf } from './portal-users.js'

/** *Send portal invitation* while there is an address and a portal without him; *Portal access* once he has one; *Who can see
 *  this?* wherever portals may show the module (X01). A host asks only for records that it shows this staff member. */
export async function recordActions(context: Context, ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]> {
  const may = (permission: Permission): boolean => hasPermission(ask.staff, permission)
  if (!may('manage-portals') && !may('manage-portal-users')) return []
  const all = await configuration(context.db)
  const isPrimary = [...all.userTypes.values()].some((type) => type.primaryModule === ask.module)
  const invitation = isPrimary && may('manage-portals') && (await mayBeInvited(context, ask))
  const access = isPrimary && (await hasAccess(context, ask))
  return [
    ...(invitation ? [actionTo(context, ask, 'invitation', 'mail-plus', '/invitations/new')] : []),
    ...(access ? [actionTo(context, ask, 'access', 'key-round', '/access')] : []),
    ...(concernsPortals(all, ask.module) ? [actionTo(context, ask, 'viewers', 'eye', '/viewers')] : [])
  ]
}

/** The modules of customers, whoever comes in by a portal. */
const customerModules = ['Contact', 'Lead', 'Account']

/** Customers' records, those that stand for a person, and what is released to a user type or public where there is one. */
function concernsPortals({ userTypes, publicModules }: Configuration, module: string): boolean {
  const isReleased = [...userTypes.values()].some((type) => type.primaryModule === module || releaseOf(type, module))
  return customerModules.includes(module) || isReleased || (userTypes.size > 0 && publicModules.has(module))
}

async function mayBeInvited(context: Context, { module, id, staff }: RecordAsk): Promise<boolean> {
  if ((await openUserTypes(context, { module, recordId: id })).length === 0) return false
  if (!(await context.host.allows(staff, 'edit', module, id))) return false
  const recipient = await recipientAt(context, module, id)
  return recipient.address !== undefined
}

async function hasAccess(context: Context, { module, id }: RecordAsk): Promise<boolean> {
  return (await accessesOf(context.db, module, id)).some((user) => user.status !== 'removed')
}

function actionTo(
  context: Context,
  ask: RecordAsk & { locale: Locale },
  name: 'invitation' | 'access' | 'viewers',
  icon: string,
  path: string
): RecordAction {
  const query = new URLSearchParams({ module: ask.module, record: ask.id }).toString()
  return {
    name: `portal-${name}`,
    label: context.t(ask.locale)(`portal:action.${name}`),
    icon,
    url: `${adminPath}${path}?${query}`
  }
}
