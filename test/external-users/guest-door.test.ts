import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import { pumpRoom, retrofit } from './guests.js'
import { openGuestWorld, type GuestWorld } from './guest-world.js'

onSqlite('the door of external users', (open) => {
  describe('while no project is open to somebody', function () {
    this.timeout(60_000)
    let world: GuestWorld

    before(async () => {
      world = await openGuestWorld(open)
    })

    after(() => world.at.test.close())

    async function signsIn(contactId: string): Promise<boolean> {
      const visitor = await world.at.guest(contactId)
      if (visitor.path === '/external/') return true
      visitor.sees('do not fit together')
      return false
    }

    it('T01 says on the sign-in page when one can sign in, in each language', async () => {
      const visitor = await world.at.test.visitor().open('/external/sign-in')
      visitor.sees('while at least one of your projects is open to you')
      await visitor.send('Deutsch')
      visitor.sees('solange mindestens eines Ihrer Projekte')
      await visitor.send('Čeština')
      visitor.sees('dokud je pro vás otevřený')
    })

    it('T01 T02 nobody signs in without a membership, a right to read, and a day left', async () => {
      expect(await signsIn('dirk')).to.equal(true)
      await world.at.letGroupRead(retrofit, false)
      expect(await signsIn('dirk')).to.equal(false)
      expect(await signsIn('siobhan')).to.equal(true)
      await world.at.letGroupRead(retrofit)
      await world.at.change(retrofit, { endDate: '2020-01-01' })
      expect(await signsIn('dirk')).to.equal(false)
      await world.at.change(retrofit, { endDate: '2999-01-01' })
      expect(await signsIn('dirk')).to.equal(true)
      const { db } = world.at.test.embedded
      await db('portico_memberships')
        .where({ person_id: await world.userId('siobhan'), record_id: pumpRoom })
        .delete()
      expect(await signsIn('siobhan')).to.equal(false)
    })

    it('A31 A32 a forgotten password of a login name goes to the mailbox that staff gave it, not to one that the CRM was given later', async () => {
      const { at } = world
      const { db } = at.test.embedded
      const id = await world.userId('dirk')
      const known = 'dirk.k'
      const user = await db('portico_external_users').where({ id }).first<{ identity_id: string; address: string }>()
      await db('portico_identities').where({ id: user.identity_id }).update({ address: known })
      await db('portico_external_users').where({ id }).update({ address: known, mailbox: user.address })
      const mails = () => db('portico_mail').where({ kind: 'password-reset' }).pluck<string[]>('to_address')
      const forget = async () => {
        const visitor = await at.test.visitor().open('/external/forgotten-password')
        await visitor.send('Send the mail', { email: known })
        await new Promise((resolve) => setTimeout(resolve, 150))
        return mails()
      }
      expect(await forget()).to.deep.equal([user.address])
      await world.save('Contact', { email: 'somebody@evil.example' }, 'dirk')
      expect(await forget()).to.deep.equal([user.address])
      await world.save('Contact', { email: user.address.toUpperCase() }, 'dirk')
      expect(await forget()).to.deep.equal([user.address, user.address])
      await db('portico_identities').where({ id: user.identity_id }).update({ address: user.address })
      await db('portico_external_users').where({ id }).update({ address: user.address, mailbox: null })
    })

    it('T10 whoever is in when his last project closes is at the sign-in page with his next step', async () => {
      const { dirk } = world
      await dirk.open(`/external/projects/${retrofit}`)
      dirk.is(200)
      await world.say('Project', retrofit, 'dirk', { read: 'deny' })
      await dirk.open(`/external/projects/${retrofit}`)
      expect(dirk.path).to.match(/^\/external\/sign-in/)
      expect((await dirk.peek('/external/tasks')).status).to.equal(303)
      await world.say('Project', retrofit, 'dirk', {})
      await dirk.open('/external/')
      expect(dirk.path).to.equal('/external/')
    })
  })
})
