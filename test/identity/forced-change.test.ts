import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import { newPassword, openEntrance, password, Visitor, type Entrance } from './entrance.js'
import { base, FactorSteps } from './factor-steps.js'

onSqlite('a password that has to be changed (T04)', (open) => {
  let at: Entrance
  let anna: FactorSteps

  before(async () => {
    at = await openEntrance(await open())
    anna = new FactorSteps(at, 'anna', await at.enrol('anna', { at: [at.acme, at.other] }))
  })

  beforeEach(async () => {
    await anna.startAnew()
    await at.identity.setPassword(anna.id, password)
    await at.identity.forcePasswordChange(anna.id, at.db)
  })

  const change = (visitor: Visitor, typed: string) => visitor.post(`${base}/sign-in/new-password`, { password: typed })

  const isForced = async () => (await at.identity.factorsOf(anna.id))?.mustChangePassword

  it('T04 is asked for at the next sign-in, before any page opens, and then leads where he wanted', async () => {
    const visitor = new Visitor(at.app)
    const typed = { email: 'anna@nordwind.example', password, to: `${base}/cases` }
    const asked = await visitor.post(`${base}/sign-in`, typed)
    expect(asked.headers['location']).to.equal(`${base}/sign-in/new-password`)
    for (const path of ['home', 'profile', 'welcome', 'sign-in/factor'])
      expect((await visitor.get(`${base}/${path}`)).status, path).to.equal(303)
    expect(
      (await visitor.post('/portal/other/sign-in/across', {}, `${base}/sign-in/new-password`)).headers['location']
    ).to.equal('/portal/other/sign-in')
    expect((await change(visitor, newPassword)).headers['location']).to.equal(`${base}/cases`)
    expect(await visitor.isIn()).to.equal(true)
    expect(await isForced()).to.equal(false)
    expect((await new Visitor(at.app).signIn('anna', newPassword)).headers['location']).to.equal(`${base}/home`)
  })

  it('T04 the old one and a weak one are refused, a new one is taken', async () => {
    const visitor = await anna.atDoor()
    const same = await change(visitor, password)
    expect([same.status, same.text.includes('the password you already have')]).to.deep.equal([422, true])
    expect((await change(visitor, 'password1234')).status).to.equal(422)
    expect(await visitor.isIn()).to.equal(false)
    expect((await change(visitor, newPassword)).status).to.equal(303)
  })

  it('T04 sessions from before go on until the new one is chosen, then end', async () => {
    await at.identity.waivePasswordChange(anna.id, at.db)
    const before = await anna.atDoor()
    await at.identity.forcePasswordChange(anna.id, at.db)
    expect(await before.isIn()).to.equal(true)
    const visitor = await anna.atDoor()
    await change(visitor, newPassword)
    expect([await before.isIn(), await visitor.isIn()]).to.deep.equal([false, true])
  })

  it('T04 A35 comes after the second factor', async () => {
    await at.identity.waivePasswordChange(anna.id, at.db)
    const { secret } = await anna.addApp()
    await at.identity.forcePasswordChange(anna.id, at.db)
    const visitor = await anna.atDoor()
    expect((await visitor.get(`${base}/sign-in/new-password`)).headers['location']).to.equal(`${base}/sign-in`)
    const shown = await anna.show(visitor, 'app', anna.codeOf(secret))
    expect(shown.headers['location']).to.equal(`${base}/sign-in/new-password`)
    expect((await change(visitor, newPassword)).headers['location']).to.equal(`${base}/home`)
  })

  it('T04 a link to a new password counts as the change, but not with the old one again', async () => {
    const order = { purpose: 'password-reset', identityId: anna.id, audience: at.acme.audience, days: 1 } as const
    const link = base + (await at.identity.issueLink(order))
    expect((await new Visitor(at.app).post(link, { password })).status).to.equal(422)
    expect(await isForced()).to.equal(true)
    expect((await new Visitor(at.app).post(link, { password: newPassword })).status).to.equal(303)
    expect(await isForced()).to.equal(false)
  })

  it('T04 goes on when staff set another password, which he has to change', async () => {
    await at.identity.setPassword(anna.id, newPassword)
    expect(await isForced()).to.equal(true)
    await at.identity.waivePasswordChange(anna.id, at.db)
    expect(await (await anna.atDoor('acme', newPassword)).isIn()).to.equal(true)
  })

  it('A34 is open for ten minutes', async () => {
    const visitor = await anna.atDoor()
    at.clock.milliseconds += 11 * 60_000
    expect((await visitor.get(`${base}/sign-in/new-password`)).headers['location']).to.equal(`${base}/sign-in`)
  })
})
