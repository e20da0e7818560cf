/** The organization-wide defaults, as one table: how open each module is, and which other one it follows (S04, S06). */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { readForm, type ShownAgain } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { followingProblems, leadersOf } from '../following.js'
import { inForce } from '../in-force.js'
import { levelIn, levels, named, type Model, type ModuleDefault } from '../model.js'
import { ownedModules } from '../scope.js'
import { changesOf } from './audit-list.js'
import { sharingPage, sharingUrl } from './frame.js'
import { linkLabel } from './telling.js'

const subject = 'sharing:defaults'

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
  const { model: now } = await inForce(context.db)
  const catalog = await context.host.catalog(req.locale)
  const owned = ownedModules(catalog)
  const place: Place = { t, catalog, model, now, again }
  const locals = {
    modules: owned.map((module) => moduleRow(place, module)),
    gone: Object.keys(model.defaults)
      .filter((name) => !owned.some((module) => module.name === name))
      .map((name) => ({ name, text: defaultText(place, model, name) })),
    hasLeaders: owned.some((module) => leadersOf(catalog, module).length > 0),
    meanings: levels.map((level) => ({
      label: t(`sharing:level.${level}.label`),
      help: t(`sharing:level.${level}.help`)
    })),
    narrowsStaff: context.host.narrowsStaff,
    stamp: stampOf(model.defaults),
    changes: await changesOf(context, req, { subject })
  }
  await sharingPage(context, req, res, { section: 'defaults', view: 'defaults', locals, again })
}

interface Place {
  readonly t: Translate
  readonly catalog: Catalog
  /** What is staged. */
  readonly model: Model
  /** What is in force. */
  readonly now: Model
  readonly again: ShownAgain | undefined
}

function moduleRow(place: Place, module: Module): Record<string, unknown> {
  const { t, model, now, again } = place
  const { name } = module
  const level = String(again?.typed[name] ?? levelIn(model, name))
  const follows = String(again?.typed[followsOf(name)] ?? named(model.defaults, name)?.follows ?? '')
  const [staged, current] = [defaultText(place, model, name), defaultText(place, now, name)]
  return {
    name,
    label: module.labelPlural,
    icon: module.icon,
    levels: levels.map((value) => ({
      value,
      label: t(`sharing:level.${value}.label`),
      isChosen: value === level
    })),
    leaders: leaderChoices(place, module, follows),
    /** Of a module that is open whatever it follows. */
    isFollowingIdle: follows !== '' && level === 'public-delete',
    inForce: staged === current ? undefined : current,
    error: again?.errors[name],
    followsError: again?.errors[followsOf(name)]
  }
}

/** What is chosen stays to be seen, also where the CRM no longer has the link. */
function leaderChoices({ t, catalog }: Place, module: Module, follows: string): Record<string, unknown>[] {
  const leaders = leadersOf(catalog, module).map(({ name, label, to }) => ({
    value: name,
    label: t('sharing:defaults.leader', { link: label, module: catalog.modules.get(to)?.labelPlural ?? to })
  }))
  const isGone = follows !== '' && !leaders.some(({ value }) => value === follows)
  if (leaders.length === 0 && !isGone) return []
  const none = { value: '', label: t('sharing:defaults.followsNone') }
  const gone = isGone ? [{ value: follows, label: t('sharing:defaults.leaderGone', { link: follows }) }] : []
  return [none, ...leaders, ...gone].map((choice) => ({ ...choice, isChosen: choice.value === follows }))
}

/** A module's default in words. */
function defaultText({ t, catalog }: Place, model: Model, name: string): string {
  const level = t(`sharing:level.${levelIn(model, name)}.label`)
  const follows = named(model.defaults, name)?.follows
  if (follows === undefined) return level
  return t('sharing:told.follows', { level, link: linkLabel({ catalog }, name, follows) })
}

async function saveDefaults(context: Context, req: Request, res: Response): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const { stamp, wanted } = readDefaults(catalog, req.body)
  await stage(context, req.staff, {
    action: 'sharing.defaults-changed',
    subject,
    part: (model) => model.defaults,
    change(model) {
      mustBeAsShown(model.defaults, stamp)
      const defaults = { ...model.defaults, ...wanted }
      mustLead(catalog, model, defaults)
      return { ...model, defaults }
    }
  })
  res.redirect(303, `${sharingUrl(res)}?saved=1`)
}

/** @throws Invalid for words that no browser sends from our form. */
function readDefaults(catalog: Catalog, body: unknown): { stamp: string; wanted: Record<string, ModuleDefault> } {
  const owned = ownedModules(catalog)
  const shape = owned.flatMap(({ name }) => [
    [name, z.enum(levels)],
    [followsOf(name), z.string().max(64).default('')]
  ])
  const fields = Object.fromEntries(shape) as Record<string, z.ZodType<string>>
  const { stamp = '', ...form } = readForm(z.strictObject({ ...fields, stamp: z.string().max(64) }), body)
  const typed = form as Record<string, string>
  const wanted = owned.map(({ name }): [string, ModuleDefault] => {
    const follows = typed[followsOf(name)]
    return [name, { level: typed[name] as ModuleDefault['level'], ...(follows ? { follows } : {}) }]
  })
  return { stamp: String(stamp), wanted: Object.fromEntries(wanted) }
}

/** @throws Invalid where a module would follow what it can't, or itself in a circle. What it followed before may stay, gone or not. */
function mustLead(catalog: Catalog, before: Model, defaults: Model['defaults']): void {
  const strange = ownedModules(catalog).filter((module) => {
    const follows = defaults[module.name]?.follows
    const isKept = follows === before.defaults[module.name]?.follows
    return follows !== undefined && !isKept && !leadersOf(catalog, module).some(({ name }) => name === follows)
  })
  const problems = {
    ...followingProblems(catalog, defaults),
    ...Object.fromEntries(strange.map(({ name }) => [name, { key: 'errors.field.option' }]))
  }
  const fields = Object.entries(problems).map(([name, problem]): [string, FieldError] => [followsOf(name), problem])
  if (fields.length > 0) throw new Invalid(Object.fromEntries(fields))
}

function followsOf(module: string): string {
  return `${module}.follows`
}
