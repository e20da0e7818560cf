import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { passkeySite } from '../../src/identity/factors/passkeys.js'
import { publicSite } from '../../src/web/site.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'
import { authenticator } from './authenticator.js'
import type { Visitor } from './entrance.js'
import { emailOf, openEntrance, password, type Entrance } from './entrance.js'
import { base, FactorSteps, optionsOf, own } from './factor-steps.js'

onSqlite('a passkey', (open) => {
  let at: Entrance
  let anna: FactorSteps

  before(async () => {
    at = await openEntrance(await open(), { PORTICO_PUBLIC_URL: 'http://localhost' })
    anna = new FactorSteps(at, 'anna', await at.enrol('anna'))
  })

  beforeEach(() => anna.startAnew())

  it('T04 is added after the password, shown at sign-in, and noted as used', async () => {
    const key = authenticator()
    expect((await anna.addPasskey(key)).text).to.contain('It is added')
    const entered = await anna.showPasskey(key)
    expect([entered.status, entered.headers['location']]).to.deep.equal([303, `${base}/home`])
    const [factor] = (await at.identity.factorsOf(anna.id))?.factors ?? []
    expect(factor).to.include({ kind: 'passkey', label: 'Mine' })
    expect(factor?.usedAt).to.be.a('string')
  })

  it('A35 of another host name, of another site, or without its user verified is not added', async () => {
    for (const claims of [{ rpId: 'evil.example' }, { origin: 'https://evil.example' }, { isVerified: false }]) {
      const refused = await anna.addPasskey(authenticator(), claims)
      expect(refused.status, JSON.stringify(claims)).to.equal(422)
    }
    expect((await at.identity.factorsOf(anna.id))?.factors).to.deep.equal([])
  })

  it('A35 of another host name, of another site, without its user verified, or somebody else’s lets nobody in', async () => {
    const key = authenticator()
    await anna.addPasskey(key)
    for (const claims of [{ rpId: 'evil.example' }, { origin: 'https://evil.example' }, { isVerified: false }])
      expect((await anna.showPasskey(key, claims)).status, JSON.stringify(claims)).to.equal(422)
    expect((await anna.showPasskey(authenticator())).status).to.equal(422)
    expect((await anna.showPasskey(key)).status).to.equal(303)
  })

  it('A35 answers this very question: neither an old answer nor one to another browser', async () => {
    const key = authenticator()
    await anna.addPasskey(key)
    const [one, two] = [await anna.atDoor(), await anna.atDoor()]
    const ask = async (visitor: Visitor) => optionsOf((await visitor.get(`${base}/sign-in/factor?way=passkey`)).text)
    const [mine, others] = [key.get(await ask(one)), key.get(await ask(two))]
    expect((await anna.answer(two, mine)).status).to.equal(422)
    expect((await anna.answer(two, others)).status, 'one try').to.equal(422)
    await ask(one)
    expect((await anna.answer(one, mine)).status, 'an old answer').to.equal(422)
    expect((await anna.answer(one, 'no answer')).status).to.equal(422)
    expect((await anna.answer(one, key.get(await ask(one)))).status).to.equal(303)
  })

  it('A35 that counts is a copy when it counts back', async () => {
    const key = authenticator()
    await anna.addPasskey(key, { counter: 1 })
    expect((await anna.showPasskey(key, { counter: 5 })).status).to.equal(303)
    expect((await anna.showPasskey(key, { counter: 5 })).status).to.equal(422)
    expect((await anna.showPasskey(key, { counter: 4 })).status).to.equal(422)
    expect((await anna.showPasskey(key, { counter: 6 })).status).to.equal(303)
  })

  it('is offered where browsers make them: with https or on this machine, and where the host has a name', () => {
    const site = (publicUrl: string) => passkeySite(publicSite({ publicUrl }))
    expect(site('https://crm.example.com/portico')).to.deep.equal({
      id: 'crm.example.com',
      origin: 'https://crm.example.com'
    })
    expect(site('http://localhost:8080')).to.deep.equal({ id: 'localhost', origin: 'http://localhost:8080' })
    for (const none of ['http://crm.example.com', 'http://127.0.0.1', 'https://[::1]', 'https://192.0.2.1'])
      expect(site(none), none).to.equal(undefined)
  })
})

onSqlite('a passkey in a browser', (open) => {
  browserSuite('Chromium', (browser) => {
    let at: Entrance
    let server: Server
    let page: Page
    let origin: string

    before(async function () {
      this.timeout(60_000)
      server = createServer((req, res) => void at.app(req, res))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://localhost:${(server.address() as AddressInfo).port}`
      at = await openEntrance(await open(), { PORTICO_PUBLIC_URL: origin })
      await at.enrol('anna')
      page = await (await browser()).newPage()
      const cdp = await page.context().newCDPSession(page)
      await cdp.send('WebAuthn.enable')
      const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true } as const
      const isVerified = { hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
      await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, ...isVerified } })
    })

    after(async () => {
      await page.close()
      await new Promise((resolve) => server.close(resolve))
    })

    const signIn = async () => {
      await page.goto(`${origin}${base}/sign-in`)
      await page.fill('[name=email]', emailOf('anna'))
      await page.fill('[name=password]', password)
      await page.click('main button.btn--primary')
      await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
    }

    it('T04 is made and shown by our script', async () => {
      await signIn()
      await page.goto(`${origin}${own}/passkey`)
      await page.fill('[name=password]', password)
      await page.click('main button.btn--primary')
      await page.click('form[data-passkey] button')
      await page.waitForSelector('.codes')
      await page.context().clearCookies()
      await signIn()
      expect(new URL(page.url()).pathname).to.equal(`${base}/sign-in/factor`)
      await page.click('form[data-passkey] button')
      await page.waitForURL((url) => url.pathname === `${base}/home`)
      await page.goto(`${origin}${base}/profile`)
      expect(await page.textContent('section[aria-labelledby=second-factor]')).to.contain('Last used')
    })
  })
})
