import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import { newPassword, openEntrance, password, Visitor, type Entrance } from './entrance.js'
import { FactorSteps } from './factor-steps.js'

const phone = '+4915112345678'

onSqlite('one person at two doors', (open) => {
  let at: Entrance
  let anna: FactorSteps

  before(async () => {
    at = await openEntrance(await open())
    anna = new FactorSteps(at, 'anna', await at.enrol('anna', { at: [at.acme, at.other] }))
  })

  beforeEach(() => anna.startAnew())

  const across = (visitor: Visitor, portal = 'other', from = '/portal/acme/profile') =>
    visitor.post(`/portal/${portal}/sign-in/across`, {}, from)

  it('A33 A52 crosses from one to the other without the password; both stay open side by side', async () => {
    const visitor = await anna.atDoor()
    expect(await visitor.isIn('other')).to.equal(false)
    const before = visitor.session
    expect((await across(visitor)).headers['location']).to.equal('/portal/other/home')
    expect(visitor.session).not.to.equal(before)
    expect([await visitor.isIn('acme'), await visitor.isIn('other')]).to.deep.equal([true, true])
  })

  it('A33 crosses to no door that does not admit him, nor from one that no longer does', async () => {
    const visitor = await anna.atDoor()
    at.other.admitted.delete(anna.id)
    expect((await across(visitor)).headers['location']).to.equal('/portal/other/sign-in')
    at.other.admitted.add(anna.id)
    at.acme.admitted.delete(anna.id)
    expect((await across(visitor, 'other', '/portal/other/sign-in')).headers['location']).to.equal(
      '/portal/other/sign-in'
    )
    at.acme.admitted.add(anna.id)
    expect((await across(visitor)).headers['location']).to.equal('/portal/other/home')
  })

  it('A33 needs a sign-in, of this browser and in force', async () => {
    const stranger = await across(new Visitor(at.app), 'other', '/portal/other/sign-in')
    expect(stranger.headers['location']).to.equal('/portal/other/sign-in')
    const visitor = await anna.atDoor()
    await at.identity.revoke(anna.id, at.acme.audience)
    expect((await across(visitor, 'other', '/portal/other/sign-in')).headers['location']).to.equal(
      '/portal/other/sign-in'
    )
  })

  it('A41 needs a form of ours', async () => {
    const visitor = await anna.atDoor()
    expect((await visitor.agent.post('/portal/other/sign-in/across').type('form').send({ x: '1' })).status).to.equal(
      403
    )
    expect((await visitor.get('/portal/other/sign-in/across')).status).to.equal(404)
    expect(await visitor.isIn('other')).to.equal(false)
  })

  it('A35 asks for a second factor that was not shown yet, and for none that was', async () => {
    const before = await anna.atDoor()
    await at.db('portico_identities').where({ id: anna.id }).update({ factor_phone: phone })
    expect((await across(before)).headers['location']).to.equal('/portal/other/sign-in/factor')
    expect([await before.isIn('acme'), await before.isIn('other')]).to.deep.equal([true, false])
    await at.identity.resetFactors(anna.id, at.db)
    const { visitor } = await anna.addApp()
    expect((await across(visitor)).headers['location']).to.equal('/portal/other/home')
  })

  it('A24 what ends at one door ends there alone; signing out ends all', async () => {
    const visitor = await anna.atDoor()
    await across(visitor)
    await at.identity.revoke(anna.id, at.acme.audience)
    expect([await visitor.isIn('acme'), await visitor.isIn('other')]).to.deep.equal([false, true])
    await visitor.post('/portal/other/sign-out', {}, '/portal/other/profile')
    expect([await visitor.isIn('acme'), await visitor.isIn('other')]).to.deep.equal([false, false])
  })

  it('keeps the end of his twelve hours', async () => {
    const visitor = await anna.atDoor()
    for (let hours = 0; hours < 11; hours++) {
      at.clock.milliseconds += 60 * 60_000
      await visitor.isIn()
    }
    await across(visitor)
    expect(await visitor.isIn('other')).to.equal(true)
    at.clock.milliseconds += 61 * 60_000
    expect(await visitor.isIn('other')).to.equal(false)
  })

  it('A34 with a new password this browser goes on at both, others end', async () => {
    const [visitor, elsewhere] = [await anna.atDoor(), await anna.atDoor('other')]
    await across(visitor)
    const change = { old: password, password: newPassword }
    await visitor.post('/portal/acme/profile/password', change, '/portal/acme/profile')
    expect([await visitor.isIn('acme'), await visitor.isIn('other')]).to.deep.equal([true, true])
    expect(await elsewhere.isIn('other')).to.equal(false)
    await at.identity.setPassword(anna.id, password)
  })

  it('A34 A52 somebody else who signs in there takes nothing over', async () => {
    await at.enrol('mallory', { at: [at.other] })
    const visitor = await anna.atDoor()
    await visitor.signIn('mallory', password, 'other')
    expect([await visitor.isIn('acme'), await visitor.isIn('other')]).to.deep.equal([false, true])
  })
})
