import { expect } from 'chai'
import type { Crm, Records } from '../../src/host/embedded/crm.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import type { HostEvent } from '../../src/host/host.js'
import { NarrowPlugin } from '../host-contract/narrow-plugin.js'
import { openTestCrm } from '../host-contract/open-embedded.js'
import { answer } from '../host-contract/refusals.js'
import { eachDatabase } from '../support/databases.js'

eachDatabase((open) => {
  describe('a lead that is converted', () => {
    let crm: Crm
    let vera: Records
    let plugin: NarrowPlugin
    const events: HostEvent[] = []
    const lea = {
      firstName: 'Lea',
      lastName: 'Dvořáková',
      company: 'Dvořák s.r.o.',
      email: 'lea@dvorak.example',
      city: 'Brno',
      title: 'Owner'
    }

    before(async () => {
      crm = await openTestCrm((await open()).db, { definitions: modules })
      plugin = new NarrowPlugin()
      crm.install(plugin)
      crm.outbox.on('lead.converted', (event) => Promise.resolve(void events.push(event)))
      const id = await crm.users.create({ userName: 'vera', name: 'Vera', password: 'a password for tests' })
      vera = crm.store.as((await crm.users.find(id))!)
    })
    beforeEach(() => {
      plugin.authorize = () => true
      plugin.scope = () => undefined
    })

    it('becomes a contact, an account and a deal, with what is known of it', async () => {
      const id = await vera.create('Lead', lea)
      const { contactId, accountId, dealId } = await vera.convertLead(id, { createAccount: true, createDeal: true })
      const contact = await vera.find('Contact', contactId)
      const owner = contact.values['assignedUser']
      expect(contact.values).to.include({
        firstName: 'Lea',
        lastName: 'Dvořáková',
        email: 'lea@dvorak.example',
        city: 'Brno',
        title: 'Owner',
        account: accountId
      })
      expect((await vera.find('Account', accountId!)).values).to.include({
        name: 'Dvořák s.r.o.',
        city: 'Brno',
        assignedUser: owner
      })
      expect((await vera.find('Deal', dealId!)).values).to.include({
        name: 'Dvořák s.r.o.',
        account: accountId,
        contact: contactId
      })
      const lead = await vera.find('Lead', id)
      expect(lead.values).to.include({ status: 'Converted', convertedContact: contactId, convertedAccount: accountId })
      expect(lead.values['convertedAt']).to.be.a('string')
      await crm.outbox.deliver()
      expect(events).to.deep.include({ kind: 'lead.converted', id, contactId, accountId })
    })

    it('is converted once only', async () => {
      const id = await vera.create('Lead', lea)
      await vera.convertLead(id, { createAccount: false })
      const count = await vera.count('Contact')
      expect(await answer(() => vera.convertLead(id, { createAccount: false }))).to.equal('409 errors.leadConverted')
      expect(await vera.count('Contact')).to.deep.equal(count)
    })

    it('may join an account that is there, if it may be seen', async () => {
      const account = await vera.create('Account', { name: 'Dvořák' })
      const converted = await vera.convertLead(await vera.create('Lead', lea), {
        createAccount: true,
        accountId: account
      })
      expect((await vera.find('Contact', converted.contactId)).values).to.include({ account })
      plugin.scope = (module) => (module === 'Account' ? { sql: '1 = 0', bindings: [] } : undefined)
      const id = await vera.create('Lead', lea)
      expect(await answer(() => vera.convertLead(id, { createAccount: true, accountId: account }))).to.equal(
        '404 errors.notFound'
      )
    })

    it('stays a lead, and nothing is written, without the right to create what it would become', async () => {
      const id = await vera.create('Lead', lea)
      const counts = async (): Promise<unknown> =>
        Promise.all(['Contact', 'Account', 'Deal'].map((module) => vera.count(module)))
      const before = await counts()
      plugin.authorize = (module, action) => !(module === 'Account' && action === 'create')
      expect(await answer(() => vera.convertLead(id, { createAccount: true }))).to.equal('403 errors.forbidden')
      expect(await counts()).to.deep.equal(before)
      expect((await vera.find('Lead', id)).values).to.include({ status: 'New' })
    })
  })
})
