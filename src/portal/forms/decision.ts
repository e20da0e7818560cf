/** What becomes of a request for access: approved, by a record that was there or a new one and an invitation, or refused with a mail (Z32).
 *  The record is written in the CRM and the invitation in our tables, so a decision may die half-way; whoever goes on finds what is done. */
import type { Knex } from 'knex'
import { lookUp } from '../../access/question.js'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile, staffActor, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { PorticoError } from '../../errors.js'
import { moduleOf, type Module } from '../../host/catalog.js'
import { HostRefused, HostSilent, HostUnavailable, type FieldValue, type Staff } from '../../host/host.js'
import type { Message } from '../../mail/mail.js'
import { writeMail } from '../../mail/write-mail.js'
import { hasPermission } from '../../web/staff.js'
import { configuration, type Portal, type UserType } from '../configuration.js'
import { invite } from '../people/invitations.js'
import { accessesOf, type PortalUser } from '../people/portal-users.js'
import { mayBeWritten } from '../policy.js'
import { portalById } from '../portals/portals.js'
import { userTypeById } from '../user-types/releases.js'
import { addressFieldOf } from '../user-types/user-types.js'
import { accessFormById, type AccessForm } from './access-forms.js'
import { hadAccess } from './former-access.js'
import { recordsWithAddress } from './matches.js'
import { requestById, subjectOfRequest, type FormRequest } from './requests.js'

/** So long nobody else decides while somebody does. */
const claimMinutes = 5

/** Which record stands for the person: one that was there already, or a new one. */
export type Choice = { readonly recordId: string } | 'new'

interface Case {
  readonly request: FormRequest
  readonly form: AccessForm
  readonly userType: UserType
  readonly portal: Portal
  readonly module: Module
}

/** Lets the person in, in the name of the form's staff member. A record that is there is never changed, and where one has the
 *  address no second one is made. @throws PorticoError (409) with the reason; NotFound */
export async function approve(context: Context, seen: Seen, choice: Choice, by: Staff): Promise<void> {
  const one = await caseOf(context, seen.id, by)
  const inviter = await activeStaff(context, one.form.staffId)
  await decide(context, { one, revision: seen.revision, choice, inviter: inviter ?? by, by })
}

/** What the type's form says is done without staff: only where one record or none has the address, while the form's staff member may
 *  invite, and for nobody whose access was removed (Z22). Everything else waits. */
export async function approveByItself(context: Context, id: string): Promise<void> {
  const one = await caseOf(context, id)
  const inviter = await activeStaff(context, one.form.staffId)
  if (!inviter || one.form.needsApproval || !mayInvite(inviter)) return
  const found = await sameAddress(context, one)
  const { portal, module, request } = one
  const person = { portalId: portal.id, address: request.address, module: module.name, recordIds: found }
  if (found.length > 1 || (await hadAccess(context.db, person))) return
  const choice = found[0] ? { recordId: found[0] } : 'new'
  try {
    await decide(context, { one, revision: one.request.revision, choice, inviter, by: undefined })
  } catch (error) {
    if (!(error instanceof PorticoError)) throw error
    context.log.info({ request: id, reason: error.key }, 'a request for access waits for staff')
  }
}

/** Refuses, with a mail that holds `answer`; without an answer nobody is told: the person was let in another way. @throws ChangedMeanwhile, NotFound */
export async function refuse(context: Context, seen: Seen, answer: string | undefined, by: Staff): Promise<void> {
  const { request, portal } = await caseOf(context, seen.id, by)
  const subject = subjectOfRequest(request)
  const message = answer === undefined ? undefined : await refusalMail({ request, portal }, answer)
  await context.db.transaction(async (trx) => {
    const decided = { state: 'refused', decided_at: momentAt(context.now()), decided_by: by.name, answer: answer ?? '' }
    const changed = await free(trx, context, seen).update({ ...decided, revision: seen.revision + 1 })
    if (changed === 0) throw new ChangedMeanwhile()
    if (message) await context.mail.send(message, trx)
    const after = { name: request.name, address: request.address, answer }
    await context.audit.note({ actor: staffActor(by), action: 'form-request.refused', subject, after }, trx)
  })
}

