/** A new document in a folder, other words for one, another file in it. A new one has the rights of its folder, and whoever put it there reads
 *  and changes it (T07). */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { isWritable } from '../../access/field-kinds.js'
import type { ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import type { Context } from '../../context.js'
import { Forbidden, Invalid } from '../../errors.js'
import type { FileInfo } from '../../host/host.js'
import { readValues, typedForm, typedValue } from '../../pages/form-values.js'
import { meet, seenMark, seenName } from '../../pages/seen.js'
import { troubleOf, type Trouble } from '../../pages/write-trouble.js'
import { readForm } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { withReceived } from '../../web/uploads.js'
import { crumbsOfDocument, documentIn } from './document-place.js'
import { fillingFor, folderIn, mayUpload, urlOf, type Place } from './document-tab.js'
import { documentTitle, shownDocument } from './documents.js'
import { changedMeanwhile, showSheet, type Sheet } from './form-sheet.js'
import { noteUpload } from './uploaded.js'
import { partIn, roomOf, type Room } from './room.js'

export function documentFormPages(context: Context): Router {
  const router = Router()
  router.get('/projects/:id/documents/:folder/upload', uploadPage(context))
  router.post('/projects/:id/documents/:folder/upload', upload(context))
  router.get('/documents/:id/edit', editPage(context))
  router.post('/documents/:id', change(context))
  router.get('/documents/:id/file', filePage(context))
  router.post('/documents/:id/file', replaceFile(context))
  return router
}

// --- a new one ---

function uploadPage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    await showUpload(res, room, await placeIn(room, req))
  }
}

/** Whether he may put something there is decided before a byte of the file is kept (A15). */
function upload(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const place = await placeIn(room, req)
    try {
      const file = await receivedFile(room, req, namingIn(place))
      const id = await withReceived(context.host, [file], () => created(room, place, file, req.body?.name))
      await noteUpload(room, { folderId: place.folder!.id, id })
    } catch (error) {
      const trouble = troubleOf(room.t, error)
      if (!trouble) throw error
      return showUpload(res, room, place, { name: String(req.body?.name ?? ''), trouble })
    }
    res.redirect(303, `${urlOf(room, place)}?added=1`)
  }
}

/** @throws NotFound; Forbidden where he may put nothing */
async function placeIn(room: Room, req: Request): Promise<Place> {
  const part = partIn(room, 'documents')
  const project = await records(room.viewer).find(room.world.module.name, String(req.params['id']))
  const place = { part, project, folder: await folderIn(room, project, String(req.params['folder'])) }
  if (!(await mayUpload(room, place))) throw new Forbidden()
  return place
}

/** What he calls it; the rest of where it goes is not his to say (A14). */
function namingIn({ part: { module } }: Place): z.ZodObject {
  const longest = module.fields.get(module.title)?.maxLength ?? 255
  return z.strictObject({ name: z.string().trim().max(longest).optional() })
}

/** @throws Invalid for a field that the form doesn't have, without a file, and with more than one */
async function receivedFile({ context, viewer }: Room, req: Request, fields: z.ZodObject): Promise<FileInfo> {
  const { files } = await context.uploads.receive(req, viewer.actor, (typed, count) => {
    readForm(fields, typed)
    if (count !== 1)
      throw new Invalid({ file: count === 0 ? required : { key: 'errors.file.count', args: { count: 1 } } })
  })
  return files[0]!
}

const required = { key: 'errors.field.required' } as const

/** Called as he says, else as the file is. */
async function created(room: Room, place: Place, file: FileInfo, typed: unknown): Promise<string> {
  const { module } = place.part
  const { fill, links } = fillingFor(room, place)!
  const title = module.fields.get(module.title)!
  const words = typeof typed === 'string' ? typed.trim() : ''
  const name = (words === '' ? file.name : words).slice(0, title.maxLength ?? undefined)
  return records(room.viewer).create(module.name, {
    values: {},
    fill: { ...fill, ...(isWritable(title) && { [title.name]: name }) },
    ...(links && { links }),
    files: { [room.world.file!]: [file.id] }
  })
}

async function showUpload(
  res: Response,
  room: Room,
  place: Place,
  again: { name: string; trouble: Trouble } = { name: '', trouble: {} }
): Promise<void> {
  const here = urlOf(room, place)
  const { trouble } = again
  const { module } = place.part
  const form = {
    heading: room.t('guest:upload.title', { folder: place.folder!.title }),
    action: `${here}/upload`,
    backUrl: here,
    accept: acceptedBy(room),
    asksName: true,
    name: { value: again.name, maxLength: module.fields.get(module.title)?.maxLength, error: trouble.errors?.['name'] },
    ...problemsOf(room, trouble)
  }
  const crumbs = [
    { label: room.t('external:projects.title'), url: room.url('') },
    { label: place.project.title || room.t('external:project.untitled'), url: room.url('projects', place.project.id) },
    { label: place.folder!.title, url: here },
    { label: room.t('guest:upload.crumb') }
  ]
  await page(res, 'external-users/guest-file-form', { form, crumbs }, { status: trouble.status })
}

