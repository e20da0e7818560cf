/** What a visitor writes of his own way must not reach us, or mean nothing. */
import type { Arrival } from '../../web/way.js'
import { arrivalOf, type Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

const host = 'forged.invalid'
const address = '192.0.2.66'
const path = '/forged-by-a-visitor'

/** `honest`: what arrived of the same question without lies. */
export async function checkForged(looking: Looking, honest: Arrival): Promise<Observation[]> {
  const scheme = looking.url.protocol === 'https:' ? 'http' : 'https'
  const headers = {
    'X-Forwarded-Host': host,
    'X-Forwarded-Proto': scheme,
    'X-Forwarded-For': address,
    'X-Forwarded-Port': '6666',
    'X-Forwarded-Prefix': path,
    'X-Real-IP': address,
    Forwarded: `for=${address};host=${host};proto=${scheme}`,
    'X-Original-URL': path,
    'X-Rewrite-URL': path
  }
  const lied = await arrivalOf(looking, { headers })
  const isTrusting = looking.place.config.trustedProxies > 0
  return outcome('forged', lied ? faultsOf(lied, { honest, scheme, isTrusting }) : [])
}

interface Beside {
  readonly honest: Arrival
  readonly scheme: string
  /** Portico reads what a web server in front says; else only what has an effect counts. */
  readonly isTrusting: boolean
}

function faultsOf(lied: Arrival, beside: Beside): Observation[] {
  const { headers } = lied
  const faults = [...faultsOfHost(lied, beside), ...faultsOfScheme(lied, beside)]
  if (lied.address === address) faults.push(wrong('forgedAddress', { header: headers['x-forwarded-for'] ?? '' }))
  if (lied.url !== beside.honest.url) faults.push(wrong('forgedPath', { path: lied.url }))
  const unread = (['forwarded', 'x-original-url', 'x-rewrite-url'] as const).filter((name) => isForged(headers[name]))
  if (beside.isTrusting && unread.length > 0)
    faults.push(wrong('forgedUnread', { headers: unread.map(spelled).join(', ') }))
  return faults
}

function faultsOfHost({ headers, hostnames }: Arrival, { isTrusting }: Beside): Observation[] {
  const header = headers['x-forwarded-host'] ?? ''
  return (isTrusting && header.includes(host)) || hostnames.includes(host) ? [wrong('forgedHost', { header })] : []
}

/** The same header without a lie is the web server's own. */
function faultsOfScheme({ headers, protocol }: Arrival, { honest, scheme, isTrusting }: Beside): Observation[] {
  const header = headers['x-forwarded-proto'] ?? ''
  const isForgery = isTrusting && header !== honest.headers['x-forwarded-proto'] && listed(header).includes(scheme)
  return isForgery || protocol !== honest.protocol ? [wrong('forgedScheme', { header })] : []
}

function listed(header = ''): string[] {
  return header.split(',').map((one) => one.trim())
}

function isForged(header = ''): boolean {
  return header.includes(path) || header.includes(host)
}

function spelled(name: 'forwarded' | 'x-original-url' | 'x-rewrite-url'): string {
  return { forwarded: 'Forwarded', 'x-original-url': 'X-Original-URL', 'x-rewrite-url': 'X-Rewrite-URL' }[name]
}
