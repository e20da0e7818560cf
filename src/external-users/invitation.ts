/** From a contact to an external user: invited by a mail whose link is good for one use, or with a login name and a password that staff
 *  set and that is valid at once (T03, T12, A32, A38). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { staffActor } from '../audit/configuration-change.js'
import { momentAt } from '../db/moment.js'
import type { Context } from '../context.js'
import { Invalid, PorticoError } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { loginNameFault, loginNameKey } from '../identity/login-name.js'
import { addressFault } from '../identity/outside-address.js'
import { writeMail } from '../mail/write-mail.js'
import { doorBase, doorName, mailboxIn } from './door.js'
import { activate, audience, externalUserById, externalUserOf, subjectOf, type ExternalUser } from './external-users.js'
import { contactAt, contacts } from './project.js'

/** How somebody gets his login: by mail to his contact's address, or from staff by word of mouth. */
export type Entry =
  { readonly way: 'mail' } | { readonly way: 'login'; readonly loginName: string; readonly password: string }

/** A contact who can become an external user; `passwordHash` for one with a login name. */
export interface Newcomer {
  readonly contactId: string
  readonly name: string
  /** An e-mail address or a login name, as identities hold it. */
  readonly login: string
  readonly language: Locale
  readonly passwordHash: string | undefined
  /** The contact's address, for one with a login name. */
  readonly mailbox: string | undefined
}

/** What somebody new needs before he is made in a transaction. @throws NotFound; Invalid with an error for `loginName` or `password`;
 *  PorticoError with the reason for which he can't be invited */
export async function newcomerAt(
  context: Context,
  contactId: string,
  { entry, language }: { entry: Entry; language: Locale }
): Promise<Newcomer> {
  const { name, address } = await contactAt(context, contactId)
  const known = { contactId, name, language }
  if (entry.way === 'mail') {
    const login = await outsideAddress(context, address)
    return { ...known, login, passwordHash: undefined, mailbox: undefined }
  }
  const [login, passwordHash] = await bothOrAllFaults(
    openLoginName(context, entry.loginName),
    context.identity.hashedPassword(entry.password, { address: loginNameKey(entry.loginName), name })
  )
  return { ...known, login, passwordHash, mailbox: mailboxIn(address) }
}

/** @throws Invalid with what is wrong with each */
async function bothOrAllFaults<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const results = await Promise.allSettled([one, other])
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  const invalid = faults.filter((fault) => fault instanceof Invalid)
  if (invalid.length > 1) throw new Invalid(Object.fromEntries(invalid.flatMap(({ fields }) => Object.entries(fields))))
  return Promise.all([one, other])
}

/** @throws Invalid also for the user name of one of the staff (T12) */
async function openLoginName(context: Context, typed: string): Promise<string> {
  const name = loginNameKey(typed)
  const fault = loginNameFault(name)
  if (fault) throw new Invalid({ loginName: fault })
  const staff = await context.host.people()
  if (staff.some(({ userName }) => loginNameKey(userName) === name))
    throw new Invalid({ loginName: { key: 'external:refusal.staffLogin' } })
  return name
}

/** With names that are free. */
export async function takenLoginName(context: Context, name: string): Promise<Invalid> {
  const proposals = (await context.identity.freeLoginNames(name)).join(', ')
  return new Invalid({ loginName: { key: 'external:refusal.loginTaken', args: { proposals } } })
}

/** Why this contact can't be invited by mail; undefined when he can. */
export async function mailFault(context: Context, address: string): Promise<string | undefined> {
  const text = address.trim().toLowerCase()
  return text === '' ? 'noAddress' : addressFault(context, text)
}

/** The address in lower case. @throws PorticoError: none that a mail can go to, of the company, of staff. */
async function outsideAddress(context: Context, text: string): Promise<string> {
  const fault = await mailFault(context, text)
  if (fault) throw refusal(fault)
  return text.trim().toLowerCase()
}

