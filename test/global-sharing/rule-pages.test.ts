import { expect } from 'chai'
import { draft } from '../../src/global-sharing/draft.js'
import { emptyModel, type Level, type Model, type Rule } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'
import { hangingOn, remarksOn, ruleProblems } from '../../src/global-sharing/rules.js'
import { catalog, module } from '../portal/catalog.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { administrator, sharing } from './admins.js'

const roles: Model['roles'] = {
  boss: { name: 'Vertriebsmanager', parent: null, profiles: [] },
  sales: { name: 'Vertriebsmitarbeiter', parent: 'boss', profiles: [] },
  help: { name: 'Assistent Vertrieb', parent: 'boss', profiles: [] },
  empty: { name: 'Niemand', parent: null, profiles: [] }
}
const organized: Model = {
  ...emptyModel,
  roles,
  people: { frank: 'boss', grace: 'sales', petra: 'sales', ben: 'help' },
  groups: {
    team: { name: 'Team A', hostGroup: null, members: [{ kind: 'role', id: 'sales' }] },
    desk: { name: 'Desk', hostGroup: 'desk', members: [{ kind: 'user', id: 'ben' }] }
  }
}
const rule: Rule = {
  module: 'Lead',
  from: { kind: 'role', id: 'sales' },
  to: { kind: 'role', id: 'help' },
  write: false,
  criteria: [],
  related: []
}

