/** External users as lists show them: of whom the CRM hides, lists say that there is somebody. */
import type { Request, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import type { ExternalUser } from '../external-users.js'
import { guestsUrl } from './frame.js'

/** What can be done with somebody in each status. */
export const openChanges: Readonly<Record<ExternalUser['status'], readonly string[]>> = {
  invited: ['invitation', 'deactivation'],
  confirmed: ['deactivation'],
  deactivated: ['activation']
}

/** Each with the way to his own page. */
export async function userRows(
  context: Context,
  req: Request,
  res: Response,
  users: readonly ExternalUser[]
): Promise<Record<string, unknown>[]> {
  const t = context.t(req.locale)
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  return users.map((user) => {
    const known = { invitedAt: user.invitedAt, status: shownStatus(t, user) }
    if (hidden.has(user.id)) return { ...known, isHidden: true, login: '' }
    return { ...known, name: user.name, login: user.login, url: guestsUrl(res, 'users', user.id) }
  })
}

export function shownStatus(t: Translate, { status }: Pick<ExternalUser, 'status'>): { label: string; tone: string } {
  return { label: t(`external:status.${status}`), tone: tones[status] }
}

const tones = { invited: 'info', confirmed: 'good', deactivated: 'bad' } as const
