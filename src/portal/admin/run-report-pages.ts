/** How a run goes and how it went: progress, counts, who failed and why, to be tried again and to be downloaded (Z15). */
import { Readable } from 'node:stream'
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import type { Staff } from '../../host/host.js'
import { shownAddress } from '../../phone-number.js'
import { csvOf } from '../../web/csv.js'
import { sendFile } from '../../web/downloads.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, type Configuration } from '../configuration.js'
import { refusal } from '../people/eligibility.js'
import type { UserScope } from '../people/portal-users.js'
import {
  countItems,
  countReasons,
  isOrdered,
  itemsOf,
  mostItems,
  orderRun,
  runAgainAfter,
  runById,
  runsOver,
  type ItemCounts,
  type Run,
  type RunItem
} from '../people/runs/runs.js'
import { endRun } from '../people/runs/work.js'
import { adminUrl } from './frame.js'
import { kindsOpenTo, mustBeOpenTo } from './run-pages.js'
import { typeName } from './type-name.js'
import { scopeNamed, scopeWord, usersUrl } from './user-filters.js'
import { accessUrl, candidatesUrl } from './user-type-pages.js'

/** How many of a reason the report names, and how many its own page. */
const namedPerReason = 10
const perPage = 50
/** Seconds until the page of a run under way loads itself again. */
const reloadSeconds = 3

export function runPage(context: Context): RequestHandler {
  return async (req, res) => showRun(context, req, res, await runIn(context, req))
}

/** `POST /runs/:run/again`: a new run with those who failed, and those whom a stopped one left. Of another's run it finds out the names
 *  anew: who orders a run reads its report. */
export function tryAgainPage(context: Context): RequestHandler {
  return async (req, res) => {
    const run = await runIn(context, req)
    await submitOrRefuse(
      req,
      async () => {
        if (run.state === 'open') throw refusal('runOpen')
        const items = await itemsOf(context.db, run.id, { states: ['failed', 'waiting'], limit: mostItems })
        if (items.length === 0) throw refusal('nobodyChosen')
        const id = runAgainAfter(run)
        const known = maySeeNames(run, req.staff) ? items : items.map((item) => ({ ...item, name: '', address: '' }))
        await orderRun(context, { ...run, id, items: known }, req.staff)
        res.redirect(303, adminUrl(res, 'runs', id))
      },
      (again) => showRun(context, req, res, run, again)
    )
  }
}

/** `POST /runs/:run/end`: who was not dealt with yet, won't be. */
export function endRunPage(context: Context): RequestHandler {
  return async (req, res) => {
    const run = await runIn(context, req)
    await endRun(context, run.id, { state: 'stopped', reason: 'byStaff' }, req.staff)
    res.redirect(303, adminUrl(res, 'runs', run.id))
  }
}

/** `GET /runs/:run/failed.csv` */
export function failedDownload(context: Context): RequestHandler {
  return async (req, res) => {
    const run = await runIn(context, req)
    const t = context.t(req.locale)
    const items = maySeeNames(run, req.staff)
      ? await itemsOf(context.db, run.id, { states: ['failed'], limit: mostItems })
      : []
    const head = [t('portal:users.name'), t('portal:users.address'), t('people:run.reason')]
    const rows = items.map((item) => [
      nameIn(context, req, item),
      shownAddress(item.address),
      reasonText(context, req, item.reason)
    ])
    const content = Buffer.from(csvOf([head, ...rows]), 'utf8')
    const info = { id: run.id, name: `${run.kind}-${run.createdAt.slice(0, 10)}.csv`, type: 'text/csv; charset=utf-8' }
    await sendFile(res, { ...info, size: content.length }, Readable.from([content]))
  }
}

/** Who was done what to before. */
export function runListPage(context: Context): RequestHandler {
  return async (req, res) => {
    const word = queryText(req, 'scope', 36)
    const scope = word === undefined ? undefined : scopeNamed(word)
    const skip = skipIn(req)
    const all = await configuration(context.db)
    const kinds = kindsOpenTo(req.staff)
    const runs = await runsOver(context.db, { ...(scope ? { scope } : {}), kinds, skip, limit: perPage + 1 })
    await page(res, 'portal-admin/runs', {
      userType: scope && nameOfScope(context.t(req.locale), all, scope),
      runs: await Promise.all(runs.slice(0, perPage).map((run) => rowOf(context, req, res, { all, run }))),
      usersUrl: scope && usersUrl(res, scope),
      listUrl: adminUrl(res, 'users'),
      pages: skipLinks(req, { here: adminUrl(res, 'runs'), perPage, hasMore: runs.length > perPage })
    })
  }
}

async function rowOf(
  context: Context,
  req: Request,
  res: Response,
  { all, run }: { all: Configuration; run: Run }
): Promise<Record<string, unknown>> {
  return {
    ...run,
    about: nameOfScope(context.t(req.locale), all, run.scope),
    by: (await context.host.staffById(run.staffId))?.name ?? '',
    counts: await countItems(context.db, run.id),
    url: adminUrl(res, 'runs', run.id)
  }
}

function nameOfScope(t: Translate, all: Configuration, scope: UserScope): string | undefined {
  return scope.kind === 'type' ? (typeName(t, all, scope.userTypeId) ?? '–') : undefined
}

/** @throws NotFound, also for what this staff member could not have ordered */
async function runIn(context: Context, req: Request): Promise<Run> {
  const run = await runById(context.db, String(req.params['run']))
  mustBeOpenTo(req.staff, run.kind)
  return run
}

