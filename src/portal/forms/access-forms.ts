/** Portal forms: by a released one a visitor asks for access to a user type (Z32). Here is what is configured of them. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, type Change, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { momentAt } from '../../db/moment.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import { locales, type Locale } from '../../host/catalog.js'
import type { FieldError, Staff } from '../../host/host.js'
import { configuration, userTypesOf, type UserType } from '../configuration.js'
import { isSlug } from '../portals/slug.js'
import { userTypeById } from '../user-types/releases.js'
import { askable } from './form-fields.js'
import { forgetForms } from './requests.js'

export interface AccessForm {
  readonly id: string
  readonly userTypeId: string
  /** For staff, and for visitors where a portal has several forms. */
  readonly name: string
  /** The last part of its web address, within the portal. */
  readonly slug: string
  readonly isReleased: boolean
  /** Staff decide each request; otherwise whoever confirmed his address is let in, where nothing is ambiguous. */
  readonly needsApproval: boolean
  /** Names of the fields it asks beside those that every form of the type asks. */
  readonly fields: readonly string[]
  /** What stands above the fields, by language; text with a few marks (`formattedText`). */
  readonly introductions: Readonly<Partial<Record<Locale, string>>>
  /** The staff member who counts as the inviter, and whose the new records are. */
  readonly staffId: string
  readonly revision: number
}

export type AccessFormDraft = Pick<AccessForm, 'name' | 'slug' | 'needsApproval' | 'fields' | 'introductions'>

/** All forms by id, in the order of their names. */
export const accessForms: (db: Knex) => Promise<ReadonlyMap<string, AccessForm>> = cachedByVersion(load)

/** @throws NotFound */
export async function accessFormById(db: Knex, id: string): Promise<AccessForm> {
  const form = (await accessForms(db)).get(id)
  if (!form) throw new NotFound()
  return form
}

export async function formsOfType(db: Knex, userTypeId: string): Promise<AccessForm[]> {
  return [...(await accessForms(db)).values()].filter((form) => form.userTypeId === userTypeId)
}

/** Makes a form in the name of whoever makes it, not released yet, and gives its id. @throws Invalid, NotFound */
export async function createAccessForm(
  context: Context,
  userTypeId: string,
  draft: AccessFormDraft,
  by: Staff
): Promise<string> {
  const userType = userTypeById(await configuration(context.db), userTypeId)
  await mustBeGood(context, userType, draft, by)
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    await mustBeFree(trx, userType, draft.slug)
    await trx('portico_forms').insert({
      ...{ id, user_type_id: userTypeId, ...rowOf(draft), staff_id: by.id },
      ...{ is_released: false, revision: 1, created_at: momentAt(context.now()) }
    })
    return { action: 'form.created', subject: subjectOf(id), after: told(draft, by.name) }
  })
  return id
}

/** Changes a form; with `inMyName` invitations go out in the name of whoever changes it from now on. Nobody can put it into the name
 *  of somebody else. @throws Invalid, NotFound, ChangedMeanwhile */
export async function changeAccessForm(
  context: Context,
  seen: Seen,
  draft: AccessFormDraft & { readonly inMyName: boolean },
  by: Staff
): Promise<void> {
  const before = await accessFormById(context.db, seen.id)
  const userType = userTypeById(await configuration(context.db), before.userTypeId)
  await mustBeGood(context, userType, draft, by)
  const staffId = draft.inMyName ? by.id : before.staffId
  if (mustBeInOwnName({ ...draft, staffId }, by)) throw new Invalid({ needsApproval: { key: 'forms:problem.ownName' } })
  const former = (await context.host.staffById(before.staffId))?.name ?? before.staffId
  await changeConfiguration(context, by, async (trx) => {
    await mustBeFree(trx, userType, draft.slug, seen.id)
    await changeRow(trx, 'portico_forms', seen, { ...rowOf(draft), staff_id: staffId })
    const after = told(draft, draft.inMyName ? by.name : former)
    return { action: 'form.changed', subject: subjectOf(seen.id), before: told(before, former), after }
  })
}

/** From now on visitors can ask. @throws PorticoError while the user type is being set up, and for what could not be asked */
export async function releaseAccessForm(context: Context, seen: Seen, by: Staff): Promise<void> {
  const form = await accessFormById(context.db, seen.id)
  const userType = userTypeById(await configuration(context.db), form.userTypeId)
  if (mustBeInOwnName(form, by)) throw new PorticoError('forms:problem.ownName', { status: 409 })
  if (userType.setUp !== undefined) throw new PorticoError('portal:refusal.inSetUp', { status: 409 })
  const [problem] = Object.values(await problemsOf(context, userType, form, by))
  if (problem) throw new PorticoError(problem.key, { status: 409, args: { ...problem.args } })
  await switchForm(context, seen, { action: 'form.released', isReleased: true }, by)
}

/** Nobody can ask any more; requests whose address isn't confirmed yet can't be confirmed, those that wait still wait for staff. */
export async function withdrawAccessForm(context: Context, seen: Seen, by: Staff): Promise<void> {
  await switchForm(context, seen, { action: 'form.withdrawn', isReleased: false }, by)
}

