/** Answers reach the visitor as they left us: their cookies and their headers. */
import type { Arrival } from '../../web/way.js'
import type { Answer } from './ask.js'
import type { Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

interface Exchange {
  readonly answer: Answer
  readonly arrival: Arrival
}

export function checkCookie(looking: Looking, { answer, arrival }: Exchange): Observation[] {
  const faults = arrival.cookie === null ? [wrong('cookieNotPassed')] : []
  return outcome('cookie', [...faults, ...faultsOfSetCookie(looking, { answer, arrival })], {
    path: looking.site?.mount || '/'
  })
}

function faultsOfSetCookie({ site }: Looking, { answer, arrival }: Exchange): Observation[] {
  if (arrival.setCookie === null) return []
  const sent = partsOf(arrival.setCookie)
  const found = answer.lines.filter(([name]) => name === 'set-cookie').map(([, value]) => partsOf(value))
  const came = found.find(({ name }) => name === sent.name)
  if (!came) return [wrong('cookieRemoved')]
  const path = site ? site.mount || '/' : sent.flags.get('path')!
  if (came.flags.get('path') !== path) return [wrong('cookiePath', { path, found: came.flags.get('path') ?? '-' })]
  const changed = ['secure', 'httponly', 'samesite', 'domain'].filter(
    (flag) => came.flags.get(flag)?.toLowerCase() !== sent.flags.get(flag)?.toLowerCase()
  )
  return changed.length > 0 ? [wrong('cookieFlags', { flags: changed.join(', ') })] : []
}

function partsOf(line: string): { name: string; flags: Map<string, string> } {
  const [pair = '', ...flags] = line.split(';').map((one) => one.trim())
  const named = flags.map((flag) => [flag.split('=')[0]!.toLowerCase(), flag.split('=')[1] ?? ''] as const)
  return { name: pair.split('=')[0]!, flags: new Map(named) }
}

/** Headers that protect the page: each comes once as we sent it, whatever else a web server adds. */
const protecting = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy'
]

export function checkHeaders({ answer, arrival }: Exchange): Observation[] {
  const changed = protecting.filter((name) => !isAsSent(answer, name, arrival.sent[name]))
  const faults = changed.length > 0 ? [wrong('headersChanged', { headers: changed.join(', ') })] : []
  return [...outcome('headers', faults), ...outcome('cache', faultsOfCache({ answer, arrival }))]
}

/** A second policy would forbid what the page needs; a second promise of https means nothing. */
function isAsSent({ lines }: Answer, header: string, sent: string | undefined): boolean {
  const came = lines.filter(([name]) => name === header).map(([, value]) => value)
  if (header === 'content-security-policy') return came.join() === sent
  return sent === undefined || came[0] === sent
}

function faultsOfCache({ answer, arrival }: Exchange): Observation[] {
  const header = answer.headers['cache-control'] ?? ''
  return header === arrival.sent['cache-control'] ? [] : [wrong('cacheAllowed', { header })]
}