/** Names are for whoever ordered the run, who was shown them, and for administrators; others see numbers. */
function maySeeNames(run: Run, staff: Staff): boolean {
  return staff.isAdministrator || staff.id === run.staffId
}

async function showRun(context: Context, req: Request, res: Response, run: Run, again?: Again): Promise<void> {
  const all = await configuration(context.db)
  const counts = await countItems(context.db, run.id)
  if (run.state === 'open') res.set('Refresh', String(reloadSeconds))
  const here = adminUrl(res, 'runs', run.id)
  await page(
    res,
    'portal-admin/run',
    {
      run,
      counts,
      handled: run.total - counts.waiting,
      share: shareDone(run, counts),
      userType: nameOfScope(context.t(req.locale), all, run.scope),
      target: all.userTypes.get(run.targetTypeId ?? '')?.name,
      by: (await context.host.staffById(run.staffId))?.name ?? '',
      mayRead: maySeeNames(run, req.staff),
      ...(await failuresOf(context, req, res, run)),
      hereUrl: here,
      ...waysOn(here, run, counts, req.staff),
      ...(await waysAgain(context, res, run, counts)),
      backUrl: backFrom(res, run),
      runsUrl: `${adminUrl(res, 'runs')}?${new URLSearchParams({ scope: scopeWord(run.scope) }).toString()}`,
      listUrl: adminUrl(res, 'users'),
      notice: again?.notice
    },
    { status: again?.status }
  )
}

/** What can be done with it now. */
function waysOn(
  here: string,
  run: Run,
  { failed }: ItemCounts,
  staff: Staff
): Record<'endUrl' | 'downloadUrl', string | undefined> {
  return {
    endUrl: run.state === 'open' ? `${here}/end` : undefined,
    downloadUrl: failed > 0 && maySeeNames(run, staff) ? `${here}/failed.csv` : undefined
  }
}

/** The button, or the run in which they were tried again already. */
async function waysAgain(
  context: Context,
  res: Response,
  run: Run,
  { failed, waiting }: ItemCounts
): Promise<Record<'againUrl' | 'triedUrl', string | undefined>> {
  const next = runAgainAfter(run)
  if (run.state === 'open' || failed + waiting === 0) return { againUrl: undefined, triedUrl: undefined }
  return (await isOrdered(context.db, next))
    ? { againUrl: undefined, triedUrl: adminUrl(res, 'runs', next) }
    : { againUrl: `${adminUrl(res, 'runs', run.id)}/again`, triedUrl: undefined }
}

function shareDone({ total }: Run, { waiting }: ItemCounts): number {
  return total === 0 ? 1 : (total - waiting) / total
}

function backFrom(res: Response, { kind, scope }: Run): string {
  return kind === 'invitation' ? candidatesUrl(res, scopeWord(scope)) : usersUrl(res, scope)
}

/** Who failed, by reason; of one reason, if the address asks for it, page by page. */
async function failuresOf(
  context: Context,
  req: Request,
  res: Response,
  run: Run
): Promise<{ failures: unknown[]; pages: { previous: undefined; next: string | undefined } }> {
  const reasons = await countReasons(context.db, run.id)
  const wanted = queryText(req, 'reason', 64)
  const after = Number(queryText(req, 'after') ?? -1)
  const shown = wanted === undefined ? reasons : reasons.filter(({ reason }) => reason === wanted)
  const limit = wanted === undefined ? namedPerReason : perPage
  const groups = await Promise.all(
    shown.map((group) => failuresFor(context, req, res, run, { ...group, after, limit }))
  )
  const last = wanted === undefined ? undefined : groups[0]?.last
  const next =
    last === undefined ? undefined : `?${new URLSearchParams({ reason: wanted!, after: String(last) }).toString()}`
  return { failures: groups, pages: { previous: undefined, next } }
}

interface Group {
  readonly reason: string
  readonly items: number
  readonly after: number
  readonly limit: number
}

async function failuresFor(
  context: Context,
  req: Request,
  res: Response,
  run: Run,
  { reason, items, after, limit }: Group
): Promise<{ last: number | undefined } & Record<string, unknown>> {
  const ask = { states: ['failed'], reason, limit: limit + 1, after: Number.isInteger(after) ? after : -1 } as const
  const found = maySeeNames(run, req.staff) ? await itemsOf(context.db, run.id, ask) : []
  const people = found.slice(0, limit)
  const more = found.length > limit
  return {
    text: reasonText(context, req, reason),
    count: items,
    people: people.map((item) => ({
      name: nameIn(context, req, item),
      address: item.address,
      url: urlFor(context, res, item)
    })),
    moreUrl: more ? `?${new URLSearchParams({ reason }).toString()}` : undefined,
    last: more ? people.at(-1)?.place : undefined
  }
}

/** A portal user's own page, or the record; nothing for what isn't shown. */
function urlFor(context: Context, res: Response, item: RunItem): string | undefined {
  if (item.portalUserId !== undefined)
    return item.module === ''
      ? adminUrl(res, 'users', item.portalUserId)
      : accessUrl(res, { module: item.module, recordId: item.recordId })
  return item.name === '' ? undefined : context.host.recordUrl(item.module, item.recordId)
}

function nameIn(context: Context, req: Request, { name, recordId }: RunItem): string {
  return name === '' ? context.t(req.locale)('people:run.nameless', { id: recordId }) : name
}

function reasonText(context: Context, req: Request, reason: string | undefined): string {
  return context.t(req.locale)(`portal:refusal.${reason ?? 'unexpected'}`, {
    limit: context.config.limits.activeUsersPerType
  })
}
