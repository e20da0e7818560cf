/** `portico vhost --check`: each fault of a deployment by its name, and none where all is right. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createApp } from '../../src/app.js'
import { configuration, type Portal } from '../../src/portal/configuration.js'
import { locales } from '../../src/host/catalog.js'
import { translator } from '../../src/web/locale.js'
import { checkAddress } from '../../src/web-server/check/check-address.js'
import { checkCertificate } from '../../src/web-server/check/certificate.js'
import type { Looking } from '../../src/web-server/check/looking.js'
import { whoAnswers } from '../../src/web-server/check/who-answers.js'
import { checks, faults, inWords, wrong, type Fault, type Observation } from '../../src/web-server/check/observation.js'
import { placeOf, type CheckOptions, type Place } from '../../src/web-server/check/place.js'
import { damage, openPortal } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { makeCertificate } from '../support/tls.js'
import { Misbehaving, type Manners } from './misbehaving.js'

const host = 'crm.thermovia.example'
const own = 'kunden.thermovia.example'
const shared = 'www.thermovia.example'
const certificate = makeCertificate([host, own, shared], 60)
/** Too little to be slow, enough to be seen. */
const limits = { userTypesPerPortal: 5, activeUsersPerType: 100, uploadSize: 100_000, filesPerNote: 1 }

