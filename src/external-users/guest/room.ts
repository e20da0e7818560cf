/** What the pages of external users work with: their projects and what belongs to them in the reader's language, and how values are shown. */
import type { Request, RequestHandler, Response } from 'express'
import { records } from '../../access/records.js'
import type { Viewer } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Showing } from '../../pages/shown-value.js'
import { formatFor } from '../../web/format.js'
import type { Translate } from '../../web/locale.js'
import { urlFor } from '../../web/render.js'
import { doorBase, doorName } from '../door.js'
import type { Activity, Kind } from '../kinds.js'
import { projectsOf } from '../project.js'
import type { KnownPart, ProjectWorld } from '../project-settings.js'

export interface Room {
  readonly context: Context
  readonly viewer: Viewer
  readonly world: ProjectWorld
  readonly t: Translate
  /** Web address of a page below the door. */
  url(...parts: readonly string[]): string
}

/** A step of the way to a page. */
export interface Crumb {
  readonly label: string
  readonly url?: string | undefined
}

/** @throws NotFound where the CRM has no projects */
export async function roomOf(context: Context, req: Request, res: Response): Promise<Room> {
  return {
    context,
    viewer: req.viewer,
    world: await projectsOf(context, req.locale),
    t: context.t(req.locale),
    url: (...parts) => urlFor(res, [doorBase, ...parts.map(encodeURIComponent)].join('/'))
  }
}

/** What is of this kind. @throws NotFound where the CRM has nothing of it, or he sees nothing of it */
export function partIn({ world, viewer }: Room, kind: Kind): KnownPart {
  const part = world.parts.get(kind)
  if (!part || !viewer.policy.has(part.module.name)) throw new NotFound()
  return part
}

/** Records of one module have a page at `recordUrl`; others have none. */
export function showingIn(
  { viewer, t, url }: Room,
  pages?: { readonly module: string; url(id: string): string }
): Showing {
  return {
    t,
    format: formatFor(viewer.person.locale, viewer.person),
    recordUrl: (module, id) => (module === pages?.module ? pages.url(id) : undefined),
    fileUrl: ({ id }, file) => url('documents', id, 'files', file.id)
  }
}

/** The frame of the pages behind the sign-in: his projects, and what he can be responsible for, as far as the CRM has it. */
export function frame(context: Context): RequestHandler {
  return async (req, res, next) => {
    const to = (path: string): string => urlFor(res, doorBase + path)
    const t = context.t(req.locale)
    const isAt = (path: string): boolean => req.path === path || req.path.startsWith(`${path}/`)
    const projects = { url: to('/'), label: t('external:projects.title'), icon: 'folder-kanban' }
    const own = await ownKinds(context, req)
    const nav = [
      { ...projects, current: req.path === '/' || isAt('/projects') || isAt('/documents') },
      ...own.map(({ kind, label, icon }) => ({ url: to(`/${kind}`), label, icon, current: isAt(`/${kind}`) }))
    ]
    const user = {
      name: req.viewer.person.name,
      profileUrl: to('/profile'),
      doors: await context.identity.otherDoors(req, res),
      signOutUrl: to('/sign-out')
    }
    res.locals.area = { kind: 'portal', name: doorName(context, req.locale), home: to('/'), nav, user }
    next()
  }
}

/** Tasks first: the order in which people look for them. */
const order: readonly Activity[] = ['tasks', 'appointments', 'calls', 'notes']

async function ownKinds(context: Context, req: Request): Promise<{ kind: Activity; label: string; icon: string }[]> {
  const { parts } = await projectsOf(context, req.locale)
  const released = new Set((await records(req.viewer).modules()).map(({ module }) => module.name))
  return order.flatMap((kind) => {
    const module = parts.get(kind)?.module
    return module && released.has(module.name) ? [{ kind, label: module.labelPlural, icon: module.icon }] : []
  })
}
