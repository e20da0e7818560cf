/** The external members of one project: who takes part, as what, at what rate, and what each of them sees. */
import type { Request, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { formatFor } from '../../web/format.js'
import { currency } from '../hourly-rate.js'
import { kinds } from '../kinds.js'
import { connectedAmong } from '../member-link.js'
import { mostMembers, projectMembers, type Member } from '../members.js'
import { rightsOfAll } from '../module-rights.js'
import { projectModuleName } from '../project.js'
import { doneIn, guestsUrl, projectPage, projectUrl } from './frame.js'
import { memberChanges } from './member-changes.js'
import { memberOutcomes } from './member-form.js'

/** Behind what says that the project, and the person, are there for this member of staff. */
export function projectPages(router: PermittedRouter, context: Context): void {
  router.get('/projects/:project', needs.users, (req, res) => showProject(context, req, res))
}

async function showProject(context: Context, req: Request, res: Response): Promise<void> {
  const id = String(req.params['project'])
  const members = await shownMembers(context, req, res, id)
  const locals = {
    mayEdit: await mayEditProject(context, req),
    members,
    isCut: members.length === mostMembers,
    newUrl: projectUrl(res, id, 'members', 'new'),
    done: doneIn(req, memberOutcomes),
    isUnconnected: req.query['connection'] === 'refused',
    changes: await memberChanges(context, req, id)
  }
  await projectPage(context, req, res, { section: 'members', view: 'members', locals })
}

export async function mayEditProject(context: Context, { staff, params }: Request): Promise<boolean> {
  return context.host.allows(staff, 'edit', await projectModuleName(context), String(params['project']))
}

type ShownMember = Record<string, unknown>

/** Of whom the CRM hides the page says that there is somebody. */
async function shownMembers(context: Context, req: Request, res: Response, projectId: string): Promise<ShownMember[]> {
  const members = await projectMembers(context, projectId)
  const users = members.map(({ user }) => user)
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const contactIds = [...new Set(users.map(({ recordId }) => recordId))]
  const connected = await connectedAmong(context, projectId, contactIds)
  const rights = await rightsOfAll(
    context.db,
    users.map(({ id }) => id)
  )
  return members.map((member) => {
    const { id, status, recordId } = member.user
    const known = { status: { label: context.t(req.locale)(`external:status.${status}`), tone: tones[status] } }
    if (hidden.has(id)) return { ...known, isHidden: true, isConnected: true }
    const kindsOfHis = kinds.filter((kind) => rights.get(id)?.has(kind))
    const shown = { ...known, ...shownMember(req, context, member, kindsOfHis), isConnected: connected.has(recordId) }
    return { ...shown, url: projectUrl(res, projectId, 'members', id), userUrl: guestsUrl(res, 'users', id) }
  })
}

function shownMember(
  req: Request,
  context: Context,
  { user, hourlyRate, responsibilities }: Member,
  rights: readonly string[]
): ShownMember {
  const t = context.t(req.locale)
  return {
    name: user.name,
    login: user.login,
    responsibilities: responsibilities.map(({ label }) => label).join(', '),
    rate: hourlyRate === undefined ? '' : formatFor(req.locale, req.staff).money(hourlyRate / 100, currency),
    rights: rights.map((kind) => t(`external:kind.${kind}`)).join(', ')
  }
}

export const tones = { invited: 'info', confirmed: 'good', deactivated: 'bad' } as const
