/** How staff add members of a project, and what comes of it. */
import type { StoredAuditEntry } from '../../src/audit/audit.js'
import type { Answers, Visitor } from '../support/visitor.js'
import type { Guests } from './guests.js'

export const membersOf = (project: string): string => `/portico/admin/external-users/projects/${project}`
export const memberPage = (project: string, person: string): string => `${membersOf(project)}/members/${person}`

/** A password that nobody guesses. */
export const goodPassword = 'seven-Otters-climb-88'

/** Looks for a contact and opens the form with which he is added as somebody new. */
export async function choose(staff: Visitor, project: string, words: string, name: string): Promise<void> {
  await staff.open(`${membersOf(project)}/members/new?q=${encodeURIComponent(words)}`)
  await staff.follow(`Add: ${name}`)
  staff.is(200).sees(`Add ${name}`)
}

/** The form with which a contact is added, sent as an attacker would: what is not said is as the form begins. */
export async function forgeNew(staff: Visitor, project: string, fields: Answers): ReturnType<Visitor['forge']> {
  await staff.open(membersOf(project))
  const known = { hourlyRate: '' }
  const newcomer = { ...known, way: 'mail', loginName: '', password: goodPassword, language: 'en' }
  return staff.forge(`${membersOf(project)}/members`, { ...('person' in fields ? known : newcomer), ...fields })
}

/** What a field of a form holds. */
export function typed(visitor: Visitor, name: string): string | undefined {
  return visitor.page(`input[name=${name}]`).attr('value')
}

export async function mailCount(at: Guests): Promise<number> {
  return (await at.test.embedded.db('portico_mail').select('id')).length
}

/** The link of the newest mail to him, as he finds it. */
export async function linkInMail(at: Guests, name: string): Promise<string> {
  await at.test.settle()
  const mail = await at.test.embedded
    .db<{ id: string; to_name: string; text: string }>('portico_mail')
    .select('text')
    .where({ to_name: name })
    .orderBy('id', 'desc')
    .first()
  return /http\S+\/invitation\/\S+/.exec(mail!.text)![0]
}

export function changesIn(at: Guests): Promise<StoredAuditEntry[]> {
  return at.test.embedded.portico.context.audit.list({ limit: 200 })
}
