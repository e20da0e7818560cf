/** What somebody would see of a module under a release that isn't saved: counted and sampled at the door, like everything else (Z07). */
import { always } from '../../access/condition.js'
import { mergePolicies } from '../../access/grant.js'
import { lookUp, narrowRecords } from '../../access/question.js'
import type { Count, Records, ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import { viewerUnder, type Person } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Catalog } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { columnsFor } from '../layouts/placement.js'
import type { Portal, UserType } from '../configuration.js'
import { layoutSets } from '../layouts/layouts.js'
import { policyUnder } from '../policy-source.js'
import { accessesOf, portalUsersOfType } from '../people/portal-users.js'
import type { ReleaseDraft } from './release-check.js'
import { userTypeWith } from './releases.js'

export interface Place {
  readonly catalog: Catalog
  readonly portal: Portal
  /** As it is stored. */
  readonly userType: UserType
}

export interface LiveCount {
  /** With what is in force, and with the draft in its place; counted up to `mostCounted`. */
  readonly now: Count
  readonly then: Count
  /** Some of those he would see. */
  readonly sample: readonly Sample[]
  readonly columns: readonly string[]
  /** How many fields he would see. */
  readonly fields: number
}

/** A record of the sample; undefined where the CRM does not show it to the staff member who asks. */
export type Sample = ViewedRecord | undefined

const mostCounted = 1000
const sampleSize = 5
const mostColumns = 4
const mostFound = 10

/** Nothing is saved, and nothing is written down: nothing changes. The draft must be one that could be saved. */
export async function liveCount(
  context: Context,
  place: Place,
  draft: ReleaseDraft,
  ask: { recordId: string; staff: Staff }
): Promise<LiveCount> {
  const person = await personFor(context, place, ask)
  const { module } = draft
  const before = await doorUnder(context, place, person)
  const after = await doorUnder(context, { ...place, userType: userTypeWith(place.userType, [draft]) }, person)
  const nothing = { now: await countAt(before, module), then: await countAt(after, module) }
  const released = await known(after.module(module))
  if (!released) return { ...nothing, sample: [], columns: [], fields: 0 }
  const set = (await layoutSets(context.db)).get(place.portal.layoutSetId ?? '')
  const columns = columnsFor(set, released.module, released.fields).slice(0, mostColumns)
  const page = await after.list(module, { limit: sampleSize, fields: columns })
  const sample = await Promise.all(page.records.map((record) => shownTo(context, ask.staff, record)))
  return { ...nothing, sample, columns, fields: released.fields.length }
}

/** Our pages show staff no record that the CRM would not show them. */
async function shownTo({ host }: Context, staff: Staff, record: ViewedRecord): Promise<Sample> {
  return (await host.allows(staff, 'view', record.module.name, record.id)) ? record : undefined
}

/** He who has access is himself, with what he wrote; anybody else is nobody yet. */
async function personFor(
  { db }: Context,
  { portal, userType }: Place,
  { recordId, staff }: { recordId: string; staff: Staff }
): Promise<Person> {
  const accesses = await accessesOf(db, userType.primaryModule, recordId)
  const user = accesses.find(({ userTypeId }) => userTypeId === userType.id)
  const { locale, timeZone, formats } = staff
  return {
    kind: 'portal-user',
    id: user?.id ?? 'nobody-yet',
    name: user?.name ?? '',
    module: userType.primaryModule,
    recordId,
    portalId: portal.id,
    userTypeId: userType.id,
    invitedBy: staff.id,
    locale,
    timeZone,
    formats
  }
}

async function doorUnder(context: Context, place: Place, person: Person): Promise<Records> {
  const policy = await policyUnder(context, { ...place, person })
  return records(viewerUnder(context.kernel, person, mergePolicies(policy)))
}

async function countAt(door: Records, module: string): Promise<Count> {
  return (await known(door.count(module, {}, mostCounted))) ?? { count: 0, capped: false }
}

/** Undefined for what he doesn't see at all. */
async function known<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** Somebody through whose eyes the staff member may look. */
export interface Candidate {
  readonly recordId: string
  readonly name: string
}

/** Records of the primary module that `words` name; without words people who have this user type already. Only those the CRM shows
 *  to the staff member. */
export async function candidates(
  context: Context,
  { userType }: Place,
  words: string,
  staff: Staff
): Promise<Candidate[]> {
  const found = words === '' ? await usersOf(context, userType) : await named(context, userType, words)
  const allowed = await Promise.all(
    found.map(({ recordId }) => context.host.allows(staff, 'view', userType.primaryModule, recordId))
  )
  return found.filter((_, index) => allowed[index])
}

async function usersOf({ db }: Context, { id }: UserType): Promise<Candidate[]> {
  const statuses = ['confirmed', 'invited'] as const
  const users = await portalUsersOfType(db, { userTypeId: id, statuses, search: '', skip: 0, limit: mostFound })
  return users.flatMap(({ recordId, name }) => (recordId === undefined ? [] : [{ recordId, name }]))
}

async function named({ kernel, host }: Context, { primaryModule }: UserType, words: string): Promise<Candidate[]> {
  const title = (await host.catalog('en')).modules.get(primaryModule)?.title
  if (title === undefined) return []
  const door = await narrowRecords(kernel, { module: primaryModule, when: always, fields: [title] })
  const page = await door.list(primaryModule, { search: words, limit: mostFound, fields: [title] })
  return page.records.map((record) => ({ recordId: record.id, name: record.title }))
}

/** The chosen one, while there is such a record and the CRM shows it to the staff member. */
export async function chosenCandidate(
  context: Context,
  { catalog, userType }: Place,
  recordId: string,
  staff: Staff
): Promise<Candidate | undefined> {
  const title = catalog.modules.get(userType.primaryModule)?.title
  if (recordId === '' || title === undefined) return undefined
  if (!(await context.host.allows(staff, 'view', userType.primaryModule, recordId))) return undefined
  const record = await lookUp(context.kernel, userType.primaryModule, recordId, [title])
  return record && { recordId, name: record.title }
}
