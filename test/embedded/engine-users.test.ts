import { expect } from 'chai'
import type { Locale } from '../../src/host/catalog.js'
import type { Crm } from '../../src/host/embedded/crm.js'
import type { HostEvent } from '../../src/host/host.js'
import { openTestCrm } from '../host-contract/open-embedded.js'
import { answer, refusal } from '../host-contract/refusals.js'
import { eachDatabase } from '../support/databases.js'

const password = 'correct horse battery'

eachDatabase((open) => {
  describe('users of the CRM', () => {
    let crm: Crm
    let id: string
    const events: HostEvent[] = []

    before(async () => {
      crm = await openTestCrm((await open()).db)
      crm.outbox.on('staff.changed', (event) => Promise.resolve(void events.push(event)))
      id = await crm.users.create({
        userName: 'Vera',
        name: 'Věra',
        email: 'vera@example.test',
        password,
        locale: 'cs',
        permissions: ['manage-sharing']
      })
    })

    it('are read as they were written', async () => {
      const staff = await crm.users.find(id)
      expect(staff).to.deep.include({
        id,
        userName: 'Vera',
        name: 'Věra',
        email: 'vera@example.test',
        locale: 'cs',
        isActive: true,
        isAdministrator: false
      })
      expect([...staff!.permissions]).to.deep.equal(['manage-sharing'])
    })

    it('sign in by name, whatever its case, and password, to the letter', async () => {
      expect((await crm.users.signIn(' VERA ', password))?.id).to.equal(id)
      expect(await crm.users.signIn('vera', password.toUpperCase())).to.equal(undefined)
      expect(await crm.users.signIn('nobody', password)).to.equal(undefined)
    })

    it('keep no password that can be read', async () => {
      const row = await crm.db<{ id: string; password_hash: string }>('crm_user').first('password_hash').where({ id })
      expect(row?.password_hash).to.match(/^\$argon2id\$/)
    })

    it('are refused a name that is taken, a short password, and values that are none', async () => {
      const user = { userName: 'other', name: 'Other', password }
      expect(await refusal(() => crm.users.create({ ...user, userName: 'VERA' }))).to.deep.equal({
        userName: 'errors.field.taken'
      })
      expect(await refusal(() => crm.users.create({ ...user, password: 'short' }))).to.deep.equal({
        password: 'errors.field.tooShort'
      })
      expect(
        await refusal(() =>
          crm.users.create({ ...user, name: ' ', email: 'x', timeZone: 'Mars', locale: 'fr' as Locale })
        )
      ).to.deep.equal({
        name: 'errors.field.required',
        email: 'errors.field.email',
        timeZone: 'errors.field.option',
        locale: 'errors.field.option'
      })
      expect(await crm.users.findByUserName('other')).to.equal(undefined)
    })

    it('end their sessions with a new password and with being switched off', async () => {
      const first = await crm.users.sessionStamp(id)
      await crm.users.change(id, { name: 'Věra B.' })
      expect(await crm.users.sessionStamp(id)).to.equal(first)
      await crm.users.change(id, { password: 'another long password' })
      expect(await crm.users.sessionStamp(id)).not.to.equal(first)
      await crm.users.change(id, { isActive: false })
      expect(await crm.users.sessionStamp(id)).to.equal(undefined)
      expect(await crm.users.signIn('vera', 'another long password')).to.equal(undefined)
      await crm.users.change(id, { isActive: true })
      expect((await crm.users.signIn('vera', 'another long password'))?.name).to.equal('Věra B.')
    })

    it('are listed by name and searched', async () => {
      await crm.users.create({ userName: 'adam', name: 'Adam', password })
      expect((await crm.users.list()).users.map((staff) => staff.name)).to.deep.equal(['Adam', 'Věra B.'])
      expect((await crm.users.list({ search: 'VĚRA' })).users.map((staff) => staff.id)).to.deep.equal([id])
      expect(await crm.users.list({ limit: 1 })).to.include({ hasMore: true })
    })

    it('tell of their changes, and of none that was refused', async () => {
      await crm.outbox.deliver()
      events.length = 0
      await crm.users.change(id, { isAdministrator: true })
      expect(await refusal(() => crm.users.change(id, { userName: 'ADAM' }))).to.deep.equal({
        userName: 'errors.field.taken'
      })
      expect(await answer(() => crm.users.change('nobody', { name: 'x' }))).to.equal('404 errors.notFound')
      await crm.outbox.deliver()
      expect(events).to.deep.equal([{ kind: 'staff.changed', id }])
    })
  })

  describe('settings of the CRM', () => {
    it('are read as they were set', async () => {
      const crm = await openTestCrm((await open()).db)
      expect(await crm.settings.get('company')).to.equal(undefined)
      await crm.settings.set('company', { name: 'Kessler' })
      await crm.settings.set('company', { name: 'Kessler & Söhne' })
      expect(await crm.settings.get('company')).to.deep.equal({ name: 'Kessler & Söhne' })
      expect(await crm.settings.switches()).to.deep.equal({})
    })
  })
})
