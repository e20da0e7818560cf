/** A user type as lists of several portals name it. */
import type { Translate } from '../../web/locale.js'
import type { Configuration } from '../configuration.js'

/** With its portal: several have a type of the same name. Undefined for one that was deleted. */
export function typeName(t: Translate, all: Configuration, id: string | undefined): string | undefined {
  const userType = all.userTypes.get(id ?? '')
  if (!userType) return undefined
  return t('people:users.typeOf', { userType: userType.name, portal: all.portals.get(userType.portalId)?.name ?? '' })
}
