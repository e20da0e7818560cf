/** Whom a run is about: those who were ticked, or all that match the filter and the words (Z15, Z21). */
import { compare } from '../../../access/condition.js'
import { hiddenAmong } from '../../../access/hidden.js'
import { narrowRecords } from '../../../access/question.js'
import type { Records } from '../../../access/record.js'
import type { Context } from '../../../context.js'
import type { Staff } from '../../../host/host.js'
import { invitationPlace, judge, type InvitationPlace, type Judgement } from '../eligibility.js'
import { nobodysRecord } from '../nobodys-record.js'
import {
  countUsersIn,
  noRecord,
  portalUsersById,
  type PortalUser,
  type UserScope,
  type UserSearch
} from '../portal-users.js'
import { usersFound } from '../users-found.js'
import { mostItems, type NewItem } from './runs.js'

/** Portal users of a scope: those with these ids, or all that match. */
export interface ChosenUsers {
  readonly scope: UserScope
  readonly ids: readonly string[] | 'all'
  readonly matching: UserSearch
}

/** Of each the CRM is asked. */
const mostCounted = 200

/** How many they are now. Of whom words find, only those count whom the CRM shows this staff member: undefined where they are many. */
export async function countChosenUsers(context: Context, chosen: ChosenUsers, by: Staff): Promise<number | undefined> {
  const { scope, ids, matching } = chosen
  if (ids !== 'all') return (await usersNamed(context, chosen, by)).length
  if (matching.search === '') return Math.min(await countUsersIn(context.db, scope, matching), mostItems)
  const found = await usersFound(context, by, scope, { ...matching, skip: 0, limit: mostCounted + 1 })
  return found.length > mostCounted ? undefined : found.length
}

/** Those of the ticked ones that are in the scope and that the CRM shows this staff member, by name. */
export async function usersNamed(
  { db, kernel }: Context,
  { scope, ids }: Pick<ChosenUsers, 'scope' | 'ids'>,
  by: Staff
): Promise<PortalUser[]> {
  const users = ids === 'all' ? [] : [...(await portalUsersById(db, ids)).values()]
  const hidden = await hiddenAmong(kernel, by, users)
  return users
    .filter((user) => isIn(scope, user) && !hidden.has(user.id))
    .toSorted((a, b) => a.name.localeCompare(b.name))
}

function isIn(scope: UserScope, { userTypeId }: PortalUser): boolean {
  if (scope.kind === 'everybody') return true
  return scope.kind === 'type' ? userTypeId === scope.userTypeId : userTypeId === undefined
}

/** Names are noted only of those whom the CRM shows; of the others the run finds out. */
export async function itemsOfUsers(context: Context, chosen: ChosenUsers, by: Staff): Promise<NewItem[]> {
  const { scope, ids, matching } = chosen
  if (ids !== 'all') return (await usersNamed(context, chosen, by)).map(itemOfUser)
  const items = (await usersFound(context, by, scope, { ...matching, skip: 0, limit: mostItems })).map(itemOfUser)
  return matching.search === '' ? items.map((item) => ({ ...item, name: '', address: '' })) : items
}

function itemOfUser({ id, module, recordId, name, address }: PortalUser): NewItem {
  return { portalUserId: id, module: module ?? noRecord.module, recordId: recordId ?? id, name, address }
}

/** A page of those who might be invited: each with what stands in his way, if anything does. */
export interface Candidates {
  readonly judged: readonly Judgement[]
  /** Cursor of the next page. */
  readonly next: string | undefined
}

const candidatesPerPage = 50

/** Records of the primary module with an address and without access to the portal, by name; only those the CRM shows this staff member. */
export async function candidatesPage(
  context: Context,
  place: InvitationPlace,
  ask: { search: string | undefined; after: string | undefined },
  by: Staff
): Promise<Candidates> {
  const door = await doorTo(context, place)
  const page = await door.list(place.module.name, { ...queryOf(place, ask), limit: candidatesPerPage })
  const judged = await judge(
    context,
    place,
    page.records.map(({ id }) => id),
    by
  )
  return { judged: judged.filter(({ name }) => name !== undefined), next: page.next }
}

/** How many match that the CRM shows; undefined where there are more than a page of them, which nobody asks the CRM about one by one
 *  before they are invited. */
export async function countCandidates(
  context: Context,
  place: InvitationPlace,
  search: string | undefined,
  by: Staff
): Promise<number | undefined> {
  const { judged, next } = await candidatesPage(context, place, { search, after: undefined }, by)
  return next === undefined ? judged.length : undefined
}

/** Records that are to be invited. Names are noted only of those that the CRM shows; of the others the run finds out. */
export async function itemsOfRecords(
  context: Context,
  userTypeId: string,
  chosen: { ids: readonly string[] | 'all'; search: string | undefined },
  by: Staff
): Promise<NewItem[]> {
  const place = await invitationPlace(context, userTypeId)
  if (chosen.ids !== 'all') return (await judge(context, place, chosen.ids, by)).map((one) => itemOf(place, one))
  const { judged, next } = await candidatesPage(context, place, { search: chosen.search, after: undefined }, by)
  return next === undefined ? judged.map((one) => itemOf(place, one)) : allMatching(context, place, chosen.search)
}

const recordsAtOnce = 200

async function allMatching(context: Context, place: InvitationPlace, search: string | undefined): Promise<NewItem[]> {
  const door = await doorTo(context, place)
  const items: NewItem[] = []
  for (let after: string | undefined = ''; after !== undefined && items.length < mostItems;) {
    const query = queryOf(place, { search, after: after === '' ? undefined : after })
    const page = await door.list(place.module.name, { ...query, fields: [], limit: recordsAtOnce })
    items.push(...page.records.map(({ id }) => itemOf(place, { recordId: id, name: undefined, address: '' })))
    after = page.next
  }
  return items.slice(0, mostItems)
}

function itemOf(
  { module }: InvitationPlace,
  { recordId, name = '', address }: Pick<Judgement, 'recordId' | 'name' | 'address'>
): NewItem {
  return { module: module.name, recordId, portalUserId: undefined, name, address }
}

function queryOf(
  { module }: InvitationPlace,
  { search, after }: { search: string | undefined; after: string | undefined }
): Parameters<Records['list']>[1] {
  const isByName = module.fields.get(module.title)?.sortable === true
  return {
    ...(search === undefined ? {} : { search }),
    ...(after === undefined ? {} : { after }),
    ...(isByName ? { sort: { field: module.title, descending: false } } : {})
  }
}

/** Whose access was removed can be invited again; whoever has one, in whatever state, is no candidate. */
function doorTo({ kernel }: Context, { portal, module, addressField }: InvitationPlace): Promise<Records> {
  return narrowRecords(kernel, {
    module: module.name,
    when: compare(addressField, 'isNotEmpty'),
    besides: nobodysRecord(module.name, portal.id),
    fields: [module.title, addressField]
  })
}
