/** Administrators' page of people: who has which role, who has none, and who is no longer in the CRM (S02, S11). It shows and changes the draft. */
import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid } from '../../errors.js'
import type { StaffName } from '../../host/host.js'
import { readForm } from '../../web/forms.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { draft, mustBeAsShown, stage, stampOf } from '../draft.js'
import { named, type Model } from '../model.js'
import { isWithout, peopleNamed, roleOf, withoutPeople } from '../people.js'
import { folded, roleLabels } from '../roles.js'
import { changesOf } from './audit-list.js'
import { matches, searchIn, wordsOf } from './candidates.js'
import { sharingPage, sharingUrl } from './frame.js'
import { giveRoles } from './role-people.js'

const perPage = 30
const staffId = z.string().min(1).max(36)
/** A role by its label; nothing: none. */
const label = z.string().trim().max(2000)
/** Of so many roles a list to choose from stands in every row; of more, one list for all rows, of which is typed. */
const fewRoles = 12

const shows = ['all', 'without', 'inactive', 'gone'] as const
type Shows = (typeof shows)[number]

export function peoplePages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showPeople(context, req, res))
  router.post('/', (req, res) =>
    submitOrRefuse(
      req,
      () => saveRoles(context, req, res),
      (again) => showPeople(context, req, res, again)
    )
  )
  router.post('/removal', (req, res) =>
    submitOrRefuse(
      req,
      () => removeGone(context, req, res),
      (again) => showPeople(context, req, res, again)
    )
  )
  return router
}

async function showPeople(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { model } = await draft(context.db)
  const people = await context.host.people()
  const labels = roleLabels(model)
  const kind = kindIn(req)
  const asked = askedFor(req, model, people, kind)
  const rows = asked.slice(skipIn(req), skipIn(req) + perPage)
  const here = sharingUrl(res, 'people')
  const role = queryText(req, 'role')
  const gone = goneFrom(model, people)
  const locals = {
    rows: rows.map((person) => rowOf(model, labels, person, again)),
    stamp: stampOf(shownOf(model, labels, rows)),
    asked: { query: searchIn(req), kind, role: role && labels.get(role), keep: kept(req) },
    tabs: tabsOf(here, model, people, gone, kind),
    roles: [...labels.values()],
    areFewRoles: labels.size <= fewRoles,
    give: again?.typed['give'] ?? '',
    ticked: [again?.typed['ticked'] ?? []].flat(),
    withoutRole: profilesWithoutRole(model),
    gone: kind === 'gone' ? gone : [],
    removalStamp: stampOf([...gone]),
    pages: skipLinks(req, { here, perPage, hasMore: asked.length > skipIn(req) + perPage }),
    count: asked.length,
    urls: {
      here,
      save: `${here}?${addressOf(req)}`,
      removal: `${here}/removal`,
      roles: sharingUrl(res, 'roles'),
      profiles: sharingUrl(res, 'profiles')
    },
    changes: await changesOf(context, req, { subject: 'sharing:people' })
  }
  await sharingPage(context, req, res, { section: 'people', view: 'people', locals, again })
}

async function saveRoles(context: Context, req: Request, res: Response): Promise<void> {
  const { roles, ...form } = readRoles(req.body)
  const people = (await context.host.people()).filter((person) => roles.has(person.id))
  const { model } = await draft(context.db)
  const given = chosenRoles(model, people, { roles, ...form })
  await giveRoles(context, req, given, (now) => mustBeAsShown(shownOf(now, roleLabels(now), people), form.stamp))
  const back = addressOf(req)
  back.set('saved', '1')
  res.redirect(303, `${sharingUrl(res, 'people')}?${back}`)
}

interface RolesForm {
  /** The label that stands in the row of each person. */
  readonly roles: ReadonlyMap<string, string>
  readonly ticked: ReadonlySet<string>
  /** The label for those who are ticked; empty: what stands in their row. */
  readonly give: string
  readonly stamp: string
}

function readRoles(body: unknown): RolesForm {
  const people = readPeople(body)
  const fields = Object.fromEntries(people.map((person) => [rowField(person), label]))
  const form = readForm(
    z.strictObject({
      ...fields,
      person: z.array(staffId),
      ticked: z.array(staffId).max(perPage),
      give: label.default(''),
      stamp: z.string()
    }),
    body
  )
  const typed = form as unknown as Readonly<Record<string, string>>
  const roles = new Map(people.map((person): [string, string] => [person, typed[rowField(person)] ?? '']))
  return { roles, ticked: new Set(form.ticked), give: form.give, stamp: form.stamp }
}

function rowField(person: string): string {
  return `role.${person}`
}

/** Whose roles the form says; before it is read, for it has a field for each of them. */
function readPeople(body: unknown): readonly string[] {
  const posted: unknown = typeof body === 'object' && body !== null && 'person' in body ? body.person : []
  return z.array(staffId).max(perPage).parse([posted].flat())
}

/** The word in the list of roles for those who are ticked that takes a role away. */
const takeAway = '-'

