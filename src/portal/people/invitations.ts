/** Invitations: from a record of the CRM to a person with access, by a mail whose link is good for one use (Z14, Z16). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { NotFound, PorticoError } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Configuration, type Portal, type UserType } from '../configuration.js'
import { staffActor } from '../../audit/configuration-change.js'
import { momentAt } from '../../db/moment.js'
import { sendInvitation } from './invitation-mail.js'
import { lookUp } from '../../access/question.js'
import { addressFault } from '../../identity/outside-address.js'
import { portalById } from '../portals/portals.js'
import {
  accessesOf,
  activate,
  letInAlone,
  mustHaveRoom,
  portalUserById,
  portalUserOf,
  subjectOf
} from './portal-users.js'
import { userTypeById } from '../user-types/releases.js'
import { addressFieldOf, addressFields } from '../user-types/user-types.js'

export interface Recipient {
  readonly module: string
  readonly recordId: string
  readonly name: string
  /** By the field that holds it; only those that are filled in. */
  readonly addresses: ReadonlyMap<string, string>
}

/** A user type somebody can be invited to. */
export interface OpenPlace {
  readonly portal: Portal
  readonly userType: UserType
  /** Where the invitation would go; undefined while the record has no such address (Z18). */
  readonly address: string | undefined
}

export interface InvitationForm {
  readonly module: string
  readonly recordId: string
  readonly userTypeId: string
  readonly language: Locale
}

/** The person a record stands for. @throws NotFound */
export async function recipientAt(context: Context, moduleName: string, recordId: string): Promise<Recipient> {
  const module = (await context.host.catalog('en')).modules.get(moduleName)
  const fields = module ? addressFields(module).map(({ name }) => name) : []
  const record = module && (await lookUp(context.kernel, moduleName, recordId, [module.title, ...fields]))
  if (!record) throw new NotFound()
  const filled = fields.map((name): [string, string] => [name, String(record.values[name] ?? '').trim()])
  const addresses = new Map(filled.filter(([, address]) => address !== ''))
  return { module: moduleName, recordId, name: record.title, addresses }
}

/** User types this record's person can be invited to: finished ones, of portals that are on, and where he has no access yet (Z04). */
export async function openUserTypes(context: Context, recipient: Recipient): Promise<OpenPlace[]> {
  const module = (await context.host.catalog('en')).modules.get(recipient.module)
  const all = await configuration(context.db)
  const accesses = await accessesOf(context.db, recipient.module, recipient.recordId)
  const taken = new Set(accesses.filter((access) => access.status !== 'removed').map((access) => access.portalId))
  return [...all.userTypes.values()]
    .filter((type) => type.setUp === undefined)
    .filter((type) => type.primaryModule === recipient.module && !taken.has(type.portalId))
    .map((userType) => ({
      userType,
      portal: portalById(all, userType.portalId),
      address: recipient.addresses.get(addressFieldOf(userType, module)?.name ?? '')
    }))
    .filter(({ portal }) => portal.isActive)
}

/** Invites the person of a record and gives the portal user's id. New users start with the inviter's time zone and formats.
 *  @throws PorticoError with the reason for which he can't be invited, NotFound. Rules: Z02, Z14–Z16. */
export async function invite(context: Context, form: InvitationForm, by: Staff): Promise<string> {
  const { portal, userType } = placeFor(await configuration(context.db), form)
  const recipient = await recipientAt(context, form.module, form.recordId)
  if (!(await context.host.allows(by, 'edit', form.module, form.recordId))) throw refusal('noRecordRight')
  const address = await acceptableAddress(context, userType, recipient)
  return admit(context, { form, portal, name: recipient.name, address, by })
}

/** Sends a new link; the one before it dies, and so does its mail if it still waits (Z16). */
export async function inviteAgain(context: Context, id: string, by: Staff): Promise<void> {
  const user = await portalUserById(context.db, id)
  if (user.status !== 'invited') throw refusal('notInvited')
  const portal = portalById(await configuration(context.db), user.portalId)
  if (!portal.isActive) throw refusal('portalOff')
  await context.mail.withdraw(subjectOf(user))
  await context.db.transaction(async (trx) => {
    await trx('portico_portal_users')
      .where({ id })
      .update({ invited_at: momentAt(context.now()) })
    await sendInvitation(context, { portal, user, by: by.name }, trx)
    await context.audit.note({ actor: staffActor(by), action: 'invitation.sent-again', subject: subjectOf(user) }, trx)
  })
}

