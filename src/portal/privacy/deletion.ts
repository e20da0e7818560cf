/** What deleting a person would remove, what would stay and why: shown to staff before they decide (Z30 *delete*). */
import type { Knex } from 'knex'
import { feedEntries, writtenCounts } from '../../access/authorship.js'
import type { Condition } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import type { Context } from '../../context.js'
import type { Module } from '../../host/catalog.js'
import { Invalid } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import type { PortalUser } from '../people/portal-users.js'
import { messageSubjects, type Belonging } from './belonging-rows.js'
import { linkedConditions, type Wrote } from './linked-modules.js'
import { auditSubjectOf, hasRecord, type Subject } from './persons-of.js'
import type { DeletionPart, DeletionPlan, Keeping } from './requests.js'
import { usersOf, usersWithIds } from './users-of.js'

/** What belongs to a person who is to be deleted. */
export interface Belongings extends Belonging {
  /** Modules with records that name him or that he wrote. */
  readonly modules: readonly LinkedModule[]
  readonly notes: number
  readonly messages: number
  /** He is an external user too: his sign-in stays. */
  readonly isExternalUser: boolean
}

export interface LinkedModule {
  readonly module: Module
  readonly when: Condition
  readonly count: number
  readonly isCapped: boolean
}

/** `userIds`: of a deletion under way, whose accesses may have ended already. */
export async function belongingsOf(
  context: Context,
  subject: Subject,
  userIds: readonly string[] = []
): Promise<Belongings> {
  const found = [...(await usersOf(context.db, subject)), ...(await usersWithIds(context.db, userIds))]
  const users = [...new Map(found.map((user) => [user.id, user])).values()]
  const ids = users.map(({ id }) => id)
  const written = await writtenCounts(context.db, ids)
  return {
    subject,
    users,
    modules: await linkedModules(context, subject, { ids, written }),
    notes: written.get(feedEntries) ?? 0,
    messages: await countMessages(context.db, { subject, users }),
    isExternalUser: await isExternalUser(context.db, subject, users)
  }
}

async function linkedModules(context: Context, subject: Subject, wrote: Wrote): Promise<LinkedModule[]> {
  const catalog = await context.host.catalog('en')
  const found: LinkedModule[] = []
  for (const [module, when] of linkedConditions(catalog, subject, wrote)) {
    const door = await narrowRecords(context.kernel, { module: module.name, when, fields: [] })
    const { count, capped } = await door.count(module.name)
    if (count > 0) found.push({ module, when, count, isCapped: capped })
  }
  return found
}

/** What is kept unless staff say otherwise: what has amounts is kept for the law, all else for the contract it belongs to. */
export function proposedFor({ fields }: Module): Keeping {
  return [...fields.values()].some(({ type }) => type === 'money') ? 'legal-obligation' : 'contract'
}

async function countMessages(db: Knex, belonging: Belonging): Promise<number> {
  const about = await messageSubjects(db, belonging)
  let total = 0
  for (const table of ['portico_mail', 'portico_sms'] as const) {
    const [row] = await db(table).whereIn('about', about).count<{ n: number | string }[]>({ n: '*' })
    total += Number(row?.n ?? 0)
  }
  return total
}

async function isExternalUser(db: Knex, { module, recordId }: Subject, users: readonly PortalUser[]): Promise<boolean> {
  const identities = users.flatMap(({ identityId }) => identityId ?? [])
  const row: unknown = await db('portico_external_users')
    .first('id')
    .where((either) => either.where({ module, record_id: recordId }).orWhereIn('identity_id', identities))
  return row !== undefined
}

export interface Choice {
  readonly part: DeletionPart
  readonly isPossible: boolean
}

/** What can be ticked. The record goes only by the hand of somebody whom the CRM lets delete it. */
export async function choicesFor(
  context: Context,
  staff: Staff,
  { subject, users, notes, messages }: Belongings
): Promise<Choice[]> {
  const { module, recordId } = subject
  const record = hasRecord(subject)
    ? [{ part: 'record', isPossible: await context.host.allows(staff, 'delete', module, recordId) } as const]
    : []
  const parts: [DeletionPart, boolean][] = [
    ['access', users.some(({ status }) => status !== 'removed')],
    ['notes', notes > 0],
    ['messages', messages > 0],
    ['names', true]
  ]
  return [...record, ...parts.filter(([, isThere]) => isThere).map(([part]) => ({ part, isPossible: true }))]
}

/** What staff ticked, as far as it can be had. A record without its person has no access, and a name that is to go can't sign in.
 *  @throws Invalid for a choice that would leave one without the other. */
export function planFrom(
  { users }: Belongings,
  choices: readonly Choice[],
  { parts, ...chosen }: Pick<DeletionPlan, 'parts' | 'modules' | 'staffId' | 'known'>
): DeletionPlan {
  const possible = new Set(choices.filter(({ isPossible }) => isPossible).map(({ part }) => part))
  const taken = parts.filter((part) => possible.has(part))
  if (taken.length === 0) throw new Invalid({ part: { key: 'privacy:problem.nothingChosen' } })
  const needsEnd = taken.some((part) => part === 'record' || part === 'names')
  if (needsEnd && possible.has('access') && !taken.includes('access'))
    throw new Invalid({ part: { key: 'privacy:problem.accessFirst' } })
  return {
    ...chosen,
    parts: taken,
    userIds: users.map(({ id }) => id),
    identityIds: [...new Set(users.flatMap(({ identityId }) => identityId ?? []))]
  }
}

/** What the audit list files under the person; and his own portal users, as actors. */
export function auditSubjectsOf(subject: Subject, users: readonly PortalUser[]): string[] {
  return [...new Set([auditSubjectOf(subject), ...users.map(({ id }) => `portal-user:${id}`)])]
}
