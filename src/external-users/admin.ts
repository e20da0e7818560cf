/** The staff's pages about external users: all of them with the released fields, and the external members of one project. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { hiddenAmong } from '../access/hidden.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import { locales } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { checkbox, readForm } from '../web/forms.js'
import { queryText } from '../web/paging.js'
import { languageChoices, type Translate } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { requireStaff } from '../web/staff.js'
import { submitOrRefuse, type Again } from '../web/submit.js'
import { deactivate, externalUserById, externalUsers, type ExternalUser } from './external-users.js'
import { inviteAgain, restore } from './invitation.js'
import { addMember, candidates, projectMembers, removeMember } from './memberships.js'
import { projectModuleName, projectsOf, projectTitle } from './project.js'
import { projectWorld } from './project-settings.js'
import { letGroupRead, mayGroupRead } from './read-right.js'
import { releasableFields, releasedFields, releaseFields } from './released-fields.js'

export const adminPath = '/portico/admin/external-users'

export function adminPages(context: Context): Router {
  const router = Router()
  router.use(requireStaff(context, 'manage-portal-users'))
  router.get('/', (req, res) => showUsers(context, req, res))
  router.post('/fields', saveFields(context))
  router.use('/users/:user', mustSeePerson(context, 'user'))
  router.post('/users/:user/:change', changeUser(context))
  router.use('/projects/:project', mustSeeProject(context))
  router.use('/projects/:project/members/:person', mustSeePerson(context, 'person'))
  router.get('/projects/:project', (req, res) => showProject(context, req, res))
  router.post('/projects/:project/security', saveSecurity(context))
  router.post('/projects/:project/members', saveMember(context))
  router.post('/projects/:project/members/:person/removal', endMembership(context))
  return router
}

/** Who may not see a project in the CRM sees none of its members here; who may not change it adds and removes nobody. */
function mustSeeProject(context: Context): RequestHandler {
  return async (req, res, next) => {
    const right = req.method === 'GET' ? 'view' : 'edit'
    const module = await projectModuleName(context)
    if (!(await context.host.allows(req.staff, right, module, String(req.params['project'])))) throw new NotFound()
    next()
  }
}

/** Nothing is done to somebody whom the CRM does not show. */
function mustSeePerson(context: Context, parameter: 'user' | 'person'): RequestHandler {
  return async (req, _res, next) => {
    const user = await externalUserById(context.db, String(req.params[parameter]))
    if ((await hiddenAmong(context.kernel, req.staff, [user])).has(user.id)) throw new NotFound()
    next()
  }
}

// --- all external users, and what they see of a project ---

const usersPerPage = 50
/** Deeper pages would be slow, and nobody leafs that far. */
const lastPage = 1000

async function showUsers(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const here = Math.min(Math.max(Math.trunc(Number(queryText(req, 'page'))) || 1, 1), lastPage)
  const users = await externalUsers(context.db, { skip: (here - 1) * usersPerPage, limit: usersPerPage + 1 })
  const link = (number: number, isThere: boolean): string | undefined => (isThere ? `?page=${number}` : undefined)
  const world = await projectWorld(context.db, await context.host.catalog(req.locale))
  const hasProjects = world !== undefined
  const locals = {
    hasProjects,
    users: await shownUsers(context, req, res, users.slice(0, usersPerPage)),
    pages: { previous: link(here - 1, here > 1), next: link(here + 1, users.length > usersPerPage && here < lastPage) },
    release: hasProjects ? await shownRelease(context, req, res, again) : undefined,
    notice: again?.notice,
    done: doneIn(req)
  }
  await page(res, 'external-users/users', locals, { status: again?.status })
}

async function shownRelease(
  context: Context,
  req: Request,
  res: Response,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const { revision, fields } = await releasedFields(context.db)
  const { module } = await projectsOf(context, req.locale)
  const choices = releasableFields(module).map(({ name, label }) => ({
    value: name,
    label
  }))
  return {
    action: urlFor(res, `${adminPath}/fields`),
    revision,
    choices,
    chosen: [again?.typed['fields'] ?? [...(fields.get(module.name) ?? [])]].flat(),
    error: again?.errors['fields']
  }
}

function saveFields(context: Context): RequestHandler {
  const form = z.strictObject({ fields: z.array(z.string().max(64)), revision: z.coerce.number().int() })
  return async (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision, fields } = readForm(form, req.body)
        const { module } = await projectsOf(context)
        await releaseFields(context, req.staff, revision, module, fields)
        res.redirect(303, urlFor(res, `${adminPath}?done=fields`))
      },
      (again) => showUsers(context, req, res, again)
    )
}

type UserChange = (context: Context, id: string, by: Staff) => Promise<void>

const userChanges: Readonly<Record<string, UserChange>> = {
  invitation: inviteAgain,
  deactivation: deactivate,
  activation: restore
}

