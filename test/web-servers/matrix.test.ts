import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { apacheSuite } from '../support/apache.js'
import { onSqlite } from '../support/databases.js'
import { nginxSuite } from '../support/nginx.js'
import { checkAddress } from '../../src/web-server/check/check-address.js'
import { placeOf } from '../../src/web-server/check/place.js'
import {
  addresses,
  aloneWays,
  crmsSecret,
  nameOf,
  openHouse,
  pathBehind,
  secretFile,
  ways,
  type Door,
  type House,
  type Way
} from './house.js'
import { downloads, fileOf, trickles, uploads, uploadsTooMuch } from './streams.js'
import { underLoad } from './load.js'
import { acceptInvitation, forgetPassword, signIn, staysAt, walkThrough } from './walk.js'

/** The very texts that `portico vhost` prints, in Apache and nginx of Debian; only ports, folders and the addresses to listen at are put in. */
apacheSuite('portals behind a real Apache', () =>
  nginxSuite('and a real nginx', () => onSqlite('with every text', matrix))
)

function matrix(open: Parameters<typeof openHouse>[0]): void {
  let house: House
  before(async function () {
    this.timeout(60_000)
    house = await openHouse(open)
  })
  after(() => house?.close())

  const each = (list: readonly Way[], title: string, check: (way: Way) => Promise<void>): void => {
    for (const way of list) it(`E06 ${nameOf(way)}: ${title}`, () => check(way)).timeout(40_000)
  }
  const atHost = ways.filter(({ at }) => at === 'host')
  const plainHost = atHost.filter(({ isTls }) => !isTls)

  each(
    ways.filter(({ at }) => at !== 'two'),
    'the whole way of a visitor stays at his address',
    async (way) => {
      const { a } = await house.move(way)
      const walk = { test: house.test, emily: house.visitor(way), address: a }
      await walkThrough(walk)
      await forgetPassword(walk)
      await acceptInvitation(walk, house.userTypeId)
      staysAt(walk.emily, way.at === 'public' ? house.test.embedded.config.publicUrl : a)
    }
  )

  each([...atHost, ...ways.filter(({ at }) => at === 'path')], 'two portals are two places', async (way) => {
    const { a, b } = await house.move(way)
    const [emily, other] = [house.visitor(way), house.visitor(way)]
    await signIn(emily, a)
    await emily.open(`${b}/`)
    expect(emily.last.url.href, 'a session of one is none of the other').to.equal(`${b}/sign-in`)
    emily.sees('Partnerportal', 'Anmelden')
    await other.open(`${b}/sign-in`)
    staysAt(other, b)
    expect(await emily.ask(`${a}/case`)).to.have.property('status', 200)
  })

  each(ways, 'what a visitor writes into headers changes nothing', async (way) => {
    const { a } = await house.move(way)
    const { host, protocol } = new URL(a)
    const arrival = house.service.arrival('forged')
    const visitor = house.visitor(way)
    const { headers, status } = await visitor.ask(`${a}/case?forged=1`, { headers: forged })
    const reached = (await arrival).headers
    expect([status, new URL(headers.location!, a).href]).to.deep.equal([
      303,
      `${a}/sign-in?to=${encodeURIComponent('/portal/thermovia/case?forged=1')}`
    ])
    for (const name of [
      'forwarded',
      'proxy',
      'x-real-ip',
      'x-original-url',
      'x-rewrite-url',
      'x-forwarded-prefix',
      'x-forwarded-port'
    ])
      expect(reached, name).to.not.have.property(name)
    expect(reached['x-forwarded-for']).to.equal('127.0.0.1')
    expect(reached['x-forwarded-proto']).to.equal(protocol.slice(0, -1))
    expect(reached['x-forwarded-host']).to.equal(host)
    expect(reached['host']).to.equal(way.mode === 'htaccess' ? house.service.backends[0] : host)
  })

  each(ways, '`vhost --check` finds nothing wrong', async (way) => {
    const { a } = await house.move(way)
    const place = await placeOf(house.test.embedded.portico.context)
    const options = { at: addresses[way.server], authorities: house.certificate.authority, beat: 80 }
    const faults = (await checkAddress(a, place, options)).flatMap(({ fault }) => fault ?? [])
    const isProviders = way.mode === 'htaccess' && way.at === 'host'
    expect(faults, 'TRACE can only be switched off by the provider').to.deep.equal(isProviders ? ['traceAnswered'] : [])
  })

  each(ways, 'addresses arrive as they were sent', async (way) => {
    const { a } = await house.move(way)
    const visitor = house.visitor(way)
    for (const path of way.mode === 'htaccess' ? oddPaths.filter((odd) => !/%2f/i.test(odd)) : oddPaths) {
      const arrival = house.service.arrival('odd')
      await visitor.ask(`${a}/`, { rawPath: new URL(a).pathname.replace(/\/$/, '') + path })
      expect((await arrival).url).to.equal(pathBehind(house, way) + path)
    }
  })

  each(
    ways.filter(({ mode }) => mode === 'rewrite'),
    'what is rewritten already is not rewritten again',
    async (way) => {
      const { a } = await house.move(way)
      const arrival = house.service.arrival('twice')
      const visitor = house.visitor(way)
      await visitor.ask(`${a}${pathBehind(house, way)}/sign-in?twice`)
      visitor.is(200).sees('Sign in')
      expect((await arrival).url).to.equal(`${pathBehind(house, way)}/sign-in?twice`)
    }
  )

  each(ways, 'with and without a slash at the end', async (way) => {
    const { a } = await house.move(way)
    for (const address of [a, `${a}/`, `${a}?x=1`]) {
      const visitor = house.visitor(way)
      await visitor.open(address)
      expect(visitor.last.url.origin + visitor.last.url.pathname, address).to.equal(`${a}/sign-in`)
    }
  })

  each(ways, 'the CRM keeps its own pages, its client files and the path of certificates', async (way) => {
    await house.move(way)
    const visitor = house.visitor({ ...way, isTls: false })
    const crm = `http://crm.test:${house.ports.plain}`
    const words = async (path: string): Promise<string> => (await visitor.ask(crm + path)).text
    expect(await words('/')).to.equal('The CRM')
    expect(await words('/portal/')).to.equal("The CRM's own portal")
    expect(await words('/client/app.js')).to.equal('"the CRM\'s client"')
    expect(await words('/.well-known/acme-challenge/token')).to.equal('a certificate is asked for')
  })

  each(
    atHost.filter(({ mode }) => mode !== 'htaccess'),
    'the path of certificates is the web server’s at the portal, too',
    async (way) => {
      const { a } = await house.move(way)
      const visitor = house.visitor(way)
      expect((await visitor.ask(`${a}/.well-known/acme-challenge/token`)).text).to.equal('a certificate is asked for')
      const client = await visitor.ask(`${a}/client/app.js`)
      expect(client.text.startsWith('"the CRM'), 'client files are left alone where addresses are rewritten').to.equal(
        way.mode === 'rewrite'
      )
    }
  )

  each(ways, 'over IPv6', async (way) => {
    const { a } = await house.move(way)
    const arrival = house.service.arrival('v6')
    const visitor = house.visitor(way, { isIpv6: true })
    await visitor.open(`${a}/sign-in?v6`)
    visitor.is(200).sees('Sign in')
    expect((await arrival).headers['x-forwarded-for']).to.equal('::1')
  })

  each(
    atHost.filter(({ isTls, mode }) => isTls && mode !== 'htaccess'),
    'http leads to https, but for certificates',
    async (way) => {
      const { a } = await house.move(way)
      const { hostname } = new URL(a)
      const visitor = house.visitor(way)
      const http = `http://${hostname}:${house.ports.redirect}`
      const { status, headers } = await visitor.ask(`${http}/`, { rawPath: '/case/x%2Fy?q=%20+' })
      expect([status, headers.location]).to.deep.equal([301, `${a}/case/x%2Fy?q=%20+`])
      expect((await visitor.ask(`${http}/.well-known/acme-challenge/token`)).text).to.equal(
        'a certificate is asked for'
      )
    }
  )

  each(
    atHost.filter(({ isTls, mode }) => isTls && mode === 'proxy'),
    'an unknown host name gets a plain 404 that names nothing',
    async (way) => {
      const { a } = await house.move(way)
      for (const pretended of ['other.test', new URL(a).host]) {
        const headers = { Host: 'stranger.test', 'X-Forwarded-Host': pretended }
        const answer = await house.visitor(way).ask(`${a}/sign-in`, { headers })
        expect([answer.status, answer.text, answer.headers['content-type']]).to.deep.equal([
          404,
          'Not found\n',
          'text/plain; charset=utf-8'
        ])
      }
      expect((await house.visitor(way).ask(`${a}/sign-in`)).status).to.equal(200)
    }
  )

  each(aloneWays, 'A13 however it is asked for, no file of the CRM comes from the portal', async (way) => {
    const { a } = await house.move(way)
    const { protocol } = new URL(a)
    const isCrms = way.mode === 'htaccess'
    const doors: Door[] = protocol === 'http:' ? ['plain'] : isCrms ? ['tls'] : ['tls', 'redirect']
    const closing = 'Connection: close'
    for (const door of doors) {
      const asked = sneaking(new URL(a), isCrms).map(async ([line, said]) => {
        const answer = await house.says(way, door, [line, ...(said ? [`Host: ${said}`] : []), closing])
        const what = `${door}: ${line}, ${said}: ${answer.slice(0, 300)}`
        expect(answer, what).to.match(/^HTTP\/1.1 (?:30[1378]|40[0345]|421) /)
        expect(answer, what).to.not.include(crmsSecret).and.not.include('The CRM')
      })
      await Promise.all(asked)
      const stranger = await house.says(way, door, [`GET ${secretFile} HTTP/1.1`, 'Host: crm.other.test', closing])
      expect(stranger.includes(crmsSecret), 'other host names of that folder are the CRM’s').to.equal(isCrms)
      if (!isCrms) expect(stranger, door).to.match(/^HTTP\/1.1 404 /)
    }
    const rewritten = ['GET /rewritten-by-the-crm HTTP/1.1', 'Host: crm.other.test', closing]
    if (isCrms) expect(await house.says(way, doors[0]!, rewritten)).to.include('The CRM')
  })

  it('E06 `portico vhost` prints this very text and nothing else', async function () {
    this.timeout(60_000)
    const way = ways.find((one) => nameOf(one) === 'apache-proxy-tls')!
    await house.move(way)
    const { certificate, key } = house.certificate
    const place = ['--backend', house.service.backends[0]!, '--root', house.root, '--tls', `${certificate},${key}`]
    const { out, err } = await house.command(['vhost', '--portal', 'thermovia', '--server', 'apache', ...place])
    expect(out).to.equal(house.text(way, 'a'))
    expect(err).to.include('portico vhost --check https://a.apache-proxy-tls.test')
    const refused = await house.command(['vhost', '--portal', 'thermovia', '--server', 'nginx', '--mode', 'htaccess'])
    expect([refused.out, refused.err]).to.deep.equal([
      '',
      'This web server has no mode htaccess; it has: proxy, rewrite.\n'
    ])
  })

  each(
    plainHost,
    '50 MB are passed on as they come and kept whole, and whoever takes his time gets them back',
    async (way) => {
      const { a } = await house.move(way)
      const visitor = house.visitor(way)
      await signIn(visitor, a)
      const { most } = await uploads(visitor, house.service, `${a}/case`)
      expect(most, 'bytes that the service held at once').to.be.lessThan(48_000_000)
      await downloads(visitor, fileOf(visitor), way.mode === 'proxy' ? 1200 : 0)
      if (way.server === 'nginx') expect(await uploadsTooMuch(visitor)).to.equal(413)
    }
  )

  each(plainHost, 'a long answer comes piece by piece', async (way) => {
    const { a } = await house.move(way)
    expect(await trickles(house.visitor(way), house.service, `${a}/slow-${nameOf(way)}`)).to.deep.equal([
      'first',
      'last'
    ])
  })

  each(
    ways.filter(({ at }) => at === 'two'),
    'restarted one after the other under load, no request fails',
    async (way) => {
      const { a } = await house.move(way)
      const noticed = way.server === 'apache' ? 1500 : 100
      const load = await underLoad(house, way, a, async () => {
        for (const index of [0, 1]) {
          await house.service.halt(index, noticed)
          await house.service.resume(index)
          await pause(noticed)
        }
      })
      expect(load.statuses, JSON.stringify(load)).to.deep.equal([200])
      expect(load.answered).to.be.greaterThan(10)
    }
  )

  each(
    plainHost.filter(({ mode }) => mode === 'proxy'),
    'restarted alone under load, visitors get 502 or 503 and nothing else',
    async (way) => {
      const { a } = await house.move(way)
      const load = await underLoad(house, way, a, async () => {
        await house.service.halt(0)
        await pause(300)
        await house.service.resume(0)
      })
      expect(
        load.statuses.filter((status) => ![200, 502, 503].includes(status)),
        JSON.stringify(load)
      ).to.deep.equal([])
      expect(load.statuses).to.include(way.server === 'apache' ? 503 : 502)
      expect((await house.visitor(way).open(`${a}/sign-in`)).last.status).to.equal(200)
    }
  )
}

