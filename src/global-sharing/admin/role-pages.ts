/** Administrators' pages of roles: the tree, a new role and one role (S02, S11). All of them show and change the draft. */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { line, readForm } from '../../web/forms.js'
import { queryText } from '../../web/paging.js'
import type { Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { mentionsOfRole } from '../mentions.js'
import { named, type Model } from '../model.js'
import { organizationOf } from '../organization.js'
import { isWithout } from '../people.js'
import { flat, roleForest, roleIn, rolesInOrder, withNewRole, withRoleChanged, withRoleMoved } from '../roles.js'
import { changesOf } from './audit-list.js'
import { saver, shower } from './form-routes.js'
import { sharingPage, sharingUrl } from './frame.js'
import { mentionList } from './mention-list.js'
import { knownProfiles, profileChoices } from '../profiles.js'
import { namesOf } from './naming.js'
import { newId } from './new-id.js'
import { givePage, peopleOfRole, takeOutPage } from './role-people.js'
import { movePage, removePage, showPlace, showRemoval } from './role-place-pages.js'
import { chain, roleIdIn, roleUrls, stageRole, subjectOf, topRole, type RoleLink } from './role-frame.js'
import { branches, countsOf, roleChoices } from './role-tree.js'

const word = z.string().max(36)
const chosenProfiles = z.array(word).max(500)
const newForm = z.strictObject({ name: line(100), parent: word, profile: chosenProfiles })
const roleForm = z.strictObject({ name: line(100), profile: chosenProfiles, stamp: word })
const dropForm = z.strictObject({ role: word, parent: word, stamp: word })

export function rolePages(context: Context): Router {
  const router = Router()
  const [show, save] = [shower(context), saver(context)]
  router.get('/', show(showTree))
  router.post('/', save(drop, showTree))
  router.get('/new', show(showNew))
  router.post('/new', save(create, showNew))
  router.get('/:role', show(showRole))
  router.post('/:role', save(change, showRole))
  router.post('/:role/people', save(givePage, showRole))
  router.post('/:role/people/removal', save(takeOutPage, showRole))
  router.get('/:role/place', show(showPlace))
  router.post('/:role/place', save(movePage, showPlace))
  router.get('/:role/removal', show(showRemoval))
  router.post('/:role/removal', save(removePage, showRemoval))
  return router
}

/** The tree needs the page's room: the changes below it are few. */
const changesBelowTree = 5

async function showTree(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const people = await context.host.people()
  const counts = countsOf(model, people)
  const from = queryText(req, 'from')
  const start = rolesInOrder(model).find((role) => role.id === from)
  const locals = {
    branches: branches({ model, t: context.t(req.locale), counts }, start ? [start] : roleForest(model)),
    from: start && { name: start.name, above: chain(model, res, start.id) },
    count: Object.keys(model.roles).length,
    without: { count: people.filter((person) => isWithout(model, person)).length, url: withoutUrl(res) },
    rolesUrl: sharingUrl(res, 'roles'),
    newUrl: sharingUrl(res, 'roles', 'new'),
    stamp: stampOf(model.roles),
    changes: (await changesOf(context, req, { kind: 'sharing-role' })).slice(0, changesBelowTree)
  }
  await sharingPage(context, req, res, { section: 'roles', view: 'roles', locals, again })
}

function withoutUrl(res: Response): string {
  return `${sharingUrl(res, 'people')}?show=without`
}

/** Dropped on another role with the mouse: any change of the tree meanwhile is one he did not see. */
async function drop(context: Context, req: Request, res: Response): Promise<void> {
  const form = readForm(dropForm, req.body)
  await stageRole(context, req, form.role, 'sharing.role-moved', (model) => {
    mustBeAsShown(model.roles, form.stamp)
    return withRoleMoved(model, form.role, form.parent === topRole ? null : form.parent)
  })
  res.redirect(303, `${sharingUrl(res, 'roles')}?saved=1`)
}

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const below = queryText(req, 'below')
  const superior = below === undefined ? undefined : named(model.roles, below)
  const locals = {
    form: {
      name: again?.typed['name'] ?? '',
      parent: again?.typed['parent'] ?? (superior ? below : topRole),
      profiles: again ? [again.typed['profile'] ?? []].flat() : (superior?.profiles ?? [])
    },
    superiors: [{ value: topRole, label: context.t(req.locale)('organization:role.top') }, ...roleChoices(model)],
    profiles: profileChoices(model),
    urls: newUrls(res)
  }
  await sharingPage(context, req, res, { section: 'roles', view: 'role-new', locals, again })
}