describe('what a sharing rule has no effect in', () => {
  const remarks = (given: Partial<Rule>, levels: Readonly<Record<string, Level>> = {}): string[] => {
    const defaults = Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, { level }]))
    const world = {
      catalog,
      organization: organizationOf({ ...organized, defaults }),
      people: new Set(['ben', 'frank'])
    }
    return remarksOn(world, { ...rule, ...given }).map(
      ({ key, nothing }) => `${key.replace('sharing:remark.', '')}${nothing ? '!' : ''}`
    )
  }

  it('S05 none, where it shares somebody’s records with somebody else', () => {
    expect(remarks({})).to.deep.equal([])
    expect(remarks({ to: { kind: 'user', id: 'ben' }, write: true })).to.deep.equal([])
    expect(remarks({ to: { kind: 'role', id: 'sales' } }), 'colleagues, among each other').to.deep.equal([])
  })

  it('S05 people who have the records already: their own, and those of people below them', () => {
    expect(remarks({ from: { kind: 'role', id: 'help' }, to: { kind: 'user', id: 'ben' } })).to.deep.equal([
      'theirsAlready!'
    ])
    expect(remarks({ to: { kind: 'role', id: 'boss' } })).to.deep.equal(['theirsAlready!'])
    expect(remarks({ from: { kind: 'tree', id: 'boss' }, to: { kind: 'user', id: 'frank' } })).to.deep.equal([
      'theirsAlready!'
    ])
    const related = [{ module: 'Case', link: 'account', write: false }]
    expect(remarks({ module: 'Account', to: { kind: 'role', id: 'boss' }, related })).to.deep.equal(['theirsAlready'])
  })

  it('S05 nobody in it; but a group of the CRM owns records without any member', () => {
    expect(remarks({ from: { kind: 'role', id: 'empty' } })).to.deep.equal(['fromEmpty!'])
    expect(remarks({ to: { kind: 'role', id: 'empty' } })).to.deep.equal(['toEmpty!'])
    expect(remarks({ from: { kind: 'group', id: 'desk' }, to: { kind: 'role', id: 'sales' } })).to.deep.equal([])
    expect(remarks({ from: { kind: 'group', id: 'desk' }, to: { kind: 'user', id: 'ben' } })).to.deep.equal([
      'theirsAlready!'
    ])
  })

  it('S05 counts under Private, and for its write part under Public: Read Only', () => {
    const levels: Level[] = ['private', 'public-read', 'public-edit', 'public-delete']
    const table = levels.map((Lead) => [remarks({}, { Lead }), remarks({ write: true }, { Lead })])
    expect(table).to.deep.equal([
      [[], []],
      [['open!'], ['readOpen']],
      [['open!'], ['open!']],
      [['open!'], ['open!']]
    ])
  })

  it('S06 what hangs on the records still counts when the module is open, unless it is open too', () => {
    const related = [{ module: 'Case', link: 'account', write: true }]
    const account = { module: 'Account', related }
    expect(remarks(account, { Account: 'public-read' })).to.deep.equal(['open'])
    expect(remarks(account, { Case: 'public-read' })).to.deep.equal([])
    expect(remarks(account, { Case: 'public-edit' })).to.deep.equal(['relatedOpen'])
    expect(remarks(account, { Account: 'public-read', Case: 'public-edit' })).to.deep.equal(['open!', 'relatedOpen'])
    expect(remarks({ module: 'Account', related: [{ module: 'Case', link: 'contact', write: true }] })).to.deep.equal([
      'relatedGone'
    ])
  })

  it('S05 what is gone shares nothing', () => {
    expect(remarks({ module: 'Vanished' })).to.deep.equal(['moduleGone!'])
    expect(remarks({ module: 'QuoteItem' })).to.deep.equal(['moduleGone!'])
    expect(remarks({ from: { kind: 'role', id: 'gone' } })).to.deep.equal(['fromGone!'])
    expect(remarks({ to: { kind: 'group', id: 'gone' } })).to.deep.equal(['toGone!'])
    expect(remarks({ to: { kind: 'user', id: 'gone' } })).to.deep.equal(['toGone!'])
    const criterion = (field: string, value: string): Partial<Rule> => ({ criteria: [{ field, operator: '=', value }] })
    expect(remarks(criterion('gone', 'New'))).to.deep.equal(['criterionGone!'])
    expect(remarks(criterion('status', 'No such status'))).to.deep.equal(['criterionGone!'])
    const [status] = module('Lead').fields.get('status')!.options
    expect(remarks(criterion('status', status!.value))).to.deep.equal([])
  })

  it('S06 modules with a link to one record of the rule’s are offered, line items and itself are not', () => {
    const offered = hangingOn(catalog, module('Account')).map(({ module: { name }, link }) => `${name}.${link.name}`)
    expect(offered).to.include.members([
      'Deal.account',
      'Case.account',
      'Quote.account',
      'Order.account',
      'Invoice.account'
    ])
    expect(hangingOn(catalog, module('Quote')).map((one) => one.module.name)).to.deep.equal(['Order', 'Document'])
  })

  it('S05 the same rule twice, and more than five conditions, are refused', () => {
    const world = { catalog, organization: organizationOf(organized), people: new Set<string>() }
    expect(ruleProblems(world, { ...rule, write: true }, [rule])).to.have.all.keys('to')
    expect(ruleProblems(world, rule, [{ ...rule, module: 'Case' }])).to.deep.equal({})
    const criteria = Array.from({ length: 6 }, () => ({ field: 'lastName', operator: '=' as const, value: 'x' }))
    expect(ruleProblems(world, { ...rule, criteria }, [])).to.have.all.keys('criteria')
    expect(ruleProblems(world, { ...rule, criteria: criteria.slice(1) }, [])).to.deep.equal({})
  })
})

