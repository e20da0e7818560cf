/** Looks at a deployed address from where it is asked, and names what is wrong with the way from there to us (E06). It asks only the
 *  address it is given (and EspoCRM's own, as configured), follows nothing elsewhere, and tells nothing of what others answer. */
import { reasonOf } from '../../host/finding.js'
import { siteOfHost, type Site } from '../../web/site.js'
import type { Arrival } from '../../web/way.js'
import { checkSite } from './arrival.js'
import { checkBody } from './body.js'
import { checkCertificate } from './certificate.js'
import { checkCookie, checkHeaders } from './changed-answers.js'
import { checkDoors } from './doors.js'
import { checkForged } from './forged.js'
import { addressesOf, askTheWay, type Looking } from './looking.js'
import { checks, outcome, wrong, type Observation } from './observation.js'
import { checkKept, checkPage } from './page.js'
import { checkPaths } from './paths.js'
import type { CheckOptions, Place } from './place.js'
import { checkCrm, checkMethods, checkPlain, checkStrangers } from './surroundings.js'
import { whoAnswers } from './who-answers.js'

/** What is found at `url`, in the order of `checks`; when nobody of ours answers there, only what can be said without.
 *  @throws TypeError for what is no address of http or https. */
export async function checkAddress(url: string, place: Place, options: CheckOptions = {}): Promise<Observation[]> {
  const asked = addressIn(url)
  const addresses = await addressesOf(asked, options)
  if (addresses.length === 0) return [wrong('unknownName', { name: asked.hostname })]
  const path = asked.pathname.replace(/\/+$/, '')
  const site = siteMeantBy(asked, path, place)
  const looking = { place, options, url: asked, path, mount: site?.mount ?? path, address: addresses[0]!, site }
  return inOrder(await look(looking, addresses))
}

function addressIn(text: string): URL {
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) throw new TypeError(`${text} is no address of http or https.`)
  return url
}

/** The configured site that has this address: its own, or that of a portal without one at the public address. */
function siteMeantBy({ hostname }: URL, path: string, { sites }: Place): Site | undefined {
  const found = siteOfHost(sites, hostname, path || '/')
  const below = found && path.startsWith(found.mount) ? path.slice(found.mount.length) : undefined
  const isPortal = found?.base === '' && /^\/portal\/[^/]+$/.test(below ?? '')
  return below === '' || isPortal ? found : undefined
}

async function look(looking: Looking, addresses: readonly string[]): Promise<Observation[]> {
  const first = await askTheWay(looking).catch((error: unknown) => reasonOf(error))
  if (typeof first === 'string') return [wrong('unreachable', { url: looking.url.origin, reason: first })]
  const { answer, arrival } = first
  const outside = [checkNames(looking, addresses), Promise.resolve(checkCertificate(looking, answer))]
  if (arrival === undefined) return all([...outside, whoAnswers(looking, answer), checkCrm(looking)])
  if (arrival === 'stale') return all([...outside, Promise.resolve([wrong('answersKept')])])
  return all([...outside, ...behind(looking, { answer, arrival })])
}

/** All that can be looked at once it is us who answer. */
function behind(
  looking: Looking,
  { answer, arrival }: { answer: Answered; arrival: Arrival }
): Promise<Observation[]>[] {
  return [
    Promise.resolve([{ check: 'answer', args: { url: looking.url.href } }]),
    Promise.resolve(checkSite(looking, arrival)),
    Promise.resolve(checkCookie(looking, { answer, arrival })),
    Promise.resolve(checkHeaders({ answer, arrival })),
    checkForged(looking, arrival),
    checkPathsAndPage(looking, arrival),
    checkBody(looking),
    checkPlain(looking),
    checkMethods(looking),
    checkStrangers(looking),
    checkDoors(looking),
    checkCrm(looking)
  ]
}

/** Where paths are changed the page can't be right either. */
async function checkPathsAndPage(looking: Looking, arrival: Arrival): Promise<Observation[]> {
  const [paths, kept] = await Promise.all([checkPaths(looking, arrival), checkKept(looking)])
  const isChanged = paths.some(({ fault }) => fault !== undefined)
  return [...paths, ...kept, ...(isChanged ? [] : await checkPage(looking, arrival))]
}

type Answered = Parameters<typeof checkHeaders>[0]['answer']

async function all(found: readonly Promise<Observation[]>[]): Promise<Observation[]> {
  return (await Promise.all(found)).flat()
}

/** Every address of the name answers. */
async function checkNames(looking: Looking, addresses: readonly string[]): Promise<Observation[]> {
  const silent = await Promise.all(
    addresses.slice(1).map((address) =>
      askTheWay({ ...looking, address }).then(
        () => undefined,
        () => address
      )
    )
  )
  const found = silent.filter((address) => address !== undefined)
  const args = { name: looking.url.hostname, addresses: addresses.join(', ') }
  return outcome('name', found.length > 0 ? [wrong('addressSilent', { ...args, address: found.join(', ') })] : [], args)
}

/** Each fault once, in the order in which things are looked at. */
function inOrder(found: readonly Observation[]): Observation[] {
  const sorted = found.toSorted((a, b) => checks.indexOf(a.check) - checks.indexOf(b.check))
  return sorted.filter(({ fault }, at) => fault === undefined || sorted.findIndex((one) => one.fault === fault) === at)
}
