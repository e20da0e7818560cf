/** Where a visitor may be sent back to: paths of this site and nothing else (A36). */
import { isUrl } from '../url.js'
const nowhere = 'http://this.site'

/** `wanted` as a path of this site, or undefined when it is anything else. */
export function sameSitePath(wanted: unknown): string | undefined {
  if (typeof wanted !== 'string' || wanted.length > 2000 || !/^\/[\x21-\x7e]*$/.test(wanted)) return undefined
  const url = isUrl(wanted, nowhere) ? new URL(wanted, nowhere) : undefined
  if (url?.origin !== nowhere || url.pathname.startsWith('//')) return undefined
  return url.pathname + url.search
}
