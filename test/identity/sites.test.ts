import { expect } from 'chai'
import { load } from 'cheerio'
import { onSqlite } from '../support/databases.js'
import { authenticator } from './authenticator.js'
import { emailOf, openEntrance, password, Visitor, type Entrance } from './entrance.js'
import { base, codesShown, FactorSteps, optionsOf } from './factor-steps.js'

const main = 'https://crm.example.com'
const custom = 'https://portal.acme.example'
const atMain = { origin: main, rpId: 'crm.example.com' }
const atCustom = { origin: custom, rpId: 'portal.acme.example' }

onSqlite('a door with an address of its own', (open) => {
  let at: Entrance
  let anna: FactorSteps

  before(async () => {
    at = await openEntrance(await open(), { PORTICO_PUBLIC_URL: main, PORTICO_SECRET: 's'.repeat(32) }, custom)
    anna = new FactorSteps(at, 'anna', await at.enrol('anna', { at: [at.acme, at.other] }))
  })

  beforeEach(async () => {
    anna.origin = undefined
    await anna.startAnew()
  })

  const visitorAt = (origin: string): Visitor => new Visitor(at.app, 'en', origin)
  const moved = (visitor: Visitor, origin: string): Visitor => Object.assign(visitor, { origin })
  const signIn = (visitor: Visitor, typed = password) =>
    visitor.post('/sign-in', { email: emailOf('anna'), password: typed })

  it('E06 leads on below that address, and says so itself where a page was asked for', async () => {
    const visitor = visitorAt(custom)
    const sent = await visitor.get('/home?a=1')
    expect(sent.headers['location']).to.equal(`/sign-in?to=${encodeURIComponent(`${base}/home?a=1`)}`)
    const page = await visitor.get(String(sent.headers['location']))
    const to = String(load(page.text)('input[name=to]').attr('value'))
    const entered = await visitor.post('/sign-in', { email: emailOf('anna'), password, to })
    expect(entered.headers['location']).to.equal('/home?a=1')
    expect((await visitor.get('/home?a=1')).status).to.equal(200)
  })

  for (const to of ['/portal/other/home', 'https://evil.example/', '//evil.example/', '/home', `${base}//evil.example`])
    it(`E06 A36 does not lead to ${to} after the sign-in`, async () => {
      const visitor = visitorAt(custom)
      const shown = await visitor.get(`/sign-in?to=${encodeURIComponent(to)}`)
      expect(shown.status).to.equal(200)
      const entered = await visitor.post('/sign-in', { email: emailOf('anna'), password, to })
      expect(entered.headers['location']).to.match(/^\/(home|evil\.example)$/)
    })

  it('E06 A34 keeps a session of its own: one host name knows nothing of that of the other', async () => {
    const visitor = visitorAt(custom)
    await signIn(visitor)
    expect(visitor.session).to.match(/^__Host-portico_session=/)
    expect((await visitor.get('/home')).status).to.equal(200)
    expect(await moved(visitor, main).isIn()).to.equal(false)
    await visitor.signIn('anna')
    expect(await visitor.isIn()).to.equal(true)
    await moved(visitor, custom).post('/sign-out', {}, '/profile')
    expect((await visitor.get('/home')).status).to.equal(303)
    expect(await moved(visitor, main).isIn(), 'what was not signed out of goes on').to.equal(true)
  })

  it('E06 A24 both end where access is revoked, and where the password changes', async () => {
    const visitor = visitorAt(custom)
    const both = async (): Promise<number[]> => {
      const answers = [await moved(visitor, custom).get('/home'), await moved(visitor, main).get(`${base}/home`)]
      return answers.map(({ status }) => status)
    }
    for (const end of [
      () => at.identity.revoke(anna.id, at.acme.audience),
      () => at.identity.setPassword(anna.id, password)
    ]) {
      await signIn(moved(visitor, custom))
      await moved(visitor, main).signIn('anna')
      expect(await both()).to.deep.equal([200, 200])
      await end()
      expect(await both()).to.deep.equal([303, 303])
    }
  })

  it('E06 A30 counts attempts together with those at the public address', async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await visitorAt(main).signIn('anna', 'wrong')).status).to.equal(422)
      expect((await signIn(visitorAt(custom), 'wrong')).status).to.equal(422)
    }
    expect((await signIn(visitorAt(custom))).status).to.equal(429)
    expect((await visitorAt(main).signIn('anna')).status).to.equal(429)
  })

  it('E06 A31 mails a new password’s link of the address where it was asked for', async () => {
    for (const [origin, path, link] of [
      [custom, '/forgotten-password', `${custom}/reset/`],
      [main, `${base}/forgotten-password`, `${main}${base}/reset/`]
    ] as const) {
      await at.db('portico_mail').delete()
      await visitorAt(origin).post(path, { email: emailOf('anna') })
      const mail = await newestMail()
      expect(mail).to.include(link)
      const [whole = ''] = /https:\S+/.exec(mail) ?? []
      expect((await visitorAt(origin).get(new URL(whole).pathname)).status).to.equal(200)
    }
  })

  it('E06 A33 another door at another host name is a link to sign in there, and no button that would lead nowhere', async () => {
    const visitor = visitorAt(custom)
    await signIn(visitor)
    expect(JSON.parse((await visitor.get('/doors')).text)).to.deep.equal([
      { name: 'Other', url: `${main}/portal/other/sign-in`, host: 'crm.example.com' }
    ])
    const atPublic = visitorAt(main)
    await atPublic.signIn('anna', password, 'other')
    expect(JSON.parse((await atPublic.get('/portal/other/doors')).text)).to.deep.equal([
      { name: 'Acme & Sons', url: `${custom}/sign-in`, host: 'portal.acme.example' }
    ])
    await atPublic.signIn('anna')
    expect(JSON.parse((await atPublic.get('/portal/acme/doors')).text), 'its twin: within one host').to.deep.equal([
      { name: 'Other', url: '/portal/other/sign-in/across' }
    ])
  })

  describe('and a passkey', () => {
    const addAt = async (
      origin: string,
      claims: typeof atMain
    ): Promise<{ key: ReturnType<typeof authenticator>; codes: string[] }> => {
      anna.origin = origin
      const key = authenticator()
      const added = await anna.addPasskey(key, claims)
      expect(added.text).to.contain('It is added')
      return { key, codes: codesShown(added.text) }
    }

    it('E06 A35 is good at the host name where it was made', async () => {
      const { key } = await addAt(custom, atCustom)
      expect((await at.identity.factorsOf(anna.id))?.factors[0]?.site).to.equal('portal.acme.example')
      const entered = await anna.showPasskey(key, atCustom)
      expect([entered.status, entered.headers['location']]).to.deep.equal([303, '/home'])
      expect((await anna.showPasskey(key, atMain)).status).to.equal(422)
    })

    it('E06 A35 of one host name is asked for at no other: the page says where it is good, and takes a recovery code', async () => {
      const { key, codes } = await addAt(custom, atCustom)
      anna.origin = main
      const visitor = await anna.atDoor()
      expect(await visitor.isIn()).to.equal(false)
      const { text } = await visitor.get(`${base}/sign-in/factor?way=passkey`)
      expect(text).to.include('Your passkey is good at portal.acme.example, but not at the address')
      expect(load(text)(`a[href="${custom}/sign-in"]`).text()).to.equal('Sign in at portal.acme.example')
      expect(load(text)('form[data-passkey]').length).to.equal(0)
      const forged = key.get(JSON.stringify({ challenge: 'invented' }), atCustom)
      expect((await anna.answer(visitor, forged)).status).to.equal(400)
      expect((await anna.show(visitor, 'recovery', codes[0]!)).status).to.equal(303)
      expect(await visitor.isIn()).to.equal(true)
    })

    it('E06 A35 without a code that is left, the page says where to go', async () => {
      await addAt(custom, atCustom)
      await at.db('portico_recovery_codes').where({ identity_id: anna.id }).delete()
      anna.origin = main
      const { text } = await (await anna.atDoor()).get(`${base}/sign-in/factor`)
      expect(text).to.include('There is no way to show your second factor at this address.')
      expect(text).to.include(`${custom}/sign-in`)
    })

    it('E06 T04 stands in the profile with its host name; one that was made before there were several is good at the public address', async () => {
      const { key } = await addAt(custom, atCustom)
      anna.origin = custom
      const visitor = await anna.atDoor()
      const asked = await visitor.get(`${base}/sign-in/factor?way=passkey`)
      await anna.answer(visitor, key.get(optionsOf(asked.text), atCustom))
      expect(load((await visitor.get('/profile')).text)('body').text()).to.include('Good at portal.acme.example')
      await at.db('portico_second_factors').where({ identity_id: anna.id }).update({ site: null })
      anna.origin = main
      expect((await anna.showPasskey(key, atMain)).status, 'made before there were sites').to.equal(303)
      anna.origin = custom
      expect((await (await anna.atDoor()).get('/sign-in/factor')).text).to.include(
        'Your passkey is good at crm.example.com'
      )
    })
  })

  async function newestMail(): Promise<string> {
    for (let tries = 0; tries < 100; tries++) {
      const mail = await at.db<{ text: string }>('portico_mail').first('text')
      if (mail) return mail.text
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('no mail')
  }
})
