/** Profiles: what people may do with modules at all, whoever the records belong to (S01). */
import { randomUUID } from 'node:crypto'
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { line, readForm } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { draft, mustBeAsShown, same, stage, stampOf } from '../draft.js'
import { inForce } from '../in-force.js'
import { named, type Model, type Profile } from '../model.js'
import { inOrder } from '../names.js'
import { blankProfile, profileUses, withProfile, withoutProfile } from '../profiles.js'
import { changesOf } from './audit-list.js'
import { sharingPage, sharingUrl } from './frame.js'
import { namingFor } from './naming.js'
import { moduleRows, readProfile, typedProfile } from './profile-form.js'

const kind = 'sharing-profile'
const newForm = z.strictObject({ name: line(100), basedOn: z.string().max(36) })
const stamped = z.strictObject({ stamp: z.string().max(64) })
const withoutRoleForm = stamped.extend({ profile: z.array(z.string().max(36)).max(200) })

export function profilePages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showList(context, req, res))
  router.post('/', (req, res) => createProfile(context, req, res))
  router.get('/new', (req, res) => showNew(context, req, res))
  router.post('/without-role', (req, res) => saveWithoutRole(context, req, res))
  router.get('/:profile', (req, res) => showProfile(context, req, res))
  router.post('/:profile', (req, res) => saveProfile(context, req, res))
  router.post('/:profile/removal', (req, res) => removeProfile(context, req, res))
  return router
}

async function showList(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const { model: now } = await inForce(context.db)
  const ids = inOrder(model.profiles, req.locale)
  const locals = {
    profiles: ids.map((id) => listRow(res, model, now, id)),
    goingNames: inOrder(now.profiles, req.locale)
      .filter((id) => !Object.hasOwn(model.profiles, id))
      .map((id) => now.profiles[id]!.name),
    newUrl: sharingUrl(res, 'profiles', 'new'),
    withoutRole: {
      action: sharingUrl(res, 'profiles', 'without-role'),
      stamp: stampOf(model.withoutRole),
      chosen: again ? [again.typed['profile'] ?? []].flat() : model.withoutRole,
      choices: ids.map((id) => ({ value: id, label: model.profiles[id]!.name })),
      isChanged: !same(model.withoutRole, now.withoutRole)
    },
    changes: [
      ...(await changesOf(context, req, { kind })),
      ...(await changesOf(context, req, { subject: 'sharing:without-role' }))
    ].sort((one, other) => (one.at < other.at ? 1 : -1))
  }
  await sharingPage(context, req, res, { section: 'profiles', view: 'profiles', locals, again })
}

function listRow(res: Response, model: Model, now: Model, id: string): Record<string, unknown> {
  const profile = model.profiles[id]!
  const { roles, isWithoutRole } = profileUses(model, id)
  return {
    name: profile.name,
    description: profile.description,
    viewAll: profile.viewAll,
    editAll: profile.editAll,
    roles,
    isWithoutRole,
    badge: badgeOf(profile, named(now.profiles, id)),
    url: sharingUrl(res, 'profiles', id),
    copyUrl: `${sharingUrl(res, 'profiles', 'new')}?from=${encodeURIComponent(id)}`
  }
}

/** How what is staged differs from what is in force. */
export function badgeOf(staged: unknown, current: unknown): 'new' | 'changed' | undefined {
  if (current === undefined) return 'new'
  return same(staged, current) ? undefined : 'changed'
}

async function showNew(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const t = context.t(req.locale)
  const from = String(again?.typed['basedOn'] ?? req.query['from'] ?? '')
  const locals = {
    form: { name: again?.typed['name'] ?? '', basedOn: from, action: sharingUrl(res, 'profiles') },
    choices: [
      { value: '', label: t('sharing:profiles.basedOnNone') },
      ...inOrder(model.profiles, req.locale).map((id) => ({ value: id, label: model.profiles[id]!.name }))
    ],
    listUrl: sharingUrl(res, 'profiles')
  }
  await sharingPage(context, req, res, { section: 'profiles', view: 'profile-new', locals, again })
}

