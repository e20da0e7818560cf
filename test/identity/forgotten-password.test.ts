import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { eachDatabase } from '../support/databases.js'
import {
  emailOf,
  newPassword,
  openEntrance,
  password,
  tokenIn,
  Visitor,
  withoutTokens,
  type Entrance
} from './entrance.js'

eachDatabase((open) => {
  describe('a forgotten password', () => {
    let at: Entrance
    let anna: string

    beforeEach(async () => {
      at = await openEntrance(await open())
      anna = await at.enrol('anna', { at: [at.acme, at.other] })
      await at.enrol('bruno', { at: [] })
      await at.enrol('clara', { password: undefined })
    })

    const ask = (name: string): Promise<{ status: number; text: string }> =>
      new Visitor(at.app).post('/portal/acme/forgotten-password', { email: emailOf(name) })

    const written = () =>
      at
        .db('portico_mail')
        .select<{ to_address: string; text: string; about: string }[]>('to_address', 'text', 'about')
        .orderBy('id')

    /** Mails are written after the answer. */
    const mails = async (atLeast: number) => {
      for (let tries = 0; tries < 40 && (atLeast === 0 || (await written()).length < atLeast); tries++)
        await setTimeout(10)
      return written()
    }

    const linkFor = async (name = 'anna'): Promise<string> => {
      const before = (await at.db('portico_mail').select<unknown[]>('id')).length
      await ask(name)
      const link = /http:\/\/localhost:3000(\S+)/.exec((await mails(before + 1)).at(-1)?.text ?? '')?.[1]
      expect(link).to.match(/^\/portal\/acme\/reset\//)
      return link ?? ''
    }

    it('gets one answer, whoever asks (A30)', async () => {
      const answers = []
      for (const name of ['nobody', 'anna', 'bruno', 'clara']) {
        const { status, text } = await ask(name)
        answers.push({ status, text: withoutTokens(text) })
      }
      expect(answers[0]?.status).to.equal(200)
      expect(answers[0]?.text).to.contain('If you have access here')
      for (const answer of answers) expect(answer).to.deep.equal(answers[0])
    })

    it('is answered before anything is looked up (A30)', async () => {
      const visitor = new Visitor(at.app)
      const token = tokenIn((await visitor.get('/portal/acme/forgotten-password')).text)
      let answered = false
      const admit = at.acme.admit
      const askedAfterAnswer = new Promise<boolean>((resolve) => {
        Object.assign(at.acme, {
          admit: async (id: string) => {
            await setTimeout(50)
            resolve(answered)
            return admit(id)
          }
        })
      })
      await visitor.agent
        .post('/portal/acme/forgotten-password')
        .type('form')
        .send({ email: emailOf('anna'), _csrf: token })
      answered = true
      expect(await askedAfterAnswer).to.equal(true)
    })

    it('leads to a mail only for who may come in by this door (A31)', async () => {
      for (const name of ['nobody', 'bruno', 'clara']) await ask(name)
      expect(await mails(0)).to.deep.equal([])
      await ask('anna')
      expect(await mails(1)).to.have.length(1)
      expect((await mails(1))[0]).to.include({ to_address: emailOf('anna'), about: `portal-user:${anna}` })
    })

    it('is mailed with the configured address, whatever the request says (A31)', async () => {
      const visitor = new Visitor(at.app)
      const token = tokenIn((await visitor.get('/portal/acme/forgotten-password')).text)
      const askAs = async (headers: Record<string, string>): Promise<number> => {
        const answer = await visitor.agent
          .post('/portal/acme/forgotten-password')
          .set({ 'X-Forwarded-Host': 'evil.example', ...headers })
          .type('form')
          .send({ email: emailOf('anna'), _csrf: token })
        return answer.status
      }
      expect(await askAs({ Host: 'evil.example' })).to.equal(404)
      expect(await askAs({ Forwarded: 'host=evil.example' })).to.equal(200)
      const [mail] = await mails(1)
      expect(mail?.text).to.contain('http://localhost:3000/portal/acme/reset/').and.not.contain('evil')
    })

    it('is replaced by a good one, once; all sessions end', async () => {
      const elsewhere = new Visitor(at.app)
      await elsewhere.signIn('anna', password, 'other')
      expect(await elsewhere.isIn('other')).to.equal(true)
      const link = await linkFor()
      const visitor = new Visitor(at.app)
      expect((await visitor.get(link)).status).to.equal(200)
      const weak = await visitor.post(link, { password: 'password1234' })
      expect(weak.status).to.equal(422)
      expect(await elsewhere.isIn('other')).to.equal(true)
      const set = await visitor.post(link, { password: newPassword })
      expect(set.headers['location']).to.equal('/portal/acme/sign-in?notice=password-changed&in=en')
      expect(await elsewhere.isIn('other')).to.equal(false)
      expect((await visitor.get(link)).status).to.equal(410)
      expect((await visitor.signIn('anna', password)).status).to.equal(422)
      expect((await visitor.signIn('anna', newPassword)).status).to.equal(303)
    })

    it('Z19 X06 speaks his language on the form behind the link and on the sign-in page after it', async () => {
      await at.db('portico_identities').where({ id: anna }).update({ locale: 'de' })
      const link = await linkFor()
      const visitor = new Visitor(at.app)
      expect((await visitor.get(link)).text).to.include('<html lang="de">')
      const set = await visitor.post(link, { password: newPassword })
      expect((await visitor.get(String(set.headers['location']))).text).to.include('<html lang="de">')
      const foreign = await visitor.get('/portal/acme/sign-in?notice=password-changed&in=xx')
      expect(foreign.text).to.include('<html lang="en">')
      const used = await visitor.get(link)
      expect(used.status).to.equal(410)
      expect(used.text)
        .to.include('href="/portal/acme/sign-in"')
        .and.not.match(/[0-9a-f]{8}-[0-9a-f]{4}/)
    })

    it('is replaced by one of two who send the form in the same moment, and no older link is left (A32)', async () => {
      const path = await at.identity.issueLink({
        purpose: 'password-reset',
        identityId: anna,
        audience: at.other.audience,
        days: 1
      })
      const link = await linkFor()
      const tries = [newPassword, 'crimson-lantern-after-midnight'].map((typed) =>
        new Visitor(at.app).post(link, { password: typed })
      )
      expect((await Promise.all(tries)).map(({ status }) => status).sort()).to.deep.equal([303, 410])
      expect((await new Visitor(at.app).get(at.other.base + path)).status).to.equal(410)
    })

    it('can be replaced for an hour', async () => {
      const link = await linkFor()
      at.clock.milliseconds += 59 * 60_000
      expect((await new Visitor(at.app).get(link)).status).to.equal(200)
      at.clock.milliseconds += 2 * 60_000
      const late = await new Visitor(at.app).get(link)
      expect(late.status).to.equal(410)
      expect(late.text).to.contain('On the sign-in page you can ask for a new one')
    })

    it('is not replaced for somebody who was shut out meanwhile (A31)', async () => {
      const link = await linkFor()
      const visitor = new Visitor(at.app)
      const token = tokenIn((await visitor.get(link)).text)
      at.acme.admitted.delete(anna)
      const refused = await visitor.agent.post(link).type('form').send({ password: newPassword, _csrf: token })
      expect(refused.status).to.equal(410)
      at.acme.admitted.add(anna)
      expect((await visitor.signIn('anna', password)).status).to.equal(303)
    })

    it('is not asked for without end: the sixth mail in an hour is not sent (A30, A48)', async () => {
      for (const name of ['anna', 'nobody']) {
        for (let i = 0; i < 5; i++) expect((await ask(name)).status).to.equal(200)
        expect((await ask(name)).status).to.equal(429)
      }
      expect(await mails(5)).to.have.length(5)
    })
  })
})
