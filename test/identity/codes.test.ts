import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createCodes } from '../../src/identity/sign-in-code.js'
import { judge } from '../../src/identity/password.js'
import { eachDatabase } from '../support/databases.js'
import { newPassword, openEntrance, password, tokenIn, Visitor, withoutTokens, type Entrance } from './entrance.js'

const annas = '+491711234567'
const brunos = '+491717654321'
const nobodys = '+491719999999'

/** As if staff had approved the English texts. */
async function approve(db: Knex): Promise<void> {
  const texts = { verification: '{{code}} opens {{portal}} for {{minutes}}', 'password-reset': 'Anew: {{link}}' }
  for (const [kind, text] of Object.entries(texts))
    await db('portico_sms_templates').insert({ kind, language: 'en', draft: text, approved: text, revision: 1 })
}

eachDatabase((open) => {
  describe('signing in by phone number', () => {
    let at: Entrance
    let anna: string

    before(async () => {
      at = await openEntrance(await open())
      await approve(at.db)
      anna = await enrol('Anna Berg', annas)
      await enrol('Bruno Berg', brunos)
    })

    beforeEach(async () => {
      for (const table of ['portico_sms', 'portico_sign_in_codes', 'portico_attempts']) await at.db(table).delete()
      for (const door of [at.acme, at.other]) {
        Object.assign(door, { takesNumbers: async () => true })
        door.admitted.add(anna)
      }
    })

    async function enrol(name: string, address: string): Promise<string> {
      const formats = { date: 'dmy', time: '24' } as const
      const preferences = { locale: 'en', timeZone: 'Europe/Berlin', formats } as const
      const id = await at.identity.enrol({ address, name, ...preferences })
      await at.identity.setPassword(id, password)
      await at.identity.prefer(id, { ...preferences, country: undefined })
      return id
    }

    const written = () =>
      at
        .db('portico_sms')
        .select<{ to_number: string; text: string; about: string; kind: string }[]>(
          'to_number',
          'text',
          'about',
          'kind'
        )
        .orderBy('id')

    /** Messages are written after the answer. */
    const texts = async (atLeast: number) => {
      for (let tries = 0; tries < 60 && (await written()).length < atLeast; tries++) await setTimeout(10)
      return written()
    }

    /** A code is made for every number, known or not. */
    const codesMade = async (atLeast: number) => {
      const count = async () => (await at.db('portico_sign_in_codes').select<unknown[]>('audience')).length
      for (let tries = 0; tries < 60 && (await count()) < atLeast; tries++) await setTimeout(10)
    }

    const ask = (number: string, portal = 'acme', visitor = new Visitor(at.app)) =>
      visitor.post(`/portal/${portal}/sign-in/code`, { number })

    const enter = (code: string, number = annas, portal = 'acme', visitor = new Visitor(at.app)) =>
      visitor.post(`/portal/${portal}/sign-in/code/entry`, { number, code }, `/portal/${portal}/sign-in/code`)

    const codeFor = async (portal = 'acme'): Promise<string> => {
      const before = (await written()).length
      expect((await ask(annas, portal)).status).to.equal(200)
      return /^\d{6}/.exec((await texts(before + 1)).at(-1)?.text ?? '')?.[0] ?? ''
    }

    const wrongOf = (code: string): string => (code === '000000' ? '000001' : '000000')

    it('Z18 works with number and password, however the number is written', async () => {
      for (const email of [annas, '0171 1234567', ' +49 (171) 123-4567 ']) {
        const visitor = new Visitor(at.app)
        expect((await visitor.post('/portal/acme/sign-in', { email, password })).status, email).to.equal(303)
        expect(await visitor.isIn()).to.equal(true)
      }
      const wrong = await new Visitor(at.app).post('/portal/acme/sign-in', { email: '0171 1234568', password })
      expect(wrong.status).to.equal(422)
    })

    it('Z18 works with a code that comes as a text message, and leads where he wanted to go', async () => {
      const visitor = new Visitor(at.app)
      const asked = await visitor.post('/portal/acme/sign-in/code', { number: '0171/1234567', to: '/portal/acme/home' })
      expect(asked.text).to.contain('one-time-code').and.contain('value="/portal/acme/home"')
      const [text] = await texts(1)
      expect(text).to.include({ to_number: annas, about: `portal-user:${anna}`, kind: 'verification' })
      expect(text?.text).to.match(/^\d{6} opens Acme Sons for 10 minutes$|^\d{6} opens Acme & Sons for 10 minutes$/)
      const entered = await visitor.post(
        '/portal/acme/sign-in/code/entry',
        { number: annas, code: ` ${text!.text.slice(0, 3)} ${text!.text.slice(3, 6)} `, to: '/portal/acme/home' },
        '/portal/acme/sign-in/code'
      )
      expect([entered.status, entered.headers['location']]).to.deep.equal([303, '/portal/acme/home'])
      expect(await visitor.isIn()).to.equal(true)
      expect((await at.db('portico_sign_in_codes').select('code_hash')).length).to.equal(0)
    })

    it('A32 a code is good for one use', async () => {
      const code = await codeFor()
      expect((await enter(code)).status).to.equal(303)
      const replayed = await enter(code)
      expect(replayed.status).to.equal(422)
      expect(replayed.text).to.contain('This code can’t be used')
    })

    it('A33 a code of one portal opens no other, and is still good at its own', async () => {
      const code = await codeFor()
      expect((await enter(code, annas, 'other')).status).to.equal(422)
      expect((await enter(code)).status).to.equal(303)
    })

    it('A35 five wrong codes kill the right one; four do not', async () => {
      const dead = await codeFor()
      for (let i = 0; i < 5; i++) expect((await enter(wrongOf(dead))).status).to.equal(422)
      expect((await enter(dead)).status).to.equal(422)
      await at.db('portico_attempts').delete()
      const alive = await codeFor()
      for (let i = 0; i < 4; i++) await enter(wrongOf(alive))
      expect((await enter(alive)).status).to.equal(303)
    })

    it('A35 wrong codes that come all at once count like one after the other, and of two right ones one is let in', async () => {
      const codes = createCodes(at.db, 'secret', () => at.clock.milliseconds)
      const owner = { id: anna, audience: 'portal:acme' }
      const dead = await codes.issue(owner)
      await Promise.all(Array.from({ length: 12 }, () => codes.use(owner, wrongOf(dead))))
      expect(await codes.use(owner, dead)).to.equal(false)
      const code = await codes.issue(owner)
      const together = await Promise.all([codes.use(owner, code), codes.use(owner, code)])
      expect(together.sort()).to.deep.equal([false, true])
    })

    it('A35 guessing is slowed down for the number, whether anybody has it or not', async () => {
      for (const number of [annas, nobodys]) {
        await ask(number)
        const statuses = []
        for (let i = 0; i < 11; i++) statuses.push((await enter('123456', number)).status)
        expect(statuses).to.deep.equal([...Array<number>(10).fill(422), 429])
      }
      expect((await texts(1)).length).to.equal(1)
    })

    it('Z18 a code is good for ten minutes, and an earlier one dies with the next', async () => {
      const late = await codeFor()
      at.clock.milliseconds += 10 * 60_000 + 1000
      expect((await enter(late)).status).to.equal(422)
      const first = await codeFor()
      const second = await codeFor()
      if (first !== second) expect((await enter(first)).status).to.equal(422)
      expect((await enter(second)).status).to.equal(303)
    })

    it('A30 gets one answer whoever asks and whatever he enters; only who may come in is sent a code', async () => {
      const asked = []
      const entered = []
      for (const number of [nobodys, annas, brunos]) {
        asked.push(await ask(number))
        await codesMade(asked.length)
        entered.push(await enter('12345', number))
      }
      for (const answers of [asked, entered]) {
        const told = answers.map(({ status, text }) => ({
          status,
          text: withoutTokens(text).replace(/\+49[\d ]+/g, 'it')
        }))
        expect(told[1]).to.deep.equal(told[0])
        expect(told[2]).to.deep.equal(told[0])
      }
      expect((await texts(1)).map(({ to_number }) => to_number)).to.deep.equal([annas])
    })

    it('A30 tries for a number that nobody has take the same way as for one that somebody has', async () => {
      for (const number of [nobodys, annas]) {
        await ask(number)
        await codesMade(number === nobodys ? 1 : 2)
        await enter('12345', number)
      }
      const rows: { tries: number }[] = await at.db('portico_sign_in_codes').select('tries')
      expect(rows.map(({ tries }) => Number(tries))).to.deep.equal([1, 1])
      expect((await texts(1)).length).to.equal(1)
    })

    it('A31 somebody who was shut out meanwhile does not come in with his code', async () => {
      const code = await codeFor()
      at.acme.admitted.delete(anna)
      expect((await enter(code)).status).to.equal(422)
      at.acme.admitted.add(anna)
      expect((await enter(await codeFor())).status).to.equal(303)
    })

    it('A24 a code dies when access at its door is withdrawn, and only there', async () => {
      const [here, there] = [await codeFor(), await codeFor('other')]
      await at.identity.revoke(anna, at.acme.audience)
      expect((await enter(here)).status).to.equal(422)
      expect((await enter(there, annas, 'other')).status).to.equal(303)
    })

    it('A30 A48 nobody is flooded: the sixth message in an hour is not sent, however the number is written', async () => {
      const ways = [annas, '0171 1234567', '+49 171 1234567', '0171/1234567', '(0171) 123 45 67']
      for (const number of ways) expect((await ask(number)).status, number).to.equal(200)
      const more = [annas, '0171-1234567']
      for (const number of more) expect((await ask(number)).status, number).to.equal(429)
      const reset = await new Visitor(at.app).post('/portal/acme/forgotten-password', { email: annas })
      expect(reset.status).to.equal(429)
      expect((await texts(5)).length).to.equal(5)
      for (let i = 0; i < 5; i++) expect((await ask(nobodys)).status).to.equal(200)
      expect((await ask(nobodys)).status).to.equal(429)
    })

    it('Z18 is not there at a door without people who are invited by phone', async () => {
      Object.assign(at.other, { takesNumbers: async () => false })
      const visitor = new Visitor(at.app)
      const page = await visitor.get('/portal/other/sign-in')
      expect(page.text).not.to.contain('phone number').and.not.to.contain('/sign-in/code')
      expect((await visitor.get('/portal/other/sign-in/code')).status).to.equal(404)
      for (const path of ['/sign-in/code', '/sign-in/code/entry']) {
        const refused = await visitor.post(
          `/portal/other${path}`,
          { number: annas, code: '1' },
          '/portal/other/sign-in'
        )
        expect(refused.status).to.equal(404)
      }
      expect((await visitor.get('/portal/acme/sign-in')).text)
        .to.contain('E-mail address or phone number')
        .and.contain('/portal/acme/sign-in/code')
    })

    it('A14 takes numbers and codes, and no other fields', async () => {
      const visitor = new Visitor(at.app)
      expect((await visitor.post('/portal/acme/sign-in/code', { number: 'anna@nordwind.example' })).status).to.equal(
        422
      )
      expect((await visitor.post('/portal/acme/sign-in/code', { number: annas, identity: anna })).status).to.equal(400)
      expect((await visitor.post('/portal/acme/sign-in/code', { number: annas })).status).to.equal(200)
      expect((await texts(1)).length).to.equal(1)
    })

    it('A30 the code is answered before anything is looked up', async () => {
      const visitor = new Visitor(at.app)
      const token = tokenIn((await visitor.get('/portal/acme/sign-in/code')).text)
      let answered = false
      const { admit } = at.acme
      const askedAfterAnswer = new Promise<boolean>((resolve) => {
        Object.assign(at.acme, {
          admit: async (id: string) => {
            await setTimeout(50)
            resolve(answered)
            return admit(id)
          }
        })
      })
      await visitor.agent.post('/portal/acme/sign-in/code').type('form').send({ number: annas, _csrf: token })
      answered = true
      expect(await askedAfterAnswer).to.equal(true)
      expect((await texts(1)).length).to.equal(1)
      Object.assign(at.acme, { admit })
    })

    it('Z18 a forgotten password is replaced by a link in a text message; whoever asks gets one answer (A30)', async () => {
      const answers = []
      for (const email of [nobodys, '0171 1234567', brunos]) {
        const { status, text } = await new Visitor(at.app).post('/portal/acme/forgotten-password', { email })
        answers.push({ status, text: withoutTokens(text) })
      }
      expect(answers[0]).to.deep.include({ status: 200 })
      expect(answers[1]).to.deep.equal(answers[0])
      expect(answers[2]).to.deep.equal(answers[0])
      const sent = await texts(1)
      expect(sent.map(({ to_number, kind }) => [to_number, kind])).to.deep.equal([[annas, 'password-reset']])
      const link = new URL(sent[0]!.text.replace('Anew: ', '')).pathname
      const visitor = new Visitor(at.app)
      expect((await visitor.post(link, { password: 'maple 1234567 over the hill' })).status).to.equal(422)
      expect((await visitor.post(link, { password: newPassword })).status).to.equal(303)
      expect((await visitor.post('/portal/acme/sign-in', { email: annas, password: newPassword })).status).to.equal(303)
      expect((await visitor.get(link)).status).to.equal(410)
      expect(await at.db('portico_mail').select('id')).to.deep.equal([])
    })
  })
})

describe('a password of somebody who signs in by number', () => {
  const owner = { address: annas, name: 'Anna Berg' }

  it('Z19 is not his number, however it is written', () => {
    for (const typed of ['violet 0171 123 45 67 harbour', '+491711234567-harbour-crows', 'crows 1/2/3/4/5/6/7 harbour'])
      expect(judge(typed, owner).error, typed).to.deep.equal({ key: 'errors.password.personal' })
    expect(judge('violet 0171 765 harbour crows', owner).error).to.equal(undefined)
  })
})
