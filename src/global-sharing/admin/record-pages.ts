/** *Who can see this record, and why?*: everybody of the staff, what he may do with it, and the reasons (S11, X01). */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { StaffName } from '../../host/host.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import type { Translate } from '../../web/locale.js'
import { levelIn, named } from '../model.js'
import { judgeOf, recordActions, type Judged, type Judgement, type RecordFacts } from '../reasons.js'
import { everyPart } from './reasons-in-detail.js'
import { actionsText, ownerName, rolePath, whyNotTexts, whyTexts, type Words } from './reasons-in-words.js'
import { toldTo } from './told-facts.js'
import { recordFacts } from '../reasons-record.js'
import type { RecordAction } from '../scope.js'
import {
  askableModules,
  basesOf,
  groundFor,
  peopleNamed,
  personAnswerUrl,
  recordAnswerUrl,
  searchIn,
  withQuery,
  type Bases,
  type Basis,
  type Ground
} from './answer-frame.js'
import { sharingPage, sharingUrl } from './frame.js'

const perPage = 30
const views = ['can', 'cannot', 'all'] as const
type View = (typeof views)[number]

interface Asked {
  readonly ground: Ground
  readonly bases: Bases
  readonly basis: Basis
  readonly words: Words
  readonly facts: RecordFacts
}

export async function showRecord(context: Context, req: Request, res: Response): Promise<void> {
  const asked = await askedIn(context, req)
  const { facts, bases, basis, words } = asked
  const person = asked.ground.people.find(({ id }) => id === queryText(req, 'person'))
  const locals = {
    record: {
      title: facts.title || facts.id,
      module: facts.module.label,
      url: context.host.recordUrl(facts.module.name, facts.id),
      about: aboutRecord(words, facts)
    },
    basis,
    switches: bases.staged ? basisLinks(words.t, req, res, basis) : [],
    isWhole: bases.isWhole,
    narrowsStaff: context.host.narrowsStaff,
    answersUrl: sharingUrl(res, 'answers'),
    person: person && (await inDetail(context, req, res, asked, person)),
    everybody: person ? undefined : everybody(req, res, asked)
  }
  await sharingPage(context, req, res, { section: 'answers', view: 'record', locals })
}

/** Our pages show staff no record that the CRM would not show them. */
async function askedIn(context: Context, req: Request): Promise<Asked> {
  const { module, id } = req.params as { module: string; id: string }
  const ground = await groundFor(context, req)
  const isAskable = askableModules(ground.catalog).some(({ name }) => name === module)
  if (!isAskable || !(await context.host.allows(req.staff, 'view', module, id))) throw new NotFound()
  const bases = await basesOf(context)
  const basis: Basis = bases.staged && req.query['as'] === 'staged' ? 'staged' : 'in-force'
  const organization = (basis === 'staged' && bases.staged) || bases.inForce
  const facts = await recordFacts(context.kernel, ground.catalog, organization, { module, id })
  if (!facts) throw new NotFound()
  const words = ground.wordsOn(organization)
  return { ground, bases, basis, words, facts: await toldTo(context, req.staff, words.t, facts) }
}

/** Whose it is, and what its module's default says. */
function aboutRecord(words: Words, facts: RecordFacts): { term: string; text: string }[] {
  const { t, organization } = words
  const level = t(`sharing:level.${levelIn(organization.model, facts.module.name)}.label`)
  const follows = facts.module.links.get(named(organization.model.defaults, facts.module.name)?.follows ?? '')?.label
  return [
    { term: t('answers:record.module'), text: facts.module.labelPlural },
    {
      term: t('answers:record.owner'),
      text: facts.module.owner ? ownerText(words, facts) : t('answers:owner.ownerless')
    },
    ...(facts.module.owner ? [{ term: t('answers:record.default'), text: level }] : []),
    ...(follows === undefined ? [] : [{ term: t('answers:record.follows'), text: follows }])
  ]
}

function ownerText(words: Words, facts: RecordFacts): string {
  const { t, persons, organization, hostGroups } = words
  if (facts.owner === undefined)
    return facts.groups.length === 0
      ? t('answers:owner.nobody')
      : t('answers:owner.group', { group: facts.groups.map((id) => hostGroups.get(id) ?? id).join(', ') })
  const role = organization.roleOf(facts.owner)
  const name = ownerName(words, facts)
  if (role !== undefined) return t('answers:owner.inRole', { name, role: rolePath(words, role) })
  return persons.has(facts.owner) ? t('answers:owner.roleless', { name }) : name
}

