/** One Portico behind one Apache and one nginx, with everything that stands before it: for each way of passing requests on two portals
 *  with host names of their own, addresses with a path, and beside them a stand-in for the CRM's own site. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text as wholeText } from 'node:stream/consumers'
import { connect as connectByTls } from 'node:tls'
import { staff } from '../../demo/cast.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { configuration, userTypesOf, type Portal } from '../../src/portal/configuration.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import { webServerSetup } from '../../src/portal/portals/web-server-setup.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { webServerText, type Mode, type Server } from '../../src/web-server/web-server.js'
import { release } from '../portal/releases.js'
import { startApache, type Apache } from '../support/apache.js'
import { openApp, type TestApp } from '../support/app.js'
import { freePort } from '../support/child-process.js'
import type { OpenDatabase } from '../support/databases.js'
import { startNginx, type Nginx } from '../support/nginx.js'
import { makeCertificate, type Certificate } from '../support/tls.js'
import { WebVisitor } from '../support/web-visitor.js'
import { startService, type Service } from './service.js'

/** A way by which visitors come to the two portals. */
export interface Way {
  readonly server: Server
  readonly mode: Mode
  /** `host`: host names of their own; `path`: below a path of the CRM's site; `public`: the public address, beside the CRM; `two`: as `host`, with two processes behind. */
  readonly at: 'host' | 'path' | 'public' | 'two'
  readonly isTls: boolean
}

/** Everything that is tried, in the order in which it is. */
export const ways: readonly Way[] = [
  ...modesAt('host', false),
  ...modesAt('host', true),
  ...modesAt('path', false),
  { server: 'apache', mode: 'proxy', at: 'public', isTls: false },
  { server: 'nginx', mode: 'proxy', at: 'public', isTls: false },
  { server: 'apache', mode: 'proxy', at: 'two', isTls: false },
  { server: 'apache', mode: 'rewrite', at: 'two', isTls: false },
  { server: 'nginx', mode: 'proxy', at: 'two', isTls: false }
]

function modesAt(at: Way['at'], isTls: boolean): Way[] {
  return [
    ...(['proxy', 'rewrite', 'htaccess'] as const).map((mode) => ({ server: 'apache' as const, mode, at, isTls })),
    ...(['proxy', 'rewrite'] as const).map((mode) => ({ server: 'nginx' as const, mode, at, isTls }))
  ]
}

export function nameOf({ server, mode, at, isTls }: Way): string {
  return [server, mode, ...(at === 'host' ? [] : [at]), ...(isTls ? ['tls'] : [])].join('-')
}

export interface House {
  readonly test: TestApp
  readonly apache: Apache
  readonly nginx: Nginx
  readonly certificate: Certificate
  readonly service: Service
  readonly ports: Ports
  /** Of people who may be invited to the first portal. */
  readonly userTypeId: string
  /** Ids of the portals. */
  readonly ids: Record<PortalName, string>
  /** The web servers' own folder, as the texts name it. */
  readonly root: string
  /** The text of a portal this way. */
  text(way: Way, name: PortalName): string
  /** What the command line says. */
  command(words: readonly string[]): Promise<{ out: string; err: string }>
  /** The portals' addresses this way; from now on they are the configured ones. */
  move(way: Way): Promise<Record<PortalName, string>>
  visitor(way: Way, options?: { language?: string; isIpv6?: boolean }): WebVisitor
  /** Says these lines where the first portal's text stands alone, or with `.htaccess` the CRM's site does, so that every host name leads there. */
  says(way: Way, door: Door, lines: readonly string[]): Promise<string>
  close(): Promise<void>
}

export type PortalName = 'a' | 'b'

/** Ports of one web server. */
export type Door = 'plain' | 'tls' | 'redirect'

/** Of the CRM's configuration; nobody may ever get it from one of our virtual hosts. */
export const crmsSecret = "the CRM's secret"
export const secretFile = '/data/config-internal.php'

interface Ports {
  /** What visitors type: http, https, and where http sends them to https. */
  readonly plain: number
  readonly tls: number
  readonly redirect: number
  /** nginx at [::1], where Apache has the others. */
  readonly plainIpv6: number
  readonly tlsIpv6: number
  readonly redirectIpv6: number
}

/** Apache and nginx have the same ports at different addresses of this machine. */
export const addresses = { apache: '127.0.0.1', nginx: '127.0.0.2' } as const
const uploadSize = 60_000_000

/** Ways that also have an address of this machine to themselves. */
export const aloneWays = ways.filter(({ at }) => at === 'host')