function createProfile(context: Context, req: Request, res: Response): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const { name, basedOn } = readForm(newForm, req.body)
      const id = randomUUID()
      await stage(context, req.staff, {
        action: 'sharing.profile-created',
        subject: `${kind}:${id}`,
        part: (model) => named(model.profiles, id),
        change: (model) => withProfile(model, id, basedOnOther(model, basedOn, name))
      })
      res.redirect(303, `${sharingUrl(res, 'profiles', id)}?saved=1`)
    },
    (again) => showNew(context, req, res, again)
  )
}

/** A new profile with the rights of another one. @throws NotFound when that one is gone. */
function basedOnOther(model: Model, basedOn: string, name: string): Profile {
  const origin = basedOn === '' ? blankProfile : named(model.profiles, basedOn)
  if (!origin) throw new NotFound()
  const { viewAll, editAll, modules } = origin
  return { name, viewAll, editAll, modules }
}

async function showProfile(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const id = profileIn(req)
  const profile = named(model.profiles, id)
  if (!profile) throw new NotFound()
  const current = named((await inForce(context.db)).model.profiles, id)
  const naming = await namingFor(context, req)
  const shown = again ? typedProfile(profile, again.typed) : profile
  const url = sharingUrl(res, 'profiles', id)
  const locals = {
    profile: { name: profile.name, badge: badgeOf(profile, current), stamp: stampOf(profile) },
    form: { action: url, ...shown, rows: moduleRows(naming, shown, { current, errors: again?.errors ?? {} }) },
    uses: profileUses(model, id),
    removalAction: sharingUrl(res, 'profiles', id, 'removal'),
    copyUrl: `${sharingUrl(res, 'profiles', 'new')}?from=${encodeURIComponent(id)}`,
    listUrl: sharingUrl(res, 'profiles'),
    changes: await changesOf(context, req, { subject: `${kind}:${id}` })
  }
  await sharingPage(context, req, res, { section: 'profiles', view: 'profile', locals, again })
}

function saveProfile(context: Context, req: Request, res: Response): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const id = profileIn(req)
      const { stamp, change } = readProfile(req.body)
      await stage(context, req.staff, {
        action: 'sharing.profile-changed',
        subject: `${kind}:${id}`,
        part: (model) => named(model.profiles, id),
        change: (model) => withProfile(model, id, change(asShown(model, id, stamp)))
      })
      res.redirect(303, `${sharingUrl(res, 'profiles', id)}?saved=1`)
    },
    (again) => showProfile(context, req, res, again)
  )
}

function removeProfile(context: Context, req: Request, res: Response): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const id = profileIn(req)
      const { stamp } = readForm(stamped, req.body)
      await stage(context, req.staff, {
        action: 'sharing.profile-removed',
        subject: `${kind}:${id}`,
        part: (model) => named(model.profiles, id),
        change(model) {
          asShown(model, id, stamp)
          return withoutProfile(model, id)
        }
      })
      res.redirect(303, `${sharingUrl(res, 'profiles')}?saved=1`)
    },
    ({ notice, status }) => showProfile(context, req, res, { errors: {}, typed: {}, notice, status })
  )
}

function saveWithoutRole(context: Context, req: Request, res: Response): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const { stamp, profile: chosen } = readForm(withoutRoleForm, req.body)
      await stage(context, req.staff, {
        action: 'sharing.without-role-changed',
        subject: 'sharing:without-role',
        part: (model) => model.withoutRole,
        change(model) {
          mustBeAsShown(model.withoutRole, stamp)
          return { ...model, withoutRole: chosen.filter((id) => Object.hasOwn(model.profiles, id)) }
        }
      })
      res.redirect(303, `${sharingUrl(res, 'profiles')}?saved=1`)
    },
    (again) => showList(context, req, res, again)
  )
}

/** The profile as the form showed it. @throws NotFound when it is gone; ChangedMeanwhile when it is another. */
function asShown(model: Model, id: string, stamp: string): Profile {
  const profile = named(model.profiles, id)
  if (!profile) throw new NotFound()
  mustBeAsShown(profile, stamp)
  return profile
}

function profileIn(req: Request): string {
  return String(req.params['profile'])
}
