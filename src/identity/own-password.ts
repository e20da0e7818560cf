/** The password once more, before what protects the account is changed (A34, A35). */
import type { Request } from 'express'
import { Invalid } from '../errors.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'
import { addressOf } from './sign-in-pages.js'

/** @throws Invalid with an error for `field` when it is not his; PorticoError (429) */
export async function mustKnowPassword(
  parts: Parts,
  req: Request,
  identity: StoredIdentity,
  { field, typed }: { field: string; typed: string }
): Promise<void> {
  const who = { account: identity.id, address: addressOf(req) }
  await parts.attempts.count('password-change', who)
  const isRight = await parts.passwords.matches(identity.passwordHash, typed)
  if (!isRight) throw new Invalid({ [field]: { key: 'errors.password.old' } })
  await parts.attempts.forgive('password-change', who)
}
