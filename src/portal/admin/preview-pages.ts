/** Staff choose as whom they want to see a portal, and end it again (Z13). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { always } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import type { ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import { readForm } from '../../web/forms.js'
import { page, urlFor } from '../../web/render.js'
import { configuration, userTypesOf, type UserType } from '../configuration.js'
import { previewPath } from '../pages/preview-rooms.js'
import { portalById } from '../portals/portals.js'
import { accessesOf, portalUserById } from '../people/portal-users.js'
import { beginPreview, endPreview, mustBeShown, previewMinutes, type PreviewedAs } from '../preview.js'
import { userTypeById } from '../user-types/releases.js'
import { addressFieldOf } from '../user-types/user-types.js'
import { adminUrl } from './frame.js'
import { accessUrl } from './user-type-pages.js'

const mostRecords = 20

const beginning = z.strictObject({
  userType: z.string().max(36).optional(),
  record: z.string().max(36).optional(),
  user: z.string().max(36).optional()
})

/** Where a preview begins: the choice of user types, a user type's records, or a portal user. */
export function previewUrl(res: Response, of?: { readonly type: string } | { readonly user: string }): string {
  const query = of ? `?${new URLSearchParams(of).toString()}` : ''
  return adminUrl(res, 'preview') + query
}

/** `?type=<user type>` asks for a record, `?user=<portal user>` for the button alone; without either there is the choice of types. */
export function previewPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { type, user } = req.query
    if (typeof user === 'string') await showUser(context, req, res, user)
    else if (typeof type === 'string') await showType(context, req, res, type)
    else await showTypes(context, req, res)
  }
}

export function beginPreviewPage(context: Context): RequestHandler {
  return async (req, res) => {
    const id = await beginPreview(context, asWhom(readForm(beginning, req.body)), req.staff)
    res.redirect(303, `${urlFor(res, previewPath(id))}/`)
  }
}

/** Leads back to the page that the preview was of. */
export function endPreviewPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { user, userType } = await endPreview(context, String(req.params['preview']), req.staff)
    res.redirect(303, user ? accessUrl(res, user) : previewUrl(res, userType && { type: userType.id }))
  }
}

function asWhom({ user, userType, record }: z.infer<typeof beginning>): PreviewedAs {
  if (user) return { portalUserId: user }
  if (!userType || !record) throw new NotFound()
  return { userTypeId: userType, recordId: record }
}

async function showTypes(context: Context, req: Request, res: Response): Promise<void> {
  const all = await configuration(context.db)
  const { modules } = await context.host.catalog(req.locale)
  const portals = [...all.portals.values()].map((portal) => ({
    name: portal.name,
    isActive: portal.isActive,
    userTypes: userTypesOf(all, portal.id).map((type) => ({
      name: type.name,
      primary: modules.get(type.primaryModule)?.labelPlural ?? type.primaryModule,
      isInSetUp: type.setUp !== undefined,
      url: previewUrl(res, { type: type.id })
    }))
  }))
  await page(res, 'portal-admin/preview', { portals, minutes: previewMinutes, listUrl: adminUrl(res) })
}

async function showType(context: Context, req: Request, res: Response, typeId: string): Promise<void> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, typeId)
  const portal = portalById(all, userType.portalId)
  const module = (await context.host.catalog(req.locale)).modules.get(userType.primaryModule)
  const search = typeof req.query['q'] === 'string' ? req.query['q'].trim() : ''
  await page(res, 'portal-admin/preview-type', {
    portal: { name: portal.name, isActive: portal.isActive },
    userType: { id: userType.id, name: userType.name, isInSetUp: userType.setUp !== undefined },
    module: module?.labelPlural ?? userType.primaryModule,
    found: module && (await recordsFor(context, req, module, userType, search)),
    search: { words: search, action: adminUrl(res, 'preview'), keep: { type: userType.id } },
    minutes: previewMinutes,
    action: adminUrl(res, 'preview'),
    listUrl: adminUrl(res, 'preview')
  })
}

interface ShownRecord {
  readonly id: string
  readonly title: string
  readonly address: string
  /** Id of the portal user who comes in with this record by this user type. */
  readonly user: string | undefined
}

/** Of the first records that match, those that the CRM shows this staff member. */
async function recordsFor(
  context: Context,
  req: Request,
  module: Module,
  userType: UserType,
  search: string
): Promise<{ records: ShownRecord[]; hasMore: boolean }> {
  const address = addressFieldOf(userType, module)?.name
  const fields = [module.title, ...(address ? [address] : [])]
  const door = await narrowRecords(context.kernel, { module: module.name, when: always, fields })
  const { records, next } = await door.list(module.name, { search, fields, limit: mostRecords })
  const allowed = await Promise.all(records.map(({ id }) => context.host.allows(req.staff, 'view', module.name, id)))
  const shown = records.filter((_, index) => allowed[index])
  return {
    records: await Promise.all(shown.map((record) => shownRecordOf(context, record, userType, address))),
    hasMore: next !== undefined
  }
}

async function shownRecordOf(
  context: Context,
  { id, title, values }: ViewedRecord,
  userType: UserType,
  address: string | undefined
): Promise<ShownRecord> {
  const accesses = await accessesOf(context.db, userType.primaryModule, id)
  const user = accesses.find(({ userTypeId, status }) => userTypeId === userType.id && status !== 'removed')
  return { id, title, address: String((address && values[address]) ?? ''), user: user?.id }
}

async function showUser(context: Context, req: Request, res: Response, userId: string): Promise<void> {
  const user = await portalUserById(context.db, userId)
  await mustBeShown(context, req.staff, user)
  const all = await configuration(context.db)
  const portal = portalById(all, user.portalId)
  await page(res, 'portal-admin/preview-user', {
    user: { id: user.id, name: user.name, hasAccess: user.status === 'confirmed' },
    portal: { name: portal.name, isActive: portal.isActive },
    minutes: previewMinutes,
    action: adminUrl(res, 'preview'),
    backUrl: accessUrl(res, user)
  })
}
