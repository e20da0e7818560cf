/** Attacks on host names, headers and paths, where portals have addresses of their own (E06): everything is told by what is configured. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Response } from 'supertest'
import { customers, demoPassword } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { createApp } from '../../src/app.js'
import { configuration, userTypesOf, type Portal } from '../../src/portal/configuration.js'
import { createAccessForm, releaseAccessForm } from '../../src/portal/forms/access-forms.js'
import { switchPortal } from '../../src/portal/portals/portals.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { Attacker, cookiesIn, masked, pageOf, wordsOf } from './attacker.js'
import { sameMissing, unchanged } from './measures.js'
import { admit, damage, irena, openPortal } from './world.js'

const main = 'crm.thermovia.example'
/** The demo's portal. */
const own = 'kunden.thermovia.example'
/** The second portal, below a path. */
const shared = 'www.thermovia.example'
const evil = 'evil.example'
const anna = customers.anna.email

onSqlite('E06 addresses under attack', (open) => {
  let test: TestApp
  let server: Server
  let portals: Record<'demo' | 'workshop', Portal>

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open, { config: { publicUrl: `https://${main}`, trustedProxies: 1 } })
    const { context } = test.embedded.portico
    await admit(context, 'anna', await openPortal(context, 'workshop', []))
    await give(demoPortal.slug, `https://${own}`)
    await give('workshop', `https://${shared}/customers`)
    const all = [...(await configuration(context.db)).portals.values()]
    portals = {
      demo: all.find(({ slug }) => slug === demoPortal.slug)!,
      workshop: all.find(({ slug }) => slug === 'workshop')!
    }
    server = createServer(createApp(test.embedded)).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(async () => {
    server?.close().closeAllConnections()
    await test?.close()
  })

  const give = async (slug: string, url: string | null): Promise<void> => {
    const { db } = test.embedded
    await damage(db, db('portico_portals').where({ slug }).update({ custom_url: url }))
  }
  /** Somebody whose browser asks this host. */
  const at = (host: string, headers: Record<string, string> = {}): Attacker =>
    new Attacker(server, { Host: host, 'X-Forwarded-Proto': 'https', ...headers })
  /** As a browser, except that the cookies of one host go to another. */
  const carried = (from: Attacker, to: string): Attacker => {
    const other = at(to)
    for (const [name, value] of from.cookies) other.cookies.set(name, value)
    return other
  }
  const signedIn = async (host: string, door: string): Promise<Attacker> => {
    const attacker = at(host)
    expect((await attacker.signIn(door, anna, demoPassword)).status, `${host}${door}`).to.equal(303)
    return attacker
  }
  /** The bytes of one request as they are, and those of its answer. */
  const raw = async (lines: readonly string[]): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.end(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`)
    let answer = ''
    for await (const piece of socket) answer += String(piece)
    return answer
  }

  describe('a host name of nobody', () => {
    it('A01 gets one answer for everything, which names nothing', async () => {
      const told = new Map<string, string[]>()
      const tell = (answer: Response, what: string): void => {
        const { 'x-correlation-id': _id, date: _date, ...headers } = answer.headers as Record<string, string>
        const words = JSON.stringify([answer.status, answer.text, headers])
        told.set(words, [...(told.get(words) ?? []), what])
      }
      const { demo, workshop } = portals
      const stranger = at(evil)
      for (const path of [
        '/',
        '/portal',
        `/portal/${demo.slug}/`,
        `/portal/${demo.id}/`,
        `/portal/${workshop.slug}/case`,
        '/sign-in',
        '/crm',
        '/external/',
        '/portico/admin',
        '/portico/way',
        '/host/ticket',
        '/public/portico.css',
        '/language',
        '/mailbox',
        '/customers/',
        '/nothing',
        '/%00',
        '/%',
        `//${main}/`
      ])
        tell(await stranger.get(path), path)
      tell(await stranger.get('/', { 'X-Forwarded-Host': `${main}, ${evil}` }), 'a first X-Forwarded-Host')
      tell(await stranger.post('/portal/acme/sign-in', { email: anna, password: demoPassword }), 'POST')
      tell(await stranger.send('/nothing', 'x'.repeat(600_000), { 'Content-Type': 'text/plain' }), 'POST of much')
      for (const method of ['OPTIONS', 'PUT', 'DELETE'] as const) tell(await stranger.use(method, '/portal'), method)
      expect([...told.values()], [...told.keys()].join('\n')).to.have.length(1)
      expect([...told.keys()][0])
        .to.include('[404,"Not found\\n"')
        .and.not.match(/thermovia|portico_|acme/i)
      const head = await stranger.use('HEAD', '/portal')
      expect([head.status, head.text, head.headers['content-length']]).to.deep.equal([404, undefined, '10'])
      expect((await at(main).get('/nothing')).text, 'its twin').to.include('<html')
    })

    it('is any that only looks like one of ours', async () => {
      for (const host of [
        `${main}.`,
        `${main}.${evil}`,
        `x${main}`,
        `evil@${main}`,
        `${evil}/${main}`,
        `${evil}#${main}`,
        `${main}\\.${evil}`,
        `${main},${evil}`,
        '[::1]',
        '127.0.0.1',
        'localhost',
        'thermovia.example',
        'кunden.thermovia.example',
        'xn--unden-jye.thermovia.example',
        `${main}:80:90`,
        ' ',
        '%63rm.thermovia.example'
      ])
        expect(
          (await raw(['GET / HTTP/1.1', `Host: ${Buffer.from(host).toString('latin1')}`])).split('\r\n')[0],
          host
        ).to.match(/^HTTP\/1\.1 (404 Not Found|400 Bad Request)$/)
      for (const host of [main.toUpperCase(), `${main}:443`, `${main}:8443`, ` ${main} `])
        expect(await raw(['GET / HTTP/1.1', `Host: ${host}`]), 'its twin').to.match(/^HTTP\/1\.1 200/)
    })

    it('is not made ours by an address in the first line, nor by a second Host', async () => {
      for (const lines of [
        [`GET https://${main}/ HTTP/1.1`, `Host: ${evil}`],
        ['GET / HTTP/1.1', `Host: ${evil}`, `Host: ${main}`],
        ['GET / HTTP/1.1', `Host: ${evil}`, `X-Forwarded-Host: ${main}`, `X-Forwarded-Host: ${evil}`],
        ['GET / HTTP/1.1', `Host: ${evil}`, `Forwarded: host=${main}`],
        ['GET / HTTP/1.1', `Host: ${evil}`, `X-Host: ${main}`, `X-Forwarded-Server: ${main}`]
      ])
        expect((await raw(lines)).split('\r\n')[0], lines.join()).to.match(/(404 Not Found|400 Bad Request)$/)
      for (const lines of [
        [`GET https://${evil}/portal/${demoPortal.slug}/case HTTP/1.1`, `Host: ${main}`],
        [`GET https://${evil}/case HTTP/1.1`, `Host: ${own}`],
        ['GET /case HTTP/1.1', `Host: ${own}`, `Host: ${evil}`]
      ])
        expect(decodeURIComponent((await raw(lines)).replace(/%(?![\da-f]{2})/gi, '')), lines.join()).not.to.match(
          /(Location: |href="|action=")(https?:)?\/\/evil/
        )
      expect(await raw([`GET https://${main}/ HTTP/1.1`, `Host: ${main}`]), 'its twin').to.match(/^HTTP\/1\.1 200/)
    })
  })

  describe('links', () => {
    const poisons: readonly Record<string, string>[] = [
      { 'X-Forwarded-Host': evil },
      { 'X-Forwarded-Host': `${evil}, ${main}` },
      { 'X-Forwarded-Host': `${main}:6666` },
      { 'X-Forwarded-Host': `${own}@${evil}`, Forwarded: `host=${evil};proto=http`, 'X-Forwarded-Proto': 'http' },
      {
        'X-Forwarded-Port': '6666',
        'X-Forwarded-Prefix': `//${evil}`,
        'X-Original-URL': `//${evil}`,
        'X-Rewrite-URL': `//${evil}`,
        Referer: `https://${evil}/`,
        'X-Forwarded-Server': evil
      }
    ]

    it('A31 in mails are those of the configuration, whatever a request says of its host', async () => {
      for (const [host, door, home] of [
        [own, '', `https://${own}`],
        [main, `/portal/${demoPortal.slug}`, `https://${main}/portal/${demoPortal.slug}`],
        [shared, '/customers', `https://${shared}/customers`]
      ] as const)
        for (const headers of poisons) {
          await test.embedded.db('portico_mail').delete()
          await test.embedded.db('portico_attempts').delete()
          const visitor = at(host, headers)
          await visitor.get(`${door}/forgotten-password`)
          expect(
            (await visitor.post(`${door}/forgotten-password`, { email: anna })).status,
            JSON.stringify(headers)
          ).to.equal(200)
          const [mail] = await mailsTo(anna)
          expect(linksIn(mail!.text), `${host} ${JSON.stringify(headers)}`).to.satisfy(
            (links: string[]) =>
              links.length > 0 &&
              links.every((link) => link.startsWith(`${home}/`) || link.startsWith(`https://${own}/`))
          )
          expect(mail!.text + mail!.html)
            .not.to.include(evil)
            .and.not.include('6666')
        }
    })

    it('A31 in the mail that confirms a form’s address, too', async () => {
      const { context } = test.embedded.portico
      const by = await irena(context)
      const type = userTypesOf(await configuration(context.db), portals.demo.id).find(
        ({ primaryModule }) => primaryModule === 'Contact'
      )!
      const id = await createAccessForm(
        context,
        type.id,
        { name: 'Customers', slug: 'customers', needsApproval: true, fields: ['firstName'], introductions: {} },
        by
      )
      await releaseAccessForm(context, { id, revision: 1 }, by)
      for (const [n, headers] of poisons.entries()) {
        const visitor = at(own, headers)
        const form = await visitor.get('/forms/customers')
        test.wait(5000)
        const $ = pageOf(form)
        const fields = $('main form[method=post] input').get()
        const blank = Object.fromEntries(fields.map((one) => [$(one).attr('name') ?? '', $(one).attr('value') ?? '']))
        const email = `newman-${n}@newcomers.example`
        expect(
          (await visitor.post('/forms/customers', { ...blank, email, firstName: 'New', lastName: 'Newman' })).status,
          wordsOf(form)
        ).to.be.oneOf([200, 303])
        const [mail] = await mailsTo(email)
        expect(mail!.text, JSON.stringify(headers))
          .to.include(`https://${own}/`)
          .and.not.include(evil)
          .and.not.include('6666')
      }
    })

    it('A45 on pages and in redirects are the same, byte by byte, whatever a visitor says: nothing can be poisoned', async () => {
      const asked: [string, string][] = [
        [main, '/'],
        [main, `/portal/${portals.demo.id}/case`],
        [main, '/portal'],
        [own, '/'],
        [own, '/sign-in'],
        [own, '/nothing/at/all'],
        [shared, '/customers/case'],
        [shared, '/customers/sign-in']
      ]
      for (const [host, path] of asked) {
        const honest = await at(host).get(path)
        for (const headers of poisons) {
          const poisoned = await at(host, headers).get(path)
          expect(
            [poisoned.status, poisoned.headers['location'], masked(poisoned)],
            `${host}${path} ${JSON.stringify(headers)}`
          ).to.deep.equal([honest.status, honest.headers['location'], masked(honest)])
          expect(poisoned.headers['content-security-policy']).to.equal(honest.headers['content-security-policy'])
          expect(poisoned.headers['cache-control']).to.equal('private, no-store')
          expect(cookiesIn(poisoned).map(flagsOf)).to.deep.equal(cookiesIn(honest).map(flagsOf))
        }
      }
    })
  })

  describe('paths', () => {
    it('A36 lead to no other site, however they are written', async () => {
      const tricks = [
        `//${evil}`,
        `//${evil}/%2e%2e`,
        `/\\${evil}`,
        `/\\/${evil}`,
        `/%5c${evil}`,
        `/%2f%2f${evil}`,
        `///${evil}/`,
        `/.//${evil}`,
        `/..//${evil}`,
        `/%0d%0aLocation:%20https://${evil}`,
        `/@${evil}`,
        `/;@${evil}/`,
        `/https://${evil}`
      ]
      const fronts = [
        '',
        `/portal/${portals.demo.id}`,
        `/portal/${portals.demo.id}/portal/${portals.demo.id}`,
        '/customers'
      ]
      const paths = fronts.flatMap((front) => tricks.map((trick) => front + trick))
      for (const [host, path] of [main, own, shared].flatMap((one) => paths.map((each) => [one, each] as const))) {
        const answer = await raw([`GET ${path} HTTP/1.1`, `Host: ${host}`, 'X-Forwarded-Proto: https'])
        const location = /^location: (.*)$/im.exec(answer)?.[1]?.trim()
        const here = `https://${host}${path.startsWith('//') ? '/' : path}`
        expect([`https://${main}`, `https://${host}`], `${host}${path} → ${location}`).to.include(
          new URL(location ?? '', here).origin
        )
        expect(answer, path).not.to.match(/(href|action|src)="(https?:)?[\\/]{2}evil/)
      }
    })

    it('A36 to go on to after the sign-in are those of this very door', async () => {
      const { demo, workshop } = portals
      const base = `/portal/${demo.slug}`
      const tos = [
        `${base}//${evil}`,
        `${base}/\\${evil}`,
        `${base}/..//${evil}`,
        `/portal/${workshop.slug}/case`,
        `//${evil}`,
        `https://${shared}/customers/`,
        `${base}/\t/${evil}`,
        `${base}.${evil}/`
      ]
      for (const [host, door, to] of [
        ...tos.map((one) => [own, '', one] as const),
        ...tos.slice(0, 4).map((one) => [main, base, one] as const)
      ]) {
        const visitor = at(host)
        await visitor.get(`${door}/sign-in?to=${encodeURIComponent(to)}`)
        const answer = await visitor.post(`${door}/sign-in`, { email: anna, password: demoPassword, to })
        const url = new URL(answer.headers['location']!, `https://${host}${door}/sign-in`)
        expect(`${answer.status} ${url.origin}`, `${host} ${to}`).to.equal(`303 https://${host}`)
        expect(url.pathname, to).to.match(host === own ? /^\/[^/]/ : new RegExp(`^${base}/`))
      }
      const visitor = at(own)
      await visitor.get('/sign-in')
      const answer = await visitor.post('/sign-in', { email: anna, password: demoPassword, to: `${base}/case?q=x` })
      expect(answer.headers['location'], 'its twin').to.equal('/case?q=x')
    })

    it('A36 the choice of a language leads back to this site alone', async () => {
      for (const [host, door] of [
        [own, ''],
        [main, ''],
        [shared, '/customers']
      ] as const)
        for (const to of [`//${evil}`, `https://${evil}`, `/\\${evil}`, `https://${main}@${evil}/`]) {
          const visitor = at(host)
          await visitor.get(`${door}/${host === main ? `portal/${portals.demo.slug}/` : ''}sign-in`)
          const answer = await visitor.post(`${door}/language`, { locale: 'de', to })
          expect([answer.status, answer.headers['location']], `${host} ${to}`).to.deep.equal([303, `${door}/`])
        }
    })

    it('A01 of the CRM, of administration and of other doors are not there at a portal’s host: the same 404 as nothing', async () => {
      const { demo, workshop } = portals
      const who = await signedIn(own, '')
      const missing = await who.get('/nothing/none')
      const main404 = await who.get('/nothing')
      for (const path of [
        '/crm',
        '/portico',
        '/external',
        '/mailbox',
        '/host',
        '/portal',
        '/healthy',
        `/${workshop.slug}`,
        `/${workshop.id}`
      ])
        sameMissing(await who.get(path), main404, path)
      for (const path of [
        '/crm/Case',
        '/portico/admin',
        '/portico/way',
        '/external/sign-in',
        '/host/ticket',
        `/portal/${workshop.slug}`,
        `/portal/${workshop.id}`,
        '/portal/no-such-portal',
        `/PORTAL/${demo.id}`,
        `/portal%2f${demo.id}/x`
      ])
        sameMissing(await who.get(path), missing, path)
      await unchanged({ db: test.embedded.db, context: test.embedded.portico.context }, async () => {
        for (const path of ['/crm/sign-in', '/external/sign-in', '/portico/admin/portals'])
          expect(
            (await who.post(path, { userName: 'irena', password: demoPassword, name: 'x' })).status,
            path
          ).to.equal(404)
      })
      expect((await who.get('/case')).status, 'its twin').to.equal(200)
      const staff = at(main)
      expect((await staff.signInToCrm('irena', demoPassword)).status, 'its twin').to.equal(303)
      expect((await staff.get('/portico/admin/portals')).status, 'its twin').to.equal(200)
    })

    it('A33 in front as a rewriting would put them lead to this host’s portal alone', async () => {
      const { demo, workshop } = portals
      const who = await signedIn(own, '')
      for (const path of [`/portal/${demo.id}/case`, `/portal/${demo.id}/portal/${demo.id}/case`])
        expect((await who.get(path)).status, `its twin ${path}`).to.equal(200)
      const missing = await who.get('/nothing/none/x')
      for (const path of [
        `/portal/${workshop.id}/case`,
        `/portal/${workshop.slug}/case`,
        `/portal/${demo.id}/portal/${workshop.id}/case`,
        `/portal/${workshop.id}/portal/${demo.id}/case`
      ])
        expect((await who.get(path)).status, path)
          .to.equal(missing.status)
          .and.to.equal(404)
      const before = await signedIn(shared, '/customers')
      expect((await before.get(`/customers/portal/${demo.id}/case`)).status).to.equal(404)
      expect((await before.get('/case')).status, 'outside of the path').to.equal(404)
      expect((await before.get('/customersx/case')).status, 'beside the path').to.equal(404)
      expect((await before.get('/customers/profile')).status, 'its twin').to.equal(200)
    })
  })

  describe('sessions and cookies', () => {
    it('A33 A34 are worth nothing at another portal’s host, and the CRM’s nothing at a portal’s', async () => {
      const atOwn = await signedIn(own, '')
      const bjorn = at(own)
      expect((await bjorn.signIn('', customers.bjorn.email, demoPassword)).status).to.equal(303)
      for (const [who, host, path] of [
        [bjorn, shared, '/customers/profile'],
        [bjorn, main, '/portal/workshop/profile'],
        [bjorn, main, '/external/'],
        [atOwn, main, '/crm/Case'],
        [atOwn, main, '/portico/admin/portals']
      ] as const)
        expect((await carried(who, host).get(path)).status, `${host}${path}`).to.equal(303)
      const staff = at(main)
      await staff.signInToCrm('irena', demoPassword)
      for (const [host, path] of [
        [own, '/profile'],
        [shared, '/customers/profile']
      ] as const)
        expect((await carried(staff, host).get(path)).status, `${host}${path}`).to.equal(303)
      expect((await atOwn.get('/profile')).status, 'its twin').to.equal(200)
    })

    it('A34 are bound to the host and to the path they were made for', async () => {
      for (const [host, path, flags] of [
        [own, '/sign-in', { name: /^__Host-/, path: '/' }],
        [main, `/portal/${portals.demo.slug}/sign-in`, { name: /^__Host-/, path: '/' }],
        [shared, '/customers/sign-in', { name: /^portico_/, path: '/customers' }]
      ] as const) {
        const visitor = at(host)
        const answers = [await visitor.get(path), await visitor.post(path, { email: anna, password: demoPassword })]
        const set = answers.flatMap(cookiesIn)
        expect(set.length, host).to.be.greaterThan(1)
        for (const cookie of set) {
          expect(cookie)
            .to.match(flags.name)
            .and.match(/; HttpOnly/)
            .and.match(/; Secure/)
            .and.match(/; SameSite=Lax/)
          expect(cookie).not.to.match(/domain=/i)
          expect(/; Path=([^;]*)/.exec(cookie)?.[1]).to.equal(flags.path)
        }
      }
    })

    it('A41 a form of one of our sites changes nothing at another', async () => {
      const [atOwn, atMain, atShared] = [
        await signedIn(own, ''),
        await signedIn(main, `/portal/${demoPortal.slug}`),
        await signedIn(shared, '/customers')
      ]
      const staff = at(main)
      await staff.signInToCrm('irena', demoPassword)
      const posts: [Attacker, string, string][] = [
        [atOwn, own, '/sign-out'],
        [atMain, main, `/portal/${demoPortal.slug}/sign-out`],
        [atShared, shared, '/customers/sign-out'],
        [staff, main, '/crm/sign-out']
      ]
      for (const [who, host, path] of posts) {
        for (const origin of [
          `https://${main}`,
          `https://${own}`,
          `https://${shared}`,
          `http://${host}`,
          `https://${host}:8443`,
          `https://${host}.${evil}`,
          `https://${host}@${evil}`,
          `https://${evil}`
        ].filter((one) => one !== `https://${host}`))
          expect(
            (await who.post(path, {}, { Origin: origin, 'X-Forwarded-Host': new URL(origin).host })).status,
            `${host}${path} from ${origin}`
          ).to.equal(403)
        for (const site of ['cross-site', 'same-site'])
          expect((await who.post(path, {}, { 'Sec-Fetch-Site': site })).status, `${host}${path} ${site}`).to.equal(403)
        expect(
          (await who.post(path, {}, { Origin: `https://${host}`, 'Sec-Fetch-Site': 'same-origin' })).status,
          `its twin ${host}`
        ).to.equal(303)
      }
    })

    it('A41 a token of one site is none at another, though it is the same person', async () => {
      const [atOwn, atMain] = [await signedIn(own, ''), await signedIn(main, `/portal/${demoPortal.slug}`)]
      const theirs = /name="_csrf" value="([^"]+)"/.exec(
        (await atMain.get(`/portal/${demoPortal.slug}/profile`)).text
      )![1]!
      expect((await atOwn.post('/sign-out', { _csrf: theirs })).status).to.equal(403)
      await atOwn.get('/profile')
      expect((await atOwn.post('/sign-out')).status, 'its twin').to.equal(303)
    })
  })

  describe('a host that is taken from its portal', () => {
    const told = async (host: string, path: string): Promise<[number, string]> => {
      const { status, text } = await at(host).get(path)
      return [status, text]
    }

    it('is nobody’s while the portal is switched off, with the next request', async () => {
      const { context } = test.embedded.portico
      const who = await signedIn(own, '')
      const set = async (isActive: boolean): Promise<void> => {
        const { id, revision } = (await configuration(context.db)).portals.get(portals.demo.id)!
        await switchPortal(context, { id, revision }, isActive, await irena(context))
      }
      await set(false)
      for (const path of ['/', '/sign-in', '/case', '/public/portico.css', `/portal/${portals.demo.id}/`])
        expect(await told(own, path), path).to.deep.equal([404, 'Not found\n'])
      expect((await who.get('/case')).status).to.equal(404)
      expect((await at(shared).get('/customers/sign-in')).status, 'the other one').to.equal(200)
      await set(true)
      expect((await at(own).get('/sign-in')).status, 'its twin').to.equal(200)
    })

    it('is nobody’s while the module is off', async () => {
      const { settings } = test.embedded.crm
      await settings.saveSwitches({ portal: false })
      expect(await told(own, '/sign-in')).to.deep.equal([404, 'Not found\n'])
      expect((await at(main).get('/')).status, 'the public address').to.equal(200)
      await settings.saveSwitches({ portal: true })
      expect((await at(own).get('/sign-in')).status, 'its twin').to.equal(200)
    })

    it('is nobody’s once the portal has another, and the old one leads nowhere by itself', async () => {
      await give('workshop', 'https://werkstatt.thermovia.example')
      expect(await told(shared, '/customers/sign-in')).to.deep.equal([404, 'Not found\n'])
      expect((await at('werkstatt.thermovia.example').get('/sign-in')).status, 'its twin').to.equal(200)
      await give('workshop', `https://${shared}/customers`)
    })

    it('stays the public address’s where a row says that a portal has the same', async () => {
      for (const url of [`https://${main}`, `https://${main}/`, `http://${main}`, `https://${main}:8443`]) {
        await give('workshop', url)
        expect((await at(main).get('/crm/sign-in')).status, url).to.equal(200)
        expect((await at(main).get('/portal/workshop/sign-in')).status, url).to.be.oneOf([200, 307])
      }
      for (const url of ['nonsense', 'javascript:alert(1)', '', 'https://']) {
        await give('workshop', url)
        expect((await at(own).get('/sign-in')).status, `beside ${url}`).to.equal(200)
      }
      await give('workshop', `https://${shared}/customers`)
      expect((await at(shared).get('/customers/sign-in')).status, 'its twin').to.equal(200)
    })
  })

  async function mailsTo(address: string): Promise<{ text: string; html: string }[]> {
    for (let n = 0; n < 100; n++) {
      const mails = await test.embedded
        .db('portico_mail')
        .select<{ text: string; html: string }[]>('text', 'html')
        .where({ to_address: address })
      if (mails.length > 0) return mails
      await new Promise((done) => setTimeout(done, 20))
    }
    throw new Error(`No mail to ${address}.`)
  }
})

function linksIn(text: string): string[] {
  return text.match(/https?:\/\/[^\s<>"]+/g) ?? []
}

function flagsOf(cookie: string): string {
  return cookie.replace(/=[^;]*/, '').replace(/; Expires=[^;]*/, '')
}