onSqlite('the pages of sharing rules', (open) => {
  let test: TestApp
  let grace: Visitor
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    grace = await administrator(test, 'grace')
    irena = await administrator(test, 'irena')
    const { roles: tree, people, groups } = organized
    await setModel(test, (model) => ({ ...model, roles: tree, people, groups, defaults: {}, rules: {} }))
  })

  after(() => test.close())

  async function rules(): Promise<[string, Rule][]> {
    return Object.entries((await draft(test.embedded.portico.context.db)).model.rules)
  }

  it('S05 a rule is made by the pages: module, whose records, for whom; and is told in words, grouped by module', async () => {
    ;(await grace.open(`${sharing}/rules`)).is(200).sees('There is no sharing rule yet.')
    await grace.follow('New rule')
    await grace.follow('Leads')
    await grace.send('Save rule', { from: 'role:sales', to: 'group:team', access: 'write' })
    grace.is(200)
    grace.sees('Leads owned by people in role “Vertriebsmitarbeiter” may be read and edited by group “Team A”.')
    grace.sees('staged: new', 'Sharing rule created', 'It waits with what else is staged')
    expect(grace.page('section.card h2').first().text().trim()).to.equal('Leads')
    const [[, made]] = (await rules()) as [[string, Rule]]
    expect(made).to.deep.equal({ ...rule, to: { kind: 'group', id: 'team' }, write: true })
  })

  it('S05 conditions: a field is chosen, the form comes again with what fits it, and values are checked by its type', async () => {
    await grace.open(`${sharing}/rules/new?module=Deal`)
    await grace.send('Show fitting inputs', { from: 'tree:boss', to: 'user:ben', 'criteria.0.field': 'stage' })
    grace.is(200)
    expect(await rules()).to.have.length(1)
    expect(grace.page('select[name="criteria.0.value"] option').length).to.be.greaterThan(2)
    const stage = grace.page('select[name="criteria.0.value"] option').eq(1).attr('value')!
    await grace.send('Show fitting inputs', { 'criteria.0.value': stage, 'criteria.1.field': 'amount' })
    expect(grace.page('input[name="criteria.1.value"]').attr('type')).to.equal('number')
    await grace.send('Save rule', { 'criteria.1.operator': '≥', 'criteria.1.value': 'much' })
    grace.is(422).sees('Please give a value that “Amount” can have.')
    expect(grace.page('input[name="criteria.1.value"]').attr('value')).to.equal('much')
    expect(grace.page('select[name=to] option[selected]').attr('value')).to.equal('user:ben')
    await grace.send('Save rule', { 'criteria.1.value': '1000' })
    grace.is(200).sees('may be read by Ben Fischer.', 'Only if: ', 'Amount is at least 1000')
    expect((await rules())[1]![1].criteria).to.deep.equal([
      { field: 'stage', operator: '=', value: stage },
      { field: 'amount', operator: '≥', value: 1000 }
    ])
  })

  it('S05 a condition is taken out again, and a field that was chosen without a value is asked for', async () => {
    const [, [id]] = (await rules()) as [unknown, [string, Rule]]
    await grace.open(`${sharing}/rules/${id}`)
    await grace.send('Remove condition 1')
    grace.is(200)
    expect(grace.page('select[name="criteria.0.field"] option[selected]').attr('value')).to.equal('amount')
    await grace.send('Save rule', { 'criteria.1.field': 'name' })
    grace.is(422)
    expect(grace.page('#criteria-1-error').length).to.equal(1)
    await grace.send('Save rule', { 'criteria.1.operator': 'contains', 'criteria.1.value': 'Nord' })
    grace.is(200).sees('Sharing rule changed')
    const [, [, changed]] = (await rules()) as [unknown, [string, Rule]]
    expect(changed.criteria.map(({ field }) => field)).to.deep.equal(['amount', 'name'])
  })

  it('S06 an account’s deals and cases are shared with it, each to be read or edited', async () => {
    await grace.open(`${sharing}/rules/new?module=Account`)
    expect(grace.page('select[name^="related."]').length).to.be.greaterThan(5)
    await grace.send('Save rule', {
      from: 'role:sales',
      to: 'role:help',
      'related.Deal.account': 'write',
      'related.Case.account': 'read'
    })
    grace.is(200).sees('With them: Deals (Read and write), Cases (Read only)')
    expect((await rules())[2]![1].related).to.deep.equal([
      { module: 'Deal', link: 'account', write: true },
      { module: 'Case', link: 'account', write: false }
    ])
  })

  it('S05 a rule that can have no effect says so', async () => {
    await grace.open(sharing)
    await grace.send('Save defaults', { Lead: 'public-edit', Account: 'public-read' })
    ;(await grace.open(`${sharing}/rules`)).sees('By the default, everybody may do that with Leads already')
    const idle = grace.page('li').filter((_, li) => grace.page(li).text().includes('shares nothing'))
    expect(idle.length, 'the rule for Accounts shares what hangs on them yet').to.equal(1)
  })

  it('S05 nothing chosen, and what does not exist (any more), is refused beside the field', async () => {
    await grace.open(`${sharing}/rules/new?module=Lead`)
    await grace.send('Save rule', { to: 'role:help' })
    grace.is(422)
    expect(grace.page('#field-from-error').length).to.equal(1)
    await grace.send('Save rule', { from: 'group:gone' })
    grace.is(422).sees('What was chosen no longer exists.', 'a group that no longer exists')
    await grace.send('Save rule', { from: 'user:ben' })
    grace.is(422)
    await grace.send('Save rule', { from: 'role:sales', to: 'group:team' })
    grace.is(422).sees('There is a rule for these records and these people already.')
    expect(await rules()).to.have.length(3)
    ;(await grace.open(`${sharing}/rules/new?module=User`)).is(200).sees('Which module?')
  })

  it('S05 a rule whose parts are gone stays, is marked, and can be removed', async () => {
    const gone: Rule = { ...rule, module: 'Vanished', to: { kind: 'user', id: 'nobody' } }
    const links = [{ module: 'Gone', link: 'account', write: true }]
    const half: Rule = { ...rule, module: 'Contact', from: { kind: 'group', id: 'old' }, related: links }
    await setModel(test, (model) => ({ ...model, rules: { ...model.rules, gone, half } }))
    ;(await grace.open(`${sharing}/rules`)).is(200)
    grace.sees('Vanished owned by', 'somebody the CRM no longer has', 'The CRM no longer has this module')
    grace.sees('Contacts owned by a group that no longer exists may be read by role “Assistent Vertrieb”.')
    await grace.open(`${sharing}/rules/half`)
    grace.is(200)
    expect(grace.page('select[name="related.Gone.account"] option[selected]').attr('value')).to.equal('write')
    await grace.open(`${sharing}/rules/gone`)
    grace.is(200).doesNotSee('Save rule')
    await grace.send('Remove rule')
    grace.is(200).sees('Staged to be removed, and still in force', 'Sharing rule removed')
    expect((await rules()).map(([id]) => id)).not.to.include('gone')
    ;(await grace.open(`${sharing}/rules/gone`)).is(404)
  })

  it('S05 where there are very many to choose from, they are searched for, and the page stays small', async () => {
    const many = Array.from({ length: 300 }, (_, index) => [
      `many${index}`,
      { ...roles['sales']!, name: `Branch ${index}` }
    ])
    const tree = { ...roles, ...Object.fromEntries(many) } as Model['roles']
    await setModel(test, (model) => ({ ...model, roles: tree }))
    await grace.open(`${sharing}/rules/new?module=Case`)
    grace.is(200).sees('There are many to choose from')
    expect(grace.response.text.length).to.be.lessThan(50_000)
    await grace.send('Save rule', { fromSearch: 'branch 299', toSearch: 'assistent vertrieb' })
    grace.is(422)
    await grace.send('Save rule', { from: 'tree:many299', to: 'role:help', toSearch: '' })
    grace.is(200).sees('Cases owned by people in role “Branch 299” and below may be read by role “Assistent Vertrieb”.')
    await setModel(test, (model) => ({ ...model, roles }))
  })

  it('A28 of two administrators the second is told, and finds what she typed', async () => {
    const [[id]] = (await rules()) as [[string, Rule]]
    await grace.open(`${sharing}/rules/${id}`)
    await irena.open(`${sharing}/rules/${id}`)
    await irena.send('Save rule', { access: 'read' })
    irena.is(200)
    await grace.send('Save rule', { to: 'user:frank', access: 'write' })
    grace.is(409)
    expect(grace.page('select[name=to] option[selected]').attr('value')).to.equal('user:frank')
    expect((await rules())[0]![1]).to.deep.include({ write: false, to: { kind: 'group', id: 'team' } })
    await irena.open(`${sharing}/rules/${id}`)
    await irena.send('Remove rule')
    await grace.send('Save rule')
    expect(grace.answered).to.equal(404)
  })
})
