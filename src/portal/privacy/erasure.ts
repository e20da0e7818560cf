/** Deleting a person, step by step. Each step can be done twice: what broke off in the middle is begun again and comes to the same end (Z30). */
import type { Knex } from 'knex'
import { feedEntries, forgetAuthor, writtenIn } from '../../access/authorship.js'
import { lookUp, narrowRecords } from '../../access/question.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { NotFound } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { describe } from '../../web/errors.js'
import { remove } from '../people/access-changes.js'
import { belongingsOf, type Belongings, type LinkedModule } from './deletion.js'
import { forgetIdentities, forgetMessages, forgetNames } from './erasure-rows.js'
import { initialsOf } from './initials.js'
import { hasRecord } from './persons-of.js'
import {
  moveOn,
  requestById,
  requestSubject,
  unfinishedDeletions,
  type DeletionPlan,
  type PrivacyRequest
} from './requests.js'

/** So much is removed in one go; a job goes on with the rest. */
const perRound = 200

/** What is left to do in this round, and what the CRM refused. */
interface Round {
  left: number
  refused: number
}

/** Goes on with a deletion; true once it has come to its end. The access ends first, or the person could go on writing. Nothing is removed that the CRM does not let this staff member remove. */
export async function carryOut(context: Context, request: PrivacyRequest, by: Staff): Promise<boolean> {
  const { plan } = request
  if (request.kind !== 'delete' || request.state !== 'accepted' || !plan) return true
  const belongings = await belongingsOf(context, request, plan.userIds)
  const round: Round = { left: perRound, refused: 0 }
  await endAccess(context, { plan, belongings, by })
  await removeLinked(context, { plan, belongings, by }, round)
  if (plan.parts.includes('notes')) await removeNotes(context, belongings, by, round)
  if (round.left <= 0) return false
  if (plan.parts.includes('record') && !(await removeRecord(context, belongings, by, round))) return false
  await finish(context, request, belongings, { plan, by, refused: round.refused })
  return true
}

/** So many deletions are gone on with in one run of the job. */
const perRun = 10

/** For the job: deletions that are under way, by the rights of whoever granted them while he works there. Those that break off, or whose
 *  staff member has left, do not keep the others. */
export async function goOnDeleting(context: Context): Promise<void> {
  let done = 0
  for (const request of await unfinishedDeletions(context.db)) {
    if (await goOn(context, request)) done += 1
    if (done === perRun) return
  }
}

async function goOn(context: Context, request: PrivacyRequest): Promise<boolean> {
  const by = await context.host.staffById(request.plan?.staffId ?? '')
  if (!by?.isActive) return false
  try {
    await carryOut(context, request, by)
    return true
  } catch (error) {
    context.log.error({ error: describe(error), request: request.id }, 'a deletion broke off')
    return false
  }
}

interface Errand {
  readonly plan: DeletionPlan
  readonly belongings: Belongings
  readonly by: Staff
}

async function removeLinked(context: Context, { plan, belongings, by }: Errand, round: Round): Promise<void> {
  for (const linked of belongings.modules)
    if (plan.modules[linked.module.name] === 'remove') await removeAll(context, linked, by, round)
}

/** What is removed is no longer there to be found, so each round begins at the front; what is refused stays and is passed over. */
async function removeAll(context: Context, { module, when }: LinkedModule, by: Staff, round: Round): Promise<void> {
  const door = await narrowRecords(context.kernel, { module: module.name, when, fields: [] })
  for (let after: string | undefined = ''; after !== undefined && round.left > 0;) {
    const page = await door.list(module.name, { limit: perRound, ...(after ? { after } : {}) })
    for (const { id } of page.records)
      if (round.left > 0) await removeOne(context, { module: module.name, id }, by, round)
    after = page.next
  }
}

async function removeOne(
  context: Context,
  { module, id }: { module: string; id: string },
  by: Staff,
  round: Round
): Promise<void> {
  if (!(await context.host.allows(by, 'delete', module, id))) {
    round.refused += 1
    return
  }
  await context.host.remove(module, id, { kind: 'staff', id: by.id })
  await forgetAuthor(context.db, module, id)
  round.left -= 1
}