function acceptedBy(room: Room): string | undefined {
  const field = room.world.parts.get('documents')?.module.fields.get(room.world.file ?? '')
  return field?.accepts?.join(',')
}

/** Beside the input for the file, and above the form for everything else. */
function problemsOf({ t, world }: Room, { errors = {}, notice }: Trouble): object {
  const { file: own, files, [world.file ?? '']: ofField, name: _, ...others } = errors
  const [other] = Object.values(others)
  const elsewhere = other && t('portal:form.refusedUnseen', { reason: t(other.key, { ...other.args }) })
  const reason = notice ?? elsewhere
  return { error: own ?? files ?? ofField, notice: reason && `${reason} ${t('guest:upload.again')}` }
}

// --- another file ---

function filePage(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    await showFileForm(res, room, await writableIn(room, req))
  }
}

function replaceFile(context: Context): RequestHandler {
  return async (req, res) => {
    const room = await roomOf(context, req, res)
    const record = await writableIn(room, req)
    const { module, id } = record
    try {
      const file = await receivedFile(room, req, z.strictObject({}))
      const files = { [room.world.file!]: [file.id] }
      await withReceived(context.host, [file], () => records(room.viewer).change(module.name, id, {}, files))
    } catch (error) {
      const trouble = troubleOf(room.t, error)
      if (!trouble) throw error
      return showFileForm(res, room, record, trouble)
    }
    res.redirect(303, `${room.url('documents', id)}?saved=1`)
  }
}

/** @throws NotFound; Forbidden where its file isn't his to replace */
async function writableIn(room: Room, req: Request): Promise<ViewedRecord> {
  const record = await documentIn(room, req)
  if (!record.may.has('edit') || !record.writable.has(room.world.file ?? '')) throw new Forbidden()
  return record
}

async function showFileForm(res: Response, room: Room, record: ViewedRecord, trouble: Trouble = {}): Promise<void> {
  const here = room.url('documents', record.id)
  const { files } = shownDocument(room, record)
  const form = {
    heading: room.t('guest:file.title', { title: documentTitle(room, record) }),
    text: files.length > 0 ? room.t('guest:file.text', { file: files.map(({ name }) => name).join(', ') }) : undefined,
    action: `${here}/file`,
    backUrl: here,
    accept: acceptedBy(room),
    asksName: false,
    ...problemsOf(room, trouble)
  }
  const crumbs = [...(await crumbsOfDocument(room, record, here)), { label: room.t('guest:file.crumb') }]
  await page(res, 'external-users/guest-file-form', { form, crumbs }, { status: trouble.status })
}

// --- other words ---

function editPage(context: Context): RequestHandler {
  return async (req, res) => showSheet(req, res, await editSheet(await roomOf(context, req, res), req))
}

function change(context: Context): RequestHandler {
  return async (req, res) => {
    const sheet = await editSheet(await roomOf(context, req, res), req)
    const { room, fields, now = {} } = sheet
    const { typed, changed } = meet(typedForm(fields, req.body), now, req.body?.[seenName])
    const sent = { ...sheet, typed }
    if (changed.size > 0) return showSheet(req, res, sent, changedMeanwhile(sheet, changed))
    try {
      const values = readValues(fields, typed, { timeZone: room.viewer.person.timeZone, before: now })
      const { module, id } = sheet.record!
      if (Object.keys(values).length > 0) await records(room.viewer).change(module.name, id, values)
    } catch (error) {
      const trouble = troubleOf(room.t, error)
      if (!trouble) throw error
      return showSheet(req, res, sent, trouble)
    }
    res.redirect(303, `${sheet.backUrl}?saved=1`)
  }
}

/** @throws NotFound; Forbidden where no word of it is his to change */
async function editSheet(room: Room, req: Request): Promise<Sheet> {
  const record = await documentIn(room, req)
  const part = partIn(room, 'documents')
  const fields = [...part.module.fields.values()].filter(({ name }) => record.writable.has(name)).filter(isWritable)
  if (!record.may.has('edit') || fields.length === 0) throw new Forbidden()
  const { timeZone } = room.viewer.person
  const typed = Object.fromEntries(
    fields.map((field) => [field.name, typedValue(field, record.values[field.name], timeZone)])
  )
  const here = room.url('documents', record.id)
  return {
    ...{ room, part, fields, record, typed, now: typed, seen: seenMark(typed) },
    people: { choices: [], now: [] },
    heading: room.t('portal:form.edit', { title: documentTitle(room, record) }),
    crumbs: await crumbsOfDocument(room, record, here),
    action: here,
    backUrl: here
  }
}
