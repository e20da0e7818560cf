/** Layout sets through HTTP: how administrators make them, and how portals show records by them. */
import { expect } from 'chai'
import type { Catalog } from '../../src/host/catalog.js'
import { configuration, releaseOf, userTypesOf, type FieldRelease } from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import { chooseLayoutSet, createLayoutSet, layoutSetById, saveLayout } from '../../src/portal/layouts/layout-changes.js'
import type { LayoutDraft } from '../../src/portal/layouts/layout-check.js'
import { confirm } from '../../src/portal/people/access-changes.js'
import { portalUserById } from '../../src/portal/people/portal-users.js'
import { layoutSets, type LayoutSet } from '../../src/portal/layouts/layouts.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { catalogWith, changeModule, whileHost } from '../support/changed-host.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'

type Layout = Partial<LayoutDraft> & Pick<LayoutDraft, 'name' | 'sections'>

const by = async (test: TestApp) => (await test.embedded.host.staffById(staff.irena.id))!

/** A set of layouts of cases. */
async function makeSet(test: TestApp, name: string, ...layouts: Layout[]): Promise<string> {
  const { context } = test.embedded.portico
  const irena = await by(test)
  const id = await createLayoutSet(context, { name, copyOf: undefined }, irena)
  for (const layout of layouts) {
    const { revision } = await layoutSetById(context, id)
    const draft = { id: undefined, module: 'Case', kind: 'detail', forRecords: undefined, ...layout } as const
    await saveLayout(context, { id, revision }, draft, irena)
  }
  return id
}

async function useSet(test: TestApp, setId: string | undefined): Promise<void> {
  const { id, revision } = await thePortal(test)
  await chooseLayoutSet(test.embedded.portico.context, { id, revision }, setId, await by(test))
}

/** Releases the cases of the company, with other fields in a layout. */
async function releaseCases(test: TestApp, fields: string[], layouts: Record<string, string[]> = {}): Promise<void> {
  const userType = await theUserType(test)
  const all = (names: string[]) => new Map(names.map((name): [string, FieldRelease] => [name, 'editable']))
  const draft = {
    ...releaseOf(userType, 'Case')!,
    rights: new Set<never>(),
    fields: all(fields),
    layouts: Object.entries(layouts).map(([layoutId, names]) => ({ layoutId, fields: all(names) }))
  }
  const { id, revision } = userType
  await saveRelease(test.embedded.portico.context, { id, revision }, draft, await by(test))
}

const headings = (visitor: Visitor): string[] =>
  visitor
    .page('main section.card h2')
    .toArray()
    .map((one) => visitor.page(one).text())
const labels = (visitor: Visitor, selector = 'dl.values dt'): string[] =>
  visitor
    .page(selector)
    .toArray()
    .map((one) => visitor.page(one).text().trim())

