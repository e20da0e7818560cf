/** What a portal form can ask: never more than the user type lets its people write of their own record (Z32, A14). */
import type { Catalog, Field, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { releaseOf, type UserType } from '../configuration.js'
import { decidingFields, mayBeWritten, writable } from '../policy.js'
import { missingForCreate } from '../user-types/release-check.js'
import { addressFieldOf } from '../user-types/user-types.js'
import type { AccessForm } from './access-forms.js'

export interface Askable {
  /** The field that invitations go to: every form asks it. */
  readonly address: Field | undefined
  /** What else a form can ask, in the order of the module. */
  readonly fields: readonly Field[]
  /** Names of those that every form asks, because the CRM takes no record without them. */
  readonly always: ReadonlySet<string>
  /** Why the type can have no form at all. */
  readonly problem: FieldError | undefined
}

/** The fields a form of this user type can ask: released as editable, and of a kind that somebody without access can fill in. */
export function askable(catalog: Catalog, userType: UserType): Askable {
  const module = catalog.modules.get(userType.primaryModule)
  const address = addressFieldOf(userType, module)
  if (!module || !address || userType.preference !== 'email') {
    const key = userType.preference === 'email' ? 'forms:problem.noAddress' : 'forms:problem.phone'
    return { address, fields: [], always: new Set(), problem: { key } }
  }
  const fields = released(catalog, userType, module).filter(({ name }) => name !== address.name)
  const always = fields.filter((field) => field.required && field.default === null).map(({ name }) => name)
  return { address, fields, always: new Set(always), problem: problemIn(module, address, fields) }
}

/** The fields that a form asks now; undefined while it can't be offered, because of what was taken back or is gone in the CRM. */
export function fieldsAsked(
  catalog: Catalog,
  userType: UserType,
  form: Pick<AccessForm, 'fields'>
): { readonly module: Module; readonly address: Field; readonly fields: readonly Field[] } | undefined {
  const module = catalog.modules.get(userType.primaryModule)
  const { address, fields, always, problem } = askable(catalog, userType)
  if (!module || !address || problem) return undefined
  const asked = fields.filter(({ name }) => always.has(name) || form.fields.includes(name))
  return { module, address: { ...address, required: true }, fields: asked }
}

/** Neither lookups, whose records a stranger doesn't see, nor what decides which records its person sees (A05). */
function released(catalog: Catalog, userType: UserType, module: Module): Field[] {
  const release = releaseOf(userType, module.name)
  const names = new Set(release ? writable(release, module) : [])
  const deciding = decidingFields(catalog, userType)
  return [...module.fields.values()].filter(
    ({ name, type }) => names.has(name) && type !== 'reference' && !deciding.has(name)
  )
}

function problemIn(module: Module, address: Field, fields: readonly Field[]): FieldError | undefined {
  if (!mayBeWritten(module, address)) return { key: 'forms:problem.addressReadOnly', args: { field: address.label } }
  const given = new Map([address, ...fields].map(({ name }) => [name, 'editable'] as const))
  const missing = missingForCreate(module, { kind: 'primary', path: [], fields: given })
  if (missing.length === 0) return undefined
  const args = { fields: missing.map(({ label }) => label).join(', '), count: missing.length }
  return { key: 'forms:problem.mandatory', args }
}
