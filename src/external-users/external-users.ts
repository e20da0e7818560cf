/** External users: who they are, what kinds of things are open to them, and how their access to all their projects ends and begins again
 *  (T06, T10). One contact may have several of them, each with a login and with rights of its own. */
import type { Knex } from 'knex'
import type { AuditEntry } from '../audit/audit.js'
import { changeRow, ChangedMeanwhile, staffActor, type Seen } from '../audit/configuration-change.js'
import { momentAt } from '../db/moment.js'
import { havingWords, searchWords } from '../db/search.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import type { Kind } from './kinds.js'
import { moduleRights, setModuleRights } from './module-rights.js'

/** The one door of all external users; their sessions are good for nothing else (A33). */
export const audience = 'external'

type ExternalUserStatus = 'invited' | 'confirmed' | 'deactivated'

export interface ExternalUser {
  readonly id: string
  readonly identityId: string
  /** The contact that stands for him in the CRM. */
  readonly module: string
  readonly recordId: string
  readonly name: string
  /** What he signs in with: an e-mail address in lower case, or a login name. */
  readonly login: string
  /** Where mail goes; '' for somebody with a login name. */
  readonly address: string
  /** Of somebody with a login name: his contact's address when staff made him. What the CRM has today may be somebody else's (A31, A32). */
  readonly mailbox: string | null
  /** The language of his mails until he signs in and chooses. */
  readonly language: Locale
  readonly status: ExternalUserStatus
  /** Id of a staff member. */
  readonly invitedBy: string
  readonly invitedAt: string
  readonly acceptedAt: string | null
  /** Raised by each change of him. */
  readonly revision: number
}

/** An external user as he is talked about in the audit list and in queued mail. */
export function subjectOf(user: Pick<ExternalUser, 'id'>): string {
  return `external-user:${user.id}`
}

/** @throws NotFound */
export async function externalUserById(db: Knex, id: string): Promise<ExternalUser> {
  const [user] = await readUsers(db, (rows) => rows.where({ id }))
  if (!user) throw new NotFound()
  return user
}

export async function externalUserOf(db: Knex, identityId: string): Promise<ExternalUser | undefined> {
  const [user] = await readUsers(db, (rows) => rows.where({ identity_id: identityId }))
  return user
}

/** The external users whom these records stand for. */
export function externalUsersAt(db: Knex, module: string, recordIds: readonly string[]): Promise<ExternalUser[]> {
  return readUsers(db, (rows) => rows.where({ module }).whereIn('record_id', recordIds))
}

/** Those of `ids` that there are. */
export function externalUsersById(db: Knex, ids: readonly string[]): Promise<ExternalUser[]> {
  return readUsers(db, (rows) => rows.whereIn('id', ids))
}

/** Those whose name or login has these words, by name; the first `limit`. */
export function externalUsersLike(db: Knex, words: string, limit: number): Promise<ExternalUser[]> {
  return readUsers(db, (rows) => {
    havingWords(rows, ['name', 'address'], searchWords(words))
    return rows.orderBy(['name', 'id']).limit(limit)
  })
}

/** By name. */
export function externalUsers(db: Knex, ask: { skip: number; limit: number }): Promise<ExternalUser[]> {
  return readUsers(db, (rows) => rows.orderBy(['name', 'id']).offset(ask.skip).limit(ask.limit))
}

/** The members of a project among them, by name; the first `limit`. */
export function membersOf(db: Knex, module: string, recordId: string, limit: number): Promise<ExternalUser[]> {
  const ids = db('portico_memberships').select('person_id').where({ module, record_id: recordId })
  return readUsers(db, (rows) => rows.whereIn('id', ids).orderBy(['name', 'id']).limit(limit))
}

/** Those of `personIds` who are members of it. */
export async function membersAmong(
  db: Knex,
  module: string,
  recordId: string,
  personIds: readonly string[]
): Promise<ReadonlySet<string>> {
  const rows = await db<{ module: string; record_id: string; person_id: string }>('portico_memberships')
    .select('person_id')
    .where({ module, record_id: recordId })
    .whereIn('person_id', personIds)
  return new Set(rows.map((row) => row.person_id))
}