function refusalMail({ request, portal }: Pick<Case, 'request' | 'portal'>, answer: string): Promise<Message> {
  return writeMail({
    template: 'form-refused',
    locale: request.language,
    to: { name: request.name, address: request.address },
    args: { door: portal.name, answer },
    link: undefined,
    about: subjectOfRequest(request)
  })
}

/** What a request is about. @throws NotFound, also for one whose form or user type is gone */
async function caseOf(context: Context, id: string, by?: Staff): Promise<Case> {
  const request = await requestById(context.db, id)
  const form = await accessFormById(context.db, request.formId)
  const all = await configuration(context.db)
  const userType = userTypeById(all, form.userTypeId)
  const catalog = await context.host.catalog(by?.locale ?? 'en')
  return {
    ...{ request, form, userType },
    portal: portalById(all, userType.portalId),
    module: moduleOf(catalog, userType.primaryModule)
  }
}

async function activeStaff(context: Context, id: string): Promise<Staff | undefined> {
  const staff = await context.host.staffById(id)
  return staff?.isActive ? staff : undefined
}

function mayInvite(staff: Staff): boolean {
  return hasPermission(staff, 'manage-portals') && hasPermission(staff, 'manage-portal-users')
}

interface Decision {
  readonly one: Case
  readonly revision: number
  readonly choice: Choice
  readonly inviter: Staff
  /** Undefined: nobody of the staff looked at it. */
  readonly by: Staff | undefined
}

/** While somebody lets a person in, nobody else does; what failed is free again, unless nobody knows whether the CRM wrote. */
async function decide(context: Context, decision: Decision): Promise<void> {
  const { one, revision } = decision
  const until = await claim(context, one.request, revision)
  try {
    const recordId = await recordFor(context, decision)
    const portalUserId = await letIn(context, decision, recordId)
    await settle(context, decision, { recordId, portalUserId })
  } catch (error) {
    if (!(error instanceof HostSilent)) await unclaim(context, one.request, until)
    throw readable(error, one.module)
  }
}

/** Of requests with the same address one is decided at a time, whatever forms they came by: each could make a record. Gives the moment
 *  until which it is claimed. */
async function claim(context: Context, request: FormRequest, revision: number): Promise<string> {
  const until = momentAt(context.now() + claimMinutes * 60_000)
  const claimed = await free(context.db, context, { id: request.id, revision }).update({
    claimed_until: until,
    revision: revision + 1
  })
  if (claimed === 0) throw new ChangedMeanwhile()
  const other: unknown = await context
    .db('portico_form_requests')
    .first('id')
    .where({ address: request.address, state: 'waiting' })
    .whereNot({ id: request.id })
    .where('claimed_until', '>', momentAt(context.now()))
  if (!other) return until
  await unclaim(context, request, until)
  throw refusal('decidedElsewhere')
}

/** The request as the page showed it, while it waits and nobody is deciding it. */
function free(db: Knex, context: Context, { id, revision }: Seen): Knex.QueryBuilder {
  return db('portico_form_requests')
    .where({ id, revision, state: 'waiting' })
    .where((either) => either.whereNull('claimed_until').orWhere('claimed_until', '<=', momentAt(context.now())))
}

async function unclaim(context: Context, { id }: FormRequest, until: string): Promise<void> {
  const own = { id, state: 'waiting', claimed_until: until }
  await context.db('portico_form_requests').where(own).update({ claimed_until: null })
}

/** The record that was made for him before, the chosen one, or a new one. */
async function recordFor(context: Context, decision: Decision): Promise<string> {
  const { one, choice, by } = decision
  const { request, module } = one
  const made = request.recordId
  if (made !== undefined && (await lookUp(context.kernel, module.name, made, []))) return made
  const found = await sameAddress(context, one)
  if (choice === 'new') {
    if (found.length > 0) throw refusal('matchExists')
    return makeRecord(context, decision)
  }
  const { recordId } = choice
  const mayUse = !by || (await context.host.allows(by, 'edit', module.name, recordId))
  if (!found.includes(recordId) || !mayUse) throw refusal('noMatch')
  return recordId
}

