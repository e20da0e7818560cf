/** What external users see: their projects, and of each the released fields (T05, T09). */
import { Router, type Request, type RequestHandler } from 'express'
import type { Page } from '../access/record.js'
import { records } from '../access/records.js'
import type { Context } from '../context.js'
import { formatFor } from '../web/format.js'
import { cursorOf, pageLinks } from '../web/paging.js'
import { page, urlFor } from '../web/render.js'
import { doorBase, doorName, resolveDoor } from './door.js'
import { projectsOf } from './project.js'
import { shownField, shownSections, type ShownField, type Showing } from './shown-fields.js'

export function guestPages(context: Context): Router {
  const router = Router()
  const door = resolveDoor(context)
  const framed = frame(context)
  router.use(context.identity.pages(door, framed), context.identity.requireViewer(door), framed)
  router.get('/', projectListPage(context))
  router.get('/projects/:id', projectPage(context))
  return router
}

function frame(context: Context): RequestHandler {
  return async (req, res, next) => {
    const to = (path: string): string => urlFor(res, doorBase + path)
    const user = {
      name: req.viewer.person.name,
      profileUrl: to('/profile'),
      doors: await context.identity.otherDoors(req, res),
      signOutUrl: to('/sign-out')
    }
    const nav = [
      { url: to('/'), label: context.t(req.locale)('external:projects.title'), icon: 'folder-kanban', current: true }
    ]
    res.locals.area = { kind: 'portal', name: doorName(context, req.locale), home: to('/'), nav, user }
    next()
  }
}

function projectListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const found = await hisProjects(context, req)
    const showing = showingFor(context, req)
    const rows = found.records.map((record) => ({
      url: urlFor(res, `${doorBase}/projects/${encodeURIComponent(record.id)}`),
      title: titleOf(context, req, record.title),
      fields: listFields(record.values, record.module.title).map((name) =>
        inList(shownField(showing, record.module.fields.get(name)!, record.values[name] ?? null))
      )
    }))
    const head = rows[0]?.fields.map(({ label }) => label) ?? []
    await page(res, 'external-users/projects', { rows, head, pages: pageLinks(req, found.next) })
  }
}

/** Of HTML a list has the first words. */
function inList(field: ShownField): ShownField {
  return { ...field, html: undefined }
}

/** Nothing for somebody whose policy names no projects. */
async function hisProjects(context: Context, req: Request): Promise<Page> {
  const door = records(req.viewer)
  const { module: project } = await projectsOf(context)
  const isReleased = (await door.modules()).some(({ module }) => module.name === project.name)
  return isReleased ? door.list(project.name, { after: cursorOf(req) }) : { records: [], next: undefined }
}

/** Every row has the same ones, for the release is one for all projects. */
function listFields(values: Readonly<Record<string, unknown>>, title: string): string[] {
  return Object.keys(values).filter((name) => name !== title)
}

function projectPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { module } = await projectsOf(context)
    const record = await records(req.viewer).find(module.name, String(req.params['id']))
    await page(res, 'external-users/project', {
      project: {
        title: titleOf(context, req, record.title),
        sections: shownSections(showingFor(context, req), record)
      },
      listUrl: urlFor(res, `${doorBase}/`)
    })
  }
}

function showingFor(context: Context, req: Request): Showing {
  return { t: context.t(req.locale), format: formatFor(req.locale, req.viewer.person) }
}

/** While the name is not released, a project has none. */
function titleOf(context: Context, req: Request, title: string): string {
  return title || context.t(req.locale)('external:project.untitled')
}
