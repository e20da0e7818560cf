/** Portals: customers and partners sign in and work with their own records. */
import type { PorticoModule } from '../module.js'
import { adminPath } from './admin/frame.js'
import { mayOpen, needs } from '../web/permitted.js'
import { adminPages } from './admin/routes.js'
import { feedPages, feedPath } from './feed/feed-pages.js'
import { noteHappening } from './notifications/happenings.js'
import { mayStillGo, sendNotifications } from './notifications/sending.js'
import { unsubscribePages } from './pages/notification-pages.js'
import { portalPages } from './pages/routes.js'
import { policySource } from './policy-source.js'
import { privacyMenu } from './admin/privacy-frame.js'
import { goOnDeleting } from './privacy/erasure.js'
import { endAccessOf } from './people/access-changes.js'
import { followRecord } from './people/address-change.js'
import { followConversion } from './people/conversion.js'
import { noteMailProblem } from './people/mail-problem.js'
import { workOnRuns } from './people/runs/work.js'
import { addressHealer, followMissed } from './people/missed-changes.js'
import { doorsOf } from './portals/door.js'
import { portalSites } from './portals/sites.js'
import { recordActions } from './record-actions.js'
import { recordQuestions } from './record-questions.js'

/** Pages about portal users at other addresses. */
const pagesAboutUsers = [
  ...['persons', 'access', 'invitations', 'runs'].map((name) => `${adminPath}/${name}`),
  ...['users', 'candidates'].map((name) => `${adminPath}/user-types/*/${name}`)
]

const portal: PorticoModule = {
  id: 'portal',
  register({
    context,
    routes,
    adminMenu,
    recordActions: buttons,
    recordQuestions: questions,
    policy,
    doors,
    sites,
    on,
    job
  }) {
    routes('/portal', portalPages(context))
    routes(adminPath, adminPages(context).router)
    routes('/portico/unsubscribe', unsubscribePages(context))
    routes(feedPath, feedPages(context))
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
        alsoUnder: pagesAboutUsers,
        icon: 'users'
      }
      const feed = { label: t('feed:menu'), help: t('feed:menuHelp'), url: feedPath, icon: 'newspaper' }
      return [
        ...(mayOpen(staff, needs.portals) ? [portals] : []),
        ...(mayOpen(staff, needs.users) ? [users] : []),
        ...(mayOpen(staff, needs.either) ? [feed] : []),
        ...(await privacyMenu(context, staff, locale))
      ]
    })
    buttons((ask) => recordActions(context, ask))
    questions((ask) => recordQuestions(context, ask))
    doors((identityId) => doorsOf(context, identityId))
    sites(() => portalSites(context.db))
    policy((person, catalog) => policySource(context, person, catalog))
    for (const kind of ['note.posted', 'record.created', 'record.changed'] as const)
      on(kind, (event) => noteHappening(context, event))
    job({ name: 'notifications', everySeconds: 15, run: () => sendNotifications(context) })
    job({ name: 'privacy-deletions', everySeconds: 30, run: () => goOnDeleting(context) })
    job({ name: 'runs over many people', everySeconds: 1, run: () => workOnRuns(context) })
    context.mail.guard('notification', (mail) => mayStillGo(context, mail))
    context.mail.onTrouble((trouble, trx) => noteMailProblem(trouble, context.now(), trx))
    on('record.removed', async (event) => {
      if (event.kind === 'record.removed') await endAccessOf(context, event.module, event.id)
    })
    on('record.changed', async (event) => {
      if (event.kind === 'record.changed') await followRecord(context, event.module, event.id, event.by)
    })
    on('switches.changed', () => followMissed(context))
    job({ name: 'addresses', everySeconds: 600, run: addressHealer(context) })
    on('lead.converted', async (event) => {
      if (event.kind === 'lead.converted') await followConversion(context, event)
    })
  }
}

export default portal
