/** His projects, and the page of one: the released fields above, a tab for each kind of things below (T05, T09). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { columnsOfTheCrm, fieldsOf, placedIn, sectionsOfTheCrm } from '../../pages/arrangement.js'
import { tableOf } from '../../pages/record-table.js'
import { shownValues, statusOf, toldFields } from '../../pages/shown-value.js'
import { cursorOf, pageLinks } from '../../web/paging.js'
import { page } from '../../web/render.js'
import { isActivity, isPaper } from '../kinds.js'
import type { KnownPart } from '../project-settings.js'
import { documentsTab } from './document-tab.js'
import { listFor } from './lists.js'
import { narrowedTo, ofProject } from './narrowed.js'
import { showRecord } from './record-page.js'
import { roomOf, showingIn, type Crumb, type Room } from './room.js'
import { tabsOf, type Tab } from './tabs.js'

export function projectPages(context: Context): Router {
  const router = Router()
  router.get('/', projectListPage(context))
  router.get('/projects/:id', projectPage(context))
  router.get('/projects/:id/emails/:email', emailPage(context))
  router.get('/projects/:id/documents/:folder', projectPage(context))
  router.get('/projects/:id/:kind', projectPage(context))
  return router
}

function projectListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const { module } = room.world
    const door = records(req.viewer)
    const columns = columnsOfTheCrm(module, (await door.module(module.name)).fields)
    const found = await door.list(module.name, { after: cursorOf(req), fields: columns })
    const showing = showingIn(room, { module: module.name, url: (id) => room.url('projects', id) })
    const table = tableOf({ module, showing, t: room.t }, columns, found)
    const rows = table.rows.map((row, index) => ({ ...row, title: titleOf(room, found.records[index]!) }))
    await page(res, 'external-users/projects', { table: { ...table, rows }, pages: pageLinks(req, found.next) })
  }
}

function projectPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const project = await projectIn(room, req)
    const tabs = await tabsOf(room, project.id)
    const kind = req.params['folder'] === undefined ? req.params['kind'] : 'documents'
    const tab = kind === undefined ? tabs[0] : tabs.find((one) => one.kind === kind)
    if (kind !== undefined && !tab) throw new NotFound()
    const shown = {
      ...shownProject(room, project),
      isWhole: kind === undefined,
      tabs: tabs.map((one) => ({ ...one, isCurrent: one === tab }))
    }
    const content = tab && (await contentOf(room, req, project, tab))
    const crumbs = [projectsCrumb(room), { label: shown.title, url: kind === undefined ? undefined : shown.url }]
    if (kind !== undefined && tab) crumbs.push({ label: tab.label, url: undefined })
    await page(res, 'external-users/project', { project: shown, content, crumbs, done: doneIn(req) })
  }
}

/** What was done before, on the page it leads back to. */
function doneIn(req: Request): 'added' | 'removed' | undefined {
  return (['added', 'removed'] as const).find((deed) => req.query[deed] === '1')
}

/** @throws NotFound for one that isn't open to him */
async function projectIn({ viewer, world }: Room, req: Request): Promise<ViewedRecord> {
  return records(viewer).find(world.module.name, String(req.params['id']))
}

/** Its name is the heading. */
function shownProject(room: Room, record: ViewedRecord): { title: string; url: string } & Record<string, unknown> {
  const { module } = room.world
  const told = toldFields(record).filter((name) => name !== module.title)
  const sections = placedIn(sectionsOfTheCrm(module), module, told)
  return {
    title: titleOf(room, record),
    url: room.url('projects', record.id),
    badge: statusOf(record),
    values: shownValues(showingIn(room), record, fieldsOf(sections))
  }
}

/** While the name is not released, a project has none. */
function titleOf({ t }: Room, { title }: ViewedRecord): string {
  return title || t('external:project.untitled')
}

function projectsCrumb({ t, url }: Room): Crumb {
  return { label: t('external:projects.title'), url: url('') }
}

async function contentOf(room: Room, req: Request, project: ViewedRecord, { kind, url, label }: Tab): Promise<object> {
  const part = room.world.parts.get(kind)!
  if (kind === 'documents') return { documents: await documentsTab(room, req, project, part) }
  const viewer = narrowedTo(room.viewer, part.module.name, ofProject(part, project.id))
  const place = { module: part.module, label, viewer, here: url, ...waysIn(room, part, project.id) }
  return { list: await listFor(room, req, place) }
}

/** Where the records of a list lead, and what is special about it. */
function waysIn({ url }: Room, part: KnownPart, projectId: string): Ways {
  if (isPaper(part.kind) || part.kind === 'members') return { pageUrl: undefined, named: part }
  if (isActivity(part.kind)) return { pageUrl: (id) => url(part.kind, id), marksOwn: true }
  return { pageUrl: (id) => url('projects', projectId, part.kind, id) }
}

interface Ways {
  readonly pageUrl: ((id: string) => string) | undefined
  readonly named?: KnownPart
  readonly marksOwn?: boolean
}

/** A mail, to be read and no more. One of another project isn't at this address. */
function emailPage(context: Context): RequestHandler {
  return async (req: Request, res: Response) => {
    const room = await roomOf(context, req, res)
    const project = await projectIn(room, req)
    const tab = (await tabsOf(room, project.id)).find(({ kind }) => kind === 'emails')
    const part = room.world.parts.get('emails')
    if (!part || !tab) throw new NotFound()
    const viewer = narrowedTo(room.viewer, part.module.name, ofProject(part, project.id))
    const record = await records(viewer).find(part.module.name, String(req.params['email']))
    const crumbs = [
      projectsCrumb(room),
      { label: titleOf(room, project), url: room.url('projects', project.id) },
      { label: tab.label, url: tab.url }
    ]
    await showRecord(res, room, { record, crumbs })
  }
}
