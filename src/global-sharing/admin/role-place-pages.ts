/** Moving a role below another one, and removing it: the pages that ask who takes what stands below it (S02). */
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { readForm } from '../../web/forms.js'
import type { Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stampOf } from '../draft.js'
import { mentionsIn, mentionsOfRole } from '../mentions.js'
import type { Model } from '../model.js'
import { roleIn, rolesBelow, withoutRole, withRoleMoved } from '../roles.js'
import { sharingPage, sharingUrl } from './frame.js'
import { mentionList } from './mention-list.js'
import { namesOf } from './naming.js'
import { roleIdIn, roleUrls, stageRole, topRole } from './role-frame.js'
import { countsOf, roleChoices } from './role-tree.js'

const word = z.string().max(36)
const placeForm = z.strictObject({ parent: word, stamp: word })
const removalForm = z.strictObject({ heir: word, stamp: word })
/** In the choice of heirs: its people have no role then, the roles below it are at the top. */
const nobody = ''

export async function showPlace(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = roleIdIn(req)
  const role = roleIn(model, id)
  const below = rolesBelow(model, id)
  const locals = {
    role: { name: role.name, below: below.size },
    form: { parent: again?.typed['parent'] ?? role.parent ?? topRole, stamp: stampOf(role) },
    superiors: [
      { value: topRole, label: context.t(req.locale)('organization:role.top') },
      ...roleChoices(model, new Set([id, ...below]))
    ],
    urls: roleUrls(res, id)
  }
  await sharingPage(context, req, res, { section: 'roles', view: 'role-place', locals, again })
}

export async function movePage(context: Context, req: Request, res: Response): Promise<void> {
  const id = roleIdIn(req)
  const form = readForm(placeForm, req.body)
  await stageRole(context, req, id, 'sharing.role-moved', (model) => {
    mustBeAsShown(roleIn(model, id), form.stamp)
    return withRoleMoved(model, id, form.parent === topRole ? null : form.parent)
  })
  res.redirect(303, `${sharingUrl(res, 'roles', id)}?saved=1`)
}

export async function showRemoval(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = roleIdIn(req)
  const role = roleIn(model, id)
  const leftOut = new Set([id, ...rolesBelow(model, id)])
  const people = await context.host.people()
  const names = namesOf(model, people, context.t(req.locale))
  const locals = {
    role: { name: role.name, people: countsOf(model, people).get(id) ?? 0, below: childrenOf(model, id).length },
    form: { heir: again?.typed['heir'] ?? role.parent ?? nobody, stamp: stampOf(atStake(model, id)) },
    heirs: [
      { value: nobody, label: context.t(req.locale)('organization:removal.nobody') },
      ...roleChoices(model, leftOut)
    ],
    mentions: await mentionList(context, req, res, { model, names, isMeant: mentionsOfRole(id) }),
    urls: roleUrls(res, id)
  }
  await sharingPage(context, req, res, { section: 'roles', view: 'role-removal', locals, again })
}

export async function removePage(context: Context, req: Request, res: Response): Promise<void> {
  const id = roleIdIn(req)
  const form = readForm(removalForm, req.body)
  await stageRole(context, req, id, 'sharing.role-removed', (model) => {
    mustBeAsShown(atStake(model, id), form.stamp)
    return withoutRole(model, id, form.heir === nobody ? null : form.heir)
  })
  res.redirect(303, `${sharingUrl(res, 'roles')}?saved=1`)
}

/** All that the question shows: the role, its people, the roles next below it, and what names it. */
function atStake(model: Model, id: string): unknown {
  const people = Object.keys(model.people).filter((person) => model.people[person] === id)
  return [roleIn(model, id), people.sort(), childrenOf(model, id), mentionsIn(model, mentionsOfRole(id))]
}

function childrenOf(model: Model, id: string): string[] {
  return Object.keys(model.roles)
    .filter((child) => model.roles[child]?.parent === id)
    .sort()
}
