/** Releases and user types for pure tests. */
import type { Person } from '../../src/access/viewer.js'
import { plainRelease, type FieldRelease, type Release, type UserType } from '../../src/portal/configuration.js'

export const anna: Person = {
  kind: 'portal-user',
  id: 'user-anna',
  name: 'Anna Schmidt',
  module: 'Contact',
  recordId: 'anna',
  portalId: 'portal',
  userTypeId: 'type',
  invitedBy: 'frank',
  locale: 'en',
  timeZone: 'Europe/Berlin',
  formats: { date: 'dmy', time: '24' }
}

export function release(
  module: string,
  options: Partial<Omit<Release, 'fields' | 'rights'>> & {
    fields?: Record<string, FieldRelease>
    rights?: Release['rights'] extends ReadonlySet<infer R> ? R[] : never
  } = {}
): Release {
  const { fields, rights, ...rest } = options
  return {
    ...plainRelease,
    id: `release-${module}`,
    module,
    kind: 'related',
    ...rest,
    rights: new Set(rights ?? []),
    fields: new Map(Object.entries(fields ?? {}))
  }
}

export function userType(...releases: Release[]): UserType {
  return {
    id: 'type',
    portalId: 'portal',
    name: 'Client Portal',
    isBuiltIn: true,
    primaryModule: 'Contact',
    setUp: undefined,
    preference: 'email',
    addressField: undefined,
    holds: {},
    webTabIds: [],
    revision: 1,
    releases
  }
}
