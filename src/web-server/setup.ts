/** What a web server in front of Portico is asked to do, and whether that can be done. */
import { PorticoError } from '../errors.js'
import type { Site } from '../web/site.js'
import { backendOf, type Backend } from './backends.js'
import { isFilePath, isHostname, isPlainPath, isSiteUrl } from './site-words.js'

export type Server = 'apache' | 'nginx'
export type Mode = 'proxy' | 'rewrite' | 'htaccess'

/** How each server can pass requests on; the first is the usual one. */
export const modes = {
  apache: ['proxy', 'rewrite', 'htaccess'],
  nginx: ['proxy', 'rewrite']
} as const satisfies Record<Server, readonly Mode[]>

/** Files of a certificate; `front`: a server before this one ends TLS and passes requests on by http. */
export type Tls = { readonly certificate: string; readonly key: string } | 'front'

export interface WebServerSetup {
  readonly server: Server
  readonly mode: Mode
  readonly site: Pick<Site, 'url' | 'hostname' | 'mount' | 'rewrittenTo' | 'isSecure'>
  /** A short word for files and groups of servers: a portal's slug. */
  readonly name: string
  /** Undefined: what is there already, with a path in the address and in an `.htaccess` file. An https address with a host name to itself
   *  has to say it: whoever guesses there opens a port that he didn't mean to, or trusts a server that isn't there. */
  readonly tls?: Tls | undefined
  readonly backends: readonly Backend[]
  /** Bytes of the largest request. */
  readonly largestRequest: number
  /** The folder with the web server's own files, and those by which certificates are asked for (ACME). */
  readonly root: string
}

/** What the texts are made from: everything looked at, nothing left to quote. */
export interface CheckedSetup extends WebServerSetup {
  /** The port visitors use. */
  readonly port: number
  /** What this server calls visitors' own addresses: the one before it does. */
  readonly isBehindFront: boolean
  readonly certificate: Exclude<Tls, 'front'> | undefined
  /** The site has a host name to itself: the text is a virtual host, not a part of one. */
  readonly isWholeHost: boolean
}

/** @throws PorticoError for what the server can't do, and for words that can't stand in its configuration. */
export function checkedSetup(setup: WebServerSetup): CheckedSetup {
  const { site, tls } = setup
  const isWholeHost = site.mount === ''
  mustBePlain(setup)
  mustFit(setup, isWholeHost)
  return {
    ...setup,
    port: Number(new URL(site.url).port) || (site.isSecure ? 443 : 80),
    isBehindFront: tls === 'front',
    certificate: tls === 'front' ? undefined : tls,
    isWholeHost
  }
}

function mustBePlain({ site, name, tls, root, backends }: WebServerSetup): void {
  if (!isHostname(site.hostname)) throw refused('host', { host: site.hostname })
  if (!isPlainPath(site.mount) || !isSiteUrl(site.url)) throw refused('path', { path: site.mount })
  if (!isPlainPath(site.rewrittenTo)) throw refused('path', { path: site.rewrittenTo })
  if (!/^[a-z0-9-]+$/.test(name)) throw refused('path', { path: name })
  for (const file of [root, ...(typeof tls === 'object' ? [tls.certificate, tls.key] : [])])
    if (!isFilePath(file)) throw refused('file', { file })
  for (const backend of backends.length > 0 ? backends : ['']) backendOf(backend)
}

function mustFit({ server, mode, site, backends, tls }: WebServerSetup, isWholeHost: boolean): void {
  if (!(modes[server] as readonly Mode[]).includes(mode))
    throw refused('mode', { mode, modes: modes[server].join(', ') })
  if (mode === 'rewrite' && site.rewrittenTo === '') throw refused('noCustomUrl')
  if (mode === 'htaccess' && backends.length > 1) throw refused('htaccessBackends')
  if (mode === 'htaccess' && typeof tls === 'object') throw refused('htaccessTls')
  if (mode !== 'htaccess') tlsMustFit({ site, tls }, isWholeHost)
}

function tlsMustFit({ site, tls }: Pick<WebServerSetup, 'site' | 'tls'>, isWholeHost: boolean): void {
  if (tls === undefined && isWholeHost && site.isSecure) throw refused('tlsUnsaid', { url: site.url })
  if (typeof tls !== 'object') return
  if (!site.isSecure) throw refused('plainHttp', { url: site.url })
  if (!isWholeHost) throw refused('tlsOfHost', { host: site.hostname })
}

function refused(reason: string, args: Record<string, string> = {}): PorticoError {
  return new PorticoError(`web-server:refused.${reason}`, { status: 422, args })
}