/** Deletes a form with its requests. @throws PorticoError while requests wait for a decision; NotFound, ChangedMeanwhile */
export async function deleteAccessForm(context: Context, seen: Seen, by: Staff): Promise<void> {
  const form = await accessFormById(context.db, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_forms', seen)
    const waiting: unknown = await trx('portico_form_requests')
      .first('id')
      .where({ form_id: form.id, state: 'waiting' })
    if (waiting) throw new PorticoError('forms:refusal.requestsWait', { status: 409 })
    await forgetForms(trx, [form.id])
    return { action: 'form.deleted', subject: `user-type:${form.userTypeId}`, before: { name: form.name } }
  })
}

/** A form as it is talked about in the audit list. */
export function subjectOf(formId: string): string {
  return `form:${formId}`
}

/** What is wrong with a draft, by the part of the form it stands at; nothing: it can be saved. */
async function problemsOf(
  context: Context,
  userType: UserType,
  draft: AccessFormDraft,
  by: Pick<Staff, 'locale'>
): Promise<Record<string, FieldError>> {
  const problems: Record<string, FieldError> = {}
  if (!isSlug(draft.slug)) problems['slug'] = { key: 'forms:problem.slug' }
  const { fields, problem } = askable(await context.host.catalog(by.locale), userType)
  const gone = draft.fields.filter((name) => !fields.some((field) => field.name === name))
  if (gone.length > 0) problems['fields'] = { key: 'forms:problem.fieldGone', args: { fields: gone.join(', ') } }
  return problem ? { ...problems, fields: problem } : problems
}

async function mustBeGood(context: Context, userType: UserType, draft: AccessFormDraft, by: Staff): Promise<void> {
  const problems = await problemsOf(context, userType, draft, by)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
}

/** Where nobody approves, the form acts with the rights of its staff member: nobody lends himself another's. */
function mustBeInOwnName(
  { needsApproval, staffId }: Pick<AccessForm, 'needsApproval' | 'staffId'>,
  by: Staff
): boolean {
  return !needsApproval && staffId !== by.id
}

/** The portal's row is held meanwhile, so that of two forms with the same address only one is saved. */
async function mustBeFree(trx: Knex, { portalId }: UserType, slug: string, own = ''): Promise<void> {
  await trx('portico_portals').first('id').where({ id: portalId }).forUpdate()
  const types = userTypesOf(await configuration(trx), portalId).map(({ id }) => id)
  const taken: unknown = await trx('portico_forms')
    .first('id')
    .where({ slug })
    .whereIn('user_type_id', types)
    .whereNot({ id: own })
  if (taken) throw new Invalid({ slug: { key: 'forms:problem.slugTaken' } })
}

async function switchForm(
  context: Context,
  seen: Seen,
  { action, isReleased }: { action: Change['action']; isReleased: boolean },
  by: Staff
): Promise<void> {
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_forms', seen, { is_released: isReleased })
    return { action, subject: subjectOf(seen.id) }
  })
}

/** For the audit list. */
function told(draft: AccessFormDraft, inNameOf: string): Record<string, unknown> {
  const { name, slug, needsApproval, fields, introductions } = draft
  return { name, slug, needsApproval, asked: fields, inNameOf, introduction: introductions.en }
}

function rowOf({ name, slug, needsApproval, fields, introductions }: AccessFormDraft): Record<string, unknown> {
  return {
    ...{ name, slug, needs_approval: needsApproval },
    fields: JSON.stringify(fields),
    introductions: JSON.stringify(introductions)
  }
}

interface FormRow {
  id: string
  user_type_id: string
  name: string
  slug: string
  is_released: number
  needs_approval: number
  fields: string
  introductions: string
  staff_id: string
  revision: number
}

const columns = [
  'id',
  'user_type_id',
  'name',
  'slug',
  'is_released',
  'needs_approval',
  'fields',
  'introductions',
  'staff_id',
  'revision'
] as const

async function load(db: Knex): Promise<ReadonlyMap<string, AccessForm>> {
  const rows = await db<FormRow>('portico_forms')
    .select(...columns)
    .orderBy(['name', 'id'])
  return new Map(rows.map((row) => [row.id, formIn(row)]))
}

function formIn(row: FormRow): AccessForm {
  const fields: unknown = JSON.parse(row.fields)
  const introductions = JSON.parse(row.introductions) as Record<string, unknown>
  return {
    ...{ id: row.id, userTypeId: row.user_type_id, name: row.name, slug: row.slug },
    ...{ staffId: row.staff_id, revision: row.revision },
    isReleased: Boolean(row.is_released),
    needsApproval: Boolean(row.needs_approval),
    fields: Array.isArray(fields) ? fields.filter((name) => typeof name === 'string') : [],
    introductions: Object.fromEntries(
      locales.flatMap((locale) => (introductions[locale] ? [[locale, String(introductions[locale])]] : []))
    )
  }
}
