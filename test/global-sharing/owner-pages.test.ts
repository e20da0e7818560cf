import { expect } from 'chai'
import { emptyModel } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { hire, offeredOwners, staffAs } from './crm-staff.js'

const all = { view: true, create: true, edit: true, delete: true }

onSqlite('owners on the CRM’s pages', (open) => {
  let app: TestApp
  let irena: Visitor
  let mia: Visitor

  before(async () => {
    app = await openApp(open, { world: 'people' })
    const { crm } = app.embedded
    for (const id of ['mia', 'noah', 'gone']) await hire(app, id)
    await crm.users.change('gone', { isActive: false })
    await crm.groups.create('Team A', 'team-a')
    irena = await staffAs(app, 'irena')
    mia = await staffAs(app, 'mia')
  })
  after(() => app.close())

  it('S03 an administrator makes, renames and removes groups; others find no such page', async () => {
    await irena.open('/crm/administration')
    await irena.follow('Skupiny')
    await irena.send('Vytvořit skupinu', { name: 'Noc' })
    await irena.follow('Noc')
    await irena.send('Uložit', { name: 'Den' })
    irena.is(200).sees('Den').doesNotSee('Noc')
    await irena.follow('Den')
    await irena.send('Uložit', { name: 'Team A' })
    expect(irena.is(422).page('.field__error').length).to.equal(1)
    await irena.open('/crm/groups')
    await irena.follow('Den')
    await irena.send('Odebrat skupinu')
    irena.is(200).doesNotSee('Den')
    for (const path of ['/crm/groups', '/crm/groups/team-a']) expect((await mia.peek(path)).status).to.equal(404)
    await mia.open('/crm/')
    expect((await mia.forge('/crm/groups', { name: 'Mine' })).status).to.equal(404)
  })

  it('S03 a group stays while records belong to it, and the page says which', async () => {
    await app.embedded.crm.store.system.create('Lead', { lastName: 'Held', assignedGroup: 'team-a' }, { id: 'held' })
    await irena.open('/crm/groups/team-a')
    irena.sees('Zájemci')
    expect(irena.page('form[action$="/removal"]').length).to.equal(0)
    expect((await irena.forge('/crm/groups/team-a/removal')).status).to.equal(422)
    expect((await app.embedded.crm.groups.list()).length).to.equal(1)
  })

  it('S03 S07 a form offers people who are active and groups, in one choice', async () => {
    const offered = await offeredOwners(mia, '/crm/Lead/new')
    expect(offered).to.include.members(['mia', 'noah', 'Team A (group)']).and.not.include('gone')
    await mia.submit('/crm/Lead', { lastName: 'Shared', assignedUser: 'group:team-a' })
    mia.is(200).sees('Team A')
    await mia.open('/crm/Lead?field=assignedGroup&operator=%3D&value=team%20a')
    mia.sees('Shared', 'Team A').doesNotSee('Hoffmann')
  })

  describe('under Private', () => {
    before(async () => {
      const { crm } = app.embedded
      await crm.settings.saveSwitches({ 'global-sharing': true })
      await setModel(app, () => ({
        ...emptyModel,
        profiles: { all: { name: 'All', viewAll: false, editAll: false, modules: { '*': all } } },
        roles: { sellers: { name: 'Sellers', parent: null, profiles: ['all'] } },
        people: { mia: 'sellers', noah: 'sellers', gone: 'sellers' }
      }))
    })

    it('S07 whoever owns a record stays among the choices, and nobody becomes its owner who was not offered', async () => {
      const { crm } = app.embedded
      await crm.store.system.create('Lead', { lastName: 'Kept', assignedUser: 'mia' }, { id: 'kept' })
      expect(await offeredOwners(mia, '/crm/Lead/kept/edit')).to.deep.equal(['mia', 'noah'])
      await mia.open('/crm/Lead/kept/edit')
      const { version } = await crm.store.system.find('Lead', 'kept')
      const refused = await mia.forge('/crm/Lead/kept', {
        lastName: 'Kept',
        status: 'New',
        assignedUser: 'irena',
        version: String(version)
      })
      expect(refused.status).to.equal(422)
      expect(refused.text).to.include('You cannot assign records to this person or group.')
      expect((await crm.store.system.find('Lead', 'kept')).values.assignedUser).to.equal('mia')
    })

    it('S07 a record that was given away is out of sight, which the list says', async () => {
      await mia.open('/crm/Lead/kept/edit')
      await mia.submit('/crm/Lead/kept', { assignedUser: 'noah' })
      mia.is(200).sees('It belongs to somebody else now')
      expect((await mia.peek('/crm/Lead/kept')).status).to.equal(404)
      const noah = await staffAs(app, 'noah')
      await noah.open('/crm/Lead/kept')
      noah.is(200).sees('Assigned to: mia → noah')
    })

    it('S07 a quote is given away with the line items that were written with it', async () => {
      const { crm } = app.embedded
      await mia.open('/crm/Quote/new')
      await mia.submit('/crm/Quote', {
        subject: 'For Noah',
        assignedUser: 'noah',
        'items.0.description': 'Pump',
        'items.0.quantity': '2',
        'items.0.unitPrice': '10'
      })
      mia.is(200).sees('It belongs to somebody else now')
      const { records } = await crm.store.system.list('Quote', { search: 'For Noah' })
      expect(records.map(({ values }) => [values.assignedUser, values.amount])).to.deep.equal([['noah', 20]])
    })

    it('S01 S07 whoever may create and not edit makes a quote for a colleague, and is offered no line items', async () => {
      const { crm } = app.embedded
      const createOnly = { view: true, create: true, edit: false, delete: false }
      await mia.open('/crm/Quote/new')
      expect(mia.page('[name="items.0.description"]')).to.have.length(1)
      await setModel(app, ({ profiles, ...model }) => ({
        ...model,
        profiles: { all: { ...profiles['all']!, modules: { '*': createOnly } } }
      }))
      await mia.open('/crm/Quote/new')
      expect(mia.page('[name="items.0.description"]')).to.have.length(0)
      const forged = { items: '1', 'items.0.description': 'Pump', 'items.0.quantity': '2' }
      const made = await mia.forge('/crm/Quote', { subject: 'Made for Noah', assignedUser: 'noah', ...forged })
      expect(made.status).to.equal(303)
      const { records } = await crm.store.system.list('Quote', { search: 'Made for Noah' })
      expect(records.map(({ values }) => values.assignedUser)).to.deep.equal(['noah'])
    })
  })
})
