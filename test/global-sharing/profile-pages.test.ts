import { expect } from 'chai'
import { draft } from '../../src/global-sharing/draft.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import { emptyModel, type Model, type ModuleRights, type Profile } from '../../src/global-sharing/model.js'
import { organizationOf, rightsIn } from '../../src/global-sharing/organization.js'
import { blankProfile, modulesAfter, withoutProfile, withProfile } from '../../src/global-sharing/profiles.js'
import { Invalid, PorticoError } from '../../src/errors.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator, sharing } from './admins.js'

const full: ModuleRights = { view: true, create: true, edit: true, delete: true }
const viewOnly: ModuleRights = { view: true, create: false, edit: false, delete: false }
const nothing: ModuleRights = { view: false, create: false, edit: false, delete: false }

describe('profiles in the model', () => {
  const sales: Profile = { name: 'Vertrieb', viewAll: false, editAll: false, modules: { '*': full, Case: viewOnly } }
  const model: Model = { ...emptyModel, profiles: { sales } }

  it('S01 what no form showed stays, what is as the other modules needs no entry, and what is shown counts', () => {
    const after = modulesAfter(sales, { '*': nothing, Lead: full, Account: nothing })
    expect(after).to.deep.equal({ '*': nothing, Case: viewOnly, Lead: full })
    expect(modulesAfter(sales, { Lead: full })).to.deep.equal({ '*': full, Case: viewOnly })
    expect(rightsIn({ ...sales, modules: after }, 'Account')).to.deep.equal(nothing)
  })

  it('S01 a profile that is based on no other gives nothing', () => {
    expect(rightsIn(blankProfile, 'Lead')).to.deep.equal(nothing)
    expect([blankProfile.viewAll, blankProfile.editAll]).to.deep.equal([false, false])
  })

  it('S11 names are there once, however they are written; one keeps its own', () => {
    for (const name of ['Vertrieb', 'VERTRIEB', ' vertrieb '])
      expect(() => withProfile(model, 'other', { ...sales, name })).to.throw(Invalid)
    expect(withProfile(model, 'sales', sales).profiles['sales']).to.equal(sales)
    expect(withProfile(model, 'other', { ...sales, name: 'Service' }).profiles).to.have.all.keys('sales', 'other')
  })

  it('S01 a profile goes when nobody has it, and nobody’s rights change by that', () => {
    const role = { name: 'Sales', parent: null, profiles: ['sales'] }
    const used: Model = { ...model, roles: { r: role }, people: { ben: 'r' } }
    expect(() => withoutProfile(used, 'sales')).to.throw(PorticoError, 'sharing:problem.profileOfRoles')
    expect(() => withoutProfile({ ...model, withoutRole: ['sales'] }, 'sales')).to.throw(PorticoError)
    const free = withoutProfile({ ...used, roles: { r: { ...role, profiles: [] } } }, 'sales')
    expect(free.profiles).to.deep.equal({})
    expect(organizationOf(free).rightsOf('ben').on('Lead')).to.deep.equal(nothing)
  })
})