/** Activates a deactivated user; one who never accepted gets a new invitation, because the old link died with his access. */
export async function restore(context: Context, id: string, by: Staff): Promise<void> {
  const status = await activate(context, id, by)
  if (status === 'invited') await inviteAgain(context, id, by)
}

function placeFor(all: Configuration, form: InvitationForm): { portal: Portal; userType: UserType } {
  const userType = userTypeById(all, form.userTypeId)
  const portal = portalById(all, userType.portalId)
  if (userType.primaryModule !== form.module) throw new NotFound()
  if (!portal.isActive) throw refusal('portalOff')
  if (userType.setUp !== undefined) throw refusal('inSetUp')
  return { portal, userType }
}

/** The address in lower case. @throws PorticoError: missing, of unsupported characters, of the company, of staff. */
async function acceptableAddress(context: Context, userType: UserType, recipient: Recipient): Promise<string> {
  const field = addressFieldOf(userType, (await context.host.catalog('en')).modules.get(recipient.module))
  if (!field) throw refusal('addressFieldGone')
  const address = recipient.addresses.get(field.name)?.toLowerCase()
  if (!address) throw refusal('noAddress')
  const fault = await addressFault(context, address)
  if (fault) throw refusal(fault)
  return address
}

async function mustBeNew(trx: Knex, portal: Portal, form: InvitationForm): Promise<void> {
  const accesses = await accessesOf(trx, form.module, form.recordId)
  if (accesses.some((access) => access.portalId === portal.id && access.status !== 'removed'))
    throw refusal('alreadyUser')
}

interface Admission {
  readonly form: InvitationForm
  readonly portal: Portal
  readonly name: string
  readonly address: string
  readonly by: Staff
}

/** Writes the access down, with its link and its mail; a person whose access was removed gets his old row back, and with it what he wrote. */
async function admit(context: Context, admission: Admission): Promise<string> {
  const { form, portal, by } = admission
  const where = { portal_id: portal.id, module: form.module, record_id: form.recordId }
  return context.db.transaction(async (trx) => {
    await letInAlone(trx, portal.id)
    await mustBeNew(trx, portal, form)
    await mustHaveRoom(context, trx, { portalId: portal.id, userTypeId: form.userTypeId })
    const identityId = await identityIn(context, trx, admission)
    const former = await trx<{ id: string }>('portico_portal_users').first('id').where(where)
    const id = former?.id ?? randomUUID()
    const values = { ...rowOf(context, admission), identity_id: identityId }
    if (former) await trx('portico_portal_users').where({ id }).update(values)
    else await trx('portico_portal_users').insert({ id, ...where, ...values })
    await context.audit.note(
      { actor: staffActor(by), action: 'invitation.sent', subject: subjectOf({ id }), after: form },
      trx
    )
    await sendInvitation(context, { portal, user: await portalUserById(trx, id), by: by.name }, trx)
    return id
  })
}

/** @throws PorticoError when somebody comes in to this portal by that address already */
async function identityIn(context: Context, trx: Knex, admission: Admission): Promise<string> {
  const { form, portal, name, address, by } = admission
  const { timeZone, formats } = by
  const identityId = await context.identity.enrol({ address, name, locale: form.language, timeZone, formats }, trx)
  if (await portalUserOf(trx, portal.id, identityId)) throw refusal('alreadyUser')
  return identityId
}

function rowOf(context: Context, { form, name, address, by }: Admission): Record<string, unknown> {
  const invitation = { invited_by: by.id, invited_at: momentAt(context.now()), accepted_at: null, status: 'invited' }
  return {
    user_type_id: form.userTypeId,
    name,
    address,
    language: form.language,
    ...invitation
  }
}

function refusal(reason: string): PorticoError {
  return new PorticoError(`portal:refusal.${reason}`, { status: 409 })
}
