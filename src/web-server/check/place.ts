/** What a check has to know of the installation whose address it looks at. */
import type { Config } from '../../config.js'
import type { Host } from '../../host/host.js'
import type { OtherSites } from '../../web/mount.js'
import { publicSite, type Site } from '../../web/site.js'

type Known = Pick<Config, 'publicUrl' | 'secret' | 'trustedProxies' | 'limits' | 'listen' | 'metricsListen'>

export interface Place {
  readonly config: Known
  /** All of them, the public address first. */
  readonly sites: readonly Site[]
  /** The address that the one who asks has in mind; undefined: whichever the URL is of. */
  readonly meant?: string
  /** EspoCRM's own address, which must stay its own; undefined: there is none beside us. */
  readonly crmUrl?: string
}

export async function placeOf(
  { config, host, sites }: { config: Known; host: Pick<Host, 'name' | 'homeUrl'>; sites: OtherSites },
  meant?: string
): Promise<Place> {
  const crmUrl = host.name === 'espocrm' ? host.homeUrl : undefined
  return { config, sites: [publicSite(config), ...(await sites())], meant, crmUrl }
}

export interface CheckOptions {
  /** Where to connect to, in place of what the name means: before a name leads here, and in tests. */
  readonly at?: string
  /** The same for EspoCRM's own address, where that has another host name. */
  readonly crmAt?: string
  /** Port of plain http; default: 80 for an address at the usual port, else none is looked for. */
  readonly plainPort?: number
  /** Certificates of authorities (PEM) that count in place of those that everybody trusts. */
  readonly authorities?: string
  /** Does who asks stand where visitors stand? Default: unless the name leads to this very machine. */
  readonly isOutside?: boolean
  /** Milliseconds between two pieces of a body, by which one sees whether they are passed on at once; default: 400. */
  readonly beat?: number
}
