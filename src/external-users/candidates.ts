/** Who can be made a member of a project: contacts of the CRM, and external users of other projects (T03). */
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { externalUsersAt, externalUsersLike, membersAmong, type ExternalUser } from './external-users.js'
import { contacts, contactsAt, contactsLike, projectModuleName, type Contact } from './project.js'

const mostCandidates = 20

export interface Candidate extends Contact {
  /** He signs in by these already and can be added as he is; none: he is no external user yet. */
  readonly users: readonly ExternalUser[]
}

/** By name. Neither who is a member already nor who is deactivated (T10), and nobody whom the CRM hides from this staff member (A11). */
export async function candidates(
  context: Context,
  projectId: string,
  words: string,
  staff: Staff
): Promise<Candidate[]> {
  const found = await visibleTo(context, staff, await contactsFound(context, words))
  const users = await externalUsersAt(
    context.db,
    contacts,
    found.map(({ id }) => id)
  )
  const module = await projectModuleName(context)
  const members = await membersAmong(
    context.db,
    module,
    projectId,
    users.map(({ id }) => id)
  )
  const usersOf = (contactId: string): ExternalUser[] => users.filter(({ recordId }) => recordId === contactId)
  return found
    .filter(({ id }) => !usersOf(id).some((user) => members.has(user.id)) && !isShutOut(usersOf(id)))
    .map((contact) => ({ ...contact, users: usersOf(contact.id).filter(isOpen) }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .slice(0, mostCandidates)
}

/** Whoever has a login, and none that is active, is deactivated. */
export function isShutOut(users: readonly ExternalUser[]): boolean {
  return users.length > 0 && !users.some(isOpen)
}

function isOpen({ status }: ExternalUser): boolean {
  return status !== 'deactivated'
}

/** By the contact's name or address, and by what an external user signs in with. */
async function contactsFound(context: Context, words: string): Promise<Contact[]> {
  const found = await contactsLike(context, words, mostCandidates)
  const byLogin = (await externalUsersLike(context.db, words, mostCandidates)).map(({ recordId }) => recordId)
  const others = [...new Set(byLogin)].filter((id) => !found.some((contact) => contact.id === id))
  return [...found, ...(await contactsAt(context, others))]
}

async function visibleTo<T extends { id: string }>(context: Context, staff: Staff, found: readonly T[]): Promise<T[]> {
  const allowed = await Promise.all(found.map(({ id }) => context.host.allows(staff, 'view', contacts, id)))
  return found.filter((_, index) => allowed[index])
}
