import { expect } from 'chai'
import { configuration, releaseOf } from '../../src/portal/configuration.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, releasePath, staffAt, theUserType } from './people.js'

eachDatabase((open) => {
  describe('what an administrator releases', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor
    let bjorn: Visitor

    beforeEach(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
      bjorn = await customerAt(test, 'bjorn')
    })

    afterEach(() => test.close())

    const releaseOfCases = async () => releaseOf(await theUserType(test), 'Case')!
    /** Fills in the first condition; the value as an input that fits the field. */
    const condition = async (field: string, rest: Record<string, string>): Promise<void> => {
      await irena.send('Show fitting inputs', { 'criteria.0.field': field })
      const named = Object.entries(rest).map(([part, value]): [string, string] => [`criteria.0.${part}`, value])
      await irena.send('Save', Object.fromEntries<string>(named))
    }

    it('Z05 a module is not there until it is released, and is for the next request after', async () => {
      expect((await bjorn.peek(`${door}/deal`)).status).to.equal(404)
      await irena.open(await releasePath(test, 'Deal'))
      await irena.send('Release the module', { path: 'contact', visible: ['name', 'stage'] })
      irena.is(200).sees('Saved.', 'Deals')
      expect((await bjorn.peek(`${door}/deal`)).status).to.equal(200)
      await irena.follow('Take back Deals')
      await irena.send('Yes, take back')
      irena.is(200).sees('Taken back: Deals.')
      expect((await bjorn.peek(`${door}/deal`)).status).to.equal(404)
    })

    it('Z05 a module goes only after a page that says what goes with it; somebody else’s change is asked about again', async () => {
      const { id } = await theUserType(test)
      await irena.open(`${admin}/user-types/${id}`)
      await irena.follow('Take back Cases')
      irena.is(200).sees('Take back Cases?', 'Rights', 'Fields', 'People with this user type')
      expect(await releaseOfCases(), 'looking takes nothing back').not.to.equal(undefined)
      await test.embedded.db('portico_user_types').where({ id }).increment('revision', 1)
      await test.embedded.db('portico_configuration').increment('version', 1)
      await irena.send('Yes, take back')
      irena.is(409).sees('Take back Cases?')
      expect(await releaseOfCases()).not.to.equal(undefined)
      await irena.send('Yes, take back')
      irena.is(200).sees('Taken back: Cases.')
      expect(await releaseOfCases()).to.equal(undefined)
      await irena
        .peek(`${admin}/user-types/${id}/modules/Case/removal`)
        .then(({ status }) => expect(status).to.equal(404))
    })

    it('Z05 the own record can’t be taken back', async () => {
      const userType = await theUserType(test)
      await irena.open(`${admin}/user-types/${userType.id}`)
      irena.is(200).doesNotSee('Take back Contacts')
      const refused = await irena.forge(`${await releasePath(test, 'Contact')}/removal`, {
        revision: String(userType.revision)
      })
      expect(refused.status).to.equal(409)
      expect((await bjorn.peek(`${door}/contact/bjorn`)).status).to.equal(200)
    })

    it('Z12 which link counts can be changed, and works at once for people who have access', async () => {
      const emilys = `${door}/case/emilys-case`
      await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ id: 'emilys-case', contact_id: 'emily' })
      expect((await bjorn.peek(emilys)).status).to.equal(200)
      await irena.open(await releasePath(test, 'Case'))
      const offered = irena
        .page('select[name=path] option')
        .toArray()
        .map((one) => irena.page(one).attr('value'))
      expect(offered).to.include.members(['contact', 'contacts', 'account.contacts'])
      await irena.send('Save', { path: 'contact' })
      irena.is(200)
      expect((await bjorn.peek(emilys)).status).to.equal(404)
      const emily = await customerAt(test, 'emily')
      expect((await emily.peek(emilys)).status).to.equal(200)
    })

    it('Z07 link and criteria together show what either of them shows', async () => {
      const foreign = `${door}/case/annas-heating-case`
      expect((await bjorn.peek(foreign)).status).to.equal(404)
      await irena.open(await releasePath(test, 'Case'))
      await condition('priority', { operator: '=', value: 'Urgent' })
      irena.is(200).sees('Also all records that meet the criteria, whoever they belong to.')
      expect((await bjorn.peek(foreign)).status).to.equal(200)
      expect((await bjorn.peek(`${door}/case/bjorns-case`)).status).to.equal(200)
      expect((await bjorn.peek(`${door}/case/jonas-valve-case`)).status).to.equal(404)
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Remove condition 1')
      irena.is(200).sees('Nothing is saved yet')
      expect((await bjorn.peek(foreign)).status).to.equal(200)
      await irena.send('Save')
      expect((await bjorn.peek(foreign)).status).to.equal(404)
    })

    it('Z07 match by field compares with the own record, and with nothing while that is empty', async () => {
      await irena.open(await releasePath(test, 'Account'))
      await irena.send('Show fitting inputs', { path: '' })
      await condition('name', { operator: 'contains', primary: 'title' })
      irena.is(200)
      await test.embedded.db('crm_contact').where({ id: 'bjorn' }).update({ title: 'nordwind' })
      await bjorn.open(`${door}/account`)
      bjorn.sees('Nordwind Heizung GmbH').doesNotSee('Teplo Morava')
      for (const empty of ['', null]) {
        await test.embedded.db('crm_contact').where({ id: 'bjorn' }).update({ title: empty })
        await bjorn.open(`${door}/account`)
        bjorn.is(200).sees('0 records').doesNotSee('Nordwind')
      }
    })

    it('Z07 a criterion without meaning is refused with the reason', async () => {
      await irena.open(await releasePath(test, 'Case'))
      await condition('subject', { operator: '<', value: 'x' })
      irena.is(422).sees('“Subject” can’t be compared in this way.')
      expect(irena.page('#criteria-0 .field__error').text()).to.include('Subject')
      expect(irena.page('[name="criteria.0.field"] option[selected]').attr('value')).to.equal('subject')
      expect(irena.page('[name="criteria.0.value"]').attr('value')).to.equal('x')
      expect((await releaseOfCases()).criteria).to.equal(undefined)
    })

    it('Z08 a module is offered as public only while its organization-wide default is public', async () => {
      await irena.open(await releasePath(test, 'Product'))
      expect(irena.page('input[name=kind][type=radio]')).to.have.length(2)
      await irena.open(await releasePath(test, 'Deal'))
      expect(irena.page('input[name=kind]').attr('type')).to.equal('hidden')
      const { revision } = await theUserType(test)
      const refused = await irena.forge(await releasePath(test, 'Deal'), {
        revision: String(revision),
        kind: 'public',
        visible: 'name'
      })
      expect(refused.status).to.equal(422)
      expect((await bjorn.peek(`${door}/deal`)).status).to.equal(404)
    })

    it('Z08 as a related module it is no longer a public one', async () => {
      await irena.open(await releasePath(test, 'Product'))
      const path = irena
        .page('select[name=path] option')
        .toArray()
        .map((one) => irena.page(one).attr('value')!)
        .find((value) => value !== '')!
      await irena.send('Save', { kind: 'related', path })
      irena.is(200)
      expect(releaseOf(await theUserType(test), 'Product')).to.include({ kind: 'related' })
      expect((await theUserType(test)).releases.filter(({ module }) => module === 'Product')).to.have.length(1)
    })

    it('Z11 the right to create is refused while a mandatory field would stay empty, and the reason names it', async () => {
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', {
        readOnly: ['subject', 'number', 'status', 'resolution', 'createdAt', 'account']
      })
      irena.is(422).sees('The right to create can’t be given: Subject is mandatory')
      expect((await releaseOfCases()).fields.get('subject')).to.equal('editable')
      await irena.send('Save', { right: [] })
      irena.is(200)
      expect((await bjorn.peek(`${door}/case/new`)).status).to.equal(403)
    })

    it('Z11 a field that is taken back is gone from lists, records and forms at once', async () => {
      await bjorn.open(`${door}/case/bjorns-case`)
      bjorn.sees('drips at the flange')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { visible: ['number', 'subject', 'status', 'createdAt'] })
      irena.is(200)
      for (const path of ['case/bjorns-case', 'case', 'case/new']) {
        await bjorn.open(`${door}/${path}`)
        bjorn.is(200).doesNotSee('drips at the flange', 'Priority', 'name="description"')
      }
      expect((await bjorn.peek(`${door}/case?filter.priority=High`)).status).to.equal(422)
    })

    it('Z11 line items are shared with fields of their own, and are changed with their quote', async () => {
      const quote = await releasePath(test, 'Quote')
      const items = await releasePath(test, 'QuoteItem')
      await irena.open(quote)
      await irena.send('Save', { right: ['editShared'] })
      irena.is(200)
      await irena.open(items)
      await irena.send('Save', {
        right: ['create', 'edit', 'delete'],
        visible: ['product', 'description', 'quantity', 'unitPrice', 'amount'],
        readOnly: ['amount']
      })
      irena.is(200)
      await bjorn.open(`${door}/quote/bjorns-quote`)
      await bjorn.follow('Change: Quote items')
      await bjorn.send('Add a row')
      await bjorn.send('Save', {
        'QuoteItem.4.description': 'One more flange',
        'QuoteItem.4.quantity': '2',
        'QuoteItem.4.unitPrice': '12.5'
      })
      bjorn.is(200).sees('One more flange')
      expect(bjorn.path).to.equal(`${door}/quote/bjorns-quote?saved=1`)
      const foreign = await bjorn.forge(`${door}/quote/annas-quote`, { 'QuoteItem.1.description': 'Smuggled' })
      expect(foreign.status).to.equal(404)
      expect(await test.embedded.db('crm_quote_item').select('id').where({ description: 'Smuggled' })).to.deep.equal([])
    })

    it('Z11 line items can’t be released where their module isn’t', async () => {
      await irena.open(`${admin}/user-types/${(await theUserType(test)).id}`)
      irena.is(200).doesNotSee('/modules/OrderItem')
      const { revision } = await theUserType(test)
      const refused = await irena.forge(await releasePath(test, 'OrderItem'), {
        revision: String(revision),
        kind: 'part',
        visible: 'quantity'
      })
      expect(refused.status).to.equal(422)
    })

    it('A28 the second of two who save is told, nothing of the first is lost', async () => {
      const frank = await staffAt(test, 'frank')
      await irena.open(await releasePath(test, 'Case'))
      await frank.open(await releasePath(test, 'Case'))
      await irena.send('Save', { notes: 'read' })
      await frank.send('Save', { right: ['create'] })
      frank.is(409)
      expect((await releaseOfCases()).notes).to.equal('read')
      expect(frank.page('input[name=right][checked]').attr('value')).to.equal('create')
    })

    it('A28 he sees what the first has changed before saving again overwrites it; other modules are left alone', async () => {
      const frank = await staffAt(test, 'frank')
      await frank.open(await releasePath(test, 'Case'))
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { notes: 'read', right: ['delete'] })
      await frank.send('Save', { right: ['create'], notes: 'write' })
      frank.is(409).sees('Saving again overwrites', 'Release changed by Irena Malá', 'Delete')
      await irena.open(await releasePath(test, 'Deal'))
      await irena.send('Release the module', { path: 'contact', visible: ['name'] })
      await frank.send('Save', {})
      frank.is(409).sees('Your changes of Cases overwrite nothing').doesNotSee('Release changed by Irena Malá')
      await frank.send('Save', {})
      frank.is(200)
      expect([...(await releaseOfCases()).rights]).to.deep.equal(['create'])
      expect(releaseOf(await theUserType(test), 'Deal')?.fields.has('name')).to.equal(true)
    })

    it('A25 every replica follows: the configuration version is raised with the change, in one transaction', async () => {
      const version = async (): Promise<unknown> => test.embedded.db('portico_configuration').first('version')
      const before = await version()
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { right: ['clone'] })
      irena.is(422)
      expect(await version()).to.deep.equal(before)
      await irena.send('Save', { right: ['create'] })
      irena.is(200).sees('Release changed: Cases by Irena Malá')
      expect(await version()).not.to.deep.equal(before)
    })

    it('A26 a damaged row shows nothing, and the others stay', async () => {
      const id = (await releaseOfCases()).id
      await test.embedded
        .db('portico_released_modules')
        .where({ id })
        .update({ path: 'no.such.link', criteria: '{broken', rights: 'everything' })
      await test.embedded.db('portico_configuration').increment('version', 1)
      expect((await configuration(test.embedded.db)).userTypes.size).to.equal(1)
      await bjorn.open(`${door}/case`)
      bjorn.is(200).sees('0 records').doesNotSee('Pump leaks')
      expect((await bjorn.peek(`${door}/case/bjorns-case`)).status).to.equal(404)
      expect((await bjorn.peek(`${door}/quote`)).status).to.equal(200)
      await irena.open(`${admin}/user-types/${(await theUserType(test)).id}`)
      irena.is(200).sees('The CRM no longer has this: Case.no.such.link.')
    })
  })
})
