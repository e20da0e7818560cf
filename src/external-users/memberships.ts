/** Memberships: who takes part in which project, and how that begins and ends (T03, T10). */
import { staffActor } from '../audit/configuration-change.js'
import { momentAt } from '../db/moment.js'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { externalUserById, externalUsersAt, membersOf, type ExternalUser } from './external-users.js'
import { invite, newcomerAt, refusal } from './invitation.js'
import { contacts, contactsLike, projectModuleName, projectTitle, type Contact } from './project.js'

/** As many as a page shows. */
const mostMembers = 500
const mostCandidates = 20

export async function projectMembers(context: Context, projectId: string): Promise<ExternalUser[]> {
  return membersOf(context.db, await projectModuleName(context), projectId, mostMembers)
}

export interface Candidate extends Contact {
  /** He can sign in already, or will by an invitation that is on its way. */
  readonly isExternalUser: boolean
}

/** Contacts with an address who could be added: neither members yet nor deactivated (T10). */
export async function candidates(
  context: Context,
  projectId: string,
  words: string,
  staff: Staff
): Promise<Candidate[]> {
  const found = await visibleTo(context, staff, await contactsLike(context, words, mostCandidates))
  const users = await externalUsersAt(
    context.db,
    contacts,
    found.map(({ id }) => id)
  )
  const members = new Set((await projectMembers(context, projectId)).map((user) => user.recordId))
  return found.flatMap((contact) => {
    const user = users.find(({ recordId }) => recordId === contact.id)
    const isOpen = !members.has(contact.id) && user?.status !== 'deactivated'
    return isOpen ? [{ ...contact, isExternalUser: user !== undefined }] : []
  })
}

async function visibleTo<T extends { id: string }>(context: Context, staff: Staff, found: readonly T[]): Promise<T[]> {
  const allowed = await Promise.all(found.map(({ id }) => context.host.allows(staff, 'view', contacts, id)))
  return found.filter((_, index) => allowed[index])
}

/** Adds a contact to a project's members; one who is no external user yet is made one and invited, in the language given.
 *  @throws NotFound; PorticoError with the reason for which he can't be added */
export async function addMember(
  context: Context,
  member: { projectId: string; contactId: string; language: Locale },
  by: Staff
): Promise<void> {
  const { projectId, contactId, language } = member
  await projectTitle(context, projectId)
  if (!(await context.host.allows(by, 'view', contacts, contactId))) throw new NotFound()
  const [known] = await externalUsersAt(context.db, contacts, [contactId])
  if (known?.status === 'deactivated') throw refusal('deactivated')
  const module = await projectModuleName(context)
  const newcomer = known ? undefined : await newcomerAt(context, contactId, language)
  await context.db.transaction(async (trx) => {
    const person = known ?? (await invite(context, newcomer!, by, trx))
    const membership = { module, record_id: projectId, person_id: person.id }
    if (await trx('portico_memberships').first('added_at').where(membership)) throw refusal('alreadyMember')
    await trx('portico_memberships').insert({ ...membership, added_by: by.id, added_at: momentAt(context.now()) })
    await context.audit.note(
      { actor: staffActor(by), action: 'membership.added', subject: `project:${projectId}`, after: memberOf(person) },
      trx
    )
  })
}

/** Ends one membership; the project is denied to him at once, his other projects stay. @throws NotFound when he is no member */
export async function removeMember(context: Context, projectId: string, personId: string, by: Staff): Promise<void> {
  const person = await externalUserById(context.db, personId)
  const module = await projectModuleName(context)
  await context.db.transaction(async (trx) => {
    const removed = await trx('portico_memberships')
      .where({ module, record_id: projectId, person_id: personId })
      .delete()
    if (removed === 0) throw new NotFound()
    await context.audit.note(
      {
        actor: staffActor(by),
        action: 'membership.removed',
        subject: `project:${projectId}`,
        before: memberOf(person)
      },
      trx
    )
  })
}

function memberOf(person: ExternalUser): Record<string, string> {
  return { person: person.id, name: person.name }
}
