import { expect } from 'chai'
import { releaseOf } from '../../src/portal/configuration.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, releasePath, staffAt, theUserType } from './people.js'

const look = 'Show what this person would see'
const update = 'Show fitting inputs'

/** A figure of the answer to a look: `now`, `then` or the number of fields. */
function figure(visitor: Visitor, label: string): string {
  const $ = visitor.page
  const term = $('#look dt').filter((_, one) => $(one).text() === label)
  return term.next('dd').text()
}
const now = (visitor: Visitor): string => figure(visitor, 'Records, as it is in force now')
const then = (visitor: Visitor): string => figure(visitor, 'Records, with this form saved')

/** How many records of a module the portal shows its customer. */
async function shown(customer: Visitor, module: string): Promise<string> {
  await customer.open(`${door}/${module}`)
  return /(\d+) records?/.exec(customer.text)?.[1] ?? '0'
}

async function auditLength(test: TestApp): Promise<number> {
  return (await test.embedded.db('portico_audit').select('id')).length
}

eachDatabase((open) => {
  describe('criteria as the documents have them (Z07)', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor
    let bjorn: Visitor

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
      bjorn = await customerAt(test, 'bjorn')
    })

    after(() => test.close())

    it('Z07 match by value: experience of at least six; the count before saving is what the customer then sees', async () => {
      await irena.open(await releasePath(test, 'Deal'))
      await irena.send(update, { path: '', 'criteria.0.field': 'probability' })
      expect(irena.page('[name="criteria.0.value"]').attr('type')).to.equal('number')
      await irena.send('Find people', { 'criteria.0.operator': '≥', 'criteria.0.value': '60', lookFor: 'Larsen' })
      await irena.send(look, { lookAs: 'bjorn' })
      irena.is(200).sees('What Björn Larsen would see', 'Nothing is saved yet')
      const expected = await test.embedded.db('crm_deal').where('probability', '>=', 60).where({ deleted: 0 })
      expect(expected.length).to.be.greaterThan(0)
      expect([now(irena), then(irena)]).to.deep.equal(['0', String(expected.length)])
      expect((await bjorn.peek(`${door}/deal`)).status).to.equal(404)
      await irena.send('Release the module')
      irena.is(200)
      expect(await shown(bjorn, 'deal')).to.equal(String(expected.length))
    })

    it('Z07 match by field: the warehouse’s state contains the mailing state of the contact', async () => {
      const { db } = test.embedded
      await db('crm_vendor').update({ city: 'Brno' })
      const [first] = await db('crm_vendor').where({ deleted: 0 }).orderBy('id').pluck<string[]>('id')
      await db('crm_vendor').where({ id: first }).update({ city: 'Freie und Hansestadt Hamburg' })
      await db('crm_contact').where({ id: 'bjorn' }).update({ city: 'Hamburg' })
      await irena.open(await releasePath(test, 'Vendor'))
      await irena.send(update, { path: '', 'criteria.0.field': 'city' })
      const offered = irena.page('[name="criteria.0.primary"] option').toArray()
      const names = offered.map((one) => irena.page(one).attr('value'))
      expect(names).to.include('city').and.not.to.include.oneOf(['birthday', 'emailOptOut'])
      await irena.send('Find people', { 'criteria.0.operator': 'contains', 'criteria.0.primary': 'city' })
      await irena.send(look, { lookAs: 'bjorn' })
      expect([now(irena), then(irena)]).to.deep.equal(['0', '1'])
      await irena.send('Release the module')
      expect(await shown(bjorn, 'vendor')).to.equal('1')
    })

    it('Z07 groups within groups, joined by and and or', async () => {
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Add a group', { 'criteria.0.field': 'status' })
      await irena.send(update, {
        'criteria.0.operator': '≠',
        'criteria.1.join': 'any',
        'criteria.1.0.field': 'priority'
      })
      await irena.send('Add a condition (2)', { 'criteria.0.value': 'Closed', 'criteria.1.0.value': 'Urgent' })
      await irena.send(update, { 'criteria.1.1.field': 'subject' })
      await irena.send('Find people', { 'criteria.1.1.operator': 'contains', 'criteria.1.1.value': 'valve', path: '' })
      await irena.send(look, { lookAs: 'bjorn' })
      const meant = await test.embedded
        .db('crm_case')
        .where({ deleted: 0, is_internal: 0 })
        .whereNot({ status: 'Closed' })
        .where((any) => any.where({ priority: 'Urgent' }).orWhere('subject', 'like', '%valve%'))
      expect(meant.length).to.be.greaterThan(1)
      expect(then(irena)).to.equal(String(meant.length))
      await irena.send('Save')
      irena.is(200)
      expect(await shown(bjorn, 'case')).to.equal(String(meant.length))
      expect(releaseOf(await theUserType(test), 'Case')?.criteria).to.deep.equal({
        join: 'all',
        of: [
          { field: 'status', operator: '≠', match: { by: 'value', value: 'Closed' } },
          {
            join: 'any',
            of: [
              { field: 'priority', operator: '=', match: { by: 'value', value: 'Urgent' } },
              { field: 'subject', operator: 'contains', match: { by: 'value', value: 'valve' } }
            ]
          }
        ]
      })
    })
  })
})

