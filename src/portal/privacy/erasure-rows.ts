/** What a deletion does to our own tables: texts go, names become initials, and what proves something stays (decision 0014). */
import type { Knex } from 'knex'
import type { PortalUser } from '../people/portal-users.js'
import { auditSubjectsOf } from './deletion.js'
import { initialsOf, withoutNames, type Known } from './initials.js'
import type { Subject } from './persons-of.js'

/** Sign-ins that nobody else uses, with everything that hangs on them. */
export async function forgetIdentities(trx: Knex, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (await isUsed(trx, id)) continue
    for (const table of ['portico_identity_doors', 'portico_links', 'portico_sign_in_codes'] as const)
      await trx(table).where({ identity_id: id }).delete()
    await trx('portico_identities').where({ id }).delete()
  }
}

async function isUsed(trx: Knex, identityId: string): Promise<boolean> {
  const portal: unknown = await trx('portico_portal_users').first('id').where({ identity_id: identityId })
  const external: unknown = await trx('portico_external_users').first('id').where({ identity_id: identityId })
  return portal !== undefined || external !== undefined
}

/** Mails and text messages to him, sent or not; the last one is about the request, and goes. */
export async function forgetMessages(trx: Knex, users: readonly PortalUser[]): Promise<void> {
  const about = users.map(({ id }) => `portal-user:${id}`)
  for (const table of ['portico_mail', 'portico_sms'] as const) await trx(table).whereIn('about', about).delete()
}

interface Forgotten {
  readonly subject: Subject
  readonly users: readonly PortalUser[]
  /** Further names. */
  readonly also: readonly string[]
}

export async function forgetNames(trx: Knex, { subject, users, also }: Forgotten): Promise<void> {
  const { module, recordId } = subject
  const ids = users.map(({ id }) => id)
  const known: Known = {
    names: [...new Set([...users.map(({ name }) => name), ...also])].filter((name) => name.trim().length > 2),
    addresses: [...new Set(users.map(({ address }) => address))].filter((address) => address.length > 4)
  }
  const name = initialsOf(known.names[0] ?? '')
  await trx('portico_portal_users')
    .whereIn('id', ids)
    .where({ status: 'removed' })
    .update({ name, address: '', notifications: null, mail_problem: null })
  await trx('portico_doings').whereIn('portal_user_id', ids).update({ name })
  await trx('portico_notifications').whereIn('portal_user_id', ids).delete()
  await trx('portico_run_items').where({ module, record_id: recordId }).update({ name, address: '' })
  await trx('portico_form_requests').whereIn('portal_user_id', ids).delete()
  await trx('portico_form_requests').where({ module, record_id: recordId }).delete()
  await trx('portico_form_requests')
    .whereIn('address', [...known.addresses])
    .delete()
  await forgetInPrivacy(trx, { subject, users, also }, known)
  await forgetInAudit(trx, auditSubjectsOf(subject, users), ids, known)
}

interface Answered {
  readonly id: string
  readonly module: string
  readonly record_id: string
  readonly portal_user_id: string
  readonly answer: string | null
}

/** Consents and requests stay, as proof of what was allowed and answered: without the name, and without words that may hold it. */
async function forgetInPrivacy(trx: Knex, { subject, users }: Forgotten, known: Known): Promise<void> {
  const { module, recordId } = subject
  const ids = users.map(({ id }) => id)
  const name = initialsOf(known.names[0] ?? '')
  await trx('portico_consents').where({ module, record_id: recordId, by_kind: 'outside' }).update({ by_name: name })
  await trx('portico_consents').where({ by_kind: 'outside' }).whereIn('by_id', ids).update({ by_name: name })
  await trx('portico_processing').where({ module, record_id: recordId }).update({ remark: '' })
  await trx('portico_privacy_requests').where({ module, record_id: recordId }).update({ subject: name, words: '' })
  await trx('portico_privacy_requests').whereIn('portal_user_id', ids).update({ requester: name })
  const about = await trx<Answered>('portico_privacy_requests')
    .select('id', 'answer')
    .where((either) => either.where({ module, record_id: recordId }).orWhereIn('portal_user_id', ids))
  for (const { id, answer } of about)
    await trx('portico_privacy_requests')
      .where({ id })
      .update({ answer: answer === null ? null : String(withoutNames(answer, known)) })
}

interface AuditWords {
  readonly id: string
  readonly actor_id: string
  readonly actor_name: string
  readonly before: string | null
  readonly after: string | null
}

const pageSize = 200

/** The entries stay, with ids, times and actions; in them stand initials where his name stood, and no address. */
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
    text === null ? null : JSON.stringify(withoutNames(JSON.parse(text) as unknown, known))
  await trx('portico_audit')
    .where({ id })
    .update({
      actor_name: ids.includes(actor) ? initialsOf(actorName) : actorName,
      before: words(entry.before),
      after: words(entry.after)
    })
}
