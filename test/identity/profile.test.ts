import { expect } from 'chai'
import { eachDatabase } from '../support/databases.js'
import { emailOf, newPassword, openEntrance, password, Visitor, type Entrance } from './entrance.js'

eachDatabase((open) => {
  describe('a profile', () => {
    let at: Entrance
    let anna: string
    let visitor: Visitor

    beforeEach(async () => {
      at = await openEntrance(await open())
      anna = await at.enrol('anna', { at: [at.acme, at.other] })
      visitor = new Visitor(at.app)
      await visitor.signIn('anna')
    })

    const changePassword = (fields: { old: string; password: string }) =>
      visitor.post('/portal/acme/profile/password', fields, '/portal/acme/profile')

    it('changes the password of who knows the old one; his other sessions end, this one goes on (A34)', async () => {
      const elsewhere = new Visitor(at.app)
      await elsewhere.signIn('anna', password, 'other')
      const changed = await changePassword({ old: password, password: newPassword })
      expect(changed.headers['location']).to.equal('/portal/acme/profile?notice=saved')
      expect(await visitor.isIn()).to.equal(true)
      expect(await elsewhere.isIn('other')).to.equal(false)
      expect((await new Visitor(at.app).signIn('anna', newPassword)).status).to.equal(303)
    })

    it('keeps the password when the old one is wrong or the new one weak', async () => {
      const wrong = await changePassword({ old: 'not my password', password: newPassword })
      expect(wrong.status).to.equal(422)
      expect(wrong.text).to.contain('This is not your present password')
      const weak = await changePassword({ old: password, password: 'password1234' })
      expect(weak.text).to.contain('easy to guess')
      expect((await new Visitor(at.app).signIn('anna', password)).status).to.equal(303)
    })

    it('stops guessing of the old password (A35)', async () => {
      for (let i = 0; i < 10; i++) await changePassword({ old: 'not my password', password: newPassword })
      expect((await changePassword({ old: password, password: newPassword })).status).to.equal(429)
    })

    it('keeps language and formats, and the chosen language gives way to them', async () => {
      await visitor.post('/language', { locale: 'de', to: '/portal/acme/profile' }, '/portal/acme/profile')
      expect((await visitor.get('/portal/acme/profile')).text).to.contain('<html lang="de">')
      const chosen = { locale: 'en', dateFormat: 'mdy', timeFormat: '12', timeZone: 'America/New_York', country: '' }
      const saved = await visitor.post('/portal/acme/profile/preferences', chosen, '/portal/acme/profile')
      expect(saved.headers['location']).to.equal('/portal/acme/profile?notice=saved')
      expect((await visitor.get('/portal/acme/profile')).text).to.contain('<html lang="en">')
      expect(await at.identity.profile(anna)).to.deep.include({
        timeZone: 'America/New_York',
        country: undefined,
        formats: { date: 'mdy', time: '12' }
      })
    })

    it('refuses what is not offered and shows what was chosen again', async () => {
      const chosen = { locale: 'cs', dateFormat: 'mdy', timeFormat: '12', timeZone: 'Mars/Olympus', country: 'XX' }
      const refused = await visitor.post('/portal/acme/profile/preferences', chosen, '/portal/acme/profile')
      expect(refused.status).to.equal(422)
      expect(refused.text)
        .to.match(/name="timeZone"[^>]*aria-invalid="true"/)
        .and.match(/name="country"[^>]*aria-invalid="true"/)
      expect(refused.text).to.match(/<option value="cs" selected>/)
      expect(await at.identity.profile(anna)).to.deep.include({ locale: 'en', timeZone: 'Europe/Berlin' })
    })

    it('stands in the frame of the pages around it', async () => {
      const { text } = await visitor.get('/portal/acme/profile')
      expect(text).to.contain('<body class="area area--portal">').and.contain('Frame of Acme')
      expect((await visitor.get('/portal/acme/welcome')).text).to.contain('<body class="area area--entrance">')
    })

    it('is one per address, in whatever case, also when two enrol it at once', async () => {
      const person = { name: 'Dora', locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
      const ids = await Promise.all(
        ['DORA@x.example', 'dora@x.example', ' Dora@X.example'].map((email) =>
          at.identity.enrol({ address: email, ...person })
        )
      )
      expect(new Set(ids).size).to.equal(1)
      expect(await at.identity.profile(ids[0] ?? '')).to.include({ address: 'dora@x.example', hasPassword: false })
      expect(await at.identity.profile('nobody')).to.equal(undefined)
    })

    it('does not give the hash of the password away', async () => {
      expect(JSON.stringify(await at.identity.profile(anna))).not.to.contain('argon2')
      expect(await at.identity.profile(anna)).to.include({ address: emailOf('anna'), hasPassword: true })
    })
  })
})
