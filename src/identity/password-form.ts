/** The field of a new password, and whether what was typed there is good enough for its owner. */
import { z } from 'zod'
import { Invalid } from '../errors.js'
import type { Parts } from './parts.js'
import { judge, type Owner } from './password.js'
import type { StoredIdentity } from './profiles.js'

export const password = z.string().min(1, 'errors.field.required').max(1000)

/** The address stands in the forms of passwords for password managers alone; nobody reads what comes back. */
export const username = z.string().max(254).optional()

/** `tell` hears the password's score, whatever comes of it. @throws Invalid when it may not be taken */
export function mustBeGood(typed: string, owner: Owner, tell: (score: number) => void): void {
  const { score, error } = judge(typed, owner)
  tell(score)
  if (error) throw new Invalid({ password: error })
}

/** Whoever must choose a new password (T04) can't keep the one he has. @throws Invalid */
export async function mustBeNew(
  { passwords }: Pick<Parts, 'passwords'>,
  { mustChangePassword, passwordHash }: StoredIdentity,
  typed: string
): Promise<void> {
  if (mustChangePassword && (await passwords.matches(passwordHash, typed)))
    throw new Invalid({ password: { key: 'factors:problem.samePassword' } })
}
