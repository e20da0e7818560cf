/** Creating, changing and removing records by forms that are made from the catalog. */
import type { Request, RequestHandler, Response } from 'express'
import { Forbidden, Invalid, PorticoError } from '../../../errors.js'
import { typedIn, type Typed } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import type { ReceivedFile, Uploads } from '../../../web/uploads.js'
import type { Module } from '../../catalog.js'
import { HostRefused, type FieldError } from '../../host.js'
import type { Crm } from '../crm.js'
import type { CrmRecord, FileIds, Values } from '../records.js'
import { moduleIn } from './desk.js'
import { filesToHold, receivedWith, writableFiles } from './form-files.js'
import { itemErrors, itemsForm, itemsOfModule, postedItems, saveItems, typedItems } from './line-items.js'
import { ownerLast, ownerPosted, ownerTyped } from './owner-choice.js'
import { listPath, recordPath, withQuery } from './paths.js'
import { isAnswered, questionsAbout, type ShownQuestion } from './questions.js'
import { formSections, postedValues, typedAtFirst, typedFrom, writableFields, type FormState } from './record-form.js'

/** What a form is for: a new record, or one that is there. */
interface Subject {
  readonly module: Module
  readonly record: CrmRecord | undefined
}

/** `GET /:module/new`; the address may bring values along. */
export async function showNewForm(req: Request, res: Response): Promise<void> {
  const module = await creatable(req)
  const typed = { ...typedAtFirst(req.desk, module, req.query), ...parentIn(req.query) }
  await showForm(req, res, { module, record: undefined }, { typed, errors: {} })
}

/** `POST /:module` */
export function createRecord(crm: Crm, uploads: Uploads): RequestHandler {
  return async (req, res) => {
    const subject = { module: await creatable(req), record: undefined }
    const save = (values: Values, files: FileIds) => {
      const parent = subject.module.fields.has('parentId') ? parentIn(typedIn(req.body)) : {}
      return req.desk.records.create(subject.module.name, { ...values, ...parent }, { files })
    }
    await receiveForm({ crm, uploads }, req, res, subject, { save, ask: async () => [] })
  }
}

/** `GET /:module/:id/edit` */
export async function showEditForm(req: Request, res: Response): Promise<void> {
  const subject = await editable(req)
  const { desk } = req
  const { module, record } = subject
  const typed = ownerTyped(module, record.values, typedFrom(writableFields(module), record.values, desk.staff.timeZone))
  await showForm(req, res, subject, { typed: { ...typed, version: String(record.version) }, errors: {} })
}

/** `POST /:module/:id`; what plugins ask about the change has to be answered first, by sending the form again. */
export function changeRecord(crm: Crm, uploads: Uploads): RequestHandler {
  return async (req, res) => {
    const subject = await editable(req)
    const { module, record } = subject
    const ask = (values: Values, typed: Typed) =>
      questionsAbout(crm, req, { module: module.name, id: record.id, doing: { kind: 'change', values } }, typed)
    const save = async (values: Values, files: FileIds) => {
      const version = Number(typedIn(req.body).version) || undefined
      await req.desk.records.change(module.name, record.id, values, { version, files })
      return record.id
    }
    await receiveForm({ crm, uploads }, req, res, subject, { save, ask })
  }
}

/** `GET /:module/:id/removal`: asks first. */
export async function askRemoval(req: Request, res: Response): Promise<void> {
  const module = moduleIn(req)
  const record = await req.desk.records.find(module.name, String(req.params.id))
  if (!(await req.desk.records.may(module.name, record.id)).has('delete')) throw new Forbidden()
  await page(res, 'crm/removal', {
    module,
    record,
    paths: { list: listPath(module.name), record: recordPath(module.name, record.id) }
  })
}

/** `POST /:module/:id/removal`: to the recycle bin. */
export async function removeRecord(req: Request, res: Response): Promise<void> {
  const module = moduleIn(req)
  await req.desk.records.remove(module.name, String(req.params.id))
  res.redirect(303, urlFor(res, listPath(module.name)))
}

async function creatable(req: Request): Promise<Module> {
  const module = moduleIn(req)
  if (!(await req.desk.records.may(module.name)).has('create')) throw new Forbidden()
  return module
}

async function editable(req: Request): Promise<{ module: Module; record: CrmRecord }> {
  const module = moduleIn(req)
  const record = await req.desk.records.find(module.name, String(req.params.id))
  if (!(await req.desk.records.may(module.name, record.id)).has('edit')) throw new Forbidden()
  return { module, record }
}

function parentIn(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const { parentType, parentId } = given
  return typeof parentType === 'string' && typeof parentId === 'string' ? { parentType, parentId } : {}
}

/** What is done with a form once it can be. */
interface Doing {
  save(values: Values, files: FileIds): Promise<string>
  ask(values: Values, typed: Typed): Promise<ShownQuestion[]>
}

