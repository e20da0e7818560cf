/** Which module the projects are, when they end, where their documents stand: the settings of administrators. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { isTimeZone } from '../../web/time-zones.js'
import { kinds } from '../kinds.js'
import { fieldsOf, fitting, foldersWord, possibleFolders, possibleProjects } from '../project-fitness.js'
import { keepSettings, keptSettings, proposedFor, proposedSettings, type ProjectSettings } from '../project-settings.js'
import { doneIn, guestsUrl, sectionPage } from './frame.js'
import { notOffered, offered, settingsInForce } from './settings-form.js'
import { settingsChanges } from './told-changes.js'
import { kindPages } from './settings-kind-pages.js'
import { holderChoices, settingsShown, shownLost, shownParts } from './settings-shown.js'

export function settingsPages(router: PermittedRouter, context: Context): void {
  const { portals } = needs
  router.get('/settings', portals, (req, res) => show(context, req, res))
  router.post('/settings', portals, saveSettings(context))
  router.post('/settings/module', portals, chooseModule(context))
  router.post('/settings/reset', portals, reset(context))
  kindPages(router, context)
}

/** The subject of the settings in the audit list. */
const settingsSubject = 'external-users:project'

const outcomes = ['settings', 'module', 'reset', 'kind']

async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const { revision, settings } = await keptSettings(context.db)
  const meant = settings ?? proposedSettings(catalog)
  const inForce = meant && fitting(catalog, meant)
  const locals = {
    revision: again?.typed['revision'] ?? revision,
    isChosen: settings !== undefined,
    lost: meant ? shownLost(context.t(req.locale), catalog, meant) : [],
    modules: {
      choices: possibleProjects(catalog).map(({ name: value, labelPlural: label }) => ({ value, label })),
      chosen: again?.typed['module'] ?? inForce?.module ?? ''
    },
    form: inForce && settingsShown(context.t(req.locale), catalog, inForce, again),
    parts: inForce ? shownParts(context.t(req.locale), res, catalog, inForce) : [],
    action: guestsUrl(res, 'settings'),
    changes: await settingsChanges(context, req, settingsSubject, catalog),
    done: doneIn(req, outcomes)
  }
  await sectionPage(context, req, res, { section: 'settings', view: 'settings', locals, again })
}

/** Saves what `change` makes of the settings in force. */
function saving(
  context: Context,
  done: string,
  change: (
    req: Request,
    catalog: Catalog,
    now: ProjectSettings | undefined
  ) => { revision: number; wanted: ProjectSettings | undefined }
): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const catalog = await context.host.catalog(req.locale)
        const { revision, wanted } = change(req, catalog, await settingsInForce(context, catalog))
        await keepSettings(context, req.staff, revision, wanted)
        res.redirect(303, `${guestsUrl(res, 'settings')}?done=${done}`)
      },
      (again) => show(context, req, res, again)
    )
}

/** Another module: everything is proposed anew for it. */
function chooseModule(context: Context): RequestHandler {
  const form = z.strictObject({ revision: wholeNumber, module: z.string().max(64) })
  return saving(context, 'module', (req, catalog) => {
    const { revision, module: name } = readForm(form, req.body)
    const module = possibleProjects(catalog).find((one) => one.name === name)
    const wanted = module && proposedFor(catalog, module)
    if (!wanted) throw notOffered('module')
    return { revision, wanted }
  })
}

function reset(context: Context): RequestHandler {
  const form = z.strictObject({ revision: wholeNumber })
  return saving(context, 'reset', (req) => ({ revision: readForm(form, req.body).revision, wanted: undefined }))
}

const word = z.string().max(260)
const settingsForm = z.strictObject({
  revision: wholeNumber,
  endDate: word,
  zoneField: word,
  zone: word.optional(),
  folders: word.default(''),
  file: word.default(''),
  ...Object.fromEntries(kinds.map((kind) => [`holder-${kind}`, word.default('')]))
})

function saveSettings(context: Context): RequestHandler {
  return saving(context, 'settings', (req, catalog, now) => {
    const { revision, ...typed } = readForm(settingsForm, req.body)
    if (!now) throw notOffered('endDate')
    return { revision, wanted: typedSettings(catalog, now, typed) }
  })
}

/** @throws Invalid for what the CRM does not have */
function typedSettings(
  catalog: Catalog,
  now: ProjectSettings,
  typed: Readonly<Record<string, string | undefined>>
): ProjectSettings {
  const module = catalog.modules.get(now.module)!
  const endDate = offered(
    'endDate',
    typed,
    fieldsOf(module, ['date']).map(({ name }) => name)
  )
  if (endDate === undefined) throw notOffered('endDate')
  return {
    module: now.module,
    endDate,
    timeZone: typedZone(catalog, now, typed),
    parts: now.parts,
    ...typedDocuments(catalog, now, typed)
  }
}

function typedZone(
  catalog: Catalog,
  now: ProjectSettings,
  typed: Readonly<Record<string, string | undefined>>
): ProjectSettings['timeZone'] {
  const module = catalog.modules.get(now.module)!
  const field = offered(
    'zoneField',
    typed,
    fieldsOf(module, ['text', 'option']).map(({ name }) => name)
  )
  if (field !== undefined) return { field }
  const zone = typed['zone'] ?? ''
  if (!isTimeZone(zone)) throw notOffered('zone')
  return { zone }
}

function typedDocuments(
  catalog: Catalog,
  now: ProjectSettings,
  typed: Readonly<Record<string, string | undefined>>
): Pick<ProjectSettings, 'folders' | 'file' | 'holders'> {
  const documents = catalog.modules.get(now.parts.documents?.module ?? '')
  if (!documents) return { holders: {} }
  const trees = possibleFolders(catalog, catalog.modules.get(now.module)!, documents)
  const tree = offered('folders', typed, trees.map(foldersWord))
  const file = offered(
    'file',
    typed,
    fieldsOf(documents, ['files']).map(({ name }) => name)
  )
  const holders = holderChoices(catalog, now).flatMap(({ kind, options }) => {
    const link = offered(
      `holder-${kind}`,
      typed,
      options.map(({ value }) => value)
    )
    return link === undefined ? [] : [[kind, link] as const]
  })
  const folders = trees.find((one) => foldersWord(one) === tree)
  return { ...(folders && { folders }), ...(file && { file }), holders: Object.fromEntries(holders) }
}
