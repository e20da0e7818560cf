/** Memberships: who takes part in which project, at what rate and as what, and how that begins and ends (T03, T10). */
import type { Knex } from 'knex'
import { ChangedMeanwhile, staffActor } from '../audit/configuration-change.js'
import type { AuditEntry } from '../audit/audit.js'
import { isCollision } from '../db/collision.js'
import { momentAt } from '../db/moment.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { isShutOut } from './candidates.js'
import {
  changeRights,
  deactivate,
  externalUserById,
  externalUsersAt,
  membersAmong,
  type ExternalUser
} from './external-users.js'
import { keepFormerRate, takeFormerRate } from './former-rates.js'
import { keptRate, storedRate } from './hourly-rate.js'
import { enrol, newcomerAt, refusal, restore, takenLoginName, type Entry, type Newcomer } from './invitation.js'
import type { Kind } from './kinds.js'
import { connect, disconnect, type Connecting } from './member-link.js'
import { memberAt, type Member, type MembershipRow } from './members.js'
import { moduleRights, setModuleRights } from './module-rights.js'
import { contacts, projectModuleName, projectTitle } from './project.js'
import { responsibilitiesIn, setResponsibilities } from './responsibilities.js'

// --- adding ---

/** What a member does in one project, and at what rate: in hundredths, none where nobody said one. */
export interface Doing {
  readonly hourlyRate: number | undefined
  /** Ids. */
  readonly responsibilities: readonly string[]
}

/** An external user as he is, or somebody new: a contact, with a first login or with another one. */
export type Joining =
  | { readonly kind: 'known'; readonly personId: string }
  | {
      readonly kind: 'new'
      readonly contactId: string
      readonly entry: Entry
      readonly language: Locale
      readonly rights: ReadonlySet<Kind>
    }

export interface NewMember extends Doing {
  readonly projectId: string
  readonly joining: Joining
}

/** Adds a member to a project, and connects his contact with it in the CRM.
 *  @throws NotFound; Invalid; PorticoError with the reason for which he can't be added */
export async function addMember(
  context: Context,
  member: NewMember,
  by: Staff
): Promise<{ readonly user: ExternalUser; readonly connecting: Connecting }> {
  const { projectId, joining } = member
  await projectTitle(context, projectId)
  const module = await projectModuleName(context)
  const person = await personJoining(context, joining, by)
  await mustBeOpen(context.db, module, member, person)
  const user = await refusingTwice(() =>
    context.db.transaction(async (trx) => {
      await oneAtATime(trx)
      await mustBeOpen(trx, module, member, person)
      const joined = await joinedBy(context, person, joining, by, trx)
      if (joined) await insertMembership(context, { ...member, module }, joined, by, trx)
      return joined
    })
  )
  if (!user) throw await takenLoginName(context, 'login' in person ? person.login : '')
  const ends = { projectId, contactId: user.recordId }
  return { user, connecting: await connectMember(context, { ...ends, personId: user.id }, by) }
}

/** @throws NotFound also for whom the CRM hides from this staff member */
async function personJoining(context: Context, joining: Joining, by: Staff): Promise<ExternalUser | Newcomer> {
  const known = joining.kind === 'known' ? await externalUserById(context.db, joining.personId) : undefined
  const contactId = known?.recordId ?? (joining.kind === 'new' ? joining.contactId : '')
  if (!(await context.host.allows(by, 'view', contacts, contactId))) throw new NotFound()
  if (known) return known
  return newcomerAt(context, contactId, joining as Extract<Joining, { kind: 'new' }>)
}

function isNewcomer(person: ExternalUser | Newcomer): person is Newcomer {
  return 'contactId' in person
}

/** One contact has one membership in a project, whatever number of logins he has; and who is deactivated gets no other login (T10). */
async function mustBeOpen(
  db: Knex,
  module: string,
  { projectId }: NewMember,
  person: ExternalUser | Newcomer
): Promise<void> {
  const contactId = isNewcomer(person) ? person.contactId : person.recordId
  const users = await externalUsersAt(db, contacts, [contactId])
  const ids = users.map(({ id }) => id)
  if ((await membersAmong(db, module, projectId, ids)).size > 0) throw refusal('alreadyMember')
  if (isShutOut(isNewcomer(person) ? users : [person])) throw refusal('deactivated')
}