/** Files that came with the form are kept by the record, or not at all. */
async function receiveForm(
  { crm, uploads }: { crm: Crm; uploads: Uploads },
  req: Request,
  res: Response,
  subject: Subject,
  doing: Doing
): Promise<void> {
  let received: readonly ReceivedFile[]
  try {
    received = await receivedWith(req, uploads, subject.module)
  } catch (error) {
    if (!(error instanceof Invalid)) throw error
    return showForm(req, res, subject, { typed: typedIn(req.body), errors: error.fields }, 422)
  }
  let answer: Answer
  try {
    answer = await saveOrShow(req, res, subject, received, doing)
  } finally {
    for (const { id } of received) await crm.files.removeUnused(id)
  }
  await answer()
}

type Answer = () => void | Promise<void>

/** Saves what was posted, to go to the record then; or to show the form again, with what was typed, because of errors, because more rows
 *  were asked for, or because a reference was searched for. */
async function saveOrShow(
  req: Request,
  res: Response,
  subject: Subject,
  received: readonly ReceivedFile[],
  { save, ask }: Doing
): Promise<Answer> {
  const typed = typedIn(req.body)
  const lost = new Set(received.map(({ field }) => field))
  if (typed.do !== undefined && typed.do !== 'save')
    return () => showForm(req, res, subject, { typed, errors: {}, lost })
  const { records, staff } = req.desk
  const made: Record<string, string> = {}
  let saved = subject
  try {
    const items = await itemsOfModule(req.desk, subject.module)
    const rows = items ? await postedItems(req.desk, items, req.body) : []
    const values = ownerPosted(subject.module, postedValues(writableFields(subject.module), req.body, staff.timeZone))
    refuse(items ? itemErrors(items, rows) : {})
    const questions = await ask(values, typed)
    if (!questions.every(isAnswered)) return () => showForm(req, res, subject, { typed, errors: {}, lost, questions })
    const { first, later } =
      rows.length > 0
        ? ownerLast(subject.module, values, subject.record?.values, staff.id)
        : { first: values, later: undefined }
    const id = await save(first, filesToHold(subject, received, typed))
    if (items) {
      saved = { ...subject, record: await records.find(subject.module.name, id) }
      await saveItems(req.desk, items, rows, id, (control, itemId) => (made[control] = itemId))
    }
    if (later) await records.change(subject.module.name, id, later)
    const path = await pathAfter(req, subject.module, id)
    return () => res.redirect(303, urlFor(res, path))
  } catch (error) {
    const state = await stateAfter(req, error, saved, { ...typed, ...made }, saved !== subject)
    return () => showForm(req, res, saved, { ...state, lost: saved === subject ? lost : undefined }, 422)
  }
}

/** A record that was given away may be out of his sight. */
async function pathAfter({ desk }: Request, { name }: Module, id: string): Promise<string> {
  const isSeen = (await desk.records.may(name, id)).has('view')
  return isSeen ? recordPath(name, id) : withQuery(listPath(name), { given: '1' })
}

function refuse(errors: Readonly<Record<string, FieldError>>): void {
  if (Object.keys(errors).length > 0) throw new Invalid(errors)
}

/** The form after a refusal. Somebody saved meanwhile, or all but a line item was saved: the form carries the new version. */
async function stateAfter(
  req: Request,
  error: unknown,
  { module, record }: Subject,
  typed: Typed,
  isSaved: boolean
): Promise<FormState> {
  const isRefused = error instanceof HostRefused || error instanceof Invalid
  const isOutdated = error instanceof PorticoError && error.status === 409 && record !== undefined
  if (!isRefused && !isOutdated) throw error
  const errors = isRefused ? error.fields : { form: { key: 'crm:error.changedMeanwhile' } }
  if (!record || (isRefused && !isSaved)) return { typed, errors }
  const now = await req.desk.records.find(module.name, record.id)
  return { typed: { ...typed, version: String(now.version) }, errors }
}

/** The form, and what is asked before it can be saved. */
type ShownState = FormState & { readonly questions?: readonly ShownQuestion[] }

async function showForm(req: Request, res: Response, subject: Subject, state: ShownState, status = 200): Promise<void> {
  const { module, record } = subject
  const items = await itemsOfModule(req.desk, module)
  const isFirst = items && state.typed.items === undefined
  const typed = isFirst ? { ...state.typed, ...(await typedItems(req.desk, items, record?.id)) } : state.typed
  const known = { ...state, typed, record }
  const sections = await formSections(req.desk, module, known)
  const named = new Set(sections.flatMap(({ controls }) => controls.map(({ name }) => name)))
  await page(
    res,
    'crm/form',
    {
      module,
      record,
      sections,
      items: items && (await itemsForm(req.desk, items, known)),
      hidden: hiddenValues(typed),
      questions: state.questions ?? [],
      errors: Object.entries(state.errors).filter(([name]) => !named.has(name) && !name.startsWith('items.')),
      takesFiles: writableFiles(module).length > 0,
      hasErrors: Object.keys(state.errors).length > 0,
      action: record ? recordPath(module.name, record.id) : listPath(module.name),
      paths: {
        list: listPath(module.name),
        record: record ? recordPath(module.name, record.id) : listPath(module.name)
      }
    },
    { status }
  )
}

function hiddenValues(typed: Typed): [string, string][] {
  return ['version', 'parentType', 'parentId'].flatMap((name): [string, string][] =>
    typeof typed[name] === 'string' ? [[name, typed[name]]] : []
  )
}
