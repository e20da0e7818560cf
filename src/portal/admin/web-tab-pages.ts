/** Administrators' pages of web tabs: the list, a new one, one with its address and who has it (Z09). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { line, readForm, wholeNumber, type Typed } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, type Configuration } from '../configuration.js'
import { portalById } from '../portals/portals.js'
import {
  changeWebTab,
  createWebTab,
  removedTabs,
  removeWebTab,
  subjectOf,
  typesWith,
  webTabById,
  webTabs
} from '../portals/web-tabs.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'

const userTypeIds = z.array(z.string().max(36)).max(2000)
const fields = { name: line(100), url: z.string().min(1, 'errors.field.required'), userTypeIds }
const newForm = z.strictObject(fields)
const changeForm = z.strictObject({ ...fields, revision: wholeNumber })

export function webTabListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const all = await configuration(context.db)
    const tabs = [...(await webTabs(context.db)).values()].map(({ id, name, url }) => ({
      name,
      url,
      pageUrl: adminUrl(res, 'web-tabs', id),
      userTypes: typesWith(all, id).map((type) => placeOf(context, req, all, type))
    }))
    await page(res, 'portal-admin/web-tabs', {
      tabs,
      newUrl: adminUrl(res, 'web-tabs', 'new'),
      removed: await changesOf(context, req, removedTabs),
      saved: req.query['saved'] === '1',
      listUrl: adminUrl(res)
    })
  }
}

export function newWebTabPage(context: Context): RequestHandler {
  return async (req, res) => showNew(context, req, res)
}

export function createWebTabPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        await createWebTab(context, readForm(newForm, req.body), req.staff)
        res.redirect(303, `${adminUrl(res, 'web-tabs')}?saved=1`)
      },
      (again) => showNew(context, req, res, again)
    )
}

export function webTabAdminPage(context: Context): RequestHandler {
  return async (req, res) => showWebTab(context, req, res)
}

export function changeWebTabPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, ...form } = readForm(changeForm, req.body)
        const id = String(req.params['tab'])
        await changeWebTab(context, { id, revision }, form, req.staff)
        res.redirect(303, `${adminUrl(res, 'web-tabs', id)}?saved=1`)
      },
      (again) => showWebTab(context, req, res, again)
    )
}

export const removeWebTabPage = buttonsOn('tab', showWebTab)(
  (context, seen, { staff }) => removeWebTab(context, seen, staff),
  (_, res) => `${adminUrl(res, 'web-tabs')}?saved=1`
)

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const values = { name: '', url: '', userTypeIds: [] }
  await page(
    res,
    'portal-admin/new-web-tab',
    { form: formOf(context, req, { all, values, again, action: adminUrl(res, 'web-tabs') }), ...around(res, again) },
    { status: again?.status }
  )
}

async function showWebTab(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const { id, name, url, revision } = await webTabById(context.db, String(req.params['tab']))
  const types = typesWith(all, id)
  const values = { name, url, userTypeIds: types.map((type) => type.id) }
  const action = adminUrl(res, 'web-tabs', id)
  await page(
    res,
    'portal-admin/web-tab',
    {
      tab: {
        name,
        revision,
        places: types.map((type) => placeOf(context, req, all, type)),
        removalUrl: `${action}/removal`
      },
      form: formOf(context, req, { all, values, again, action }),
      changes: await changesOf(context, req, subjectOf(id)),
      saved: req.query['saved'] === '1',
      ...around(res, again)
    },
    { status: again?.status }
  )
}

function around(res: Response, again: Again | undefined): Record<string, unknown> {
  return { notice: again?.notice, listUrl: adminUrl(res), tabsUrl: adminUrl(res, 'web-tabs') }
}

interface Sheet {
  readonly all: Configuration
  readonly values: Typed
  readonly again: Again | undefined
  readonly action: string
}

/** No box that is ticked is posted as no field at all: what was typed decides alone. */
function formOf(context: Context, req: Request, { all, values, again, action }: Sheet): Record<string, unknown> {
  const typed = again && Object.keys(again.typed).length > 0 ? { userTypeIds: [], ...again.typed } : {}
  return {
    action,
    values: { ...values, ...typed },
    errors: again?.errors ?? {},
    userTypes: [...all.userTypes.values()].map((type) => ({
      value: type.id,
      label: placeOf(context, req, all, type)
    }))
  }
}

function placeOf(
  context: Context,
  req: Request,
  all: Configuration,
  { portalId, name }: { portalId: string; name: string }
): string {
  return context.t(req.locale)('portal:invitation.place', { portal: portalById(all, portalId).name, userType: name })
}