function basisLinks(
  t: Translate,
  req: Request,
  res: Response,
  basis: Basis
): { label: string; url: string; isHere: boolean }[] {
  const { module, id } = req.params as { module: string; id: string }
  const kept = { person: queryText(req, 'person'), show: queryText(req, 'show'), q: queryText(req, 'q') }
  return (['in-force', 'staged'] as const).map((one) => ({
    label: t(`answers:basis.${one}`),
    url: recordAnswerUrl(res, { module, id }, { ...kept, as: one === 'staged' ? one : undefined }),
    isHere: one === basis
  }))
}

interface Line {
  readonly person: StaffName
  readonly judgement: Judgement
}

/** Everybody is judged, in memory; words are made for one page of them. */
function everybody(req: Request, res: Response, asked: Asked): Record<string, unknown> {
  const { facts, words, ground } = asked
  const judge = judgeOf(words.organization, facts)
  const lines = peopleNamed(ground.people, searchIn(req)).map((person) => ({ person, judgement: judge(person) }))
  const can = lines.filter(({ judgement }) => judgement.may.view)
  const cannot = lines.filter(({ judgement }) => !judgement.may.view)
  const shown = { can, cannot, all: lines }
  const view = views.find((one) => one === req.query['show']) ?? 'can'
  const list: readonly Line[] = shown[view]
  const skip = skipIn(req) < list.length ? skipIn(req) : 0
  const page = list.slice(skip, skip + perPage)
  const here = recordAnswerUrl(res, factsAddress(facts))
  const filterUrl = (one: View): string =>
    withQuery(here, { ...keptOf(asked), show: one === 'can' ? undefined : one, q: searchIn(req) })
  return {
    filters: views.map((one) => ({
      label: words.t(`answers:filter.${one}`),
      count: shown[one].length,
      url: filterUrl(one),
      isHere: one === view
    })),
    search: {
      words: searchIn(req),
      action: here,
      keep: { ...keptOf(asked), ...(view === 'can' ? {} : { show: view }) }
    },
    people: page.map((line) => shownLine(res, asked, line, view, searchIn(req))),
    count: list.length === 0 ? undefined : { from: skip + 1, to: skip + page.length, count: list.length },
    pages: skipLinks(req, { here, perPage, hasMore: skip + perPage < list.length })
  }
}

function factsAddress({ module, id }: RecordFacts): { module: string; id: string } {
  return { module: module.name, id }
}

function keptOf({ basis }: Asked): Record<string, string> {
  return basis === 'staged' ? { as: 'staged' } : {}
}

function shownLine(
  res: Response,
  asked: Asked,
  { person, judgement }: Line,
  view: View,
  search: string
): Record<string, unknown> {
  const query = { ...keptOf(asked), show: view === 'can' ? undefined : view, q: search, person: person.id }
  return {
    name: person.name,
    isActive: person.isActive,
    url: recordAnswerUrl(res, factsAddress(asked.facts), query),
    ...shownJudgement(asked, person, judgement)
  }
}

function shownJudgement(
  { words, facts }: Asked,
  person: Judged,
  judgement: Judgement
): { rights: { label: string; may: boolean }[]; why: string[] } {
  return {
    rights: recordActions.map((action) => ({
      label: words.t(`answers:right.${action}`),
      may: judgement.may[action]
    })),
    why: judgement.may.view ? whyTexts(words, facts, person, judgement) : whyNotTexts(words, facts, person)
  }
}

async function inDetail(
  context: Context,
  req: Request,
  res: Response,
  asked: Asked,
  person: StaffName
): Promise<Record<string, unknown>> {
  const { words, facts, basis } = asked
  const judgement = judgeOf(words.organization, facts)(person)
  const kept = { ...keptOf(asked), show: queryText(req, 'show'), q: queryText(req, 'q') }
  const refused = basis === 'in-force' ? await refusedByHost(context, person, facts, judgement) : []
  return {
    name: person.name,
    isActive: person.isActive,
    ...shownJudgement(asked, person, judgement),
    parts: everyPart(words, facts, person),
    refused: refused.length > 0 ? actionsText(words.t, refused) : undefined,
    backUrl: recordAnswerUrl(res, factsAddress(facts), kept),
    answerUrl: personAnswerUrl(res, person.id)
  }
}

/** What sharing leaves and the CRM's own rights do not: the more restrictive wins (S09). */
async function refusedByHost(
  { host }: Context,
  person: StaffName,
  { module, id }: RecordFacts,
  { may }: Judgement
): Promise<RecordAction[]> {
  const staff = person.isActive ? await host.staffById(person.id) : undefined
  if (!staff) return []
  const left = recordActions.filter((action) => may[action])
  const allowed = await Promise.all(left.map((action) => host.allows(staff, action, module.name, id)))
  return left.filter((_, index) => !allowed[index])
}