function aloneAt(way: Way): string | undefined {
  const index = aloneWays.indexOf(way)
  return index < 0 ? undefined : `127.0.1.${index + 1}`
}

/** All that comes back. */
async function sayTo(
  at: { host: string; port: number; ca?: string; servername?: string },
  lines: readonly string[]
): Promise<string> {
  const socket = at.ca === undefined ? connect(at) : connectByTls(at)
  socket.write(lines.map((line) => `${line}\r\n`).join('') + '\r\n')
  return wholeText(socket)
}

export async function openHouse(open: OpenDatabase): Promise<House> {
  const ports = await freePorts()
  const limits = { userTypesPerPortal: 5, activeUsersPerType: 1000, uploadSize, filesPerNote: 5 }
  const publicUrl = `http://crm.test:${ports.plain}/crm-portal`
  const test = await openApp(open, { config: { publicUrl, trustedProxies: 1, limits } })
  const portals = { a: await portalAt(test, 'thermovia'), b: await openPartners(test) }
  const service = await startService(test)
  const hosts = ways.flatMap((way) => [hostOf(way, 'a'), hostOf(way, 'b')])
  const certificate = makeCertificate([...new Set(hosts)], 60)
  const urls = (way: Way): Record<PortalName, string> => ({ a: urlOf(way, 'a', ports), b: urlOf(way, 'b', ports) })
  const textOf = (way: Way, name: PortalName, root: string): string =>
    webServerText(
      webServerSetup(
        { config: test.embedded.config, host: test.embedded.host },
        { ...portals[name], customUrl: way.at === 'public' ? undefined : urls(way)[name] },
        {
          server: way.server,
          mode: way.mode,
          backends: way.at === 'two' ? service.backends : service.backends.slice(0, 1),
          root,
          ...(way.isTls && way.mode !== 'htaccess' && { tls: certificate })
        }
      )
    )
  const apache = await startApache({
    modules: apacheModules,
    config: ({ folder }) => apacheConfig({ folder, ports, certificate, textOf })
  })
  const nginx = await startNginx({
    at: { host: addresses.nginx, port: ports.plain },
    config: (folder) => nginxConfig({ folder, ports, textOf })
  })
  return {
    test,
    apache,
    nginx,
    certificate,
    service,
    ports,
    root: join(apache.folder, 'crm'),
    text: (way, name) => textOf(way, name, join(apache.folder, 'crm')),
    command: (words) => commandIn(test, words),
    ids: { a: portals.a.id, b: portals.b.id },
    userTypeId: userTypesOf(await configuration(test.embedded.db), portals.a.id)[0]!.id,
    move: async (way) => {
      await test.embedded.db('portico_attempts').delete()
      const { a, b } = urls(way)
      await configure(test, {
        [portals.a.id]: way.at === 'public' ? null : a,
        [portals.b.id]: way.at === 'public' ? null : b
      })
      return { a, b }
    },
    visitor: (way, { language = 'en', isIpv6 = false } = {}) =>
      new WebVisitor(wireOf(way, isIpv6, ports, certificate), language),
    says: (way, door, lines) => {
      const at = { host: aloneAt(way)!, port: ports[door] }
      return sayTo(door === 'tls' ? { ...at, ca: certificate.authority, servername: hostOf(way, 'a') } : at, lines)
    },
    close: async () => {
      await nginx.stop()
      await apache.stop()
      await service.stop()
      await test.close()
    }
  }
}

/** Runs the command line on the same database. */
function commandIn({ embedded: { config } }: TestApp, words: readonly string[]): Promise<{ out: string; err: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: config.databaseUrl,
    PORTICO_FILES: config.filesFolder,
    PORTICO_SECRET: config.secret,
    PORTICO_PUBLIC_URL: config.publicUrl,
    PORTICO_UPLOAD_SIZE: String(uploadSize)
  }
  const args = ['--import', 'tsx', 'src/cli/portico.ts', ...words]
  return new Promise((resolve) =>
    execFile(process.execPath, args, { env }, (_error, out, err) => resolve({ out, err }))
  )
}

async function freePorts(): Promise<Ports> {
  const [plain, tls, redirect, plainIpv6, tlsIpv6, redirectIpv6] = await Promise.all(
    Array.from({ length: 6 }, freePort)
  )
  return { plain, tls, redirect, plainIpv6, tlsIpv6, redirectIpv6 } as Ports
}

function wireOf(
  { server, isTls }: Way,
  isIpv6: boolean,
  ports: Ports,
  { authority }: Certificate
): { host: string; port?: number; authority: string } {
  if (!isIpv6) return { host: addresses[server], authority }
  return { host: '::1', authority, ...(server === 'nginx' && { port: isTls ? ports.tlsIpv6 : ports.plainIpv6 }) }
}

