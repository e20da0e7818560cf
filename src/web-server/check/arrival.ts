/** Where a plain request arrives: at which site, under which name, by which scheme, over how many proxies. */
import type { Site } from '../../web/site.js'
import type { Arrival } from '../../web/way.js'
import type { Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

export function checkSite(looking: Looking, arrival: Arrival): Observation[] {
  return [
    ...outcome('site', faultsOfSite(looking, arrival), { site: arrival.site ?? '' }),
    ...outcome('host', faultsOfHost(looking, arrival), { host: arrival.host }),
    ...outcome('scheme', faultsOfScheme(looking, arrival), { scheme: arrival.protocol }),
    ...outcome('proxies', faultsOfProxies(looking, arrival), { address: arrival.address })
  ]
}

/** A name that was lost on the way leads to another site or to none, and that alone is said. */
function faultsOfSite({ url, path, site, place }: Looking, { site: found, hostnames }: Arrival): Observation[] {
  const asked = url.origin + path
  if (!site) return [wrong('unconfigured', { url: asked })]
  const faults = []
  if (place.meant !== undefined && ![asked, site.url].includes(place.meant))
    faults.push(wrong('notThePortals', { url: asked, meant: place.meant }))
  if (site.origin !== url.origin && !isLoopback(site))
    faults.push(wrong('otherOrigin', { url: url.origin, site: site.url }))
  if (found !== null && found !== site.url && hostnames.includes(url.hostname))
    faults.push(wrong('otherSite', { found, site: site.url }))
  return faults
}

function isLoopback({ hostname }: Site): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** That it comes as the first of two names, or as what the nearest proxy says, is all the same. */
function faultsOfHost({ url, site }: Looking, { host, hostnames, site: found }: Arrival): Observation[] {
  if (hostnames.includes(url.hostname) || (site !== undefined && found === site.url)) return []
  return [wrong('hostLost', { host, name: url.hostname })]
}

function faultsOfScheme({ url }: Looking, { protocol }: Arrival): Observation[] {
  return `${protocol}:` === url.protocol ? [] : [wrong('schemeLost', { scheme: protocol, url: url.origin })]
}

/** Each proxy adds the address it was asked from: there are as many as we may trust. */
function faultsOfProxies({ place }: Looking, { headers, address }: Arrival): Observation[] {
  const trusted = place.config.trustedProxies
  const listed = headers['x-forwarded-for']?.split(',').filter((one) => one.trim() !== '').length ?? 0
  const args = { trusted, listed, address }
  if (listed > trusted) return [wrong('trustsTooFew', args)]
  if (listed === 0 && trusted > 0) return [wrong('addressLost', args)]
  return listed < trusted ? [wrong('trustsTooMany', args)] : []
}
