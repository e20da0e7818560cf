/** What a deletion does to our own tables: texts go, names become initials, and what proves something stays (decision 0014). */
import type { Knex } from 'knex'
import { subjectOfRequest } from '../forms/requests.js'
import { forget } from '../../identity/readdress.js'
import { formRequestsOf, itemsOfRuns, messageSubjects, requestsOf, type Belonging } from './belonging-rows.js'
import { auditSubjectsOf } from './deletion.js'
import { initialsOf, uniteKnown, withoutNames, type Known } from './initials.js'
import { knownHere } from './known.js'
import { requestSubject } from './requests.js'

/** Sign-ins that nobody else uses, with everything that hangs on them. */
export async function forgetIdentities(trx: Knex, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (await isUsed(trx, id)) continue
    await forget(trx, id)
  }
}

async function isUsed(trx: Knex, identityId: string): Promise<boolean> {
  const portal: unknown = await trx('portico_portal_users').first('id').where({ identity_id: identityId })
  const external: unknown = await trx('portico_external_users').first('id').where({ identity_id: identityId })
  return portal !== undefined || external !== undefined
}

/** Mails and text messages to him, sent or not; but not the last one, which is about the request. */
export async function forgetMessages(trx: Knex, belongings: Belonging, request: { id: string }): Promise<void> {
  const about = (await messageSubjects(trx, belongings)).filter((subject) => subject !== requestSubject(request))
  for (const table of ['portico_mail', 'portico_sms'] as const) await trx(table).whereIn('about', about).delete()
}

interface Forgotten extends Belonging {
  /** As the request calls him. */
  readonly name: string
  /** What no table says any more. */
  readonly known: Known
}

export async function forgetNames(trx: Knex, { subject, users, name, known: elsewhere }: Forgotten): Promise<void> {
  const ids = users.map(({ id }) => id)
  const known = uniteKnown([elsewhere, await knownHere(trx, { subject, users })])
  const forms = await formRequestsOf(trx, { subject, users }, known.addresses)
  const called = initialsOf(name)
  for (const user of users)
    await trx('portico_portal_users')
      .where({ id: user.id, status: 'removed' })
      .update({ name: initialsOf(user.name), address: '', notifications: null, mail_problem: null })
  await trx('portico_doings').whereIn('portal_user_id', ids).update({ name: called })
  await trx('portico_notifications').whereIn('portal_user_id', ids).delete()
  await itemsOfRuns(trx, { subject, users }).update({ name: called, address: '' })
  const requests = await forgetInPrivacy(trx, { subject, users }, called)
  const about = [...requests.map((id) => requestSubject({ id })), ...forms.map((id) => subjectOfRequest({ id }))]
  await forgetInAudit(trx, [...auditSubjectsOf(subject, users), ...about], ids, known)
  await trx('portico_form_requests').whereIn('id', forms).delete()
}

/** Consents and requests stay, as proof of what was allowed and answered: without the name, and without words that may hold it. Gives the
 *  ids of the requests. */
async function forgetInPrivacy(trx: Knex, { subject, users }: Belonging, name: string): Promise<string[]> {
  const about = { module: subject.module, record_id: subject.recordId }
  const ids = users.map(({ id }) => id)
  await trx('portico_consents').where(about).update({ how: null })
  await trx('portico_consents').where({ by_kind: 'outside' }).whereIn('by_id', ids).update({ by_name: name })
  await trx('portico_processing').where(about).update({ remark: '' })
  const table = 'portico_privacy_requests'
  await trx(table).where(about).update({ subject: name, words: '', answer: '' })
  await trx(table).whereIn('portal_user_id', ids).update({ requester: name, words: '', answer: '' })
  return requestsOf(trx, { subject, users })
}

interface AuditWords {
  readonly id: string
  readonly actor_id: string
  readonly actor_name: string
  readonly before: string | null
  readonly after: string | null
}

const pageSize = 200

/** The entries stay, with ids, times and actions; in them stand initials where his name stood, no address, and nobody's own words. */
async function forgetInAudit(
  trx: Knex,
  subjects: readonly string[],
  ids: readonly string[],
  known: Known
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const page: AuditWords[] = await trx<AuditWords & { subject: string }>('portico_audit')
      .select('id', 'actor_id', 'actor_name', 'before', 'after')
      .where((either) => either.whereIn('subject', [...subjects]).orWhereIn('actor_id', [...ids]))
      .andWhere('id', '>', after)
      .orderBy('id')
      .limit(pageSize)
    for (const entry of page) await rewrite(trx, entry, ids, known)
    after = page.length < pageSize ? undefined : page.at(-1)?.id
  }
}

async function rewrite(trx: Knex, entry: AuditWords, ids: readonly string[], known: Known): Promise<void> {
  const { id, actor_id: actor, actor_name: actorName } = entry
  const words = (text: string | null): string | null =>
    text === null ? null : JSON.stringify(withoutNames(withoutWords(JSON.parse(text)), known))
  await trx('portico_audit')
    .where({ id })
    .update({
      actor_name: ids.includes(actor) ? initialsOf(actorName) : actorName,
      before: words(entry.before),
      after: words(entry.after)
    })
}

/** What people wrote or typed in an entry about him: in whatever form his name and address stand in it, it goes. */
const typed: ReadonlySet<string> = new Set(['address', 'answer', 'file', 'how', 'phone', 'remark'])

function withoutWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typed.has(key) ? '–' : one]))
}