function hostOf(way: Way, name: PortalName): string {
  if (way.at === 'public') return 'crm.test'
  return way.at === 'path' ? 'www.test' : `${name}.${nameOf(way)}.test`
}

function urlOf(way: Way, name: PortalName, ports: Ports): string {
  const origin = way.isTls ? `https://${hostOf(way, name)}:${ports.tls}` : `http://${hostOf(way, name)}:${ports.plain}`
  if (way.at === 'public') return `${origin}/crm-portal/portal/${slugs[name]}`
  return way.at === 'path' ? `${origin}/${name}-${way.mode}` : origin
}

const slugs = { a: 'thermovia', b: 'partners' } as const

/** What stands before a path of the first portal when it reaches Portico this way. */
export function pathBehind({ ids }: House, way: Way): string {
  if (way.mode === 'rewrite') return `/portal/${ids.a}`
  if (way.at === 'public') return `/crm-portal/portal/${slugs.a}`
  return way.at === 'path' ? `/a-${way.mode}` : ''
}

/** Writes the portals' own addresses down, as their page does. */
async function configure(test: TestApp, urls: Readonly<Record<string, string | null>>): Promise<void> {
  await test.embedded.db.transaction(async (trx) => {
    for (const id of Object.keys(urls)) await trx('portico_portals').where({ id }).update({ custom_url: null })
    for (const [id, custom_url] of Object.entries(urls))
      await trx('portico_portals').where({ id }).update({ custom_url })
    await raiseConfigurationVersion(trx)
  })
}

async function portalAt(test: TestApp, slug: string): Promise<Portal> {
  const { portals } = await configuration(test.embedded.db)
  return [...portals.values()].find((portal) => portal.slug === slug)!
}

/** A German portal beside the demo's, with Emily in it. */
async function openPartners(test: TestApp): Promise<Portal> {
  const { context } = test.embedded.portico
  const by = (await test.embedded.host.staffById(staff.irena.id))!
  const formats = { date: 'dmy', time: '24' } as const
  const form = { name: 'Partnerportal', slug: slugs.b, locale: 'de', timeZone: 'Europe/Berlin', formats } as const
  const id = await createPortal(context, form, by)
  const { id: typeId, revision } = userTypesOf(await configuration(context.db), id)[0]!
  await saveRelease(
    context,
    { id: typeId, revision },
    release('Contact', { kind: 'primary', fields: { lastName: 'readOnly' } }),
    by
  )
  await finishSetUp(context, { id: typeId, revision: revision + 1 }, by)
  return portalAt(test, slugs.b)
}

const apacheModules = [
  ...['proxy', 'proxy_http', 'headers', 'rewrite', 'ssl', 'proxy_balancer', 'lbmethod_byrequests', 'proxy_hcheck'],
  ...['watchdog', 'slotmem_shm', 'socache_shmcb', 'authz_host', 'dir', 'mime', 'alias', 'reqtimeout']
]

type TextOf = (way: Way, name: PortalName, root: string) => string

interface Ground {
  readonly folder: string
  readonly ports: Ports
  readonly textOf: TextOf
}

const both = ['a', 'b'] as const

function apacheConfig({ folder, ports, certificate, textOf }: Ground & { certificate: Certificate }): string {
  const crm = crmFolder(join(folder, 'crm'))
  const mine = ways.filter(({ server }) => server === 'apache')
  const text = (way: Way): string[] =>
    both.map((name) => textOf(way, name, crm).replaceAll('*:80>', `*:${ports.redirect}>`))
  const alone = aloneWays.filter(({ server }) => server === 'apache')
  const hosts = ['127.0.0.1', '[::1]', ...alone.map((way) => aloneAt(way)!)]
  const listens = [ports.plain, ports.tls, ports.redirect].flatMap((port) => hosts.map((host) => `${host}:${port}`))
  const htaccess = mine.filter(({ mode }) => mode === 'htaccess')
  for (const way of htaccess) {
    for (const name of both) {
      const place = way.at === 'path' ? join(crm, `${name}-htaccess`) : crmFolder(join(folder, hostOf(way, name)))
      mkdirSync(place, { recursive: true })
      for (const below of way.at === 'path' ? [''] : ['', 'api'])
        writeFileSync(join(place, below, '.htaccess'), textOf(way, name, crm) + ofCrm)
    }
  }
  return [
    'TypesConfig /dev/null',
    'KeepAliveTimeout 1',
    ...listens.map((at) => `Listen ${at}`),
    `<Directory "${folder}">\nAllowOverride FileInfo\nRequire all granted\n</Directory>`,
    `<VirtualHost *:${ports.plain}>\nServerName crm.test\nServerAlias www.test\nDocumentRoot "${crm}"\nDirectoryIndex index.html`,
    ...mine.filter(({ at, mode }) => at === 'path' && mode !== 'htaccess').flatMap(text),
    ...mine.filter(({ at }) => at === 'public').map((way) => textOf(way, 'a', crm)),
    '</VirtualHost>',
    ...mine.filter(({ at, mode }) => (at === 'host' || at === 'two') && mode !== 'htaccess').flatMap(text),
    ...htaccess
      .filter(({ at }) => at === 'host')
      .flatMap((way) => both.map((name) => ownHost(way, name, { folder, ports, certificate }))),
    ...alone.map((way) => {
      const here = way.mode === 'htaccess' ? ownHost(way, 'a', { folder, ports, certificate }) : text(way)[0]!
      return here.replaceAll('<VirtualHost *:', `<VirtualHost ${aloneAt(way)}:`)
    })
  ].join('\n')
}

