/** Sites: the addresses under which visitors reach us. One is the public address; a portal may have one of its own (E06). Everything
 *  that a page says of addresses (links, redirects, cookies, the origin of its forms) is that of the site its request stands at. */
import type { CookieOptions, Request } from 'express'
import { isUrl } from '../url.js'

export interface Site {
  /** What visitors type, without a slash at its end: `https://portal.example.com`. */
  readonly url: string
  readonly origin: string
  /** In lower case, without a port, IPv6 in brackets. */
  readonly hostname: string
  /** Path of `url`; '' where the whole host name is ours. */
  readonly mount: string
  /** The path of ours that stands at its root: '' at the public address, `/portal/acme` at that of a portal. */
  readonly base: string
  /** Another path that a web server may have put in place of the root: `/portal/<id>`; '' at the public address. */
  readonly rewrittenTo: string
  readonly isSecure: boolean
}

/** A site of one portal, as a module contributes it. */
export type SiteAddress = Pick<Site, 'url' | 'base' | 'rewrittenTo'>

/** @throws TypeError for what is no URL. */
export function siteAt({ url, base, rewrittenTo }: SiteAddress): Site {
  const { origin, hostname, pathname, protocol } = new URL(url)
  const mount = pathname.replace(/\/+$/, '')
  return { url: origin + mount, origin, hostname, mount, base, rewrittenTo, isSecure: protocol === 'https:' }
}

export function publicSite(config: { readonly publicUrl: string }): Site {
  return siteAt({ url: config.publicUrl, base: '', rewrittenTo: '' })
}

/** Is this path of ours the same at every site: the root, files of pages, the choice of a language? */
export function isEverywhere(path: string): boolean {
  return path === '/' || /^\/(public|language)(?=[/?]|$)/.test(path)
}

/** `path` (ours, from the root: `/portal/acme/cases`) as the visitor's browser has to ask for it; a whole address where his site doesn't have
 *  it. It never begins with two slashes: what follows those would be another host (A36). */
export function addressAt(site: Site, main: Site, path: string): string {
  const below = pathBelow(site, path)
  return below === undefined ? main.url + path : site.mount + below.replace(/^[/\\]+/, '/')
}

/** The path at the site's root that leads to `path`; undefined where the site doesn't have it. */
function pathBelow({ base }: Site, path: string): string | undefined {
  if (base === '' || isEverywhere(path)) return path
  const rest = without(base, path)
  return rest === path ? undefined : rest
}

/** What was asked for, as a path of ours with its query. `url` is as it arrived: with the site's own path or without it, where a proxy
 *  took that off, and at a portal's site also with a path of the portal that a web server put in front, once or twice. */
export function pathAt(site: Site, url: string): string {
  const below = without(site.mount, url)
  if (site.base === '') return below
  const asked = withoutAny([site.rewrittenTo, site.base], below)
  return asked !== '/' && isEverywhere(asked) ? asked : site.base + asked
}

/** Does `url` as it arrived name the portal's path at the public address, at a site where everything stands at the root? */
export function isSpelledOut({ base, mount, rewrittenTo }: Site, url: string): boolean {
  const asked = withoutAny([rewrittenTo], without(mount, url))
  return without(base, asked) !== asked
}

function withoutAny(paths: readonly string[], url: string): string {
  const rest = paths.reduce((asked, path) => without(path, asked), url)
  return rest === url ? url : withoutAny(paths, rest)
}

/** How often the path that a web server put in place of the root stands in front of `url` as it arrived. */
export function rewritingsIn({ mount, rewrittenTo }: Pick<Site, 'mount' | 'rewrittenTo'>, url: string): number {
  const below = without(mount, url)
  const rest = without(rewrittenTo, below)
  return rest === below ? 0 : 1 + rewritingsIn({ mount: '', rewrittenTo }, rest)
}

/** `url` below `path`, beginning with a slash; as it is where it isn't below it. */
function without(path: string, url: string): string {
  if (path === '' || !url.startsWith(path)) return url
  const rest = url.slice(path.length)
  if (rest.startsWith('/')) return rest
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url
}

/** A cookie's name; `__Host-` binds it to this host name where the browser can enforce that (A34). */
export function cookieName({ isSecure, mount }: Site, name: string): string {
  return isSecure && mount === '' ? `__Host-${name}` : name
}

/** Flags of all our cookies: not readable by scripts, not sent along by other sites' forms, only over https where there is https. */
export function cookieOptions({ isSecure, mount }: Site): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: isSecure, path: mount || '/' }
}

/** Something made once for each kind of cookie that sites need, and given to the request that stands there. */
export function perCookie<T>(make: (site: Site) => T): (site: Site) => T {
  const made = new Map<string, T>()
  return (site) => {
    const kind = `${site.isSecure} ${site.mount}`
    const known = made.get(kind) ?? make(site)
    made.set(kind, known)
    return known
  }
}

/** The site of a host name: the one whose path is the longest that the request's begins with, or the one whose path a web server put in
 *  front. The public address is also meant where a web server took its path off. */
export function siteOfHost(sites: readonly Site[], hostname: string, url: string): Site | undefined {
  const here = sites.filter((site) => isHostOf(site, hostname))
  const ofPath = here.filter(({ mount }) => mount !== '' && without(mount, url) !== url)
  const rewritten = here.filter(({ rewrittenTo }) => rewrittenTo !== '' && without(rewrittenTo, url) !== url)
  const longest = ofPath.toSorted((a, b) => b.mount.length - a.mount.length)[0]
  return longest ?? rewritten[0] ?? here.find(({ mount }) => mount === '') ?? here.find(({ base }) => base === '')
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** On the machine itself all its names are one. */
export function isHostOf(site: Site, hostname: string): boolean {
  return site.hostname === hostname || (loopback.includes(site.hostname) && loopback.includes(hostname))
}

/** The host names by which a request may be known: its own, and behind a proxy that doesn't pass that on the one the nearest proxy says.
 *  What a visitor writes into that header himself stands before what the proxy adds, and counts for nothing. */
export function hostnamesOf(req: Request): string[] {
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean
  const forwarded = trusts(req.socket.remoteAddress ?? '', 0)
    ? req.get('x-forwarded-host')?.split(',').at(-1)
    : undefined
  return [req.get('host'), forwarded].flatMap((host) => hostnameIn(host) ?? [])
}

function hostnameIn(host: string | undefined): string | undefined {
  const url = `http://${host?.trim() ?? ''}/`
  return host !== undefined && /^[\w.:[\]-]+$/.test(host.trim()) && isUrl(url) ? new URL(url).hostname : undefined
}
