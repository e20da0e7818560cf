/** Administrators' pages of groups: the list, one group with its members and who that makes, and its removal (S03, S11). All of them show and change the draft. */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { line, readForm } from '../../web/forms.js'
import type { Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { groupIn, withGroupChanged, withNewGroup, withoutGroup, type GroupValues } from '../groups.js'
import { mentionsIn, mentionsOfGroup } from '../mentions.js'
import { named, type Model } from '../model.js'
import { organizationOf } from '../organization.js'
import { changesOf } from './audit-list.js'
import { saver, shower } from './form-routes.js'
import { sharingPage, sharingUrl } from './frame.js'
import { addMembers, membersShown, removeMember } from './group-members.js'
import { mentionList } from './mention-list.js'
import { namesOf } from './naming.js'
import { newId } from './new-id.js'

/** None of the CRM's. */
const none = ''
const values = { name: line(100), description: z.string().trim().max(500), hostGroup: z.string().max(36) }
const newForm = z.strictObject(values)
const groupForm = z.strictObject({ ...values, stamp: z.string() })
const removalForm = z.strictObject({ stamp: z.string() })

export function groupPages(context: Context): Router {
  const router = Router()
  const [show, save] = [shower(context), saver(context)]
  router.get('/', show(showGroups))
  router.get('/new', show(showNew))
  router.post('/new', save(create, showNew))
  router.get('/:group', show(showGroup))
  router.post('/:group', save(change, showGroup))
  router.post('/:group/members', save(addMembers, showGroup))
  router.post('/:group/members/removal', save(removeMember, showGroup))
  router.get('/:group/removal', show(showRemoval))
  router.post('/:group/removal', save(remove, showRemoval))
  return router
}

async function showGroups(context: Context, req: Request, res: Response): Promise<void> {
  const { model } = await draft(context.db)
  const organization = organizationOf(model)
  const hostGroups = new Map((await context.host.groups()).map(({ id, name }) => [id, name]))
  const people = new Set((await context.host.people()).map(({ id }) => id))
  const groups = Object.entries(model.groups).map(([id, { name, description, hostGroup, members }]) => ({
    name,
    description,
    url: sharingUrl(res, 'groups', id),
    members: members.length,
    people: [...organization.peopleIn({ kind: 'group', id })].filter((one) => people.has(one)).length,
    hostGroup:
      hostGroup === null
        ? undefined
        : (hostGroups.get(hostGroup) ?? context.t(req.locale)('organization:group.hostGroupGone', { id: hostGroup }))
  }))
  const locals = {
    groups: groups.sort((a, b) => a.name.localeCompare(b.name)),
    newUrl: sharingUrl(res, 'groups', 'new'),
    changes: await changesOf(context, req, { kind: 'sharing-group' })
  }
  await sharingPage(context, req, res, { section: 'groups', view: 'groups', locals })
}

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const locals = {
    form: { name: '', description: '', hostGroup: none, ...again?.typed },
    hostGroups: await hostGroupChoices(context, req, model, undefined),
    urls: { groups: sharingUrl(res, 'groups'), create: sharingUrl(res, 'groups', 'new') }
  }
  await sharingPage(context, req, res, { section: 'groups', view: 'group-new', locals, again })
}

async function create(context: Context, req: Request, res: Response): Promise<void> {
  const form = readForm(newForm, req.body)
  const id = newId()
  await stage(context, req.staff, {
    action: 'sharing.group-created',
    subject: subjectOf(id),
    part: (model) => named(model.groups, id),
    change: (model) => withNewGroup(model, id, valuesOf(form))
  })
  res.redirect(303, `${sharingUrl(res, 'groups', id)}?saved=1`)
}

async function showGroup(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = groupIdIn(req)
  const group = groupIn(model, id)
  const people = await context.host.people()
  const names = namesOf(model, people, context.t(req.locale))
  const { name, description = '', hostGroup } = group
  const typed = again?.typed['name'] === undefined ? {} : again.typed
  const locals = {
    group: { name, stamp: stampOf(group) },
    form: { name, description, hostGroup: hostGroup ?? none, ...typed },
    hostGroups: await hostGroupChoices(context, req, model, id),
    members: membersShown(model, people, names, req, res),
    mentions: await mentionList(context, req, res, { model, names, isMeant: mentionsOfGroup(id) }),
    urls: urlsOf(res, id),
    changes: await changesOf(context, req, { subject: subjectOf(id) })
  }
  await sharingPage(context, req, res, { section: 'groups', view: 'group', locals, again })
}