eachDatabase((open) => {
  describe('records of several layouts', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
      const id = await makeSet(
        test,
        'Service',
        {
          name: 'Incidents',
          sections: [{ label: 'What fails', fields: ['description', 'subject'] }],
          forRecords: { field: 'type', values: ['Incident'] }
        },
        { name: 'Standard', sections: [{ label: 'What is asked', fields: ['priority', 'subject', 'number'] }] }
      )
      await useSet(test, id)
      const [incidents] = (await layoutSetById(test.embedded.portico.context, id)).layouts
      await releaseCases(test, ['subject', 'number', 'priority'], { [incidents!.id]: ['subject', 'description'] })
    })

    after(() => test.close())

    it('Z05 Z11 each shows the fields of its own layout, though nobody sees the field that decides', async () => {
      await anna.open(`${door}/case/annas-heating-case`)
      anna.is(200).sees('Heating fails', 'E-17').doesNotSee('Urgent', 'Priority')
      expect(headings(anna)).to.include('What fails').and.not.to.include('What is asked')
      expect(labels(anna)).to.deep.equal(['Description', 'Subject'])
      await anna.open(`${door}/case/annas-quote-question`)
      anna.is(200).sees('Normal').doesNotSee('Zahlen für die Sitzung')
      expect(headings(anna)).to.include('What is asked').and.not.to.include('What fails')
      expect(labels(anna)).to.deep.equal(['Priority', 'Subject', 'Number'])
    })

    it('Z11 in a list too: what a record’s own layout doesn’t show is empty in its row', async () => {
      await anna.open(`${door}/case?q=Heating`)
      const cells = anna.page('tbody tr').first().text()
      expect(cells).to.include('Heating fails').and.not.to.include('Urgent')
      await anna.open(`${door}/case?q=Ventile`)
      expect(anna.page('tbody tr').first().text()).to.include('High')
    })

    it('A09 a word in a field that the record’s layout hides finds nothing; one that it shows does', async () => {
      const numberOf = async (id: string): Promise<string> =>
        (await test.embedded.db('crm_case').first('number').where({ id }))!.number as string
      await anna.open(`${door}/case?q=${await numberOf('annas-quote-question')}`)
      anna.is(200).sees('Wann kommt das Angebot', '1 record')
      await anna.open(`${door}/case?q=${await numberOf('annas-heating-case')}`)
      anna.is(200).sees('0 records')
    })

    it('A09 nor does a filter by it, and nothing is ordered by what only some records show', async () => {
      await anna.open(`${door}/case?filter.priority=Urgent`)
      anna.is(200).doesNotSee('Heating fails')
      await anna.open(`${door}/case?filter.priority=High`)
      anna.is(200).sees('Falsche Ventile geliefert')
      expect((await anna.peek(`${door}/case?sort=priority`)).status).to.equal(422)
      expect((await anna.peek(`${door}/case?sort=type`)).status).to.equal(422)
      expect((await anna.peek(`${door}/case?sort=subject`)).status).to.equal(200)
    })

    it('Z11 another set without that layout narrows the fields to what both show, and the portal’s page says so', async () => {
      const before = (await thePortal(test)).layoutSetId
      const irena = await staffAt(test, 'irena')
      await useSet(test, undefined)
      for (const name of ['annas-heating-case', 'annas-quote-question']) {
        await anna.open(`${door}/case/${name}`)
        expect(labels(anna)).to.deep.equal(['Subject'])
      }
      await irena.open(`${admin}/${(await thePortal(test)).id}/layouts`)
      irena.is(200).sees('Client Portal releases fields of Cases in layouts that are not in this set.')
      await irena.send('Save', { layoutSet: before! })
      irena.is(200).sees('Saved.').doesNotSee('not in this set')
      await anna.open(`${door}/case/annas-heating-case`)
      expect(labels(anna)).to.deep.equal(['Description', 'Subject'])
    })
  })
})

