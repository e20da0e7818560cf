/** Requests of data subjects: made in a portal for oneself or for people one added, decided by staff within a time (Z30). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { z } from 'zod'
import { ChangedMeanwhile, type Seen } from '../../audit/configuration-change.js'
import type { Viewer } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Noting } from './consents.js'
import type { NamedSubject, Subject } from './persons-of.js'
import { privacySettings } from './settings.js'

export const requestKinds = ['export', 'rectify', 'stop', 'delete'] as const
export type RequestKind = (typeof requestKinds)[number]

/** `accepted`: granted, and not yet carried out to its end (a deletion), or there to be taken (an export). */
export const requestStates = ['open', 'accepted', 'refused', 'done', 'withdrawn'] as const
export type RequestState = (typeof requestStates)[number]

export interface PrivacyRequest extends Subject {
  readonly id: string
  readonly portalId: string
  readonly portalUserId: string
  readonly requester: string
  /** What the person was called when it was made; initials once he is deleted. */
  readonly subject: string
  readonly kind: RequestKind
  readonly words: string
  readonly state: RequestState
  readonly createdAt: string
  readonly dueAt: string
  readonly decidedAt: string | undefined
  readonly decidedBy: string | undefined
  readonly answer: string
  /** What a deletion removes; undefined for everything else. */
  readonly plan: DeletionPlan | undefined
  readonly revision: number
}

export const deletionParts = ['record', 'access', 'notes', 'messages', 'names'] as const
/** What becomes of records that name him or that he wrote: gone, or kept, and on which basis. */
export const keepings = ['contract', 'legal-obligation', 'remove'] as const

/** What staff ticked. A deletion goes on by it wherever it broke off. */
const deletionPlan = z.object({
  parts: z.array(z.enum(deletionParts)),
  /** By module. */
  modules: z.record(z.string(), z.enum(keepings)),
  /** By whom, and by whose rights. */
  staffId: z.string(),
  /** His accesses and sign-ins as they were when it began: an access that has ended no longer says whose it was. */
  userIds: z.array(z.string()),
  identityIds: z.array(z.string()),
  /** How he was called and reached when it began: what the last step takes out of our tables, and out of this too. */
  known: z.object({ names: z.array(z.string()).readonly(), addresses: z.array(z.string()).readonly() })
})
export type DeletionPlan = z.infer<typeof deletionPlan>
export type DeletionPart = (typeof deletionParts)[number]
export type Keeping = (typeof keepings)[number]

/** In 24 hours. */
export const requestsPerDay = 5
const day = 24 * 60 * 60 * 1000
/** How long an accepted export can be taken. */
export const exportDays = 30

const mostUnfinished = 1000

const table = 'portico_privacy_requests'

interface RequestRow {
  readonly id: string
  readonly portal_id: string
  readonly portal_user_id: string
  readonly requester: string
  readonly module: string
  readonly record_id: string
  readonly subject: string
  readonly kind: RequestKind
  readonly words: string
  readonly state: RequestState
  readonly created_at: string
  readonly due_at: string
  readonly decided_at: string | null
  readonly decided_by: string | null
  readonly answer: string | null
  readonly open_key: string | null
  readonly plan: string | null
  readonly revision: number
}

/** Makes a request and gives its id. @throws Invalid beyond the day's limit, and where one of the kind is open for this person; what somebody
 *  else asked for him does not stand in the way of his own. */
export async function makeRequest(
  context: Noting,
  { person }: Pick<Viewer, 'person'>,
  subject: NamedSubject,
  form: { kind: RequestKind; words: string }
): Promise<string> {
  const { days } = await privacySettings(context.db)
  const id = randomUUID()
  const { module, recordId } = subject
  const now = context.now()
  const row: RequestRow = {
    id,
    portal_id: person.portalId ?? '',
    portal_user_id: person.id,
    requester: person.name,
    module,
    record_id: recordId,
    subject: subject.name,
    kind: form.kind,
    words: form.words,
    state: 'open',
    created_at: momentAt(now),
    due_at: momentAt(now + days * day),
    decided_at: null,
    decided_by: null,
    answer: null,
    open_key: [form.kind, module, recordId, ...(subject.isOneself ? ['own'] : [])].join(':'),
    plan: null,
    revision: 1
  }
  await context.db.transaction(async (trx) => {
    await mustBeWithinLimit(trx, person.id, momentAt(now - day))
    await insertOnce(trx, row)
    const actor = { kind: 'outside', id: person.id, name: person.name } as const
    const entry = { actor, action: 'privacy-request.made', subject: requestSubject({ id }) }
    await context.audit.note({ ...entry, after: { request: form.kind } }, trx)
  })
  return id
}

/** Requests made at once are counted one after the other. */
async function mustBeWithinLimit(trx: Knex, portalUserId: string, since: string): Promise<void> {
  await trx('portico_portal_users').first('id').where({ id: portalUserId }).forUpdate()
  const made = await trx<RequestRow>(table)
    .select('id')
    .where({ portal_user_id: portalUserId })
    .andWhere('created_at', '>', since)
    .limit(requestsPerDay)
  if (made.length >= requestsPerDay)
    throw new Invalid({ kind: { key: 'privacy:problem.tooMany', args: { count: requestsPerDay } } })
}

/** Of two that are alike and come at once, by whomever, one is taken. */
async function insertOnce(trx: Knex, row: RequestRow): Promise<void> {
  await trx(table).insert(row).onConflict('open_key').ignore()
  const isTaken: unknown = await trx(table).first('id').where({ id: row.id })
  if (!isTaken) throw new Invalid({ kind: { key: 'privacy:problem.alreadyOpen' } })
}

