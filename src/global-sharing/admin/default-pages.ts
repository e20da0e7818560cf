/** The organization-wide defaults, as one table (S04). */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { readForm } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { levelIn, levels, type Level, type ModuleDefault } from '../model.js'
import { ownedModules } from '../scope.js'
import { sharingPage, sharingUrl } from './frame.js'

export function defaultPages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showDefaults(context, req, res))
  router.post('/', (req, res) =>
    submitOrRefuse(
      req,
      () => saveDefaults(context, req, res),
      (again) => showDefaults(context, req, res, again)
    )
  )
  return router
}

async function showDefaults(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const t = context.t(req.locale)
  const { model } = await draft(context.db)
  const catalog = await context.host.catalog(req.locale)
  const modules = ownedModules(catalog).map((module) => ({
    name: module.name,
    label: module.labelPlural,
    icon: module.icon,
    level: again?.typed[module.name] ?? levelIn(model, module.name)
  }))
  const choices = levels.map((value) => ({
    value,
    label: t(`sharing:level.${value}.label`),
    help: t(`sharing:level.${value}.help`)
  }))
  const locals = {
    modules,
    choices,
    narrowsStaff: context.host.narrowsStaff,
    stamp: stampOf(model.defaults),
    saved: req.query['saved'] === '1'
  }
  await sharingPage(context, req, res, { section: 'defaults', view: 'defaults', locals, again })
}

async function saveDefaults(context: Context, req: Request, res: Response): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const names = ownedModules(catalog).map((module) => module.name)
  const shape = Object.fromEntries(names.map((name) => [name, z.enum(levels)]))
  const { stamp, ...wanted } = readForm(z.strictObject({ ...shape, stamp: z.string() }), req.body)
  const defaults = Object.fromEntries(
    Object.entries(wanted as Record<string, Level>).map(([module, level]): [string, ModuleDefault] => [
      module,
      { level }
    ])
  )
  await stage(context, req.staff, {
    action: 'sharing.defaults-changed',
    subject: 'sharing:defaults',
    part: (model) => model.defaults,
    change(model) {
      mustBeAsShown(model.defaults, String(stamp))
      return { ...model, defaults }
    }
  })
  res.redirect(303, `${sharingUrl(res)}?saved=1`)
}
