/** Writing, changing and removing one's own notes, and reading the files on them (Z28). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid, NotFound } from '../../errors.js'
import { HostRefused, HostSilent, HostUnavailable } from '../../host/host.js'
import { noteText } from '../../host/note-text.js'
import { sendOpenFile } from '../../pages/file-sending.js'
import { page } from '../../web/render.js'
import { withReceived } from '../../web/uploads.js'
import { crumbOf } from './list-page.js'
import { ownNote, type NoteDone, type ShownNote } from './notes.js'
import { showRecord, titleOf, type RefusedNote } from './record-page.js'
import { roomOf, type Room } from './room.js'
import { meet, seenMark, seenName } from '../../pages/seen.js'

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
    try {
      const { fields, files } = await context.uploads.receive(req, req.viewer.actor, mustBeNote)
      await withReceived(context.host, files, async () => {
        const text = textOf(fields['text'], files.length > 0)
        await records(req.viewer).post(room.module.name, record.id, { text, files: files.map((file) => file.id) })
      })
    } catch (error) {
      return showRecord(req, res, { draft: draftIn(req), ...troubleOf(error, room, 'portal:notes.unavailable') })
    }
    backTo(res, room, record.id, 'posted')
  }
}

/** What somebody else, or he himself elsewhere, wrote into the note meanwhile is not overwritten unseen (A28). */
const changeNote: RequestHandler = async (req, res) => {
  const found = await noteAt(req, res)
  const { room, note, recordId } = found
  const { typed, changed } = meet({ text: draftIn(req) }, { text: note.text }, req.body?.[seenName])
  const how = changed.get('text')
  if (how) return showNote(req, res, found, { draft: String(typed['text']), ...changedMeanwhile(room, how, note.text) })
  try {
    const text = textOf(req.body?.text, note.files.length > 0)
    await records(req.viewer).changePost(room.module.name, recordId, note.id, text)
  } catch (error) {
    const trouble = troubleOf(error, room, 'portal:form.unavailable')
    return showNote(req, res, found, { draft: draftIn(req), ...trouble })
  }
  backTo(res, room, recordId, 'changed')
}

/** To the record's notes, which say what was done. */
function backTo(res: Response, room: Room, recordId: string, done: NoteDone): void {
  res.redirect(303, `${room.url(room.module.name, recordId)}?note=${done}#notes`)
}

/** What was typed, also where the form could not be read to its end. */
function draftIn(req: Request): string {
  const text: unknown = req.body?.text
  return typeof text === 'string' ? text : ''
}

/** Why a note was not taken. @throws `error` where writing it once more could not help. */
function troubleOf(error: unknown, { t }: Room, unavailable: string): Omit<RefusedNote, 'draft'> {
  if (error instanceof Invalid) {
    const elsewhere = Object.entries(error.fields).find(([name]) => name !== 'text' && name !== 'files')?.[1]
    const notice = elsewhere && t('portal:form.refusedUnseen', { reason: t(elsewhere.key, { ...elsewhere.args }) })
    return { status: error.status, errors: error.fields, notice }
  }
  if (error instanceof HostSilent) return { status: 503, errors: {}, notice: t('portal:notes.silent') }
  if (error instanceof HostUnavailable) return { status: 503, errors: {}, notice: t(unavailable) }
  throw error
}

function changedMeanwhile({ t }: Room, how: 'touched' | 'untouched', value: string): Omit<RefusedNote, 'draft'> {
  const errors = { text: { key: `portal:form.changed.${how}`, args: { value } } }
  return { status: 409, errors, notice: t('portal:form.changedMeanwhile') }
}

const removeNote: RequestHandler = async (req, res) => {
  const { room, note, recordId } = await noteAt(req, res)
  await records(req.viewer).removePost(room.module.name, recordId, note.id)
  backTo(res, room, recordId, 'removed')
}

const removeFile: RequestHandler = async (req, res) => {
  const { room, note, recordId } = await noteAt(req, res)
  await records(req.viewer).removeFile(room.module.name, recordId, note.id, String(req.params['file']))
  backTo(res, room, recordId, 'fileRemoved')
}

const readFile: RequestHandler = async (req, res) => {
  const room = await roomOf(req, res)
  const [id, file] = [String(req.params['id']), String(req.params['file'])]
  await sendOpenFile(req, res, (door) => door.file(room.module.name, id, file))
}

interface FoundNote {
  readonly room: Room
  readonly recordId: string
  readonly note: ShownNote
}

/** @throws NotFound for a note that isn't there, isn't his, or is on another record; Forbidden where he may only read. */
async function noteAt(req: Request, res: Response): Promise<FoundNote> {
  const room = await roomOf(req, res)
  const recordId = String(req.params['id'])
  const note = await ownNote(req, room, recordId, String(req.params['note']))
  if (!note) throw new NotFound()
  const record = await records(req.viewer).find(room.module.name, recordId)
  if (!record.may.has('post')) throw new Forbidden()
  return { room, recordId, note }
}

async function showNote(
  req: Request,
  res: Response,
  { room, recordId, note }: FoundNote,
  refused?: RefusedNote
): Promise<void> {
  const record = await records(req.viewer).find(room.module.name, recordId)
  const url = room.url(room.module.name, recordId)
  const form = {
    action: `${url}/notes/${note.id}`,
    text: refused?.draft ?? note.text,
    seen: seenMark({ text: note.text }),
    error: refused?.errors['text'],
    notice: refused?.notice
  }
  await page(
    res,
    'portal/note',
    { module: crumbOf(room), record: { title: titleOf(room, record), url }, form, files: note.files },
    { status: refused?.status }
  )
}

/** The text as it is kept. @throws Invalid for a note of nothing, neither words nor a file, and for one that is too long. */
function textOf(typed: unknown, hasFiles: boolean): string {
  try {
    return noteText(typeof typed === 'string' ? typed : '', hasFiles)
  } catch (error) {
    throw error instanceof HostRefused ? new Invalid(error.fields) : error
  }
}

function mustBeNote(fields: Readonly<Record<string, string>>, files: number): void {
  textOf(fields['text'], files > 0)
}