/** Who adds somebody sees whom the one before added, so that two logins of one contact do not slip in side by side. In `trx`, first of all. */
async function oneAtATime(trx: Knex): Promise<void> {
  await trx('portico_project_settings').first('id').where({ id: 'project' }).forUpdate()
}

async function joinedBy(
  context: Context,
  person: ExternalUser | Newcomer,
  joining: Joining,
  by: Staff,
  trx: Knex
): Promise<ExternalUser | undefined> {
  if (!isNewcomer(person)) {
    const user = await externalUserById(trx, person.id)
    if (isShutOut([user])) throw refusal('deactivated')
    return user
  }
  const user = await enrol(context, person, by, trx)
  if (user && joining.kind === 'new') await setModuleRights(trx, user.id, joining.rights)
  return user
}

async function insertMembership(
  context: Context,
  member: NewMember & { readonly module: string },
  user: ExternalUser,
  by: Staff,
  trx: Knex
): Promise<void> {
  const { module, projectId, responsibilities } = member
  const key = { module, record_id: projectId, person_id: user.id }
  const formerRate = await takeFormerRate(trx, key)
  const hourlyRate = member.hourlyRate ?? formerRate
  const added = { added_by: by.id, added_at: momentAt(context.now()) }
  await trx('portico_memberships').insert({ ...key, hourly_rate: storedRate(hourlyRate), ...added })
  await setResponsibilities(trx, { module, projectId, personId: user.id }, responsibilities)
  const after = { ...named(user), ...(await told(trx, { module, projectId, user, hourlyRate })) }
  const rights = [...(await moduleRights(trx, user.id))].sort()
  await note(context, projectId, { action: 'membership.added', after: { ...after, moduleRights: rights } }, by, trx)
}

/** Two who add the same person at once: the second is told that he is a member. */
async function refusingTwice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isCollision(error) ? refusal('alreadyMember') : error
  }
}

// --- the CRM's connection ---

interface MemberOfProject {
  readonly projectId: string
  readonly contactId: string
  readonly personId: string
}

/** Connects his contact with the project in the CRM, and keeps that it was done for this membership. */
export async function connectMember(
  context: Context,
  { projectId, contactId, personId }: MemberOfProject,
  by: Staff
): Promise<Connecting> {
  const connecting = await connect(context, { projectId, contactId }, by)
  if (connecting !== 'made') return connecting
  const key = { module: await projectModuleName(context), record_id: projectId, person_id: personId }
  const kept = await context.db('portico_memberships').where(key).update({ is_linked: 1 })
  if (kept === 0) await disconnect(context, { projectId, contactId }, by)
  return connecting
}

// --- changing ---

/** What the page of a member showed, and what it is to be. */
export interface MemberChange extends Doing {
  readonly projectId: string
  readonly personId: string
  /** Of the membership and of the external user. */
  readonly seen: { readonly membership: number; readonly user: number }
  readonly isDeactivated: boolean
  /** Undefined where the page did not show them. */
  readonly rights: ReadonlySet<Kind> | undefined
}

/** Rate and responsibilities are those of this project; deactivation and module rights count in all of his (T06, T10).
 *  @throws NotFound, Invalid, ChangedMeanwhile */
export async function changeMember(context: Context, change: MemberChange, by: Staff): Promise<void> {
  const { projectId, personId, seen, isDeactivated, rights } = change
  const before = await memberAt(context, projectId, personId)
  const isToggled = (before.user.status === 'deactivated') !== isDeactivated
  if (isToggled && before.user.revision !== seen.user) throw new ChangedMeanwhile()
  const module = await projectModuleName(context)
  await context.db.transaction(async (trx) => {
    await changeDoing(context, { ...change, module }, before, by, trx)
    if (rights) await changeRights(context, { id: personId, revision: seen.user }, rights, by, trx)
  })
  if (isToggled) await (isDeactivated ? deactivate : restore)(context, personId, by)
}

