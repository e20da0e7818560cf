/** The staff's pages of the feed: what portal users did, an answer to it, and the modules one follows (Z27). They are everybody's who
 *  works in the CRM; each sees of them what the CRM shows him. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import { HostRefused } from '../../host/host.js'
import { noteText } from '../../host/note-text.js'
import { checkbox, nothingTyped, readForm, submit, type ShownAgain } from '../../web/forms.js'
import { translator, type Translate } from '../../web/locale.js'
import { page, urlFor } from '../../web/render.js'
import { letIn } from '../../web/staff.js'
import { chooseModules, chosenModules, choosableModules, doneById, portalFeed, type Done } from './feed.js'

export const feedPath = '/portico/feed'

const answerForm = z.strictObject({ text: z.string(), internal: checkbox })
const modulesForm = z.strictObject({ modules: z.array(z.string().max(100)).max(1000) })

export function feedPages(context: Context): Router {
  const router = Router()
  router.use(letIn(context, () => true))
  router.get('/', (req, res) => showFeed(context, req, res))
  router.get('/modules', (req, res) => showModules(context, req, res))
  router.post('/modules', saveModules(context))
  router.post('/:done/answer', answer(context))
  return router
}

/** An answer that could not be taken, to be shown again where it was typed. */
interface Refused extends ShownAgain {
  readonly id: string
}

async function showFeed(context: Context, req: Request, res: Response, refused?: Refused): Promise<void> {
  const t = translator(req.locale)
  const catalog = await context.host.catalog(req.locale)
  const before = typeof req.query['before'] === 'string' ? req.query['before'].slice(0, 36) : undefined
  const { done, next } = await portalFeed(context, req.staff, { catalog, before })
  const here = urlFor(res, feedPath)
  await page(
    res,
    'portal-admin/feed',
    {
      entries: done.map((one) => shown(context, t, res, one, refused)),
      chosen: (await chosenModules(context.db, req.staff.id)).length,
      modulesUrl: `${here}/modules`,
      older: next && `${here}?${new URLSearchParams({ before: next }).toString()}`,
      newest: before === undefined ? undefined : here,
      notice: noticeIn(t, req, refused)
    },
    { status: refused ? 422 : 200 }
  )
}

function noticeIn(
  t: Translate,
  req: Request,
  refused: Refused | undefined
): { tone: string; text: string } | undefined {
  if (refused) return { tone: 'bad', text: t('feed:answer.mend') }
  const done = ['internal', 'public'].find((word) => word === req.query['answered'])
  if (done) return { tone: 'good', text: t(`feed:answer.done.${done}`) }
  return req.query['saved'] === '1' ? { tone: 'good', text: t('feed:modules.saved') } : undefined
}

function shown(
  context: Context,
  t: Translate,
  res: Response,
  done: Done,
  refused: Refused | undefined
): Record<string, unknown> {
  const { id, kind, name, module, note, fields, recordId } = done
  const again = refused?.id === id ? refused : undefined
  return {
    id,
    at: done.at,
    icon: icons[kind],
    what: t(`feed:did.${kind}`, { name, module: module.label }),
    title: done.title || t('portal:list.untitled', { module: module.label }),
    recordUrl: done.title === '' && !done.takesNotes ? undefined : context.host.recordUrl(module.name, recordId),
    fields: fields.join(', '),
    note: note && { text: note.text, files: note.files.map((file) => file.name) },
    answer: done.takesNotes ? { url: urlFor(res, `${feedPath}/${encodeURIComponent(id)}/answer`), again } : undefined
  }
}

const icons: Readonly<Record<Done['kind'], string>> = {
  created: 'file-plus',
  changed: 'pencil',
  removed: 'trash-2',
  noted: 'message-square',
  noteChanged: 'message-square',
  noteRemoved: 'message-square',
  fileRemoved: 'paperclip'
}

/** A note on the record, as this staff member; the portal shows it unless it is internal. */
function answer(context: Context): RequestHandler {
  return async (req, res) => {
    const id = String(req.params['done'])
    const { module, recordId } = await doneById(context, req.staff, id)
    await submit(
      req,
      async () => {
        const { text, internal } = readForm(answerForm, req.body)
        const note = { module, recordId, text: wordsOf(text), internal, files: [] }
        await context.host.feed.post(note, { kind: 'staff', id: req.staff.id })
        res.redirect(303, `${urlFor(res, feedPath)}?answered=${internal ? 'internal' : 'public'}`)
      },
      (again) => showFeed(context, req, res, { ...again, id })
    )
  }
}

/** @throws Invalid for nothing, and for too much */
function wordsOf(typed: string): string {
  try {
    return noteText(typed, false)
  } catch (error) {
    throw error instanceof HostRefused ? new Invalid(error.fields) : error
  }
}

async function showModules(
  context: Context,
  req: Request,
  res: Response,
  again: ShownAgain = nothingTyped
): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const modules = await choosableModules(context, req.staff, catalog)
  const isRefused = Object.keys(again.errors).length > 0
  await page(
    res,
    'portal-admin/feed-modules',
    {
      form: {
        action: urlFor(res, `${feedPath}/modules`),
        chosen: await chosenModules(context.db, req.staff.id),
        errors: again.errors
      },
      modules: modules.map(({ name, labelPlural }) => ({ value: name, label: labelPlural })),
      feedUrl: urlFor(res, feedPath)
    },
    { status: isRefused ? 422 : 200 }
  )
}

function saveModules(context: Context): RequestHandler {
  return (req, res) =>
    submit(
      req,
      async () => {
        const { modules } = readForm(modulesForm, req.body)
        const choosable = await choosableModules(context, req.staff, await context.host.catalog('en'))
        const choice = { choosable: choosable.map(({ name }) => name), chosen: modules }
        await chooseModules(context.db, req.staff.id, choice)
        res.redirect(303, `${urlFor(res, feedPath)}?saved=1`)
      },
      (again) => showModules(context, req, res, again)
    )
}
