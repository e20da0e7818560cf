/** Administrators' pages of access levels: which links mean a contact and an account, per module (E09). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import {
  accessLevels,
  gonePaths,
  levelEnds,
  linkedLevels,
  mayBeForAll,
  saveLevels,
  waysOf,
  type AccessLevels,
  type LevelDraft,
  type LevelWays,
  type LinkedLevel
} from '../roles/levels.js'
import { linkPaths, linksTyped, ownerModules, pathNamed } from '../link-path.js'
import { changesOf } from './changes.js'
import { adminUrl, buttonsOn } from './frame.js'

const paths = z.array(z.string().max(255)).max(100)
const way = z.string().max(255).default('')
const form = z.strictObject({
  revision: wholeNumber,
  contact: paths,
  contactTyped: way,
  contactAll: checkbox,
  account: paths,
  accountTyped: way,
  accountAll: checkbox
})

export function levelListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const catalog = await context.host.catalog(req.locale)
    const levels = await accessLevels(context.db)
    const t = context.t(req.locale)
    const staff = ownerModules(catalog)
    const modules = [...catalog.modules.values()].filter(({ name, partOf }) => !partOf && !staff.has(name))
    await page(res, 'portal-admin/levels', {
      rows: modules.map((module) => ({
        label: module.labelPlural,
        url: adminUrl(res, 'levels', module.name),
        isConfigured: levels.configured.has(module.name),
        levels: linkedLevels.map((level) => ({ name: level, ways: shownWays(t, catalog, module, level, levels) })),
        gone: gonePaths(levels, catalog, module.name)
      })),
      saved: req.query['saved'] === '1',
      rolesUrl: adminUrl(res, 'roles'),
      listUrl: adminUrl(res)
    })
  }
}

export function levelPage(context: Context): RequestHandler {
  return (req, res) => showLevels(context, req, res)
}

export function saveLevelPage(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const sent = readForm(form, req.body)
        const seen = { module: String(req.params['module']), revision: sent.revision }
        await saveLevels(context, seen, draftIn(seen.module, sent), req.staff)
        res.redirect(303, `${adminUrl(res, 'levels')}?saved=1`)
      },
      (again) => showLevels(context, req, res, again)
    )
}

export const resetLevelPage = buttonsOn('module', showLevels)(
  (context, { id: module, revision }, { staff }) => saveLevels(context, { module, revision }, undefined, staff),
  (_, res) => `${adminUrl(res, 'levels')}?saved=1`
)

function draftIn(module: string, sent: z.infer<typeof form>): LevelDraft {
  const ways = (ticked: readonly string[], text: string): string[][] =>
    [...ticked, ...(text.trim() === '' ? [] : [text])].map((word) => linksTyped(word, module))
  return {
    contact: { paths: ways(sent.contact, sent.contactTyped), isForAll: sent.contactAll },
    account: { paths: ways(sent.account, sent.accountTyped), isForAll: sent.accountAll }
  }
}

/** As an administrator reads it: the ways, that every record counts, or that there is none. */
function shownWays(t: Translate, catalog: Catalog, module: Module, level: LinkedLevel, levels: AccessLevels): string[] {
  const { paths: ways, isForAll } = waysOf(levels, catalog, module, level)
  const itself = module.name === levelEnds[level].module ? [t(`roles:levels.itself.${level}`)] : []
  const all = isForAll ? [t('roles:levels.forAll')] : []
  return [...all, ...itself, ...ways.flatMap((path) => pathNamed(catalog, module.name, path)?.label ?? [])]
}

async function showLevels(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const module = catalog.modules.get(String(req.params['module']))
  if (!module) throw new NotFound()
  const levels = await accessLevels(context.db)
  const t = context.t(req.locale)
  await page(
    res,
    'portal-admin/level',
    {
      module: { label: module.labelPlural, name: module.name },
      form: {
        action: adminUrl(res, 'levels', module.name),
        resetAction: adminUrl(res, 'levels', module.name, 'reset'),
        revision: levels.revision,
        errors: again?.errors ?? {},
        isConfigured: levels.configured.has(module.name),
        levels: linkedLevels.map((level) => levelPart(t, { catalog, module, levels }, level, again))
      },
      gone: gonePaths(levels, catalog, module.name),
      changes: await changesOf(context, req, `levels:${module.name}`),
      notice: again?.notice,
      levelsUrl: adminUrl(res, 'levels'),
      rolesUrl: adminUrl(res, 'roles'),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

interface LevelPlace {
  readonly catalog: Catalog
  readonly module: Module
  readonly levels: AccessLevels
}

function levelPart(
  t: Translate,
  place: LevelPlace,
  level: LinkedLevel,
  again: Again | undefined
): Record<string, unknown> {
  const { catalog, module, levels } = place
  const now = waysOf(levels, catalog, module, level)
  const typed = again && Object.keys(again.typed).length > 0 ? again.typed : undefined
  return {
    name: level,
    label: t(`roles:levels.${level}`),
    itself: module.name === levelEnds[level].module ? t(`roles:levels.itself.${level}`) : undefined,
    options: choices(catalog, module, level, now),
    chosen: typed ? [typed[level] ?? []].flat() : now.paths.map((path) => path.join('.')),
    mayBeForAll: mayBeForAll(module),
    isForAll: typed ? typed[`${level}All`] !== undefined : now.isForAll,
    typed: typed?.[`${level}Typed`] ?? ''
  }
}

/** The ways worth offering, and those that count now. */
function choices(
  catalog: Catalog,
  module: Module,
  level: LinkedLevel,
  now: LevelWays
): { value: string; label: string }[] {
  const offered = linkPaths(catalog, module.name, levelEnds[level].module).map(({ links }) => links)
  const ways = new Map([...now.paths, ...offered].map((path) => [path.join('.'), path]))
  return [...ways].flatMap(([value, path]) => {
    const named = pathNamed(catalog, module.name, path)
    return named ? [{ value, label: `${named.label} (${named.name})` }] : []
  })
}
