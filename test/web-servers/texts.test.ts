import { expect } from 'chai'
import fc from 'fast-check'
import { PorticoError } from '../../src/errors.js'
import { webServerSetup } from '../../src/portal/portals/web-server-setup.js'
import { backendOf, backendOfListen } from '../../src/web-server/backends.js'
import { isSiteUrl } from '../../src/web-server/site-words.js'
import { modes, webServerText, type Mode, type Server, type WebServerSetup } from '../../src/web-server/web-server.js'
import { siteAt, type Site } from '../../src/web/site.js'

const tls = { certificate: '/etc/ssl/portal.pem', key: '/etc/ssl/portal.key' }

function siteOf(url: string): Site {
  return siteAt({ url, base: '/portal/acme', rewrittenTo: '/portal/1b4e28ba-2fa1' })
}

function setupOf(more: Partial<WebServerSetup> = {}): WebServerSetup {
  return {
    server: 'apache',
    mode: 'proxy',
    site: siteOf('https://portal.example.com'),
    name: 'acme',
    backends: ['127.0.0.1:3000'],
    largestRequest: 1000,
    root: '/var/www/html',
    ...more
  }
}

/** What stands at the beginning of each statement: the directives, and nothing that they are told. */
function directives(server: Server, text: string): string[] {
  const statements = text
    .replace(/^\s*#.*$/gm, '')
    .replace(/"[^"]*"/g, 'quoted')
    .split(server === 'nginx' ? /[\n;{}]/ : /\n/)
  return statements.map((statement) => statement.trim().split(/\s/)[0]!).filter((word) => word !== '')
}

const kinds = Object.entries(modes).flatMap(([server, list]) => list.map((mode) => [server, mode] as [Server, Mode]))

describe('the texts for web servers', () => {
  it('E06 with a host name of its own: a virtual host, http led to https, certificates left alone', () => {
    const text = webServerText(setupOf({ tls }))
    expect(text).to.include('ServerName portal.example.com')
    expect(text).to.include('SSLCertificateFile "/etc/ssl/portal.pem"')
    expect(text).to.include('RewriteRule ^ https://portal.example.com%1 [NE,R=301,L]\n  RewriteRule ^ - [R=404,L]')
    expect(text).to.include('ProxyPass "/.well-known/acme-challenge/" "!"')
    expect(text).to.include('ProxyPass "/" "http://127.0.0.1:3000/" nocanon')
  })

  it('E06 with a path: locations alone, so that the CRM keeps the rest of its host name', () => {
    for (const [server, mode] of kinds.filter(([, kind]) => kind !== 'htaccess')) {
      const text = webServerText(setupOf({ server, mode, site: siteOf('https://www.example.com/customers') }))
      expect(text, `${server} ${mode}`).to.not.match(/<VirtualHost|^server \{|location \/ |ProxyPass "\/"/m)
      expect(text).to.match(/<Location "\/customers">|location \^~ \/customers\/ \{/)
    }
  })

  it('E06 where TLS ends in front, that server says who the visitor is; else nobody but the visitor’s connection', () => {
    for (const [server, mode] of kinds) {
      const own = webServerText(setupOf({ server, mode, ...(mode !== 'htaccess' && { tls }) }))
      const front = webServerText(setupOf({ server, mode, tls: 'front' }))
      const takesOver = /proxy_add_x_forwarded_for/
      expect(own)
        .to.match(/unset X-Forwarded-For|X-Forwarded-For \$remote_addr/)
        .and.not.match(takesOver)
      expect(front).to.not.match(/unset X-Forwarded-For|X-Forwarded-For \$remote_addr/)
      expect(front)
        .to.include('PORTICO_TRUSTED_PROXIES=2')
        .and.match(/X-Forwarded-Proto "?https/)
    }
  })

  it('E06 several processes are one group, which leaves out who does not answer', () => {
    const backends = ['10.0.0.1:3000', '[fd00::2]:3000']
    const apache = webServerText(setupOf({ backends, tls }))
    expect(apache)
      .to.include('BalancerMember "http://10.0.0.1:3000"')
      .and.include('BalancerMember "http://[fd00::2]:3000"')
    expect(apache).to.include('hcuri=/readyz').and.include('ProxyPass "/" "balancer://portico-acme/" nocanon')
    const nginx = webServerText(setupOf({ server: 'nginx', backends, tls: 'front' }))
    expect(nginx).to.match(/upstream portico-acme \{\s+server 10.0.0.1:3000.*\s+server \[fd00::2\]:3000/)
  })

  it('E06 what a server can’t do is refused with a reason', () => {
    const refusals: [string, Partial<WebServerSetup>][] = [
      ['mode', { server: 'nginx', mode: 'htaccess' }],
      ['noCustomUrl', { mode: 'rewrite', site: siteAt({ url: 'https://crm.example.com', base: '', rewrittenTo: '' }) }],
      ['htaccessBackends', { mode: 'htaccess', backends: ['127.0.0.1:1', '127.0.0.1:2'] }],
      ['htaccessTls', { mode: 'htaccess', tls }],
      ['tlsUnsaid', {}],
      ['tlsUnsaid', { server: 'nginx', mode: 'rewrite' }],
      ['plainHttp', { tls, site: siteOf('http://portal.example.com') }],
      ['tlsOfHost', { tls, site: siteOf('https://www.example.com/customers') }],
      ['file', { tls: { ...tls, key: 'portal.key' } }],
      ['file', { root: '/var/www/"\n' }],
      ['file', { root: '/var/www/[ab]*' }],
      ['backend', { backends: ['127.0.0.1'] }],
      ['backend', { backends: [] }],
      ['host', { site: siteOf('https://a;b.example.com') }],
      ['path', { site: siteOf('https://www.example.com/a;b') }]
    ]
    for (const [reason, more] of refusals)
      expect(refusalOf(setupOf(more)), reason).to.equal(`web-server:refused.${reason}`)
  })

  it('E06 EspoCRM keeps its own pages: no text for its root, its /portal, its API', () => {
    const config = { publicUrl: 'https://crm.example.com/crm-portal', listen: { host: '127.0.0.1', port: 3000 } }
    const limits = { userTypesPerPortal: 5, activeUsersPerType: 5, uploadSize: 10_000_000, filesPerNote: 5 }
    const at = (customUrl: string | undefined, name: 'espocrm' | 'embedded' = 'espocrm'): WebServerSetup =>
      webServerSetup(
        { config: { ...config, limits }, host: { name, homeUrl: 'https://crm.example.com/' } },
        { id: '1b4e28ba', slug: 'acme', customUrl },
        { server: 'apache', mode: 'proxy' }
      )
    for (const url of ['https://crm.example.com', 'https://crm.example.com/portal/x', 'https://crm.example.com/api'])
      expect(() => at(url), url).to.throw(PorticoError, 'web-server:refused.shadows')
    expect(at('https://crm.example.com/customers')).to.include({ name: 'acme', largestRequest: 51_048_576 })
    expect(at('https://portal.example.com').backends).to.deep.equal(['127.0.0.1:3000'])
    expect(at(undefined)).to.have.nested.property('site.mount', '/crm-portal')
    expect(at('https://crm.example.com/api', 'embedded').site.mount).to.equal('/api')
  })

  it('E06 where the service listens is where the web server calls it', () => {
    expect(backendOfListen({ host: '0.0.0.0', port: 3000 })).to.equal('127.0.0.1:3000')
    expect(backendOfListen({ host: '::', port: 3000 })).to.equal('[::1]:3000')
    expect(backendOfListen({ host: 'fd00::2', port: 3000 })).to.equal('[fd00::2]:3000')
    expect(backendOf('http://Portico-1.internal:3000/')).to.equal('portico-1.internal:3000')
    for (const text of ['127.0.0.1', ':3000', 'https://a:1', 'a b:1', 'a:70000', 'a:0', 'a;b:1'])
      expect(() => backendOf(text), text).to.throw(PorticoError, 'web-server:refused.backend')
  })

  it('E06 whatever stands in the configuration, a text says the same directives or there is none', () => {
    const signs = fc.constantFrom(...'ab.-/\\"\'`${}()[]<>;#%&|^*? \n\r\t\0%1$1é')
    const nasty = fc.oneof(fc.string({ unit: signs, maxLength: 30 }), fc.string({ maxLength: 30 }))
    const either = (...good: string[]): fc.Arbitrary<string> =>
      fc.oneof({ arbitrary: fc.constantFrom(...good), weight: 4 }, { arbitrary: nasty, weight: 1 })
    const words = fc.record({
      kind: fc.constantFrom(...kinds),
      host: either('portal.example.com', 'a-b.example'),
      path: either('', '/customers'),
      file: either('/srv/b c', '/var/www/html'),
      backend: either('127.0.0.1:3000', '[::1]:3000'),
      name: either('acme')
    })
    let texts = 0
    fc.assert(
      fc.property(words, ({ kind: [server, mode], host, path, file, backend, name }) => {
        const files = mode !== 'htaccess' && path === '' ? { certificate: file, key: file } : undefined
        const site = {
          ...siteOf('https://portal.example.com'),
          url: `https://${host}${path}`,
          hostname: host,
          mount: path
        }
        const text = textOrRefusal(setupOf({ server, mode, site, root: file, name, backends: [backend], tls: files }))
        if (text === undefined) return
        texts++
        const other = siteOf(`https://portal.example.com${path === '' ? '' : '/x'}`)
        const harmless = webServerText(setupOf({ server, mode, site: other, tls: files && tls }))
        expect(directives(server, text)).to.deep.equal(directives(server, harmless))
      }),
      { numRuns: 600 }
    )
    expect(texts, 'of 600 attempts').to.be.greaterThan(60)
  })

  it('E06 an address that can be had is told from one that can’t', () => {
    for (const url of [
      'https://portal.example.com',
      'http://[::1]:8080/a/b.c',
      'https://xn--bcher-kva.example/~a_b-c/'
    ])
      expect(isSiteUrl(url), url).to.equal(true)
    for (const url of [
      'ftp://a.example',
      'https://a.example/?x',
      'https://a.example/#x',
      'https://u:p@a.example',
      'https://a.example/%C3%BC',
      'https://a$b.example',
      'https://a.example/\nx',
      'x'
    ])
      expect(isSiteUrl(url), url).to.equal(false)
  })
})

function textOrRefusal(setup: WebServerSetup): string | undefined {
  try {
    return webServerText(setup)
  } catch (error) {
    if (error instanceof PorticoError) return undefined
    throw error
  }
}

function refusalOf(setup: WebServerSetup): string {
  try {
    webServerText(setup)
    return 'none'
  } catch (error) {
    return error instanceof PorticoError ? error.key : String(error)
  }
}
