/** What the answers have in common: the sharing in force and the staged one, the people, the modules that can be asked about. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { StaffName } from '../../host/host.js'
import { queryText } from '../../web/paging.js'
import { draft } from '../draft.js'
import { inForce } from '../in-force.js'
import { organizationOf, type Organization } from '../organization.js'
import { wordsFor, type Words } from './reasons-in-words.js'
import { isHostsAffair } from '../scope.js'
import { sharingUrl } from './frame.js'

/** Which sharing an answer is about. */
export type Basis = 'in-force' | 'staged'

export interface Bases {
  readonly inForce: Organization
  /** False: what is stored can't be understood, and nobody but administrators has anything. */
  readonly isWhole: boolean
  /** Undefined where nothing is staged. */
  readonly staged: Organization | undefined
}

export async function basesOf({ db }: Context): Promise<Bases> {
  const { organization, isWhole } = await inForce(db)
  const { model, isStaged } = await draft(db)
  return { inForce: organization, isWhole, staged: isStaged ? organizationOf(model) : undefined }
}

export interface Ground {
  readonly catalog: Catalog
  readonly people: readonly StaffName[]
  wordsOn(organization: Organization): Words
}

export async function groundFor(context: Context, req: Request): Promise<Ground> {
  const [catalog, people, groups] = await Promise.all([
    context.host.catalog(req.locale),
    context.host.people(),
    context.host.groups()
  ])
  const t = context.t(req.locale)
  return { catalog, people, wordsOn: (organization) => wordsFor(t, catalog, organization, { people, groups }) }
}

export function askableModules({ modules }: Catalog): Module[] {
  return [...modules.values()].filter(isAskable)
}

/** Line items follow their paper, and the staff themselves are the CRM's own affair. */
export function isAskable(module: Module): boolean {
  return !isHostsAffair(module) && !module.partOf
}

export function recordAnswerUrl(
  res: Response,
  { module, id }: { readonly module: string; readonly id: string },
  query: Readonly<Record<string, string | undefined>> = {}
): string {
  return withQuery(sharingUrl(res, 'answers', 'record', module, id), query)
}

export function personAnswerUrl(res: Response, staffId: string): string {
  return sharingUrl(res, 'answers', 'person', staffId)
}

export function withQuery(url: string, query: Readonly<Record<string, string | undefined>>): string {
  const kept = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]]
  )
  return kept.length > 0 ? `${url}?${new URLSearchParams(kept).toString()}` : url
}

/** Those whose name or user name has all of the words. */
export function peopleNamed(people: readonly StaffName[], search: string): readonly StaffName[] {
  const words = folded(search).split(/\s+/).filter(Boolean)
  return people.filter(({ name, userName }) => words.every((word) => folded(`${name} ${userName}`).includes(word)))
}

/** Without case and accents. */
function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
}

export function searchIn(req: Request, name = 'q'): string {
  return queryText(req, name) ?? ''
}
