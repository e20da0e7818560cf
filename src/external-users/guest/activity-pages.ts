/** Tasks, calls, appointments and notes: his own across projects, the page of one, and its removal (T06). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { records } from '../../access/records.js'
import type { ViewedRecord } from '../../access/record.js'
import type { Context } from '../../context.js'
import { Forbidden } from '../../errors.js'
import { page } from '../../web/render.js'
import { activities, type Activity } from '../kinds.js'
import type { KnownPart } from '../project-settings.js'
import { changeActivity, createActivity, editPage, newPage } from './activity-form.js'
import { documentsHeldBy } from './held-documents.js'
import { listFor } from './lists.js'
import { hisOwn, narrowedTo } from './narrowed.js'
import { namesOf, peopleFor } from './people.js'
import { showRecord, titleOfRecord } from './record-page.js'
import { partIn, roomOf, type Crumb, type Room } from './room.js'

export function activityPages(context: Context): Router {
  const router = Router()
  for (const kind of activities) router.use(`/${kind}`, pagesOf(context, kind))
  return router
}

function pagesOf(context: Context, kind: Activity): Router {
  const router = Router()
  router.get('/', ownListPage(context, kind))
  router.post('/', createActivity(context, kind))
  router.get('/new', newPage(context, kind))
  router.get('/:id', activityPage(context, kind))
  router.post('/:id', changeActivity(context, kind))
  router.get('/:id/edit', editPage(context, kind))
  router.get('/:id/removal', removalPage(context, kind))
  router.post('/:id/removal', remove(context, kind))
  return router
}

function ownListPage(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const part = partIn(room, kind)
    const { name } = part.module
    const newUrl = (await mayCreate(room, part)) ? room.url(kind, 'new') : undefined
    const viewer = narrowedTo(room.viewer, name, hisOwn(name, room.viewer))
    const pageUrl = (id: string): string => room.url(kind, id)
    const list = await listFor(room, req, { module: part.module, viewer, here: room.url(kind), pageUrl, newUrl })
    await page(res, 'external-users/guest-list', { list, done: req.query['removed'] === '1' ? 'removed' : undefined })
  }
}

/** Where nothing that he could write is released, a new one could hold nothing. */
async function mayCreate({ viewer }: Room, { module }: KnownPart): Promise<boolean> {
  const { creatable } = await records(viewer).module(module.name)
  return creatable.length > 0
}

function activityPage(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const part = partIn(room, kind)
    const record = await recordIn(room, part, req)
    const people = await peopleFor(room, part, record.id)
    await showRecord(res, room, {
      record,
      crumbs: [crumbOf(room, part)],
      responsible: namesOf(room, people),
      isHis: people.now.includes(room.viewer.person.id),
      isOnlyRead: !record.may.has('edit'),
      documents: await documentsHeldBy(room, kind, record.id),
      ...waysOn(room, kind, record),
      done: req.query['saved'] === '1' ? 'saved' : undefined
    })
  }
}

function waysOn(
  { url }: Room,
  kind: Activity,
  { id, may }: ViewedRecord
): Record<'editUrl' | 'removalUrl', string | undefined> {
  return {
    editUrl: may.has('edit') ? url(kind, id, 'edit') : undefined,
    removalUrl: may.has('delete') ? url(kind, id, 'removal') : undefined
  }
}

/** Asks before it is gone. */
function removalPage(context: Context, kind: Activity): RequestHandler {
  return async (req: Request, res: Response) => {
    const room = await roomOf(context, req, res)
    const part = partIn(room, kind)
    const record = await recordIn(room, part, req)
    if (!record.may.has('delete')) throw new Forbidden()
    const here = room.url(kind, record.id)
    const title = titleOfRecord(room, record)
    const removal = { title, backUrl: here, action: `${here}/removal`, text: room.t('guest:removal.activity') }
    await page(res, 'external-users/guest-removal', {
      removal,
      crumbs: [crumbOf(room, part), { label: title, url: here }]
    })
  }
}

function remove(context: Context, kind: Activity): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    await records(room.viewer).remove(partIn(room, kind).module.name, String(req.params['id']))
    res.redirect(303, `${room.url(kind)}?removed=1`)
  }
}

function recordIn({ viewer }: Room, { module }: KnownPart, req: Request): Promise<ViewedRecord> {
  return records(viewer).find(module.name, String(req.params['id']))
}

function crumbOf({ url }: Room, { kind, module }: KnownPart): Crumb {
  return { label: module.labelPlural, url: url(kind) }
}
