/** Fields that are nobody's business, not even the doctor's. */
import { fieldsOf, type Model } from './entity.js'
import type { Place } from './place.js'

/** Fields for the system alone, passwords, and those an administrator has switched off. */
export function isHidden({ model, module, name, definition }: Place): boolean {
  if (definition.type === 'password' || definition.disabled || definition.utility) return true
  if (isFlagOfAddress(model, module, name) || ofTheSystem.has(name)) return true
  return module === 'User' && !definition.isCustom && !staffFields.has(name)
}

/** EspoCRM makes them beside every address and number: whether mail may still be sent there. */
function isFlagOfAddress(model: Model, module: string, name: string): boolean {
  const [, of] = /^(\w+)(?:IsOptedOut|IsInvalid)$/.exec(name) ?? []
  return of !== undefined && ['email', 'phone'].includes(fieldsOf(model, module)[of]?.type ?? '')
}

/** When somebody last wrote into the stream, an internal note too; the text of an article without its form; a counter. */
const ofTheSystem = new Set(['streamUpdatedAt', 'bodyPlain', 'versionNumber'])

/** What staff are to people outside and to Portico; the rest of a user (API keys among it) stays out of the catalog. */
const staffFields = new Set([
  'name',
  'salutationName',
  'firstName',
  'middleName',
  'lastName',
  'userName',
  'type',
  'isActive',
  'title',
  'emailAddress',
  'phoneNumber',
  'contact',
  'createdAt',
  'modifiedAt',
  'createdBy'
])
