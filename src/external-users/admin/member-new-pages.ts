/** Adding a member: first who it is, then how he signs in, at what rate and as what (T03). */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { queryText } from '../../web/paging.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { candidates, type Candidate } from '../candidates.js'
import { externalUserById, externalUsersAt, type ExternalUser } from '../external-users.js'
import { mailFault } from '../invitation.js'
import { addMember, type NewMember } from '../memberships.js'
import { moduleRights } from '../module-rights.js'
import { contactAt, contacts } from '../project.js'
import { projectPage, projectUrl } from './frame.js'
import { hasNothing, memberFields, newMemberIn, type MemberOutcome } from './member-form.js'
import { mayEditProject } from './project-pages.js'

export function newMemberPages(router: PermittedRouter, context: Context): void {
  const { users } = needs
  router.get('/projects/:project/members/new', users, (req, res) => showNew(context, req, res))
  router.post('/projects/:project/members', users, saveNew(context))
}

/** Whom the address names: `?contact=`, `?person=`, or nobody yet. */
async function showNew(context: Context, req: Request, res: Response): Promise<void> {
  if (!(await mayEditProject(context, req))) throw new NotFound()
  const chosen = { contact: queryText(req, 'contact'), person: queryText(req, 'person') }
  if (chosen.person !== undefined || chosen.contact !== undefined) return showForm(context, req, res, chosen)
  await showSearch(context, req, res)
}

const shortestSearch = 2

async function showSearch(context: Context, req: Request, res: Response): Promise<void> {
  const id = String(req.params['project'])
  const words = queryText(req, 'q') ?? ''
  const here = projectUrl(res, id, 'members', 'new')
  const isSearch = words.length >= shortestSearch
  const found = isSearch ? await candidates(context, id, words, req.staff) : undefined
  const search = { words, action: here, found: found?.map((one) => shownCandidate(here, one)) }
  await projectPage(context, req, res, { section: 'members', view: 'member-search', locals: { search } })
}

function shownCandidate(here: string, { id, name, address, users }: Candidate): Record<string, unknown> {
  const to = (what: Record<string, string>): string => `${here}?${new URLSearchParams(what).toString()}`
  return {
    name,
    address,
    users: users.map((user) => ({ login: user.login, url: to({ person: user.id }) })),
    newUrl: to({ contact: id })
  }
}

interface Chosen {
  readonly contact?: string | undefined
  readonly person?: string | undefined
}

/** @throws NotFound also for whom the CRM hides from this staff member */
async function showForm(
  context: Context,
  req: Request,
  res: Response,
  { contact = '', person }: Chosen,
  again?: Again
): Promise<void> {
  const known = person === undefined ? undefined : await externalUserById(context.db, person)
  const contactId = known?.recordId ?? contact
  if (!(await context.host.allows(req.staff, 'view', contacts, contactId))) throw new NotFound()
  const locals = {
    action: projectUrl(res, String(req.params['project']), 'members'),
    searchUrl: projectUrl(res, String(req.params['project']), 'members', 'new'),
    ...(known ? await shownKnown(context, req, known) : await shownNewcomer(context, req, contactId, again)),
    fields: await memberFields(context, req, hasNothing, again)
  }
  await projectPage(context, req, res, { section: 'members', view: 'member-new', locals, again })
}

async function shownKnown(context: Context, req: Request, user: ExternalUser): Promise<Record<string, unknown>> {
  const t = context.t(req.locale)
  const rights = [...(await moduleRights(context.db, user.id))].map((kind) => t(`external:kind.${kind}`)).join(', ')
  return { name: user.name, known: { id: user.id, login: user.login, rights }, contact: undefined }
}

async function shownNewcomer(
  context: Context,
  req: Request,
  contactId: string,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const { name, address } = await contactAt(context, contactId)
  const users = await externalUsersAt(context.db, contacts, [contactId])
  const isTaken = users.some(({ login }) => login === address.toLowerCase())
  const fault = isTaken ? 'addressUsed' : await mailFault(context, address)
  const way = again?.typed['way'] ?? (fault ? 'login' : 'mail')
  const typed = { way, loginName: again?.typed['loginName'] ?? '', language: again?.typed['language'] }
  const contact = { id: contactId, address, fault, hasLogin: users.length > 0, ...typed }
  return {
    name,
    known: undefined,
    contact: { ...contact, language: typed.language ?? users[0]?.language ?? req.locale }
  }
}

function saveNew(context: Context): RequestHandler {
  return async (req, res) => {
    const projectId = String(req.params['project'])
    const act = async (): Promise<void> => {
      const member = newMemberIn(projectId, req.body)
      const { connecting } = await addMember(context, member, req.staff)
      const refused = connecting === 'refused' ? '&connection=refused' : ''
      res.redirect(303, `${projectUrl(res, projectId)}?done=${outcomeOf(member)}${refused}`)
    }
    await submitOrRefuse(req, act, (again) => showForm(context, req, res, chosenIn(req), again))
  }
}

function outcomeOf({ joining }: NewMember): MemberOutcome {
  if (joining.kind === 'known') return 'member'
  return joining.entry.way === 'mail' ? 'invited' : 'created'
}

/** Of a form that comes again. */
function chosenIn({ body }: Request): Chosen {
  const { contact, person } = body as Record<string, unknown>
  return typeof person === 'string' ? { person } : { contact: typeof contact === 'string' ? contact : '' }
}
