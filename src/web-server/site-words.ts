/** Which words of an address can stand in a web server's configuration as they are: nothing has to be quoted, so nothing can break out. */
import { isUrl } from '../url.js'

const hostname = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
const ipv6 = /^\[[0-9a-f:.]{2,45}\]$/
const path = /^(?:\/[A-Za-z0-9._~-]+)*$/
const absoluteFile = /^\/[^\p{Cc}"\\$*?[\]]+$/u

/** A host name in lower case, an IPv4 address, or an IPv6 address in brackets. */
export function isHostname(text: string): boolean {
  return hostname.test(text) || ipv6.test(text)
}

/** '' or a path without a slash at its end, of letters, digits and `. _ ~ -`. */
export function isPlainPath(text: string): boolean {
  return path.test(text) && !text.split('/').some((part) => part === '.' || part === '..')
}

/** The whole path of a file, without anything that quotation marks don't hold together in Apache and in nginx, or that is a pattern there. */
export function isFilePath(text: string): boolean {
  return absoluteFile.test(text)
}

/** Can visitors reach a portal at this address with a web server in front (E06)? */
export function isSiteUrl(text: string): boolean {
  if (/\s/.test(text) || !isUrl(text)) return false
  const { protocol, hostname: host, pathname, search, hash, username, password } = new URL(text)
  const isBare = search + hash + username + password === ''
  return isBare && /^https?:$/.test(protocol) && isHostname(host) && isPlainPath(pathname.replace(/\/+$/, ''))
}

/** For a regular expression: exactly this word. */
export function literally(word: string): string {
  return word.replace(/[.[\]]/g, '\\$&')
}