function newUrls(res: Response): Record<string, string> {
  return {
    roles: sharingUrl(res, 'roles'),
    create: sharingUrl(res, 'roles', 'new'),
    profiles: sharingUrl(res, 'profiles')
  }
}

async function create(context: Context, req: Request, res: Response): Promise<void> {
  const form = readForm(newForm, req.body)
  const role = { id: newId(), name: form.name, parent: form.parent === topRole ? null : form.parent }
  await stage(context, req.staff, {
    action: 'sharing.role-created',
    subject: subjectOf(role.id),
    part: (model) => named(model.roles, role.id),
    change: (model) => withNewRole(model, { ...role, profiles: knownProfiles(model, form.profile) })
  })
  res.redirect(303, `${sharingUrl(res, 'roles', role.id)}?saved=1`)
}

async function showRole(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = roleIdIn(req)
  const role = roleIn(model, id)
  const people = await context.host.people()
  const names = namesOf(model, people, context.t(req.locale))
  const reached = organizationOf(model).below(id)
  const locals = {
    role: { name: role.name, hasNoRights: knownProfiles(model, role.profiles).length === 0 },
    form: { ...roleTyped(again, role), stamp: stampOf(role) },
    profiles: profileChoices(model),
    people: peopleOfRole(model, people, req),
    above: chain(model, res, id),
    below: belowShown(model, res, id, countsOf(model, people)),
    reach: people.filter((person) => reached.has(person.id)).length,
    mentions: await mentionList(context, req, res, { model, names, isMeant: mentionsOfRole(id) }),
    urls: roleUrls(res, id),
    changes: await changesOf(context, req, { subject: subjectOf(id) })
  }
  await sharingPage(context, req, res, { section: 'roles', view: 'role', locals, again })
}

/** Of the form of name and profiles, what was typed; another form of the page has no name. */
function roleTyped(
  again: Again | undefined,
  role: { name: string; profiles: readonly string[] }
): { name: unknown; profiles: readonly string[] } {
  const name = again?.typed['name']
  if (name === undefined) return { name: role.name, profiles: role.profiles }
  return { name, profiles: [again?.typed['profile'] ?? []].flat() }
}

async function change(context: Context, req: Request, res: Response): Promise<void> {
  const id = roleIdIn(req)
  const form = readForm(roleForm, req.body)
  await stageRole(context, req, id, 'sharing.role-changed', (model) => {
    mustBeAsShown(roleIn(model, id), form.stamp)
    return withRoleChanged(model, id, { name: form.name, profiles: knownProfiles(model, form.profile) })
  })
  res.redirect(303, `${sharingUrl(res, 'roles', id)}?saved=1`)
}

/** So many roles next below are told by name at most. */
const belowTold = 50

function belowShown(
  model: Model,
  res: Response,
  id: string,
  counts: ReadonlyMap<string, number>
): { next: (RoleLink & { people: number })[]; count: number } {
  const here = rolesInOrder(model).find((role) => role.id === id)
  const next = (here?.below ?? []).slice(0, belowTold).map((role) => ({
    name: role.name,
    url: sharingUrl(res, 'roles', role.id),
    people: counts.get(role.id) ?? 0
  }))
  return { next, count: flat(here?.below ?? []).length }
}