onSqlite('layout sets', (open) => {
  describe('how portals show records', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
      await releaseCases(test, ['subject', 'account', 'number', 'status', 'priority', 'type', 'description'])
    })

    after(() => test.close())

    it('E07 lists have the columns of the set in their order, and the CRM’s without one', async () => {
      const columns = async (): Promise<string[]> => {
        await anna.open(`${door}/case`)
        return labels(anna.is(200), 'thead th')
      }
      expect(await columns()).to.deep.equal(['Subject', 'Number', 'Account', 'Status', 'Priority'])
      const list = { name: 'List', kind: 'list', sections: [{ label: '', fields: ['type', 'priority', 'resolution'] }] }
      await useSet(test, await makeSet(test, 'Columns', list as Layout))
      expect(await columns()).to.deep.equal(['Subject', 'Type', 'Priority'])
      await anna.open(`${door}/account/nordwind`)
      expect(labels(anna, 'table.list:has(caption:contains("Cases")) thead th')).to.deep.equal([
        'Subject',
        'Type',
        'Priority'
      ])
      await useSet(test, undefined)
      expect(await columns()).to.deep.equal(['Subject', 'Number', 'Account', 'Status', 'Priority'])
    })

    it('E07 what a record’s reader sees says which layout it is in, where no release names the layout', async () => {
      const layouts: Layout[] = [
        {
          name: 'Complaints',
          sections: [{ label: 'Complaint', fields: ['description'] }],
          forRecords: { field: 'type', values: ['Complaint'] }
        },
        { name: 'Standard', sections: [{ label: 'Case', fields: ['status'] }] }
      ]
      await useSet(test, await makeSet(test, 'By type', ...layouts))
      await anna.open(`${door}/case/jonas-valve-case`)
      expect(headings(anna)).to.include('Complaint')
      expect(labels(anna)).to.deep.equal(['Description', 'Number', 'Subject', 'Account', 'Status', 'Priority', 'Type'])
      await anna.open(`${door}/case/annas-heating-case`)
      expect(headings(anna)).to.include('Case').and.not.to.include('Complaint')
      await releaseCases(test, ['subject', 'status', 'description'])
      await anna.open(`${door}/case/jonas-valve-case`)
      expect(headings(anna)).to.include('Case').and.not.to.include('Complaint')
      await releaseCases(test, ['subject', 'number', 'status', 'priority', 'type', 'description'])
    })

    it('Z05 a list of linked records that says nothing new is not shown beside the one that has them all', async () => {
      const { db } = test.embedded
      await releaseCases(test, ['subject', 'account', 'contact'])
      await db('crm_case_contact').insert({ case_id: 'annas-heating-case', contact_id: 'anna' })
      await anna.open(`${door}/contact/anna`)
      expect(headings(anna)).to.include('Cases').and.not.to.include('Cases involved in')
      await db('crm_case_contact').insert({ case_id: 'jonas-valve-case', contact_id: 'anna' })
      await anna.open(`${door}/contact/anna`)
      expect(headings(anna)).to.include.members(['Cases', 'Cases involved in'])
      await releaseCases(test, ['subject', 'account', 'number', 'status', 'priority', 'type', 'description'])
    })

    it('E07 two portals with different sets show the same record differently', async () => {
      const { context } = test.embedded.portico
      const irena = await by(test)
      const [one, two] = [
        await makeSet(test, 'One', { name: 'S', sections: [{ label: 'Here', fields: ['status', 'subject'] }] }),
        await makeSet(test, 'Two', { name: 'S', sections: [{ label: 'There', fields: ['subject', 'status'] }] })
      ]
      await useSet(test, one)
      const second = await secondPortal()
      const { revision } = (await configuration(context.db)).portals.get(second)!
      await chooseLayoutSet(context, { id: second, revision }, two, irena)
      const there = test.visitor()
      await there.open('/portal/second/sign-in')
      await there.send('English')
      await there.open('/portal/second/sign-in')
      await there.send('Sign in', { email: customers.anna.email, password: demoPassword })
      for (const [visitor, path, heading, first] of [
        [anna, door, 'Here', ['Status', 'Subject']],
        [there, '/portal/second', 'There', ['Subject', 'Status']]
      ] as const) {
        await visitor.open(`${path}/case/annas-heating-case`)
        expect(headings(visitor.is(200))).to.include(heading)
        expect(labels(visitor).slice(0, 2)).to.deep.equal(first)
      }
    })

    /** With cases for its contacts, and Anna in it. */
    async function secondPortal(): Promise<string> {
      const { context } = test.embedded.portico
      const irena = await by(test)
      const formats = { date: 'dmy', time: '24' } as const
      const form = { name: 'Second', slug: 'second', locale: 'en', timeZone: 'Europe/Prague', formats } as const
      const id = await createPortal(context, form, irena)
      const typeOf = async () => {
        const [type] = userTypesOf(await configuration(context.db), id)
        return { id: type!.id, revision: type!.revision }
      }
      await saveRelease(context, await typeOf(), releaseOf(await theUserType(test), 'Contact')!, irena)
      await saveRelease(context, await typeOf(), releaseOf(await theUserType(test), 'Case')!, irena)
      await finishSetUp(context, await typeOf(), irena)
      const userTypeId = (await typeOf()).id
      const invitation = { module: 'Contact', recordId: customers.anna.id, userTypeId, language: 'en' } as const
      const user = await portalUserById(context.db, await invite(context, invitation, irena))
      await confirm(context, user, '2026-01-01 00:00:00')
      return id
    }
  })

  describe('the administrators’ pages of layout sets', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
    })

    after(() => test.close())

    const fieldsOf = (visitor: Visitor): string[] =>
      visitor
        .page('input[name=field]')
        .toArray()
        .map((one) => visitor.page(one).attr('value')!)

    it('E07 a set is made, a layout in it from the CRM’s, its buttons keep what was typed, and it is saved', async () => {
      await irena.open(`${admin}/layout-sets`)
      await irena.send('Create layout set', { name: 'Service' })
      irena.is(200).sees('This set has no layouts yet.', 'Layout set created')
      await irena.send('Arrange the fields', { module: 'Case', kind: 'detail' })
      irena.is(200).sees('Cases: new layout of records')
      expect(fieldsOf(irena)).to.include.ordered.members(['number', 'subject', 'status'])
      await irena.send('Show the values to choose from', { name: 'Incidents', forField: 'type', out: ['number'] })
      irena.is(200).sees('Records whose “Type” is')
      expect(fieldsOf(irena)).not.to.include('number')
      await irena.send('Add a section', { forValue: ['Incident'] })
      expect(irena.page('input[name=name]').attr('value')).to.equal('Incidents')
      expect(irena.page('input[name=forValue][checked]').attr('value')).to.equal('Incident')
      expect(irena.page('input[name=labelEn]')).to.have.length(4)
      await irena.send('Add the ticked fields', { add: ['number'], addTo: '3', labelEn: ['A', 'B', 'C', 'D'] })
      expect(fieldsOf(irena).at(-1)).to.equal('number')
      expect(labels(irena, '#preview ~ section h3')).to.deep.equal(['A', 'B', 'C', 'D'])
      await irena.send('Save')
      irena.is(200).sees('Saved.', 'Incidents', 'Type: Incident', 'Layout added: Cases by Irena Malá')
    })

    it('E07 what can’t be saved is said where it stands, with what was typed', async () => {
      await irena.follow('Incidents')
      await irena.send('Save', { name: ' ', forValue: [], out: fieldsOf(irena) })
      irena.is(422).sees('A layout needs a name.', 'Please tick at least one value.', 'Please put at least one field')
      expect(irena.page('select[name=forField] option[selected]').attr('value')).to.equal('type')
      const again = await irena.forge(irena.path, {
        revision: '2',
        name: 'X',
        field: ['subject', 'subject'],
        module: 'Case',
        kind: 'detail',
        do: 'save'
      })
      expect(again.status).to.equal(422)
      expect(again.text).to.include('These stand in the layout twice: Subject.')
      expect((await sets(test))[0]!.layouts[0]!.sections).to.have.length(4)
    })

    it('E07 a second layout for all other records is refused, one for other records is not; their order changes', async () => {
      const [set] = await sets(test)
      const add = async (name: string, answers: Record<string, string | string[]>): Promise<void> => {
        await irena.open(`${admin}/layout-sets/${set!.id}/layouts/new?module=Case&kind=detail`)
        const { forValue, ...before } = answers
        await irena.send('Arrange and show the preview', { name, ...before })
        await irena.send('Save', forValue ? { forValue } : {})
      }
      await add('Standard', {})
      irena.is(200)
      await add('Other', {})
      irena.is(422).sees('For all other records there is the layout “Standard” already.')
      await add('Urgent', { forField: 'priority', forValue: ['High', 'Urgent'] })
      irena.is(200).sees('Priority: High, Urgent')
      expect(labels(irena, 'main table.list tbody th a')).to.deep.equal(['Incidents', 'Urgent', 'Standard'])
      await irena.send('Move up Urgent')
      irena.is(200).sees('Order of layouts changed')
      expect(labels(irena, 'main table.list tbody th a')).to.deep.equal(['Urgent', 'Incidents', 'Standard'])
    })

    /** Sets made in the same second stand in no stated order. */
    const setCalled = async (wanted: string): Promise<LayoutSet> => {
      const set = (await sets(test)).find(({ name }) => name === wanted)
      if (!set) throw new Error(`There is no layout set ${wanted}.`)
      return set
    }

    it('E07 a new set can begin as a copy; no two have the same name', async () => {
      const set = await setCalled('Service')
      await irena.open(`${admin}/layout-sets`)
      await irena.send('Create layout set', { name: 'service', copyOf: set.id })
      irena.is(422).sees('There is a layout set called “service” already.')
      await irena.send('Create layout set', { name: 'Copy', copyOf: set.id })
      irena.is(200).sees('Incidents', 'Urgent', 'Standard')
      const copy = await setCalled('Copy')
      const plain = (layouts: readonly { id: string }[]) => layouts.map((one) => ({ ...one, id: '' }))
      expect(plain(copy.layouts)).to.deep.equal(plain(set.layouts))
      expect(copy.layouts.map(({ id }) => id)).not.to.include.members(set.layouts.map(({ id }) => id))
      await irena.send('Save', { name: 'Partners' })
      irena.is(200).sees('Layout set renamed')
    })

    it('E07 a set that a portal uses, and a layout in which fields are released, can’t be deleted; the page says where', async () => {
      const set = await setCalled('Service')
      const incidents = set.layouts.find(({ name }) => name === 'Incidents')!
      await useSet(test, set.id)
      await releaseCases(test, ['subject'], { [incidents.id]: ['subject', 'status'] })
      await irena.open(`${admin}/layout-sets/${set.id}`)
      await irena.send('Delete this layout set')
      irena.is(409).sees('This portal shows its records by the set: Thermovia Service.')
      await irena.send('Delete layout Incidents')
      irena.is(409).sees('This user type releases fields in the layout: Thermovia Service: Client Portal.')
      await irena.follow('Incidents')
      irena.sees('This user type releases fields in this layout: Thermovia Service: Client Portal.')
      await irena.send('Save', { forField: '' })
      irena.is(422)
      await useSet(test, undefined)
      await irena.open(`${admin}/layout-sets/${set.id}`)
      await irena.send('Delete this layout set')
      irena.is(409).sees('This user type releases fields in layouts of the set: Thermovia Service: Client Portal.')
      expect(await sets(test)).to.have.length(2)
      await releaseCases(test, ['subject'])
      await irena.send('Delete layout Urgent')
      irena.is(200).sees('Layout deleted').doesNotSee('/raise')
      await irena.send('Delete this layout set')
      irena.is(200).doesNotSee(set.id)
      expect((await sets(test)).map(({ name }) => name)).to.deep.equal(['Partners'])
    })

    it('A28 the second of two who save is told, and what he typed is still there', async () => {
      const [set] = await sets(test)
      const frank = await staffAt(test, 'frank')
      const layout = `${admin}/layout-sets/${set!.id}/layouts/${set!.layouts[0]!.id}`
      await irena.open(layout)
      await frank.open(layout)
      await irena.send('Save', { name: 'Irena’s' })
      irena.is(200).sees('Irena’s')
      await frank.send('Save', { name: 'Frank’s', out: ['subject'] })
      frank.is(409)
      expect(frank.page('input[name=name]').attr('value')).to.equal('Frank’s')
      expect(fieldsOf(frank)).not.to.include('subject')
      expect((await sets(test))[0]!.layouts[0]!.name).to.equal('Irena’s')
      await frank.send('Save')
      frank.is(200).sees('Frank’s')
    })

    it('E07 what the CRM no longer has is named, on the set’s page and the portal’s, and breaks no portal', async () => {
      const [set] = await sets(test)
      await useSet(test, set!.id)
      const anna = await customerAt(test, 'anna')
      const noStatus = (catalog: Catalog): Catalog =>
        changeModule(catalog, 'Case', ({ fields }) => ({
          fields: new Map([...fields].filter(([name]) => name !== 'priority'))
        }))
      await whileHost(test, catalogWith(test, noStatus), async () => {
        await irena.open(`${admin}/layout-sets/${set!.id}`)
        irena.is(200).sees('The CRM no longer has this: priority.')
        await irena.open(`${admin}/${(await thePortal(test)).id}/layouts`)
        irena.is(200).sees('the CRM no longer has this: priority.')
        await anna.open(`${door}/case/annas-heating-case`)
        anna.is(200).sees('Heating fails')
      })
      const noCases = (catalog: Catalog): Catalog => ({
        ...catalog,
        modules: new Map([...catalog.modules].filter(([name]) => name !== 'Case'))
      })
      await whileHost(test, catalogWith(test, noCases), async () => {
        await irena.open(`${admin}/layout-sets/${set!.id}`)
        irena.is(200).sees('The CRM no longer has the module “Case”.')
      })
    })

    it('Z31 they are not there for staff who may not manage portals', async () => {
      const [set] = await sets(test)
      const grace = await staffAt(test, 'grace')
      for (const path of [`layout-sets`, `layout-sets/${set!.id}`, `${(await thePortal(test)).id}/layouts`])
        expect((await grace.peek(`${admin}/${path}`)).status, path).to.equal(404)
    })
  })
})

async function sets(test: TestApp) {
  return [...(await layoutSets(test.embedded.db)).values()]
}
