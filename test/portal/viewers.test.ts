/** *Who can see this?* on a record's page in the CRM (X01). */
import { expect } from 'chai'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { customers, staff as cast } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, releasePath, staffAt, thePortal, theUserType } from './people.js'

const heating = 'annas-heating-case'
const internal = 'nordwind-internal-case'

const viewersPath = (module: string, record: string, more: Record<string, string> = {}): string =>
  `${admin}/viewers?${new URLSearchParams({ module, record, ...more }).toString()}`

/** The row of a person in the list of those who see the record. */
function row(visitor: Visitor, name: string): string {
  const { page } = visitor
  const found = page('main tbody tr').filter((_, one) => page(one).find('th').text().includes(name))
  return found.first().text().replace(/\s+/g, ' ').trim()
}

eachDatabase((open) => {
  describe('who can see a record', function () {
    this.timeout(60_000)
    let test: TestApp
    let frank: Visitor

    beforeEach(async () => {
      test = await openApp(open)
      frank = await staffAt(test, 'frank')
    })

    afterEach(() => test.close())

    const why = (visitor: Visitor, name: string, module = 'Case', record = heating): Promise<Visitor> =>
      visitor.open(viewersPath(module, record, { q: name }))

    it('X01 names those who see it, what they may do, why, and how many were looked at', async () => {
      await frank.open(viewersPath('Case', heating))
      frank.is(200).sees('Who can see “Heating fails”?', 'Thermovia Service – Client Portal')
      const anna = row(frank, 'Anna Schmidt')
      expect(anna).to.include('The record in Case is linked to his own record.')
      expect(anna).to.include('view, open, read notes, write notes, clone')
      expect(anna).not.to.include('edit')
      expect(row(frank, 'Jonas Petersen')).to.include('linked to his own record')
      frank.doesNotSee('Björn Larsen', 'Jana Dvořáková').sees('Looked at 1 to 6 of 6 people with access.')
    })

    it('X01 counts and lists the fields that each one’s own grants show, and those he may change', async () => {
      const anna = await customerAt(test, 'anna')
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Radiator knocks' })
      const id = await idOf('crm_case', { subject: 'Radiator knocks' })
      await frank.open(viewersPath('Case', id))
      frank.is(200)
      const [writer, colleague] = [row(frank, 'Anna Schmidt'), row(frank, 'Jonas Petersen')]
      expect(writer).to.include('He wrote the record in Case himself.').and.include('edit')
      expect(writer).to.include('9 fields').and.include('May be changed: Subject, Priority, Type, Description')
      expect(colleague).to.include('9 fields').and.include('Resolution')
      expect(colleague).not.to.include('May be changed')
      expect(colleague).not.to.include('wrote')
      await frank.open(viewersPath('Account', 'nordwind'))
      expect(row(frank, 'Anna Schmidt'))
        .to.match(/3 fields \S.*Website/)
        .and.not.include('May be changed')
    })

    it('X01 E10 an internal case is nobody’s, and the page says why; the name of the case stays in the CRM', async () => {
      await frank.open(viewersPath('Case', internal))
      frank.is(200).sees('Who can see this record?', 'This record stays inside the company', 'field “Internal”')
      expect(frank.page('main tbody tr').length).to.equal(0)
      await why(frank, 'Anna', 'Case', internal)
      frank.is(200).sees('Doesn’t see it', 'Fails Only records whose field “Internal” allows it')
    })

    it('X01 says of a person who doesn’t see it which condition fails, and of one who does which holds', async () => {
      await why(frank, 'larsen')
      frank.is(200).sees('Björn Larsen', 'Doesn’t see it')
      frank.sees('Fails The record in Case is linked to his own record.')
      frank.sees('Fails Account → Contacts → It is his own record in Contact')
      await why(frank, customers.anna.email)
      frank
        .is(200)
        .sees('Anna Schmidt', 'Sees it', 'Holds Account → Contacts → It is his own record in Contact', '9 fields')
      await why(frank, 'nobody of this name')
      frank.is(200).sees('No portal user has this name or address.')
    })

    it('X01 asks as the person is now: without access, and with the portal off, nobody sees anything', async () => {
      const { context } = test.embedded.portico
      const irena = (await test.embedded.host.staffById(cast.irena.id))!
      const anna = (await portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers.anna.email))!
      await deactivate(context, anna.id, irena)
      await frank.open(viewersPath('Case', heating))
      frank.sees('Jonas Petersen', 'Looked at 1 to 5 of 5').doesNotSee('Anna Schmidt')
      await why(frank, 'anna')
      frank.sees('Anna Schmidt', 'Deactivated', 'whose access is deactivated')
      const administrator = await staffAt(test, 'irena')
      await administrator.open(`${admin}/${(await thePortal(test)).id}`)
      await administrator.send('Switch the portal off')
      await frank.open(viewersPath('Case', heating))
      frank.is(200).sees('No portal is on').doesNotSee('Jonas Petersen')
      await why(frank, 'jonas')
      frank.sees('Jonas Petersen', 'Doesn’t see it', 'whose portal is off')
    })

    it('X01 says when the module was taken back', async () => {
      const administrator = await staffAt(test, 'irena')
      await frank.open(viewersPath('Invoice', await anInvoice()))
      expect(frank.page('main tbody tr').length).to.be.greaterThan(0)
      const { revision } = await theUserType(test)
      await administrator.open(admin)
      await administrator.forge(`${await releasePath(test, 'Invoice')}/removal`, { revision: String(revision) })
      await frank.open(viewersPath('Invoice', await anInvoice()))
      frank
        .is(200)
        .sees(
          'releases Invoices, and no portal role gives it.',
          'None of the portal users looked at here sees this record.'
        )
      await why(frank, 'anna', 'Invoice', await anInvoice())
      frank.sees('Nothing of this module is released to him.')
    })

    it('X01 everybody sees a public record; a draft nobody', async () => {
      const article = await idOf('crm_knowledge_article', { status: 'Published' })
      await frank.open(viewersPath('KnowledgeArticle', article))
      frank.is(200)
      for (const { firstName } of Object.values(customers))
        expect(row(frank, firstName)).to.include('is a public module')
      const draft = await idOf('crm_knowledge_article', { status: 'Draft' })
      await frank.open(viewersPath('KnowledgeArticle', draft))
      frank.is(200).sees('stays inside the company', 'field “Status”').doesNotSee('Anna Schmidt')
    })

    it('X01 is not there for staff without the permission, nor for records the CRM keeps from them', async () => {
      const grace = await staffAt(test, 'grace')
      expect((await grace.peek(viewersPath('Case', heating))).status).to.equal(404)
      const lead = await idOf('crm_lead', {})
      const petra = await staffAt(test, 'petra')
      await petra.open(viewersPath('Case', heating))
      petra.is(200).sees('Anna Schmidt')
      expect((await petra.peek(`/crm/Lead/${lead}`)).status, 'the CRM itself').to.equal(404)
      expect((await petra.peek(viewersPath('Lead', lead))).status).to.equal(404)
      for (const path of [
        viewersPath('Case', 'no-such-case'),
        viewersPath('Nothing', heating),
        `${admin}/viewers?module=Case`,
        `${admin}/viewers`
      ])
        expect((await frank.peek(path)).status, path).to.equal(404)
      const stranger = await test.visitor().peek(viewersPath('Case', heating))
      expect(stranger.status).to.equal(303)
    })

    it('X01 A09 S09 names and finds nobody whose record the CRM hides, and says that there is somebody', async () => {
      const petra = await staffAt(test, 'petra')
      await petra.open(viewersPath('Case', heating))
      petra.is(200).sees('Anna Schmidt', 'Jonas Petersen')
      const { allows } = test.embedded.host
      const hiding: typeof allows = async (by, right, module, id) => id !== 'anna' && allows(by, right, module, id)
      await whileHost(test, { allows: hiding }, async () => {
        await petra.open(viewersPath('Case', heating))
        petra.is(200).sees('Not shown to you by the CRM', 'Jonas Petersen').doesNotSee('Anna Schmidt', 'anna@nordwind')
        await why(petra, 'anna')
        petra.is(200).doesNotSee('Anna Schmidt')
        await why(petra, 'petersen')
        petra.is(200).sees('Jonas Petersen')
      })
      await why(petra, 'anna')
      petra.is(200).sees('Anna Schmidt')
    })

    it('X01 shows no conditions, whose values may be of his own record, where that lies in the recycle bin', async () => {
      await why(frank, 'larsen')
      frank.is(200).sees('Doesn’t see it', 'Account →')
      await test.embedded.crm.store.system.remove('Contact', 'bjorn')
      await why(frank, 'larsen')
      frank.is(200).sees('Doesn’t see it', 'conditions are not shown').doesNotSee('Account →')
    })

    it('X01 the button is on customers’ records and on what is released, for staff who may look after portals', async () => {
      const [irena, petra, grace] = await Promise.all([
        staffAt(test, 'irena'),
        staffAt(test, 'petra'),
        staffAt(test, 'grace')
      ])
      const pages = [`Contact/anna`, `Account/nordwind`, `Case/${heating}`, `Lead/${await idOf('crm_lead', {})}`]
      for (const path of pages) {
        await irena.open(`/crm/${path}`)
        irena.is(200).sees('Who can see this?')
      }
      await petra.open(`/crm/Case/${heating}`)
      petra.is(200).sees('Who can see this?')
      await petra.follow('Who can see this?')
      petra.is(200).sees('Who can see “Heating fails”?')
      await grace.open(`/crm/Case/${heating}`)
      grace.is(200).sees('Heating fails').doesNotSee('Who can see this?')
      await irena.open(`/crm/Vendor/${await idOf('crm_vendor', {})}`)
      irena.is(200).sees('Who can see this?')
    })

    it('X01 looks at fifty at a time, the nearest to the record first', async () => {
      await crowd(60)
      await frank.open(viewersPath('Case', heating))
      frank.is(200).sees('Looked at 1 to 50 of 66 people with access.', 'Anna Schmidt', 'come first')
      await frank.follow('Next')
      frank.is(200).sees('Looked at 51 to 66 of 66').doesNotSee('come first')
      await frank.follow('Previous')
      frank.is(200).sees('Looked at 1 to 50 of 66')
      await frank.open(viewersPath('Case', heating, { skip: '100000' }))
      frank.is(200).sees('Looked at 51 to 66 of 66')
    })

    const idOf = async (table: string, where: Record<string, string>): Promise<string> => {
      const live: Record<string, string | number> = { ...where, deleted: 0 }
      const rows = test.embedded.db<{ id: string }>(table).where(live)
      const [id] = await rows.orderBy('id').limit(1).pluck<string[]>('id')
      if (id === undefined) throw new RangeError(`There is no such row in ${table}.`)
      return id
    }

    const anInvoice = (): Promise<string> => idOf('crm_invoice', { account_id: 'nordwind' })

    interface Row {
      readonly id: string
    }

    /** Contacts of no account with access, whose names come before Anna's. */
    const crowd = async (count: number): Promise<void> => {
      const { db } = test.embedded
      const anna = (await db<Row & { identity_id: string; record_id: string }>('portico_portal_users')
        .first()
        .where({ record_id: 'anna' }))!
      const identity = (await db<Row>('portico_identities').first().where({ id: anna.identity_id }))!
      for (let number = 0; number < count; number++) {
        const id = `${anna.id.slice(0, 30)}-${number}`
        const address = `aa${number}@crowd.example`
        await db('portico_identities').insert({ ...identity, id, address })
        const user = { id, identity_id: id, record_id: `crowd-${number}`, name: `Aa ${number}`, address }
        await db('portico_portal_users').insert({ ...anna, ...user })
      }
    }
  })
})