/** Ends his access to all projects at once: sessions and links die, mail that waits is withdrawn. */
export async function deactivate(context: Context, id: string, by: Staff): Promise<void> {
  const user = await externalUserById(context.db, id)
  if (user.status === 'deactivated') return
  await context.db.transaction(async (trx) => {
    await changeStatus(
      context,
      user,
      { status: 'deactivated' },
      { action: 'external-user.deactivated', actor: staffActor(by) },
      trx
    )
    await context.identity.revoke(user.identityId, audience, trx)
  })
  await context.mail.withdraw(subjectOf(user))
}

/** Gives a deactivated user his access back: confirmed as he was, or invited if he never accepted. */
export async function activate(context: Context, id: string, by: Staff): Promise<ExternalUser> {
  const user = await externalUserById(context.db, id)
  if (user.status !== 'deactivated') return user
  const status = user.acceptedAt ? 'confirmed' : 'invited'
  await context.db.transaction((trx) =>
    changeStatus(context, user, { status }, { action: 'external-user.activated', actor: staffActor(by) }, trx)
  )
  return { ...user, status }
}

/** The invitation was accepted, and a password is set. */
export async function confirm(context: Context, identityId: string): Promise<void> {
  const user = await externalUserOf(context.db, identityId)
  if (user?.status !== 'invited') return
  const actor = { kind: 'outside', id: user.id, name: user.name } as const
  const change: StatusChange = { status: 'confirmed', accepted_at: momentAt(context.now()) }
  await context.db.transaction((trx) =>
    changeStatus(context, user, change, { action: 'invitation.accepted', actor }, trx)
  )
}

/** Gives him exactly these kinds of things, in all his projects (T06). In `trx`. @throws ChangedMeanwhile */
export async function changeRights(
  context: Context,
  seen: Seen,
  wanted: ReadonlySet<Kind>,
  by: Staff,
  trx: Knex
): Promise<void> {
  const before = [...(await moduleRights(trx, seen.id))].sort()
  const after = [...wanted].sort()
  if (before.join() === after.join()) return
  await changeRow(trx, 'portico_external_users', seen)
  await setModuleRights(trx, seen.id, wanted)
  const change = { before: { moduleRights: before }, after: { moduleRights: after } }
  await context.audit.note(
    { actor: staffActor(by), action: 'external-user.rights-changed', subject: subjectOf(seen), ...change },
    trx
  )
}

type StatusChange = { status: ExternalUserStatus; accepted_at?: string }
type Act = Pick<AuditEntry, 'action' | 'actor'>

/** Only from the status that was read: of two who act at once, the second is told. */
async function changeStatus(
  context: Context,
  user: ExternalUser,
  values: StatusChange,
  act: Act,
  trx: Knex
): Promise<void> {
  const { id, status } = user
  const changed = await trx('portico_external_users').where({ id, status }).update(values).increment('revision', 1)
  if (changed === 0) throw new ChangedMeanwhile()
  await context.audit.note(
    { ...act, subject: subjectOf(user), before: { status: user.status }, after: { status: values.status } },
    trx
  )
}

async function readUsers(db: Knex, narrow: (rows: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<ExternalUser[]> {
  const rows: unknown = await narrow(
    db('portico_external_users').select(
      'id',
      'identity_id as identityId',
      'module',
      'record_id as recordId',
      'name',
      'address as login',
      'mailbox',
      'language',
      'status',
      'invited_by as invitedBy',
      'invited_at as invitedAt',
      'accepted_at as acceptedAt',
      'revision'
    )
  )
  return (rows as Omit<ExternalUser, 'address'>[]).map((row) => ({ ...row, address: mailAddress(row.login) }))
}

function mailAddress(login: string): string {
  return login.includes('@') ? login : ''
}
