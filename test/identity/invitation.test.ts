import { expect } from 'chai'
import { createLinks } from '../../src/identity/one-time-link.js'
import { eachDatabase } from '../support/databases.js'
import { emailOf, newPassword, openEntrance, password, tokenIn, Visitor, type Entrance } from './entrance.js'

eachDatabase((open) => {
  describe('an invitation', () => {
    let at: Entrance
    let anna: string

    beforeEach(async () => {
      at = await openEntrance(await open())
      anna = await at.enrol('anna', { at: [], password: undefined, welcomed: false })
    })

    const invite = async (days = 7, identityId = anna): Promise<string> => {
      const path = await at.identity.issueLink({
        purpose: 'invitation',
        identityId,
        audience: at.acme.audience,
        days,
        by: 'Frank Weber'
      })
      return at.acme.base + path
    }

    it('is used by a button and never by opening it, however often (Z16, A32)', async () => {
      const link = await invite()
      for (let i = 0; i < 3; i++) {
        const { status, text } = await new Visitor(at.app).get(link)
        expect(status).to.equal(200)
        expect(text).to.contain('Frank Weber invites you to Acme &amp; Sons')
      }
      expect((await new Visitor(at.app).agent.head(link)).status).to.equal(200)
      const accepted = await new Visitor(at.app).post(link, {})
      expect(accepted.headers['location']).to.equal('/portal/acme/password')
    })

    it('works once; used, invented and replaced ones get the same answer (Z16, A32)', async () => {
      const replaced = await invite()
      const used = await invite()
      await new Visitor(at.app).post(used, {})
      const answers = []
      for (const link of [replaced, used, '/portal/acme/invitation/invented']) {
        const { status, text } = await new Visitor(at.app).get(link)
        answers.push({ status, text: text.replace(/value="[^"]*"/g, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '') })
      }
      expect(answers[0]?.status).to.equal(410)
      expect(answers[0]?.text).to.contain('ask the person who invited you for a new invitation')
      for (const answer of answers) expect(answer).to.deep.equal(answers[0])
    })

    it('is given to one of two who press the button at the same time (A32)', async () => {
      const link = await invite()
      const visitors = await Promise.all([1, 2, 3, 4].map(async () => ({ visitor: new Visitor(at.app) })))
      const answers = await Promise.all(
        visitors.map(({ visitor }) => visitor.post(link, {}).then(({ status }) => status))
      )
      expect(answers.filter((status) => status === 303)).to.have.length(1)
      expect(answers.filter((status) => status !== 303)).to.deep.equal([410, 410, 410])
    })

    it('is used by one of many who come with it in the same moment (A32)', async () => {
      const links = createLinks(at.db, () => at.clock.milliseconds)
      const order = { purpose: 'invitation', identityId: anna, audience: at.acme.audience } as const
      const presented = { ...order, token: await links.issue({ ...order, days: 7 }) }
      const used = await Promise.all([1, 2, 3, 4, 5].map(() => links.use(presented)))
      expect(used.filter((link) => link !== undefined)).to.deep.equal([{ identityId: anna, by: undefined }])
    })

    it('is valid for its days and not longer (Z16)', async () => {
      const link = await invite(7)
      at.clock.milliseconds += 7 * 24 * 60 * 60_000 - 60_000
      expect((await new Visitor(at.app).get(link)).status).to.equal(200)
      at.clock.milliseconds += 2 * 60_000
      expect((await new Visitor(at.app).get(link)).status).to.equal(410)
    })

    it('opens its own door and no other, and sets no new password (A32, A33)', async () => {
      const token = (await invite()).split('/').at(-1)
      at.acme.admitted.add(anna)
      expect((await new Visitor(at.app).get(`/portal/other/invitation/${token}`)).status).to.equal(410)
      expect((await new Visitor(at.app).get(`/portal/acme/reset/${token}`)).status).to.equal(410)
      expect((await new Visitor(at.app).get(`/portal/acme/invitation/${token}`)).status).to.equal(200)
    })

    it('dies when access is revoked (A24)', async () => {
      const link = await invite()
      await at.identity.revoke(anna, at.other.audience)
      expect((await new Visitor(at.app).get(link)).status).to.equal(200)
      await at.identity.revoke(anna, at.acme.audience)
      expect((await new Visitor(at.app).get(link)).status).to.equal(410)
    })

    it('is in the database as a hash only (A32)', async () => {
      const token = (await invite()).split('/').at(-1) ?? ''
      expect(Buffer.from(token, 'base64url')).to.have.length(32)
      const row = await at.db('portico_links').first<{ token_hash: string }>('token_hash', 'purpose', 'issued_by')
      expect(row.token_hash).to.match(/^[0-9a-f]{64}$/)
      expect(JSON.stringify(row)).not.to.contain(token)
    })

    it('goes only with the transaction of whoever issues it', async () => {
      const issued = at.db.transaction(async (trx) => {
        await at.identity.issueLink(
          { purpose: 'invitation', identityId: anna, audience: at.acme.audience, days: 7 },
          trx
        )
        throw new Error('changed his mind')
      })
      expect(await issued.catch(() => 'undone')).to.equal('undone')
      expect(await at.db('portico_links').select('token_hash')).to.have.length(0)
    })

    it('leads to a password, then to the first preferences, then to the first page (Z19)', async () => {
      const visitor = new Visitor(at.app, 'de-AT,de;q=0.9')
      await visitor.post(await invite(), {})
      expect(at.acme.confirmed).to.deep.equal([])
      const set = await visitor.post('/portal/acme/password', { password: newPassword })
      expect(set.headers['location']).to.equal('/portal/acme/welcome')
      expect(at.acme.confirmed).to.deep.equal([anna])
      const welcome = await visitor.get('/portal/acme/welcome')
      expect(welcome.text)
        .to.match(/<option value="de" selected>/)
        .and.match(/<option value="AT" selected>/)
      expect(welcome.text)
        .to.match(/<option selected>Europe\/Berlin</)
        .and.match(/<option value="dmy" selected>/)
      const chosen = { locale: 'cs', dateFormat: 'iso', timeFormat: '12', timeZone: 'Europe/Prague', country: 'CZ' }
      const done = await visitor.post('/portal/acme/welcome', chosen)
      expect(done.headers['location']).to.equal('/portal/acme/home')
      expect(await at.identity.profile(anna)).to.deep.include({
        hasPassword: true,
        locale: 'cs',
        timeZone: 'Europe/Prague',
        country: 'CZ',
        formats: { date: 'iso', time: '12' }
      })
      const later = await new Visitor(at.app).signIn('anna', newPassword)
      expect(later.headers['location']).to.equal('/portal/acme/home')
    })

    it('gives a session that can set a password and nothing else', async () => {
      at.acme.admitted.add(anna)
      const visitor = new Visitor(at.app)
      await visitor.post(await invite(), {})
      expect(await visitor.isIn()).to.equal(false)
      await visitor.post('/portal/acme/password', { password: newPassword })
      expect(await visitor.isIn()).to.equal(true)
    })

    it('goes on where it was when its link is opened again in the same browser', async () => {
      const visitor = new Visitor(at.app)
      const link = await invite()
      await visitor.post(link, {})
      expect((await visitor.get(link)).headers['location']).to.equal('/portal/acme/password')
      expect((await new Visitor(at.app).get(link)).status).to.equal(410)
    })

    it('sends somebody who has a password to sign in with it: nobody sets another one for him (A38)', async () => {
      const bruno = await at.enrol('bruno', { at: [] })
      const visitor = new Visitor(at.app)
      const accepted = await visitor.post(await invite(7, bruno), {})
      expect(accepted.headers['location']).to.equal('/portal/acme/sign-in?notice=accepted&in=en')
      expect(at.acme.confirmed).to.deep.equal([bruno])
      expect((await visitor.get('/portal/acme/password')).headers['location']).to.equal('/portal/acme/sign-in')
      expect(await visitor.isIn()).to.equal(false)
      await visitor.signIn('bruno')
      expect(await visitor.isIn()).to.equal(true)
    })

    it('needs the token of its own page (A41)', async () => {
      const link = await invite()
      expect((await new Visitor(at.app).agent.post(link).type('form').send({})).status).to.equal(403)
      expect((await new Visitor(at.app).get(link)).status).to.equal(200)
    })
  })

  describe('the first password', () => {
    let at: Entrance
    let visitor: Visitor

    beforeEach(async () => {
      at = await openEntrance(await open())
      const anna = await at.enrol('anna', { at: [], password: undefined, welcomed: false })
      const path = await at.identity.issueLink({
        purpose: 'invitation',
        identityId: anna,
        audience: at.acme.audience,
        days: 7
      })
      visitor = new Visitor(at.app)
      await visitor.post(at.acme.base + path, {})
    })

    for (const [why, typed, sentence] of [
      ['short', 'x7!kQ2p', 'at least 10 characters'],
      ['trivial', 'password1234', 'easy to guess'],
      ['on the lists of breached ones', 'qwertyuiop123', 'easy to guess'],
      ['his name', 'Anna-Berg-kjhwe8273', 'contains your name'],
      ['his address', 'x99-anna@nordwind.example', 'contains your name or your address'],
      ['longer than anybody types', 'violet harbour '.repeat(20), 'at most 200 characters']
    ] as const) {
      it(`is refused when it is ${why}, with the strength shown (Z19)`, async () => {
        const refused = await visitor.post('/portal/acme/password', { password: typed })
        expect(refused.status).to.equal(422)
        expect(refused.text)
          .to.contain(sentence)
          .and.match(/<meter [^>]*value="[0-4]"/)
        expect(refused.text).not.to.contain(typed)
        const profile = await at
          .db('portico_identities')
          .where({ address: emailOf('anna') })
          .first<{ password_hash: string | null }>('password_hash')
        expect(profile.password_hash).to.equal(null)
      })
    }

    it('is taken when it is good, and kept as argon2id (Z19)', async () => {
      expect((await visitor.post('/portal/acme/password', { password })).status).to.equal(303)
      const profile = await at
        .db('portico_identities')
        .where({ address: emailOf('anna') })
        .first<{ password_hash: string | null }>('password_hash')
      expect(profile.password_hash).to.match(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/)
    })

    it('is the first one: somebody signed in changes his only with the old one', async () => {
      await visitor.post('/portal/acme/password', { password })
      expect(await visitor.isIn()).to.equal(true)
      expect((await visitor.get('/portal/acme/password')).headers['location']).to.equal('/portal/acme/sign-in')
      expect(
        (await visitor.post('/portal/acme/password', { password: newPassword }, '/portal/acme/profile')).status
      ).to.equal(401)
      expect((await new Visitor(at.app).signIn('anna', password)).status).to.equal(303)
    })

    it('is not set for whoever merely knows the page', async () => {
      const stranger = new Visitor(at.app)
      const token = tokenIn((await stranger.get('/portal/acme/sign-in')).text)
      const refused = await stranger.agent.post('/portal/acme/password').type('form').send({ password, _csrf: token })
      expect(refused.status).to.equal(401)
    })
  })
})
