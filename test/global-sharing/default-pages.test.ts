import { expect } from 'chai'
import { chainFrom, followingProblems, leadersOf } from '../../src/global-sharing/following.js'
import { draft } from '../../src/global-sharing/draft.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import type { Model } from '../../src/global-sharing/model.js'
import { moduleOf, type Catalog } from '../../src/host/catalog.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator, sharing } from './admins.js'

onSqlite('the page of organization-wide defaults', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
    await setModel(test, (model) => ({ ...model, defaults: {} }))
  })

  after(() => test.close())

  async function defaults(): Promise<Model['defaults']> {
    return (await draft(test.embedded.portico.context.db)).model.defaults
  }

  it('S04 shows every module with an owner, private until somebody chooses otherwise, and says what each level means', async () => {
    ;(await grace.open(sharing))
      .is(200)
      .sees('Private', 'What the defaults mean', 'A module that is added to the CRM later')
    const { page } = grace
    expect(page('select[name=Lead] option[selected]').attr('value')).to.equal('private')
    expect(page('select[name=User]').length).to.equal(0)
    expect(page('select[name=QuoteItem]').length).to.equal(0)
  })

  it('S08 a level is staged: the page shows it beside the one in force, which still holds', async () => {
    await grace.send('Save defaults', { Lead: 'public-read' })
    grace.is(200).sees('It waits with what else is staged', 'staged: changed', 'In force: Private')
    expect((await inForce(test.embedded.portico.context.db)).model.defaults['Lead']).to.equal(undefined)
    expect((await defaults())['Lead']).to.deep.equal({ level: 'public-read' })
    const row = grace.page('tr').filter((_, tr) => grace.page(tr).find('select[name=Account]').length > 0)
    expect(row.text()).not.to.include('In force')
  })

  it('S06 Contacts follow Accounts: only links to one record of a module with owners are offered', async () => {
    const catalog = await test.embedded.host.catalog('en')
    const offered = leadersOf(catalog, moduleOf(catalog, 'Contact')).map(({ name }) => name)
    expect(offered).to.include('account')
    expect(offered).not.to.include('assignedUser')
    await grace.open(sharing)
    await grace.send('Save defaults', { 'Contact.follows': 'account' })
    expect((await defaults())['Contact']).to.deep.equal({ level: 'private', follows: 'account' })
    await grace.send('Save defaults', { 'Contact.follows': 'assignedUser' })
    grace.is(422)
    expect((await defaults())['Contact']).to.deep.equal({ level: 'private', follows: 'account' })
  })

  it('S06 a chain that is too long is refused with a sentence at its module, and what was typed stays', async () => {
    const long = {
      'Invoice.follows': 'order',
      'Order.follows': 'quote',
      'Quote.follows': 'deal',
      'Deal.follows': 'account'
    }
    await grace.open(sharing)
    await grace.send('Save defaults', { ...long, Vendor: 'public-edit' })
    grace.is(422).sees('That is too long: Invoices → Orders → Quotes → Deals → Accounts.')
    expect(grace.page('#follows-Invoice-error').length).to.equal(1)
    expect(grace.page('#follows-Order-error').length).to.equal(0)
    expect(grace.page('select[name=Vendor] option[selected]').attr('value')).to.equal('public-edit')
    expect((await defaults())['Order']?.follows).to.equal(undefined)
    await grace.send('Save defaults', { 'Deal.follows': '' })
    grace.is(200)
    expect((await defaults())['Invoice']).to.deep.equal({ level: 'private', follows: 'order' })
  })

  it('a level that does not exist is refused beside its field, and nothing is staged', async () => {
    const before = await defaults()
    await grace.open(sharing)
    await grace.send('Save defaults', { Lead: 'everybody' })
    grace.is(422)
    expect(grace.page('#level-Lead-error').length).to.equal(1)
    expect(await defaults()).to.deep.equal(before)
  })

  it('A28 of two administrators the second is told, and finds what he chose', async () => {
    await grace.open(sharing)
    await irena.open(sharing)
    await irena.send('Save defaults', { Vendor: 'public-delete' })
    irena.is(200)
    await grace.send('Save defaults', { Quote: 'public-read' })
    grace.is(409)
    expect(grace.page('select[name=Quote] option[selected]').attr('value')).to.equal('public-read')
    expect((await defaults())['Vendor']).to.deep.equal({ level: 'public-delete' })
    await grace.open(sharing)
    await grace.send('Save defaults', { Quote: 'public-read' })
    grace.is(200)
    expect((await defaults())['Vendor']).to.deep.equal({ level: 'public-delete' })
  })

  it('S04 what was set for a module that the CRM no longer has is kept and named', async () => {
    await setModel(test, (model) => ({
      ...model,
      defaults: { ...model.defaults, Vanished: { level: 'public-edit', follows: 'gone' } }
    }))
    ;(await grace.open(sharing)).is(200).sees('The CRM no longer has these modules', 'Vanished')
    await grace.send('Save defaults', { Lead: 'private' })
    expect((await defaults())['Vanished']).to.deep.equal({ level: 'public-edit', follows: 'gone' })
  })

  it('S11 tells in words who changed what, and is there for nobody without the right', async () => {
    ;(await grace.open(sharing)).sees('Organization-wide defaults changed', 'by Grace Hughes')
    expect(grace.page('.feed dl.values').text()).to.include('Public: Read Only')
    const ben = await administrator(test, 'ben')
    for (const path of [sharing, `${sharing}/profiles`, `${sharing}/rules`]) (await ben.open(path)).is(404)
  })
})

describe('modules that follow others', () => {
  const module = (name: string, to: Record<string, string>): [string, object] => [
    name,
    {
      name,
      labelPlural: `${name}s`,
      owner: 'owner',
      links: new Map(Object.entries(to).map(([link, target]) => [link, { name: link, to: target, cardinality: 'one' }]))
    }
  ]
  const catalog = {
    modules: new Map([
      module('A', { b: 'B' }),
      module('B', { c: 'C', a: 'A' }),
      module('C', { d: 'D', c: 'C' }),
      module('D', { e: 'E' }),
      module('E', {})
    ])
  } as unknown as Catalog
  const following = (follows: Record<string, string>): Model['defaults'] =>
    Object.fromEntries(Object.entries(follows).map(([name, link]) => [name, { level: 'private', follows: link }]))

  it('S06 a chain of three is possible, one of four is not', () => {
    expect(chainFrom(catalog, following({ B: 'c', C: 'd', D: 'e' }), 'B')).to.deep.equal(['C', 'D', 'E'])
    expect(followingProblems(catalog, following({ B: 'c', C: 'd', D: 'e' }))).to.deep.equal({})
    expect(followingProblems(catalog, following({ A: 'b', B: 'c', C: 'd', D: 'e' }))).to.have.all.keys('A')
  })

  it('S06 a circle is told at each of its modules, and not at those that lead into it', () => {
    const problems = followingProblems(catalog, following({ A: 'b', B: 'a' }))
    expect(problems).to.have.all.keys('A', 'B')
    expect(problems['A']).to.deep.equal({ key: 'sharing:problem.circle', args: { chain: 'As → Bs → As' } })
    expect(followingProblems(catalog, following({ A: 'b', B: 'gone' }))).to.deep.equal({})
  })

  it('S06 a module is not offered to itself', () => {
    expect(leadersOf(catalog, moduleOf(catalog, 'C')).map(({ name }) => name)).to.deep.equal(['d'])
  })
})
