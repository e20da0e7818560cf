/** External users as lists show them: of whom the CRM hides, lists say that there is somebody. */
import type { Request, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import { shutOut } from '../closing.js'
import type { ExternalUser } from '../external-users.js'
import type { ProjectWorld } from '../project-settings.js'
import { projectsOfPeople, signInFacts } from '../user-search.js'
import { guestsUrl } from './frame.js'

/** What can be done with somebody in each status. */
export const openChanges: Readonly<Record<ExternalUser['status'], readonly string[]>> = {
  invited: ['invitation', 'deactivation'],
  confirmed: ['deactivation'],
  deactivated: ['activation']
}

/** Each with the way to his own page, and with the reason where sign-in refuses him although he is active. */
export async function userRows(
  context: Context,
  req: Request,
  res: Response,
  { world, users }: { readonly world: ProjectWorld | undefined; readonly users: readonly ExternalUser[] }
): Promise<Record<string, unknown>[]> {
  const t = context.t(req.locale)
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const shown = users.filter(({ id }) => !hidden.has(id))
  const ids = shown.map(({ id }) => id)
  const facts = await signInFacts(context.db, ids)
  const projects = world && (await projectsOfPeople(context.db, world.module.name, ids))
  const shut = world && (await shutOut(context, world, shown))
  return users.map((user) => {
    const { id, name, login } = user
    const known = { status: shownStatus(t, user) }
    if (hidden.has(id)) return { ...known, isHidden: true, login: '' }
    const reason = shut?.get(id)
    return {
      ...known,
      ...facts.get(id),
      name,
      login,
      why: reason && t(`guests-admin:shut.${reason}`),
      projects: projects?.get(id)?.length ?? 0,
      url: guestsUrl(res, 'users', id)
    }
  })
}

export function shownStatus(t: Translate, { status }: Pick<ExternalUser, 'status'>): { label: string; tone: string } {
  return { label: t(`external:status.${status}`), tone: tones[status] }
}

const tones = { invited: 'info', confirmed: 'good', deactivated: 'bad' } as const