/** The CRM's own rules, after ours. */
const ofCrm = 'RewriteRule ^rewritten-by-the-crm$ index.html [L]\n'

/** What a provider gives somebody: a host name with a folder, which has the CRM, and nothing to set but what stands in it. */
function ownHost(
  way: Way,
  name: PortalName,
  { folder, ports, certificate: { certificate, key } }: Omit<Ground, 'textOf'> & { certificate: Certificate }
): string {
  const tls = ['SSLEngine On', `SSLCertificateFile "${certificate}"`, `SSLCertificateKeyFile "${key}"`]
  return [
    `<VirtualHost *:${way.isTls ? ports.tls : ports.plain}>`,
    `ServerName ${hostOf(way, name)}`,
    `DocumentRoot "${join(folder, hostOf(way, name))}"`,
    'DirectoryIndex index.html',
    ...(way.isTls ? tls : []),
    '</VirtualHost>'
  ].join('\n')
}

function nginxConfig({ folder, ports, textOf }: Ground): string {
  const crm = crmFolder(join(folder, 'crm'))
  const mine = ways.filter(({ server }) => server === 'nginx')
  const text = (way: Way): string[] => both.map((name) => listeningHere(textOf(way, name, crm), ports))
  const listens = listeningHere(
    `listen ${ports.plain} default_server;\nlisten [::]:${ports.plain} default_server;`,
    ports
  )
  return [
    'server_names_hash_bucket_size 128;',
    'keepalive_timeout 1s;',
    `server {\n${listens}\nserver_name crm.test www.test;\nroot "${crm}";`,
    ...mine.filter(({ at }) => at === 'path').flatMap(text),
    ...mine.filter(({ at }) => at === 'public').map((way) => textOf(way, 'a', crm)),
    '}',
    ...mine.filter(({ at }) => at === 'host' || at === 'two').flatMap(text),
    ...aloneWays
      .filter(({ server }) => server === 'nginx')
      .map((way) => listeningHere(textOf(way, 'a', crm), ports, aloneAt(way)))
  ].join('\n')
}

/** nginx's own ports of this run. */
function listeningHere(text: string, ports: Ports, alone?: string): string {
  const ipv6 = new Map([
    [ports.plain, ports.plainIpv6],
    [ports.tls, ports.tlsIpv6],
    [ports.redirect, ports.redirectIpv6]
  ])
  return text.replace(
    /^(\s*listen) (\[::\]:)?(\d+)(.*)$/gm,
    (_, listen: string, isIpv6: string, word: string, rest: string) => {
      const port = word === '80' ? ports.redirect : Number(word)
      const at = isIpv6 ? `[::1]:${ipv6.get(port) ?? port}` : `${alone ?? addresses.nginx}:${port}`
      return isIpv6 && alone !== undefined ? '' : `${listen} ${at}${rest}`
    }
  )
}

/** The CRM's own site: a page, its own /portal/, its client files, a secret, and a file by which a certificate is asked for. */
function crmFolder(crm: string): string {
  const files = {
    'index.html': 'The CRM',
    'portal/index.html': "The CRM's own portal",
    'client/app.js': '"the CRM\'s client"',
    'public/app.css': "/* the CRM's */",
    'api/index.html': "The CRM's interface",
    [secretFile]: crmsSecret,
    '.well-known/acme-challenge/token': 'a certificate is asked for'
  }
  for (const [path, words] of Object.entries(files)) {
    mkdirSync(join(crm, path, '..'), { recursive: true })
    writeFileSync(join(crm, path), words)
  }
  return crm
}
