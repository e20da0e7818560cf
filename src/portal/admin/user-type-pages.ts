/** Administrators' pages of a user type: what is released to it, and who has it (Z21). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { configuration, releaseOf, type Release, type UserType } from '../configuration.js'
import { linkPaths } from '../link-path.js'
import { portalById, portalUrl } from '../portals.js'
import { countByStatus, portalUsersOfType, type PortalUserStatus } from '../portal-users.js'
import { goneFrom } from '../release-check.js'
import { userTypeById } from '../releases.js'
import { adminUrl, changesOf } from './frame.js'

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
    const userTypes = await Promise.all(
      [...all.userTypes.values()].map(async (type) => {
        const { invited, confirmed } = await countByStatus(context.db, type.id)
        return {
          name: type.name,
          portal: portalById(all, type.portalId).name,
          users: invited + confirmed,
          url: usersUrl(res, type.id)
        }
      })
    )
    await page(res, 'portal-admin/user-types', { userTypes })
  }
}

export function userTypePage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const userType = userTypeById(all, String(req.params['type']))
    const catalog = await context.host.catalog(req.locale)
    const portal = portalById(all, userType.portalId)
    await page(res, 'portal-admin/user-type', {
      userType: {
        ...userType,
        primary: catalog.modules.get(userType.primaryModule)?.labelPlural ?? userType.primaryModule
      },
      portal: { name: portal.name, address: portalUrl(context, portal), url: adminUrl(res, portal.id) },
      released: releasedRows(context.t(req.locale), res, catalog, userType),
      others: otherModules(res, catalog, userType),
      usersUrl: usersUrl(res, userType.id),
      changes: await changesOf(context, req, `user-type:${userType.id}`),
      saved: req.query['saved'] === '1',
      listUrl: adminUrl(res)
    })
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

export function accessUrl(res: Response, { module, recordId }: { module: string; recordId: string }): string {
  return `${adminUrl(res, 'access')}?${new URLSearchParams({ module, record: recordId }).toString()}`
}

function usersUrl(res: Response, userTypeId: string): string {
  return adminUrl(res, 'user-types', userTypeId, 'users')
}

/** Released modules in the catalog's order, line items after the module they are part of; then those the CRM no longer has. */
function releasedRows(t: Translate, res: Response, catalog: Catalog, userType: UserType): Record<string, unknown>[] {
  const rank = new Map([...catalog.modules.keys()].map((name, index) => [name, index]))
  const place = (release: Release): number =>
    release.kind === 'primary' ? -1 : (rank.get(release.module) ?? Number.MAX_SAFE_INTEGER)
  return userType.releases
    .toSorted((a, b) => place(a) - place(b))
    .map((release) => releasedRow(t, res, catalog, userType, release))
}

function releasedRow(
  t: Translate,
  res: Response,
  catalog: Catalog,
  userType: UserType,
  release: Release
): Record<string, unknown> {
  const module = catalog.modules.get(release.module)
  const path =
    module &&
    linkPaths(catalog, module.name, userType.primaryModule).find(
      ({ links }) => links.join('.') === release.path.join('.')
    )
  const url = adminUrl(res, 'user-types', userType.id, 'modules', release.module)
  return {
    module: release.module,
    label: module?.labelPlural ?? release.module,
    icon: module?.icon ?? 'circle-help',
    kind: release.kind,
    path: path?.label,
    hasCriteria: release.criteria !== undefined,
    rights: [...release.rights].map((right) => t(`portal:right.${right}`)),
    fields: release.fields.size,
    gone: goneFrom(catalog, userType, release),
    url: module && url,
    removalUrl: release.kind === 'primary' ? undefined : `${url}/removal`
  }
}

/** What could be released too: line items only inside a module that is. */
function otherModules(
  res: Response,
  catalog: Catalog,
  userType: UserType
): { label: string; icon: string; url: string }[] {
  const isOpen = (module: Module): boolean =>
    !releaseOf(userType, module.name) && (!module.partOf || releaseOf(userType, module.partOf.module) !== undefined)
  const owners = new Set([...catalog.modules.values()].flatMap((module) => ownerModule(module) ?? []))
  return [...catalog.modules.values()]
    .filter((module) => isOpen(module) && !owners.has(module.name))
    .map((module) => ({
      label: module.labelPlural,
      icon: module.icon,
      url: adminUrl(res, 'user-types', userType.id, 'modules', module.name)
    }))
}

/** The module of the staff, who are no business of portals. */
function ownerModule(module: Module): string | undefined {
  const link = module.owner && module.fields.get(module.owner)?.link
  return link ? module.links.get(link)?.to : undefined
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
