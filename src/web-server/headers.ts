/** Headers by which visitors could pass for others: of what they write there themselves nothing may reach Portico (A13, E06). */
import type { CheckedSetup } from './setup.js'

/** Never passed on. `Proxy` would become the variable HTTP_PROXY of other programs on the way. */
const foreign = [
  'Forwarded',
  'Proxy',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Server',
  'X-Original-URL',
  'X-Real-IP',
  'X-Rewrite-URL'
] as const

/** Names of the headers that this server takes away; a server in front of it has said who the visitor is. */
export function unsetHeaders({ isBehindFront }: Pick<CheckedSetup, 'isBehindFront'>): readonly string[] {
  return isBehindFront ? foreign : [...foreign, 'X-Forwarded-For']
}

/** How visitors reached the first server: the site's address says it, so that nobody can pretend another way. */
export function schemeOf({ site }: Pick<CheckedSetup, 'site'>): 'http' | 'https' {
  return site.isSecure ? 'https' : 'http'
}

/** What the operator has to see to where another server stands in front. */
export function wordsOnFront({ isBehindFront }: Pick<CheckedSetup, 'isBehindFront'>): string[] {
  if (!isBehindFront) return []
  return [
    'TLS ends at a server in front of this one. That server must pass the Host header on and add the visitor to',
    'X-Forwarded-For; only it may reach this port (firewall); Portico needs PORTICO_TRUSTED_PROXIES=2.'
  ]
}
