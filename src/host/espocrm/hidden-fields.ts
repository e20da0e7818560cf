/** Fields that are nobody's business, not even the doctor's. */
import type { RelationDefinition } from './answers.js'
import { fieldsOf, type Model } from './entity.js'
import type { Place } from './place.js'

/** Fields for the system alone, passwords, and those an administrator has switched off. */
export function isHidden({ model, module, name, definition }: Place): boolean {
  if (definition.type === 'password' || definition.disabled || definition.utility) return true
  if (isFlagOfAddress(model, module, name) || ofTheSystem.has(name)) return true
  const shown = shownFields.get(module)
  return shown !== undefined && !definition.isCustom && !shown.has(name)
}

/** EspoCRM makes them beside every address and number: whether mail may still be sent there. */
function isFlagOfAddress(model: Model, module: string, name: string): boolean {
  const [, of] = /^(\w+)(?:IsOptedOut|IsInvalid)$/.exec(name) ?? []
  return of !== undefined && ['email', 'phone'].includes(fieldsOf(model, module)[of]?.type ?? '')
}

/** When somebody last wrote into the stream, an internal note too; the text of an article without its form; a counter. */
const ofTheSystem = new Set(['streamUpdatedAt', 'bodyPlain', 'versionNumber'])

/** What staff are to people outside and to Portico; the rest of a user (API keys among it) stays out of the catalog. */
const staffFields: ReadonlySet<string> = new Set([
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

/** Of an e-mail what its readers see; who has read, filed and answered it stays with them, and so do blind copies. */
const emailFields: ReadonlySet<string> = new Set([
  'name',
  'fromString',
  'dateSent',
  'body',
  'attachments',
  'status',
  'parent',
  'account',
  'createdAt',
  'modifiedAt'
])

const shownFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['User', staffFields],
  ['Email', emailFields]
])

/** A link that such a field would show, and lists of who has got an e-mail. */
export function isHiddenLink(module: string, name: string, { entity, type }: RelationDefinition): boolean {
  if (module === 'Email') return !emailFields.has(name)
  return entity === 'Email' && type === 'manyMany'
}
