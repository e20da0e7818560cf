import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import request from 'supertest'
import { createApp } from '../../src/app.js'
import { ConfigProblems, type Environment } from '../../src/config.js'
import { schemaVersion } from '../../src/db/migrate.js'
import { ProtocolDiffers } from '../../src/host/espocrm/definitions.js'
import { ExtensionMissing } from '../../src/host/espocrm/settings.js'
import { HostUnavailable } from '../../src/host/host.js'
import { openInstallation, type Installation } from '../../src/installation.js'
import { migrations } from '../../migrations/index.js'
import { onMysql } from '../support/databases.js'
import { recordedAnswer } from './catalog-recorded.js'
import { FakeEspo } from './fake-espo.js'
import {
  addAlice,
  apiKey,
  createStaffTables,
  emptyStaffTables,
  installIntegration,
  secret,
  ticketFor
} from './staff-world.js'

const log = pino({ level: 'silent' })

onMysql('Portico beside EspoCRM', (open) => {
  let db: Knex
  let url: string
  let espo: FakeEspo
  let opened: Installation[]

  before(async () => {
    ;({ db, url } = await open())
    await createStaffTables(db)
    espo = await FakeEspo.open()
  })
  after(() => espo.goDown())

  beforeEach(async () => {
    opened = []
    await emptyStaffTables(db)
    if (await db.schema.hasTable('portico_host_documents')) await db('portico_host_documents').delete()
    await installIntegration(db, { siteUrl: `${espo.url}/` })
    await addAlice(db, { type: 'admin' })
    espo.forget()
    espo.key = apiKey
    const answer = { ...recordedAnswer(), now: Math.floor(Date.now() / 1000) }
    espo.answers(/^GET Portico\/(stamp|metadata)$/, { status: 200, body: answer })
  })
  afterEach(async () => {
    for (const installation of opened) await installation.close()
    await espo.goDown()
    await espo.comeUp()
  })

  const start = async (env: Environment = {}): Promise<Installation> => {
    const installation = await openInstallation({ DATABASE_URL: `espocrm+${url}`, ...env }, log)
    opened.push(installation)
    return installation
  }
  const refusal = (env: Environment = {}): Promise<unknown> => start(env).catch((error: unknown) => error)
  const setData = (data: unknown): Promise<unknown> => db('integration').update({ data: JSON.stringify(data) })

  describe('is opened by one line', () => {
    it('with what EspoCRM says of itself, and our tables up to date', async () => {
      const { config, host, jobs, staffCookies } = await start()
      expect(host.name).to.equal('espocrm')
      expect(config).to.include({ publicUrl: `${espo.url}/crm-portal`, environment: 'production' })
      expect(await schemaVersion(db)).to.equal(migrations.length)
      expect((await host.catalog('de')).modules.get('Case')?.label).to.equal('Fall')
      expect(await host.switches()).to.deep.equal({ portal: true, 'external-users': true, 'global-sharing': false })
      expect((await host.staffById('alice'))?.name).to.equal('Alice Adams')
      expect(staffCookies).to.deep.equal(['portico_staff'])
      expect(jobs.map(({ name, everySeconds }) => [name, everySeconds])).to.deep.include.members([
        ['host events', 1],
        ['definitions', 10],
        ['sweep', 300]
      ])
    })

    it('with a secret of its own, made of the shared one and the same after each start', async () => {
      const [first, second] = [await start(), await start()]
      expect(first.config.secret).to.have.length(64).and.equal(second.config.secret)
      expect(first.config.secret).not.to.include(secret)
      expect((await start({ PORTICO_SECRET: 'o'.repeat(32) })).config.secret).to.equal('o'.repeat(32))
    })

    it('and knows the ways to EspoCRM', async () => {
      const { host } = await start()
      expect(host.homeUrl).to.equal(`${espo.url}/`)
      expect(host.recordUrl('Case', 'c1')).to.equal(`${espo.url}/#Case/view/c1`)
      expect(host.signInUrl('/portico/admin/portals?a=1')).to.equal(
        `${espo.url}/#Portico/open/to=%2Fportico%2Fadmin%2Fportals%3Fa%3D1`
      )
    })

    it('and sends nobody to a page whose address no ticket carries', async () => {
      const { host } = await start()
      const ends = (path: string): string => decodeURIComponent(host.signInUrl(path).split('to=')[1]!)
      expect(ends('/portico/admin/portals?q=a+b')).to.equal('/portico/admin/portals')
      expect(ends('/portico/~x')).to.equal('/host/admin')
      expect(ends('//evil.example')).to.equal('/host/admin')
      expect(ends('/')).to.equal('/host/admin')
    })

    it('at another address of the service, where the integration says so', async () => {
      await setData({ siteUrl: espo.url, serviceUrl: 'https://portal.example.com/', sharedSecret: secret })
      expect((await start()).config.publicUrl).to.equal('https://portal.example.com')
    })

    it('and asks EspoCRM where this machine reaches it', async () => {
      await setData({ siteUrl: 'http://unreachable.invalid', sharedSecret: secret, portal: true })
      const { host, config } = await start({ PORTICO_ESPOCRM_URL: `${espo.url}/` })
      expect(config.publicUrl).to.equal('http://unreachable.invalid/crm-portal')
      expect((await host.catalog('en')).modules.has('Case')).to.equal(true)
    })
  })

  describe('is not opened', () => {
    it('on a database that is no EspoCRM’s', async () => {
      const empty = await open()
      const error = await refusal({ DATABASE_URL: `espocrm+${empty.url}` })
      expect(error).to.be.instanceOf(ExtensionMissing).with.property('message').that.includes("not EspoCRM's")
      expect(await empty.db.schema.hasTable('portico_schema'), 'and nothing is made there').to.equal(false)
    })

    it('without the extension', async () => {
      await db('integration').delete()
      expect(await refusal())
        .to.be.instanceOf(ExtensionMissing)
        .with.property('message')
        .that.includes('install the extension')
    })

    it('with an extension of another protocol', async () => {
      espo.answers(/stamp|metadata/, { status: 200, body: { ...recordedAnswer(), protocol: 99 } })
      expect(await refusal())
        .to.be.instanceOf(ProtocolDiffers)
        .with.property('message')
        .that.includes('Update the service')
    })

    it('with an integration that says too little; all of it is said at once', async () => {
      await setData({ sharedSecret: 'short' })
      const error = await refusal()
      expect(error).to.be.instanceOf(ConfigProblems).with.property('problems').that.has.length(2)
    })

    for (const serviceUrl of ['crm-portal', '//portal.example.com', 'https://', ' ']) {
      it(`with the service's address “${serviceUrl}”, which is neither a path nor a whole one`, async () => {
        await setData({ siteUrl: espo.url, serviceUrl, sharedSecret: secret })
        const error = await refusal()
        expect(error).to.be.instanceOf(ConfigProblems)
        expect((error as ConfigProblems).problems.join()).to.match(/^The service's address .* \/crm-portal/)
      })
    }
  })

  describe('serves', () => {
    const signedIn = async (installation: Installation): Promise<request.Agent> => {
      const agent = request.agent(createApp(installation))
      const ticket = ticketFor(Date.now(), { to: '/portico/admin/portals' })
      const response = await agent.get('/crm-portal/host/ticket').query({ t: ticket })
      expect(response.headers['location'], response.text).to.equal('/crm-portal/portico/admin/portals')
      return agent
    }

    it('the first page, with the way to EspoCRM, and the portals while their module is on', async () => {
      const app = createApp(await start())
      const page = await request(app).get('/crm-portal/')
      expect(page.status).to.equal(200)
      expect(page.text).to.include(`href="${espo.url}/"`).and.include('There is no portal yet')
      for (const path of ['/crm', '/crm/sign-in', '/mailbox'])
        expect((await request(app).get(`/crm-portal${path}`)).status, path).to.equal(404)
    })

    it('an administrators’ page to staff who come by a ticket; strangers are sent to EspoCRM', async () => {
      const installation = await start()
      const page = await (await signedIn(installation)).get('/crm-portal/portico/admin/portals')
      expect(page.status).to.equal(200)
      expect(page.text).to.include('Alice Adams').and.include(`href="${espo.url}/"`)
      const stranger = await request(createApp(installation)).get('/crm-portal/portico/admin/portals')
      expect(stranger.headers['location']).to.equal(`${espo.url}/#Portico/open/to=%2Fportico%2Fadmin%2Fportals`)
    })

    it('while EspoCRM’s web server is down, what it knows: staff still come in, pages are read', async () => {
      await (await start()).host.catalog('en')
      await espo.goDown()
      const installation = await start()
      const agent = await signedIn(installation)
      expect((await agent.get('/crm-portal/portico/admin/portals')).status).to.equal(200)
      expect((await installation.host.catalog('en')).modules.has('Case')).to.equal(true)
      const change = installation.host.save({ module: 'Case', values: { name: 'x' } }, { kind: 'system' })
      expect(await change.catch((error: unknown) => error), 'a write says so').to.be.instanceOf(HostUnavailable)
    })

    it('even when it has never reached EspoCRM: then the pages say that it is not there, until it is', async () => {
      await espo.goDown()
      const installation = await start()
      const app = createApp(installation)
      expect((await request(app).get('/crm-portal/')).status).to.equal(200)
      const ticket = (): string => ticketFor(Date.now(), { to: '/portico/admin/portals' })
      expect((await request(app).get('/crm-portal/host/ticket').query({ t: ticket() })).status).to.equal(503)
      await espo.comeUp()
      expect((await request(app).get('/crm-portal/host/ticket').query({ t: ticket() })).status).to.equal(303)
    })

    it('what the modules narrow, staff may not do, whatever EspoCRM says', async () => {
      const { host } = await start({})
      espo.answers(/rights/, { status: 200, body: { view: true, edit: true, delete: true } })
      const alice = (await host.staffById('alice'))!
      expect(await host.allows(alice, 'edit', 'Case', 'c1')).to.equal(true)
      const narrowing = host as typeof host & {
        install(plugin: { recordAuthorize(ask: { id: string | undefined; action: string }): Promise<boolean> }): void
      }
      expect(await host.allowsModule(alice, 'Case')).to.equal(true)
      narrowing.install({ recordAuthorize: async ({ id, action }) => id === undefined && action !== 'view' })
      expect(await host.allows(alice, 'edit', 'Case', 'c1')).to.equal(false)
      expect(await host.allowsModule(alice, 'Case')).to.equal(false)
    })
  })
})