async function change(context: Context, req: Request, res: Response): Promise<void> {
  const id = groupIdIn(req)
  const form = readForm(groupForm, req.body)
  await stage(context, req.staff, {
    action: 'sharing.group-changed',
    subject: subjectOf(id),
    part: (model) => named(model.groups, id),
    change(model) {
      mustBeAsShown(groupIn(model, id), form.stamp)
      return withGroupChanged(model, id, valuesOf(form))
    }
  })
  res.redirect(303, `${sharingUrl(res, 'groups', id)}?saved=1`)
}

async function showRemoval(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = groupIdIn(req)
  const people = await context.host.people()
  const names = namesOf(model, people, context.t(req.locale))
  const locals = {
    group: { name: groupIn(model, id).name, stamp: stampOf(removed(model, id)) },
    mentions: await mentionList(context, req, res, { model, names, isMeant: mentionsOfGroup(id) }),
    urls: urlsOf(res, id)
  }
  await sharingPage(context, req, res, { section: 'groups', view: 'group-removal', locals, again })
}

async function remove(context: Context, req: Request, res: Response): Promise<void> {
  const id = groupIdIn(req)
  const { stamp } = readForm(removalForm, req.body)
  await stage(context, req.staff, {
    action: 'sharing.group-removed',
    subject: subjectOf(id),
    part: (model) => named(model.groups, id),
    change(model) {
      mustBeAsShown(removed(model, id), stamp)
      return withoutGroup(model, id)
    }
  })
  res.redirect(303, `${sharingUrl(res, 'groups')}?saved=1`)
}

/** All that the question shows: the group, and what names it. */
function removed(model: Model, id: string): unknown {
  return [groupIn(model, id), mentionsIn(model, mentionsOfGroup(id))]
}

function valuesOf({ name, description, hostGroup }: z.infer<typeof newForm>): GroupValues {
  return { name, ...(description === '' ? {} : { description }), hostGroup: hostGroup === none ? null : hostGroup }
}

function subjectOf(id: string): string {
  return `sharing-group:${id}`
}

function groupIdIn(req: Request): string {
  return String(req.params['group'])
}

interface Choice {
  readonly value: string
  readonly label: string
  readonly disabled?: boolean
}

/** Those of the CRM that no other group stands for; one that is gone stays chosen until another is. */
async function hostGroupChoices(
  context: Context,
  req: Request,
  model: Model,
  id: string | undefined
): Promise<readonly Choice[]> {
  const t = context.t(req.locale)
  const own = id === undefined ? null : (named(model.groups, id)?.hostGroup ?? null)
  const taken = new Map(
    Object.entries(model.groups).flatMap(([other, { hostGroup, name }]): [string, string][] =>
      other === id || hostGroup === null ? [] : [[hostGroup, name]]
    )
  )
  const there = await context.host.groups()
  const gone =
    own === null || there.some((group) => group.id === own)
      ? []
      : [{ value: own, label: t('organization:group.hostGroupGone', { id: own }) }]
  const choices = there.map(({ id: value, name }): Choice => {
    const group = taken.get(value)
    const label = group === undefined ? name : t('organization:group.hostGroupOf', { name, group })
    return { value, label, disabled: group !== undefined }
  })
  return [{ value: none, label: t('organization:group.noHostGroup') }, ...gone, ...choices]
}

function urlsOf(res: Response, id: string): Record<string, string> {
  return {
    groups: sharingUrl(res, 'groups'),
    group: sharingUrl(res, 'groups', id),
    members: sharingUrl(res, 'groups', id, 'members'),
    takeOut: sharingUrl(res, 'groups', id, 'members', 'removal'),
    removal: sharingUrl(res, 'groups', id, 'removal')
  }
}
