import { expect } from 'chai'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { draft, stage } from '../../src/global-sharing/draft.js'
import type { Model, Role } from '../../src/global-sharing/model.js'
import type { StaffName } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator } from './admins.js'

const people = '/portico/admin/sharing/people'

onSqlite('administrators’ page of people', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
  })

  beforeEach(() =>
    setModel(test, (model) => ({
      ...model,
      roles: { sales: role('Sales'), support: role('Support') },
      people: { petra: 'support' },
      groups: {},
      rules: {}
    }))
  )

  after(() => test.close())

  it('S02 roles of several people are saved at once, and only of those whose role changed', async () => {
    await grace.open(people)
    await grace.send('Save roles', { 'role.frank': 'Sales', 'role.ben': 'Sales', 'role.petra': '' })
    grace.is(200)
    expect(await roles()).to.deep.equal({ frank: 'sales', ben: 'sales' })
    grace.sees('Roles of people changed', 'Frank Weber')
    await grace.send('Save roles')
    expect(await roles()).to.deep.equal({ frank: 'sales', ben: 'sales' })
  })

  it('S02 those who are ticked get one role together, or lose theirs', async () => {
    await grace.open(people)
    await grace.send('Save roles', { ticked: ['frank', 'ben'], give: 'Sales' })
    expect(await roles()).to.deep.equal({ petra: 'support', frank: 'sales', ben: 'sales' })
    await grace.send('Save roles', { ticked: ['frank', 'petra'], give: '-' })
    expect(await roles()).to.deep.equal({ ben: 'sales' })
    await grace.send('Save roles', { ticked: [], give: 'Sales' })
    grace.is(422).sees('Tick at least one person.')
  })

  it('S11 a word that is no role is refused beside its field, and nothing is lost', async () => {
    await change((model) => ({ ...model, roles: manyRoles(20) }))
    await grace.open(people)
    await grace.send('Save roles', { 'role.frank': 'Emperor', 'role.ben': 'role 7' })
    grace.is(422).sees('There is no role of that name.')
    expect(grace.page('input[name="role.frank"]').attr('value')).to.equal('Emperor')
    expect(await roles()).not.to.have.property('ben')
    await grace.send('Save roles', { 'role.frank': '' })
    expect(await roles()).to.include({ ben: 'r7' })
  })

  it('A28 a role given meanwhile is not overwritten by an older page; others may be', async () => {
    await irena.open(`${people}?q=Frank`)
    await grace.open(people)
    await grace.send('Save roles', { 'role.frank': 'Sales' })
    await irena.send('Save roles', { 'role.frank': 'Support' })
    irena.is(409)
    expect(await roles()).to.include({ frank: 'sales' })
    await irena.send('Save roles')
    expect(await roles()).to.include({ frank: 'support' })
    await irena.open(`${people}?q=Ben`)
    await grace.open(`${people}?q=Frank`)
    await grace.send('Save roles', { 'role.frank': '' })
    await irena.send('Save roles', { 'role.ben': 'Sales' })
    irena.is(200)
    expect(await roles()).to.include({ ben: 'sales' })
  })

  it('S11 people are found by name, user name, role and filter', async () => {
    await grace.open(`${people}?q=novakova`)
    expect(shown()).to.deep.equal(['petra'])
    await grace.open(`${people}?q=support`)
    expect(shown()).to.deep.equal(['petra'])
    await grace.open(`${people}?role=support`)
    grace.sees('People of the role Support')
    expect(shown()).to.deep.equal(['petra'])
    await grace.open(`${people}?show=without`)
    expect(shown()).to.deep.equal(['ben', 'frank', 'grace'])
    grace.sees('People without a role have these profiles: Standard')
  })

  it('S01 people without a role and without a profile for them are said to have nothing', async () => {
    await change((model) => ({ ...model, withoutRole: [] }))
    await grace.open(`${people}?show=without`)
    grace.sees('no rights at all')
  })

  it('S02 who is no longer in the CRM is named, and removed from roles, groups and rules', async () => {
    const ghost = { kind: 'user', id: 'ghost-17' } as const
    await grace.open(people)
    grace.doesNotSee('show=gone')
    await change((model) => ({
      ...model,
      people: { ...model.people, 'ghost-17': 'sales' },
      groups: { a: { name: 'Team A', hostGroup: null, members: [ghost, { kind: 'user', id: 'petra' }] } },
      rules: {
        r: { module: 'Lead', from: { kind: 'role', id: 'sales' }, to: ghost, write: false, criteria: [], related: [] }
      }
    }))
    await grace.open(`${people}?show=gone`)
    grace.sees('ghost-17')
    await grace.send('Remove them from roles, groups and rules')
    grace.is(200)
    const { model } = await draft(test.embedded.db)
    expect(model.people).to.deep.equal({ petra: 'support' })
    expect(model.groups['a']?.members).to.deep.equal([{ kind: 'user', id: 'petra' }])
    expect(model.rules).to.deep.equal({})
  })

  it('S11 with 1,000 people and 200 roles a page stays below 50 kB, and the last of them is found', async () => {
    await change((model) => ({ ...model, roles: manyRoles(200) }))
    const { host } = test.embedded
    const real = host.people
    const crowd = Array.from({ length: 1000 }, (_, index): StaffName => {
      const id = `person${String(index).padStart(4, '0')}`
      return { id, userName: id, name: `Somebody with a long name ${index}`, isActive: true, isAdministrator: false }
    })
    Object.assign(host, { people: async () => crowd })
    try {
      for (const path of [people, '/portico/admin/sharing/roles/r3', '/portico/admin/sharing/roles/r3?q=long']) {
        await grace.open(path)
        expect(weight(grace.response.text), path).to.be.below(50_000)
      }
      await grace.open(`${people}?skip=970`)
      expect(shown()).to.have.length(30)
      await grace.send('Save roles', { 'role.person0999': 'Role 199' })
      expect(await roles()).to.include({ person0999: 'r199' })
      await grace.open(`${people}?role=r199`)
      expect(shown()).to.deep.equal(['person0999'])
    } finally {
      Object.assign(host, { people: real })
    }
  })

  it('S11 the page is there for who may manage sharing, and for nobody else', async () => {
    const ben = await administrator(test, 'ben')
    ;(await ben.open(people)).is(404)
    ;(await grace.open(people)).is(200)
    await ben.open('/crm')
    const refused = await ben.forge(people, { person: 'ben', 'role.ben': 'Sales', stamp: '' })
    expect(refused.status).to.equal(404)
    expect(await roles()).not.to.have.property('ben')
  })

  async function change(wanted: (model: Model) => Model): Promise<void> {
    const by = (await test.embedded.host.staffById('irena'))!
    const { context } = test.embedded.portico
    await stage(context, by, {
      action: 'sharing.people-changed',
      subject: 'sharing:test',
      part: () => ({}),
      change: wanted
    })
  }

  async function roles(): Promise<Model['people']> {
    return (await draft(test.embedded.db)).model.people
  }

  function shown(): string[] {
    return grace
      .page('input[name=person]')
      .map((_, one) => one.attribs['value']!)
      .get()
      .sort()
  }
})

function role(name: string): Role {
  return { name, parent: null, profiles: ['standard'] }
}

function manyRoles(count: number): Record<string, Role> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, role(`Role ${index}`)]))
}

/** With the style sheet and the script, as they are sent. */
function weight(html: string): number {
  const files = ['public/portico.css', 'public/portico.js'].map((file) => gzipSync(readFileSync(file)).length)
  return files.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(html))
}
