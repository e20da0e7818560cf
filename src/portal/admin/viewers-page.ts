/** *Who can see this?*: the portal users who see a record of the CRM, what they may do with it and why; and why not, of people asked for (X01). */
import type { Request, RequestHandler, Response } from 'express'
import type { Action } from '../../access/grant.js'
import { hiddenAmong } from '../../access/hidden.js'
import { lookUp } from '../../access/question.js'
import type { ExplainedCondition, Explanation } from '../../access/record.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import {
  foundAtMost,
  foundByName,
  obstacleTo,
  viewersOf,
  viewersPerPage,
  type Asked,
  type Look,
  type Obstacle,
  type Viewers
} from '../viewers.js'
import { adminUrl } from './frame.js'
import { accessUrl } from './user-type-pages.js'

export function viewersPage(context: Context): RequestHandler {
  return async (req, res) => {
    const asked = await askedIn(context, req)
    const { module, recordId } = asked
    const search = typeof req.query['q'] === 'string' ? req.query['q'].trim() : ''
    const obstacle = await obstacleTo(context, asked)
    await page(res, 'portal-admin/viewers', {
      record: {
        title: (await lookUp(context.kernel, module.name, recordId, [module.title]))?.title ?? '',
        module: module.label,
        url: context.host.recordUrl(module.name, recordId)
      },
      obstacle: obstacle && obstacleTexts(context.t(req.locale), module, obstacle),
      search: { words: search, action: adminUrl(res, 'viewers'), keep: { module: module.name, record: recordId } },
      allUrl: viewersUrl(res, asked),
      found: search === '' ? undefined : await foundPeople(context, req, res, asked, search),
      seen: search === '' && !stopsEverybody(obstacle) ? await seeingPeople(context, req, res, asked) : undefined
    })
  }
}

/** Our pages show staff no record that the CRM would not show them. */
async function askedIn(context: Context, req: Request): Promise<Asked> {
  const { module: name, record } = req.query
  if (typeof name !== 'string' || typeof record !== 'string') throw new NotFound()
  const module = (await context.host.catalog(req.locale)).modules.get(name)
  if (!module || !(await context.host.allows(req.staff, 'view', name, record))) throw new NotFound()
  return { module, recordId: record, locale: req.locale }
}

function viewersUrl(res: Response, { module, recordId }: Asked, skip = 0): string {
  const query = { module: module.name, record: recordId, ...(skip > 0 ? { skip: String(skip) } : {}) }
  return `${adminUrl(res, 'viewers')}?${new URLSearchParams(query).toString()}`
}

/** What other modules of Portico grant does not depend on releases, so those who have access are asked all the same. */
function stopsEverybody(obstacle: Obstacle | undefined): boolean {
  return obstacle === 'no-portal' || obstacle === 'withheld'
}

function obstacleTexts(t: Translate, module: Module, obstacle: Obstacle): string[] {
  switch (obstacle) {
    case 'no-portal':
      return [t('portal:viewers.noPortal')]
    case 'withheld':
      return [t('portal:viewers.withheld'), ...outsideRules(t, module)]
    case 'unreleased':
      return [t('portal:viewers.unreleased', { module: module.labelPlural })]
    case 'no-longer-public':
      return [t('portal:release.publicText')]
  }
}

/** E10: which fields say whether a record leaves the company. */
function outsideRules(t: Translate, { fields, outside }: Module): string[] {
  const columns = new Set(outside.map(({ column }) => column))
  return [...fields.values()]
    .filter(({ storage }) => storage.kind === 'column' && columns.has(storage.column))
    .map(({ label }) => t('access:reason.outside', { field: label }))
}

interface ShownViewers {
  readonly groups: readonly { readonly place: string; readonly people: readonly Record<string, unknown>[] }[]
  readonly looked: { readonly from: number; readonly to: number; readonly count: number } | undefined
  readonly hasNearest: boolean
  readonly pages: { readonly previous: string | undefined; readonly next: string | undefined }
}

async function seeingPeople(context: Context, req: Request, res: Response, asked: Asked): Promise<ShownViewers> {
  const skip = Math.min(Math.max(Math.trunc(Number(req.query['skip'] ?? 0)) || 0, 0), 1_000_000)
  const viewers = await viewersOf(context, asked, skip)
  const { nearest, skipped, looked, total } = viewers
  const people = viewers.looks.map(({ user }) => user)
  const hidden = await hiddenAmong(context.kernel, req.staff, people)
  const to = skipped + looked
  return {
    groups: groupsOf(context.t(req.locale), res, asked, { ...viewers, hidden }),
    looked: looked > 0 ? { from: skipped + 1, to, count: total } : undefined,
    hasNearest: nearest > 0 && total > viewersPerPage,
    pages: {
      previous: skipped > 0 ? viewersUrl(res, asked, skipped - viewersPerPage) : undefined,
      next: to < total ? viewersUrl(res, asked, to) : undefined
    }
  }
}

