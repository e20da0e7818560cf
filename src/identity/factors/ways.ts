/** By what somebody can show a second factor. */
import { shownNumber } from '../../phone-number.js'
import type { Site } from '../../web/site.js'
import type { Door } from '../identity.js'
import type { Parts } from '../parts.js'
import type { StoredIdentity } from '../profiles.js'
import type { WayIn } from '../session.js'
import { passkeySite } from './passkeys.js'

export type Way = 'passkey' | 'app' | 'text' | 'recovery'

/** Whether he is asked for one at all (A35). Recovery codes alone are none. */
export async function needsFactor(parts: Parts, { id, factorPhone }: StoredIdentity): Promise<boolean> {
  return factorPhone !== undefined || (await parts.factors.of(id)).length > 0
}

/** His ways at this site, the one he is asked for first before the others. A number that has just let him in is no second factor, and a
 *  passkey is one at its own host name alone. */
export async function waysOf(
  parts: Parts,
  identity: StoredIdentity,
  { by, site }: { by: WayIn; site: Site }
): Promise<Way[]> {
  const here = passkeySite(site)?.id
  const factors = (await parts.factors.of(identity.id)).filter(({ kind, site: at }) => kind === 'app' || at === here)
  const has = (kind: string) => factors.some((factor) => factor.kind === kind)
  const isOtherNumber = by !== 'code' || identity.factorPhone !== identity.address
  const ways: [Way, boolean][] = [
    ['app', has('app')],
    ['text', identity.factorPhone !== undefined && isOtherNumber],
    ['passkey', has('passkey')],
    ['recovery', (await parts.recovery.left(identity.id)) > 0]
  ]
  const open = ways.flatMap(([way, isOpen]) => (isOpen ? [way] : []))
  const last = lastUsed(factors)
  return [...open.filter((way) => way === last), ...open.filter((way) => way !== last)]
}

/** Where else a passkey of his is good; `url`: the sign-in page of this door there, where it has one. */
export interface PasskeyElsewhere {
  readonly hostname: string
  readonly url: string | undefined
}

export async function passkeysElsewhere(
  parts: Parts,
  identity: StoredIdentity,
  { door, site }: { door: Door; site: Site }
): Promise<PasskeyElsewhere[]> {
  const found = (await parts.factors.of(identity.id)).flatMap((factor) => factor.site ?? [])
  const others = [...new Set(found)].filter((hostname) => hostname !== passkeySite(site)?.id)
  if (others.length === 0) return []
  const told = (await parts.doorsOf(identity.id, door.locale)).filter(({ audience }) => audience === door.audience)
  const addresses = [...told.map(({ address }) => address), parts.config.publicUrl + door.base]
  return others.toSorted().map((hostname) => {
    const address = addresses.find((one) => new URL(one).hostname === hostname)
    return { hostname, url: address && `${address}/sign-in` }
  })
}

function lastUsed(factors: readonly { kind: 'app' | 'passkey'; usedAt: string | undefined }[]): Way | undefined {
  return factors.reduce((one, other) => ((other.usedAt ?? '') > (one.usedAt ?? '') ? other : one), factors[0]!)?.kind
}

/** As it is shown to who has not proved yet that it is his: the country code and the last digits. */
export function maskedNumber(number: string): string {
  const shown = shownNumber(number)
  const begin = shown.indexOf(' ') + 1
  return shown.slice(0, begin) + shown.slice(begin, -3).replace(/\d/g, '•') + shown.slice(-3)
}
