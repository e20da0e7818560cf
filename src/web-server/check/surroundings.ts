/** What stands around our address: plain http, methods that nobody needs, other host names, and EspoCRM's own paths. */
import { addressesOf, arrivalOf, askPlainly, type Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'
import { isUrl } from '../../url.js'

/** http leads to https. Whether there is any is the operator's choice. */
export async function checkPlain(looking: Looking): Promise<Observation[]> {
  const { url, mount, options } = looking
  const port = options.plainPort ?? (url.port === '' ? 80 : undefined)
  if (url.protocol !== 'https:' || port === undefined) return []
  const plain = new URL(`http://${url.hostname}:${port}`)
  const answer = await askPlainly(looking, { url: plain }).catch(() => undefined)
  const to = new URL(answer?.headers.location ?? '', plain)
  const leads =
    answer === undefined || answer.status >= 400 || (to.origin === url.origin && to.pathname.startsWith(mount))
  return outcome('plain', leads ? [] : [wrong('plainServed', { url: plain.origin })], { url: plain.origin })
}

/** TRACE gives back what was sent, with the cookies that scripts must not see. */
export async function checkMethods(looking: Looking): Promise<Observation[]> {
  const mark = 'portico-trace-mark'
  const answer = await askPlainly(looking, { method: 'TRACE', headers: { 'X-Trace': mark } }).catch(() => undefined)
  return outcome('methods', answer?.status === 200 && answer.text.includes(mark) ? [wrong('traceAnswered')] : [])
}

const stranger = 'stranger.invalid'

/** A name that nobody configured is nobody's here either. */
export async function checkStrangers(looking: Looking): Promise<Observation[]> {
  const arrival = await arrivalOf(looking, { headers: { Host: stranger } }).catch(() => undefined)
  const isServed = arrival !== undefined && arrival.site !== null
  return outcome('strangers', isServed ? [wrong('strangersServed', { name: stranger, site: arrival.site ?? '' })] : [])
}

/** What EspoCRM's own pages and its customer portals need. */
const pathsOfCrm = ['/', '/portal/', '/client/', '/api/v1/App/user']

/** EspoCRM's own paths are answered by EspoCRM, where its own name leads: `at` is said of the address that is looked at alone. */
export async function checkCrm(looking: Looking): Promise<Observation[]> {
  const { crmUrl } = looking.place
  if (crmUrl === undefined || !isUrl(crmUrl)) return []
  const url = new URL(crmUrl)
  const { crmAt } = looking.options
  const [address] = url.host === looking.url.host ? [looking.address] : await addressesOf(url, { at: crmAt })
  if (address === undefined) return []
  const base = url.pathname.replace(/\/+$/, '')
  const asked = pathsOfCrm.map(async (path) => {
    const arrival = await arrivalOf(looking, { url, address, path: base + path }).catch(() => undefined)
    return arrival === undefined ? [] : [base + path]
  })
  const shadowed = (await Promise.all(asked)).flat()
  return outcome('crm', shadowed.length > 0 ? [wrong('crmShadowed', { paths: shadowed.join(', ') })] : [])
}
