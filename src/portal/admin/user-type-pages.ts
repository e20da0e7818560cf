/** Administrators' pages about who has a user type (Z21). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { page } from '../../web/render.js'
import { configuration } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import {
  countByStatus,
  portalUsersOfType,
  userCounts,
  type PortalUser,
  type PortalUserStatus
} from '../people/portal-users.js'
import { userTypeById } from '../user-types/releases.js'
import { adminUrl } from './frame.js'

const perPage = 50

/** The filters of the users page, and the statuses each one means. */
const filters = {
  all: ['invited', 'confirmed', 'deactivated'],
  active: ['invited', 'confirmed'],
  confirmed: ['confirmed'],
  unconfirmed: ['invited'],
  deactivated: ['deactivated']
} as const satisfies Record<string, readonly PortalUserStatus[]>
type UserFilter = keyof typeof filters

export function userTypeListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const counts = await userCounts(context.db)
    const userTypes = [...all.userTypes.values()].map(({ id, name, portalId }) => {
      const { invited, confirmed } = counts.ofType(id)
      return { name, portal: portalById(all, portalId).name, users: invited + confirmed, url: usersUrl(res, id) }
    })
    await page(res, 'portal-admin/user-types', { userTypes, personsUrl: adminUrl(res, 'persons') })
  }
}

export function userTypeUsersPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const userType = userTypeById(all, String(req.params['type']))
    const asked = askedIn(req)
    const limit = perPage + 1
    const found = await portalUsersOfType(context.db, {
      userTypeId: userType.id,
      statuses: filters[asked.filter],
      search: asked.search,
      skip: asked.skip,
      limit
    })
    const here = usersUrl(res, userType.id)
    await page(res, 'portal-admin/users', {
      userType: { name: userType.name, portal: portalById(all, userType.portalId).name },
      users: found.slice(0, perPage).map((user) => ({ ...user, url: accessUrl(res, user) })),
      asked,
      filters: await filterTabs(context, req, here, userType.id, asked.filter),
      action: here,
      pages: pagesOf(here, asked, found.length > perPage),
      listUrl: adminUrl(res, 'users')
    })
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

function usersUrl(res: Response, userTypeId: string): string {
  return adminUrl(res, 'user-types', userTypeId, 'users')
}

interface AskedUsers {
  readonly filter: UserFilter
  readonly search: string
  readonly skip: number
}

function askedIn({ query }: Request): AskedUsers {
  const word = typeof query['status'] === 'string' ? query['status'] : 'all'
  if (!isFilter(word)) throw new NotFound()
  const skip = Math.min(Math.max(Math.trunc(Number(query['skip'] ?? 0)) || 0, 0), 1_000_000)
  return { filter: word, search: typeof query['q'] === 'string' ? query['q'] : '', skip }
}

function isFilter(word: string): word is UserFilter {
  return Object.hasOwn(filters, word)
}

async function filterTabs(
  context: Context,
  req: Request,
  here: string,
  userTypeId: string,
  current: UserFilter
): Promise<Record<string, unknown>[]> {
  const t = context.t(req.locale)
  const counts = await countByStatus(context.db, userTypeId)
  return Object.entries(filters).map(([name, statuses]) => ({
    label: t(`portal:users.filter.${name}`),
    count: statuses.reduce((sum, status) => sum + counts[status], 0),
    url: `${here}?status=${name}`,
    current: name === current
  }))
}

function pagesOf(
  here: string,
  { filter, search, skip }: AskedUsers,
  hasMore: boolean
): { previous: string | undefined; next: string | undefined } {
  const to = (from: number): string =>
    `${here}?${new URLSearchParams({ status: filter, q: search, skip: String(from) }).toString()}`
  return {
    previous: skip > 0 ? to(Math.max(0, skip - perPage)) : undefined,
    next: hasMore ? to(skip + perPage) : undefined
  }
}