async function sameAddress(context: Context, { request, userType, module }: Case): Promise<string[]> {
  const address = addressFieldOf(userType, module)
  if (!address) throw new PorticoError('portal:refusal.addressFieldGone', { status: 409 })
  const found = await recordsWithAddress(context, { module, address, fields: [] }, request.address)
  return found.map(({ id }) => id)
}

/** In the CRM's own door; which one it became is written down at once, so that whoever goes on makes no second one. */
async function makeRecord(context: Context, { one, inviter, by }: Decision): Promise<string> {
  const { request, module } = one
  const actor = by ? ({ kind: 'staff', id: by.id } as const) : ({ kind: 'system' } as const)
  const id = await context.host.save({ module: module.name, values: valuesOf(one, inviter) }, actor)
  await context.db('portico_form_requests').where({ id: request.id }).update({ module: module.name, record_id: id })
  return id
}

/** What he typed, as far as the CRM still has the fields, and whose the record is (Z26). */
function valuesOf({ request, userType, module }: Case, inviter: Staff): Record<string, FieldValue> {
  const typed = Object.entries(request.values).filter(([name]) => {
    const field = module.fields.get(name)
    return field !== undefined && mayBeWritten(module, field)
  })
  const address = addressFieldOf(userType, module)!
  const owner = module.owner ? { [module.owner]: inviter.id } : {}
  return { ...Object.fromEntries(typed), [address.name]: request.address, ...owner }
}

/** Invites him, unless that was done before this decision died. */
async function letIn(context: Context, { one, inviter }: Decision, recordId: string): Promise<string> {
  const { request, userType, module } = one
  const accesses = await accessesOf(context.db, module.name, recordId)
  const done = accesses.find((access) => isOf(access, one))
  if (done) return done.id
  const form = { module: module.name, recordId, userTypeId: userType.id, language: request.language }
  return invite(context, form, inviter)
}

/** An invitation that went out after he had asked. */
function isOf(access: PortalUser, { request, userType }: Case): boolean {
  const isHis = access.userTypeId === userType.id && access.address === request.address
  return isHis && access.status === 'invited' && access.invitedAt >= (request.confirmedAt ?? '')
}

interface Done {
  readonly recordId: string
  readonly portalUserId: string
}

async function settle(context: Context, { one, by, choice }: Decision, done: Done): Promise<void> {
  const { request, module } = one
  await context.db.transaction(async (trx) => {
    const settled = await trx('portico_form_requests')
      .where({ id: request.id, state: 'waiting' })
      .update({
        ...{ state: 'approved', decided_at: momentAt(context.now()), decided_by: by?.name ?? null },
        ...{ module: module.name, record_id: done.recordId, portal_user_id: done.portalUserId, claimed_until: null }
      })
    if (settled === 0) throw new ChangedMeanwhile()
    await context.audit.note(
      {
        actor: by ? staffActor(by) : byItself,
        action: 'form-request.approved',
        subject: subjectOfRequest(request),
        after: { name: request.name, address: request.address, newRecord: choice === 'new' }
      },
      trx
    )
  })
}

const byItself: AuditEntry['actor'] = { kind: 'system', id: 'portico', name: 'Portico' }

/** What the CRM says, as a sentence for the page. */
function readable(error: unknown, { fields }: Module): unknown {
  if (error instanceof HostRefused) {
    const labels = Object.keys(error.fields).map((name) => fields.get(name)?.label ?? name)
    return refusal('hostRefused', { fields: labels.join(', ') }, error)
  }
  if (error instanceof HostSilent) return refusal('hostSilent', {}, error)
  return error instanceof HostUnavailable ? refusal('hostUnavailable', {}, error) : error
}

function refusal(reason: string, args: Record<string, string> = {}, cause?: unknown): PorticoError {
  return new PorticoError(`forms:refusal.${reason}`, { status: 409, args, cause })
}
