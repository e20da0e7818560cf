/** Paths and queries arrive as they were sent, whatever stands in front of them. */
import type { Arrival } from '../../web/way.js'
import { wayPath } from '../../web/way.js'
import { arrivalOf, type Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

/** Below the root of the site. */
const probes = [
  wayPath,
  `${wayPath}/`,
  `${wayPath}/p%C5%99%C3%ADlohy%20a%20b`,
  `${wayPath}?q=100%25%20%26%20more&empty=&to=%2Fcases%3Fpage%3D2`
]

export async function checkPaths(looking: Looking, first: Arrival): Promise<Observation[]> {
  const rest = await Promise.all(probes.slice(1).map((path) => arrivalOf(looking, { path: looking.mount + path })))
  const pairs = [first, ...rest].map((arrival, at) => ({ path: probes[at]!, arrival }))
  return [
    ...outcome(
      'rewriting',
      pairs.flatMap((pair) => faultsOfRewriting(looking, pair))
    ),
    ...outcome(
      'path',
      pairs.flatMap((pair) => faultsOfPath(looking, pair))
    )
  ]
}

interface Pair {
  readonly path: string
  readonly arrival: Arrival | undefined
}

function faultsOfRewriting(looking: Looking, { path, arrival }: Pair): Observation[] {
  if (!arrival) return []
  if (arrival.rewritings > 1) return [wrong('rewrittenTwice', { path: arrival.url })]
  const other = rewrittenElsewhere(looking, { path, arrival })
  return other === undefined ? [] : [wrong('rewrittenElsewhere', { path: other })]
}

/** The path of another portal that stands in front. */
function rewrittenElsewhere(
  { site }: Looking,
  { path, arrival }: { path: string; arrival: Arrival }
): string | undefined {
  const at = arrival.path ?? ''
  const below = site && at.startsWith(site.base) ? at.slice(site.base.length) : at
  return below === path ? undefined : /^\/portal\/[^/?]+(?=\/portico\/way)/.exec(below)?.[0]
}

/** Where the request stands at no site, or at one it wasn't sent to, its path says nothing. */
function faultsOfPath(looking: Looking, { path, arrival }: Pair): Observation[] {
  const { site } = looking
  if (!arrival) return [wrong('pathChanged', { path, found: '-' })]
  if (!site || arrival.site !== site.url || arrival.path === null) return []
  if (rewrittenElsewhere(looking, { path, arrival }) !== undefined) return []
  const [wanted, found] = [partsOf(site.base + path), partsOf(arrival.path)]
  if (same(wanted.path, found.path))
    return wanted.query === found.query ? [] : [wrong('queryChanged', { path, found: arrival.url })]
  return [wrong(found.path.includes('//') ? 'slashesDoubled' : 'pathChanged', { path, found: arrival.url })]
}

function partsOf(url: string): { path: string; query: string } {
  const [path = '', ...query] = url.split('?')
  return { path, query: query.join('?') }
}

/** Written another way it is the same path. */
function same(one: string, other: string): boolean {
  return one === other || decoded(one) === decoded(other)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
