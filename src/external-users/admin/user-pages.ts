/** All external users, with filters and their counts. */
import type { Request, Response } from 'express'
import { lookUpAll } from '../../access/question.js'
import type { Context } from '../../context.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import type { Translate } from '../../web/locale.js'
import { queryText, skipIn, skipLinks } from '../../web/paging.js'
import { kinds } from '../kinds.js'
import { projectWorld, type ProjectWorld } from '../project-settings.js'
import {
  projectsWithMembers,
  statuses,
  userCounts,
  usersFound,
  type UserCounts,
  type UserSearch
} from '../user-search.js'
import { guestsUrl, sectionPage } from './frame.js'
import { onePages } from './user-page.js'
import { userRows } from './user-shown.js'

export function userPages(router: PermittedRouter, context: Context): void {
  router.get('/', needs.users, (req, res) => showUsers(context, req, res))
  onePages(router, context)
}

const perPage = 50
/** So many projects can be chosen from. */
const mostProjects = 50

async function showUsers(context: Context, req: Request, res: Response): Promise<void> {
  const world = await projectWorld(context.db, await context.host.catalog(req.locale))
  const projects = world ? await projectChoices(context, req, world) : []
  const ask = askedIn(req, world, projects)
  const found = await usersFound(context, req.staff, { ...ask, skip: skipIn(req), limit: perPage + 1 })
  const counts = await userCounts(context.db)
  const here = guestsUrl(res)
  const t = context.t(req.locale)
  const locals = {
    hasProjects: world !== undefined,
    users: await userRows(context, req, res, { world, users: found.slice(0, perPage) }),
    isAnybodyThere: Object.values(counts.statuses).some((count) => count > 0),
    asked: { ...ask, isNarrowed: isNarrowed(ask) },
    tabs: tabsOf(t, req, here, counts),
    filters: filtersOf(t, counts, projects, ask),
    action: here,
    pages: skipLinks(req, { here, perPage, hasMore: found.length > perPage })
  }
  await sectionPage(context, req, res, { section: 'users', view: 'users', locals })
}

interface Choice {
  readonly value: string
  readonly label: string
}

/** Projects with external members, of those that the CRM shows. */
async function projectChoices(context: Context, req: Request, { module }: ProjectWorld): Promise<Choice[]> {
  const ids = await projectsWithMembers(context.db, module.name, mostProjects)
  const titles = await lookUpAll(context.kernel, module.name, ids, [module.title])
  const choices: Choice[] = []
  for (const [value, { title }] of titles)
    if (await context.host.allows(req.staff, 'view', module.name, value)) choices.push({ value, label: title })
  return choices.toSorted((one, other) => one.label.localeCompare(other.label, req.locale))
}

/** What is no filter of ours is not asked for. */
function askedIn(req: Request, world: ProjectWorld | undefined, projects: readonly Choice[]): UserSearch {
  const project = projects.find(({ value }) => value === queryText(req, 'project'))
  const factor = queryText(req, 'factor')
  return {
    words: queryText(req, 'q') ?? '',
    status: statuses.find((one) => one === queryText(req, 'status')),
    project: world && project && { module: world.module.name, id: project.value },
    kind: kinds.find((one) => one === queryText(req, 'right')),
    hasFactor: factor === 'yes' ? true : factor === 'no' ? false : undefined,
    isNew: queryText(req, 'signed') === 'never' ? true : undefined
  }
}

function isNarrowed({ words, status, project, kind, hasFactor, isNew }: UserSearch): boolean {
  return words !== '' || [status, project, kind, hasFactor, isNew].some((one) => one !== undefined)
}

/** The statuses with their counts; the other filters stay. */
function tabsOf(t: Translate, req: Request, here: string, counts: UserCounts): Record<string, unknown>[] {
  const all = Object.values(counts.statuses).reduce((sum, one) => sum + one, 0)
  const tabs = [{ name: undefined, count: all }, ...statuses.map((name) => ({ name, count: counts.statuses[name] }))]
  return tabs.map(({ name, count }) => ({
    label: t(name ? `external:status.${name}` : 'guests-admin:users.all'),
    count,
    url: `${here}${searchWith(req, name)}`,
    isHere: name === statuses.find((one) => one === queryText(req, 'status'))
  }))
}

function searchWith(req: Request, status: string | undefined): string {
  const kept = new URLSearchParams()
  for (const name of ['q', 'project', 'right', 'factor', 'signed']) {
    const value = queryText(req, name)
    if (value !== undefined) kept.set(name, value)
  }
  if (status) kept.set('status', status)
  return kept.size > 0 ? `?${kept}` : ''
}

function filtersOf(
  t: Translate,
  counts: UserCounts,
  projects: readonly Choice[],
  ask: UserSearch
): Record<string, unknown>[] {
  const counted = (label: string, count: number): string => t('guests-admin:users.counted', { label, count })
  const rights = kinds.map((kind) => ({
    value: kind,
    label: counted(t(`external:kind.${kind}`), counts.kinds[kind])
  }))
  const factors = (['yes', 'no'] as const).map((value) => ({
    value,
    label: counted(t(`guests-admin:users.factor.${value}`), counts.factors[value])
  }))
  const factor = ask.hasFactor === undefined ? '' : ask.hasFactor ? 'yes' : 'no'
  return [
    { name: 'project', label: t('guests-admin:users.project'), options: projects, value: ask.project?.id ?? '' },
    { name: 'right', label: t('guests-admin:users.right'), options: rights, value: ask.kind ?? '' },
    { name: 'factor', label: t('guests-admin:users.factor.label'), options: factors, value: factor },
    {
      name: 'signed',
      label: t('guests-admin:users.signed.label'),
      options: [{ value: 'never', label: counted(t('guests-admin:users.signed.never'), counts.isNew) }],
      value: ask.isNew ? 'never' : ''
    }
  ].filter(({ options }) => options.length > 0)
}
