/** What administrators see and set of somebody's second factors (T04). */
import { Invalid } from '../../errors.js'
import type { Parts } from '../parts.js'
import { mustBeNumber } from '../typed-address.js'
import type { SecondFactor } from './second-factors.js'

export interface Factors {
  /** He has to choose a new password at his next sign-in. */
  readonly mustChangePassword: boolean
  /** The last time, at whatever door; UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly signedInAt: string | undefined
  /** E.164. */
  readonly phone: string | undefined
  /** Apps and passkeys, oldest first; nothing that proves them. */
  readonly factors: readonly SecondFactor[]
  /** How many recovery codes are left. */
  readonly recoveryCodes: number
}

export async function factorsOf(parts: Parts, identityId: string): Promise<Factors | undefined> {
  const identity = await parts.profiles.find(identityId)
  return (
    identity && {
      mustChangePassword: identity.mustChangePassword,
      signedInAt: identity.signedInAt,
      phone: identity.factorPhone,
      factors: await parts.factors.of(identityId),
      recoveryCodes: await parts.recovery.left(identityId)
    }
  )
}

/** @throws Invalid */
export async function factorPhoneIn(parts: Parts, typed: string): Promise<string> {
  const number = mustBeNumber('phone', typed, parts.config.phoneCountry)
  if (!(await parts.approvedSms('second-factor', [])))
    throw new Invalid({ phone: { key: 'factors:problem.noApprovedText' } })
  return number
}