export function requestSubject({ id }: { id: string }): string {
  return `privacy-request:${id}`
}

/** @throws NotFound */
export async function requestById(db: Knex, id: string): Promise<PrivacyRequest> {
  const row = await db<RequestRow>(table).first().where({ id })
  if (!row) throw new NotFound()
  return requestIn(row)
}

/** One of his own. @throws NotFound for anybody else's. */
export async function ownRequest(context: Context, { person }: Viewer, id: string): Promise<PrivacyRequest> {
  const request = await requestById(context.db, id)
  if (request.portalUserId !== person.id || request.portalId !== person.portalId) throw new NotFound()
  return request
}

/** Those that a portal user made, newest first. */
export function requestsBy(db: Knex, portalUserId: string, limit = 50): Promise<PrivacyRequest[]> {
  return readRequests(db, (rows) =>
    rows
      .where({ portal_user_id: portalUserId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' }
      ])
      .limit(limit)
  )
}

/** Those that are about a person, newest first, whoever made them. */
export function requestsAbout(db: Knex, { module, recordId }: Subject, limit = 50): Promise<PrivacyRequest[]> {
  return readRequests(db, (rows) =>
    rows
      .where({ module, record_id: recordId })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' }
      ])
      .limit(limit)
  )
}

export interface RequestPage {
  readonly states: readonly RequestState[]
  readonly skip: number
  readonly limit: number
}

/** By deadline where something is still to be done, otherwise the newest decision first. */
export function requestsIn(db: Knex, { states, skip, limit }: RequestPage): Promise<PrivacyRequest[]> {
  const isWaiting = states.includes('open')
  const order = isWaiting ? ({ column: 'due_at', order: 'asc' } as const) : { column: 'decided_at', order: 'desc' }
  return readRequests(db, (rows) =>
    rows
      .whereIn('state', [...states])
      .orderBy([order, { column: 'id', order: 'asc' }])
      .offset(skip)
      .limit(limit)
  )
}

/** How many are to be decided, and how many of them are late. */
export async function waitingRequests(db: Knex, now: string): Promise<{ open: number; overdue: number }> {
  const open = await countOf(db(table).where({ state: 'open' }))
  const overdue = open === 0 ? 0 : await countOf(db(table).where({ state: 'open' }).andWhere('due_at', '<', now))
  return { open, overdue }
}

async function countOf(rows: Knex.QueryBuilder): Promise<number> {
  const [row] = await rows.count<{ n: number | string }[]>({ n: '*' })
  return Number(row?.n ?? 0)
}

/** Deletions that were granted and have not come to their end, the oldest first. */
export function unfinishedDeletions(db: Knex): Promise<PrivacyRequest[]> {
  return readRequests(db, (rows) =>
    rows.where({ state: 'accepted', kind: 'delete' }).orderBy(['decided_at', 'id']).limit(mostUnfinished)
  )
}

/** The person takes back what nobody has decided yet. @throws ChangedMeanwhile */
export async function withdrawRequest(context: Context, { person }: Viewer, seen: Seen): Promise<void> {
  await context.db.transaction(async (trx) => {
    await moveOn(trx, seen, 'open', { state: 'withdrawn', decided_at: momentAt(context.now()) })
    const actor = { kind: 'outside', id: person.id, name: person.name } as const
    await context.audit.note({ actor, action: 'privacy-request.withdrawn', subject: requestSubject(seen) }, trx)
  })
}

/** From now on a deletion under way goes on by somebody else's rights. */
export async function takeOverDeletion(db: Knex, { id, plan }: PrivacyRequest, staffId: string): Promise<void> {
  await db(table)
    .where({ id, state: 'accepted' })
    .update({ plan: JSON.stringify({ ...plan, staffId }) })
}

/** From `from` and the revision that was seen to another state; of two who decide at once, the second is told.
 *  @throws ChangedMeanwhile */
export async function moveOn(
  trx: Knex,
  { id, revision }: Seen,
  from: RequestState,
  values: { state: RequestState } & Record<string, unknown>
): Promise<void> {
  const changed = await trx(table)
    .where({ id, revision, state: from })
    .update({ ...values, open_key: null, revision: revision + 1 })
  if (changed === 0) throw new ChangedMeanwhile()
}

/** Until when the archive can be taken; undefined for a request that gives none. */
export function archiveUntil({ kind, state, decidedAt }: PrivacyRequest): string | undefined {
  if (kind !== 'export' || state !== 'accepted' || decidedAt === undefined) return undefined
  return momentAt(Date.parse(`${decidedAt.replace(' ', 'T')}Z`) + exportDays * day)
}

/** As people read it: an export is done once it can no longer be taken. */
export function shownState(request: PrivacyRequest, now: string): RequestState {
  const until = archiveUntil(request)
  return until !== undefined && until < now ? 'done' : request.state
}

async function readRequests(
  db: Knex,
  narrow: (rows: Knex.QueryBuilder) => Knex.QueryBuilder
): Promise<PrivacyRequest[]> {
  return ((await narrow(db(table).select())) as RequestRow[]).map(requestIn)
}

function requestIn(row: RequestRow): PrivacyRequest {
  return {
    id: row.id,
    portalId: row.portal_id,
    portalUserId: row.portal_user_id,
    requester: row.requester,
    module: row.module,
    recordId: row.record_id,
    subject: row.subject,
    kind: row.kind,
    words: row.words,
    state: row.state,
    createdAt: row.created_at,
    dueAt: row.due_at,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    answer: row.answer ?? '',
    plan: row.plan === null ? undefined : deletionPlan.parse(JSON.parse(row.plan)),
    revision: row.revision
  }
}
