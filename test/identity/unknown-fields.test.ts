/** Forms of the doors take their own fields and no other: a field nobody asked for is refused, not dropped (A14). */
import { expect } from 'chai'
import { eachDatabase } from '../support/databases.js'
import { newPassword, openEntrance, password, emailOf, Visitor, type Entrance } from './entrance.js'

const base = '/portal/acme'
const wish = { locale: 'en', dateFormat: 'iso', timeFormat: '24', timeZone: 'UTC', country: '' }

eachDatabase((open) => {
  describe('a form at the door', () => {
    let at: Entrance
    let anna: Visitor

    beforeEach(async () => {
      at = await openEntrance(await open())
      await at.enrol('anna', { at: [at.acme] })
      anna = new Visitor(at.app)
      await anna.signIn('anna')
    })

    const forms: [string, string, Record<string, string>, boolean][] = [
      ['sign-in', '/sign-in', { email: emailOf('anna'), password, to: '' }, false],
      ['a forgotten password', '/forgotten-password', { email: emailOf('anna') }, false],
      ['preferences', '/profile/preferences', wish, true],
      ['first preferences', '/welcome', wish, true],
      ['a new password', '/profile/password', { old: password, password: newPassword, username: 'x' }, true]
    ]
    for (const [what, path, fields, isInside] of forms) {
      it(`A14 refuses a field it doesn’t have: ${what}`, async () => {
        const visitor = isInside ? anna : new Visitor(at.app)
        const page = base + (path.startsWith('/profile') ? '/profile' : path)
        for (const extra of ['epoch', 'userTypeId', 'isAdministrator'])
          expect((await visitor.post(base + path, { ...fields, [extra]: '1' }, page)).status, extra).to.equal(400)
        expect((await visitor.post(base + path, fields, page)).status, 'its twin').to.be.oneOf([200, 303])
      })
    }

    it('A14 changes nothing with it', async () => {
      const refused = { old: password, password: newPassword, hash: 'mine' }
      expect((await anna.post(`${base}/profile/password`, refused, `${base}/profile`)).status).to.equal(400)
      expect((await new Visitor(at.app).signIn('anna', password)).status).to.equal(303)
    })
  })
})
