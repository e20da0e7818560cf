/** The administrator's page of global sharing: one table of defaults. */
import { Router, type Request, type Response } from 'express'
import type { Context } from '../context.js'
import { readForm, submit, type ShownAgain } from '../web/forms.js'
import { page, urlFor } from '../web/render.js'
import { requireStaff } from '../web/staff.js'
import { z } from 'zod'
import { changeDefaults, defaults, levelIn, levelOf, levels, ownedModules, type Level } from './defaults.js'

export const adminPath = '/portico/admin/sharing'

export function adminPages(context: Context): Router {
  const router = Router()
  router.use(requireStaff(context, 'manage-sharing'))
  router.get('/', (req, res) => showDefaults(context, req, res))
  router.post('/', (req, res) =>
    submit(
      req,
      () => saveDefaults(context, req, res),
      (form) => showDefaults(context, req, res, form)
    )
  )
  return router
}

async function showDefaults(context: Context, req: Request, res: Response, form?: ShownAgain): Promise<void> {
  const t = context.t(req.locale)
  const all = await defaults(context.db)
  const catalog = await context.host.catalog(req.locale)
  const modules = ownedModules(catalog).map((module) => ({
    name: module.name,
    label: module.labelPlural,
    icon: module.icon,
    level: levelOf(form?.typed[module.name] ?? levelIn(all, module.name))
  }))
  const choices = levels.map((value) => ({
    value,
    label: t(`sharing:level.${value}.label`),
    help: t(`sharing:level.${value}.help`)
  }))
  await page(
    res,
    'global-sharing/defaults',
    {
      modules,
      choices,
      narrowsStaff: context.host.narrowsStaff,
      revision: all.revision,
      saved: req.query['saved'] === '1',
      errors: form?.errors ?? {}
    },
    { status: form ? 422 : 200 }
  )
}

async function saveDefaults(context: Context, req: Request, res: Response): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const names = ownedModules(catalog).map((module) => module.name)
  const shape = Object.fromEntries(names.map((name) => [name, z.enum(levels)]))
  const { revision, ...wanted } = readForm(z.strictObject({ ...shape, revision: z.coerce.number().int() }), req.body)
  await changeDefaults(context, req.staff, Number(revision), new Map<string, Level>(Object.entries(wanted)))
  res.redirect(303, urlFor(res, `${adminPath}?saved=1`))
}
