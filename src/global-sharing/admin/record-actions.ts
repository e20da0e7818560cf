/** The button on a record's page in the CRM: who of the staff can see it, and why (S11). */
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import type { RecordAction, RecordAsk } from '../../hooks.js'
import { hasPermission } from '../../web/staff.js'
import { isAskable } from './answer-frame.js'
import { adminPath } from './frame.js'

/** For staff who may manage sharing. A host asks only for records that it shows them; the page asks again. */
export async function recordActions(context: Context, ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]> {
  const { module: name, id, staff, locale } = ask
  const module = (await context.host.catalog(locale)).modules.get(name)
  if (!hasPermission(staff, 'manage-sharing') || !module || !isAskable(module)) return []
  const url = [adminPath, 'answers', 'record', ...[name, id].map(encodeURIComponent)].join('/')
  return [{ name: 'sharing-answers', label: context.t(locale)('answers:action.record'), url, icon: 'scale' }]
}
