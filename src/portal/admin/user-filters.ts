/** The filters of the users page: which statuses each one means, and what can be done with everybody in it (Z21). */
import type { Request, Response } from 'express'
import { NotFound } from '../../errors.js'
import { queryText, skipIn } from '../../web/paging.js'
import type { PortalUserStatus, StatusCounts, UserScope } from '../people/portal-users.js'
import type { RunKind } from '../people/runs/runs.js'
import { adminUrl } from './frame.js'

interface UserFilterMeaning {
  readonly statuses: readonly PortalUserStatus[]
  readonly actions: readonly RunKind[]
  /** Shown below another one, which it is part of. */
  readonly partOf?: string
}

export const userFilters = {
  all: { statuses: ['invited', 'confirmed', 'suspended', 'deactivated'], actions: [] },
  active: { statuses: ['invited', 'confirmed', 'suspended'], actions: ['deactivation', 'removal'] },
  confirmed: { statuses: ['confirmed'], actions: ['transfer', 'removal'] },
  unconfirmed: { statuses: ['invited', 'suspended'], actions: ['invitation-again'] },
  invited: { statuses: ['invited'], actions: ['invitation-again'], partOf: 'unconfirmed' },
  suspended: { statuses: ['suspended'], actions: ['invitation-again'], partOf: 'unconfirmed' },
  deactivated: { statuses: ['deactivated'], actions: ['activation', 'transfer', 'removal'] }
} as const satisfies Record<string, UserFilterMeaning>
export type UserFilter = keyof typeof userFilters

/** @throws NotFound for a word that is no filter */
export function filterNamed(word: string): UserFilter {
  if (!Object.hasOwn(userFilters, word)) throw new NotFound()
  return word as UserFilter
}

/** What can be done with many of a filter; another type can only be given where there is one, so to the users of one type. */
export function actionsIn(filter: UserFilter, hasOtherTypes: boolean): readonly RunKind[] {
  return userFilters[filter].actions.filter((kind) => kind !== 'transfer' || hasOtherTypes)
}

export interface AskedUsers {
  readonly filter: UserFilter
  readonly search: string
  readonly skip: number
}

export function askedUsers(req: Request): AskedUsers {
  const filter = filterNamed(queryText(req, 'status') ?? 'all')
  return { filter, search: queryText(req, 'q') ?? '', skip: skipIn(req) }
}

/** How many each filter has, with the words of the label. */
export function filterCounts(counts: StatusCounts): Record<UserFilter, number> {
  const sum = ({ statuses }: UserFilterMeaning): number => statuses.reduce((all, status) => all + counts[status], 0)
  return Object.fromEntries(Object.entries(userFilters).map(([name, meaning]) => [name, sum(meaning)])) as Record<
    UserFilter,
    number
  >
}

/** The list of a scope's users. */
export function usersUrl(res: Response, scope: UserScope): string {
  if (scope.kind === 'type') return adminUrl(res, 'user-types', scope.userTypeId, 'users')
  return scope.kind === 'everybody' ? adminUrl(res, 'users', 'all') : adminUrl(res, 'persons')
}

/** A scope as an address or a form says it. */
export function scopeWord(scope: UserScope): string {
  return scope.kind === 'type' ? scope.userTypeId : scope.kind
}

export function scopeNamed(word: string): UserScope {
  return word === 'everybody' || word === 'withoutRecord' ? { kind: word } : { kind: 'type', userTypeId: word }
}
