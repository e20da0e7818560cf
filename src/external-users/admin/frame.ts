/** What the staff's pages about external users share: their addresses, the links between them, who may see which project and person. */
import type { Request, RequestHandler, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { mayOpen, needs, type Needs } from '../../web/permitted.js'
import { page, urlFor } from '../../web/render.js'
import type { Again } from '../../web/submit.js'
import { endOf, isUnread, type End } from '../closing.js'
import { externalUserById } from '../external-users.js'
import { projectModuleName, projectsOf, projectTitle } from '../project.js'

export const adminPath = '/portico/admin/external-users'

/** Address of one of these pages as the browser sees it. */
export function guestsUrl(res: Response, ...rest: readonly string[]): string {
  return urlFor(res, [adminPath, ...rest.map(encodeURIComponent)].join('/'))
}

// --- the sections ---

/** The pages that stand beside each other, each with what it needs. */
const sections = {
  users: { path: [], needs: needs.users },
  settings: { path: ['settings'], needs: needs.portals },
  fields: { path: ['settings', 'fields'], needs: needs.portals },
  responsibilities: { path: ['settings', 'responsibilities'], needs: needs.portals }
} as const satisfies Record<string, { path: readonly string[]; needs: Needs }>
export type Section = keyof typeof sections

interface FramedPage {
  /** In `views/external-users`. */
  readonly view: string
  readonly locals: object
  /** A form that comes again. */
  readonly again?: Again | undefined
}

/** Renders a page below the links to the other sections, with a form's refusal. Views include `_frame`. */
export async function sectionPage(
  context: Context,
  req: Request,
  res: Response,
  { section, ...framed }: FramedPage & { readonly section: Section }
): Promise<void> {
  const t = context.t(req.locale)
  const links = Object.entries(sections).flatMap(([name, { path, needs: what }]) =>
    mayOpen(req.staff, what)
      ? [{ url: guestsUrl(res, ...path), label: t(`guests-admin:section.${name}`), isHere: name === section }]
      : []
  )
  const home = links[0] && { label: t('external:menu.label'), url: links[0].url }
  await framedPage(res, { home, label: t('guests-admin:section.label'), links }, framed)
}

// --- the pages of one project ---

const projectSections = ['members', 'security', 'documents', 'costs'] as const
export type ProjectSection = (typeof projectSections)[number]

export function projectUrl(res: Response, id: string, ...rest: readonly string[]): string {
  return guestsUrl(res, 'projects', id, ...rest)
}

/** Renders a page of a project below its name and the links to the project's other pages. Views include `_frame`; `project` is there. */
export async function projectPage(
  context: Context,
  req: Request,
  res: Response,
  { section, locals, ...framed }: FramedPage & { readonly section: ProjectSection }
): Promise<void> {
  const t = context.t(req.locale)
  const id = String(req.params['project'])
  const links = projectSections.map((name) => ({
    url: projectUrl(res, id, ...(name === 'members' ? [] : [name])),
    label: t(`guests-admin:project.${name}`),
    isHere: name === section
  }))
  const world = await projectsOf(context, req.locale)
  const recordUrl = context.host.recordUrl(world.module.name, id)
  const project = { id, title: await projectTitle(context, id), recordUrl, url: projectUrl(res, id) }
  const home = { label: project.title, url: recordUrl }
  const closed = { end: await endOf(context, world, id), isUnread: await isUnread(context, world, id) }
  const frame = { home, label: t('guests-admin:project.label'), links, closed }
  await framedPage(res, frame, { ...framed, locals: { ...locals, project } })
}

interface Frame {
  readonly home: { readonly label: string; readonly url: string } | undefined
  /** Of the links, for readers who do not see where they stand. */
  readonly label: string
  readonly links: readonly { readonly url: string; readonly label: string; readonly isHere: boolean }[]
  /** Of a project: why nobody from outside gets to it. */
  readonly closed?: { readonly end: End | undefined; readonly isUnread: boolean }
}

async function framedPage(res: Response, frame: Frame, { view, locals, again }: FramedPage): Promise<void> {
  const shown = { notice: again?.notice, errors: again?.errors ?? {}, typed: again?.typed ?? {} }
  await page(res, `external-users/${view}`, { ...shown, ...locals, frame }, { status: again?.status })
}

/** What was done just now, to be said on the page: `?done=` with one of `outcomes`. */
export function doneIn(req: Request, outcomes: readonly string[]): string | undefined {
  return req.method === 'GET' ? outcomes.find((outcome) => outcome === req.query['done']) : undefined
}

// --- whom and what the CRM shows ---

/** Who may not see a project in the CRM sees none of its members here; who may not change it changes nothing of it. */
export function mustSeeProject(context: Context): RequestHandler {
  return async (req, _res, next) => {
    const right = req.method === 'GET' ? 'view' : 'edit'
    const module = await projectModuleName(context)
    if (!(await context.host.allows(req.staff, right, module, String(req.params['project'])))) throw new NotFound()
    next()
  }
}

/** Nothing is done to somebody whom the CRM does not show. */
export function mustSeePerson(context: Context, parameter: 'user' | 'person'): RequestHandler {
  return async (req, _res, next) => {
    const user = await externalUserById(context.db, String(req.params[parameter]))
    if ((await hiddenAmong(context.kernel, req.staff, [user])).has(user.id)) throw new NotFound()
    next()
  }
}
