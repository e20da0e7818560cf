/** One document: its page and its file, a new one in a folder, another file or name for it, and its removal (T07, T08). */
import { Router, type RequestHandler } from 'express'
import { isWritable } from '../../access/field-kinds.js'
import type { ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Forbidden, NotFound } from '../../errors.js'
import { fieldsOf, placedIn, sectionsOfTheCrm } from '../../pages/arrangement.js'
import { shownValues, toldFields } from '../../pages/shown-value.js'
import { sendOpenFile } from '../../pages/file-sending.js'
import { page } from '../../web/render.js'
import { documentTitle, shownDocument } from './documents.js'
import { crumbsOfDocument, documentIn, wayBack } from './document-place.js'
import { documentFormPages } from './document-form.js'
import { partIn, roomOf, showingIn } from './room.js'

export function documentPages(context: Context): Router {
  const router = Router()
  router.use(documentFormPages(context))
  router.get('/documents/:id', documentPage(context))
  router.get('/documents/:id/files/:file', download(context))
  router.get('/documents/:id/removal', removalPage(context))
  router.post('/documents/:id/removal', remove(context))
  return router
}

function documentPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const record = await documentIn(room, req)
    const { module, may } = record
    const { id, title, files } = shownDocument(room, record)
    const names = toldFields(record).filter((name) => name !== room.world.file && name !== module.title)
    const sections = placedIn(sectionsOfTheCrm(module), module, names)
    const at = (action: string): string => room.url('documents', id, action)
    const shown = {
      ...{ title, files, values: shownValues(showingIn(room), record, fieldsOf(sections)) },
      editUrl: may.has('edit') && writesWords(record) ? at('edit') : undefined,
      fileUrl: may.has('edit') && record.writable.has(room.world.file ?? '') ? at('file') : undefined,
      removalUrl: may.has('delete') ? at('removal') : undefined
    }
    const done = req.query['saved'] === '1' ? 'saved' : undefined
    await page(res, 'external-users/guest-document', {
      document: shown,
      done,
      crumbs: await crumbsOfDocument(room, record)
    })
  }
}

function writesWords({ module, writable }: ViewedRecord): boolean {
  return [...writable].some((name) => isWritable(module.fields.get(name)))
}

/** Asked for again while it is on its way, so a right that is taken away ends it (T10). */
function download(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const { name } = partIn(room, 'documents').module
    const { file } = room.world
    if (!file) throw new NotFound()
    const [id, fileId] = [String(req.params['id']), String(req.params['file'])]
    await sendOpenFile(req, res, (door) => door.attachment(name, id, file, fileId))
  }
}

/** Asks before it is gone. */
function removalPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const record = await documentIn(room, req)
    if (!record.may.has('delete')) throw new Forbidden()
    const here = room.url('documents', record.id)
    const title = documentTitle(room, record)
    const removal = { title, backUrl: here, action: `${here}/removal`, text: room.t('guest:removal.document') }
    await page(res, 'external-users/guest-removal', { removal, crumbs: await crumbsOfDocument(room, record, here) })
  }
}

function remove(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const record = await documentIn(room, req)
    const back = await wayBack(room, record)
    await records(room.viewer).remove(record.module.name, record.id)
    res.redirect(303, `${back}?removed=1`)
  }
}
