/** Which fields external users see: one setting for all of them, module by module (T05). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { projectWorld, type ProjectWorld } from '../project-settings.js'
import { releasableFields, releasableModules, releasedFields, releaseFields, usualFields } from '../released-fields.js'
import { doneIn, guestsUrl, sectionPage } from './frame.js'
import { fieldChanges } from './told-changes.js'

export function fieldPages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/settings/fields', portals, listPage(context))
  router.get('/settings/fields/:module', portals, (req, res) => show(context, req, res))
  router.post('/settings/fields/:module', portals, save(context))
}

function listPage(context: Context): RequestHandler {
  return async (req, res) => {
    const world = await worldIn(context, req)
    const { fields } = await releasedFields(context.db)
    const locals = {
      rows: world ? releasableModules(world).map((module) => rowOf(res, module, fields.get(module.name))) : [],
      done: doneIn(req, ['fields'])
    }
    await sectionPage(context, req, res, { section: 'fields', view: 'fields', locals })
  }
}

function worldIn(context: Context, req: Request): Promise<ProjectWorld | undefined> {
  return context.host.catalog(req.locale).then((catalog) => projectWorld(context.db, catalog))
}

/** Fields that the CRM no longer has are named as it called them. */
function rowOf(res: Response, module: Module, released: ReadonlySet<string> = new Set()): Record<string, unknown> {
  const names = [...released]
  const labels = releasableFields(module).flatMap(({ name, label }) => (released.has(name) ? [label] : []))
  return {
    label: module.labelPlural,
    url: guestsUrl(res, 'settings', 'fields', module.name),
    released: labels.join(', '),
    gone: names.filter((name) => !module.fields.has(name)).join(', ')
  }
}

/** @throws NotFound for a module whose fields are not released one by one */
async function moduleIn(context: Context, req: Request): Promise<Module> {
  const world = await worldIn(context, req)
  const module = world && releasableModules(world).find(({ name }) => name === req.params['module'])
  if (!module) throw new NotFound()
  return module
}

/** `?proposed=1` ticks the usual ones; nothing is released until somebody saves. */
async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const module = await moduleIn(context, req)
  const { revision, fields } = await releasedFields(context.db)
  const isProposed = again === undefined && req.query['proposed'] === '1'
  const kept = [...(fields.get(module.name) ?? [])]
  const url = guestsUrl(res, 'settings', 'fields', module.name)
  const locals = {
    module: { label: module.labelPlural, url },
    listUrl: guestsUrl(res, 'settings', 'fields'),
    proposeUrl: `${url}?proposed=1`,
    isProposed,
    revision: again?.typed['revision'] ?? revision,
    choices: releasableFields(module).map(({ name, label }) => ({ value: name, label })),
    chosen: again ? [again.typed['fields'] ?? []].flat() : isProposed ? usualFields(module) : kept,
    gone: kept.filter((name) => !module.fields.has(name)).join(', '),
    changes: await fieldChanges(context, req, `external-users:fields:${module.name}`, labelsOf(module))
  }
  await sectionPage(context, req, res, { section: 'fields', view: 'fields-module', locals, again })
}

function labelsOf({ fields }: Module): ReadonlyMap<string, string> {
  return new Map([...fields.values()].map(({ name, label }) => [name, label]))
}

function save(context: Context): RequestHandler {
  const form = z.strictObject({ fields: z.array(z.string().max(64)).max(500), revision: wholeNumber })
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const module = await moduleIn(context, req)
        const { revision, fields } = readForm(form, req.body)
        await releaseFields(context, req.staff, revision, module, fields)
        res.redirect(303, `${guestsUrl(res, 'settings', 'fields')}?done=fields`)
      },
      (again) => show(context, req, res, again)
    )
}