/** What can be done with somebody in each status. */
const openChanges: Readonly<Record<ExternalUser['status'], readonly string[]>> = {
  invited: ['invitation', 'deactivation'],
  confirmed: ['deactivation'],
  deactivated: ['activation']
}

/** `POST /users/:user/deactivation` and its like; it leads back to the project from whose page it was sent. */
function changeUser(context: Context): RequestHandler {
  const form = z.strictObject({ project: z.string().max(36).optional() })
  return async (req, res) => {
    const name = String(req.params['change'])
    const change = Object.hasOwn(userChanges, name) ? userChanges[name] : undefined
    if (!change) throw new NotFound()
    const { project } = readForm(form, req.body)
    const act = async (): Promise<void> => {
      await change(context, String(req.params['user']), req.staff)
      res.redirect(303, `${project ? projectUrl(res, project) : urlFor(res, adminPath)}?done=${name}`)
    }
    await submitOrRefuse(req, act, (again) => showUsers(context, req, res, again))
  }
}

type ShownUser = Record<string, unknown>

/** Of whom the CRM hides the page says that there is somebody. Of the members of a project also how each is removed from it. */
async function shownUsers(
  context: Context,
  req: Request,
  res: Response,
  users: readonly ExternalUser[],
  projectId?: string
): Promise<ShownUser[]> {
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  return users.map((user) => {
    const known = { invitedAt: user.invitedAt, status: shownStatus(context.t(req.locale), user) }
    if (hidden.has(user.id)) return { ...known, isHidden: true, address: '', actions: [] }
    const removalUrl = projectId && `${projectUrl(res, projectId)}/members/${user.id}/removal`
    return { ...known, ...shownUser(context, req, res, user), removalUrl }
  })
}

function shownUser(context: Context, req: Request, res: Response, user: ExternalUser): ShownUser {
  const { id, name, address, status } = user
  return {
    name,
    address,
    recordUrl: context.host.recordUrl(user.module, user.recordId),
    actions: openChanges[status].map((change) => ({
      label: context.t(req.locale)(`external:change.${change}`),
      url: urlFor(res, `${adminPath}/users/${id}/${change}`)
    }))
  }
}

function shownStatus(t: Translate, { status }: ExternalUser): ShownUser {
  return { label: t(`external:status.${status}`), tone: tones[status] }
}

const tones = { invited: 'info', confirmed: 'good', deactivated: 'bad' } as const

// --- the external members of a project ---

const shortestSearch = 2

async function showProject(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const id = String(req.params['project'])
  const title = await projectTitle(context, id)
  const module = await projectModuleName(context)
  const members = await projectMembers(context, id)
  const words = queryText(req, 'q') ?? ''
  const isSearch = words.length >= shortestSearch
  const locals = {
    project: {
      id,
      title,
      recordUrl: context.host.recordUrl(module, id),
      url: projectUrl(res, id),
      mayGroupRead: await mayGroupRead(context.db, module, id)
    },
    members: await shownUsers(context, req, res, members, id),
    search: {
      words,
      found: isSearch ? await candidates(context, id, words, req.staff) : undefined,
      error: again?.errors['contact']
    },
    language: { choices: languageChoices, chosen: again?.typed['language'] ?? req.staff.locale },
    notice: again?.notice,
    done: doneIn(req)
  }
  await page(res, 'external-users/members', locals, { status: again?.status })
}

function saveSecurity(context: Context): RequestHandler {
  return async (req, res) => {
    const { externalUsersRead } = readForm(z.strictObject({ externalUsersRead: checkbox }), req.body)
    await letGroupRead(context, String(req.params['project']), externalUsersRead, req.staff)
    res.redirect(303, `${projectUrl(res, String(req.params['project']))}?done=security`)
  }
}

function saveMember(context: Context): RequestHandler {
  const form = z.strictObject({ contact: z.string().max(36), language: z.enum(locales) })
  return async (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { contact, language } = readForm(form, req.body)
        await addMember(context, { projectId: String(req.params['project']), contactId: contact, language }, req.staff)
        res.redirect(303, `${projectUrl(res, String(req.params['project']))}?done=member`)
      },
      (again) => showProject(context, req, res, again)
    )
}

function endMembership(context: Context): RequestHandler {
  return async (req, res) => {
    const project = String(req.params['project'])
    await removeMember(context, project, String(req.params['person']), req.staff)
    res.redirect(303, `${projectUrl(res, project)}?done=removal`)
  }
}

function projectUrl(res: Response, id: string): string {
  return urlFor(res, `${adminPath}/projects/${encodeURIComponent(id)}`)
}

// --- what both share ---

const outcomes = ['fields', 'security', 'member', 'removal', ...Object.keys(userChanges)]

/** What was done just now, to be said on the page. */
function doneIn(req: Request): string | undefined {
  return outcomes.find((outcome) => outcome === req.query['done'])
}
