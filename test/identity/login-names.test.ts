import { setTimeout } from 'node:timers/promises'
import { expect } from 'chai'
import { loginNameFault } from '../../src/identity/login-name.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { newPassword, openEntrance, password, Visitor, withoutTokens, type Entrance } from './entrance.js'

const formats = { date: 'iso', time: '24' } as const
const preferences = { name: 'Pavel Horák', locale: 'en', timeZone: 'Europe/Prague', formats } as const

async function take(at: Entrance, loginName: string): Promise<string | undefined> {
  const passwordHash = await at.identity.hashedPassword(password, { address: loginName, name: preferences.name })
  return at.db.transaction((trx) => at.identity.takeLoginName({ ...preferences, loginName, passwordHash }, trx))
}

describe('a login name', () => {
  it('T03 has letters, digits and . _ - and looks like no address and no number', () => {
    for (const good of ['pavel', 'p.horak', 'pavel_h-2', '2pavel', 'a'.repeat(64)])
      expect(loginNameFault(good), good).to.equal(undefined)
    for (const bad of [
      'pa',
      'a'.repeat(65),
      'pavel@firma',
      '0171 1234567',
      '+420123456789',
      '12345',
      'Pavel',
      'pável',
      '.pavel',
      'pavel h',
      ''
    ])
      expect(loginNameFault(bad), bad).not.to.equal(undefined)
  })
})

eachDatabase((open) => {
  describe('login names', () => {
    let at: Entrance

    before(async () => {
      at = await openEntrance(await open())
    })

    it('T03 A28 are one person’s each, also of two who take one at once', async () => {
      const [one, two] = await Promise.all([take(at, 'pavel'), take(at, 'pavel')])
      expect([one, two].filter((id) => id !== undefined)).to.have.length(1)
      expect(await take(at, 'pavel')).to.equal(undefined)
      expect(await at.identity.freeLoginNames('pavel')).to.deep.equal(['pavel2', 'pavel3', 'pavel4'])
      expect(await take(at, 'pavel2')).to.be.a('string')
    })
  })
})

onSqlite('somebody with a login name', (open) => {
  let at: Entrance
  let pavel: string

  before(async () => {
    at = await openEntrance(await open())
    pavel = (await take(at, 'p.horak'))!
    await at.identity.prefer(pavel, { ...preferences, country: undefined })
    at.acme.admitted.add(pavel)
    await at.enrol('anna')
    const mailboxOf = async (id: string) => (id === pavel ? 'pavel@firma.example' : undefined)
    Object.assign(at.acme, { takesNames: true, mailboxOf, note: 'Only while a project is open.' })
  })

  const signIn = (email: string, typed = password) =>
    new Visitor(at.app).post('/portal/acme/sign-in', { email, password: typed })

  const forget = (email: string) => new Visitor(at.app).post('/portal/acme/forgotten-password', { email })

  const mails = async (atLeast: number) => {
    const read = () => at.db('portico_mail').select<{ to_address: string }[]>('*')
    for (let tries = 0; tries < 60 && (await read()).length < atLeast; tries++) await setTimeout(10)
    return read()
  }

  it('T03 signs in with it in any case; a wrong password and an unknown name are refused alike (A30)', async () => {
    for (const typed of ['p.horak', ' P.Horak ']) expect((await signIn(typed)).status, typed).to.equal(303)
    const answers = await Promise.all([signIn('p.horak', newPassword), signIn('nobody.here')])
    const [wrong, unknown] = answers.map(({ status, text }) => [
      status,
      withoutTokens(text).replace(/value="[^"]*"/g, '')
    ])
    expect(wrong?.[0]).to.equal(422)
    expect(wrong).to.deep.equal(unknown)
  })

  it('shows what always stands on the sign-in page, where the door has such a sentence', async () => {
    expect((await new Visitor(at.app).get('/portal/acme/sign-in')).text)
      .to.contain('Only while a project is open.')
      .and.contain('login name')
    expect((await new Visitor(at.app).get('/portal/other/sign-in')).text)
      .not.to.contain('project is open')
      .and.not.contain('login name')
  })

  it('A30 a forgotten password goes to the mailbox that the door knows, or nowhere, with the same answer', async () => {
    const [known, unknown] = [await forget('p.horak'), await forget('nobody.here')]
    expect(withoutTokens(known.text)).to.equal(withoutTokens(unknown.text))
    const [mail] = await mails(1)
    expect(JSON.stringify(mail)).to.contain('pavel@firma.example').and.not.contain('"p.horak"')
    Object.assign(at.acme, { mailboxOf: async () => undefined })
    await forget('p.horak')
    await forget('anna@nordwind.example')
    expect(await mails(2)).to.have.length(2)
  })
})