const forged = {
  Connection: 'close, X-Forwarded-Proto, X-Forwarded-For, X-Forwarded-Host',
  'X-Forwarded-Host': 'evil.test',
  'X-Forwarded-Proto': 'gopher',
  'X-Forwarded-For': '6.6.6.6',
  'X-Forwarded-Port': '666',
  'X-Forwarded-Prefix': '/evil',
  'X-Forwarded-Server': 'evil.test',
  'X-Original-URL': '/evil',
  'X-Real-IP': '6.6.6.6',
  'X-Rewrite-URL': '/evil',
  Forwarded: 'for=6.6.6.6;host=evil.test;proto=gopher',
  Proxy: 'http://evil.test'
}

/** Ways to ask for a file behind the back of conditions on host names and addresses: first line, and what is said as Host. In a whole address
 *  with the scheme of the connection its host name counts, and another one may be the CRM's. */
function sneaking({ host, hostname, protocol }: URL, isCrms: boolean): [string, string?][] {
  const paths = [
    secretFile,
    '/client/../data/config-internal.php',
    '/api/',
    '//data/config-internal.php',
    '/.well-known/acme-challenge/../../data/config-internal.php'
  ]
  const hosts = [host, `${hostname}.`, `${hostname}.:80`, `${hostname}:`, hostname.toUpperCase(), `${hostname}:99`]
  const [port] = host.match(/:\d+$/) ?? ['']
  return [
    ...hosts.map((said): [string, string] => [`GET ${secretFile} HTTP/1.1`, said]),
    ...paths.map((path): [string, string] => [`GET ${path} HTTP/1.1`, host]),
    ...['HTTP', 'Https', 'http', 'https', 'ftp'].flatMap((scheme): [string, string][] => [
      [`GET ${scheme}://${host}${secretFile} HTTP/1.1`, host],
      [`GET ${scheme}://${hostname}.${port}${secretFile} HTTP/1.1`, host],
      ...(isCrms && `${scheme}:`.toLowerCase() === protocol
        ? []
        : [[`GET ${scheme}://stranger.test${secretFile} HTTP/1.1`, `${hostname}.`] as [string, string]])
    ]),
    [`GET HTTP://${host}${secretFile} HTTP/1.0`],
    [`POST ${secretFile} HTTP/1.1`, `${hostname}.`],
    [`HEAD ${secretFile} HTTP/1.1`, `${hostname}.`]
  ]
}

const oddPaths = [
  '/odd%2Fa%20b;c=1+d/%C3%BC?q=%26+%C3%A4&r=a%2Fb',
  '/odd//a//b/',
  '/odd%2fx',
  '/odd/%7Ea/%25',
  "/odd/a'b(c)*!$&@:,"
]
