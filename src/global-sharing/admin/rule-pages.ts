/** Sharing rules: what some people's records are to others, beyond the defaults (S05, S06). */
import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import { readForm, typedIn } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { inForce } from '../in-force.js'
import { named, type Model, type Rule } from '../model.js'
import { organizationOf } from '../organization.js'
import { ruleProblems, remarksOn, type RuleWorld } from '../rules.js'
import { ownedModules } from '../scope.js'
import { changesOf } from './audit-list.js'
import { sharingPage, sharingUrl } from './frame.js'
import { moduleName, namingFor, type Naming } from './naming.js'
import { badgeOf } from './profile-pages.js'
import { blankRule, readRule, shownRule, typedRule, type RulePlace } from './rule-form.js'
import { criterionRows, peopleOffered, relatedRows, setsOffered, peopleChoice } from './rule-sheet.js'
import { criteriaText, relatedText, ruleSentence } from './telling.js'

const kind = 'sharing-rule'
const stamped = z.strictObject({ stamp: z.string().max(64) })

export function rulePages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showList(context, req, res))
  router.get('/new', (req, res) => showNew(context, req, res))
  router.post('/', (req, res) => createRule(context, req, res))
  router.get('/:rule', (req, res) => showRule(context, req, res))
  router.post('/:rule', (req, res) => saveRule(context, req, res))
  router.post('/:rule/removal', (req, res) => removeRule(context, req, res))
  return router
}

async function showList(context: Context, req: Request, res: Response): Promise<void> {
  const { model } = await draft(context.db)
  const { model: now } = await inForce(context.db)
  const naming = await namingFor(context, req)
  const world = worldOf(naming, model)
  const modules = [...new Set(Object.values(model.rules).map(({ module }) => module))]
  const going = Object.entries(now.rules).filter(([id]) => !Object.hasOwn(model.rules, id))
  const locals = {
    modules: inCatalogOrder(naming, modules).map((name) => ({
      label: moduleName(naming, name),
      icon: naming.catalog.modules.get(name)?.icon ?? 'box',
      rules: Object.entries(model.rules)
        .filter(([, rule]) => rule.module === name)
        .map(([id, rule]) => ({ ...ruleRow(naming, world, rule), ...ruleState(res, now, id, rule) }))
    })),
    going: going.map(([, rule]) => ruleSentence(naming, rule)),
    newUrl: sharingUrl(res, 'rules', 'new'),
    changes: await changesOf(context, req, { kind })
  }
  await sharingPage(context, req, res, { section: 'rules', view: 'rules', locals })
}

function worldOf({ catalog, people }: Naming, model: Model): RuleWorld {
  return { catalog, organization: organizationOf(model), people: new Set(people.keys()) }
}

/** What the CRM no longer has comes last. */
function inCatalogOrder({ catalog }: Naming, names: readonly string[]): string[] {
  const known = [...catalog.modules.keys()].filter((name) => names.includes(name))
  return [...known, ...names.filter((name) => !catalog.modules.has(name))]
}

function ruleRow(naming: Naming, world: RuleWorld, rule: Rule): Record<string, unknown> {
  return {
    sentence: ruleSentence(naming, rule),
    criteria: criteriaText(naming, rule),
    related: relatedText(naming, rule),
    remarks: remarksOn(world, rule)
  }
}

function ruleState(res: Response, now: Model, id: string, rule: Rule): Record<string, unknown> {
  return { badge: badgeOf(rule, named(now.rules, id)), url: sharingUrl(res, 'rules', id) }
}

/** First the module is chosen; what can be said of its records depends on it. */
async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const modules = ownedModules(await context.host.catalog(req.locale))
  const name = again?.typed['module'] ?? req.query['module']
  const module = modules.find((one) => one.name === name)
  if (module) return showForm(context, req, res, { module: module.name, again })
  const choices = modules.map((one) => ({
    label: one.labelPlural,
    icon: one.icon,
    url: `${sharingUrl(res, 'rules', 'new')}?module=${encodeURIComponent(one.name)}`
  }))
  await sharingPage(context, req, res, { section: 'rules', view: 'rule-new', locals: { modules: choices }, again })
}

async function showRule(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const id = ruleIn(req)
  const rule = ruleOf((await draft(context.db)).model, id)
  await showForm(context, req, res, { module: rule.module, stored: { id, rule }, again })
}

/** A rule's form: of a stored one, or of a new one for a module. */
interface Shown {
  readonly module: string
  readonly stored?: { readonly id: string; readonly rule: Rule }
  readonly again: Again | undefined
}

async function showForm(context: Context, req: Request, res: Response, shown: Shown): Promise<void> {
  const { module, stored, again } = shown
  const { model } = await draft(context.db)
  const naming = await namingFor(context, req)
  const place = placeIn(naming, req, module, stored?.rule)
  const locals = {
    module: { name: module, label: moduleName(naming, module) },
    rule: stored && {
      ...ruleRow(naming, worldOf(naming, model), stored.rule),
      ...ruleState(res, (await inForce(context.db)).model, stored.id, stored.rule),
      removalAction: sharingUrl(res, 'rules', stored.id, 'removal')
    },
    form: place && (await sheetOf(context, req, naming, { place, model, again })),
    action: sharingUrl(res, 'rules', ...(stored ? [stored.id] : [])),
    stamp: stampOf(stored?.rule),
    listUrl: sharingUrl(res, 'rules'),
    changes: stored ? await changesOf(context, req, { subject: `${kind}:${stored.id}` }) : []
  }
  await sharingPage(context, req, res, { section: 'rules', view: 'rule', locals, again })
}

