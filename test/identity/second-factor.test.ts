import { load } from 'cheerio'
import { expect } from 'chai'
import { createRecoveryCodes } from '../../src/identity/factors/recovery-codes.js'
import { createSecondFactors } from '../../src/identity/factors/second-factors.js'
import { maskedNumber } from '../../src/identity/factors/ways.js'
import { createSealer } from '../../src/identity/kept-secret.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { emailOf, newPassword, openEntrance, password, Visitor, type Entrance } from './entrance.js'
import { base, codesShown, FactorSteps, own, step } from './factor-steps.js'

const phone = '+4915112345678'

onSqlite('a second factor', (open) => {
  let at: Entrance
  let anna: FactorSteps

  before(async () => {
    at = await openEntrance(await open())
    anna = new FactorSteps(at, 'anna', await at.enrol('anna', { at: [at.acme, at.other] }))
    await at.enrol('bruno')
    const text = '{{code}} for {{portal}}'
    const kinds = ['second-factor', 'verification']
    await at
      .db('portico_sms_templates')
      .insert(kinds.map((kind) => ({ kind, language: 'en', draft: text, approved: text, revision: 1 })))
  })

  beforeEach(() => anna.startAnew())

  const factors = () => at.identity.factorsOf(anna.id)

  describe('an app', () => {
    it('T04 is added in the profile, by a picture or by text, and counts from its first code on', async () => {
      const visitor = await anna.atDoor()
      await anna.begin(visitor, 'app')
      const { text } = await visitor.get(`${own}/app`)
      expect(text).to.contain('<svg class="qr"').and.contain('otpauth://totp/')
      const secret = await anna.secretShown(visitor)
      expect((await anna.confirm(visitor, anna.wrongFor(secret))).status).to.equal(422)
      expect((await factors())?.factors).to.deep.equal([])
      const added = await anna.confirm(visitor, anna.codeOf(secret))
      expect(codesShown(added.text)).to.have.length(10)
      expect((await visitor.get(`${base}/profile`)).text)
        .to.contain('Mine')
        .and.contain('10 are left')
      expect((await factors())?.factors[0]).to.include({ kind: 'app', label: 'Mine' })
      const noted = await at.db('portico_audit').select('action', 'subject').where({ actor_id: anna.id })
      expect(noted).to.deep.equal([{ action: 'second-factor.added', subject: `portal-user:${anna.id}` }])
      expect(JSON.stringify(await at.db('portico_second_factors').select('*'))).not.to.contain(secret)
    })

    it('A34 A35 asks for the password before it is added, and gives the session a new id', async () => {
      const refused = await anna.atDoor()
      expect((await anna.begin(refused, 'app', 'not my password')).status).to.equal(422)
      expect(await anna.secretShown(refused)).to.equal('')
      expect((await anna.confirm(refused, '123456')).status).to.equal(409)
      const visitor = await anna.atDoor()
      await anna.begin(visitor, 'app')
      const [secret, before] = [await anna.secretShown(visitor), visitor.session]
      await anna.confirm(visitor, anna.codeOf(secret))
      expect(visitor.session).not.to.equal(before)
      expect(await visitor.isIn()).to.equal(true)
      const replay = await new Visitor(at.app).agent.get(`${base}/home`).set('Cookie', before)
      expect(replay.status).to.equal(303)
    })

    it('is added within ten minutes of the password, by whom it was typed alone', async () => {
      const visitor = await anna.atDoor()
      await anna.begin(visitor, 'app')
      const secret = await anna.secretShown(visitor)
      expect((await anna.confirm(await anna.atDoor(), anna.codeOf(secret))).status).to.equal(409)
      at.clock.milliseconds += 11 * 60_000
      expect((await anna.confirm(visitor, anna.codeOf(secret))).status).to.equal(409)
    })

    it('A35 stands between the password and every page, and lets nobody in before', async () => {
      const { secret } = await anna.addApp()
      const visitor = new Visitor(at.app)
      const typed = { email: emailOf('anna'), password, to: `${base}/cases` }
      const asked = await visitor.post(`${base}/sign-in`, typed)
      expect(asked.headers['location']).to.equal(`${base}/sign-in/factor`)
      for (const path of ['home', 'profile', 'welcome', 'sign-in/new-password', 'profile/second-factor/app'])
        expect((await visitor.get(`${base}/${path}`)).status, path).to.equal(303)
      expect((await visitor.post(`${base}/act`, {}, `${base}/sign-in/factor`)).status).to.equal(401)
      const wrong = await anna.show(visitor, 'app', anna.wrongFor(secret))
      expect(wrong.status).to.equal(422)
      expect(wrong.text).to.contain('This code can’t be used')
      expect(await visitor.isIn()).to.equal(false)
      const before = visitor.session
      const right = await anna.show(visitor, 'app', anna.codeOf(secret))
      expect(right.headers['location']).to.equal(`${base}/cases`)
      expect(visitor.session).not.to.equal(before)
      expect(await visitor.isIn()).to.equal(true)
    })

    it('A35 takes a code once, in whatever browser, and the next one again', async () => {
      const { secret } = await anna.addApp()
      const code = anna.codeOf(secret)
      expect((await anna.show(await anna.atDoor(), 'app', code)).status).to.equal(303)
      expect((await anna.show(await anna.atDoor(), 'app', code)).status).to.equal(422)
      at.clock.milliseconds += step
      expect((await anna.show(await anna.atDoor(), 'app', anna.codeOf(secret))).status).to.equal(303)
    })

    it('A35 is asked for within ten minutes', async () => {
      await anna.addApp()
      const visitor = await anna.atDoor()
      at.clock.milliseconds += 9 * 60_000
      expect((await visitor.get(`${base}/sign-in/factor`)).status).to.equal(200)
      at.clock.milliseconds += 2 * 60_000
      expect((await visitor.get(`${base}/sign-in/factor`)).headers['location']).to.equal(`${base}/sign-in`)
      expect(await visitor.isIn()).to.equal(false)
    })

    it('A35 stops guessing: after ten wrong codes the right one is refused too', async () => {
      const { secret } = await anna.addApp()
      const visitor = await anna.atDoor()
      for (let i = 0; i < 9; i++) await anna.show(visitor, 'app', anna.wrongFor(secret))
      expect((await anna.show(await anna.atDoor(), 'app', anna.codeOf(secret))).status).to.equal(303)
      for (let i = 0; i < 10; i++) await anna.show(visitor, 'app', anna.wrongFor(secret))
      at.clock.milliseconds += step
      expect((await anna.show(await anna.atDoor(), 'app', anna.codeOf(secret))).status).to.equal(429)
    })

    it('A30 nobody learns who has one before the password was right', async () => {
      await anna.addApp()
      for (const name of ['anna', 'bruno', 'nobody']) {
        const { status, text } = await new Visitor(at.app).signIn(name, 'wrong-password-here')
        expect([status, /factor/.test(load(text)('main').text())], name).to.deep.equal([422, false])
      }
      expect((await new Visitor(at.app).get(`${base}/sign-in/factor`)).status).to.equal(303)
    })

    it('A34 A35 is removed by who types the password again; with the last one recovery codes go', async () => {
      const { visitor } = await anna.addApp()
      const removal = `${own}/${(await factors())?.factors[0]?.id}/removal`
      expect((await visitor.post(removal, { password: 'not my password' })).status).to.equal(422)
      expect(await factors()).to.deep.include({ recoveryCodes: 10 })
      expect((await visitor.post(removal, { password })).headers['location']).to.contain('factor-removed')
      expect(await factors()).to.deep.include({ factors: [], recoveryCodes: 0 })
      expect(await (await anna.atDoor()).isIn()).to.equal(true)
    })

    it('of somebody else can’t be removed', async () => {
      await anna.addApp()
      const id = (await factors())?.factors[0]?.id
      const bruno = new Visitor(at.app)
      await bruno.signIn('bruno')
      const forged = await bruno.post(`${own}/${id}/removal`, { password }, `${base}/profile`)
      expect(forged.status).to.equal(404)
      expect((await factors())?.factors).to.have.length(1)
    })
  })

  describe('every way in asks for it (A35)', () => {
    it('A35 after a forgotten password', async () => {
      const { secret } = await anna.addApp()
      const order = { purpose: 'password-reset', identityId: anna.id, audience: at.acme.audience, days: 1 } as const
      const visitor = new Visitor(at.app)
      await visitor.post(base + (await at.identity.issueLink(order)), { password: newPassword })
      expect(await visitor.isIn()).to.equal(false)
      const asked = await visitor.signIn('anna', newPassword)
      expect(asked.headers['location']).to.equal(`${base}/sign-in/factor`)
      expect((await anna.show(visitor, 'app', anna.codeOf(secret))).status).to.equal(303)
      await at.identity.setPassword(anna.id, password)
    })

    it('A35 after an invitation, for who has a password and for who sets the first one', async () => {
      await at.identity.setFactorPhone(anna.id, phone, at.db)
      const order = { purpose: 'invitation', identityId: anna.id, audience: at.other.audience, days: 1 } as const
      const known = new Visitor(at.app)
      const accepted = await known.post(`/portal/other${await at.identity.issueLink(order)}`, {})
      expect(accepted.headers['location']).to.contain('/portal/other/sign-in?notice=accepted')
      expect((await known.signIn('anna', password, 'other')).headers['location']).to.contain('/sign-in/factor')
      const dora = await at.enrol('dora', { at: [], password: undefined })
      await at.identity.setFactorPhone(dora, phone, at.db)
      const newcomer = new Visitor(at.app)
      await newcomer.post(`/portal/other${await at.identity.issueLink({ ...order, identityId: dora })}`, {})
      const set = await newcomer.post('/portal/other/password', { password: newPassword })
      expect(set.headers['location']).to.equal('/portal/other/sign-in/factor')
      expect(await newcomer.isIn('other')).to.equal(false)
    })

    it('A35 after a code that was sent to a number; that same number is no second factor', async () => {
      const number = '+4915187654321'
      const preferences = { locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
      const id = await at.identity.enrol({ address: number, name: 'Nora', ...preferences })
      at.acme.admitted.add(id)
      Object.assign(at.acme, { takesNumbers: async () => true })
      const visitor = new Visitor(at.app)
      const enter = async () => {
        await visitor.post(`${base}/sign-in/code`, { number })
        for (let tries = 0; tries < 60 && (await texts()).length === 0; tries++)
          await new Promise((resolve) => setTimeout(resolve, 10))
        const code = (await texts()).at(-1)?.text.slice(0, 6) ?? ''
        return visitor.post(`${base}/sign-in/code/entry`, { number, code }, `${base}/sign-in/code`)
      }
      expect((await enter()).headers['location']).to.equal(`${base}/welcome`)
      await at.db('portico_sms').delete()
      await at.identity.setFactorPhone(id, number, at.db)
      expect((await enter()).headers['location']).to.equal(`${base}/sign-in/factor`)
      const { text } = await visitor.get(`${base}/sign-in/factor`)
      expect(text).to.contain('no password yet').and.not.contain('by text message')
      await at.identity.setPassword(id, password)
      await enter()
      const known = await visitor.get(`${base}/sign-in/factor`)
      expect(known.text).to.contain('Sign in with the password').and.not.contain('no password yet')
      const byPassword = await visitor.post(`${base}/sign-in`, { email: number, password })
      expect(byPassword.headers['location']).to.equal(`${base}/sign-in/factor`)
      expect((await visitor.get(`${base}/sign-in/factor`)).text).to.contain('can be sent to')
      Object.assign(at.acme, { takesNumbers: undefined })
    })

    it('A34 A35 adding one ends the sessions of other browsers at every door; the one that added it goes on', async () => {
      const [here, there] = [await anna.atDoor(), await anna.atDoor('other')]
      const bruno = new Visitor(at.app)
      await bruno.signIn('bruno')
      const { visitor } = await anna.addApp()
      expect([await here.isIn(), await there.isIn('other')]).to.deep.equal([false, false])
      expect([await visitor.isIn(), await bruno.isIn()]).to.deep.equal([true, true])
    })

    it('A34 A35 removing one ends the sessions of other browsers at every door; the one that removed it goes on', async () => {
      const { visitor, secret } = await anna.addApp()
      const there = await anna.atDoor('other')
      expect((await anna.show(there, 'app', anna.codeOf(secret), 'other')).status).to.equal(303)
      expect(await there.isIn('other')).to.equal(true)
      const before = visitor.session
      await visitor.post(`${own}/${(await factors())?.factors[0]?.id}/removal`, { password })
      expect([await visitor.isIn(), await there.isIn('other')]).to.deep.equal([true, false])
      expect(visitor.session).not.to.equal(before)
    })

    it('A34 A35 an administrator who sets a number or takes all factors away ends every session', async () => {
      const one = await anna.atDoor()
      await at.identity.setFactorPhone(anna.id, phone, at.db)
      expect(await one.isIn()).to.equal(false)
      await at.identity.setFactorPhone(anna.id, undefined, at.db)
      const { visitor } = await anna.addApp()
      await at.identity.resetFactors(anna.id, at.db)
      expect(await visitor.isIn()).to.equal(false)
    })

    it('A35 whoever has a factor but has not shown it in this session changes none with the password alone', async () => {
      const { visitor } = await anna.addApp()
      const id = (await factors())?.factors[0]?.id
      const forged = await anna.atDoor()
      await forgetToAsk()
      for (const [path, typed] of [
        ['passkey', { password, label: 'Mine' }],
        ['recovery-codes', { password }],
        [`${id}/removal`, { password }]
      ] as const) {
        expect((await forged.get(`${own}/${path}`)).status, path).to.equal(403)
        expect((await forged.post(`${own}/${path}`, typed, `${base}/profile`)).status, path).to.equal(403)
        expect((await visitor.get(`${own}/${path}`)).status, path).to.equal(200)
      }
      expect(await factors()).to.deep.include({ recoveryCodes: 10 })
      expect((await visitor.post(`${own}/${id}/removal`, { password })).status).to.equal(303)
    })

    it('A34 T04 he is told by mail what was done, in his language; somebody with a number alone gets none', async () => {
      const { visitor } = await anna.addApp()
      await at.identity.prefer(anna.id, { ...german, country: undefined })
      await visitor.post(`${own}/recovery-codes`, { password })
      await visitor.post(`${own}/${(await factors())?.factors[0]?.id}/removal`, { password })
      await tellOf('second-factors-reset', anna.id)
      await at.identity.prefer(anna.id, { ...german, locale: 'en', country: undefined })
      const sent = await mails()
      expect(sent.map(({ kind }) => kind)).to.deep.equal([
        'second-factor-added',
        'recovery-codes-renewed',
        'second-factor-removed',
        'second-factors-reset'
      ])
      for (const { to_address: to, about } of sent)
        expect([to, about]).to.deep.equal([emailOf('anna'), `portal-user:${anna.id}`])
      expect(sent.map(({ subject }) => subject.split(':')[0])).to.deep.equal([
        'Second factor added for Acme & Sons',
        'Neue Wiederherstellungscodes',
        'Zweiter Faktor entfernt',
        'Ihre zweiten Faktoren wurden entfernt'
      ])
      for (const { text } of sent) expect(text.match(/http\S+/g)).to.deep.equal(['http://localhost:3000/portal/acme/'])
      const numbered = await at.identity.enrol({ address: '+4915100000001', name: 'Nick', ...german })
      await tellOf('second-factors-reset', numbered)
      expect(await mails()).to.have.length(4)
    })

    it('A34 where nothing is changed nothing is told', async () => {
      const visitor = await anna.atDoor()
      await anna.begin(visitor, 'app')
      const secret = await anna.secretShown(visitor)
      expect((await anna.confirm(visitor, anna.wrongFor(secret))).status).to.equal(422)
      expect(await mails()).to.deep.equal([])
      await anna.confirm(visitor, anna.codeOf(secret))
      expect(await mails()).to.have.length(1)
    })

    const german = { locale: 'de', timeZone: 'Europe/Berlin', formats: { date: 'dmy', time: '24' } } as const

    const tellOf = async (what: 'second-factors-reset', identityId: string) => {
      const notice = { identityId, audience: at.acme.audience, about: `portal-user:${identityId}`, what }
      const tell = await at.identity.noticeOf(notice)
      await at.db.transaction((trx) => tell(trx))
    }

    const mails = () =>
      at
        .db('portico_mail')
        .select<Record<'kind' | 'to_address' | 'about' | 'subject' | 'text', string>[]>('*')
        .orderBy('id')

    /** Sessions that were asked for the factor are let in without it, as those were that began before there was one. */
    const forgetToAsk = async () => {
      for (const { sid, sess } of await at
        .db('portico_sessions')
        .select<{ sid: string; sess: string }[]>('sid', 'sess'))
        await at
          .db('portico_sessions')
          .where({ sid })
          .update({ sess: sess.replace('"stage":"factor"', '"stage":"in"') })
    }
  })

  const texts = () =>
    at
      .db('portico_sms')
      .select<{ to_number: string; text: string; kind: string; about: string }[]>('to_number', 'text', 'kind', 'about')
      .orderBy('id')

  describe('a text message', () => {
    const send = (visitor: Visitor) => visitor.post(`${base}/sign-in/factor/message`, {}, `${base}/sign-in/factor`)
    const codeIn = async () => (await texts()).at(-1)?.text.slice(0, 6) ?? ''

    beforeEach(() => at.identity.setFactorPhone(anna.id, phone, at.db))

    it('T04 brings a code to the number that an administrator has set, which is shown in parts', async () => {
      const visitor = await anna.atDoor()
      const page = await visitor.get(`${base}/sign-in/factor`)
      expect(page.text).to.contain('678').and.not.contain('5112345').and.not.contain('511 2345')
      expect((await texts()).length).to.equal(0)
      expect((await send(visitor)).text).to.contain('one-time-code')
      const [text] = await texts()
      expect(text).to.include({ to_number: phone, kind: 'second-factor', about: `portal-user:${anna.id}` })
      expect((await anna.show(visitor, 'text', await codeIn())).status).to.equal(303)
      expect(await visitor.isIn()).to.equal(true)
      expect((await visitor.get(`${base}/profile`)).text)
        .to.contain('678')
        .and.not.contain('5112345')
    })

    it('A35 is good once, and in the browser that asked for it', async () => {
      const [one, two] = [await anna.atDoor(), await anna.atDoor()]
      await send(one)
      const code = await codeIn()
      expect((await anna.show(two, 'text', code)).status).to.equal(422)
      expect((await anna.show(one, 'text', code)).status).to.equal(303)
      expect((await anna.show(two, 'text', code)).status).to.equal(422)
    })

    it('A35 five wrong codes kill the right one', async () => {
      const visitor = await anna.atDoor()
      await send(visitor)
      const code = await codeIn()
      for (let i = 0; i < 5; i++) await anna.show(visitor, 'text', code === '000000' ? '000001' : '000000')
      expect((await anna.show(visitor, 'text', code)).status).to.equal(422)
    })

    it('A33 A35 a code that signs in is no second factor, nor one of another door', async () => {
      const visitor = await anna.atDoor('other')
      await visitor.post('/portal/other/sign-in/factor/message', {}, '/portal/other/sign-in/factor')
      expect((await anna.show(await anna.atDoor(), 'text', await codeIn())).status).to.equal(422)
      expect((await anna.show(visitor, 'text', await codeIn(), 'other')).status).to.equal(303)
    })

    it('A35 the sixth within an hour is not sent', async () => {
      const visitor = await anna.atDoor()
      for (let i = 0; i < 5; i++) expect((await send(visitor)).status).to.equal(200)
      expect((await send(visitor)).status).to.equal(429)
      expect((await texts()).length).to.equal(5)
    })

    it('needs a number, and a text that is approved: else nobody could sign in with it', async () => {
      const taken = (of: Entrance, typed: string) =>
        of.identity.factorPhoneIn(typed).catch((error: unknown) => (error as { fields: object }).fields)
      expect(await taken(at, '0151 12345678')).to.equal(phone)
      expect(await taken(at, 'call me')).to.deep.equal({ phone: { key: 'identity:problem.number' } })
      const without = await openEntrance(await open())
      const problem = { phone: { key: 'factors:problem.noApprovedText' } }
      expect(await taken(without, '0151 12345678')).to.deep.equal(problem)
    })

    it('shows a number in parts', () => {
      expect(maskedNumber(phone)).to.match(/^\+49 [• ]+678$/)
    })
  })

  describe('a recovery code', () => {
    it('T04 A35 opens once, however it is typed', async () => {
      const { recovery } = await anna.addApp()
      const [first = '', second = ''] = recovery
      expect((await anna.show(await anna.atDoor(), 'recovery', ` ${first.toUpperCase()} `)).status).to.equal(303)
      expect((await anna.show(await anna.atDoor(), 'recovery', first)).status).to.equal(422)
      expect((await anna.show(await anna.atDoor(), 'recovery', second.replace('-', ''))).status).to.equal(303)
      expect((await factors())?.recoveryCodes).to.equal(8)
    })

    it('is shown once; new ones need the password and end the old ones', async () => {
      const { visitor, recovery } = await anna.addApp()
      const renewal = `${own}/recovery-codes`
      expect(codesShown((await visitor.get(renewal)).text)).to.deep.equal([])
      expect((await visitor.post(renewal, { password: 'not my password' })).status).to.equal(422)
      const renewed = codesShown((await visitor.post(renewal, { password })).text)
      expect(renewed).to.have.length(10)
      expect((await anna.show(await anna.atDoor(), 'recovery', recovery[0]!)).status).to.equal(422)
      expect((await anna.show(await anna.atDoor(), 'recovery', renewed[0]!)).status).to.equal(303)
    })

    it('is none without a factor', async () => {
      const visitor = await anna.atDoor()
      expect((await visitor.get(`${own}/recovery-codes`)).status).to.equal(404)
    })
  })

  it('T04 an administrator takes everything away: then the password alone lets in', async () => {
    await anna.addApp()
    await at.identity.setFactorPhone(anna.id, phone, at.db)
    expect(await factors()).to.deep.include({ phone, recoveryCodes: 10 })
    expect(await (await anna.atDoor()).isIn()).to.equal(false)
    await at.identity.resetFactors(anna.id, at.db)
    expect(await factors()).to.deep.include({ phone: undefined, factors: [], recoveryCodes: 0 })
    expect(await (await anna.atDoor()).isIn()).to.equal(true)
  })
})

describe('what is kept encrypted', () => {
  const secret = 'a secret of this installation'

  it('is read by this installation alone, and only unchanged', () => {
    const kept = createSealer(secret).seal('JBSWY3DP')
    expect(kept).not.to.contain('JBSWY3DP')
    expect(createSealer(secret).open(kept)).to.equal('JBSWY3DP')
    expect(createSealer(secret).seal('JBSWY3DP')).not.to.equal(kept)
    expect(createSealer('another').open(kept)).to.equal(undefined)
    const changed = Buffer.from(kept, 'base64url')
    changed[changed.length - 1]! ^= 1
    expect(createSealer(secret).open(changed.toString('base64url'))).to.equal(undefined)
  })
})

eachDatabase((open) => {
  describe('second factors at once', () => {
    let at: Entrance
    let anna: FactorSteps

    before(async () => {
      at = await openEntrance(await open())
      anna = new FactorSteps(at, 'anna', await at.enrol('anna'))
    })

    const now = () => at.clock.milliseconds

    it('A28 A35 of two who show the same code one is let in', async () => {
      const { secret, recovery } = await anna.addApp()
      const factors = createSecondFactors(at.db, at.config, now)
      const codes = createRecoveryCodes(at.db, at.secret, now)
      const both = (use: () => Promise<boolean>) => Promise.all([use(), use(), use()])
      const app = await both(() => factors.useApp(anna.id, anna.codeOf(secret)))
      const recovered = await both(() => codes.use(anna.id, recovery[0]!))
      expect([app.filter(Boolean).length, recovered.filter(Boolean).length]).to.deep.equal([1, 1])
    })

    it('T04 a passkey that doesn’t count is good again within the same second', async () => {
      const factors = createSecondFactors(at.db, at.config, now)
      const passkey = {
        site: 'localhost',
        credentialId: 'c1',
        publicKey: 'pQECAyYg',
        transports: ['internal'],
        counter: 0
      }
      await factors.addPasskey(anna.id, 'Phone', passkey)
      const [kept] = await factors.passkeys(anna.id)
      expect(kept).to.deep.include(passkey)
      const use = () => factors.usePasskey({ id: kept!.id, from: 0, to: 0 })
      expect([await use(), await use()]).to.deep.equal([true, true])
      expect(await factors.usePasskey({ id: kept!.id, from: 0, to: 3 })).to.equal(true)
      expect(await use()).to.equal(false)
      expect(await factors.remove(anna.id, kept!.id)).to.equal('passkey')
    })

    it('Z20 go along to another address, and are forgotten with the identity', async () => {
      const copied = await at.db.transaction((trx) =>
        at.identity.readdress({ identityId: anna.id, address: 'anna@new.example', isShared: true, isProven: true }, trx)
      )
      expect((await at.identity.factorsOf(copied))?.factors).to.have.length(1)
      await at.db.transaction((trx) => at.identity.forget(copied, trx))
      expect(await at.db('portico_second_factors').where({ identity_id: copied }).select('id')).to.deep.equal([])
      expect((await at.identity.factorsOf(anna.id))?.factors).to.have.length(1)
    })
  })
})
