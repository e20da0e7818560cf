/** The portal module's buttons on a record of the CRM (Z14, Z22). */
import type { Context } from '../context.js'
import type { Locale } from '../host/catalog.js'
import type { Permission } from '../host/host.js'
import type { RecordAction, RecordAsk } from '../hooks.js'
import { hasPermission } from '../web/staff.js'
import { adminPath } from './admin/frame.js'
import { configuration } from './configuration.js'
import { openUserTypes, recipientAt } from './invitations.js'
import { accessesOf } from './portal-users.js'

/** *Send portal invitation* while there is an address and a portal without him; *Portal access* once he has one. */
export async function recordActions(context: Context, ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]> {
  const { userTypes } = await configuration(context.db)
  if (![...userTypes.values()].some((type) => type.primaryModule === ask.module)) return []
  const may = (permission: Permission): boolean => hasPermission(ask.staff, permission)
  const invitation = may('manage-portals') && (await mayBeInvited(context, ask))
  const access = (may('manage-portals') || may('manage-portal-users')) && (await hasAccess(context, ask))
  return [
    ...(invitation ? [actionTo(context, ask, 'invitation', 'mail-plus', '/invitations/new')] : []),
    ...(access ? [actionTo(context, ask, 'access', 'key-round', '/access')] : [])
  ]
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
  name: 'invitation' | 'access',
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