/** Undefined where the CRM no longer has the module: then there is nothing to be said of its records. */
function placeIn({ catalog }: Naming, req: Request, name: string, before: Rule | undefined): RulePlace | undefined {
  const module = catalog.modules.get(name)
  return module && { catalog, module, before, timeZone: req.staff.timeZone }
}

async function sheetOf(
  { host, t }: Context,
  req: Request,
  naming: Naming,
  { place, model, again }: { place: RulePlace; model: Model; again: Again | undefined }
): Promise<Record<string, unknown>> {
  const stored = place.before ? shownRule(place, place.before) : blankRule
  const typed = again?.typed['from'] === undefined ? stored : typedRule(place, again.typed)
  const sets = setsOffered(naming, model, req.locale)
  const people = peopleOffered(naming, await host.people())
  return {
    from: peopleChoice(naming, { chosen: typed.from, search: typed.fromSearch }, sets),
    to: peopleChoice(naming, { chosen: typed.to, search: typed.toSearch }, [...sets, ...people]),
    access: typed.access,
    criteria: criterionRows(t(req.locale), place, typed.criteria, again?.errors ?? {}),
    related: relatedRows(naming, place, typed)
  }
}

function createRule(context: Context, req: Request, res: Response): Promise<void> {
  const show = (again: Again): Promise<void> => showNew(context, req, res, again)
  return submitOrRefuse(
    req,
    async () => {
      const fitted = fittedForm(req)
      if (fitted) return show(fitted)
      const naming = await namingFor(context, req)
      const place = placeIn(naming, req, String(typedIn(req.body)['module'] ?? ''), undefined)
      if (!place) throw new NotFound()
      const { rule } = readRule(place, req.body)
      await stageRule(context, req, { id: randomUUID(), rule, naming, verb: 'created', mustBe: () => undefined })
      res.redirect(303, `${sharingUrl(res, 'rules')}?saved=1`)
    },
    show
  )
}

function saveRule(context: Context, req: Request, res: Response): Promise<void> {
  const show = (again: Again): Promise<void> => showRule(context, req, res, again)
  return submitOrRefuse(
    req,
    async () => {
      const fitted = fittedForm(req)
      if (fitted) return show(fitted)
      const id = ruleIn(req)
      const before = ruleOf((await draft(context.db)).model, id)
      const naming = await namingFor(context, req)
      const place = placeIn(naming, req, before.module, before)
      if (!place) throw new NotFound()
      const { rule, stamp } = readRule(place, req.body)
      const mustBe = (model: Model): void => mustBeAsShown(ruleOf(model, id), stamp)
      await stageRule(context, req, { id, rule, naming, verb: 'changed', mustBe })
      res.redirect(303, `${sharingUrl(res, 'rules')}?saved=1`)
    },
    show
  )
}

interface NewRule {
  readonly id: string
  readonly rule: Rule
  readonly naming: Naming
  readonly verb: 'created' | 'changed'
  /** Refuses where the rule is not what the form showed. */
  mustBe(model: Model): void
}

/** @throws Invalid for what can't be said of the model as it is when the change is made. */
async function stageRule(context: Context, req: Request, { id, rule, naming, verb, mustBe }: NewRule): Promise<void> {
  await stage(context, req.staff, {
    action: `sharing.rule-${verb}`,
    subject: `${kind}:${id}`,
    part: (model) => named(model.rules, id),
    change(model) {
      mustBe(model)
      const { [id]: _, ...others } = model.rules
      const problems = ruleProblems(worldOf(naming, model), rule, Object.values(others))
      if (Object.keys(problems).length > 0) throw new Invalid(problems)
      return { ...model, rules: { ...model.rules, [id]: rule } }
    }
  })
}

function removeRule(context: Context, req: Request, res: Response): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const id = ruleIn(req)
      const { stamp } = readForm(stamped, req.body)
      await stage(context, req.staff, {
        action: 'sharing.rule-removed',
        subject: `${kind}:${id}`,
        part: (model) => named(model.rules, id),
        change(model) {
          mustBeAsShown(ruleOf(model, id), stamp)
          const { [id]: _, ...rules } = model.rules
          return { ...model, rules }
        }
      })
      res.redirect(303, `${sharingUrl(res, 'rules')}?saved=1`)
    },
    (again) => showRule(context, req, res, again)
  )
}

/** The form again, unsaved, with inputs that fit its fields or without a condition: what its small buttons ask for. */
function fittedForm(req: Request): Again | undefined {
  const typed = typedIn(req.body)
  if (typed['_do'] === undefined) return undefined
  const [, gone] = /^remove:(\d)$/.exec(String(typed['_do'])) ?? []
  const kept = Object.entries(typed).filter(([name]) => !name.startsWith(`criteria.${gone}.`))
  return { errors: {}, typed: Object.fromEntries(kept), notice: undefined, status: 200 }
}

/** @throws NotFound when it is gone. */
function ruleOf(model: Model, id: string): Rule {
  const rule = named(model.rules, id)
  if (!rule) throw new NotFound()
  return rule
}

function ruleIn(req: Request): string {
  return String(req.params['rule'])
}
