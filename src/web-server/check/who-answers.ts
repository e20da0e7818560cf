/** Who it is that answers where we should. */
import type { Answer } from './ask.js'
import type { Looking } from './looking.js'
import { wrong, type Observation } from './observation.js'
import { isUrl } from '../../url.js'

/** `answer`: to a question with a proof. */
export async function whoAnswers({ url, place }: Looking, answer: Answer): Promise<Observation[]> {
  const { host, port } = place.config.listen
  const { status, headers } = answer
  const args = { url: url.href, status, listen: `${host}:${port}` }
  if (status >= 502 && status <= 504) return [wrong('nobodyBehind', args)]
  if (isPortico(answer)) return [wrong('otherPortico', args)]
  if (isEspocrm(answer)) return [wrong('crmAnswers', args)]
  if (status >= 300 && status < 400) return [wrong('redirected', { ...args, to: withoutQuery(headers.location, url) })]
  return [wrong('strangerAnswers', args)]
}

/** What others hand on in a query is theirs: it may open something. */
function withoutQuery(location: string | undefined, from: URL): string {
  if (location === undefined || !isUrl(location, from.href)) return ''
  const { origin, pathname } = new URL(location, from)
  return origin + pathname
}

/** Every answer of ours has an id and a policy. */
function isPortico({ headers }: Pick<Answer, 'headers'>): boolean {
  return headers['x-correlation-id'] !== undefined && headers['content-security-policy'] !== undefined
}

function isEspocrm({ headers, text }: Answer): boolean {
  return (
    /espo/i.test(String(headers['x-powered-by'] ?? '')) || /<title>EspoCRM|EspoCRM|client\/(lib|css)\/espo/.test(text)
  )
}
