import { expect } from 'chai'
import { configuration, releaseOf, userTypesOf, type UserType } from '../../src/portal/configuration.js'
import { accessesOf } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, staffAt } from './people.js'

const password = 'brass kettle under the elm'

/** The whole way from nothing, in the order in which it is gone. */
onSqlite('the set-up of a new portal', (open) => {
  describe('step by step', function () {
    this.timeout(60_000)
    this.bail(true)
    let test: TestApp
    let irena: Visitor
    let nora: Visitor
    let contact: string

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
      contact = await test.embedded.host.save(
        {
          module: 'Contact',
          values: { firstName: 'Nora', lastName: 'Novak', email: 'nora@nordwind.example', account: 'nordwind' }
        },
        { kind: 'system' }
      )
    })

    after(() => test.close())

    /** The Client Portal of the portal that is made here. */
    const theType = async (): Promise<UserType> => {
      const all = await configuration(test.embedded.db)
      const portal = [...all.portals.values()].find(({ slug }) => slug === 'partners')!
      return userTypesOf(all, portal.id)[0]!
    }
    const typePage = async (): Promise<string> => `${admin}/user-types/${(await theType()).id}`
    const resumed = async (): Promise<string> => {
      await irena.open(`${await typePage()}/set-up`)
      return irena.path.replace(/.*\/user-types\/[^/]+/, '')
    }
    const offered = (selector: string): string[] =>
      irena
        .page(selector)
        .toArray()
        .map((one) => irena.page(one).attr('value')!)

    it('Z04 begins with the portal’s name, and goes on with the modules of Client Portal', async () => {
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'Partners' })
      irena.is(200).sees('What may “Client Portal” see?', 'Their own record')
      expect(irena.path).to.equal(`${await typePage()}/set-up/tabs`)
      expect(await theType()).to.include({ setUp: 'tabs', isBuiltIn: true, primaryModule: 'Contact' })
    })

    it('Z04 until it is finished nobody can be invited to it, and the portal’s page leads on', async () => {
      await irena.open(`${admin}/invitations/new?module=Contact&record=${contact}`)
      expect(irena.page('select[name=userType] option').length).to.equal(1)
      const refused = await irena.forge(`${admin}/invitations`, {
        module: 'Contact',
        record: contact,
        userType: (await theType()).id,
        language: 'en'
      })
      expect(refused.status).to.equal(409)
      expect(refused.text).to.include('The set-up of this user type is not finished.')
      expect(await accessesOf(test.embedded.db, 'Contact', contact)).to.deep.equal([])
      await irena.open(`${admin}/${(await theType()).portalId}`)
      irena.sees('Set-up not finished')
      await irena.follow('Go on Client Portal')
      irena.is(200).sees('What may “Client Portal” see?')
    })

    it('Z04 Z05 offers what is linked with the person, the shortest way first, and line items with their module', async () => {
      const modules = offered('input[name=module]')
      expect(modules).to.include.members(['Account', 'Case', 'Quote', 'QuoteItem', 'Document'])
      expect(modules).not.to.include.members(['Contact'])
      expect(modules).not.to.include('User')
      const row = irena
        .page('select[name=path]')
        .filter((_, one) => /^Case\//.test(irena.page(one).find('option').attr('value')!))
      expect(row.find('option').first().attr('value')).to.equal('Case/contact')
      expect(Buffer.byteLength(irena.response.text)).to.be.below(50_000)
    })

    it('Z08 a module ticked as related and as a whole is refused where it stands, and everything typed stays', async () => {
      await irena.submit(`${await typePage()}/set-up/tabs`, {
        module: ['Case'],
        public: ['Case'],
        right: ['Case/create']
      })
      irena.is(422).sees('Cases is ticked above and as a whole module.')
      expect(irena.page('input[name=module][value=Case]').attr('aria-describedby')).to.equal('wrong-Case')
      expect(irena.page('input[name=right][value="Case/create"]').is('[checked]')).to.equal(true)
      expect((await theType()).releases.map(({ module }) => module)).to.deep.equal(['Contact'])
    })

    it('Z07 Z06 saves the ticked modules with way, rights, notes and cards; their fields are still nobody’s', async () => {
      const paths = irena
        .page('select[name=path]')
        .toArray()
        .map((one) => irena.page(one).find('option').first().attr('value')!)
        .map((value) => (value.startsWith('Case/') ? 'Case/account.contacts' : value))
      await irena.submit(`${await typePage()}/set-up/tabs`, {
        module: ['Account', 'Case', 'Quote', 'QuoteItem'],
        path: paths,
        right: ['Case/create', 'Case/writeNotes'],
        cards: ['Quote'],
        public: ['Product']
      })
      irena.is(200).sees('Fields of Contacts for “Client Portal”', 'Module 1 of 6')
      const type = await theType()
      expect(type.setUp).to.equal('fields')
      const cases = releaseOf(type, 'Case')!
      expect(cases).to.deep.include({ path: ['account', 'contacts'], notes: 'write', kind: 'related', view: 'list' })
      expect([...cases.rights]).to.deep.equal(['create'])
      expect(releaseOf(type, 'Quote')).to.include({ view: 'canvas' })
      expect(releaseOf(type, 'QuoteItem')).to.include({ kind: 'part' })
      expect(releaseOf(type, 'Product')).to.include({ kind: 'public' })
      expect(type.releases.map(({ fields }) => fields.size)).to.deep.equal([0, 0, 0, 0, 0, 0])
    })

    it('Z04 left and come back to, it goes on at the fields', async () => {
      expect(await resumed()).to.equal('/set-up/fields/Contact')
    })

    it('Z11 proposes what the CRM’s pages show, read only, and releases nothing before it is saved', async () => {
      irena.sees('This is a proposal')
      expect(offered('input[name=visible][checked]')).to.include.members(['name', 'email', 'account'])
      expect(offered('input[name=visible][checked]')).not.to.include.members(['assignedUser', 'description'])
      await irena.submit(`${await typePage()}/set-up/fields/Contact`, { visible: [], then: 'next' })
      irena.is(422).sees('Please make at least one field visible.')
      expect(releaseOf(await theType(), 'Contact')!.fields.size).to.equal(0)
      await irena.open(`${await typePage()}/set-up/fields/Contact`)
      await irena.send('Save and next', { visible: ['name', 'email', 'account'] })
      irena.is(200).sees('Fields of Accounts', 'Module 2 of 6')
      expect([...releaseOf(await theType(), 'Contact')!.fields.keys()]).to.have.members(['name', 'email', 'account'])
    })

    it('Z04 goes on at the first module that is not decided, with the others named', async () => {
      expect(await resumed()).to.equal('/set-up/fields/Account')
      irena.sees('Still to choose: Products, Quotes, Quote items, Cases.')
      await irena.open(await typePage())
      irena.sees('The set-up is not finished', 'Choose the fields Cases')
      expect(irena.page('button').text()).not.to.include('Finish')
      const refused = await irena.forge(`${await typePage()}/completion`, {
        revision: String((await theType()).revision)
      })
      expect(refused.status).to.equal(409)
      expect(refused.text).to.include('are still to be chosen')
      expect((await theType()).setUp).to.equal('fields')
    })

    it('Z11 what the right to create needs is proposed for writing; without it the reason and two remedies stand there', async () => {
      const page = `${await typePage()}/set-up/fields/Case`
      await irena.open(page)
      expect(offered('input[name=visible][checked]')).to.include.members(['subject', 'number', 'status'])
      expect(offered('input[name=readOnly][checked]')).not.to.include('subject')
      await irena.send('Save and next', {
        readOnly: ['subject', 'number', 'status'],
        visible: ['subject', 'number', 'status']
      })
      irena.is(422).sees('The right to create can’t be given: Subject is mandatory', 'Needed to create: tick “visible”')
      expect(releaseOf(await theType(), 'Case')!.fields.size).to.equal(0)
      await irena.send('Save and next', { withoutCreate: 'true' })
      irena.is(200)
      expect([...releaseOf(await theType(), 'Case')!.rights]).to.deep.equal([])
    })

    it('Z06 Z11 a right that is given later brings its mandatory fields along, if that is ticked', async () => {
      const page = `${await typePage()}/set-up/tabs`
      await irena.open(page)
      await irena.submit(page, { right: ['Case/create', 'Case/writeNotes'] })
      irena.is(422).sees('The right to create can’t be given: Subject is mandatory', 'Release these mandatory fields')
      await irena.submit(page, { mandatory: ['Case'] })
      irena.is(200)
      const cases = releaseOf(await theType(), 'Case')!
      expect([...cases.rights]).to.deep.equal(['create'])
      expect(cases.fields.get('subject')).to.equal('editable')
    })

    it('Z04 the proposals can be taken for all that is left, and the invitations come', async () => {
      expect(await resumed()).to.equal('/set-up/fields/Account')
      await irena.send('Save, and take the proposals for 3 more modules')
      irena.is(200).sees('Invitations to “Client Portal”', 'E-mail (by mail)', 'Mobile (by text message)')
      const type = await theType()
      expect(type.setUp).to.equal('invitation')
      expect(type.releases.filter(({ fields }) => fields.size === 0)).to.deep.equal([])
      expect(await resumed()).to.equal('/set-up/invitation')
    })

    it('Z04 Z18 ends with a summary of everything, and is finished there', async () => {
      await irena.send('Save and next')
      irena.is(200).sees('Everything is chosen', 'Invitations go to E-mail (by mail).', 'Shown as cards.')
      expect(irena.path).to.equal(`${await typePage()}?saved=1`)
      await irena.send('Finish')
      irena.is(200).sees('“Client Portal” is set up.', 'What next?')
      expect(irena.page('#address').attr('value'), 'E05 the address to copy').to.equal(
        'http://127.0.0.1/portal/partners'
      )
      expect((await theType()).setUp).to.equal(undefined)
      irena.sees('Set-up finished by Irena Malá', 'Address of invitations chosen')
    })

    it('Z14 now she is invited, accepts and signs in', async () => {
      await irena.open(`/crm/Contact/${contact}`)
      await irena.follow('Send portal invitation')
      await irena.send('Send invitation', { userType: (await theType()).id, language: 'en' })
      irena.is(200).sees('is on its way')
      await test.settle()
      nora = test.visitor()
      await nora.open(await linkInMail(test, 'Nora Novak'))
      await nora.send('Accept the invitation')
      await nora.send('Set the password', { password })
      await nora.send('Continue')
      nora.is(200).sees('Partners')
    })

    it('Z05 she sees exactly what was chosen', async () => {
      await nora.open('/portal/partners/case')
      nora.is(200).sees('Heating fails').doesNotSee('Pump leaks')
      await nora.open(`/portal/partners/contact/${contact}`)
      nora.is(200).sees('Nora Novak', 'nora@nordwind.example').doesNotSee('Phone')
      for (const path of ['account', 'quote', 'product'])
        expect((await nora.peek(`/portal/partners/${path}`)).status, path).to.equal(200)
      for (const path of ['invoice', 'deal', 'lead'])
        expect((await nora.peek(`/portal/partners/${path}`)).status, path).to.equal(404)
      expect((await nora.peek('/portal/partners/case/new')).status).to.equal(200)
      expect((await nora.peek('/portal/partners/account/new')).status).to.equal(403)
    })

    it('Z04 each part can be changed afterwards; a module added later shows nothing until its fields are chosen', async () => {
      const page = `${await typePage()}/set-up/tabs`
      await irena.open(page)
      await irena.submit(page, { module: ['Account', 'Case', 'Quote', 'QuoteItem', 'Deal'] })
      irena.is(200).sees('Fields of Deals')
      expect((await nora.peek('/portal/partners/deal')).status).to.equal(404)
      await irena.send('Save')
      irena.is(200).sees('Saved.')
      expect((await nora.peek('/portal/partners/deal')).status).to.equal(200)
      await irena.open(page)
      await irena.submit(page, { module: ['Account', 'Case', 'Deal'] })
      expect((await theType()).releases.map(({ module }) => module)).to.have.members([
        'Account',
        'Case',
        'Contact',
        'Deal',
        'Product'
      ])
      expect((await nora.peek('/portal/partners/quote')).status).to.equal(404)
    })

    it('Z18 once somebody is invited, the address stays', async () => {
      await irena.open(`${await typePage()}/set-up/invitation`)
      irena.is(200).sees('The user type has users or forms already, so this stays.')
      expect(irena.page('input[name=addressField]').length).to.equal(0)
    })

    it('A28 of two who choose at once the second is told, with what he ticked', async () => {
      const frank = await staffAt(test, 'frank')
      const page = `${await typePage()}/set-up/tabs`
      await irena.open(page)
      await frank.open(page)
      await irena.submit(page, { module: ['Account', 'Case'] })
      irena.is(200)
      await frank.submit(page, { module: ['Account', 'Case', 'Deal', 'Contract'] })
      frank.is(409)
      expect(frank.page('input[name=module][value=Contract]').is('[checked]')).to.equal(true)
      expect(releaseOf(await theType(), 'Contract')).to.equal(undefined)
      const fields = `${await typePage()}/set-up/fields/Case`
      await irena.open(fields)
      await frank.open(fields)
      await irena.send('Save')
      await frank.send('Save', { visible: ['subject', 'status'] })
      frank.is(409)
      expect(frank.page('input[name=visible][checked]').length).to.equal(2)
    })
  })
})

async function linkInMail(test: TestApp, name: string): Promise<string> {
  const visitor = await test.visitor().open('/mailbox')
  const row = visitor.page('main tbody tr').filter((_, one) => visitor.page(one).text().includes(name))
  await visitor.open(row.first().find('a[href*="/mailbox/"]').attr('href')!)
  return new URL(visitor.page('main a[href*="/invitation/"]').first().attr('href')!).pathname
}
