/** Where staff find data privacy: in the menu, and on a person's record; nowhere while compliance is off (Z29). */
import type { RequestHandler } from 'express'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { NotFound } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import type { MenuItem, RecordAction, RecordAsk } from '../../hooks.js'
import { personModules } from '../privacy/persons-of.js'
import { processingOf } from '../privacy/processing.js'
import { waitingRequests } from '../privacy/requests.js'
import { privacySettings } from '../privacy/settings.js'
import { adminPath } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'

/** Requests, with how many are to be decided. */
export async function privacyMenu(context: Context, staff: Staff, locale: Locale): Promise<MenuItem[]> {
  if (!mayOpen(staff, needs.users) || !(await privacySettings(context.db)).isOn) return []
  const { open } = await waitingRequests(context.db, momentAt(context.now()))
  const t = context.t(locale)
  return [
    {
      label: open === 0 ? t('privacy:requests.title') : t('privacy:requests.titleWith', { count: open }),
      help: t('privacy:requests.help'),
      url: `${adminPath}/privacy/requests`,
      icon: 'shield-check'
    }
  ]
}

/** *Data privacy* on records that stand for people; it says where processing was stopped. */
export async function privacyActions(context: Context, ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]> {
  if (!mayOpen(ask.staff, needs.either) || !(await privacySettings(context.db)).isOn) return []
  if (!(await personModules(context)).has(ask.module)) return []
  const { stoppedAt } = await processingOf(context.db, { module: ask.module, recordId: ask.id })
  const query = new URLSearchParams({ module: ask.module, record: ask.id }).toString()
  return [
    {
      name: 'portal-privacy',
      label: context.t(ask.locale)(stoppedAt === undefined ? 'privacy:action' : 'privacy:actionStopped'),
      icon: 'shield-check',
      url: `${adminPath}/privacy/record?${query}`
    }
  ]
}

/** Without compliance its pages are not there. */
export function whileOn(context: Context, handler: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    if (!(await privacySettings(context.db)).isOn) throw new NotFound()
    await handler(req, res, next)
  }
}
