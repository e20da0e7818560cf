/** The web server in front of a portal: at its own address, or at the public one (E06). */
import type { Config } from '../../config.js'
import { PorticoError } from '../../errors.js'
import type { Host } from '../../host/host.js'
import { backendOfListen, type Backend } from '../../web-server/backends.js'
import type { Mode, Server, Tls, WebServerSetup } from '../../web-server/web-server.js'
import { publicSite, type Site } from '../../web/site.js'
import type { Portal } from '../configuration.js'
import { siteOf } from './sites.js'

export interface WebServerChoice {
  readonly server: Server
  readonly mode: Mode
  readonly tls?: Tls | undefined
  /** Default: this process, as `PORTICO_LISTEN` says. */
  readonly backends?: readonly Backend[] | undefined
  /** Default: that of Debian's packages. */
  readonly root?: string | undefined
}

type Installed = {
  readonly config: Pick<Config, 'publicUrl' | 'listen' | 'limits'>
  readonly host: Pick<Host, 'name' | 'homeUrl'>
}

/** @throws PorticoError where Portico would take EspoCRM's own pages away. */
export function webServerSetup(
  { config, host }: Installed,
  portal: Pick<Portal, 'id' | 'slug' | 'customUrl'>,
  { server, mode, tls, backends, root }: WebServerChoice
): WebServerSetup {
  const own = siteOf(portal)
  const site = own ?? publicSite(config)
  mustLeaveEspocrm(host, site)
  return {
    server,
    mode,
    site,
    name: own ? portal.slug : 'public',
    tls,
    backends: backends ?? [backendOfListen(config.listen)],
    largestRequest: largestRequest(config),
    root: root ?? '/var/www/html'
  }
}

/** Every file of a form as large as may be, and a megabyte for its fields. */
function largestRequest({ limits }: Pick<Config, 'limits'>): number {
  return limits.uploadSize * limits.filesPerNote + 1024 * 1024
}

/** Paths below which EspoCRM has pages of its own; `/portal` are its own customer portals. */
const ofEspocrm = ['', 'api', 'client', 'portal']

function mustLeaveEspocrm(host: Installed['host'], site: Site): void {
  if (host.name !== 'espocrm') return
  const crm = new URL(host.homeUrl)
  const word = site.mount.split('/')[1] ?? ''
  if (crm.host === new URL(site.url).host && ofEspocrm.includes(word))
    throw new PorticoError('web-server:refused.shadows', { status: 422, args: { url: site.url, crm: crm.host } })
}
