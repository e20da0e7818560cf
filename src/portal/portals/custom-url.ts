/** Custom URLs of portals (E06): what people type made into an address as browsers know it, or the reason why it can be none. */
import { domainToUnicode } from 'node:url'
import { ownWords } from '../../config.js'
import type { FieldError } from '../../host/host.js'
import { isHostname, isPlainPath } from '../../web-server/site-words.js'
import { isUrl } from '../../url.js'

/** As `portico_portals.custom_url` holds it. */
const longest = 255

/** What an address must not be in the way of. */
export interface Around {
  readonly publicUrl: string
  /** Where staff work. */
  readonly crmUrl: string
  /** Addresses of the other portals, with their names. */
  readonly others: readonly { readonly name: string; readonly customUrl: string }[]
}

/** The address that was typed: absolute, in lower case, with the host name as networks know it, without a standard port and without a
 *  slash at its end. Without a scheme it has that of the public address. */
export function readCustomUrl(typed: string, around: Around): { url: string } | { problem: FieldError } {
  const url = parsed(typed.trim(), around.publicUrl)
  const key = url ? formProblem(url) : unreadable(typed)
  if (!url || key !== undefined) return { problem: { key: `addresses:problem.${key}` } }
  const problem = placeProblem(url, around)
  return problem ? { problem } : { url: written(url) }
}

/** With an international host name in the letters that people type. */
export function asTyped(url: string): string {
  const { host, hostname } = new URL(url)
  const letters = domainToUnicode(hostname) || hostname
  return url.replace(host, host.replace(hostname, letters))
}

/** May both be addresses? Not on one host name where one's path is within the other's; ports tell nothing apart, because web servers
 *  don't hand them on dependably. */
export function isApart(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)]
  if (hostKey(a) !== hostKey(b)) return true
  return !isWithin(pathKey(a), pathKey(b)) && !isWithin(pathKey(b), pathKey(a))
}

function parsed(typed: string, publicUrl: string): URL | undefined {
  const text = typed.includes('://') ? typed : `${new URL(publicUrl).protocol}//${typed}`
  const isPlain =
    /^[^\s\\]+$/.test(typed) && /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text) && !/^https?:\/?[^/]/i.test(typed)
  return isPlain && isUrl(text) ? new URL(text) : undefined
}

function unreadable(typed: string): string {
  return typed.includes('*') ? 'wildcard' : 'notUrl'
}

/** What is wrong with the words of it; undefined for a good one. */
function formProblem(url: URL): string | undefined {
  if (!/^https?:$/.test(url.protocol)) return 'scheme'
  if (url.username !== '' || url.password !== '') return 'credentials'
  if (/[?#]/.test(url.href)) return 'query'
  if (url.href.includes('*')) return 'wildcard'
  if (!isHostname(url.hostname)) return 'notUrl'
  if (!isPlainPath(pathOf(url))) return 'path'
  return written(url).length > longest ? 'long' : undefined
}

/** What is wrong with it at this installation. */
function placeProblem(url: URL, { publicUrl, crmUrl, others }: Around): FieldError | undefined {
  const main = new URL(publicUrl)
  const [, word = ''] = url.pathname.split('/')
  if (main.protocol === 'https:' && url.protocol === 'http:') return { key: 'addresses:problem.http' }
  if (isLoopback(url.hostname) && !isLoopback(main.hostname)) return { key: 'addresses:problem.loopback' }
  if (ownWords.includes(word.toLowerCase())) return { key: 'addresses:problem.ownWord', args: { word: `/${word}` } }
  if (!isApart(url.href, publicUrl)) return { key: 'addresses:problem.publicUrl', args: { address: publicUrl } }
  if (isSamePlace(url, new URL(crmUrl))) return { key: 'addresses:problem.crm', args: { address: crmUrl } }
  const other = others.find(({ customUrl }) => !isApart(url.href, customUrl))
  return other && { key: 'addresses:problem.taken', args: { portal: other.name, address: asTyped(other.customUrl) } }
}

function isSamePlace(one: URL, other: URL): boolean {
  return hostKey(one) === hostKey(other) && pathKey(one) === pathKey(other)
}

function written(url: URL): string {
  return url.origin + pathOf(url)
}

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '')
}

/** The machine itself: nobody else gets there by it. */
function isLoopback(hostname: string): boolean {
  return /^(.*\.)?localhost$|^127\.|^0\.0\.0\.0$|^\[(::1?|::ffff:7f[0-9a-f]{2}:[0-9a-f]+)\]$/.test(hostname)
}

/** On the machine itself all its names are one. */
function hostKey({ hostname }: URL): string {
  return ['127.0.0.1', '[::1]'].includes(hostname) ? 'localhost' : hostname
}

function pathKey(url: URL): string {
  return `${pathOf(url).toLowerCase()}/`
}

function isWithin(path: string, other: string): boolean {
  return path.startsWith(other)
}