onSqlite('the page on which a module is released', (open) => {
  let test: TestApp
  let irena: Visitor

  before(async () => {
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
  })

  after(() => test.close())

  it('Z07 groups are built and taken apart without a script; nothing typed is lost and nothing saved', async () => {
    const before = releaseOf(await theUserType(test), 'Case')
    const entries = await auditLength(test)
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Add a group', { notes: 'read', visible: ['subject'], 'criteria.0.field': 'status' })
    await irena.send('Add a group (2)', { 'criteria.1.0.field': 'priority' })
    await irena.send(update, { 'criteria.1.1.0.field': 'createdAt', 'criteria.join': 'any' })
    irena.is(200).doesNotSee('Add a group (2.2)')
    const $ = irena.page
    expect($('[name="criteria.1.1.0.value"]').attr('type')).to.equal('datetime-local')
    expect($('[name="criteria.0.value"]').is('select')).to.equal(true)
    expect($('[name="criteria.join"] [selected]').attr('value')).to.equal('any')
    expect($('[name=notes][checked]').attr('value')).to.equal('read')
    expect(
      $('[name=visible][checked]')
        .map((_, one) => $(one).attr('value'))
        .get()
    ).to.deep.equal(['subject'])
    await irena.send('Remove condition 2.1')
    expect(irena.page('[name="criteria.1.0.0.field"] [selected]').attr('value')).to.equal('createdAt')
    await irena.send('Remove group 2')
    expect(irena.page('[name="criteria.1.join"]')).to.have.length(0)
    expect(releaseOf(await theUserType(test), 'Case')).to.deep.equal(before)
    expect(await auditLength(test)).to.equal(entries)
  })

  it('Z07 an empty group and a value that is none are refused beside the very row', async () => {
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Add a group', { 'criteria.0.field': 'createdAt' })
    await irena.send('Save')
    irena.is(422)
    expect(irena.page('#criteria-0 .field__error').text()).to.include('“Created”')
    expect(irena.page('#criteria-1 > .field__error').text()).to.include('This group is empty')
    expect(irena.page('[name="criteria.0.field"]').attr('aria-invalid')).to.equal('true')
    await irena.send('Remove group 2', { 'criteria.0.value': '2020-01-01T10:00', 'criteria.0.operator': '≥' })
    await irena.send('Save')
    irena.is(200).sees('Saved.')
    const stored = releaseOf(await theUserType(test), 'Case')?.criteria
    expect(stored?.of).to.deep.equal([
      { field: 'createdAt', operator: '≥', match: { by: 'value', value: '2020-01-01 09:00:00' } }
    ])
    await irena.open(await releasePath(test, 'Case'))
    expect(irena.page('[name="criteria.0.value"]').attr('value')).to.equal('2020-01-01T10:00')
    await irena.send('Remove condition 1')
    await irena.send('Save')
    expect(releaseOf(await theUserType(test), 'Case')?.criteria).to.equal(undefined)
  })

  it('Z12 any path can be typed; one that breaks says where, and which links there are', async () => {
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Save', { otherPath: 'Case.account.kontakte' })
    irena.is(422).sees('The path breaks at “kontakte”: Account has no link of this name.', 'contacts')
    expect(irena.page('[name=otherPath]').attr('aria-invalid')).to.equal('true')
    await irena.send('Save', { otherPath: 'account.contacts.account.contacts.account.contacts.account' })
    irena.is(422).sees('at most 6 links')
    await irena.send('Save', { otherPath: 'account' })
    irena.is(422).sees('The path ends at Account, not at Contact.')
    await irena.send('Save', { otherPath: 'Case.contact.account.cases.contact' })
    irena.is(200)
    expect(releaseOf(await theUserType(test), 'Case')?.path).to.deep.equal(['contact', 'account', 'cases', 'contact'])
    await irena.open(await releasePath(test, 'Case'))
    expect(irena.page('[name=otherPath]').attr('value')).to.equal('Case.contact.account.cases.contact')
    await irena.send('Save', { otherPath: '', path: 'account.contacts' })
    irena.is(200)
  })

  it('Z07 a record that the CRM does not show to who looks is one without words', async () => {
    const { host } = test.embedded
    const { allows } = host
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Find people')
    await irena.send(look, { lookAs: 'bjorn' })
    irena.sees('Pump leaks').doesNotSee('A record that the CRM doesn’t show you.')
    host.allows = async (...asked) => asked[2] !== 'Case' && allows(...asked)
    await irena.send(look)
    irena.sees('A record that the CRM doesn’t show you.').doesNotSee('Pump leaks')
    host.allows = async (...asked) => asked[3] !== 'bjorn' && allows(...asked)
    await irena.send(look)
    irena.is(200).sees('Please find and choose somebody first.').doesNotSee('Björn Larsen')
    host.allows = allows
  })

  it('Z07 what can’t be saved can’t be looked through either', async () => {
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Find people')
    await irena.send(look, { lookAs: 'bjorn', visible: [] })
    irena.is(200).sees('Please make at least one field visible.', 'Please mend the marked places first.')
    expect(then(irena)).to.equal('')
  })

  it('Z08 X05 a module that is shown whole says so in numbers', async () => {
    await irena.open(await releasePath(test, 'Product'))
    const products = await test.embedded.db('crm_product').where({ deleted: 0 })
    irena.sees(`Everybody of this user type sees, whoever he is: Products, number of records: ${products.length}`)
    await irena.open(await releasePath(test, 'Case'))
    irena.doesNotSee('Everybody of this user type sees')
  })

  it('Z08 a product’s price shows only if its field is released', async () => {
    const bjorn = await customerAt(test, 'bjorn')
    for (const visible of [['name'], ['name', 'unitPrice']]) {
      await irena.open(await releasePath(test, 'Product'))
      await irena.send('Save', { visible })
      irena.is(200)
      await bjorn.open(`${door}/product`)
      bjorn.is(200).sees('CP 80')
      expect(bjorn.text.includes('Unit price'), visible.join()).to.equal(visible.includes('unitPrice'))
    }
  })

  it('A05 Z07 who compares with a field of the own record is told that it can’t be written any more', async () => {
    await irena.open(await releasePath(test, 'Contact'))
    await irena.send('Save', { right: ['edit'], visible: ['name', 'phone'], readOnly: ['name'] })
    irena.is(200)
    await irena.open(await releasePath(test, 'Account'))
    irena.doesNotSee('they would decide', 'it would decide')
    await irena.send(update, { 'criteria.0.field': 'phone' })
    await irena.send(update, { 'criteria.0.primary': 'phone' })
    irena.sees('“Phone” of the own record is released for writing, but')
  })

  it('Z10 Z05 cards instead of a list, and forms in steps, are chosen for each module', async () => {
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Save', { view: 'canvas', inSteps: 'true' })
    expect(releaseOf(await theUserType(test), 'Case')).to.include({ view: 'canvas', inSteps: true })
    await irena.open(await releasePath(test, 'Case'))
    await irena.send('Save', { view: 'list', inSteps: [] })
    expect(releaseOf(await theUserType(test), 'Case')).to.include({ view: 'list', inSteps: false })
  })

  it('A28 who only builds on, or mends a mistake, goes on from what he saw, so the second of two is told all the same', async () => {
    const frank = await staffAt(test, 'frank')
    await irena.open(await releasePath(test, 'Case'))
    await frank.open(await releasePath(test, 'Case'))
    await irena.send('Save', { notes: 'none' })
    await frank.send('Add a condition', { notes: 'write' })
    await frank.send('Save', { visible: [] })
    frank.is(422)
    await frank.send('Save', { visible: ['subject'] })
    frank.is(409)
    expect(frank.page('[name=notes][checked]').attr('value')).to.equal('write')
    expect(releaseOf(await theUserType(test), 'Case')?.notes).to.equal('none')
  })

  it('A14 inputs that the form does not have are refused', async () => {
    const path = await releasePath(test, 'Case')
    await irena.open(path)
    const revision = String((await theUserType(test)).revision)
    const sound = { revision, kind: 'related', path: 'contact', visible: ['subject'], readOnly: ['subject'] }
    const unknown: Record<string, string>[] = [
      { 'criteria.0.0.0.0.field': 'subject' },
      { 'criteria.0.sql': '1' },
      { 'visible.no-layout': 'subject' },
      { _do: 'remove:0;drop' },
      { owner: 'x' }
    ]
    for (const strange of unknown)
      expect((await irena.forge(path, { ...sound, ...strange })).status, JSON.stringify(strange)).to.equal(400)
    expect((await irena.forge(path, sound)).status).to.equal(303)
  })

  it('Z11 Z05 fields are released for each layout, and a record has those of its own', async () => {
    await layoutFor(test, ['Urgent'])
    const bjorn = await customerAt(test, 'bjorn')
    await irena.open(await releasePath(test, 'Case'))
    irena.sees('Emergencies', 'for records whose “Priority” is Urgent')
    expect(
      irena
        .page('[name="visible.emergencies"]')
        .map((_, one) => irena.page(one).attr('value'))
        .get()
    ).to.deep.equal(['number', 'subject', 'priority'])
    await irena.send('Save', { right: ['create'], layout: ['emergencies'], 'visible.emergencies': ['number'] })
    irena.is(422).sees('in the layout “Emergencies”', 'Subject')
    await irena.send('Save', { right: [], visible: ['subject', 'description'] })
    irena.is(200)
    const release = releaseOf(await theUserType(test), 'Case')
    expect([...release!.layouts[0]!.fields]).to.deep.equal([['number', 'readOnly']])
    await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ priority: 'Urgent' })
    await bjorn.open(`${door}/case/bjorns-case`)
    bjorn.is(200).doesNotSee('drips at the flange')
    await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ priority: 'High' })
    await bjorn.open(`${door}/case/bjorns-case`)
    bjorn.is(200).sees('drips at the flange')
  })

  it('Z11 a layout that is gone is named, and dropped by saving anew', async () => {
    await test.embedded.db('portico_layouts').delete()
    await test.embedded.db('portico_configuration').increment('version', 1)
    await irena.open(await releasePath(test, 'Case'))
    irena.sees('The portal no longer has a layout in which fields were released.')
    await irena.send('Save')
    irena.is(200)
    expect(releaseOf(await theUserType(test), 'Case')?.layouts).to.deep.equal([])
    await irena.open(await releasePath(test, 'Case'))
    irena.doesNotSee('The portal no longer has a layout')
  })
})

/** A layout of the portal for cases of these priorities. */
async function layoutFor({ embedded: { db } }: TestApp, priorities: readonly string[]): Promise<void> {
  const sections = [{ label: '', fields: ['subject', 'priority', 'number'] }]
  await db('portico_layout_sets').insert({ id: 'set', name: 'Set', revision: 1, created_at: '2026-01-01 00:00:00' })
  await db('portico_layouts').insert({
    id: 'emergencies',
    set_id: 'set',
    module: 'Case',
    kind: 'detail',
    name: 'Emergencies',
    sections: JSON.stringify(sections),
    for_field: 'priority',
    for_values: JSON.stringify(priorities),
    place: 1
  })
  await db('portico_portals').update({ layout_set_id: 'set' })
  await db('portico_configuration').increment('version', 1)
}
