/** The portal module's buttons on a record of the CRM (Z14, Z22). */
import type { Context } from '../context.js'
import type { Locale } from '../host/catalog.js'
import type { RecordAction, RecordAsk } from '../hooks.js'
import { adminPath } from './admin/frame.js'
import { mayOpen, needs } from '../web/permitted.js'
import { privacyActions } from './admin/privacy-frame.js'
import { configuration, releaseOf, type Configuration } from './configuration.js'
import { openUserTypes, recipientAt } from './people/invitations.js'
import { contacts } from './people/lead-modules.js'
import { accessesOf, convertedTo, type PortalUser } from './people/portal-users.js'
import { modulesOfRoles } from './roles/roles.js'

/** *Send portal invitation* while there is an address and a portal without him; *Portal access* once he has one; *Who can see
 *  this?* wherever portals may show the module (X01). A host asks only for records that it shows this staff member. */
export async function recordActions(context: Context, ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]> {
  if (!mayOpen(ask.staff, needs.either)) return []
  const all = await configuration(context.db)
  const isPrimary = [...all.userTypes.values()].some((type) => type.primaryModule === ask.module)
  const invitation = isPrimary && mayOpen(ask.staff, needs.portals) && (await mayBeInvited(context, ask))
  const access = isPrimary && (await hasAccess(context, ask))
  const waiting =
    ask.module === contacts && mayOpen(ask.staff, needs.users) ? await convertedTo(context.db, ask.id) : []
  return [
    ...(invitation ? [actionTo(context, ask, 'invitation', 'mail-plus', '/invitations/new')] : []),
    ...(access ? [actionTo(context, ask, 'access', 'key-round', '/access')] : []),
    ...waiting.map((user) => decisionAbout(context, ask, user)),
    ...((await concernsPortals(context, all, ask.module))
      ? [actionTo(context, ask, 'viewers', 'eye', '/viewers')]
      : []),
    ...(await privacyActions(context, ask))
  ]
}

/** The modules of customers, whoever comes in by a portal. */
const customerModules = ['Contact', 'Lead', 'Account']

/** Customers' records, those that stand for a person, and what is released to a user type, given by a role or public where there is one. */
async function concernsPortals(context: Context, all: Configuration, module: string): Promise<boolean> {
  const { userTypes, publicModules, portals } = all
  if ((await modulesOfRoles(context.db, [...portals.values()])).has(module)) return true
  const isReleased = [...userTypes.values()].some((type) => type.primaryModule === module || releaseOf(type, module))
  return customerModules.includes(module) || isReleased || (userTypes.size > 0 && publicModules.has(module))
}

async function mayBeInvited(context: Context, { module, id, staff }: RecordAsk): Promise<boolean> {
  if (!(await context.host.allows(staff, 'edit', module, id))) return false
  const places = await openUserTypes(context, await recipientAt(context, module, id))
  return places.some(({ address }) => address !== undefined)
}

async function hasAccess(context: Context, { module, id }: RecordAsk): Promise<boolean> {
  return (await accessesOf(context.db, module, id)).some((user) => user.status !== 'removed')
}

/** His lead became this contact, and nobody has said which user type he has now (Z24). */
function decisionAbout(context: Context, { locale }: { locale: Locale }, { id }: Pick<PortalUser, 'id'>): RecordAction {
  const label = context.t(locale)('life:conversion.button')
  return {
    name: `portal-conversion-${id}`,
    label,
    icon: 'arrow-right-left',
    url: `${adminPath}/users/${id}/conversion`
  }
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
