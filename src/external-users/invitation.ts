/** Invitations of external users: from a contact to somebody who can sign in, by a mail whose link is good for one use (T12, A32, A38). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { staffActor } from '../audit/configuration-change.js'
import { momentAt } from '../db/moment.js'
import type { Context } from '../context.js'
import { PorticoError } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { addressFault } from '../identity/outside-address.js'
import { writeMail } from '../mail/write-mail.js'
import { doorBase, doorName } from './door.js'
import { activate, audience, externalUserById, externalUserOf, subjectOf, type ExternalUser } from './external-users.js'
import { contactAt, contacts } from './project.js'

/** A contact who can become an external user. */
export interface Newcomer {
  readonly contactId: string
  readonly name: string
  readonly address: string
  readonly language: Locale
}

/** @throws NotFound; PorticoError with the reason for which he can't be invited */
export async function newcomerAt(context: Context, contactId: string, language: Locale): Promise<Newcomer> {
  const { name, address } = await contactAt(context, contactId)
  return { contactId, name, address: await outsideAddress(context, address), language }
}

/** The address in lower case. @throws PorticoError: none that a mail can go to, of the company, of staff. */
async function outsideAddress(context: Context, text: string): Promise<string> {
  const address = text.trim().toLowerCase()
  const fault = address === '' ? 'noAddress' : await addressFault(context, address)
  if (fault) throw refusal(fault)
  return address
}

/** Makes him an external user and queues his invitation, all in `trx`. He starts with the inviter's time zone and formats. */
export async function invite(context: Context, newcomer: Newcomer, by: Staff, trx: Knex): Promise<ExternalUser> {
  const { contactId, name, address, language } = newcomer
  const profile = { address, name, locale: language, timeZone: by.timeZone, formats: by.formats }
  const identityId = await context.identity.enrol(profile, trx)
  if (await externalUserOf(trx, identityId)) throw refusal('addressTaken')
  const id = randomUUID()
  const person = { identity_id: identityId, module: contacts, record_id: contactId, name, address, language }
  const invitation = { status: 'invited', invited_by: by.id, invited_at: momentAt(context.now()) }
  await trx('portico_external_users').insert({ id, ...person, ...invitation })
  const user = await externalUserById(trx, id)
  await context.audit.note(
    { actor: staffActor(by), action: 'external-user.invited', subject: subjectOf(user), after: newcomer },
    trx
  )
  await sendLink(context, user, by, trx)
  return user
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