onSqlite('E06 a look at a deployed address', (open) => {
  let proxy: Misbehaving
  let plain: Misbehaving
  let service: Server
  let test: TestApp
  let place: Place
  let portals: Portal[]
  const urlOf = (name: string): string => `https://${name}:${proxy.port}`

  before(async function () {
    this.timeout(60_000)
    ;[proxy, plain] = [await Misbehaving.open(certificate), await Misbehaving.open()]
    test = await openApp(open, { config: { publicUrl: urlOf(host), trustedProxies: 1, limits } })
    const { portico } = test.embedded
    await openPortal(portico.context, 'workshop', [])
    const { db } = test.embedded
    await damage(
      db,
      db('portico_portals')
        .where({ slug: 'workshop' })
        .update({ custom_url: `${urlOf(shared)}/customers` })
    )
    await damage(
      db,
      db('portico_portals')
        .whereNot({ slug: 'workshop' })
        .update({ custom_url: urlOf(own) })
    )
    portals = [...(await configuration(db)).portals.values()].sort(
      (a, b) => Number(a.slug === 'workshop') - Number(b.slug === 'workshop')
    )
    service = createServer(createApp(test.embedded)).listen(0, '127.0.0.1')
    await once(service, 'listening')
    proxy.behind = plain.behind = (service.address() as AddressInfo).port
    place = await placeOf(portico.context)
  })
  after(async () => {
    service?.close().closeAllConnections()
    await proxy?.close()
    await plain?.close()
    await test?.close()
  })
  beforeEach(() => {
    proxy.behave({})
    plain.behave({})
  })

  const look = (url: string, options: CheckOptions = {}, at: Place = place): Promise<Observation[]> =>
    checkAddress(url, at, {
      at: '127.0.0.1',
      crmAt: '127.0.0.1',
      authorities: certificate.authority,
      beat: 80,
      ...options
    })
  const found = async (...asked: Parameters<typeof look>): Promise<Fault[]> => faultsIn(await look(...asked))
  const foundWith = async (manners: Manners, url = urlOf(own)): Promise<Fault[]> => {
    proxy.behave(manners)
    return found(url)
  }

  it('finds nothing wrong with a right deployment, of each kind of site', async () => {
    const atPublic = `${urlOf(host)}/portal/workshop`
    for (const url of [
      urlOf(host),
      atPublic,
      urlOf(own),
      `${urlOf(shared)}/customers`,
      `${urlOf(shared)}/customers/`
    ]) {
      const all = await look(url)
      expect(faultsIn(all), url).to.deep.equal([])
      expect(
        all.map(({ check }) => check),
        url
      ).to.deep.equal(checks.filter((one) => !['plain', 'crm'].includes(one)))
    }
  })

  it('finds nothing wrong where the path is taken off, rewritten once, or the name comes in another header', async () => {
    expect(
      await foundWith({ path: (url) => url.replace(/^\/customers(?=\/|$)/, '') || '/' }, `${urlOf(shared)}/customers`)
    ).to.deep.equal([])
    expect(await foundWith({ path: (url) => `/portal/${portals[0]!.id}${url}` })).to.deep.equal([])
    expect(
      await foundWith({
        request: (headers, came) => ({ ...headers, host: '127.0.0.1:3000', 'x-forwarded-host': came.host })
      })
    ).to.deep.equal([])
  })

  describe('names what a web server does wrong:', () => {
    const id = (): string => portals[0]!.id
    const forged = (name: string) => (headers: object, came: Record<string, unknown>) => ({
      ...headers,
      ...(came[name] !== undefined && { [name]: came[name] as string })
    })
    const cases: [Fault | Fault[], string, () => Manners][] = [
      ['nobodyBehind', 'nobody behind it', () => ({ itself: (req, res) => Boolean(res.writeHead(503).end()) })],
      [
        'strangerAnswers',
        'a page of its own',
        () => ({ itself: (req, res) => Boolean(res.end('<h1>It works!</h1>')) })
      ],
      ['crmAnswers', 'the CRM', () => ({ itself: (req, res) => Boolean(res.end('<title>EspoCRM</title>')) })],
      [
        'redirected',
        'a redirect of everything',
        () => ({ itself: (req, res) => Boolean(res.writeHead(301, { location: 'https://elsewhere.example/' }).end()) })
      ],
      ['hostLost', 'another host name', () => ({ request: (headers) => ({ ...headers, host: '127.0.0.1:3000' }) })],
      [
        'hostLost',
        'the host name of another portal',
        () => ({ request: (headers, came) => ({ ...headers, host: came.host!.startsWith(own) ? host : came.host }) })
      ],
      ['schemeLost', 'no scheme', () => ({ request: ({ 'x-forwarded-proto': _gone, ...headers }) => headers })],
      [
        ['schemeLost', 'forgedScheme'],
        "a visitor's scheme",
        () => ({
          request: ({ 'x-forwarded-proto': _gone, ...headers }, came) => forged('x-forwarded-proto')(headers, came)
        })
      ],
      ['forgedHost', "a visitor's X-Forwarded-Host", () => ({ request: forged('x-forwarded-host') })],
      [
        'forgedHost',
        "a visitor's X-Forwarded-Host with its own behind it",
        () => ({
          request: (headers, came) => ({
            ...headers,
            'x-forwarded-host': [came['x-forwarded-host'], came.host].filter(Boolean).join(', ')
          })
        })
      ],
      ['forgedAddress', "a visitor's X-Forwarded-For", () => ({ request: forged('x-forwarded-for') })],
      ['forgedPath', "a visitor's path", () => ({ path: (url, came) => String(came['x-original-url'] ?? url) })],
      ['forgedUnread', "a visitor's Forwarded", () => ({ request: forged('forwarded') })],
      ['addressLost', 'no address', () => ({ request: ({ 'x-forwarded-for': _gone, ...headers }) => headers })],
      [
        'trustsTooFew',
        'a second one behind it',
        () => ({
          request: (headers) => ({ ...headers, 'x-forwarded-for': `${String(headers['x-forwarded-for'])}, 10.0.0.1` })
        })
      ],
      ['rewrittenTwice', 'rewriting twice', () => ({ path: (url) => `/portal/${id()}/portal/${id()}${url}` })],
      [
        'rewrittenElsewhere',
        'rewriting to another portal',
        () => ({ path: (url) => `/portal/${portals[1]!.id}${url}` })
      ],
      ['pathChanged', 'a path that is cut', () => ({ path: (url) => url.replace('/way', '') })],
      [
        'pathChanged',
        'encoded characters encoded once more',
        () => ({
          path: (url) =>
            url.replace(/%(?=.*$)/g, (sign, at: number) => (url.includes('?') && at > url.indexOf('?') ? sign : '%25'))
        })
      ],
      ['pathChanged', 'a slash at the end taken off', () => ({ path: (url) => url.replace(/(?<=way)\/$/, '') })],
      ['slashesDoubled', 'a slash too many', () => ({ path: (url) => `/${url}` })],
      ['queryChanged', 'no query', () => ({ path: (url) => url.split('?')[0]! })],
      ['queryChanged', 'a query that is decoded', () => ({ path: (url) => url.replace('%26', '&') })],
      ['cookieRemoved', 'no cookies', () => ({ answer: ({ 'set-cookie': _gone, ...headers }) => headers })],
      [
        'cookiePath',
        'cookies for another path',
        () => ({ answer: edited((line) => line.replace('Path=/', 'Path=/portal')) })
      ],
      ['cookieFlags', 'cookies without Secure', () => ({ answer: edited((line) => line.replace('; Secure', '')) })],
      [
        'cookieFlags',
        'cookies for the whole domain',
        () => ({ answer: edited((line) => `${line}; Domain=thermovia.example`) })
      ],
      ['cookieNotPassed', "no visitors' cookies", () => ({ request: ({ cookie: _gone, ...headers }) => headers })],
      [
        'bodyLimit',
        'a small limit for bodies',
        () => ({
          itself: (req, res) =>
            Number(req.headers['content-length'] ?? 0) > 200_000 && Boolean(res.writeHead(413).end())
        })
      ],
      [
        'bodyRefused',
        'no POST',
        () => ({ itself: (req, res) => req.method === 'POST' && Boolean(res.writeHead(405).end()) })
      ],
      ['bodyBuffered', 'bodies only whole', () => ({ buffers: true })],
      [
        'headersChanged',
        'no policy',
        () => ({ answer: ({ 'content-security-policy': _gone, ...headers }) => headers })
      ],
      [
        'headersChanged',
        'framing by its own site',
        () => ({ answer: (headers) => ({ ...headers, 'x-frame-options': 'SAMEORIGIN' }) })
      ],
      [
        'headersChanged',
        'no promise of https',
        () => ({ answer: ({ 'strict-transport-security': _gone, ...headers }) => headers })
      ],
      [
        'cacheAllowed',
        'leave to keep pages',
        () => ({ answer: (headers) => ({ ...headers, 'cache-control': 'public, max-age=600' }) })
      ],
      ['pagesCompressed', 'compressed pages', () => ({ compresses: 'pages' })],
      [
        'redirectLoop',
        'redirects in a circle',
        () => ({ itself: (req, res) => !isWay(req) && Boolean(res.writeHead(301, { location: '/' }).end()) })
      ],
      [
        'redirectedAway',
        'redirects to the service itself',
        () => ({
          answer: (headers) => ({
            ...headers,
            ...(headers.location && { location: `http://127.0.0.1:3000${headers.location}` })
          })
        })
      ],
      [
        'pageMissing',
        'pages of errors of its own',
        () => ({
          itself: (req, res) => !isWay(req) && req.url!.includes('sign-in') && Boolean(res.writeHead(403).end())
        })
      ],
      [
        'filesMissing',
        'files of its own',
        () => ({ itself: (req, res) => req.url!.startsWith('/public/') && Boolean(res.writeHead(404).end()) })
      ],
      [
        'traceAnswered',
        'answers to TRACE',
        () => ({ itself: (req, res) => req.method === 'TRACE' && Boolean(res.end(JSON.stringify(req.headers))) })
      ],
      [
        'strangersServed',
        'one name for all',
        () => ({ request: (headers) => ({ ...headers, host: `${own}:${proxy.port}` }) })
      ],
      [
        'metricsOpen',
        'everybody to the metrics',
        () => ({
          itself: (req, res) => req.url === '/metrics' && Boolean(res.end('# HELP x y\n# TYPE x counter\nx 1\n'))
        })
      ]
    ]
    for (const [fault, title, manners] of cases)
      it(`${String(fault)}: ${title}`, async () => {
        expect(await foundWith(manners())).to.deep.equal([fault].flat())
      })

    it('answersKept: what it was told before', async () => {
      expect(await foundWith({ keeps: true })).to.include('answersKept')
    })
  })

  it('names what is wrong with names, certificates and plain http', async () => {
    expect(await found('https://no-such-name.invalid/', { at: undefined })).to.deep.equal(['unknownName'])
    expect(await found('http://127.0.0.1:9/')).to.deep.equal(['unreachable'])
    expect(await found(urlOf(own), { authorities: undefined })).to.deep.equal(['certificateUntrusted'])
    expect(await found(urlOf('other.thermovia.example'))).to.include('certificateOfAnother')
    expect(await found(urlOf(own), { plainPort: plain.port })).to.deep.equal(['plainServed'])
    plain.behave({ itself: (req, res) => Boolean(res.writeHead(301, { location: urlOf(own) + req.url }).end()) })
    expect(await found(urlOf(own), { plainPort: plain.port }), 'its twin').to.deep.equal([])
  })

  it('names a certificate that has ended, or will soon', () => {
    const looking = { url: new URL(urlOf(own)) } as Looking
    const inDays = (days: number) => Date.now() + days * 86_400_000 + 1000
    const of = (ends: number, trouble?: string) =>
      faultsIn(checkCertificate(looking, { certificate: { trouble, ends } }))
    expect(of(inDays(-1), 'CERT_HAS_EXPIRED')).to.deep.equal(['certificateExpired'])
    expect(of(inDays(13))).to.deep.equal(['certificateEndsSoon'])
    expect(of(inDays(15))).to.deep.equal([])
  })

  it('names an address that is not configured, or otherwise, or another portal’s', async () => {
    expect(await found(urlOf(shared))).to.include('unconfigured')
    expect(await found(`http://${own}:${plain.port}`)).to.deep.equal(['otherOrigin'])
    expect(await found(urlOf(own), {}, { ...place, meant: `${urlOf(shared)}/customers` })).to.deep.equal([
      'notThePortals'
    ])
    expect(
      await foundWith({ path: (url) => url.replace('/customers', '') }, `${urlOf(shared)}/customers`),
      'taken off'
    ).to.deep.equal([])
    const others = {
      ...place,
      sites: [...place.sites.slice(0, 1), { ...place.sites[1]!, url: 'https://before.example' }]
    }
    expect(await found(urlOf(own), {}, others)).to.include('otherSite')
  })

  it('names another installation, by its secret', async () => {
    const config = { ...place.config, secret: 'another secret that is long enough to be one' }
    expect(await found(urlOf(own), {}, { ...place, config })).to.deep.equal(['otherPortico'])
  })

  it('leaves forged headers alone where nobody reads them, since no web server stands in front', async () => {
    const config = { ...test.embedded.config, trustedProxies: 0 }
    const alone = createServer(createApp({ ...test.embedded, config })).listen(0, '127.0.0.1')
    await once(alone, 'listening')
    const usual = proxy.behind
    proxy.behave({ request: (headers, came) => ({ ...came, ...headers }) })
    expect(await found(urlOf(own)), 'its twin')
      .to.include('forgedUnread')
      .and.to.include('forgedHost')
    proxy.behind = (alone.address() as AddressInfo).port
    const faultsAlone = await found(urlOf(own), {}, { ...place, config })
    proxy.behind = usual
    alone.close().closeAllConnections()
    expect(faultsAlone.filter((fault) => fault.startsWith('forged'))).to.deep.equal([])
  })

  it('names a service that trusts more proxies than there are, and one that anybody reaches', async () => {
    const config = { ...place.config, trustedProxies: 2 }
    expect(await found(urlOf(own), {}, { ...place, config })).to.deep.equal(['trustsTooMany'])
    const reachable = { ...place.config, listen: { host: '0.0.0.0', port: proxy.behind } }
    expect(await found(urlOf(own), { isOutside: true }, { ...place, config: reachable })).to.deep.equal(['serviceOpen'])
    expect(await found(urlOf(own), {}, { ...place, config: reachable }), 'from this machine').to.deep.equal([])
  })

  it('names EspoCRM’s own paths where Portico answers them', async () => {
    const beside = { ...place, crmUrl: urlOf(host) }
    expect(await found(urlOf(own), {}, beside)).to.deep.equal(['crmShadowed'])
    proxy.behave({ itself: (req, res) => req.headers.host!.startsWith(host) && Boolean(res.end('EspoCRM')) })
    expect(await found(urlOf(own), {}, beside), 'its twin').to.deep.equal([])
    proxy.behave({})
    expect(await found(urlOf(own), { crmAt: undefined }, beside), 'asked only where its own name leads').to.deep.equal(
      []
    )
  })

  it('E06 of where others lead only the address is told, not what they hand on in it', async () => {
    const looking = {
      url: new URL('https://portal.example.com/'),
      place: { config: { listen: { host: '::1', port: 1 } } }
    }
    const headers = { location: '/login?ticket=secret#top' }
    const answer = { status: 302, headers, lines: [], text: '', certificate: undefined }
    const [told] = await whoAnswers(looking as Parameters<typeof whoAnswers>[0], answer)
    expect([told!.fault, told!.args!['to']]).to.deep.equal(['redirected', 'https://portal.example.com/login'])
  })

  it('says each in every language, with what to do', () => {
    for (const locale of locales)
      for (const fault of Object.keys(faults) as Fault[]) {
        const [words] = inWords([wrong(fault, { name: 'x' })], translator(locale))
        expect(words!.check, fault).not.to.match(/^way:/)
        expect(words!.found, fault).not.to.match(/^way:/)
        expect(words!.remedy, fault).not.to.match(/^way:/)
      }
    for (const check of checks) expect(inWords([{ check }], translator('en'))[0]!.found).not.to.match(/^way:/)
  })

  it('A43 asks no address at which clouds keep their secrets', async () => {
    for (const url of [
      '169.254.169.254',
      '0xa9.0xfe.0xa9.0xfe',
      '2852039166',
      '[fe80::1]',
      '[::ffff:169.254.169.254]',
      '[fd00:ec2::254]'
    ])
      expect(await found(`http://${url}/`, { at: undefined }), url).to.deep.equal(['unknownName'])
  })

  it('asks only what it is given: no address of another scheme, and nobody to whom it is led', async () => {
    for (const url of ['file:///etc/passwd', 'ftp://x.example/', 'nonsense'])
      await look(url).then(
        () => expect.fail(url),
        (error: unknown) => expect(error).to.be.instanceOf(TypeError)
      )
    let asked = 0
    plain.behave({ itself: (req, res) => Boolean((asked += 1) && res.end()) })
    proxy.behave({
      itself: (req, res) =>
        !isWay(req) && Boolean(res.writeHead(302, { location: `http://127.0.0.1:${plain.port}/` }).end())
    })
    expect(await found(urlOf(own))).to.include('redirectedAway')
    expect(asked).to.equal(0)
  })
})

function faultsIn(all: readonly Observation[]): Fault[] {
  return all.flatMap(({ fault }) => fault ?? [])
}

function isWay({ headers }: { headers: Record<string, unknown> }): boolean {
  return headers['x-portico-way'] !== undefined
}

function edited(edit: (line: string) => string): Manners['answer'] {
  return (headers) => ({ ...headers, ...(headers['set-cookie'] && { 'set-cookie': headers['set-cookie'].map(edit) }) })
}
