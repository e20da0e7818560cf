import { expect } from 'chai'
import { createAttempts } from '../../src/identity/attempts.js'
import { eachDatabase } from '../support/databases.js'
import { emailOf, openEntrance, password, tokenIn, Visitor, withoutTokens, type Entrance } from './entrance.js'

eachDatabase((open) => {
  describe('signing in', () => {
    let at: Entrance

    before(async () => {
      at = await openEntrance(await open())
      await at.enrol('anna')
      await at.enrol('bruno', { at: [] })
      await at.enrol('clara', { password: undefined })
    })

    it('lets in who has the right password, and to the page he wanted (Z19)', async () => {
      const anna = new Visitor(at.app)
      const asked = await anna.get('/portal/acme/home')
      expect(asked.headers['location']).to.equal('/portal/acme/sign-in?to=%2Fportal%2Facme%2Fhome')
      const entered = await anna.signIn('anna')
      expect(entered.status).to.equal(303)
      expect(entered.headers['location']).to.equal('/portal/acme/home')
      expect(await anna.isIn()).to.equal(true)
    })

    it('takes the address in any case', async () => {
      const anna = new Visitor(at.app)
      const entered = await anna.post('/portal/acme/sign-in', { email: ' ANNA@Nordwind.example ', password })
      expect(entered.status).to.equal(303)
    })

    it('gives one answer to unknown, wrong, not admitted and not yet confirmed, after one comparison each (A30, A31)', async () => {
      const answers = []
      for (const [name, typed] of [
        ['nobody', password],
        ['anna', 'wrong-password-here'],
        ['bruno', password],
        ['clara', password]
      ] as const) {
        const before = at.compared()
        const { status, text } = await new Visitor(at.app).signIn(name, typed)
        answers.push({ status, text: withoutTokens(text), compared: at.compared() - before })
      }
      expect(answers[0]).to.include({ status: 422, compared: 1 })
      expect(answers[0]?.text).to.contain('do not fit together')
      for (const answer of answers) expect(answer).to.deep.equal(answers[0])
    })

    it('never shows a typed password again, and says next to the field what is wrong', async () => {
      const { text } = await new Visitor(at.app).signIn('anna', 'wrong-password-here')
      expect(text).not.to.contain('wrong-password-here')
      expect(text).to.match(/name="password"[^>]*aria-invalid="true"/)
      expect(text).to.contain(`value="${emailOf('anna')}"`)
    })

    it('goes back only to a page of this very door (A36)', async () => {
      for (const to of [
        '//evil.example/',
        'https://evil.example/',
        '/\\evil.example',
        '/portal/other/home',
        '/portal/acme/../other/home'
      ]) {
        const entered = await new Visitor(at.app).post('/portal/acme/sign-in', { email: emailOf('anna'), password, to })
        expect(entered.headers['location'], to).to.equal('/portal/acme/home')
      }
      const to = '/portal/acme/cases?q=pump'
      const entered = await new Visitor(at.app).post('/portal/acme/sign-in', { email: emailOf('anna'), password, to })
      expect(entered.headers['location']).to.equal(to)
    })

    it('speaks the language of the door unless the visitor chose one', async () => {
      const visitor = new Visitor(at.app, 'de')
      expect((await visitor.get('/portal/acme/sign-in')).text).to.contain('<html lang="en">')
      await visitor.post('/language', { locale: 'cs', to: '/portal/acme/sign-in' }, '/portal/acme/sign-in')
      expect((await visitor.get('/portal/acme/sign-in')).text).to.contain('<html lang="cs">')
    })

    it('is 404 where there is no door', async () => {
      expect((await new Visitor(at.app).get('/portal/nowhere/sign-in')).status).to.equal(404)
      expect((await new Visitor(at.app).get('/portal/nowhere/home')).status).to.equal(404)
    })
  })

  describe('too many attempts', () => {
    let at: Entrance

    beforeEach(async () => {
      at = await openEntrance(await open())
      await at.enrol('anna')
    })

    it('stops the eleventh for an account, known or not, in the same words (A30, A35)', async () => {
      const answers = []
      for (const name of ['anna', 'nobody']) {
        for (let i = 0; i < 10; i++) await new Visitor(at.app).signIn(name, 'wrong-password-here')
        const { status, text } = await new Visitor(at.app).signIn(name)
        answers.push({ status, text: withoutTokens(text).replace(/[0-9a-f-]{36}/, '') })
      }
      expect(answers[0]?.status).to.equal(429)
      expect(answers[0]).to.deep.equal(answers[1])
    })

    it('forgets failures after a success', async () => {
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 9; i++) await new Visitor(at.app).signIn('anna', 'wrong-password-here')
        expect((await new Visitor(at.app).signIn('anna')).status).to.equal(303)
      }
    })

    it('counts an address over all accounts', async () => {
      const attempts = createAttempts(at.db, { 'sign-in': { account: 10, address: 3, seconds: 60 } })
      const from = (address: string, account: string) => attempts.count('sign-in', { account, address })
      for (const account of ['a', 'b', 'c']) await from('192.0.2.1', account)
      const refusal: unknown = await from('192.0.2.1', 'd').catch((error: unknown) => error)
      expect(refusal).to.include({ status: 429, key: 'errors.tooManyAttempts' })
      await from('192.0.2.2', 'd')
    })

    it('keeps neither addresses nor names', async () => {
      await new Visitor(at.app).signIn('anna', 'wrong-password-here')
      const rows = await at.db('portico_attempts').select('key')
      expect(rows).to.have.length(2)
      expect(JSON.stringify(rows)).not.to.match(/anna|127\.0\.0\.1/)
    })
  })

  describe('a session', () => {
    let at: Entrance
    let anna: string

    beforeEach(async () => {
      at = await openEntrance(await open())
      anna = await at.enrol('anna', { at: [at.acme, at.other] })
    })

    const entered = async (portal = 'acme'): Promise<Visitor> => {
      const visitor = new Visitor(at.app)
      await visitor.signIn('anna', password, portal)
      expect(await visitor.isIn(portal)).to.equal(true)
      return visitor
    }

    it('counts at its own door and at no other (A33, A52)', async () => {
      const visitor = await entered('acme')
      const elsewhere = await visitor.get('/portal/other/home')
      expect(elsewhere.status).to.equal(303)
      expect(elsewhere.headers['location']).to.match(/^\/portal\/other\/sign-in/)
      expect(await visitor.isIn('acme')).to.equal(true)
    })

    it('does not exist before sign-in', async () => {
      const visitor = new Visitor(at.app)
      expect(cookieOf(await visitor.get('/portal/acme/sign-in'))).to.equal('')
      expect(cookieOf(await visitor.signIn('anna', 'wrong-password-here'))).to.equal('')
      expect(cookieOf(await visitor.signIn('anna'))).not.to.equal('')
    })

    it('gets a new id at sign-in, so that a planted one is worth nothing (A34)', async () => {
      await at.enrol('mallory')
      const mallory = new Visitor(at.app)
      await mallory.signIn('mallory')
      const planted = mallory.session
      await mallory.post('/portal/acme/sign-in', { email: emailOf('anna'), password }, '/portal/acme/profile')
      expect((await mallory.get('/portal/acme/home')).text).to.contain(anna)
      expect(mallory.session).not.to.equal(planted)
      const replay = await new Visitor(at.app).agent.get('/portal/acme/home').set('Cookie', planted)
      expect(replay.status).to.equal(303)
    })

    it('has a cookie that scripts and other sites do not get (A34)', async () => {
      expect(cookieOf(await new Visitor(at.app).signIn('anna')))
        .to.match(/; HttpOnly/)
        .and.match(/; SameSite=Lax/)
    })

    it('is bound to the host name where there is https (A34)', async () => {
      const secure = await openEntrance(await open(), {
        PORTICO_PUBLIC_URL: 'https://crm.example.com',
        PORTICO_SECRET: 'x'.repeat(32)
      })
      await secure.enrol('anna')
      const page = await new Visitor(secure.app).agent.get('/portal/acme/sign-in').set('X-Forwarded-Proto', 'https')
      const forms = String(page.headers['set-cookie'])
      expect(forms).to.match(/^__Host-portico_forms=.*; Path=\/; HttpOnly; Secure; SameSite=Lax/)
      const answer = await new Visitor(secure.app).agent
        .post('/portal/acme/sign-in')
        .set('X-Forwarded-Proto', 'https')
        .set('Cookie', forms.split(';')[0] ?? '')
        .type('form')
        .send({ email: emailOf('anna'), password, _csrf: tokenIn(page.text) })
      expect(answer.status).to.equal(303)
      expect(cookieOf(answer)).to.match(/^__Host-portico_session=.*; Path=\/.*; HttpOnly; Secure; SameSite=Lax/)
    })

    it('ends at once where access is revoked, and nowhere else (A24)', async () => {
      const here = await entered('acme')
      const there = await entered('other')
      await at.identity.revoke(anna, at.acme.audience)
      expect(await here.isIn('acme')).to.equal(false)
      expect(await there.isIn('other')).to.equal(true)
      await here.signIn('anna')
      expect(await here.isIn('acme')).to.equal(true)
      await at.identity.revoke(anna, at.acme.audience)
      expect(await here.isIn('acme')).to.equal(false)
    })

    it('ends at once when the door no longer admits the person (A24)', async () => {
      const visitor = await entered()
      at.acme.admitted.delete(anna)
      expect(await visitor.isIn()).to.equal(false)
      at.acme.admitted.add(anna)
      expect(await visitor.isIn()).to.equal(true)
    })

    it('ends after two hours without a request', async () => {
      const visitor = await entered()
      at.clock.milliseconds += 119 * 60_000
      expect(await visitor.isIn()).to.equal(true)
      at.clock.milliseconds += 121 * 60_000
      expect(await visitor.isIn()).to.equal(false)
    })

    it('ends after twelve hours in any case', async () => {
      const visitor = await entered()
      for (let hour = 0; hour < 12; hour++) {
        at.clock.milliseconds += 59 * 60_000
        expect(await visitor.isIn()).to.equal(true)
      }
      at.clock.milliseconds += 13 * 60_000
      expect(await visitor.isIn()).to.equal(false)
    })

    it('ends with sign-out, for a copy of the cookie too (A45)', async () => {
      const visitor = await entered()
      const copy = visitor.session
      const out = await visitor.post('/portal/acme/sign-out', {}, '/portal/acme/profile')
      expect(out.headers['location']).to.equal('/portal/acme/sign-in?notice=signed-out')
      expect(await visitor.isIn()).to.equal(false)
      const replay = await new Visitor(at.app).agent.get('/portal/acme/home').set('Cookie', copy)
      expect(replay.status).to.equal(303)
    })

    it('is not ended by opening an address (A41)', async () => {
      const visitor = await entered()
      expect((await visitor.get('/portal/acme/sign-out')).status).to.equal(404)
      expect(await visitor.isIn()).to.equal(true)
    })

    it('is kept under a hash', async () => {
      const visitor = await entered()
      const id = /portico_session=s%3A([^.]+)/.exec(visitor.session)?.[1]
      const rows = await at.db('portico_sessions').select('sid')
      expect(rows).to.have.length(1)
      expect(decodeURIComponent(id ?? '')).to.have.length(32)
      expect(rows[0].sid).to.match(/^[0-9a-f]{64}$/)
    })

    it('is asked for before a form is taken: 401 with a sentence, not a redirect', async () => {
      const visitor = new Visitor(at.app)
      const refused = await visitor.post('/portal/acme/act', {}, '/portal/acme/sign-in')
      expect(refused.status).to.equal(401)
      expect(refused.text).to.contain('You are not signed in any more')
      await visitor.signIn('anna')
      const taken = await visitor.post('/portal/acme/act', {}, '/portal/acme/profile')
      expect(taken.text).to.equal('done')
    })
  })
})

function cookieOf(answer: { headers: Record<string, unknown> }): string {
  const cookies = [answer.headers['set-cookie'] ?? []].flat().map(String)
  return cookies.find((cookie) => cookie.includes('portico_session')) ?? ''
}