onSqlite('the pages of profiles', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
    const standard: Profile = { name: 'Standard', viewAll: false, editAll: false, modules: { '*': full } }
    await setModel(test, () => ({ ...emptyModel, profiles: { standard }, withoutRole: ['standard'] }))
  })

  after(() => test.close())

  async function staged(): Promise<Model> {
    return (await draft(test.embedded.portico.context.db)).model
  }

  async function idOf(name: string): Promise<string> {
    return Object.entries((await staged()).profiles).find(([, profile]) => profile.name === name)![0]
  }

  async function profileNamed(name: string): Promise<Profile> {
    return (await staged()).profiles[await idOf(name)]!
  }

  /** The modules whose box of this right is ticked, without `modules`. */
  function ticked(visitor: Visitor, right: string, ...modules: string[]): string[] {
    const boxes = visitor.page(`input[name=${right}][checked]`).toArray()
    return boxes.map((box) => visitor.page(box).attr('value')!).filter((name) => !modules.includes(name))
  }

  it('S10 Example 1.3: Vertrieb, Assistentenprofil based on it with only “view” of Leads, Leads public: read only', async () => {
    await grace.open(`${sharing}/profiles`)
    await grace.follow('New profile')
    await grace.send('Create profile', { name: 'Vertrieb', basedOn: 'standard' })
    grace.is(200).sees('Vertrieb', 'View all', 'Edit all', 'Other modules')
    expect(grace.page('input[name=editAll][checked], input[name=viewAll][checked]').length).to.equal(0)
    await grace.send('Save profile', { description: 'Alle Schreib- und Leserechte für Leads' })
    grace.is(200)

    await grace.open(`${sharing}/profiles`)
    await grace.follow('Copy Vertrieb')
    expect(grace.page('select[name=basedOn] option[selected]').text()).to.equal('Vertrieb')
    await grace.send('Create profile', { name: 'Assistentenprofil' })
    await grace.send('Save profile', {
      create: ticked(grace, 'create', 'Lead'),
      edit: ticked(grace, 'edit', 'Lead'),
      delete: ticked(grace, 'delete', 'Lead')
    })
    grace.is(200)

    await grace.open(sharing)
    await grace.send('Save defaults', { Lead: 'public-read' })

    const assistant = await profileNamed('Assistentenprofil')
    expect(assistant.modules).to.deep.equal({ '*': full, Lead: viewOnly })
    expect((await profileNamed('Vertrieb')).modules).to.deep.equal({ '*': full })
    expect((await staged()).defaults['Lead']).to.deep.equal({ level: 'public-read' })
    const { model } = await inForce(test.embedded.portico.context.db)
    expect(Object.keys(model.profiles), 'nothing is in force yet').to.deep.equal(['standard'])
  })

  it('S01 the list names the roles that use each profile, and what is staged', async () => {
    const sales = await idOf('Vertrieb')
    await setModel(test, (model) => ({
      ...model,
      roles: { manager: { name: 'Vertriebsmanager', parent: null, profiles: [sales] } }
    }))
    await grace.open(`${sharing}/profiles`)
    const row = (name: string): string =>
      grace
        .page('tbody tr')
        .filter((_, tr) => grace.page(tr).find('th a').text() === name)
        .text()
        .replace(/\s+/g, ' ')
    expect(row('Vertrieb')).to.include('Vertriebsmanager').and.not.include('staged')
    expect(row('Standard')).to.include('People without a role')
    expect(row('Assistentenprofil')).to.include('nobody')
    await grace.follow('Assistentenprofil')
    await grace.send('Save profile', { viewAll: 'true' })
    grace.is(200).sees('staged: changed')
    await grace.open(`${sharing}/profiles`)
    expect(row('Assistentenprofil')).to.include('staged: changed').and.include('View all')
  })

  it('S01 editing or deleting without viewing is refused at its module, and the boxes stay as they were ticked', async () => {
    await grace.open(`${sharing}/profiles/${await idOf('Assistentenprofil')}`)
    await grace.send('Save profile', { view: ticked(grace, 'view', 'Lead', 'Case') })
    grace.is(422).sees('Editing and deleting need viewing. Please tick “View” too')
    expect(grace.page('#rights-Case-error').length, 'Case may be edited').to.equal(1)
    expect(grace.page('#rights-Lead-error').length, 'of Lead nothing else was given').to.equal(0)
    expect(ticked(grace, 'view')).not.to.include('Case')
    expect((await profileNamed('Assistentenprofil')).modules['Lead']).to.deep.equal(viewOnly)
    const rights = ['create', 'edit', 'delete']
    await grace.send(
      'Save profile',
      Object.fromEntries(rights.map((right) => [right, ticked(grace, right, 'Case')] as const))
    )
    grace.is(200)
    expect((await profileNamed('Assistentenprofil')).modules).to.deep.equal({ '*': full, Lead: nothing, Case: nothing })
  })

  it('S11 a name that is taken, or none, is refused beside the field, with what was typed', async () => {
    await grace.open(`${sharing}/profiles/new`)
    await grace.send('Create profile', { name: 'vertrieb', basedOn: 'standard' })
    grace.is(422).sees('This name is taken already')
    expect(grace.page('input[name=name]').attr('value')).to.equal('vertrieb')
    await grace.send('Create profile', { name: '  ' })
    grace.is(422)
    expect(grace.page('#field-name-error').length).to.equal(1)
    await grace.open(`${sharing}/profiles/${await idOf('Assistentenprofil')}`)
    await grace.send('Save profile', { name: 'Vertrieb', description: 'Mine' })
    grace.is(422).sees('This name is taken already')
    expect(grace.page('input[name=description]').attr('value')).to.equal('Mine')
  })

  it('S01 a profile of a role is not removed, one of nobody is', async () => {
    const sales = await idOf('Vertrieb')
    await grace.open(`${sharing}/profiles/${sales}`)
    expect(grace.text).to.include('A profile that is in use can’t be removed').and.not.include('Remove profile')
    const stamp = grace.page('input[name=stamp]').first().attr('value')!
    const refused = await grace.forge(`${sharing}/profiles/${sales}/removal`, { stamp })
    expect(refused.status).to.equal(409)
    expect(refused.text).to.include('Roles that have it: Vertriebsmanager.')
    expect((await staged()).profiles).to.include.keys(sales)
    await grace.open(`${sharing}/profiles/${await idOf('Assistentenprofil')}`)
    await grace.send('Remove profile')
    grace.is(200).sees('Staged to be removed, and still in force: Assistentenprofil')
    expect(Object.values((await staged()).profiles).map(({ name }) => name)).not.to.include('Assistentenprofil')
  })

  it('S01 people without a role have the profiles that are chosen for them, or none', async () => {
    await grace.open(`${sharing}/profiles`)
    await grace.send('Save choice', { profile: [] })
    grace.is(200)
    expect((await staged()).withoutRole).to.deep.equal([])
    await grace.send('Save choice', { profile: [await idOf('Vertrieb'), 'gone'] })
    expect((await staged()).withoutRole).to.deep.equal([await idOf('Vertrieb')])
    grace.sees('Profiles of people without a role changed')
  })

  it('A28 of two administrators the second is told, and finds what he typed', async () => {
    const path = `${sharing}/profiles/${await idOf('Vertrieb')}`
    await grace.open(path)
    await irena.open(path)
    await irena.send('Save profile', { description: 'Irena' })
    irena.is(200)
    await grace.send('Save profile', { description: 'Grace', view: ticked(grace, 'view', 'Lead'), editAll: 'true' })
    grace.is(409)
    expect(grace.page('input[name=description]').attr('value')).to.equal('Grace')
    expect(grace.page('input[name=editAll][checked]').length).to.equal(1)
    expect(ticked(grace, 'view')).not.to.include('Lead')
    expect((await profileNamed('Vertrieb')).description).to.equal('Irena')
  })

  it('S01 rights in a module that the CRM no longer has are kept and marked', async () => {
    await setModel(test, (model) => ({
      ...model,
      profiles: {
        ...model.profiles,
        standard: { ...model.profiles['standard']!, modules: { '*': full, Vanished: viewOnly } }
      }
    }))
    await grace.open(`${sharing}/profiles/standard`)
    grace.is(200).sees('Vanished', 'no longer in the CRM')
    await grace.send('Save profile', { description: 'For all' })
    expect((await profileNamed('Standard')).modules).to.deep.equal({ '*': full, Vanished: viewOnly })
    ;(await grace.open(`${sharing}/profiles/nobodys`)).is(404)
  })
})
