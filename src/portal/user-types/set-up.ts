/** The set-up of a user type: what is still to be done, what is proposed, and its end (Z04). Until then nobody can be invited to it. */
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import {
  configuration,
  isDecided,
  type FieldRelease,
  type Release,
  type SetUpStep,
  type UserType
} from '../configuration.js'
import { mayBeWritten } from '../policy.js'
import { missingForCreate, type ReleaseDraft } from './release-check.js'
import { userTypeById } from './releases.js'

/** The released modules whose fields nobody has chosen yet; they show nothing. */
export function undecided(userType: Pick<UserType, 'releases'>): Release[] {
  return userType.releases.filter((release) => !isDecided(release))
}

/** Where the set-up goes on: the first step that isn't done, then the summary. */
export function stepOf(catalog: Catalog, userType: UserType): SetUpStep | 'summary' {
  if (userType.setUp === 'tabs') return 'tabs'
  if (undecided(userType).some(({ module }) => catalog.modules.has(module))) return 'fields'
  return userType.setUp !== undefined && userType.addressField === undefined ? 'invitation' : 'summary'
}

/** The releases of a type in the order in which they are gone through: the own record, then the catalog's order. Modules that the CRM no
 *  longer has come last. */
export function inOrder(catalog: Catalog, userType: Pick<UserType, 'releases'>): Release[] {
  const rank = new Map([...catalog.modules.keys()].map((name, index) => [name, index]))
  const place = ({ kind, module }: Release): number =>
    kind === 'primary' ? -1 : (rank.get(module) ?? Number.MAX_SAFE_INTEGER)
  return userType.releases.toSorted((a, b) => place(a) - place(b))
}

/** The step that is stored after one was saved: never one that was passed already, nothing once the set-up is finished. */
export function stepAfter(userType: UserType, done: SetUpStep): SetUpStep | undefined {
  if (userType.setUp === undefined) return undefined
  const next = { tabs: 'fields', fields: 'invitation', invitation: 'invitation' } as const
  return userType.setUp === done ? next[done] : userType.setUp
}

/** What is proposed where no field was chosen: what the CRM's own lists and pages show, to be read; where records may be written, what
 *  customers say of them, to be written, and what is mandatory (Z11). */
export function proposedFields(module: Module, release: ReleaseDraft): Map<string, FieldRelease> {
  const shown = (['list', 'detail'] as const).flatMap(
    (kind) => module.layouts.find((layout) => layout.kind === kind)?.sections.flatMap(({ fields }) => fields) ?? []
  )
  const kept = [module.title, ...shown].filter((name) => module.fields.has(name) && !isInside(module, name))
  const mayWrite = (['create', 'edit', 'editShared'] as const).some((right) => release.rights.has(right))
  const fields = new Map(
    kept.map((name): [string, FieldRelease] => [name, mayWrite && isCustomers(module, name) ? 'editable' : 'readOnly'])
  )
  const needed = release.rights.has('create') ? missingForCreate(module, { ...release, fields }) : []
  for (const { name } of needed) fields.set(name, 'editable')
  return fields
}

/** Said by whoever writes the record: its texts and choices, its number of pieces; of a line item also what it is about. What it is worth,
 *  where it stands and whom it belongs to are the company's to say, and an address is what somebody signs in with. */
function isCustomers(module: Module, name: string): boolean {
  const field = module.fields.get(name)
  if (!field || !mayBeWritten(module, field) || companys.test(name)) return false
  if (field.type === 'reference') return module.partOf !== undefined && field.link !== module.partOf.link
  return !['money', 'email', 'datetime'].includes(field.type)
}

const companys = /status|stage|resolution|probability|^number$|code$/i

/** The owner, what says whether a record leaves the company at all (E10), and the remarks that staff keep about people and companies are no
 *  customer's business. */
function isInside(module: Module, name: string): boolean {
  const field = module.fields.get(name)
  const decides = module.outside.some(
    ({ column }) => field?.storage.kind === 'column' && column === field.storage.column
  )
  const isRemark = field?.type === 'longText' || field?.type === 'richText'
  return decides || name === module.owner || (isRemark && hasAddress(module))
}

function hasAddress({ fields }: Module): boolean {
  return [...fields.values()].some(({ type }) => type === 'email' || type === 'phone')
}

/** Finishes the set-up: from now on people can be invited to the type. @throws PorticoError while the fields of a module aren't chosen; ChangedMeanwhile */
export async function finishSetUp(context: Context, seen: Seen, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const catalog = await context.host.catalog(by.locale)
  const open = undecided(userType).flatMap(({ module }) => catalog.modules.get(module) ?? [])
  if (open.length > 0) {
    const modules = open.map(({ labelPlural }) => labelPlural).join(', ')
    throw new PorticoError('set-up:refusal.fieldsOpen', { status: 409, args: { modules } })
  }
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen, { set_up: null })
    return { action: 'user-type.finished', subject: `user-type:${userType.id}`, after: { name: userType.name } }
  })
}
