import { expect } from 'chai'
import { draft, stage } from '../../src/global-sharing/draft.js'
import type { Group, Member, Model } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator } from './admins.js'

const groups = '/portico/admin/sharing/groups'

onSqlite('administrators’ pages of groups', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    const { crm } = test.embedded
    await crm.groups.create('Sales desk')
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
  })

  beforeEach(() =>
    setModel(test, (model) => ({
      ...model,
      roles: {
        manager: { name: 'Vertriebsmanager', parent: null, profiles: ['standard'] },
        staff: { name: 'Vertriebsmitarbeiter', parent: 'manager', profiles: ['standard'] }
      },
      people: { grace: 'manager', petra: 'staff', frank: 'staff', ben: 'staff' },
      groups: {},
      rules: {}
    }))
  )

  after(() => test.close())

  it('S03 S10 example 1.2: Team A in its three options is built by the pages', async () => {
    await newGroup('Team A')
    await add('user:petra', 'user:frank', 'user:ben', 'user:grace')
    await newGroup('Team A 2')
    await add('tree:manager')
    await newGroup('Team A 3')
    await add('role:manager', 'role:staff')
    for (const name of ['Team A', 'Team A 2', 'Team A 3']) {
      await grace.open(await pathOf(name))
      grace.sees('That is 4 people', 'Ben Fischer', 'Grace Hughes', 'Petra Nováková', 'Frank Weber')
    }
  })

  it('S03 each person stands with the way he comes in', async () => {
    await twoGroups()
    await grace.open(`${groups}/a`)
    const text = (name: string): string =>
      grace
        .page('ul.plain li')
        .filter((_, one) => grace.page(one).text().includes(name))
        .text()
        .replace(/\s+/g, ' ')
    expect(text('Ben Fischer')).to.include('as a member')
    expect(text('Petra')).to.match(/group .?Team B.? › role .?Vertriebsmitarbeiter/i)
    expect(text('Grace')).to.equal('')
    grace.sees('Superiors are not in a group because their people are')
  })

  it('S03 a circle of groups is refused by a sentence that names it', async () => {
    await twoGroups()
    await grace.open(`${groups}/b`)
    expect(grace.page('input[value="group:a"]')).to.have.length(0)
    const refused = await grace.forge(`${groups}/b/members`, { member: 'group:a' })
    expect(refused.status).to.equal(422)
    expect(refused.text).to.include('Team B › Team A › Team B')
    expect((await modelNow()).groups['b']?.members).to.have.length(1)
    await newGroup('Team C')
    await add('group:a')
    grace.sees('That is 3 people')
  })

  it('S03 one group of the CRM belongs to one group', async () => {
    await newGroup('Team A', 'Sales desk')
    await grace.open(groups)
    grace.sees('Sales desk')
    await newGroup('Team B')
    expect(
      grace
        .page('option')
        .filter((_, one) => grace.page(one).text().startsWith('Sales desk'))
        .attr('disabled')
    ).to.equal('disabled')
    const owner = Object.values((await modelNow()).groups).find(({ name }) => name === 'Team A')?.hostGroup
    await grace.send('Save group', { hostGroup: owner! })
    grace.is(422).sees('already belong to the group Team A')
    await grace.open(await pathOf('Team A'))
    await grace.send('Save group', { hostGroup: '' })
    grace.is(200)
    await grace.open(await pathOf('Team B'))
    await grace.send('Save group', { hostGroup: owner! })
    grace.is(200)
  })

  it('S03 a member is taken out; a group needs a free name', async () => {
    await twoGroups()
    await grace.open(`${groups}/a`)
    await grace.send('Take out Ben Fischer')
    grace.is(200).sees('That is 2 people')
    await grace.send('Save group', { name: 'team b' })
    grace.is(422)
    expect(grace.page('input[name=name]').attr('value')).to.equal('team b')
    await grace.send('Save group', { name: 'Team Z' })
    grace.is(200).sees('Team Z')
  })

  it('S05 a removed group says what goes with it, and takes it along', async () => {
    await twoGroups()
    await change((model) => ({
      ...model,
      rules: {
        r: {
          module: 'Lead',
          from: { kind: 'group', id: 'b' },
          to: { kind: 'role', id: 'manager' },
          write: true,
          criteria: [],
          related: []
        }
      }
    }))
    await grace.open(`${groups}/b/removal`)
    grace.sees('Group Team A', 'Leads: from')
    await grace.send('Remove group')
    grace.is(200)
    const { rules, groups: left } = await modelNow()
    expect([Object.keys(rules), Object.keys(left), left['a']?.members.length]).to.deep.equal([[], ['a'], 1])
  })

  it('A28 a rule that names the group meanwhile stops its removal; saving it twice tells the second', async () => {
    await twoGroups()
    await irena.open(`${groups}/b/removal`)
    await grace.open(`${groups}/b`)
    await change((model) => ({
      ...model,
      rules: {
        r: {
          module: 'Lead',
          from: { kind: 'group', id: 'b' },
          to: { kind: 'role', id: 'manager' },
          write: true,
          criteria: [],
          related: []
        }
      }
    }))
    await irena.send('Remove group')
    irena.is(409).sees('Leads: from')
    await irena.send('Remove group')
    irena.is(200)
    expect((await modelNow()).rules).to.deep.equal({})
    await grace.send('Save group', { name: 'Too late' })
    expect(grace.answered).to.equal(404)
  })

  it('S11 nothing is added that does not exist, and words that are no member are refused', async () => {
    await newGroup('Team A')
    const path = await pathOf('Team A')
    for (const member of ['user:nobody', 'role:gone', 'group:gone', 'else:petra', 'petra', 'user:', 'role:__proto__']) {
      const refused = await grace.forge(`${path}/members`, { member })
      expect(refused.status, member).to.equal(422)
    }
    expect((await grace.forge(`${path}/members`, { member: 'user:petra' })).status).to.equal(303)
  })

  it('S11 the search finds people, roles and groups, without accents too', async () => {
    await twoGroups()
    await newGroup('Team C')
    await grace.submit(`${await pathOf('Team C')}/members`)
    grace.is(422).sees('Tick at least one person, role or group.')
    await grace.open(`${await pathOf('Team C')}?q=novakova`)
    expect(values('input[name=member]')).to.deep.equal(['user:petra'])
    await grace.open(`${await pathOf('Team C')}?q=vertriebsman`)
    expect(values('input[name=member]')).to.deep.equal(['role:manager', 'tree:manager'])
    await grace.open(`${await pathOf('Team C')}?q=team`)
    expect(values('input[name=member]')).to.deep.equal(['group:a', 'group:b'])
  })

  it('S11 the pages are there for who may manage sharing, and for nobody else', async () => {
    await twoGroups()
    const ben = await administrator(test, 'ben')
    for (const path of ['', '/new', '/a', '/a/removal']) {
      ;(await ben.open(groups + path)).is(404)
      ;(await grace.open(groups + path)).is(200)
    }
    await ben.open('/crm')
    expect((await ben.forge(`${groups}/a/members`, { member: 'user:ben' })).status).to.equal(404)
    ;(await grace.open(`${groups}/__proto__`)).is(404)
  })

  async function newGroup(name: string, hostGroup?: string): Promise<void> {
    await grace.open(`${groups}/new`)
    const option = grace.page('option').filter((_, one) => grace.page(one).text() === hostGroup)
    await grace.send('Create group', { name, hostGroup: hostGroup ? option.attr('value')! : '' })
    grace.is(200)
  }

  async function add(...members: string[]): Promise<void> {
    await grace.send('Add members', { member: members })
    grace.is(200)
  }

  async function modelNow(): Promise<Model> {
    return (await draft(test.embedded.db)).model
  }

  async function pathOf(name: string): Promise<string> {
    const { groups: all } = await modelNow()
    return `${groups}/${Object.keys(all).find((id) => all[id]?.name === name)}`
  }

  async function change(wanted: (model: Model) => Model): Promise<void> {
    const by = (await test.embedded.host.staffById('irena'))!
    const { context } = test.embedded.portico
    await stage(context, by, {
      action: 'sharing.group-changed',
      subject: 'sharing-group:test',
      part: () => undefined,
      change: wanted
    })
  }

  /** Team A has Ben and Team B, Team B the sales staff: Petra, Frank and Ben. */
  async function twoGroups(): Promise<void> {
    const group = (name: string, members: readonly Member[]): Group => ({ name, hostGroup: null, members })
    const a = group('Team A', [
      { kind: 'user', id: 'ben' },
      { kind: 'group', id: 'b' }
    ])
    const b = group('Team B', [{ kind: 'role', id: 'staff' }])
    await change((model) => ({ ...model, people: { ...model.people, ben: 'manager' }, groups: { a, b } }))
  }

  function values(selector: string): string[] {
    const found: string[] = []
    grace.page(selector).each((_, one) => void found.push(grace.page(one).attr('value') ?? ''))
    return found
  }
})
