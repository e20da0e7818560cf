import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { customers, demoPassword } from '../../demo/cast.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { configuration, type Portal } from '../../src/portal/configuration.js'
import { doorsOf, doorTo } from '../../src/portal/portals/door.js'
import { changePortal, createPortal, portalUrl } from '../../src/portal/portals/portals.js'
import { linkDomains } from '../../src/sms/link-domains.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { WebVisitor } from '../support/web-visitor.js'
import { admin, door, staffAt, thePortal } from './people.js'

const custom = 'http://portal.example.com'

onSqlite('addresses of portals', (open) => {
  describe('set by an administrator', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor
    let page: string
    let id: string

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
      id = (await thePortal(test)).id
      page = `${admin}/${id}`
    })
    after(() => test.close())
    beforeEach(() => irena.open(page))

    const told = (): string => String(irena.page('#address').attr('value'))
    const further = (): [string, string][] =>
      irena
        .page('dl.values > .wide > dt')
        .get()
        .map((dt) => [irena.page(dt).text(), irena.page(dt).next().text().replace(/\s+/g, ' ').trim()])

    it('E05 the page shows where it answers, each address as text to copy with what it does', () => {
      expect(told()).to.equal(`http://127.0.0.1${door}`)
      expect(irena.page('#address').is('[readonly]')).to.equal(true)
      const shown = new Map(further())
      expect([...shown.keys()]).to.deep.equal(['Short address', 'By its id'])
      expect(shown.get('Short address')).to.match(
        /^http:\/\/127\.0\.0\.1\/portal Leads to http:\/\/127\.0\.0\.1\/portal\/thermovia, because it is the default/
      )
      expect(shown.get('By its id')).to.include(`http://127.0.0.1/portal/${id} Leads to`)
      expect(irena.page(`button[data-copy="http://127.0.0.1/portal/${id}"]`).length).to.equal(1)
    })

    it('E06 it gets a custom URL, which is told from then on everywhere', async () => {
      await irena.send('Save', { customUrl: ' Portal.Example.COM ' })
      irena.is(200).sees('Saved', 'nothing leads on from http://portal.example.com')
      expect(told()).to.equal(custom)
      expect(new Map(further()).get('By its name')).to.include('The portal answers here too. Its mails lead to')
      const { context } = test.embedded.portico
      const portal = await thePortal(test)
      expect(portalUrl(context, portal)).to.equal(custom)
      expect((await linkDomains(context)).domains).to.deep.equal(['127.0.0.1', 'portal.example.com'])
      await irena.open(admin)
      irena.sees(custom)
      await irena.open('/')
      expect(irena.page(`a[href="${custom}/"]`).length, 'the first page leads there').to.equal(1)
    })

    it('E06 who changed it, from what to what, is in the list of changes', () => {
      const entry = irena.page('.feed__entry').first().text().replace(/\s+/g, ' ')
      expect(entry).to.include('Settings changed').and.to.include('Custom URL')
      expect(entry).to.include(`– → ${custom}`)
    })

    it('E06 what can be none is refused beside the field, and what was typed stays', async () => {
      for (const [typed, sentence] of [
        ['http://*.example.com', 'A portal has one host name'],
        ['http://localhost/x', 'It would be in the way of Portico’s public address, http://127.0.0.1.'],
        ['http://portal.example.com/?a', 'Please leave out everything from “?” or “#” on']
      ] as const) {
        await irena.send('Save', { customUrl: typed })
        irena.is(422)
        expect(irena.page('#field-customUrl-error').text(), typed).to.include(sentence)
        expect(irena.page('#field-customUrl').attr('value')).to.equal(typed)
      }
      expect((await thePortal(test)).customUrl).to.equal(custom)
    })

    it('E06 an international name is shown as it is typed, and as web servers write it', async () => {
      await irena.send('Save', { customUrl: 'http://žába.example/a' })
      expect(told()).to.equal('http://žába.example/a')
      expect(irena.page('#field-customUrl').attr('value')).to.equal('http://žába.example/a')
      expect(new Map(further()).get('As web servers write it')).to.include('http://xn--ba-lia14d.example/a')
      expect((await thePortal(test)).customUrl).to.equal('http://xn--ba-lia14d.example/a')
    })

    it('E06 of two who save at once the second is told, with what he typed', async () => {
      const frank = await staffAt(test, 'frank')
      await frank.open(page)
      await irena.send('Save', { customUrl: 'first.example.com' })
      await frank.send('Save', { customUrl: 'second.example.com' })
      frank.is(409)
      expect(frank.page('#field-customUrl').attr('value')).to.equal('second.example.com')
      expect((await thePortal(test)).customUrl).to.equal('http://first.example.com')
    })

    it('E06 one that is in the way since the public address changed is told beside the field', async () => {
      const { db } = test.embedded
      await db('portico_portals').where({ id }).update({ custom_url: 'http://localhost/x' })
      await raiseConfigurationVersion(db)
      await irena.open(page)
      expect(irena.is(200).page('#field-customUrl-error').text()).to.include('in the way of Portico’s public address')
    })

    it('E06 emptied, it is gone', async () => {
      await irena.send('Save', { customUrl: '' })
      expect(told()).to.equal(`http://127.0.0.1${door}`)
      irena.doesNotSee('nothing leads on from')
      expect((await thePortal(test)).customUrl).to.equal(undefined)
    })

    describe('tells its people by mail', () => {
      const mails = async (answers: Record<string, string>): Promise<string[]> => {
        const sent = () =>
          test.embedded
            .db<{ text: string; to_address: string }>('portico_mail')
            .select('text', 'to_address')
            .orderBy('id')
        const before = (await sent()).length
        await irena.send('Save', { tell: 'true', ...answers })
        irena.is(200)
        return (await sent())
          .slice(before)
          .filter(({ to_address }) => to_address === customers.bjorn.email)
          .map(({ text }) => text)
      }

      it('E06 that it has an address of its own, and that the other goes on working', async () => {
        const [mail, ...others] = await mails({ customUrl: custom })
        expect(others).to.deep.equal([])
        expect(mail).to.include(`${custom}\n`).and.include(`http://127.0.0.1${door}, goes on working.`)
      })

      it('Z01 nothing where only its name below the public address changes: they use the other', async () => {
        expect(await mails({ slug: 'help' })).to.deep.equal([])
        expect(new Map(further()).get('Former address')).to.include(`http://127.0.0.1${door} Leads to`)
        await irena.send('Save', { slug: 'thermovia' })
      })

      it('E06 that it moved from one host name to another, where nothing leads on', async () => {
        const [mail] = await mails({ customUrl: 'http://žába.example' })
        expect(mail).to.include('http://xn--ba-lia14d.example\n').and.include(`${custom}, is no longer in use`)
      })

      it('E06 that it is below the public address again', async () => {
        const [mail] = await mails({ customUrl: '' })
        expect(mail).to.include(`http://127.0.0.1${door}\n`).and.include('http://žába.example, is no longer in use')
      })
    })
  })

  describe('as visitors use them', function () {
    this.timeout(60_000)
    let test: TestApp
    let server: Server
    let portal: Portal

    before(async () => {
      test = await openApp(open)
      server = createServer(test.app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      await moveTo(custom)
    })
    after(async () => {
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    })

    const port = (): number => (server.address() as AddressInfo).port
    const somebody = (): WebVisitor => new WebVisitor({ host: '127.0.0.1', port: port() })
    const moveTo = async (customUrl: string): Promise<void> => {
      const { context } = test.embedded.portico
      const { id, revision, ...form } = await thePortal(test)
      await changePortal(
        context,
        { id, revision },
        { ...form, customUrl },
        (await test.embedded.host.staffById('irena'))!
      )
      portal = await thePortal(test)
    }
    /** Where he ends, without a scheme and host name where these are the portal's. */
    const arrival = async (address: string): Promise<string> => {
      const visitor = await somebody().open(address)
      return `${visitor.last.status} ${visitor.last.url.href.replace(custom, '')}`
    }

    it('E06 people sign in at its own host name, and stay there', async () => {
      const anna = await somebody().open(`${custom}/`)
      expect(anna.last.url.href).to.equal(`${custom}/sign-in`)
      await anna.press('Sign in', { email: customers.anna.email, password: demoPassword })
      anna.is(200)
      const links = anna.page('a[href], form[action], link[href], img[src]').get()
      const leading = links.map((one) =>
        String(Object.values({ ...anna.page(one).attr() }).find((it) => it.startsWith('/portal')))
      )
      expect(
        leading.filter((it) => it !== 'undefined'),
        'links below the public address'
      ).to.deep.equal([])
      await anna.open('/case')
      anna.is(200).sees('Heating fails')
      expect(anna.jar.names.join(), 'nothing at the public address').to.not.equal('')
      expect((await anna.ask(`http://127.0.0.1${door}/case`)).status, 'a session is of one host name').to.equal(303)
    })

    it('E06 at the public address its id, a former name and the short address lead to its name, and it answers there too', async () => {
      const at = 'http://127.0.0.1'
      expect(await arrival(`${at}/portal/${portal.id}/sign-in?a=b`)).to.equal(`200 ${at}${door}/sign-in?a=b`)
      expect(await arrival(`${at}/portal`)).to.equal(`200 ${at}${door}/sign-in`)
      const anna = await somebody().open(`${at}${door}/sign-in`)
      const body = new URLSearchParams({ _csrf: String(anna.page('input[name=_csrf]').attr('value')) }).toString()
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: at }
      const posted = await anna.ask(`${at}/portal/${portal.id}/sign-in`, { method: 'POST', headers, body })
      expect([posted.status, posted.headers.location], 'forms keep their method').to.deep.equal([
        307,
        `${door}/sign-in`
      ])
    })

    it('E06 its name in the address leads to the short form at its own host name, by a redirect that nobody keeps', async () => {
      const first = await somebody().ask(`${custom}${door}/sign-in?a=b`)
      expect([first.status, first.headers.location]).to.deep.equal([307, '/sign-in?a=b'])
      expect(first.headers['cache-control']).to.include('no-store')
      expect((await somebody().ask(`${custom}${door}//evil.example/`)).headers.location).to.equal('/evil.example/')
      expect((await somebody().ask(`${custom}${door}`)).headers.location).to.equal('/')
    })

    it('E06 prefixes that rewriting servers put in front, once or twice, change nothing, and no redirect goes round', async () => {
      const [byId, byName] = [`/portal/${portal.id}`, door]
      for (const prefix of ['', byId, byId + byId]) {
        expect(await arrival(`${custom}${prefix}/sign-in`), prefix).to.equal(`200 ${prefix}/sign-in`)
        const style = await somebody().ask(`${custom}${prefix}/public/favicon.svg`)
        expect(style.status, `${prefix} and a file`).to.equal(200)
      }
      for (const prefix of [byName, byName + byName, byId + byName, byName + byId])
        expect(await arrival(`${custom}${prefix}/sign-in`), prefix).to.equal('200 /sign-in')
    })

    it('E06 a web server that puts its name in front of everything makes no loop', async () => {
      const behind = (address: string): string => address.replace(custom, `${custom}${door}`)
      const visitor = somebody()
      const led = await visitor.ask(behind(`${custom}/sign-in`))
      const again = await visitor.ask(behind(new URL(String(led.headers.location), custom).href))
      expect([led.status, again.status]).to.deep.equal([307, 200])
      expect((await visitor.ask(behind(`${custom}/public/favicon.svg`))).status).to.equal(200)
    })

    it('E06 with a path in front, pages stand below it', async () => {
      await moveTo('http://www.example.com/customers')
      const anna = await somebody().open('http://www.example.com/customers')
      expect(anna.last.url.href).to.equal('http://www.example.com/customers/sign-in')
      await anna.press('Sign in', { email: customers.anna.email, password: demoPassword })
      await anna.open(`/customers${door}/case`)
      expect(anna.is(200).sees('Heating fails').last.url.href).to.equal('http://www.example.com/customers/case')
      expect((await anna.ask('http://www.example.com/other')).status, 'what is none of ours').to.equal(404)
      await moveTo(custom)
    })

    it('E06 changed, it is in force with the next request, and nothing leads on from the old one', async () => {
      await moveTo('http://other.example.com')
      expect((await somebody().ask('http://other.example.com/sign-in')).status).to.equal(200)
      const gone = await somebody().ask(`${custom}/sign-in`)
      expect([gone.status, gone.text]).to.deep.equal([404, 'Not found\n'])
      await moveTo(custom)
    })

    it('E06 A31 a new password that he asks for is at the address where he asked, whatever the request says', async () => {
      const linkAfter = async (address: string): Promise<string | undefined> => {
        const mails = () => test.embedded.db<{ text: string }>('portico_mail').select('text').orderBy('id')
        const before = (await mails()).length
        const bjorn = await somebody().open(`${address}/forgotten-password`)
        const body = new URLSearchParams({
          email: customers.bjorn.email,
          _csrf: String(bjorn.page('input[name=_csrf]').val())
        })
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Forwarded-Host': 'evil.example' }
        const asked = await bjorn.ask(`${address}/forgotten-password`, {
          method: 'POST',
          headers,
          body: body.toString()
        })
        expect(asked.status).to.equal(200)
        for (let tries = 0; tries < 100 && (await mails()).length === before; tries++) await setTimeout(10)
        return /http\S+(?=\/reset\/)/.exec((await mails()).at(-1)?.text ?? '')?.[0]
      }
      expect(await linkAfter(custom)).to.equal(custom)
      expect(await linkAfter(`http://127.0.0.1${door}`)).to.equal(`http://127.0.0.1${door}`)
    })

    it('E06 a door says the configured address of the site where its visitor stands, else the one that people are told', async () => {
      const { context } = test.embedded.portico
      const [own] = await context.sites()
      expect(doorTo(context, portal, own).address).to.equal(custom)
      expect(doorTo(context, portal).address).to.equal(custom)
      const main = { ...own!, base: '', url: 'http://127.0.0.1' }
      expect(doorTo(context, portal, main).address).to.equal(`http://127.0.0.1${door}`)
      const [user] = await test.embedded
        .db<{ identity_id: string; address: string }>('portico_portal_users')
        .where({ address: customers.anna.email })
      expect((await doorsOf(context, user!.identity_id)).map(({ address }) => address)).to.deep.equal([custom])
    })
  })

  describe('the page of the web server in front', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor
    let page: string

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
      page = `${admin}/${(await thePortal(test)).id}`
      await irena.open(page)
    })
    after(() => test.close())

    it('E06 without a custom URL it is about the public address', async () => {
      await irena.follow('Web server')
      irena.is(200).sees('This portal has no custom URL', 'ServerName 127.0.0.1')
      await irena.send('Show the text', { kind: 'nginx-rewrite' })
      irena.is(422).sees('there is nothing to rewrite')
    })

    it('E06 shows the text that was chosen, and what to do with it step by step', async () => {
      await irena.open(page)
      await irena.send('Save', { customUrl: 'https://portal.example.com' })
      await irena.open(`${page}/web-server`)
      irena.sees('<VirtualHost *:443>', 'Let the name portal.example.com lead to', 'Set PORTICO_TRUSTED_PROXIES=1')
      expect(irena.page('pre').text()).to.include('/etc/letsencrypt/live/portal.example.com/fullchain.pem')
      expect(irena.page('button[data-copy]').attr('data-copy')).to.equal(irena.page('pre').text())
      await irena.send('Show the text', { kind: 'nginx-proxy', tls: 'front', backends: '10.0.0.1:3000, 10.0.0.2:3000' })
      irena.is(200).sees('server_name portal.example.com', '10.0.0.2:3000', 'Set PORTICO_TRUSTED_PROXIES=2')
      expect(irena.page('pre').text()).to.not.include('fullchain.pem')
      await irena.send('Show the text', { backends: '10.0.0.1:3000; evil {}' })
      irena.is(422).sees('is no address of the service')
    })

    it('E06 checks the configured address, whatever is posted, and says what it finds', async () => {
      const reached: string[] = []
      const server = createServer((req, res) => {
        reached.push(String(req.headers.host))
        test.app(req, res)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve))
      const { port } = server.address() as AddressInfo
      await irena.open(page)
      await irena.send('Save', { customUrl: `http://127.0.0.2:${port}` })
      await irena.open(`${page}/web-server`)
      const forged = await irena.forge(`${page}/web-server/check`, { url: 'http://192.0.2.1', kind: 'nginx-proxy' })
      expect(forged.text).to.include(`127.0.0.2:${port}`).and.to.not.include('192.0.2.1')
      await irena.send('Check this address')
      irena.is(200).sees(`Found at http://127.0.0.2:${port}`, 'leads to this installation')
      expect(irena.page('#findings .badge--good').length, 'what is fine').to.be.greaterThan(5)
      expect(reached.length).to.be.greaterThan(0)
      await new Promise((resolve) => server.close(resolve))
      await irena.send('Check this address')
      irena.is(200).sees('Fault', 'What to do:').doesNotSee('leads to this installation')
      expect(irena.page('#findings .badge--bad').length).to.equal(1)
    })

    it('E06 a portal that is off has nothing to check', async () => {
      await irena.open(page)
      await irena.send('Switch the portal off')
      await irena.open(`${page}/web-server`)
      irena.sees('there is nothing to check')
      expect(irena.page('form[action$="/check"]').length).to.equal(0)
    })

    it('Z31 is there for staff who manage portals, and for nobody else', async () => {
      const petra = await staffAt(test, 'petra')
      expect((await petra.peek(`${page}/web-server`)).status).to.equal(404)
      expect((await petra.forge(`${page}/web-server/check`)).status).to.equal(404)
      const frank = await staffAt(test, 'frank')
      expect((await frank.peek(`${page}/web-server`)).status).to.equal(200)
    })
  })
})

eachDatabase((open) => {
  describe('two portals for one address', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
    })
    after(() => test.close())

    it('E06 A28 of two administrators who save addresses in each other’s way at once, one is refused', async () => {
      const { context } = test.embedded.portico
      const by = (await test.embedded.host.staffById('irena'))!
      const first = await thePortal(test)
      const otherId = await createPortal(context, { ...first, name: 'Other', slug: 'other' }, by)
      const other = (await configuration(context.db)).portals.get(otherId)!
      const save = ({ id, revision, ...form }: Portal, customUrl: string): Promise<void> =>
        changePortal(context, { id, revision }, { ...form, customUrl }, by)
      const both = await Promise.allSettled([save(first, 'a.example/b'), save(other, 'a.example')])
      const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as { status: number }] : []))
      expect(refused.map(({ status }) => status)).to.deep.equal([409])
      const saved = [...(await configuration(context.db)).portals.values()].filter(({ customUrl }) => customUrl)
      expect(saved).to.have.length(1)
      const [loser] = [...(await configuration(context.db)).portals.values()].filter(({ customUrl }) => !customUrl)
      await save(loser!, 'b.example')
      expect((await configuration(context.db)).portals.get(loser!.id)?.customUrl).to.equal('http://b.example')
    })
  })
})
