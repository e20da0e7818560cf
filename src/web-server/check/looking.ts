/** What all checks of one address share: where it is, and how a question with a proof is asked there. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { arrivalIn, wayCookie, wayHeader, wayPath, wayProof, type Arrival } from '../../web/way.js'
import type { Site } from '../../web/site.js'
import { ask, type Answer, type Question } from './ask.js'
import type { CheckOptions, Place } from './place.js'

export interface Looking {
  readonly place: Place
  readonly options: CheckOptions
  readonly url: URL
  /** Path of `url`, without a slash at its end. */
  readonly path: string
  /** Path of the site's root. */
  readonly mount: string
  /** The first IP address of its name. */
  readonly address: string
  /** The configured site that it is the address of. */
  readonly site: Site | undefined
}

/** IP addresses of a name, at most four. None that means something else on each machine: there clouds keep their secrets, and never
 *  a web server for visitors (A43). */
export async function addressesOf({ hostname }: Pick<URL, 'hostname'>, { at }: CheckOptions): Promise<string[]> {
  const name = at ?? hostname.replace(/^\[|\]$/g, '')
  const found = isIP(name) ? [{ address: name }] : await lookup(name, { all: true }).catch(() => [])
  const unique = [...new Set(found.map(({ address }) => address))].filter((address) => !isLinkLocal(address))
  return unique.slice(0, name === 'localhost' ? 1 : 4)
}

function isLinkLocal(address: string): boolean {
  return /^(::ffff:)?169\.254\.|^::ffff:a9fe:|^fe[89ab][0-9a-f]:|^fd00:ec2::/i.test(address)
}

export interface Told {
  readonly answer: Answer
  /** What of the question arrived; undefined: another one answered. `stale`: the answer to another question. */
  readonly arrival: Arrival | 'stale' | undefined
}

export type Asked = Partial<Omit<Question, 'url'>> & { readonly url?: URL }

/** Asks as a visitor does. @throws Error when nobody answers in time. */
export function askPlainly(looking: Looking, asked: Asked = {}): Promise<Answer> {
  const { url, address, mount, options } = looking
  return ask({ url, address, path: `${mount}/`, authorities: options.authorities, ...asked })
}

/** Asks with a proof. @throws Error when nobody answers in time. */
export async function askTheWay(looking: Looking, asked: Asked = {}): Promise<Told> {
  const { config } = looking.place
  const { nonce, proof } = wayProof(config, Date.now())
  const cookie = `${wayCookie}=${nonce.slice(-8)}`
  const headers = { [wayHeader]: proof, Cookie: cookie, ...asked.headers }
  const answer = await askPlainly(looking, { path: looking.mount + wayPath, ...asked, headers })
  return { answer, arrival: arrivalIn(config, nonce, answer.text) }
}

/** What of a question arrived, as far as it did. */
export async function arrivalOf(looking: Looking, asked: Asked = {}): Promise<Arrival | undefined> {
  const { arrival } = await askTheWay(looking, asked)
  return arrival === 'stale' ? undefined : arrival
}
