/** User types: added, renamed, thrown away while nobody uses them yet; and which address their invitations go to (Z02, Z03, Z18, Z25). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import { moduleOf, type Catalog, type Field, type Module } from '../../host/catalog.js'
import type { FieldError, Staff } from '../../host/host.js'
import {
  configuration,
  isDecided,
  preferences,
  userTypesOf,
  type Configuration,
  type Preference,
  type UserType
} from '../configuration.js'
import { forgetFormsOfType } from '../forms/requests.js'
import { ownerModules } from '../link-path.js'
import { letInAlone } from '../people/portal-users.js'
import { userTypeById } from './releases.js'

export interface UserTypeForm {
  readonly name: string
  readonly primaryModule: string
}

/** Modules whose records can stand for a person: they have an e-mail address or a phone number, aren't the staff, aren't part of another record, and don't
 *  hang on records of several modules as calls and e-mails do (Z03). */
export function personModules(catalog: Catalog): Module[] {
  const staff = ownerModules(catalog)
  return [...catalog.modules.values()].filter(
    (module) => !staff.has(module.name) && !module.partOf && !hangsOnOthers(module) && addressFields(module).length > 0
  )
}

function hangsOnOthers(module: Module): boolean {
  return [...module.links.values()].some(({ storage }) => storage.kind === 'column' && storage.only !== undefined)
}

/** The fields of a module that invitations can go to: those of e-mail addresses, then those of phone numbers, or only those of one kind (Z18). */
export function addressFields(module: Module, preference?: Preference): Field[] {
  const fields = [...module.fields.values()]
  return preferences
    .filter((kind) => preference === undefined || kind === preference)
    .flatMap((kind) => fields.filter(({ type }) => type === kind))
}

/** The field that a user type's invitations go to; undefined while the CRM no longer has the one that was chosen: no other one steps in (Z18). */
export function addressFieldOf(
  userType: Pick<UserType, 'addressField' | 'preference'>,
  module: Module | undefined
): Field | undefined {
  const fields = module ? addressFields(module, userType.preference) : []
  return userType.addressField === undefined ? fields[0] : fields.find(({ name }) => name === userType.addressField)
}

/** Adds a user type whose set-up begins; of the own record nothing is released yet. Gives its id.
 *  @throws Invalid, PorticoError when the portal has as many as the limit allows (Z03). */
export async function addUserType(context: Context, portalId: string, form: UserTypeForm, by: Staff): Promise<string> {
  const all = await configuration(context.db)
  if (!all.portals.has(portalId)) throw new NotFound()
  refuseWrong(await problemsIn(context, all, form, { portalId }))
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    await mustHaveRoomForType(context, trx, portalId)
    await bearUserType(context, trx, { id, portalId, ...form, isBuiltIn: false })
    return { action: 'user-type.added', subject: `portal:${portalId}`, after: named(form) }
  })
  return id
}

/** Renames a user type; while its set-up is at the beginning, it may stand for another module too. @throws Invalid, ChangedMeanwhile */
export async function changeUserType(context: Context, seen: Seen, form: UserTypeForm, by: Staff): Promise<void> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, seen.id)
  const isMoved = form.primaryModule !== userType.primaryModule
  if (isMoved && !mayMove(userType)) throw new Invalid({ primaryModule: { key: 'set-up:problem.moduleStays' } })
  refuseWrong(await problemsIn(context, all, form, userType))
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen, { name: form.name.trim() })
    if (isMoved) await move(trx, userType.id, form.primaryModule)
    return {
      action: 'user-type.changed',
      subject: `user-type:${userType.id}`,
      before: named(userType),
      after: named(form)
    }
  })
}

async function move(trx: Knex, id: string, module: string): Promise<void> {
  await trx('portico_user_types')
    .where({ id })
    .update({ primary_module: module, address_field: null, preference: 'email' })
  await trx('portico_released_modules').where({ user_type_id: id }).update({ module })
}

/** For the audit list. */
function named({ name, primaryModule }: UserTypeForm): UserTypeForm {
  return { name: name.trim(), primaryModule }
}

/** Whether the primary module can still be another one: nothing but that has been chosen. */
export function mayMove(userType: UserType): boolean {
  const isUntouched = userType.releases.every((release) => release.kind === 'primary' && !isDecided(release))
  return userType.setUp === 'tabs' && !userType.isBuiltIn && isUntouched
}

/** Throws a user type away whose set-up was never finished, so that nobody can have it.
 *  @throws PorticoError for one that is in use, or that the portal was born with (Z02). */
export async function discardUserType(context: Context, seen: Seen, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  if (userType.isBuiltIn) throw new PorticoError('set-up:refusal.builtIn', { status: 409 })
  if (userType.setUp === undefined) throw new PorticoError('set-up:refusal.finished', { status: 409 })
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen)
    await deleteUserType(trx, userType.id)
    return { action: 'user-type.discarded', subject: `portal:${userType.portalId}`, before: named(userType) }
  })
}