async function changeDoing(
  context: Context,
  change: MemberChange & { readonly module: string },
  { user }: Member,
  by: Staff,
  trx: Knex
): Promise<void> {
  const { module, projectId, personId, hourlyRate, responsibilities, seen } = change
  const key = { module, record_id: projectId, person_id: personId }
  const row = await trx<MembershipRow>('portico_memberships').first('hourly_rate').where(key)
  const before = await told(trx, { module, projectId, user, hourlyRate: keptRate(row?.hourly_rate ?? null) })
  const changed = await trx('portico_memberships')
    .where({ ...key, revision: seen.membership })
    .update({ hourly_rate: storedRate(hourlyRate), revision: seen.membership + 1 })
  if (changed === 0) throw new ChangedMeanwhile()
  await setResponsibilities(trx, { module, projectId, personId }, responsibilities)
  const after = await told(trx, { module, projectId, user, hourlyRate })
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const entry = { action: 'membership.changed', before: { ...named(user), ...before } }
  await note(context, projectId, { ...entry, after: { ...named(user), ...after } }, by, trx)
}

// --- removing ---

/** Ends one membership; the project is denied to him at once, his other projects stay, and what his time cost stays. Gives whether the CRM undid its connection, where it
 *  was made for him. @throws NotFound when he is no member */
export async function removeMember(
  context: Context,
  projectId: string,
  personId: string,
  by: Staff
): Promise<{ readonly isDisconnected: boolean }> {
  const { user, hourlyRate } = await memberAt(context, projectId, personId)
  const module = await projectModuleName(context)
  const isOurs = await context.db.transaction(async (trx) => {
    const key = { module, record_id: projectId, person_id: personId }
    const before = { ...named(user), ...(await told(trx, { module, projectId, user, hourlyRate })) }
    const row = await trx<MembershipRow>('portico_memberships').first('is_linked', 'hourly_rate').where(key).forUpdate()
    if (!row) throw new NotFound()
    await keepFormerRate(trx, key, row.hourly_rate, context.now())
    await trx('portico_memberships').where(key).delete()
    await trx('portico_member_responsibilities').where(key).delete()
    await note(context, projectId, { action: 'membership.removed', before }, by, trx)
    return Boolean(row.is_linked) && !(await handedOn(trx, { module, projectId, user }))
  })
  return { isDisconnected: !isOurs || (await disconnect(context, { projectId, contactId: user.recordId }, by)) }
}

interface InProject {
  readonly module: string
  readonly projectId: string
  readonly user: ExternalUser
}

/** While the contact is a member by another login, the connection is that one's. */
async function handedOn(trx: Knex, { module, projectId, user }: InProject): Promise<boolean> {
  const others = trx('portico_external_users').select('id').where({ module: user.module, record_id: user.recordId })
  const rows = trx('portico_memberships').where({ module, record_id: projectId }).whereIn('person_id', others)
  return (await rows.update({ is_linked: 1 })) > 0
}

// --- what is kept of it ---

async function told(
  trx: Knex,
  { module, projectId, user, hourlyRate }: InProject & Pick<Doing, 'hourlyRate'>
): Promise<Record<string, unknown>> {
  const has = (await responsibilitiesIn(trx, { module, projectId })).get(user.id) ?? []
  return { hourlyRate: storedRate(hourlyRate), responsibilities: has.map(({ label }) => label) }
}

function named(user: ExternalUser): Record<string, string> {
  return { personId: user.id, person: user.name }
}

function note(
  context: Context,
  projectId: string,
  entry: Omit<AuditEntry, 'actor' | 'subject'>,
  by: Staff,
  trx: Knex
): Promise<void> {
  return context.audit.note({ ...entry, actor: staffActor(by), subject: `project:${projectId}` }, trx)
}
