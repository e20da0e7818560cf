/** The first page as a visitor gets it: where he is led, and whether its files are there. */
import type { Answer } from './ask.js'
import { askPlainly, askTheWay, type Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'
import type { Arrival } from '../../web/way.js'

/** More steps than any of our pages needs. */
const mostSteps = 8

/** Not where a request stands at another site or none: that is said already. */
export async function checkPage(looking: Looking, { site }: Arrival): Promise<Observation[]> {
  if (!looking.site || site !== looking.site.url) return []
  const { faults, answer, path } = await walk(looking)
  const compressed = answer?.headers['content-encoding'] === undefined ? [] : [wrong('pagesCompressed')]
  const files = answer?.status === 200 ? await faultsOfFiles(looking, { answer, path }) : []
  return outcome('page', [...faults, ...compressed, ...files], { path })
}

/** The same question again gets an answer of its own. */
export async function checkKept(looking: Looking): Promise<Observation[]> {
  const [one, other] = [await askTheWay(looking), await askTheWay(looking)]
  return one.arrival === 'stale' || other.arrival === 'stale' ? [wrong('answersKept')] : []
}

interface Walk {
  readonly faults: Observation[]
  readonly path: string
  /** The last one. */
  readonly answer?: Answer
}

async function walk(looking: Looking): Promise<Walk> {
  const seen = new Set<string>()
  let path = `${looking.path}/`
  for (;;) {
    const answer = await askPlainly(looking, { path, headers: { 'Accept-Encoding': 'gzip, br', Accept: 'text/html' } })
    if (answer.status < 300 || answer.status >= 400) return { path, answer, faults: faultsOfEnd(answer, path) }
    seen.add(path)
    const next = new URL(answer.headers.location ?? '', looking.url.origin + path)
    if (next.origin !== looking.url.origin)
      return { path, faults: [wrong('redirectedAway', { path, to: next.origin })] }
    path = next.pathname + next.search
    if (seen.has(path) || seen.size > mostSteps) return { path, faults: [wrong('redirectLoop', { path })] }
  }
}

function faultsOfEnd({ status }: Answer, path: string): Observation[] {
  return status === 200 ? [] : [wrong('pageMissing', { path, status })]
}

/** The page's own style sheet, as the page names it. */
async function faultsOfFiles(looking: Looking, page: { answer: Answer; path: string }): Promise<Observation[]> {
  const link = /<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"/.exec(page.answer.text)?.[1]
  if (link === undefined) return []
  const { origin, pathname, search } = new URL(link, looking.url.origin + page.path)
  if (origin !== looking.url.origin) return [wrong('filesMissing', { path: link })]
  const { status, headers } = await askPlainly(looking, { path: pathname + search })
  const isThere = status === 200 && String(headers['content-type']).startsWith('text/css')
  return isThere ? [] : [wrong('filesMissing', { path: pathname })]
}
