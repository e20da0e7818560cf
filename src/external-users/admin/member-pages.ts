/** One member of a project: rate and responsibilities here, account and module rights in all of his projects; and his end here (T03, T10). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { subjectOf } from '../external-users.js'
import { inviteAgain, refusal } from '../invitation.js'
import { confirmMailbox, mailboxAt } from '../mailbox.js'
import { kinds } from '../kinds.js'
import { memberAt, type Member } from '../members.js'
import { connectMember, changeMember, removeMember } from '../memberships.js'
import { connectedAmong } from '../member-link.js'
import { moduleRights } from '../module-rights.js'
import { mustHavePower, powerOver } from '../power.js'
import { doneIn, guestsUrl, projectPage, projectUrl } from './frame.js'
import { memberChangeIn, memberFields, memberOutcomes, type MemberOutcome } from './member-form.js'
import { mayEditProject, tones } from './project-pages.js'
import { userChanges } from './told-changes.js'

const path = '/projects/:project/members/:person'

export function memberPages(router: PermittedRouter, context: Context): void {
  const { users } = needs
  router.use(path, users, mustEditProject(context))
  router.get(path, users, async (req, res) => showMember(context, req, res, await memberIn(context, req)))
  router.post(path, users, saveMember(context))
  router.get(`${path}/removal`, users, (req, res) => showRemoval(context, req, res))
  router.post(`${path}/removal`, users, endMembership(context))
  router.post(`${path}/invitation`, users, changing(context, 'invitation', inviteMember))
  router.post(`${path}/password`, users, changing(context, 'password', setPassword))
  router.post(`${path}/mailbox`, users, changing(context, 'mailbox', takeMailbox))
  router.post(`${path}/connection`, users, connectAgain(context))
}

function mustEditProject(context: Context): RequestHandler {
  return async (req, _res, next) => {
    if (!(await mayEditProject(context, req))) throw new NotFound()
    next()
  }
}

/** @throws NotFound when he is no member */
function memberIn(context: Context, { params }: Request): Promise<Member> {
  return memberAt(context, String(params['project']), String(params['person']))
}

/** `again` is a form that comes again: the large one (`isForm`), or one of the small ones, beside which the large one shows what is. */
async function showMember(
  context: Context,
  req: Request,
  res: Response,
  member: Member,
  again?: Again & { isForm: boolean }
): Promise<void> {
  const form = again?.isForm ? again : undefined
  const { user } = member
  const projectId = String(req.params['project'])
  const rights = await moduleRights(context.db, user.id)
  const t = context.t(req.locale)
  const locals = {
    member: {
      name: user.name,
      login: user.login,
      rights: kinds.flatMap((kind) => (rights.has(kind) ? [t(`external:kind.${kind}`)] : [])).join(', '),
      hasLoginName: user.address === '',
      isInvited: user.status === 'invited',
      isDeactivated: form ? form.typed['deactivated'] !== undefined : user.status === 'deactivated',
      status: { label: t(`external:status.${user.status}`), tone: tones[user.status] },
      revisions: { membership: member.revision, user: user.revision },
      isConnected: (await connectedAmong(context, projectId, [user.recordId])).has(user.recordId)
    },
    mailbox: user.address === '' ? await mailboxAt(context, user) : undefined,
    hasAllPower: (await powerOver(context, req.staff, user.id)) === 'all',
    urls: {
      here: projectUrl(res, projectId, 'members', user.id),
      user: guestsUrl(res, 'users', user.id),
      contact: context.host.recordUrl(user.module, user.recordId)
    },
    fields: await memberFields(context, req, { ...member, rights }, form),
    done: doneIn(req, memberOutcomes),
    changes: await userChanges(context, req, subjectOf(user))
  }
  await projectPage(context, req, res, { section: 'members', view: 'member', locals, again })
}

function saveMember(context: Context): RequestHandler {
  return changing(context, 'changed', async (req, { user }) => {
    const change = memberChangeIn(req)
    if (change.rights) await mustHavePower(context, req.staff, user.id, 'all')
    await changeMember(context, change, req.staff)
    if (change.isDeactivated === (user.status === 'deactivated')) return 'changed'
    return change.isDeactivated ? 'deactivated' : 'activated'
  })
}

/** What was done, where it is not what the form is called after. */
type Act = (req: Request, member: Member, context: Context) => Promise<MemberOutcome | void>

/** Does `act` and shows the member again, or what can't be taken with what was typed. */
function changing(context: Context, outcome: MemberOutcome, act: Act): RequestHandler {
  return async (req, res) => {
    const member = await memberIn(context, req)
    await submitOrRefuse(
      req,
      async () => {
        const done = (await act(req, member, context)) ?? outcome
        const here = projectUrl(res, String(req.params['project']), 'members', member.user.id)
        res.redirect(303, `${here}?done=${done}`)
      },
      async (again) =>
        showMember(context, req, res, await memberIn(context, req), { ...again, isForm: outcome === 'changed' })
    )
  }
}

const inviteMember: Act = (req, { user }, context) => inviteAgain(context, user.id, req.staff)

/** Whoever has no address can't ask for a new password by mail: staff set one, as when he was made. */
const setPassword: Act = async (req, { user }, context) => {
  const { password } = readForm(z.strictObject({ password: z.string().min(1, 'errors.field.required') }), req.body)
  if (user.address !== '') throw refusal('ownPassword')
  await mustHavePower(context, req.staff, user.id, 'all')
  await context.identity.setPassword(user.identityId, password)
  await context.audit.note({
    actor: staffActor(req.staff),
    action: 'external-user.password-set',
    subject: subjectOf(user)
  })
}

/** Where his links go reaches into all of his projects, as a new password does. */
const takeMailbox: Act = async (req, { user }, context) => {
  const { mailbox } = readForm(z.strictObject({ mailbox: z.string().max(254) }), req.body)
  await mustHavePower(context, req.staff, user.id, 'all')
  await confirmMailbox(context, user, mailbox, req.staff)
}

function connectAgain(context: Context): RequestHandler {
  return async (req, res) => {
    const { user } = await memberIn(context, req)
    const projectId = String(req.params['project'])
    const ends = { projectId, contactId: user.recordId, personId: user.id }
    const connecting = await connectMember(context, ends, req.staff)
    const outcome: MemberOutcome = connecting === 'refused' ? 'unconnected' : 'connected'
    res.redirect(303, `${projectUrl(res, projectId, 'members', user.id)}?done=${outcome}`)
  }
}

// --- removing him from the project ---

async function showRemoval(context: Context, req: Request, res: Response): Promise<void> {
  const { user } = await memberIn(context, req)
  const url = projectUrl(res, String(req.params['project']), 'members', user.id)
  const member = { name: user.name, url, isDeactivated: user.status === 'deactivated' }
  await projectPage(context, req, res, { section: 'members', view: 'member-removal', locals: { member } })
}

function endMembership(context: Context): RequestHandler {
  return async (req, res) => {
    const project = String(req.params['project'])
    const { isDisconnected } = await removeMember(context, project, String(req.params['person']), req.staff)
    const outcome: MemberOutcome = isDisconnected ? 'removal' : 'removalOnly'
    res.redirect(303, `${projectUrl(res, project)}?done=${outcome}`)
  }
}