/** Makes him an external user, all in `trx`: one with a login name can sign in at once, to another an invitation is queued. He starts with
 *  the time zone and formats of who makes him. Undefined when somebody has the login name already. */
export async function enrol(
  context: Context,
  newcomer: Newcomer,
  by: Staff,
  trx: Knex
): Promise<ExternalUser | undefined> {
  const identityId = await identityFor(context, newcomer, by, trx)
  if (identityId === undefined) return undefined
  if (await externalUserOf(trx, identityId)) throw refusal('addressTaken')
  const user = await insertUser(context, { ...newcomer, identityId }, by, trx)
  const isInvited = newcomer.passwordHash === undefined
  const { contactId, name, login, language } = newcomer
  const action = isInvited ? 'external-user.invited' : 'external-user.created'
  const after = { contactId, name, login, language }
  await context.audit.note({ actor: staffActor(by), action, subject: subjectOf(user), after }, trx)
  if (isInvited) await sendLink(context, user, by, trx)
  return user
}

function identityFor(
  context: Context,
  { name, login, language, passwordHash }: Newcomer,
  by: Staff,
  trx: Knex
): Promise<string | undefined> {
  const profile = { name, locale: language, timeZone: by.timeZone, formats: by.formats }
  if (passwordHash === undefined) return context.identity.enrol({ ...profile, address: login }, trx)
  return context.identity.takeLoginName({ ...profile, loginName: login, passwordHash }, trx)
}

async function insertUser(
  context: Context,
  { identityId, contactId, name, login, language, passwordHash, mailbox }: Newcomer & { identityId: string },
  by: Staff,
  trx: Knex
): Promise<ExternalUser> {
  const id = randomUUID()
  const now = momentAt(context.now())
  const contact = { module: contacts, record_id: contactId, name, language }
  const person = { ...contact, identity_id: identityId, address: login, mailbox: mailbox ?? null }
  const status = passwordHash === undefined ? { status: 'invited' } : { status: 'confirmed', accepted_at: now }
  await trx('portico_external_users').insert({ id, ...person, ...status, invited_by: by.id, invited_at: now })
  return externalUserById(trx, id)
}

/** Sends a new link; the one before it dies. His address is judged again, for it may have become one of staff. */
export async function inviteAgain(context: Context, id: string, by: Staff): Promise<void> {
  const user = await externalUserById(context.db, id)
  if (user.status !== 'invited') throw refusal('notInvited')
  await outsideAddress(context, user.address)
  await context.mail.withdraw(subjectOf(user))
  await context.db.transaction(async (trx) => {
    await trx('portico_external_users')
      .where({ id })
      .update({ invited_at: momentAt(context.now()) })
    await context.audit.note(
      { actor: staffActor(by), action: 'external-user.invited-again', subject: subjectOf(user) },
      trx
    )
    await sendLink(context, user, by, trx)
  })
}

/** Activates him; one who never accepted gets a new invitation, because the old link died with his access. */
export async function restore(context: Context, id: string, by: Staff): Promise<void> {
  const user = await activate(context, id, by)
  if (user.status === 'invited') await inviteAgain(context, id, by)
}

async function sendLink(context: Context, user: ExternalUser, by: Staff, trx: Knex): Promise<void> {
  const days = context.config.invitationDays
  const path = await context.identity.issueLink(
    { purpose: 'invitation', identityId: user.identityId, audience, days, by: by.name },
    trx
  )
  const message = await writeMail({
    template: 'invitation',
    locale: user.language,
    to: { name: user.name, address: user.address },
    args: { door: doorName(context, user.language), by: by.name, count: days },
    link: context.config.publicUrl + doorBase + path,
    about: subjectOf(user)
  })
  await context.mail.send(message, trx)
}

export function refusal(reason: string): PorticoError {
  return new PorticoError(`external:refusal.${reason}`, { status: 409 })
}
