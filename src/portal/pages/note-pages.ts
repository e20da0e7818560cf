/** Writing, changing and removing one's own notes, and reading the files on them (Z28). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid, NotFound } from '../../errors.js'
import type { FileInfo } from '../../host/host.js'
import { sendFile } from '../../web/downloads.js'
import { page } from '../../web/render.js'
import { crumbOf } from './list-page.js'
import { ownNote, type ShownNote } from './notes.js'
import { showRecord, titleOf } from './record-page.js'
import { roomOf, type Room } from './room.js'

const longestNote = 20_000

export function notePages(context: Context): Router {
  const router = Router({ mergeParams: true })
  router.post('/notes', postNote(context))
  router.get('/notes/:note/edit', async (req, res) => showNote(req, res, await noteAt(req, res)))
  router.post('/notes/:note', changeNote)
  router.post('/notes/:note/removal', removeNote)
  router.post('/notes/:note/files/:file/removal', removeFile)
  router.get('/files/:file', readFile)
  return router
}

/** Whether he may write here is decided before a byte of a file is kept (A15). */
function postNote(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(req, res)
    const record = await records(req.viewer).find(room.module.name, String(req.params['id']))
    if (!record.may.has('post')) throw new Forbidden()
    let draft = ''
    try {
      const { fields, files } = await context.uploads.receive(req, req.viewer.actor)
      draft = fields['text'] ?? ''
      await unlessRefused(context, files, async () => {
        const text = noteText(draft, files.length > 0)
        await records(req.viewer).post(room.module.name, record.id, { text, files: files.map((file) => file.id) })
      })
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      return showRecord(req, res, { draft, errors: error.fields })
    }
    res.redirect(303, `${room.url(room.module.name, record.id)}#notes`)
  }
}

const changeNote: RequestHandler = async (req, res) => {
  const found = await noteAt(req, res)
  const { room, note, recordId } = found
  try {
    await records(req.viewer).changePost(
      room.module.name,
      recordId,
      note.id,
      noteText(req.body?.text, note.files.length > 0)
    )
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return showNote(req, res, { ...found, note: { ...note, text: String(req.body?.text ?? '') } }, error)
  }
  res.redirect(303, `${room.url(room.module.name, recordId)}#notes`)
}

const removeNote: RequestHandler = async (req, res) => {
  const { room, note, recordId } = await noteAt(req, res)
  await records(req.viewer).removePost(room.module.name, recordId, note.id)
  res.redirect(303, `${room.url(room.module.name, recordId)}#notes`)
}

const removeFile: RequestHandler = async (req, res) => {
  const { room, note, recordId } = await noteAt(req, res)
  await records(req.viewer).removeFile(room.module.name, recordId, note.id, String(req.params['file']))
  res.redirect(303, `${room.url(room.module.name, recordId)}#notes`)
}

const readFile: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const { info, open } = await records(req.viewer).file(
    room.module.name,
    String(req.params['id']),
    String(req.params['file'])
  )
  await sendFile(res, info, await open())
}

interface FoundNote {
  readonly room: Room
  readonly recordId: string
  readonly note: ShownNote
}

/** @throws NotFound for a note that isn't there, isn't his, or is on another record. */
async function noteAt(req: Request, res: Response): Promise<FoundNote> {
  const room = await roomOf(req, res)
  const recordId = String(req.params['id'])
  const note = await ownNote(req, room, recordId, String(req.params['note']))
  if (!note) throw new NotFound()
  return { room, recordId, note }
}

async function showNote(
  req: Request,
  res: Response,
  { room, recordId, note }: FoundNote,
  invalid?: Invalid
): Promise<void> {
  const record = await records(req.viewer).find(room.module.name, recordId)
  const url = room.url(room.module.name, recordId)
  const form = { action: `${url}/notes/${note.id}`, text: note.text, error: invalid?.fields['text'] }
  await page(
    res,
    'portal/note',
    { module: crumbOf(room), record: { title: titleOf(room, record), url }, form, files: note.files },
    { status: invalid?.status }
  )
}

/** @throws Invalid for a note of nothing: neither words nor a file. */
function noteText(typed: unknown, hasFiles: boolean): string {
  const text = typeof typed === 'string' ? typed.replace(/\r\n/g, '\n').trim() : ''
  if (text === '' && !hasFiles) throw new Invalid({ text: { key: 'errors.field.required' } })
  if (text.length > longestNote)
    throw new Invalid({ text: { key: 'errors.field.tooLong', args: { max: longestNote } } })
  return text
}

/** Files of a note that was not taken are not kept. */
async function unlessRefused(context: Context, files: readonly FileInfo[], post: () => Promise<void>): Promise<void> {
  try {
    await post()
  } catch (error) {
    await Promise.all(files.map((file) => context.host.files.remove(file.id)))
    throw error
  }
}
