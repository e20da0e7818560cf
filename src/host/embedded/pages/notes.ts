/** Notes on a record: written, changed and taken away by staff, for everybody who sees the record or for staff only. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { Invalid, NotFound } from '../../../errors.js'
import { readForm, submit } from '../../../web/forms.js'
import { sendFile } from '../../../web/downloads.js'
import { page, urlFor } from '../../../web/render.js'
import type { Uploads } from '../../../web/uploads.js'
import type { Crm } from '../crm.js'
import type { CrmFeedEntry } from '../feed.js'
import { moduleIn } from './desk.js'
import { recordPath } from './paths.js'
import { showRecordPage } from './record-page.js'

const longest = 20_000
const noteText = z.string().trim().min(1, 'errors.field.required').max(longest)

/** `POST /:module/:id/notes`, a multipart form. */
export function postNote(crm: Crm, uploads: Uploads): RequestHandler {
  return async (req, res) => {
    const module = moduleIn(req)
    const { records, staff } = req.desk
    const record = await records.find(module.name, String(req.params.id))
    if (!module.hasFeed) throw new NotFound()
    let typed = { text: '', internal: false }
    try {
      const { fields, files } = await uploads.receive(req, { kind: 'staff', id: staff.id })
      typed = { text: fields.text ?? '', internal: fields.internal !== undefined }
      if (typed.text.trim() === '' && files.length === 0) throw new Invalid({ text: { key: 'errors.field.required' } })
      if (typed.text.length > longest)
        throw new Invalid({ text: { key: 'errors.field.tooLong', args: { max: longest } } })
      await records.post(module.name, record.id, { ...typed, files: files.map(({ id }) => id) })
      res.redirect(303, `${urlFor(res, recordPath(module.name, record.id))}#feed`)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      await showRecordPage(crm, req, res, { module, record, note: { ...typed, errors: error.fields } })
    }
  }
}

/** `GET /:module/:id/notes/:entry` */
export async function showNote(req: Request, res: Response): Promise<void> {
  const entry = await noteIn(req)
  await showNoteForm(req, res, { text: entry.text, errors: {} })
}

/** `POST /:module/:id/notes/:entry` */
export async function changeNote(req: Request, res: Response): Promise<void> {
  await submit(
    req,
    async () => {
      const { text } = readForm(z.object({ text: noteText }), req.body)
      await req.desk.records.changePost(moduleIn(req).name, String(req.params.id), String(req.params.entry), text)
      backToFeed(req, res)
    },
    ({ typed, errors }) => showNoteForm(req, res, { text: String(typed.text ?? ''), errors }, 422)
  )
}

/** `POST /:module/:id/notes/:entry/removal` */
export async function removeNote(req: Request, res: Response): Promise<void> {
  await req.desk.records.removePost(moduleIn(req).name, String(req.params.id), String(req.params.entry))
  backToFeed(req, res)
}

/** `GET /:module/:id/files/:file` */
export async function download(req: Request, res: Response): Promise<void> {
  const { info, open } = await req.desk.records.file(moduleIn(req).name, String(req.params.id), String(req.params.file))
  await sendFile(res, info, await open())
}

async function showNoteForm(
  req: Request,
  res: Response,
  note: { text: string; errors: object },
  status = 200
): Promise<void> {
  const module = moduleIn(req)
  const record = await req.desk.records.find(module.name, String(req.params.id))
  const path = recordPath(module.name, record.id)
  const form = { ...note, path: `${path}/notes/${encodeURIComponent(String(req.params.entry))}` }
  await page(res, 'crm/note', { module, record, form, recordPath: path }, { status })
}

/** A note on this record that he may change. @throws NotFound */
async function noteIn(req: Request): Promise<CrmFeedEntry> {
  const { records, staff } = req.desk
  const entries = await records.feed(moduleIn(req).name, String(req.params.id), 500)
  const entry = entries.find(({ id, kind }) => id === req.params.entry && kind === 'post')
  const isOwn = entry?.author.kind === 'staff' && entry.author.id === staff.id
  if (!entry || !(isOwn || staff.isAdministrator)) throw new NotFound()
  return entry
}

function backToFeed(req: Request, res: Response): void {
  res.redirect(303, `${urlFor(res, recordPath(moduleIn(req).name, String(req.params.id)))}#feed`)
}
