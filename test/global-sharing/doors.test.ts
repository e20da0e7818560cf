/** Every door of the CRM under Private, and the same doors with global sharing switched off (S09). */
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
      for (const id of ['my-case', 'his-case'])
        await crm.feed.post(
          { module: 'Case', recordId: id, text: `Note on ${id}`, internal: false, files: [] },
          { kind: 'staff', id: 'irena' }
        )
      await crm.settings.saveSwitches({ 'global-sharing': true })
      await setModel(app, () => model)
      mia = crm.store.as((await crm.users.find('mia'))!)
      if (engine === 'sqlite') visitor = await staffAs(app, 'mia')
    })
    after(() => app.close())

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

    if (engine === 'sqlite')
      it('S09 S07 and so it is on the pages', async () => {
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
