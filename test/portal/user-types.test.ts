import { expect } from 'chai'
import { configuration, userTypesOf, type UserType } from '../../src/portal/configuration.js'
import { accessesOf } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { catalogWith, changeModule, fieldsWith, whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, door, staffAt, thePortal } from './people.js'

const password = 'brass kettle under the elm'

onSqlite('user types of a portal', (open) => {
  let test: TestApp
  let irena: Visitor

  const typeNamed = async (name: string): Promise<UserType | undefined> =>
    userTypesOf(await configuration(test.embedded.db), (await thePortal(test)).id).find((type) => type.name === name)
  /** The one that the portal was born with, whatever it is called now. */
  const born = async (): Promise<UserType> =>
    userTypesOf(await configuration(test.embedded.db), (await thePortal(test)).id).find(({ isBuiltIn }) => isBuiltIn)!
  const newPage = async (): Promise<string> => `${admin}/${(await thePortal(test)).id}/user-types/new`

  /** Adds a type and takes every proposal; gives its page. */
  async function setUp(name: string, primaryModule: string, tabs: Record<string, string[]>): Promise<string> {
    await irena.open(await newPage())
    await irena.send('Save and next', { name, primaryModule })
    const page = `${admin}/user-types/${(await typeNamed(name))!.id}`
    await irena.submit(`${page}/set-up/tabs`, tabs)
    irena.is(200)
    await irena.send(`Save, and take the proposals for ${tabs['module']!.length} more modules`)
    await irena.send('Save and next')
    await irena.send('Finish')
    irena.is(200).sees(`“${name}” is set up.`)
    return page
  }

  async function invited(module: string, id: string, name: string): Promise<Visitor> {
    await irena.open(`/crm/${module}/${id}`)
    await irena.follow('Send portal invitation')
    await irena.send('Send invitation', { language: 'en' })
    irena.is(200).sees('is on its way')
    await test.settle()
    const visitor = await test.visitor().open('/mailbox')
    const row = visitor.page('main tbody tr').filter((_, one) => visitor.page(one).text().includes(name))
    await visitor.open(row.first().find('a[href*="/mailbox/"]').attr('href')!)
    await visitor.open(new URL(visitor.page('main a[href*="/invitation/"]').first().attr('href')!).pathname)
    await visitor.send('Accept the invitation')
    await visitor.send('Set the password', { password })
    return visitor.send('Continue')
  }

  const made = (module: string, values: Record<string, string>): Promise<string> =>
    test.embedded.host.save({ module, values }, { kind: 'system' })

  describe('whose people are leads or accounts', function () {
    this.timeout(60_000)

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
    })

    after(() => test.close())

    it('Z03 can stand for whatever has an e-mail address: no staff, no line items, no mails and calls', async () => {
      await irena.open(await newPage())
      const offered = irena
        .page('input[name=primaryModule]')
        .toArray()
        .map((one) => irena.page(one).attr('value'))
      expect(offered).to.have.members(['Account', 'Contact', 'Lead', 'Vendor'])
      const refused = await irena.forge(`${admin}/${(await thePortal(test)).id}/user-types`, {
        name: 'Odd',
        primaryModule: 'User'
      })
      expect(refused.status).to.equal(422)
      expect(refused.text).to.include('can’t stand for a person')
      expect(await typeNamed('Odd')).to.equal(undefined)
    })

    it('Z08 whole modules are offered in the open only where the records belong to nobody, whoever the type is for', async () => {
      await irena.open(await newPage())
      await irena.send('Save and next', { name: 'Strangers', primaryModule: 'Lead' })
      const namesIn = (where: string): string[] =>
        irena
          .page(where)
          .toArray()
          .map((one) => irena.page(one).attr('value')!)
      const folded = namesIn('details input[name=public]')
      const inOpen = namesIn('input[name=public]').filter((name) => !folded.includes(name))
      expect(inOpen).to.include('Product')
      expect(
        inOpen.filter((name) => ['Account', 'Contact', 'Quote', 'Invoice', 'Case', 'Deal'].includes(name))
      ).to.deep.equal([])
      expect(folded).to.include.members(['Account', 'Contact', 'Quote', 'Invoice', 'Case'])
      expect(irena.page('td summary').first().text()).to.include('Rights:').and.include('change')
      const { id, revision } = (await typeNamed('Strangers'))!
      await irena.forge(`${admin}/user-types/${id}/removal`, { revision: String(revision) })
      expect(await typeNamed('Strangers')).to.equal(undefined)
    })

    it('Z03 a name is needed, and is there once', async () => {
      await irena.open(await newPage())
      await irena.send('Save and next', { name: ' ', primaryModule: 'Lead' })
      irena.is(422)
      expect(irena.page('#field-name').attr('aria-invalid')).to.equal('true')
      await irena.send('Save and next', { name: 'client portal', primaryModule: 'Lead' })
      irena.is(422).sees('already has a user type “client portal”')
      expect(irena.page('input[name=primaryModule][checked]').attr('value')).to.equal('Lead')
    })

    it('Z03 Z14 a lead is invited from its page, signs in, sees its own record and the calls about it', async () => {
      await setUp('Prospects', 'Lead', { module: ['Call', 'Task'], right: ['Lead/edit'] })
      const lead = await made('Lead', {
        firstName: 'Lena',
        lastName: 'Lead',
        email: 'lena@lead.example',
        status: 'New'
      })
      const other = await made('Lead', { lastName: 'Other', email: 'other@lead.example', status: 'New' })
      const call = await made('Call', {
        subject: 'About boilers',
        status: 'Held',
        startsAt: '2026-03-01 10:00:00',
        parentType: 'Lead',
        parentId: lead
      })
      const foreign = await made('Call', {
        subject: 'Not hers',
        status: 'Held',
        startsAt: '2026-03-01 10:00:00',
        parentType: 'Lead',
        parentId: other
      })
      const lena = await invited('Lead', lead, 'Lena Lead')
      lena.is(200)
      await lena.open(`${door}/lead/${lead}`)
      lena.is(200).sees('Lena Lead', 'lena@lead.example')
      await lena.open(`${door}/call`)
      lena.is(200).sees('About boilers').doesNotSee('Not hers')
      for (const path of [`lead/${other}`, `call/${foreign}`, 'case', 'contact/anna'])
        expect((await lena.peek(`${door}/${path}`)).status, path).to.equal(404)
      expect((await lena.peek(`${door}/call/${call}`)).status).to.equal(200)
    })

    it('X01 staff see that she sees it, and why', async () => {
      const [lead] = await test.embedded.db('crm_lead').where({ last_name: 'Lead' }).pluck<string[]>('id')
      await irena.open(`${admin}/viewers?module=Lead&record=${lead}`)
      irena.is(200).sees('Lena Lead', 'Prospects')
    })

    it('Z03 an account has access as a whole: its own record, its cases, and new ones are its own', async () => {
      await setUp('Companies', 'Account', { module: ['Case', 'Contact'], right: ['Case/create'] })
      await test.embedded.db('crm_account').where({ id: 'nordwind' }).update({ email: 'office@nordwind.example' })
      const office = await invited('Account', 'nordwind', 'Nordwind Heizung GmbH')
      await office.open(`${door}/account/nordwind`)
      office.is(200).sees('Nordwind Heizung GmbH')
      await office.open(`${door}/case`)
      office.is(200).sees('Heating fails').doesNotSee('Pump leaks')
      await office.open(`${door}/case/new`)
      await office.send('Save', { subject: 'The office writes' })
      office.is(200).sees('The office writes')
      expect(
        await test.embedded.db('crm_case').where({ subject: 'The office writes' }).pluck('account_id')
      ).to.deep.equal(['nordwind'])
      expect((await office.peek(`${door}/account/fjordside`)).status).to.equal(404)
      expect((await office.peek(`${door}/contact/anna`)).status).to.equal(200)
      expect((await office.peek(`${door}/contact/bjorn`)).status).to.equal(404)
    })

    it('Z14 a contact is not offered the types of leads and accounts', async () => {
      const id = await made('Contact', { lastName: 'Novak', email: 'nora@nordwind.example' })
      await irena.open(`${admin}/invitations/new?module=Contact&record=${id}`)
      expect(irena.page('select[name=userType] option').text())
        .to.include('Client Portal')
        .and.not.to.match(/Prospects|Companies/)
      const refused = await irena.forge(`${admin}/invitations`, {
        module: 'Contact',
        record: id,
        userType: (await typeNamed('Companies'))!.id,
        language: 'en'
      })
      expect(refused.status).to.equal(404)
      expect(await accessesOf(test.embedded.db, 'Contact', id)).to.deep.equal([])
    })
  })

  describe('as an administrator keeps them', function () {
    this.timeout(60_000)

    before(async () => {
      const limits = { userTypesPerPortal: 2, activeUsersPerType: 50, uploadSize: 50_000, filesPerNote: 3 }
      test = await openApp(open, { config: { limits } })
      irena = await staffAt(test, 'irena')
    })

    after(() => test.close())

    it('Z03 the limit of types is kept, with the setting that says so', async () => {
      await irena.open(await newPage())
      await irena.send('Save and next', { name: 'Prospects', primaryModule: 'Lead' })
      irena.is(200)
      await irena.open(await newPage())
      irena.is(200).sees('This portal may have 2 user types', 'PORTICO_USER_TYPES_PER_PORTAL')
      expect(irena.page('input[name=primaryModule]').length).to.equal(0)
      const refused = await irena.forge(`${admin}/${(await thePortal(test)).id}/user-types`, {
        name: 'Third',
        primaryModule: 'Lead'
      })
      expect(refused.status).to.equal(409)
      expect(await typeNamed('Third')).to.equal(undefined)
    })

    it('Z04 one that is being set up can be discarded, and its place is free again', async () => {
      const { id } = (await typeNamed('Prospects'))!
      await irena.open(`${admin}/user-types/${id}`)
      await irena.follow('Discard')
      irena.is(200).sees('Discard the user type “Prospects”?')
      expect(await typeNamed('Prospects'), 'asking discards nothing').not.to.equal(undefined)
      await irena.send('Yes, discard')
      irena.is(200).sees('The user type is discarded.', 'User type discarded by Irena Malá')
      expect(await typeNamed('Prospects')).to.equal(undefined)
      expect(await test.embedded.db('portico_released_modules').where({ user_type_id: id })).to.deep.equal([])
      await irena.open(await newPage())
      await irena.send('Save and next', { name: 'Prospects', primaryModule: 'Lead' })
      irena.is(200)
    })

    it('Z02 Client Portal, and one that is in use, can’t be discarded', async () => {
      const { id, revision } = await born()
      await irena.open(`${admin}/user-types/${id}`)
      expect(irena.page('button, main a').text()).not.to.match(/discard/i)
      const refused = await irena.forge(`${admin}/user-types/${id}/removal`, { revision: String(revision) })
      expect(refused.status).to.equal(409)
      expect((await born()).releases.length).to.be.above(3)
    })

    it('Z25 is renamed, with before and after in its changes; its primary module stays', async () => {
      const { id, primaryModule } = await born()
      const page = `${admin}/user-types/${id}/set-up/type`
      await irena.open(page)
      await irena.send('Save', { name: 'Customers' })
      irena.is(200).sees('User type changed by Irena Malá', 'Client Portal → Customers')
      const { revision } = (await typeNamed('Customers'))!
      const refused = await irena.forge(page, { revision: String(revision), name: 'Customers', primaryModule: 'Lead' })
      expect(refused.status).to.equal(422)
      expect((await typeNamed('Customers'))?.primaryModule).to.equal(primaryModule)
    })

    it('A28 of two who rename at once the second is told, with what he typed', async () => {
      const frank = await staffAt(test, 'frank')
      const page = `${admin}/user-types/${(await born()).id}/set-up/type`
      await irena.open(page)
      await frank.open(page)
      await irena.send('Save', { name: 'Irena’s' })
      await frank.send('Save', { name: 'Frank’s' })
      frank.is(409)
      expect(frank.page('input[name=name]').attr('value')).to.equal('Frank’s')
      expect(await typeNamed('Irena’s')).not.to.equal(undefined)
    })

    it('Z03 at the beginning of the set-up it may stand for another module, and no longer once modules are chosen', async () => {
      const { id } = (await typeNamed('Prospects'))!
      const page = `${admin}/user-types/${id}/set-up`
      await irena.open(`${page}/type`)
      await irena.send('Save and next', { primaryModule: 'Vendor' })
      irena.is(200)
      expect((await typeNamed('Prospects'))?.releases.map(({ module }) => module)).to.deep.equal(['Vendor'])
      await irena.submit(`${page}/tabs`, { module: ['Product'] })
      irena.is(200)
      await irena.open(`${page}/type`)
      expect(irena.page('input[name=primaryModule]').attr('type')).to.equal('hidden')
      const { revision } = (await typeNamed('Prospects'))!
      const refused = await irena.forge(`${page}/type`, {
        revision: String(revision),
        name: 'Prospects',
        primaryModule: 'Lead'
      })
      expect(refused.status).to.equal(422)
      expect(await typeNamed('Prospects')).to.include({ primaryModule: 'Vendor' })
    })

    it('Z18 where there are several e-mail fields one is chosen, and invitations go there', async () => {
      const page = `${admin}/user-types/${(await typeNamed('Prospects'))!.id}`
      const vendor = await made('Vendor', {
        name: 'Ventil AG',
        email: 'office@ventil.example',
        phone: 'vera@ventil.example'
      })
      const host = catalogWith(test, (catalog) =>
        changeModule(catalog, 'Vendor', (module) => ({ fields: fieldsWith(module, { phone: { type: 'email' } }) }))
      )
      await whileHost(test, host, async () => {
        await irena.open(`${page}/set-up/fields/Vendor`)
        await irena.send('Save, and take the proposals for 1 more module')
        expect(irena.page('input[name=addressField][type=radio]')).to.have.length(2)
        await irena.send('Save and next', { addressField: 'name' })
        irena.is(422).sees('Invitations can only go to an e-mail address or a phone number')
        await irena.send('Save and next', { addressField: 'phone' })
        await irena.send('Finish')
        irena.is(200)
        await irena.open(`${admin}/invitations/new?module=Vendor&record=${vendor}`)
        irena.is(200).sees('vera@ventil.example').doesNotSee('office@ventil.example')
        await irena.send('Send invitation')
        irena.is(200).sees('is on its way')
        const [access] = await accessesOf(test.embedded.db, 'Vendor', vendor)
        expect(access?.address).to.equal('vera@ventil.example')
        const { revision } = (await typeNamed('Prospects'))!
        const refused = await irena.forge(`${page}/set-up/invitation`, {
          revision: String(revision),
          addressField: 'email'
        })
        expect(refused.status).to.equal(422)
        expect(refused.text).to.include('so the field stays')
      })
      expect(await typeNamed('Prospects')).to.include({ addressField: 'phone' })
    })

    it('Z18 once the field that invitations go to is gone, nobody is invited until another one is chosen', async () => {
      const { id } = await born()
      await test.embedded.db('portico_user_types').where({ id }).update({ address_field: 'privateEmail' })
      await test.embedded.db('portico_configuration').increment('version', 1)
      const contact = await made('Contact', { lastName: 'Novak', email: 'nora@nordwind.example' })
      await irena.open(`/crm/Contact/${contact}`)
      irena.is(200).doesNotSee('Send portal invitation')
      await irena.open(`${admin}/user-types/${id}`)
      irena.is(200).sees('The CRM no longer has the field “privateEmail”')
      await irena.open(`${admin}/user-types/${id}/set-up/invitation`)
      await irena.send('Save')
      irena.is(200).sees('Invitations go to E-mail (by mail).')
      await irena.open(`/crm/Contact/${contact}`)
      irena.sees('Send portal invitation')
    })

    it('Z31 the pages are not there without the permission', async () => {
      const grace = await staffAt(test, 'grace')
      const type = `${admin}/user-types/${(await born()).id}`
      for (const path of [await newPage(), `${type}/set-up`, `${type}/set-up/tabs`, `${type}/set-up/fields/Case`]) {
        expect((await grace.peek(path)).status, path).to.equal(404)
        expect((await irena.peek(path)).status, path).to.be.below(400)
      }
    })
  })
})
