/** `portico vhost`: the web server's configuration for a portal, on standard output alone (E06). */
import type { Config } from '../config.js'
import { PorticoError } from '../errors.js'
import { webServerSetup } from '../portal/portals/web-server-setup.js'
import { backendOf } from '../web-server/backends.js'
import { checkedSetup } from '../web-server/setup.js'
import {
  modes,
  webServerText,
  type Mode,
  type Server,
  type Tls,
  type WebServerSetup
} from '../web-server/web-server.js'
import { portalOf } from './portal-of.js'
import { say, withInstallation } from './terminal.js'

export interface VhostOptions {
  readonly portal?: string
  readonly server?: string
  readonly mode?: string
  readonly tls?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly backend?: readonly string[]
  readonly root?: string
  /** Looks at a deployed address instead. */
  readonly check?: string
  readonly at?: string
}

export async function vhost(options: VhostOptions): Promise<void> {
  if (options.check !== undefined) return (await import('./check-address.js')).checkDeployed(options.check, options)
  const { portal: slug, root } = options
  if (options.server === undefined) throw new PorticoError('web-server:refused.nothingAsked', { status: 422 })
  const server = serverOf(options.server)
  const choice = {
    server,
    mode: modeOf(server, options.mode),
    tls: tlsOf(options),
    backends: backendsOf(options),
    root
  }
  await withInstallation(async ({ config, host, portico: { context } }) => {
    const setup = webServerSetup(
      { config, host },
      slug === undefined ? noPortal : await portalOf(context, slug),
      choice
    )
    say(webServerText(setup).trimEnd())
    for (const hint of hintsOn(setup, config)) process.stderr.write(`${hint}\n`)
  })
}

/** Then the text is for the public address. */
const noPortal = { id: '', slug: 'public', customUrl: undefined }

function serverOf(word: string): Server {
  if (word === 'apache' || word === 'nginx') return word
  throw new PorticoError('web-server:refused.server', { status: 422, args: { server: word } })
}

function modeOf(server: Server, word: string | undefined): Mode {
  if (word === undefined) return 'proxy'
  const mode = modes[server].find((known) => known === word)
  if (mode) return mode
  const args = { mode: word, modes: modes[server].join(', ') }
  throw new PorticoError('web-server:refused.mode', { status: 422, args })
}

/** `--tls cert,key`, `--tls front`, or `--tls-cert` and `--tls-key`. */
function tlsOf({ tls, tlsCert, tlsKey }: VhostOptions): Tls | undefined {
  const words = [...(tls?.split(',') ?? []), tlsCert ?? [], tlsKey ?? []].flat()
  if (words.length === 0) return undefined
  if (words.length === 1 && tls === 'front') return tls
  const [certificate, key] = words
  if (words.length === 2 && certificate && key) return { certificate, key }
  throw new PorticoError('web-server:refused.tls', { status: 422, args: { tls: words.join(',') } })
}

function backendsOf({ backend }: VhostOptions): string[] | undefined {
  return backend?.flatMap((words) => words.split(',')).map(backendOf)
}

/** What the text can't do by itself. */
function hintsOn(setup: WebServerSetup, { trustedProxies }: Pick<Config, 'trustedProxies'>): string[] {
  const { isBehindFront } = checkedSetup(setup)
  const proxies = isBehindFront ? 2 : 1
  return [
    ...(setup.site.rewrittenTo === ''
      ? [`The text is for the public address, ${setup.site.url}: no portal with a custom URL was named.`]
      : []),
    ...(trustedProxies === proxies
      ? []
      : [`Set PORTICO_TRUSTED_PROXIES=${proxies} for Portico; it is ${trustedProxies} now.`]),
    `When it is in place: portico vhost --check ${setup.site.url}`
  ]
}
