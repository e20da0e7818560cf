/** What somebody sees of his own second factors, and what administrators see of them (T04). */
import type { Site } from '../../web/site.js'
import type { Parts } from '../parts.js'
import type { StoredIdentity } from '../profiles.js'
import { passkeySite } from './passkeys.js'
import type { SecondFactor } from './second-factors.js'
import { maskedNumber } from './ways.js'

export interface OwnFactors {
  readonly list: readonly SecondFactor[]
  /** Masked; an administrator has set it. */
  readonly phone: string | undefined
  readonly recoveryCodes: number
  /** He is asked for a second factor when he signs in. */
  readonly areOn: boolean
  readonly mayAddApp: boolean
  /** At the site where he is. */
  readonly mayAddPasskey: boolean
}

const mostPasskeys = 10

export async function ownFactors(parts: Parts, { id, factorPhone }: StoredIdentity, site: Site): Promise<OwnFactors> {
  const list = await parts.factors.of(id)
  const passkeys = list.filter(({ kind }) => kind === 'passkey').length
  return {
    list,
    phone: factorPhone === undefined ? undefined : maskedNumber(factorPhone),
    recoveryCodes: await parts.recovery.left(id),
    areOn: list.length > 0 || factorPhone !== undefined,
    mayAddApp: passkeys === list.length,
    mayAddPasskey: passkeys < mostPasskeys && passkeySite(site) !== undefined
  }
}
