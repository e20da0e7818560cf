/** Doors that visitors must not find: the service's own port, past the web server, and its metrics. */
import { askPlainly, arrivalOf, type Asked, type Looking } from './looking.js'
import { outcome, wrong, type Observation } from './observation.js'

export async function checkDoors(looking: Looking): Promise<Observation[]> {
  const faults = [...(await faultsOfMetrics(looking)), ...(isOutside(looking) ? await faultsOfService(looking) : [])]
  return outcome('doors', faults)
}

async function faultsOfMetrics(looking: Looking): Promise<Observation[]> {
  const asked = ['/metrics', `${looking.mount}/metrics`].map((path) => ({ path }))
  const answers = await Promise.all(
    [...asked, ...portOfMetrics(looking)].map((question) => askPlainly(looking, question).catch(() => undefined))
  )
  return answers.some((answer) => answer?.status === 200 && /^# (HELP|TYPE) \w/m.test(answer.text))
    ? [wrong('metricsOpen', { url: looking.url.origin })]
    : []
}

function portOfMetrics({ place, url, ...looking }: Looking): Asked[] {
  const at = place.config.metricsListen
  if (!at || !isOutside(looking)) return []
  return [{ url: new URL(`http://${url.hostname}:${at.port}`), path: '/metrics', patience: 3000 }]
}

/** Where visitors stand the service's port is closed: behind it nobody takes their forged headers off. */
async function faultsOfService(looking: Looking): Promise<Observation[]> {
  const { port } = looking.place.config.listen
  if (portOf(looking.url) === port) return []
  const url = new URL(`http://${looking.url.hostname}:${port}`)
  const arrival = await arrivalOf(looking, { url, patience: 3000 }).catch(() => undefined)
  return arrival === undefined ? [] : [wrong('serviceOpen', { port })]
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

function isOutside({ address, options }: Pick<Looking, 'address' | 'options'>): boolean {
  return options.isOutside ?? !/^(127\.|::1$|::ffff:127\.)/.test(address)
}