/** By portal and user type, in the order in which they were looked at. Of whom the CRM hides it is said that there is somebody. */
function groupsOf(
  t: Translate,
  res: Response,
  { module }: Asked,
  { looks, hidden }: Viewers & { hidden: ReadonlySet<string> }
): ShownViewers['groups'] {
  const groups = new Map<string, { place: string; people: Record<string, unknown>[] }>()
  for (const look of looks) {
    const { portal, userType } = look.place
    const place = placeText(t, look)
    const key = userType?.id ?? portal.id
    const group = groups.get(key) ?? { place, people: [] }
    const person = hidden.has(look.user.id) ? { isHidden: true } : shownPerson(res, look)
    group.people.push({ ...person, ...shownRights(t, module, look.explanation!) })
    groups.set(key, group)
  }
  return [...groups.values()]
}

function placeText(t: Translate, { place: { portal, userType } }: Look): string {
  return userType ? t('portal:invitation.place', { portal: portal.name, userType: userType.name }) : portal.name
}

/** Whoever has no record has none to be kept from. */
async function isOpenTo(context: Context, staff: Staff, { module, recordId }: Look['user']): Promise<boolean> {
  if (module === undefined || recordId === undefined) return true
  return context.host.allows(staff, 'view', module, recordId)
}

function shownPerson(res: Response, { user }: Look): Record<string, unknown> {
  return { name: user.name, address: user.address, status: user.status, url: accessUrl(res, user) }
}

/** What matching grants let him do with the record, which fields they show, and why. New records are another matter. */
function shownRights(t: Translate, module: Module, { grants }: Explanation): Record<string, unknown> {
  const matching = grants.filter((grant) => grant.matches && grant.actions.some((action) => action !== 'create'))
  const may = new Set(matching.flatMap((grant) => grant.actions).filter((action) => action !== 'create'))
  const covered = (wanted: readonly Action[]): string[] => {
    const names = new Set(
      matching.filter(({ actions }) => actions.some((one) => wanted.includes(one))).flatMap(({ fields }) => fields)
    )
    return [...module.fields.values()].filter(({ name }) => names.has(name)).map(({ label }) => label)
  }
  return {
    may: [...may].map((action) => t(`portal:viewers.right.${action}`)),
    fields: covered(['view', 'open']),
    changeable: covered(['edit']),
    reasons: matching.map(({ reason }) => t(reason.key, { ...reason.args }))
  }
}

async function foundPeople(
  context: Context,
  req: Request,
  res: Response,
  asked: Asked,
  search: string
): Promise<Record<string, unknown>> {
  const looks = await foundByName(context, asked, search, req.staff)
  return {
    people: await Promise.all(looks.map((look) => shownAnswer(context, req, res, asked, look))),
    isCut: looks.length >= foundAtMost,
    limit: foundAtMost
  }
}

/** Conditions can name values of his own record, so they are for staff whom the CRM shows that record. */
async function shownAnswer(
  context: Context,
  req: Request,
  res: Response,
  { module }: Asked,
  look: Look
): Promise<Record<string, unknown>> {
  const t = context.t(req.locale)
  const { user, explanation } = look
  const isOpen = await isOpenTo(context, req.staff, user)
  return {
    ...shownPerson(res, look),
    place: placeText(t, look),
    isOpen,
    sees: explanation?.visible ?? false,
    rights: explanation?.visible ? shownRights(t, module, explanation) : undefined,
    answer: explanation && {
      restrictions: explanation.restrictions.map(({ reason, holds }) => marked(t, reason, holds, [])),
      grants: explanation.grants
        .filter(({ actions }) => actions.includes('view'))
        .map(({ reason, matches, conditions }) => marked(t, reason, matches, isOpen ? nested(conditions) : []))
    }
  }
}

interface Marked {
  readonly sentence: string
  readonly holds: boolean
  readonly parts: readonly Marked[]
}

function marked(
  t: Translate,
  reason: Explanation['grants'][number]['reason'],
  holds: boolean,
  parts: readonly Marked[]
): Marked {
  return { sentence: t(reason.key, { ...reason.args }), holds, parts }
}

/** Conditions with those one step deeper below them. */
function nested(conditions: readonly ExplainedCondition[], depth = 0): Marked[] {
  return conditions.flatMap(({ depth: own, sentence, holds }, index) => {
    if (own !== depth) return []
    const end = conditions.findIndex((other, place) => place > index && other.depth <= depth)
    const below = conditions.slice(index + 1, end < 0 ? undefined : end)
    return [{ sentence, holds, parts: nested(below, depth + 1) }]
  })
}