/** Only whose role changes. @throws Invalid beside a word that is no role. */
function chosenRoles(
  model: Model,
  people: readonly StaffName[],
  { roles, ticked, give }: RolesForm
): Map<string, string | null> {
  const wrong: Record<string, { key: string }> = {}
  const roleBy = roleReader(model, wrong)
  if (give !== '' && ticked.size === 0) wrong['give'] = { key: 'organization:problem.nobodyTicked' }
  const forTicked = give === '' ? undefined : roleBy('give', give === takeAway ? '' : give)
  const given = new Map<string, string | null>()
  for (const { id } of people) {
    const own = roleBy(rowField(id), roles.get(id) ?? '')
    const role = forTicked !== undefined && ticked.has(id) ? forTicked : own
    if (role !== (roleOf(model, id) ?? null)) given.set(id, role)
  }
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong)
  return given
}

/** Finds a role by its label, however it is capitalized, and notes the fields in which there is none. */
function roleReader(
  model: Model,
  wrong: Record<string, { key: string }>
): (field: string, text: string) => string | null {
  const byLabel = new Map([...roleLabels(model)].map(([role, text]): [string, string] => [folded(text), role]))
  return (field, text) => {
    const role = text === '' ? null : byLabel.get(folded(text))
    if (role === undefined) wrong[field] = { key: 'organization:problem.noSuchRole' }
    return role ?? null
  }
}

const removalForm = z.strictObject({ stamp: z.string() })

async function removeGone(context: Context, req: Request, res: Response): Promise<void> {
  const { stamp } = readForm(removalForm, req.body)
  const people = await context.host.people()
  await stage(context, req.staff, {
    action: 'sharing.people-removed',
    subject: 'sharing:people',
    part: (model) => peopleGone(model, people),
    change(model) {
      const gone = goneFrom(model, people)
      mustBeAsShown(gone, stamp)
      return withoutPeople(model, new Set(gone.map((one) => one.id)))
    }
  })
  res.redirect(303, `${sharingUrl(res, 'people')}?saved=1`)
}

/** For the list of changes: their roles. */
function peopleGone(model: Model, people: readonly StaffName[]): Model['people'] {
  const gone = new Set(goneFrom(model, people).map(({ id }) => id))
  return Object.fromEntries(Object.entries(model.people).filter(([id]) => gone.has(id)))
}

interface Gone {
  readonly id: string
  readonly role: string | undefined
}

/** Whom the model names and the CRM has no longer. */
function goneFrom(model: Model, people: readonly StaffName[]): readonly Gone[] {
  const there = new Set(people.map((person) => person.id))
  const labels = roleLabels(model)
  return [...peopleNamed(model)]
    .filter((one) => !there.has(one))
    .sort()
    .map((one) => ({ id: one, role: labels.get(roleOf(model, one) ?? '') }))
}

function kindIn(req: Request): Shows {
  const kind = queryText(req, 'show')
  return shows.find((one) => one === kind) ?? 'all'
}

function askedFor(req: Request, model: Model, people: readonly StaffName[], kind: Shows): readonly StaffName[] {
  if (kind === 'gone') return []
  const labels = roleLabels(model)
  const role = queryText(req, 'role')
  const query = searchIn(req)
  return people.filter((person) => {
    const his = roleOf(model, person.id)
    const isKind = kind === 'all' || (kind === 'without' ? isWithout(model, person) : !person.isActive)
    return (
      isKind &&
      (role === undefined || role === his) &&
      matches(query, [...wordsOf(person), labels.get(his ?? '') ?? ''])
    )
  })
}

function rowOf(
  model: Model,
  labels: ReadonlyMap<string, string>,
  { id, name, userName, isActive, isAdministrator }: StaffName,
  again: Again | undefined
): Record<string, unknown> {
  const role = labels.get(roleOf(model, id) ?? '') ?? ''
  return { id, name, userName, isActive, isAdministrator, role: again?.typed[rowField(id)] ?? role }
}

/** What rests on the page: the roles of these people, and what each role is called. */
function shownOf(model: Model, labels: ReadonlyMap<string, string>, rows: readonly StaffName[]): unknown {
  return [rows.map(({ id }) => [id, named(model.people, id) ?? null]).sort(), [...labels]]
}

function profilesWithoutRole(model: Model): string[] {
  return model.withoutRole.flatMap((one) => named(model.profiles, one)?.name ?? [])
}

function tabsOf(
  here: string,
  model: Model,
  people: readonly StaffName[],
  gone: readonly Gone[],
  kind: Shows
): { kind: Shows; url: string; count: number; isHere: boolean }[] {
  const counts: Readonly<Record<Shows, number>> = {
    all: people.length,
    without: people.filter((person) => isWithout(model, person)).length,
    inactive: people.filter(({ isActive }) => !isActive).length,
    gone: gone.length
  }
  return shows
    .filter((one) => one === 'all' || one === kind || counts[one] > 0)
    .map((one) => ({ kind: one, url: `${here}?show=${one}`, count: counts[one], isHere: one === kind }))
}

/** What the search carries along. */
function kept(req: Request): Record<string, string> {
  const role = queryText(req, 'role')
  return { show: kindIn(req), ...(role === undefined ? {} : { role }) }
}

/** Search, filter and place in the list. */
function addressOf(req: Request): URLSearchParams {
  const address = new URLSearchParams(kept(req))
  if (searchIn(req) !== '') address.set('q', searchIn(req))
  if (skipIn(req) > 0) address.set('skip', String(skipIn(req)))
  return address
}