/** Takes the rows of a type away, which has no users; whoever calls sees to the rest. */
export async function deleteUserType(trx: Knex, id: string): Promise<void> {
  const own = { user_type_id: id }
  const releases = trx('portico_released_modules').select('id').where(own)
  for (const table of ['portico_released_fields', 'portico_layout_fields'] as const)
    await trx(table).whereIn('released_module_id', releases.clone()).delete()
  for (const table of [
    'portico_released_modules',
    'portico_web_tabs_of_types',
    'portico_previews',
    'portico_mail_templates'
  ] as const)
    await trx(table).where(own).delete()
  await forgetFormsOfType(trx, id)
  await trx('portico_user_types').where({ id }).delete()
}

/** Writes a new user type down, with its own record as the only module and no field of it yet (Z04). */
export async function bearUserType(
  context: Context,
  trx: Knex,
  type: UserTypeForm & { id: string; portalId: string; isBuiltIn: boolean }
): Promise<void> {
  const { id, portalId, primaryModule } = type
  await trx('portico_user_types').insert({
    id,
    portal_id: portalId,
    name: type.name.trim(),
    is_built_in: type.isBuiltIn,
    primary_module: primaryModule,
    set_up: 'tabs',
    revision: 1,
    created_at: momentAt(context.now())
  })
  const own = { id: randomUUID(), user_type_id: id, module: primaryModule, kind: 'primary' }
  await trx('portico_released_modules').insert({ ...own, path: '', criteria: null, rights: '', notes: 'none' })
}

/** The fields that invitations of a user type could go to now: all while it has neither users nor forms; then only those of its preference,
 *  where the CRM no longer has the one that was chosen; none once it is settled (Z18). */
export async function openAddressFields(context: Context, userType: UserType): Promise<Field[]> {
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  return module ? openFields(context.db, userType, module) : []
}

async function openFields(db: Knex, userType: UserType, module: Module): Promise<Field[]> {
  if (!(await isInUse(db, userType.id))) return addressFields(module)
  return addressFieldOf(userType, module) ? [] : addressFields(module, userType.preference)
}

/** Somebody was invited to the type, or visitors can ask for it. */
async function isInUse(db: Knex, id: string): Promise<boolean> {
  const user: unknown = await db('portico_portal_users')
    .first('id')
    .where({ user_type_id: id })
    .whereNot({ status: 'removed' })
  return user !== undefined || (await db('portico_forms').first('id').where({ user_type_id: id })) !== undefined
}

/** Chooses the field that invitations go to, and with it whether they are mails or text messages.
 *  @throws Invalid for what is no such field, and once there are users or forms (Z18); ChangedMeanwhile. */
export async function chooseAddressField(context: Context, seen: Seen, name: string, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const module = (await context.host.catalog('en')).modules.get(userType.primaryModule)
  const field = module && addressFields(module).find((one) => one.name === name)
  if (!field) throw new Invalid({ addressField: { key: 'set-up:problem.addressField' } })
  const isOther = name !== addressFieldOf(userType, module)?.name
  const preference = field.type === 'phone' ? 'phone' : 'email'
  await changeConfiguration(context, by, async (trx) => {
    await letInAlone(trx, userType.portalId)
    if (isOther && !(await openFields(trx, userType, module)).includes(field))
      throw new Invalid({ addressField: { key: 'set-up:problem.addressFieldStays' } })
    await changeRow(trx, 'portico_user_types', seen, { address_field: name, preference })
    return {
      action: 'user-type.address-field',
      subject: `user-type:${userType.id}`,
      before: { addressField: userType.addressField ?? '', preference: userType.preference },
      after: { addressField: name, preference }
    }
  })
}

type Problems = Record<string, FieldError>

async function problemsIn(
  context: Context,
  all: Configuration,
  { name, primaryModule }: UserTypeForm,
  current: Pick<UserType, 'portalId'> & Partial<UserType>
): Promise<Problems> {
  const problems: Problems = {}
  const others = userTypesOf(all, current.portalId).filter(({ id }) => id !== current.id)
  const isSame = (other: UserType): boolean => other.name.toLowerCase() === name.trim().toLowerCase()
  if (name.trim() === '') problems.name = { key: 'set-up:problem.nameMissing' }
  if (others.some(isSame)) problems.name = { key: 'set-up:problem.nameTaken', args: { name: name.trim() } }
  const persons = personModules(await context.host.catalog('en'))
  if (primaryModule !== current.primaryModule && !persons.some((module) => module.name === primaryModule))
    problems.primaryModule = { key: 'set-up:problem.primaryModule' }
  return problems
}

function refuseWrong(problems: Problems): void {
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
}

/** The portal's row is held meanwhile, so that of two who add the last one only one does. */
async function mustHaveRoomForType(context: Context, trx: Knex, portalId: string): Promise<void> {
  await trx('portico_portals').first('id').where({ id: portalId }).forUpdate()
  const types = await trx('portico_user_types').where({ portal_id: portalId }).pluck<string[]>('id')
  const limit = context.config.limits.userTypesPerPortal
  if (types.length >= limit) throw new PorticoError('set-up:refusal.limit', { status: 409, args: { count: limit } })
}

/** The label of the module whose records stand for the people of a type. */
export function primaryLabel(catalog: Catalog, { primaryModule }: Pick<UserType, 'primaryModule'>): string {
  return catalog.modules.has(primaryModule) ? moduleOf(catalog, primaryModule).labelPlural : primaryModule
}