/** His own words leave the CRM wherever they stand, with the files on them. */
async function removeNotes(context: Context, { users }: Belongings, by: Staff, round: Round): Promise<void> {
  const ids = users.map(({ id }) => id)
  while (round.left > 0) {
    const notes = await writtenIn(context.db, feedEntries, ids, { after: '', limit: round.left })
    if (notes.length === 0) return
    for (const id of notes) {
      if (await context.host.feed.find(id)) await context.host.feed.remove(id, { kind: 'staff', id: by.id })
      await forgetAuthor(context.db, feedEntries, id)
      round.left -= 1
    }
  }
}

async function endAccess(context: Context, { plan, belongings: { users }, by }: Errand): Promise<void> {
  if (!plan.parts.includes('access')) return
  for (const { id, status } of users) if (status !== 'removed') await unlessOver(remove(context, id, by))
}

/** Somebody else, or an event of the CRM, ended it meanwhile. */
async function unlessOver(ending: Promise<void>): Promise<void> {
  try {
    await ending
  } catch (error) {
    if (!(error instanceof NotFound || error instanceof ChangedMeanwhile)) throw error
  }
}

/** False where it stays because the CRM does not let him remove it (any more): then nobody is told that it is done. */
async function removeRecord(context: Context, { subject }: Belongings, by: Staff, round: Round): Promise<boolean> {
  const { module, recordId } = subject
  if (!(await recordIsThere(context, subject))) return true
  const { refused } = round
  await removeOne(context, { module, id: recordId }, by, round)
  return round.refused === refused
}

async function recordIsThere(context: Context, subject: Belongings['subject']): Promise<boolean> {
  return hasRecord(subject) && (await lookUp(context.kernel, subject.module, subject.recordId, [])) !== undefined
}

/** Whether somebody else could bring it to its end: the CRM lets him delete the record, where that is still to go. */
export async function mayGoOn(context: Context, staff: Staff, request: PrivacyRequest): Promise<boolean> {
  if (!request.plan?.parts.includes('record') || !(await recordIsThere(context, request))) return true
  return context.host.allows(staff, 'delete', request.module, request.recordId)
}

/** Our own tables, in one transaction with the end of the request: the last step, after which there is nothing to repeat. */
async function finish(
  context: Context,
  request: PrivacyRequest,
  { subject, users }: Belongings,
  { plan, by, refused }: { plan: DeletionPlan; by: Staff; refused: number }
): Promise<void> {
  const { revision } = await requestById(context.db, request.id)
  const name = initialsOf(request.subject)
  const forgotten: DeletionPlan = { ...plan, known: { names: [], addresses: [] } }
  await context.db.transaction(async (trx) => {
    await moveOn(trx, { id: request.id, revision }, 'accepted', { state: 'done', plan: JSON.stringify(forgotten) })
    await closeOthers(trx, request, momentAt(context.now()))
    if (plan.parts.includes('access')) await forgetIdentities(trx, plan.identityIds)
    if (plan.parts.includes('messages')) await forgetMessages(trx, { subject, users }, request)
    if (plan.parts.includes('names'))
      await forgetNames(trx, { subject, users, name: request.subject, known: plan.known })
    await context.audit.note(
      {
        actor: staffActor(by),
        action: 'privacy.erased',
        subject: requestSubject(request),
        after: { person: name, parts: plan.parts, kept: plan.modules, refused, at: momentAt(context.now()) }
      },
      trx
    )
  })
}

/** What else was asked about him has come to nothing. */
async function closeOthers(trx: Knex, { module, recordId }: PrivacyRequest, at: string): Promise<void> {
  await trx('portico_privacy_requests')
    .where({ module, record_id: recordId, state: 'open' })
    .update({ state: 'withdrawn', open_key: null, decided_at: at })
}
