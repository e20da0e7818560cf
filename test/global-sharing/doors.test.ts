/** Every door of the CRM under Private, and the same doors with global sharing switched off (S09). */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { emptyModel, type Model } from '../../src/global-sharing/model.js'
import type { Records } from '../../src/host/embedded/crm.js'
import { HostRefused } from '../../src/host/host.js'
import { PorticoError } from '../../src/errors.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { hire, listed, offeredOwners, staffAs } from './crm-staff.js'

const all = { view: true, create: true, edit: true, delete: true }
/** Two of the same role: neither sees what the other has. */
const model: Model = {
  ...emptyModel,
  profiles: {
    all: { name: 'All', viewAll: false, editAll: false, modules: { '*': all } }
  },
  roles: { sellers: { name: 'Sellers', parent: null, profiles: ['all'] } },
  people: { mia: 'sellers', noah: 'sellers' }
}

eachDatabase((open, engine) => {
  describe('S09 a case of a colleague under Private', () => {
    let app: TestApp
    let visitor: Visitor
    let mia: Records

    before(async () => {
      app = await openApp(open, { world: 'people' })
      const { crm } = app.embedded
      for (const id of ['mia', 'noah', 'outsider']) await hire(app, id)
      const add = (module: string, id: string, owner: string, values: object = {}) =>
        crm.store.by({ kind: 'staff', id: 'irena' }).create(module, { assignedUser: owner, ...values }, { id })
      await add('Account', 'mine', 'mia', { name: 'Mine Ltd' })
      await add('Account', 'theirs', 'noah', { name: 'Theirs Ltd' })
      await add('Case', 'my-case', 'mia', { subject: 'Door mine', account: 'theirs' })
      await add('Case', 'his-case', 'noah', { subject: 'Door his', account: 'mine' })
      await add('Contact', 'his-contact', 'noah', { firstName: 'Hugo', lastName: 'Hidden', account: 'mine' })
      for (const id of ['my-removed', 'his-removed']) {
        await add('Case', id, id.startsWith('my') ? 'mia' : 'noah', { subject: `Door ${id}` })
        await crm.store.system.remove('Case', id)
      }
      await add('Lead', 'his-lead', 'noah', { lastName: 'Hidden', company: 'Door' })
      await add('Lead', 'my-lead', 'mia', { lastName: 'Shown', company: 'Door' })
      for (const id of ['my-case', 'his-case']) await noteOn(id)
      await crm.settings.saveSwitches({ 'global-sharing': true })
      await setModel(app, () => model)
      mia = crm.store.as((await crm.users.find('mia'))!)
      if (engine === 'sqlite') visitor = await staffAs(app, 'mia')
    })
    after(() => app.close())

    const noteOn = (id: string): Promise<string> =>
      app.embedded.crm.feed.post(
        { module: 'Case', recordId: id, text: `Note on ${id}`, internal: false, files: [] },
        { kind: 'staff', id: 'irena' }
      )

    /** The same door with global sharing on and off, which says that it is this that narrows. */
    const onAndOff = async <T>(door: () => Promise<T>): Promise<{ on: T; off: T }> => {
      const on = await door()
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': false })
      try {
        return { on, off: await door() }
      } finally {
        await app.embedded.crm.settings.saveSwitches({ 'global-sharing': true })
      }
    }

    /** What it ends with: nothing, or why it was refused. */
    const outcome = async (work: () => Promise<unknown>): Promise<string> => {
      try {
        await work()
        return 'done'
      } catch (error) {
        if (error instanceof HostRefused) return Object.keys(error.fields).join()
        if (error instanceof PorticoError) return String(error.status)
        throw error
      }
    }

    const ids = (records: readonly { id: string }[]): string[] => records.map(({ id }) => id).sort()

    it('S09 is in no list, search, count, filter or related list', async () => {
      const search = { search: 'Door' }
      const doors = await onAndOff(async () => ({
        list: ids((await mia.list('Case', search)).records),
        count: (await mia.count('Case', search)).count,
        search: (await mia.search('Door his', 5)).length,
        related: ids((await mia.related('Account', 'mine', 'cases')).records),
        byFilter: (await mia.list('Case', { filter: [{ field: 'subject', operator: '=', value: 'Door his' }] })).records
          .length
      }))
      expect(doors).to.deep.equal({
        on: { list: ['my-case'], count: 1, search: 0, related: [], byFilter: 0 },
        off: { list: ['his-case', 'my-case'], count: 2, search: 1, related: ['his-case'], byFilter: 1 }
      })
    })

    it('S09 is not found, changed, removed or spoken about, and leaves no title behind', async () => {
      const doors = await onAndOff(async () => ({
        find: await outcome(() => mia.find('Case', 'his-case')),
        feed: await outcome(() => mia.feed('Case', 'his-case')),
        post: await outcome(() => mia.post('Case', 'his-case', { text: 'x', internal: true, files: [] })),
        change: await outcome(() => mia.change('Case', 'his-case', { subject: 'Door his' })),
        title: (await mia.find('Case', 'my-case')).titles.account
      }))
      expect(doors.on).to.deep.equal({ find: '404', feed: '404', post: '404', change: '404', title: undefined })
      expect(doors.off).to.deep.equal({ find: 'done', feed: 'done', post: 'done', change: 'done', title: 'Theirs Ltd' })
      expect(await outcome(() => mia.remove('Case', 'his-case'))).to.equal('404')
    })

    it('S09 is not in the stream of what happened', async () => {
      const doors = await onAndOff(async () =>
        ids((await mia.stream(['Case'], 50)).map((one) => ({ id: one.recordId })))
      )
      expect(new Set(doors.on)).to.deep.equal(new Set(['my-case']))
      expect(doors.off).to.include('his-case')
    })

    it('S09 is linked to nothing, from neither end', async () => {
      const doors = await onAndOff(async () => ({
        reference: await outcome(() => mia.change('Case', 'my-case', { contact: 'his-contact' })),
        link: await outcome(() => mia.link('Case', 'my-case', 'contacts', 'his-contact')),
        fromTheOther: await outcome(() => mia.link('Contact', 'his-contact', 'involvedCases', 'my-case')),
        reverse: await outcome(() => mia.link('Account', 'mine', 'cases', 'his-case')),
        unlink: await outcome(() => mia.unlink('Case', 'my-case', 'contacts', 'his-contact'))
      }))
      expect(doors.on).to.deep.equal({
        reference: 'contact',
        link: 'contacts',
        fromTheOther: '404',
        reverse: 'cases',
        unlink: 'contacts'
      })
      expect(doors.off).to.include({ reference: 'done', link: 'done', fromTheOther: 'done', reverse: 'done' })
    })

    it('S09 lies in nobody else’s recycle bin, and he does not bring it back', async () => {
      const doors = await onAndOff(async () => ids((await mia.recycleBin('Case')).records.map(({ record }) => record)))
      expect(doors.on).to.deep.equal(['my-removed'])
      expect(doors.off).to.include.members(['his-removed', 'my-removed'])
      expect(await outcome(() => mia.restore('Case', 'his-removed'))).to.equal('404')
      expect(await outcome(() => mia.restore('Case', 'my-removed'))).to.equal('done')
    })

    it('S09 as a lead becomes no contact', async () => {
      expect(await outcome(() => mia.convertLead('his-lead', { createAccount: false }))).to.equal('404')
      expect(await outcome(() => mia.convertLead('my-lead', { createAccount: false, accountId: 'theirs' }))).to.equal(
        '404'
      )
      expect(await outcome(() => mia.convertLead('my-lead', { createAccount: false, accountId: 'mine' }))).to.equal(
        'done'
      )
    })

    it('S07 goes to colleagues of the role, and to nobody else', async () => {
      const offered = await mia.owners('Case')
      expect([...offered!.people].sort()).to.deep.equal(['mia', 'noah'])
      const doors = await onAndOff(() => outcome(() => mia.change('Case', 'my-case', { assignedUser: 'outsider' })))
      expect(doors).to.deep.equal({ on: 'assignedUser', off: 'done' })
      await app.embedded.crm.store.system.change('Case', 'my-case', { assignedUser: 'mia' })
    })

    it('S04 A05 a line item goes only into a paper that may be edited, and out of one, and is changed and deleted with it', async () => {
      await setModel(app, (now) => ({ ...now, defaults: { Invoice: { level: 'public-read' } } }))
      const by = app.embedded.crm.store.by({ kind: 'staff', id: 'irena' })
      for (const [id, owner] of Object.entries({ 'his-paper': 'noah', 'my-paper': 'mia', 'other-paper': 'mia' })) {
        await by.create('Invoice', { subject: id, assignedUser: owner }, { id })
        await by.create('InvoiceItem', { invoice: id, description: id, unitPrice: 10 }, { id: `${id}-item` })
      }
      const item = { description: 'Forged', unitPrice: 666 }
      const doors = await onAndOff(async () => ({
        create: await outcome(() => mia.create('InvoiceItem', { ...item, invoice: 'his-paper' })),
        moveIn: await outcome(() => mia.change('InvoiceItem', 'my-paper-item', { invoice: 'his-paper' })),
        moveOut: await outcome(() => mia.change('InvoiceItem', 'his-paper-item', { invoice: 'my-paper' })),
        linkIn: await outcome(() => mia.link('Invoice', 'his-paper', 'items', 'other-paper-item')),
        linkOut: await outcome(() => mia.link('Invoice', 'my-paper', 'items', 'his-paper-item')),
        change: await outcome(() => mia.change('InvoiceItem', 'his-paper-item', { unitPrice: 11 })),
        remove: await outcome(() => mia.remove('InvoiceItem', 'his-paper-item')),
        amount: Number((await mia.find('Invoice', 'his-paper')).values['amount'])
      }))
      const refused = { moveOut: '403', linkIn: '403', linkOut: '403', change: '403', remove: '403' }
      expect(doors.on).to.deep.equal({ create: 'invoice', moveIn: 'invoice', ...refused, amount: 10 })
      const { amount: _, ...allowed } = doors.off
      expect(new Set(Object.values(allowed))).to.deep.equal(new Set(['done']))
      const own = await mia.create('InvoiceItem', { ...item, invoice: 'other-paper' })
      await mia.change('InvoiceItem', own, { invoice: 'my-paper', unitPrice: 12 })
      expect((await mia.find('InvoiceItem', own)).values).to.include({ invoice: 'my-paper', unitPrice: 12 })
      await mia.remove('InvoiceItem', own)
      await setModel(app, () => model)
    })

    if (engine === 'mysql')
      it('S09 A28 is not changed, removed or converted by who had it when he asked, once it is given away', async () => {
        const { crm, db } = app.embedded
        const by = crm.store.by({ kind: 'staff', id: 'irena' })
        const acts = {
          change: (id: string) => mia.change('Lead', id, { company: 'Hers' }),
          remove: (id: string) => mia.remove('Lead', id),
          convertLead: (id: string) => mia.convertLead(id, { createAccount: false })
        }
        for (const owner of ['noah', 'mia']) {
          for (const [name, act] of Object.entries(acts)) {
            const id = await by.create('Lead', { lastName: 'Given', assignedUser: 'mia' })
            const giving = await db.transaction()
            await giving('crm_lead').where({ id }).update({ assigned_user_id: owner })
            const done = outcome(() => act(id))
            await delay(200)
            await giving.commit()
            expect(await done, name).to.equal(owner === 'noah' ? '404' : 'done')
          }
        }
      })

    if (engine === 'sqlite')
      it('S09 as a product stays on a line item that has it, and is an error at the field of another one', async () => {
        const by = app.embedded.crm.store.by({ kind: 'staff', id: 'irena' })
        await by.create(
          'Product',
          { name: 'His product', unitPrice: 4242, assignedUser: 'noah' },
          { id: 'his-product' }
        )
        await by.create('Product', { name: 'My product', unitPrice: 10, assignedUser: 'mia' }, { id: 'my-product' })
        await by.create('Quote', { subject: 'Mine', assignedUser: 'mia' }, { id: 'my-quote' })
        await by.create(
          'QuoteItem',
          { quote: 'my-quote', product: 'his-product', description: 'Part', unitPrice: 7 },
          { id: 'my-item' }
        )
        await visitor.open('/crm/Quote/my-quote/edit')
        await visitor.submit('/crm/Quote/my-quote', { subject: 'Changed' })
        expect(visitor.path).to.equal('/crm/Quote/my-quote')
        visitor.is(200).sees('Changed').doesNotSee('His product')
        const { values } = await app.embedded.crm.store.system.find('QuoteItem', 'my-item')
        expect(values).to.include({ product: 'his-product', unitPrice: 7 })
        for (const product of ['his-product', 'no-such-product']) {
          await visitor.open('/crm/Quote/new')
          const typed = { 'items.0.product': product, 'items.0.description': 'Typed words', 'items.0.quantity': '2' }
          await visitor.submit('/crm/Quote', { subject: `With ${product}`, ...typed })
          visitor.is(422).doesNotSee('His product', '4242')
          const told = visitor.page('[name="items.0.product"]').attr('aria-describedby')
          expect(visitor.page(`[id="${told}"]`).text()).to.include('choose a record that you can see')
          expect(visitor.page('input[name=subject]').attr('value')).to.equal(`With ${product}`)
          expect(visitor.response.text).to.include('Typed words')
          const again = visitor.page('form.form').attr('action')!
          await visitor.submit(again, { 'items.0.product': 'my-product' })
          visitor.is(200).sees('Typed words', 'My product')
          expect((await mia.list('Quote', { search: `With ${product}` })).records).to.have.length(1)
        }
      })

    if (engine === 'sqlite')
      it('S09 S07 and so it is on the pages', async () => {
        await noteOn('his-case')
        const doors = await onAndOff(async () => ({
          list: (await listed(visitor, '/crm/Case?q=Door')).sort(),
          counted: visitor.text.includes('1 record'),
          record: (await visitor.peek('/crm/Case/his-case')).status,
          edit: (await visitor.peek('/crm/Case/his-case/edit')).status,
          removal: (await visitor.peek('/crm/Case/his-case/removal')).status,
          links: (await visitor.peek('/crm/Case/his-case/links/contacts')).status,
          file: (await visitor.peek('/crm/Case/his-case/notes/none')).status,
          search: (await visitor.open('/crm/search?q=Door')).response.text.includes('Door his'),
          home: (await visitor.open('/crm/')).response.text.includes('Note on his-case'),
          related: (await visitor.open('/crm/Account/mine')).response.text.includes('Door his'),
          bin: (await visitor.open('/crm/recycle-bin?module=Case')).response.text.includes('his-removed'),
          owners: (await offeredOwners(visitor, '/crm/Case/new')).includes('outsider')
        }))
        const none = { record: 404, edit: 404, removal: 404, links: 404, file: 404 }
        const nowhere = { search: false, home: false, related: false, bin: false, owners: false }
        expect(doors.on).to.deep.equal({ list: ['Door mine', 'Door my-removed'], counted: false, ...none, ...nowhere })
        expect(doors.off).to.deep.include({ record: 200, edit: 200, removal: 200, links: 200 })
        expect(doors.off).to.deep.include({ search: true, home: true, related: true, bin: true, owners: true })
        expect(doors.off.list).to.include('Door his')
      })
  })
})
