/** Where staff come in: the entry of the administrators' menu, and the buttons on records of the CRM. */
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import type { MenuItem, RecordAction, RecordAsk } from '../../hooks.js'
import { mayOpen, needs } from '../../web/permitted.js'
import type { Translate } from '../../web/locale.js'
import { externalUsersAt } from '../external-users.js'
import { contacts } from '../project.js'
import { projectWorld } from '../project-settings.js'
import { placeOf } from '../record-people.js'
import { adminPath } from './frame.js'

/** The users, or to those who may only set things up, the settings. */
export function menuItems(context: Context, staff: Staff, locale: Locale): MenuItem[] {
  const t = context.t(locale)
  const item = { label: t('external:menu.label'), help: t('external:menu.help'), icon: 'user-check' }
  if (mayOpen(staff, needs.users)) return [{ ...item, url: adminPath }]
  return mayOpen(staff, needs.portals) ? [{ ...item, url: `${adminPath}/settings`, alsoUnder: [adminPath] }] : []
}

/** On a project its members, on what belongs to projects what external users may do with it. A host asks only for records that it shows this
 *  staff member. */
export async function recordButtons(
  context: Context,
  { module, id, staff, locale }: RecordAsk & { locale: Locale }
): Promise<RecordAction[]> {
  if (!mayOpen(staff, needs.users)) return []
  const t = context.t(locale)
  if (module === contacts) return accountButtons(context, t, id)
  const world = await projectWorld(context.db, await context.host.catalog(locale))
  const place = world && placeOf(world, module)
  if (!place) return []
  if (place.kind === 'project')
    return [
      { name: 'external-members', label: t('external:action.members'), url: urlOf('projects', id), icon: 'user-check' }
    ]
  if (place.kind === 'members') return []
  return [
    {
      name: 'external-access',
      label: t('guests-admin:action.record'),
      url: urlOf('records', module, id),
      icon: 'user-check'
    }
  ]
}

/** On a contact the external users he is: one button for each login. */
async function accountButtons(context: Context, t: Translate, contactId: string): Promise<RecordAction[]> {
  const users = await externalUsersAt(context.db, contacts, [contactId])
  return users.map(({ id, login }, index) => ({
    name: `external-user-${index + 1}`,
    label: users.length === 1 ? t('guests-admin:action.user') : t('guests-admin:action.userOf', { login }),
    url: urlOf('users', id),
    icon: 'user-check'
  }))
}

function urlOf(...rest: readonly string[]): string {
  return [adminPath, ...rest.map(encodeURIComponent)].join('/')
}
