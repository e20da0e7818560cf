/** Staff decide what was asked: accept, refuse, or say that it is done; the person is told by mail (Z30). */
import type { Knex } from 'knex'
import { lookUp } from '../../access/question.js'
import { staffActor, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import type { Staff } from '../../host/host.js'
import type { Message } from '../../mail/mail.js'
import { portalUsersWhere } from '../people/portal-users.js'
import { auditSubjectOf, hasRecord, type Subject } from './persons-of.js'
import { letterAbout } from './letters.js'
import { processingOf, setStopped } from './processing.js'
import { moveOn, requestSubject, type DeletionPlan, type PrivacyRequest, type RequestState } from './requests.js'

/** What the staff member may know of the person a request is about. */
export type Sight =
  /** Everything that the CRM shows him. */
  | 'seen'
  /** The CRM hides the record from him: he knows that there is a request, and no more. */
  | 'hidden'
  /** The CRM has no such record any more. */
  | 'gone'

/** Data about people is decided on by whoever manages portal users (he alone knows who has access, and ends it), and only where the CRM
 *  lets him at the record: the permission says nothing about a record that the CRM hides. What the CRM has lost is seen by
 *  administrators, and by whoever deleted it. */
export async function sightOf(context: Context, staff: Staff, request: PrivacyRequest): Promise<Sight> {
  if (!hasRecord(request)) return 'seen'
  const { module, recordId } = request
  if (await context.host.allows(staff, 'view', module, recordId)) return 'seen'
  if (await lookUp(context.kernel, module, recordId, [])) return 'hidden'
  const isTold = staff.isAdministrator || request.plan?.staffId === staff.id
  return isTold ? 'gone' : 'hidden'
}

/** Whether he who sees the request may know who asked: for himself, or the CRM shows him that person's record, or there is none. */
export async function mayKnowRequester(context: Context, staff: Staff, request: PrivacyRequest): Promise<boolean> {
  const [user] = await portalUsersWhere(context.db, { id: request.portalUserId })
  if (user?.module === undefined || user.recordId === undefined || user.recordId === request.recordId) return true
  if (await context.host.allows(staff, 'view', user.module, user.recordId)) return true
  return staff.isAdministrator && !(await lookUp(context.kernel, user.module, user.recordId, []))
}

/** Who decides must be allowed to change what it is about. */
export async function mayDecide(context: Context, staff: Staff, { module, recordId }: Subject): Promise<boolean> {
  if (!hasRecord({ module, recordId })) return true
  if (await context.host.allows(staff, 'edit', module, recordId)) return true
  return staff.isAdministrator && !(await lookUp(context.kernel, module, recordId, []))
}

export interface Decision {
  readonly answer: string
  readonly by: Staff
}

/** Says no. @throws ChangedMeanwhile when somebody else was faster. */
export async function refuseRequest(
  context: Context,
  request: PrivacyRequest,
  seen: Seen,
  decision: Decision
): Promise<void> {
  await decide(context, request, seen, { ...decision, state: 'refused', letter: 'refused' })
}

/** Says yes to an export, whose archive can be taken from now on; to a stop, which is in force at once; to what was corrected.
 *  @throws ChangedMeanwhile */
export async function acceptRequest(
  context: Context,
  request: PrivacyRequest,
  seen: Seen,
  decision: Decision
): Promise<void> {
  const isExport = request.kind === 'export'
  const state = isExport ? 'accepted' : 'done'
  await decide(context, request, seen, { ...decision, state, letter: isExport ? 'export' : 'done' }, async (trx) => {
    if (request.kind !== 'stop' || (await processingOf(trx, request)).stoppedAt !== undefined) return
    await setStopped(context, trx, request, true, decision.by)
  })
}

/** Says yes to a deletion, which begins now. The person's last mail is queued before his access ends. @throws ChangedMeanwhile */
export async function acceptDeletion(
  context: Context,
  request: PrivacyRequest,
  seen: Seen,
  decision: Decision & { readonly plan: DeletionPlan }
): Promise<void> {
  const values = { plan: JSON.stringify(decision.plan) }
  await decide(context, request, seen, { ...decision, state: 'accepted', letter: 'deletion', values })
}

interface Settled extends Decision {
  readonly state: RequestState
  readonly letter: 'refused' | 'export' | 'done' | 'deletion'
  readonly values?: Readonly<Record<string, unknown>>
}

async function decide(
  context: Context,
  request: PrivacyRequest,
  seen: Seen,
  { answer, by, state, letter, values }: Settled,
  also: (trx: Knex) => Promise<void> = async () => undefined
): Promise<void> {
  const message: Message | undefined = await letterAbout(context, request, letter, answer)
  await context.db.transaction(async (trx) => {
    const decided = { decided_at: momentAt(context.now()), decided_by: by.name, answer }
    await moveOn(trx, seen, 'open', { state, ...decided, ...values })
    await also(trx)
    if (message) await context.mail.send(message, trx)
    const entry = {
      actor: staffActor(by),
      action: `privacy-request.${state}`,
      after: { request: request.kind, answer }
    }
    for (const subject of [requestSubject(request), auditSubjectOf(request)])
      await context.audit.note({ ...entry, subject }, trx)
  })
}
