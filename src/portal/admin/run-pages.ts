/** Doing one thing to many people: the question before, the progress, the report afterwards, and what was done so far (Z15, Z21–Z23). */
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import { locales } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { readForm } from '../../web/forms.js'
import { languageChoices } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { hasPermission } from '../../web/staff.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration } from '../configuration.js'
import { invitationPlace, refusal } from '../people/eligibility.js'
import type { UserScope } from '../people/portal-users.js'
import { orderRun, runKinds, type NewItem, type RunKind } from '../people/runs/runs.js'
import {
  countCandidates,
  countChosenUsers,
  itemsOfRecords,
  itemsOfUsers,
  usersNamed,
  type ChosenUsers
} from '../people/runs/selection.js'
import { permissionFor } from '../people/runs/work.js'
import { typesInsteadOf } from '../people/transfer.js'
import { userTypeById } from '../user-types/releases.js'
import { adminUrl } from './frame.js'
import { actionsIn, filterNamed, scopeNamed, scopeWord, userFilters, usersUrl } from './user-filters.js'
import { candidatesUrl } from './user-type-pages.js'

const ids = z.array(z.string().max(36)).max(200)
const asked = {
  kind: z.enum(runKinds),
  scope: z.string().max(36),
  status: z.string().max(20).optional(),
  q: z.string().trim().max(100).optional(),
  all: z.literal('1').optional(),
  user: ids,
  record: ids,
  language: z.enum(locales).optional()
}
const question = z.object(asked)
const order = z.strictObject({ ...asked, _run: z.uuid(), target: z.string().max(36).optional() })
type Asked = z.infer<typeof question>

/** `GET /runs/new`: who it is about, and whether it is meant. Nothing is done yet; an address that asks nothing leads to what was done. */
export function newRunPage(context: Context): RequestHandler {
  return async (req, res) => {
    const wanted = wantedIn(req)
    if (wanted) await askOrSendBack(context, req, res, wanted)
    else res.redirect(303, adminUrl(res, 'runs'))
  }
}

/** With nobody chosen, back to the list, which says so. */
async function askOrSendBack(context: Context, req: Request, res: Response, wanted: Asked): Promise<void> {
  mustBeOpenTo(req.staff, wanted.kind)
  const isAnybodyChosen = wanted.all !== undefined || wanted.user.length + wanted.record.length > 0
  if (isAnybodyChosen) return showQuestion(context, req, res, wanted)
  res.redirect(303, `${cancelUrl(res, wanted, scopeNamed(wanted.scope))}&nobody=1`)
}

function wantedIn({ query }: Request): Asked | undefined {
  try {
    return readForm(question, query)
  } catch (error) {
    if (error instanceof Invalid) return undefined
    throw error
  }
}

/** `POST /runs` */
export function orderRunPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { _run: id, target, ...wanted } = readForm(order, req.body)
    mustBeOpenTo(req.staff, wanted.kind)
    await submitOrRefuse(
      req,
      async () => {
        const items = await itemsFor(context, wanted, req.staff)
        if (items.length === 0) throw refusal('nobodyChosen')
        if (wanted.kind === 'transfer') await mustBePossible(context, wanted, target)
        const scope = scopeNamed(wanted.scope)
        const language = wanted.language ?? req.staff.locale
        await orderRun(context, { id, kind: wanted.kind, scope, language, targetTypeId: target, items }, req.staff)
        res.redirect(303, adminUrl(res, 'runs', id))
      },
      (again) => showQuestion(context, req, res, wanted, again)
    )
  }
}

/** @throws PorticoError for a type that the users can't have instead (Z23) */
async function mustBePossible({ db }: Context, { scope }: Asked, target: string | undefined): Promise<void> {
  if (!typesInsteadOf(await configuration(db), scope).some(({ id }) => id === target)) throw refusal('otherType')
}

/** A page that isn't there, for whoever lacks the permission for what the run does (Z31). */
export function mustBeOpenTo(staff: Staff, kind: RunKind): void {
  if (!hasPermission(staff, permissionFor(kind))) throw new NotFound()
}

export function kindsOpenTo(staff: Staff): RunKind[] {
  return runKinds.filter((kind) => hasPermission(staff, permissionFor(kind)))
}

function itemsFor(context: Context, wanted: Asked, by: Staff): Promise<NewItem[]> {
  if (wanted.kind !== 'invitation') return itemsOfUsers(context, chosenUsers(wanted), by)
  return itemsOfRecords(
    context,
    wanted.scope,
    { ids: wanted.all ? 'all' : wanted.record, search: wanted.q || undefined },
    by
  )
}

/** @throws NotFound for what this filter does not offer (Z21) */
function chosenUsers({ kind, scope, status = 'all', q = '', all, user }: Asked): ChosenUsers {
  const filter = filterNamed(status)
  const chosen = { scope: scopeNamed(scope), ids: all ? ('all' as const) : user }
  if (!actionsIn(filter, chosen.scope.kind === 'type').includes(kind)) throw new NotFound()
  return { ...chosen, matching: { statuses: userFilters[filter].statuses, search: q } }
}

interface Group {
  /** Undefined: all that match, and they are many. */
  readonly count: number | undefined
  /** Of those who were ticked. */
  readonly names: readonly string[]
}

async function groupOf(context: Context, wanted: Asked, by: Staff): Promise<Group> {
  if (wanted.kind === 'invitation') return invitees(context, wanted, by)
  const chosen = chosenUsers(wanted)
  const names = (await usersNamed(context, chosen, by)).map(({ name }) => name)
  return { count: await countChosenUsers(context, chosen, by), names }
}

async function invitees(context: Context, wanted: Asked, by: Staff): Promise<Group> {
  const place = await invitationPlace(context, wanted.scope)
  if (wanted.all) return { count: await countCandidates(context, place, wanted.q || undefined, by), names: [] }
  const items = await itemsOfRecords(context, wanted.scope, { ids: wanted.record, search: undefined }, by)
  return { count: items.length, names: items.map(({ name }) => name).filter((name) => name !== '') }
}

async function showQuestion(
  context: Context,
  req: Request,
  res: Response,
  wanted: Asked,
  again?: Again
): Promise<void> {
  mustBeOpenTo(req.staff, wanted.kind)
  const scope = scopeNamed(wanted.scope)
  const all = await configuration(context.db)
  const userType = scope.kind === 'type' ? userTypeById(all, scope.userTypeId) : undefined
  const targets = wanted.kind === 'transfer' ? typesInsteadOf(all, userType?.id) : []
  await page(
    res,
    'portal-admin/run-question',
    {
      wanted: { ...wanted, scope: scopeWord(scope) },
      userType: userType?.name,
      group: await groupOf(context, wanted, req.staff),
      targets: targets.map(({ id, name }) => ({ value: id, label: name })),
      languages: languageChoices,
      language: wanted.language ?? req.staff.locale,
      runId: randomUUID(),
      target: again?.typed['target'] ?? targets[0]?.id,
      days: context.config.invitationDays,
      action: adminUrl(res, 'runs'),
      cancelUrl: cancelUrl(res, wanted, scope),
      listUrl: adminUrl(res, 'users'),
      notice: again?.notice
    },
    { status: again?.status }
  )
}

function cancelUrl(res: Response, { kind, status = 'all', q = '' }: Asked, scope: UserScope): string {
  const back = kind === 'invitation' ? candidatesUrl(res, scopeWord(scope)) : usersUrl(res, scope)
  const search = new URLSearchParams(kind === 'invitation' ? [['q', q]] : Object.entries({ status, q }))
  return `${back}?${search.toString()}`
}
