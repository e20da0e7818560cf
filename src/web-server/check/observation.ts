/** What a look at a deployed address finds, by name; the words stand in the locale file `way`. */
import type { Finding } from '../../host/finding.js'
import type { Translate } from '../../web/locale.js'

/** What is looked at, in the order in which it is told. */
export const checks = [
  'name',
  'certificate',
  'plain',
  'answer',
  'site',
  'host',
  'scheme',
  'forged',
  'proxies',
  'rewriting',
  'path',
  'cookie',
  'body',
  'headers',
  'cache',
  'page',
  'methods',
  'strangers',
  'doors',
  'crm'
] as const

export type Check = (typeof checks)[number]

/** What can be wrong, each of one check. `advice`: it works as it is. */
export const faults = {
  unknownName: { check: 'name' },
  addressSilent: { check: 'name' },
  certificateExpired: { check: 'certificate' },
  certificateEndsSoon: { check: 'certificate', isAdvice: true },
  certificateOfAnother: { check: 'certificate' },
  certificateUntrusted: { check: 'certificate' },
  plainServed: { check: 'plain' },
  unreachable: { check: 'answer' },
  nobodyBehind: { check: 'answer' },
  otherPortico: { check: 'answer' },
  crmAnswers: { check: 'answer' },
  redirected: { check: 'answer' },
  strangerAnswers: { check: 'answer' },
  unconfigured: { check: 'site' },
  otherOrigin: { check: 'site' },
  notThePortals: { check: 'site' },
  otherSite: { check: 'site' },
  hostLost: { check: 'host' },
  schemeLost: { check: 'scheme' },
  forgedHost: { check: 'forged' },
  forgedScheme: { check: 'forged' },
  forgedAddress: { check: 'forged' },
  forgedPath: { check: 'forged' },
  forgedUnread: { check: 'forged', isAdvice: true },
  addressLost: { check: 'proxies' },
  trustsTooFew: { check: 'proxies' },
  trustsTooMany: { check: 'proxies' },
  rewrittenTwice: { check: 'rewriting' },
  rewrittenElsewhere: { check: 'rewriting' },
  pathChanged: { check: 'path' },
  slashesDoubled: { check: 'path' },
  queryChanged: { check: 'path' },
  cookieRemoved: { check: 'cookie' },
  cookiePath: { check: 'cookie' },
  cookieFlags: { check: 'cookie' },
  cookieNotPassed: { check: 'cookie' },
  bodyLimit: { check: 'body' },
  bodyRefused: { check: 'body' },
  bodyBuffered: { check: 'body', isAdvice: true },
  headersChanged: { check: 'headers' },
  answersKept: { check: 'cache' },
  cacheAllowed: { check: 'cache' },
  pagesCompressed: { check: 'page' },
  redirectLoop: { check: 'page' },
  redirectedAway: { check: 'page' },
  pageMissing: { check: 'page' },
  filesMissing: { check: 'page' },
  traceAnswered: { check: 'methods', isAdvice: true },
  strangersServed: { check: 'strangers' },
  serviceOpen: { check: 'doors' },
  metricsOpen: { check: 'doors' },
  crmShadowed: { check: 'crm' }
} as const satisfies Record<string, { check: Check; isAdvice?: true }>

export type Fault = keyof typeof faults

export interface Observation {
  readonly check: Check
  /** Undefined: all is well. */
  readonly fault?: Fault
  readonly args?: Readonly<Record<string, string | number>>
}

export function wrong(fault: Fault, args: Observation['args'] = {}): Observation {
  return { check: faults[fault].check, fault, args }
}

/** What one check found: its faults, or that all is well. */
export function outcome(check: Check, found: readonly Observation[], args: Observation['args'] = {}): Observation[] {
  return found.length > 0 ? [...found] : [{ check, args }]
}

/** For a terminal or a page: what there is and what to do about it. */
export function inWords(observations: readonly Observation[], t: Translate): Finding[] {
  return observations.map(({ check, fault, args = {} }) => ({
    check: t(`way:check.${check}`),
    ...(fault === undefined
      ? { found: t(`way:well.${check}`, args) }
      : { found: t(`way:fault.${fault}`, args), remedy: t(`way:remedy.${fault}`, args) }),
    ...(fault !== undefined && 'isAdvice' in faults[fault] && { isAdvice: true as const })
  }))
}
