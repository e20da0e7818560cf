/** What the pages of a role share: which role, its addresses, the roles above it, and staging a change of it. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { stage } from '../draft.js'
import { named, type Model } from '../model.js'
import { organizationOf } from '../organization.js'
import { roleIn } from '../roles.js'
import { sharingUrl } from './frame.js'

/** In a choice of superiors: none. */
export const topRole = ''

export function roleIdIn(req: Request): string {
  return String(req.params['role'])
}

export function subjectOf(role: string): string {
  return `sharing-role:${role}`
}

export async function stageRole(
  context: Context,
  req: Request,
  id: string,
  action: string,
  change: (model: Model) => Model
): Promise<void> {
  const part = (model: Model): unknown => named(model.roles, id)
  await stage(context, req.staff, { action, subject: subjectOf(id), part, change })
}

export interface RoleLink {
  readonly name: string
  readonly url: string
}

/** The roles above, from the top down. */
export function chain(model: Model, res: Response, id: string): RoleLink[] {
  const above = organizationOf(model).above(id).toReversed()
  return above.map((one) => ({ name: roleIn(model, one).name, url: sharingUrl(res, 'roles', one) }))
}

export function roleUrls(res: Response, id: string): Record<string, string> {
  const word = encodeURIComponent(id)
  return {
    roles: sharingUrl(res, 'roles'),
    role: sharingUrl(res, 'roles', id),
    place: sharingUrl(res, 'roles', id, 'place'),
    removal: sharingUrl(res, 'roles', id, 'removal'),
    people: sharingUrl(res, 'roles', id, 'people'),
    takeOut: sharingUrl(res, 'roles', id, 'people', 'removal'),
    profiles: sharingUrl(res, 'profiles'),
    all: `${sharingUrl(res, 'people')}?role=${word}`,
    new: `${sharingUrl(res, 'roles', 'new')}?below=${word}`
  }
}
