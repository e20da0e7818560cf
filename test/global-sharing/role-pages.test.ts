import { expect } from 'chai'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { draft, stage } from '../../src/global-sharing/draft.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import type { Model, Profile, Role } from '../../src/global-sharing/model.js'
import { roleLabels } from '../../src/global-sharing/roles.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator } from './admins.js'

const roles = '/portico/admin/sharing/roles'

onSqlite('administrators’ pages of roles', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
  })

  beforeEach(() => reset())

  after(() => test.close())

  it('S10 S11 example 1.1: its roles are built by the pages, without JavaScript', async () => {
    await newRole('Vertriebsmanager', 'Vertrieb')
    await grace.follow('Add a role below')
    await grace.send('Create role', { name: 'Vertriebsmitarbeiter' })
    grace.is(200).sees('Vertriebsmanager', 'Superiors')
    await grace.open(await pathOf('Vertriebsmanager'))
    await grace.follow('Add a role below')
    await grace.send('Create role', { name: 'Assistent Vertrieb', profile: ['assistant'] })
    await give('Vertriebsmanager', 'grace')
    await give('Vertriebsmitarbeiter', 'petra', 'frank')
    await give('Assistent Vertrieb', 'ben')
    const { model } = await draft(test.embedded.db)
    expect(told(model)).to.deep.equal({
      Vertriebsmanager: { above: undefined, profiles: ['sales'], people: ['grace'] },
      Vertriebsmitarbeiter: { above: 'Vertriebsmanager', profiles: ['sales'], people: ['frank', 'petra'] },
      'Assistent Vertrieb': { above: 'Vertriebsmanager', profiles: ['assistant'], people: ['ben'] }
    })
    await grace.open(roles)
    grace.sees('3 roles', '2 people · Vertrieb', '1 person · Assistentenprofil')
    await grace.open(await pathOf('Vertriebsmanager'))
    grace.sees('reach the records of 3 people below')
  })

  it('S11 what is changed is staged for all, told in the list of changes, and not in force', async () => {
    const { version } = await inForce(test.embedded.db)
    await newRole('Sales', 'Vertrieb')
    await irena.open(roles)
    irena.sees('Sales', 'Role created', 'Grace Hughes')
    expect((await inForce(test.embedded.db)).version).to.equal(version)
  })

  it('S02 a role moves below another one, and never below itself', async () => {
    const { top, middle, bottom } = await threeRoles()
    await grace.open(`${roles}/${bottom}/place`)
    await grace.send('Move role', { parent: top })
    grace.is(200)
    expect(await parentOf('bottom')).to.equal('top')
    await grace.open(`${roles}/${top}/place`)
    expect(grace.page('option').text()).not.to.include('middle')
    await grace.send('Move role', { parent: middle })
    grace.is(422).sees('middle is below top')
    expect(await parentOf('top')).to.equal(undefined)
  })

  it('S02 a role that is dropped on another moves as by the form; onto one below it, it does not', async () => {
    const { top, bottom } = await threeRoles()
    await grace.open(roles)
    await grace.submit(roles, { role: bottom, parent: top })
    grace.is(200)
    expect(await parentOf('bottom')).to.equal('top')
    await grace.submit(roles, { role: top, parent: bottom })
    grace.is(422).sees('bottom is below top')
    await grace.open(roles)
    await grace.submit(roles, { role: bottom, parent: '' })
    expect(await parentOf('bottom')).to.equal(undefined)
  })

  it('S02 a removed role leaves its people and subordinate roles to the one that was chosen', async () => {
    const { top, middle, bottom } = await threeRoles()
    await give('middle', 'petra')
    await grace.open(`${roles}/${middle}/removal`)
    expect(grace.page('select[name=heir] option').text()).not.to.include('bottom')
    await grace.send('Remove role', { heir: bottom })
    grace.is(422).sees('cannot go to a role below it')
    await grace.send('Remove role', { heir: top })
    grace.is(200).doesNotSee('>middle<')
    const { model } = await draft(test.embedded.db)
    expect(model.people['petra']).to.equal(top)
    expect(await parentOf('bottom')).to.equal('top')
  })

  it('S11 the question before a role goes names the groups and rules that name it', async () => {
    const { middle } = await threeRoles()
    const role = { kind: 'role', id: middle } as const
    await change((model) => ({
      ...model,
      groups: { a: { name: 'Team A', hostGroup: null, members: [role] } },
      rules: {
        r: { module: 'Lead', from: role, to: { kind: 'group', id: 'a' }, write: true, criteria: [], related: [] }
      }
    }))
    await grace.open(`${roles}/${middle}`)
    grace.sees('Group Team A', 'Leads: from')
    await grace.open(`${roles}/${middle}/removal`)
    grace.sees('Group Team A', 'Leads: from')
    await grace.send('Remove role')
    const { model } = await draft(test.embedded.db)
    expect([Object.keys(model.rules), model.groups['a']?.members]).to.deep.equal([[], []])
  })

  it('A28 of two administrators who save a role at once, the second is told and his words stay', async () => {
    const { middle } = await threeRoles()
    await irena.open(`${roles}/${middle}`)
    await grace.open(`${roles}/${middle}`)
    await irena.send('Save role', { name: 'Irena was here' })
    irena.is(200)
    await grace.send('Save role', { name: 'Grace was here' })
    grace.is(409)
    expect(grace.page('input[name=name]').attr('value')).to.equal('Grace was here')
    await grace.send('Save role')
    grace.is(200)
    expect(grace.page('h1').text()).to.equal('Grace was here')
  })

  it('A28 a change of the tree meanwhile refuses what is dropped, and a removal whose question showed less', async () => {
    const { top, middle, bottom } = await threeRoles()
    await irena.open(`${roles}/${middle}/removal`)
    await grace.open(roles)
    await give('middle', 'petra')
    await irena.send('Remove role')
    irena.is(409)
    await irena.open(`${roles}/${bottom}`)
    await irena.send('Save role', { name: 'Renamed' })
    await grace.open(roles)
    const stamp = grace.page('input[name=stamp]').attr('value')!
    await irena.open(`${roles}/${bottom}`)
    await irena.send('Save role', { name: 'Renamed again' })
    const late = await grace.forge(roles, { role: bottom, parent: top, stamp })
    expect(late.status).to.equal(409)
    expect(await parentOf('Renamed again')).to.equal('middle')
  })

  it('A28 who got a role elsewhere meanwhile does not lose it to an older page', async () => {
    const { top, middle, bottom } = await threeRoles()
    await grace.open(`${roles}/${bottom}`)
    await give('top', 'petra')
    await irena.open(`${roles}/${bottom}`)
    const box = grace
      .page('input[name=person]')
      .filter((_, one) => one.attribs['value']!.endsWith(' petra'))
      .attr('value')!
    const late = await irena.forge(`${roles}/${bottom}/people`, { person: box })
    expect(late.status).to.equal(409)
    expect((await draft(test.embedded.db)).model.people['petra']).to.equal(top)
    await give('middle', 'petra')
    expect((await draft(test.embedded.db)).model.people['petra']).to.equal(middle)
  })

  it('S01 a role without a profile is said to give no rights', async () => {
    await newRole('Nothing')
    grace.sees('its people have no rights')
    await grace.open(roles)
    grace.sees('no profile')
    await newRole('Something', 'Vertrieb')
    grace.doesNotSee('its people have no rights')
  })

  it('S11 a name is needed, and free at its place', async () => {
    await grace.open(`${roles}/new`)
    await grace.send('Create role', { name: ' ' })
    grace.is(422)
    await newRole('Sales')
    await grace.open(`${roles}/new`)
    await grace.send('Create role', { name: 'sales' })
    grace.is(422).sees('There is a role called sales at this place already')
  })

  it('S02 somebody is taken out of a role', async () => {
    await newRole('Sales')
    await give('Sales', 'petra')
    grace.sees('Petra Nováková')
    await grace.send('Take out Petra Nováková')
    expect((await draft(test.embedded.db)).model.people).to.deep.equal({})
  })

  it('S11 200 roles, ten deep, stay below 50 kB with everything the page needs', async () => {
    await change((model) => ({ ...model, roles: manyRoles(200, 10, 40) }))
    await grace.open(roles)
    expect(grace.page('ul.roles li')).to.have.length(200)
    const sent = ['public/portico.css', 'public/portico.js'].map((file) => gzipSync(readFileSync(file)).length)
    const weight = Buffer.byteLength(grace.response.text) + sent.reduce((sum, bytes) => sum + bytes, 0)
    expect(weight).to.be.below(50_000)
  })

  it('S11 what does not fit into a page of the tree is drawn on pages of its own', async () => {
    await change((model) => ({ ...model, roles: manyRoles(600, 10, 600) }))
    await grace.open(roles)
    const shown = grace.page('ul.roles li').length
    expect(shown).to.be.within(60, 300)
    expect(Buffer.byteLength(grace.response.text)).to.be.below(37_000)
    const more = grace.page('ul.roles a[href^="?from"]').first()
    expect(more.text()).to.match(/^\d roles? below$/)
    await grace.open(roles + more.attr('href')!)
    grace.is(200).sees('and the roles below')
  })

  it('S11 the pages are there for who may manage sharing, and for nobody else', async () => {
    const { middle } = await threeRoles()
    const ben = await administrator(test, 'ben')
    for (const path of ['', '/new', `/${middle}`, `/${middle}/place`, `/${middle}/removal`]) {
      ;(await ben.open(roles + path)).is(404)
      ;(await grace.open(roles + path)).is(200)
    }
    await ben.open('/crm')
    expect((await ben.forge(`${roles}/${middle}/place`, { parent: '', stamp: '' })).status).to.equal(404)
    expect(await parentOf('middle')).to.equal('top')
  })

  it('a role that is not there answers as a page that is not', async () => {
    for (const id of ['gone', '__proto__', 'constructor']) (await grace.open(`${roles}/${id}`)).is(404)
  })

  /** In force and staged the same: the two profiles of the example, and nothing else. */
  async function reset(): Promise<void> {
    const profiles = { sales: profile('Vertrieb'), assistant: profile('Assistentenprofil') }
    await setModel(test, (model) => ({ ...model, profiles, roles: {}, people: {}, groups: {}, rules: {} }))
  }

  async function change(wanted: (model: Model) => Model): Promise<void> {
    const by = (await test.embedded.host.staffById('irena'))!
    const { context } = test.embedded.portico
    await stage(context, by, {
      action: 'sharing.role-changed',
      subject: 'sharing:test',
      part: () => ({}),
      change: wanted
    })
  }

  async function newRole(name: string, ofProfile?: string): Promise<void> {
    await grace.open(`${roles}/new`)
    const label = grace.page('label').filter((_, one) => grace.page(one).text() === ofProfile)
    await grace.send('Create role', { name, profile: ofProfile ? label.find('input').attr('value')! : [] })
    grace.is(200)
  }

  async function pathOf(name: string): Promise<string> {
    const { model } = await draft(test.embedded.db)
    return `${roles}/${Object.keys(model.roles).find((id) => model.roles[id]?.name === name)}`
  }

  async function give(role: string, ...people: string[]): Promise<void> {
    await grace.open(await pathOf(role))
    const boxes = grace
      .page('input[name=person]')
      .map((_, one) => one.attribs['value']!)
      .get()
    await grace.send('Give role', { person: boxes.filter((box) => people.some((id) => box.endsWith(` ${id}`))) })
    grace.is(200)
  }

  async function threeRoles(): Promise<{ top: string; middle: string; bottom: string }> {
    const one = (name: string, parent: string | null): Role => ({ name, parent, profiles: ['sales'] })
    await change((model) => ({
      ...model,
      roles: { t1: one('top', null), m1: one('middle', 't1'), b1: one('bottom', 'm1') }
    }))
    return { top: 't1', middle: 'm1', bottom: 'b1' }
  }

  async function parentOf(name: string): Promise<string | undefined> {
    const { roles: all } = (await draft(test.embedded.db)).model
    const role = Object.values(all).find((one) => one.name === name)!
    return role.parent === null ? undefined : all[role.parent]?.name
  }

  function told(model: Model): unknown {
    const labels = roleLabels(model)
    return Object.fromEntries(
      Object.entries(model.roles).map(([id, { name, parent, profiles }]) => {
        const people = Object.keys(model.people).filter((person) => model.people[person] === id)
        return [name, { above: labels.get(parent ?? ''), profiles, people: people.sort() }]
      })
    )
  }
})

function profile(name: string): Profile {
  const modules = { '*': { view: true, create: true, edit: true, delete: true } }
  return { name, viewAll: false, editAll: false, modules }
}

/** Chains of `deep` beside each other until there are `chained`, and the others below the first. */
function manyRoles(count: number, deep: number, chained: number): Record<string, Role> {
  const idOf = (index: number): string => `role${String(index).padStart(4, '0')}`
  const parentOf = (index: number): string | null => {
    if (index % deep !== 0 && index < chained) return idOf(index - 1)
    return index < chained ? null : idOf(0)
  }
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      idOf(index),
      { name: `Regional sales ${index}`, parent: parentOf(index), profiles: ['sales'] }
    ])
  )
}
