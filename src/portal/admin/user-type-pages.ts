/** Administrators' pages about who has a user type, and who might (Z15, Z21). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { cursorOf, pageLinks, queryText } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { configuration } from '../configuration.js'
import { invitationPlace, refusal, type InvitationPlace } from '../people/eligibility.js'
import { activeAmong, userCounts } from '../people/portal-users.js'
import { candidatesPage, countCandidates } from '../people/runs/selection.js'
import { portalById } from '../portals/portals.js'
import { userTypeById } from '../user-types/releases.js'
import { adminUrl } from './frame.js'
import { mayOpen, needs } from '../../web/permitted.js'
import { usersUrl } from './user-filters.js'
import { showUsers } from './user-list.js'

export { accessUrl } from './user-list.js'

export function userTypeListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const counts = await userCounts(context.db)
    const userTypes = [...all.userTypes.values()].map(({ id, name, portalId }) => ({
      name,
      portal: portalById(all, portalId).name,
      users: activeAmong(counts.ofType(id)),
      url: usersUrl(res, { kind: 'type', userTypeId: id })
    }))
    await page(res, 'portal-admin/user-types', {
      userTypes,
      allUrl: adminUrl(res, 'users', 'all'),
      personsUrl: adminUrl(res, 'persons'),
      runsUrl: adminUrl(res, 'runs')
    })
  }
}

export function userTypeUsersPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const { id, name, portalId } = userTypeById(all, String(req.params['type']))
    const t = context.t(req.locale)
    const invite = { label: t('people:candidates.open'), url: candidatesUrl(res, id), icon: 'mail-plus' }
    await showUsers(
      context,
      req,
      res,
      { kind: 'type', userTypeId: id },
      {
        title: t('portal:users.title', { userType: name, portal: portalById(all, portalId).name }),
        crumbs: [{ label: t('portal:menu.users'), url: adminUrl(res, 'users') }, { label: name }],
        button: mayOpen(req.staff, needs.portals) ? invite : undefined,
        empty: t('portal:users.empty')
      }
    )
  }
}

/** The users of all types, and those without one. */
export function allUsersPage(context: Context): RequestHandler {
  return async (req, res) => {
    const t = context.t(req.locale)
    await showUsers(
      context,
      req,
      res,
      { kind: 'everybody' },
      {
        title: t('people:users.everybody'),
        crumbs: [
          { label: t('portal:menu.users'), url: adminUrl(res, 'users') },
          { label: t('people:users.everybody') }
        ],
        empty: t('portal:users.empty')
      }
    )
  }
}

export function candidatesUrl(res: Response, userTypeId: string): string {
  return adminUrl(res, 'user-types', userTypeId, 'candidates')
}

/** People who can be invited to a type: many at once (Z15). */
export function candidateListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const userTypeId = String(req.params['type'])
    const userType = userTypeById(await configuration(context.db), userTypeId)
    const place = await invitationPlace(context, userTypeId)
    if (!(await context.host.allowsModule(req.staff, place.module.name))) throw refusal('noModuleRight')
    const search = queryText(req, 'q')
    const { judged, next } = await candidatesPage(context, place, { search, after: cursorOf(req) }, req.staff)
    await page(res, 'portal-admin/user-type-candidates', {
      userType: { name: userType.name, portal: place.portal.name },
      candidates: judged.map((one) => ({ ...one, url: context.host.recordUrl(place.module.name, one.recordId) })),
      count: await countCandidates(context, place, search, req.staff),
      limit: context.config.limits.activeUsersPerType,
      scope: userTypeId,
      search,
      nobody: req.query['nobody'] === '1',
      action: candidatesUrl(res, userTypeId),
      runUrl: adminUrl(res, 'runs', 'new'),
      usersUrl: usersUrlFor(req.staff, res, place),
      listUrl: adminUrl(res, 'users'),
      pages: pageLinks(req, next)
    })
  }
}

/** Where the page leads back to: whoever may not see the users came from the type. */
function usersUrlFor(staff: Request['staff'], res: Response, { userType }: InvitationPlace): string {
  return mayOpen(staff, needs.users)
    ? usersUrl(res, { kind: 'type', userTypeId: userType.id })
    : adminUrl(res, 'user-types', userType.id)
}
