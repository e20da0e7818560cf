/** The users page, of one user type, of everybody, and of those without a record in the CRM (Z21, E08). */
import type { Request, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import { skipLinks } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { configuration, type Configuration } from '../configuration.js'
import { countsIn, type PortalUser, type StatusCounts, type UserScope } from '../people/portal-users.js'
import { typesInsteadOf } from '../people/transfer.js'
import { usersFound } from '../people/users-found.js'
import { adminUrl } from './frame.js'
import { stoppedUsersAmong } from './user-marks.js'
import {
  actionsIn,
  askedUsers,
  filterCounts,
  scopeWord,
  userFilters,
  usersUrl,
  type AskedUsers,
  type UserFilter
} from './user-filters.js'

const perPage = 50

/** What a page of one scope says beside the list. */
export interface UserListFrame {
  readonly title: string
  readonly intro?: string
  readonly crumbs: readonly { readonly label: string; readonly url?: string }[]
  /** The button at the top. */
  readonly button?: { readonly label: string; readonly url: string; readonly icon: string } | undefined
  /** What stands where nobody is. */
  readonly empty: string
}

export async function showUsers(
  context: Context,
  req: Request,
  res: Response,
  scope: UserScope,
  frame: UserListFrame
): Promise<void> {
  const all = await configuration(context.db)
  const asked = askedUsers(req)
  const { statuses } = userFilters[asked.filter]
  const found = await usersFound(context, req.staff, scope, { ...asked, statuses, limit: perPage + 1 })
  const counts = await countsIn(context.db, scope)
  await page(res, 'portal-admin/users', {
    frame,
    scope: scopeWord(scope),
    kind: scope.kind,
    emptyText: emptyText(context.t(req.locale), asked, counts, frame),
    nobody: req.query['nobody'] === '1',
    users: await rowsOf(context, req, res, { all, users: found.slice(0, perPage) }),
    asked,
    ...tabsOf(context, req, usersUrl(res, scope), counts, asked.filter),
    actions: actionsIn(asked.filter, scope.kind === 'type' && typesInsteadOf(all, scope.userTypeId).length > 0),
    runUrl: adminUrl(res, 'runs', 'new'),
    runsUrl: `${adminUrl(res, 'runs')}?${new URLSearchParams({ scope: scopeWord(scope) }).toString()}`,
    action: usersUrl(res, scope),
    pages: skipLinks(req, { here: usersUrl(res, scope), perPage, hasMore: found.length > perPage })
  })
}

/** Nobody at all, or nobody in this filter. */
function emptyText(t: Translate, { search, filter }: AskedUsers, counts: StatusCounts, frame: UserListFrame): string {
  if (search !== '') return t('portal:users.nothingFound')
  const isAnybodyThere = filterCounts(counts).all > 0
  return isAnybodyThere ? t('people:users.noneIn', { filter: t(`portal:users.filter.${filter}`) }) : frame.empty
}

interface Found {
  readonly all: Configuration
  readonly users: readonly PortalUser[]
}

/** Of whom the CRM hides from this staff member, the list says that there is somebody. */
async function rowsOf(
  context: Context,
  req: Request,
  res: Response,
  { all, users }: Found
): Promise<Record<string, unknown>[]> {
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const stopped = await stoppedUsersAmong(context.db, users)
  return users.map((user) => ({
    ...rowOf(res, all, user),
    ...(hidden.has(user.id) && { isHidden: true, name: '', address: '', hasTrouble: false }),
    isStopped: stopped.has(user.id)
  }))
}

function rowOf(res: Response, all: Configuration, user: PortalUser): Record<string, unknown> {
  const { addressProblem, mailProblem, convertedContactId } = user
  return {
    ...user,
    hasTrouble: [addressProblem, mailProblem, convertedContactId].some((trouble) => trouble !== undefined),
    portal: all.portals.get(user.portalId)?.name ?? '',
    userType: all.userTypes.get(user.userTypeId ?? '')?.name,
    url: convertedContactId === undefined ? accessUrl(res, user) : adminUrl(res, 'users', user.id, 'conversion')
  }
}

/** The page of what somebody has in all portals; for somebody without a record, his own. */
export function accessUrl(
  res: Response,
  who: Pick<PortalUser, 'id' | 'module' | 'recordId'> | { module: string; recordId: string }
): string {
  const { module, recordId } = who
  if (module === undefined || recordId === undefined) return adminUrl(res, 'users', 'id' in who ? who.id : '')
  return `${adminUrl(res, 'access')}?${new URLSearchParams({ module, record: recordId }).toString()}`
}

/** The filters with their counts; those of what is asked for in more detail stand apart. */
function tabsOf(
  context: Context,
  req: Request,
  here: string,
  statusCounts: StatusCounts,
  current: UserFilter
): Record<'filters' | 'parts', unknown[]> {
  const t = context.t(req.locale)
  const counts = filterCounts(statusCounts)
  const tabs = Object.entries(userFilters).map(([name, meaning]) => ({
    label: t(`portal:users.filter.${name}`),
    count: counts[name as UserFilter],
    url: `${here}?status=${name}`,
    current: name === current || ('partOf' in userFilters[current] && userFilters[current].partOf === name),
    partOf: 'partOf' in meaning ? meaning.partOf : undefined
  }))
  const isDetailed = tabs.some((tab) => tab.current && tab.partOf !== undefined) || current === 'unconfirmed'
  return {
    filters: tabs.filter(({ partOf }) => partOf === undefined),
    parts: isDetailed ? tabs.filter(({ partOf }) => partOf !== undefined) : []
  }
}
