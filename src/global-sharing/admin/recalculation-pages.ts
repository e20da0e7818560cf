/** What is staged, what it would change, and putting it in force: *Recalculate* (S08). */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { saveSetting, settingNamed } from '../../audit/settings.js'
import type { Context } from '../../context.js'
import { checkbox, readForm, wholeNumber } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { appliedModels, modelOfVersion, stageAgain } from '../applied-models.js'
import { applyAtOnce } from '../application.js'
import { discardDraft, draft } from '../draft.js'
import { understood } from '../draft-row.js'
import type { Effect } from '../effect.js'
import { inForce } from '../in-force.js'
import { latestRuns, orderRun, runById, stopRun, type Run } from '../runs.js'
import { sectionUrl, sharingPage, sharingUrl } from './frame.js'
import { effectReport } from './recalculation-report.js'
import { differencesIn } from './recalculation-words.js'

/** Seconds until the page of a run under way loads itself again. */
const reloadSeconds = 2
const versionsShown = 20

export function recalculationPages(context: Context): Router {
  const router = Router()
  const again = (req: Request, res: Response) => (form: Again) => showStaged(context, req, res, form)
  const posts = (path: string, act: (req: Request, res: Response) => Promise<void>): unknown =>
    router.post(path, (req, res) => submitOrRefuse(req, () => act(req, res), again(req, res)))
  router.get('/', (req, res) => showStaged(context, req, res))
  posts('/runs', (req, res) => order(context, req, res))
  router.get('/runs/:run', (req, res) => showRun(context, req, res))
  posts('/runs/:run/end', (req, res) => end(context, req, res))
  router.get('/discard', (req, res) => askToDiscard(context, req, res))
  posts('/discard', (req, res) => discard(context, req, res))
  posts('/option', (req, res) => saveOption(context, req, res))
  posts('/versions/:version/draft', (req, res) => restore(context, req, res))
  return router
}

async function showStaged(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { db } = context
  const staged = await draft(db)
  const current = await inForce(db)
  const [preview] = await latestRuns(db, { kind: 'preview', revision: staged.revision, limit: 1 })
  const option = await settingNamed(db, applyAtOnce)
  const open = await latestRuns(db, { state: 'open', limit: 10 })
  const locals = {
    hasDraft: staged.isStaged,
    isDraftWhole: staged.isWhole,
    isInForceWhole: current.isWhole,
    revision: staged.revision,
    differences: staged.isStaged
      ? await differencesIn(context, req, { before: current.model, after: staged.model })
      : [],
    open: open.map((run) => linkTo(res, run)),
    lastPreview: preview && linkTo(res, preview),
    option: { isOn: option.value === true, revision: option.revision },
    optionSaved: req.query['option'] === '1',
    version: current.version,
    versions: (await appliedModels(db, versionsShown)).map((one) => ({
      ...one,
      restoreUrl: one.version === current.version ? undefined : hereUrl(res, 'versions', String(one.version), 'draft')
    })),
    urls: { runs: hereUrl(res, 'runs'), discard: hereUrl(res, 'discard'), option: hereUrl(res, 'option') }
  }
  await sharingPage(context, req, res, { section: 'recalculation', view: 'recalculation', locals, again })
}

function hereUrl(res: Response, ...rest: string[]): string {
  return rest.length === 0 ? sectionUrl(res, 'recalculation') : sharingUrl(res, 'recalculation', ...rest)
}

function linkTo(res: Response, { id, kind, state, createdAt, staffName }: Run): Record<string, unknown> {
  return { kind, state, createdAt, by: staffName, url: hereUrl(res, 'runs', id) }
}

const orderForm = z.strictObject({ kind: z.enum(['preview', 'apply']), revision: wholeNumber })

async function order(context: Context, req: Request, res: Response): Promise<void> {
  const id = await orderRun(context, readForm(orderForm, req.body), req.staff)
  res.redirect(303, hereUrl(res, 'runs', id))
}

async function showRun(context: Context, req: Request, res: Response): Promise<void> {
  const run = await runById(context.db, String(req.params['run']))
  const after = understood(run.model)
  const before = await modelOfVersion(context.db, run.baseVersion)
  if (run.state === 'open') res.set('Refresh', String(reloadSeconds))
  const effect = run.kind === 'preview' && run.state === 'finished' ? effectIn(run) : undefined
  const locals = {
    run: { ...run, model: undefined },
    share: shareDone(run),
    version: run.baseVersion + 1,
    revision: run.draftRevision,
    isStillStaged: await isStillStaged(context, run),
    differences: before && after ? await differencesIn(context, req, { before, after }) : [],
    effect: effect && (await effectReport(context, req, res, { effect, before, after })),
    urls: {
      here: hereUrl(res, 'runs', run.id),
      end: hereUrl(res, 'runs', run.id, 'end'),
      runs: hereUrl(res, 'runs'),
      back: hereUrl(res)
    }
  }
  await sharingPage(context, req, res, { section: 'recalculation', view: 'recalculation-run', locals })
}

function effectIn({ result }: Run): Effect {
  return JSON.parse(result ?? '{"people":0,"changes":[]}') as Effect
}

/** The draft is still the one that the run is about. */
async function isStillStaged({ db }: Context, run: Run): Promise<boolean> {
  const { isStaged, revision } = await draft(db)
  return isStaged && revision === run.draftRevision
}

/** Of all steps together; a step that knows no total yet is at its beginning. */
function shareDone({ step, done, total }: Run): number {
  const part = total === 0 ? 0 : done / total
  const shares = { waiting: 0, effect: part, reach: 0.9 * part, switch: 0.95, done: 1 }
  return shares[step]
}

async function end(context: Context, req: Request, res: Response): Promise<void> {
  const { id } = await runById(context.db, String(req.params['run']))
  await stopRun(context, id, 'byStaff', req.staff)
  res.redirect(303, hereUrl(res, 'runs', id))
}

async function askToDiscard(context: Context, req: Request, res: Response): Promise<void> {
  const { isStaged, isWhole, model, revision } = await draft(context.db)
  if (!isStaged) return res.redirect(303, hereUrl(res))
  const current = await inForce(context.db)
  const locals = {
    revision,
    differences: isWhole ? await differencesIn(context, req, { before: current.model, after: model }) : [],
    action: hereUrl(res, 'discard'),
    backUrl: hereUrl(res)
  }
  await sharingPage(context, req, res, { section: 'recalculation', view: 'recalculation-discard', locals })
}

async function discard(context: Context, req: Request, res: Response): Promise<void> {
  const { revision } = readForm(z.strictObject({ revision: wholeNumber }), req.body)
  await discardDraft(context, req.staff, revision)
  res.redirect(303, hereUrl(res))
}

async function saveOption(context: Context, req: Request, res: Response): Promise<void> {
  const form = readForm(z.strictObject({ revision: wholeNumber, atOnce: checkbox }), req.body)
  const change = { name: applyAtOnce, revision: form.revision, value: form.atOnce, action: 'sharing.apply-at-once' }
  await saveSetting(context, change, req.staff)
  res.redirect(303, `${hereUrl(res)}?option=1`)
}

async function restore(context: Context, req: Request, res: Response): Promise<void> {
  await stageAgain(context, req.staff, Number(req.params['version']))
  res.redirect(303, `${hereUrl(res)}?saved=1`)
}
