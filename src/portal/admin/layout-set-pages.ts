/** Administrators' pages of layout sets: the list, and one set with its layouts (E07). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { line, nothingTyped, readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import {
  createLayoutSet,
  deleteLayoutSet,
  layoutSetById,
  portalsWith,
  raiseLayout,
  removeLayout,
  renameLayoutSet
} from '../layouts/layout-changes.js'
import { goneFromLayout, valuesOf } from '../layouts/layout-check.js'
import { layoutKinds, layoutSets, type LayoutSet, type PortalLayout } from '../layouts/layouts.js'
import { changesOf } from './changes.js'
import { moduleChoice } from './choices.js'
import { adminUrl, buttonsOn } from './frame.js'

const newForm = z.strictObject({ name: line(100), copyOf: z.string().max(36).default('') })
const nameForm = z.strictObject({ revision: wholeNumber, name: line(100) })

export function layoutSetListPage(context: Context): RequestHandler {
  return async (req, res) => showSets(context, req, res)
}

export function createLayoutSetPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { name, copyOf } = readForm(newForm, req.body)
        const id = await createLayoutSet(context, { name, copyOf: copyOf || undefined }, req.staff)
        res.redirect(303, adminUrl(res, 'layout-sets', id))
      },
      (again) => showSets(context, req, res, again)
    )
}

export function layoutSetPage(context: Context): RequestHandler {
  return async (req, res) => showSet(context, req, res)
}

export function renameLayoutSetPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { name, revision } = readForm(nameForm, req.body)
        await renameLayoutSet(context, { id: String(req.params['set']), revision }, name, req.staff)
        res.redirect(303, setUrl(req, res))
      },
      (again) => showSet(context, req, res, again)
    )
}

const pressed = buttonsOn('set', showSet)

export const deleteLayoutSetPage = pressed(
  (context, seen, { staff }) => deleteLayoutSet(context, seen, staff),
  (_, res) => adminUrl(res, 'layout-sets')
)
export const removeLayoutPage = pressed(
  (context, seen, { params, staff }) => removeLayout(context, seen, String(params['layout']), staff),
  setUrl
)
export const raiseLayoutPage = pressed(
  (context, seen, { params, staff }) => raiseLayout(context, seen, String(params['layout']), staff),
  setUrl
)

/** The page of the set that the address names. */
export function setUrl(req: Request, res: Response): string {
  return `${adminUrl(res, 'layout-sets', String(req.params['set']))}?saved=1`
}

async function showSets(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(req.locale)
  const sets = [...(await layoutSets(context.db)).values()].map((set) => ({
    id: set.id,
    name: set.name,
    url: adminUrl(res, 'layout-sets', set.id),
    modules: [...new Set(set.layouts.map(({ module }) => labelOf(catalog, module)))],
    portals: portalsWith(all, set.id)
  }))
  const { typed, errors } = again ?? nothingTyped
  await page(
    res,
    'portal-admin/layout-sets',
    {
      sets,
      form: { values: { name: '', copyOf: '', ...typed }, errors, action: adminUrl(res, 'layout-sets') },
      notice: again?.notice,
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

async function showSet(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const set = await layoutSetById(context, String(req.params['set']))
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(req.locale)
  const url = adminUrl(res, 'layout-sets', set.id)
  await page(
    res,
    'portal-admin/layout-set',
    {
      set: { name: set.name, revision: set.revision, url, portals: portalsWith(all, set.id) },
      modules: modulesIn(set).map((module) => ({
        label: labelOf(catalog, module),
        layouts: rowsOf({ context, req, res }, catalog, set, module)
      })),
      form: { values: { name: set.name, ...again?.typed }, errors: again?.errors ?? {} },
      adding: {
        url: `${url}/layouts/new`,
        modules: [...catalog.modules.values()].map(moduleChoice),
        kinds: layoutKinds
      },
      changes: await changesOf(context, req, `layout-set:${set.id}`),
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      urls: { portals: adminUrl(res), sets: adminUrl(res, 'layout-sets') }
    },
    { status: again?.status }
  )
}

function modulesIn(set: LayoutSet): string[] {
  return [...new Set(set.layouts.map(({ module }) => module))]
}

function labelOf(catalog: Catalog, module: string): string {
  return catalog.modules.get(module)?.labelPlural ?? module
}

/** The layouts of a module in a set: lists first, then those for some records in the order in which they are asked. */
function rowsOf(
  { context, req, res }: { context: Context; req: Request; res: Response },
  catalog: Catalog,
  set: LayoutSet,
  module: string
): Record<string, unknown>[] {
  const own = set.layouts.filter((layout) => layout.module === module)
  const rank = ({ kind, forRecords }: PortalLayout): number => (kind === 'list' ? 0 : forRecords ? 1 : 2)
  const known = catalog.modules.get(module)
  return own
    .toSorted((one, other) => rank(one) - rank(other))
    .map((layout, index, rows) => {
      const at = (...rest: string[]): string => adminUrl(res, 'layout-sets', set.id, 'layouts', layout.id, ...rest)
      return {
        name: layout.name,
        kind: layout.kind,
        records: recordsText(context, req, known, layout),
        fields: layout.sections.flatMap(({ fields }) => fields).length,
        gone: goneFromLayout(catalog, layout),
        url: known && at(),
        removalUrl: at('removal'),
        raiseUrl: rank(layout) === 1 && rows[index - 1] && rank(rows[index - 1]!) === 1 ? at('raise') : undefined
      }
    })
}

/** Which records a layout is for, in words. */
function recordsText(context: Context, req: Request, module: Module | undefined, layout: PortalLayout): string {
  const t = context.t(req.locale)
  const { kind, forRecords } = layout
  if (!forRecords) return t(kind === 'list' ? 'layouts:records.list' : 'layouts:records.standard')
  const field = module?.fields.get(forRecords.field)
  const options = field ? valuesOf(field, t('portal:value.yes'), t('portal:value.no')) : []
  const values = forRecords.values.map((value) => options.find((one) => one.value === value)?.label ?? value)
  return t('layouts:records.by', { field: field?.label ?? forRecords.field, values: values.join(', ') })
}
