/** References that are only named: the title of a record of which nothing else is his, and no way to it (T06, A09, A13). */
import { expect } from 'chai'
import { along, always, any, linked, not, oneOf, type Condition } from '../../src/access/condition.js'
import type { Grant, ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import type { Records } from '../../src/access/record.js'
import { onSqlite } from '../support/databases.js'
import { grant, policyOf, restriction } from './shapes.js'
import { openWorld, type World } from './world.js'

const anna = { id: '', module: 'Contact', title: 'Anna Müller' }
const seenAnna = { ...anna, id: 'cAnna' }
const unseen = { id: '', module: 'Contact', title: undefined }
const itself = oneOf('id', ['case1'])
const hers = along(['account', 'contacts'], oneOf('id', ['cAnna']))

function header(more: Partial<Grant> = {}, when: Condition = itself): Grant {
  return grant('Case', 'header', when, {
    actions: ['view'],
    fields: ['name', 'contact', 'account'],
    named: ['contact'],
    ...more
  })
}

onSqlite('a reference that is only named (T06)', (open) => {
  let world: World

  before(async function () {
    this.timeout(60_000)
    world = await openWorld((await open()).db, 1)
  })

  const door = async (...policy: ModulePolicy[]): Promise<Records> => records(await world.viewer(policy))
  const contactOf = async (opened: Records, id = 'case1'): Promise<unknown> => {
    const { records: found } = await opened.list('Case', { fields: ['contact'], limit: 200 })
    return found.find((one) => one.id === id)?.values['contact']
  }
  const refused = (ask: Promise<unknown>): Promise<unknown> =>
    ask.then(
      () => 'done',
      (error: unknown) => (error as Error).constructor.name
    )

  it('T06 shows the title without the id, though no grant shows anything of that record', async () => {
    const opened = await door(policyOf('Case', [header()]))
    const { records: found } = await opened.list('Case', { fields: ['contact', 'account'] })
    expect(found[0]!.values).to.deep.include({
      contact: anna,
      account: { id: '', module: 'Account', title: undefined }
    })
    const named = await opened.module('Case')
    expect([...named.silent]).to.deep.equal(['account'])
    expect(named.fields).to.include('contact').and.not.to.include('account')
    expect(await refused(opened.module('Contact'))).to.equal('NotFound')
    expect(await refused(opened.find('Contact', 'cAnna'))).to.equal('NotFound')
  })

  it('shows the id too where he sees the record itself', async () => {
    const contacts = (when: Condition): ModulePolicy =>
      policyOf('Contact', [grant('Contact', 'g', when, { fields: ['name'] })])
    expect(await contactOf(await door(policyOf('Case', [header()]), contacts(oneOf('id', ['cAnna']))))).to.deep.equal(
      seenAnna
    )
    expect(await contactOf(await door(policyOf('Case', [header()]), contacts(oneOf('id', ['cBjorn']))))).to.deep.equal(
      anna
    )
  })

  it('A13 is a reference like any other as soon as one grant shows the field and does not name it', async () => {
    const plain = { named: [] }
    expect(await contactOf(await door(policyOf('Case', [header(), header({ ...plain, id: 'other' })])))).to.deep.equal(
      unseen
    )
    const elsewhere = header({ ...plain, id: 'other' }, oneOf('id', ['kMany']))
    expect(await contactOf(await door(policyOf('Case', [header(), elsewhere])))).to.deep.equal(unseen)
    const opening = header({ ...plain, id: 'other', actions: ['open'] })
    expect(await contactOf(await door(policyOf('Case', [header(), opening])))).to.deep.equal(unseen)
    const without = header({ ...plain, id: 'other', fields: ['name'] })
    expect(await contactOf(await door(policyOf('Case', [header(), without])))).to.deep.equal(anna)
    const writing = header({ ...plain, id: 'other', actions: ['create'] })
    expect(await contactOf(await door(policyOf('Case', [header(), writing])))).to.deep.equal(anna)
  })

  it('names nobody who is gone, never was, or is kept from him whatever the level (E10)', async () => {
    const wide = header({}, any(hers, oneOf('id', ['kOrphan', 'kDangling', 'case1'])))
    const opened = await door(policyOf('Case', [wide]))
    expect(await contactOf(opened, 'kOrphan')).to.deep.equal(unseen)
    expect(await contactOf(opened, 'kDangling')).to.deep.equal(unseen)
    const restricted = policyOf('Contact', [], [restriction('r', not(oneOf('id', ['cAnna'])))])
    expect(await contactOf(await door(policyOf('Case', [wide]), restricted))).to.deep.equal(unseen)
    const task = grant('Task', 'g', always, { named: ['parentCase'] })
    const { records: tasks } = await (
      await door(policyOf('Task', [task]))
    ).list('Task', { fields: ['parentCase'], limit: 200 })
    const titles = Object.fromEntries(tasks.map(({ id, values }) => [id, values['parentCase']]))
    expect(titles['t7']).to.deep.equal({ id: '', module: 'Case', title: 'Heating fails' })
    expect(titles['t6'], 'an internal case').to.deep.equal({ id: '', module: 'Case', title: undefined })
    expect(titles['t8'], 'an account').to.equal(null)
  })

  it('A09 can’t be compared, sorted by or searched in, and is told apart by its title alone', async () => {
    const opened = await door(policyOf('Case', [header({}, hers)]))
    for (const value of ['cAnna', 'cBjorn']) {
      for (const operator of ['=', '≠'] as const)
        expect((await opened.count('Case', { filter: [{ field: 'contact', operator, value }] })).count).to.equal(0)
    }
    expect(await refused(opened.list('Case', { sort: { field: 'contact', descending: false } }))).to.equal(
      'UnknownField'
    )
    expect(
      await refused(opened.list('Case', { filter: [{ field: 'contact', operator: 'contains', value: 'c' }] }))
    ).to.equal('UnknownField')
    expect((await opened.count('Case', { search: 'Anna' })).count).to.equal(0)
    const { groups } = await opened.tally('Case', { by: 'contact' })
    expect(groups.map(({ value }) => value)).to.deep.include(anna)
    expect(JSON.stringify(groups)).not.to.include('cAnna')
  })

  it('A05 A13 is no way to that record: not by a link, and not as something to refer to', async () => {
    const opening = header({ actions: ['view', 'open', 'edit'] })
    const opened = await door(policyOf('Case', [opening]))
    expect((await opened.find('Case', 'case1')).values['contact']).to.deep.equal(anna)
    expect(await refused(opened.related('Case', 'case1', 'contact'))).to.equal('NotFound')
    expect(await refused(opened.change('Case', 'case1', { contact: 'cAnna' }))).to.equal('Invalid')
    expect(world.writes).to.deep.equal([])
    const twin = await door(policyOf('Case', [opening]), policyOf('Contact', [grant('Contact', 'g', always)]))
    expect(await refused(twin.change('Case', 'case1', { contact: 'cAnna' }))).to.equal('done')
    expect((await twin.related('Case', 'case1', 'contact')).records.map(({ id }) => id)).to.deep.equal(['cAnna'])
  })

  it('staff are named with their id, as ever', async () => {
    const owner = header({ fields: ['name', 'assignedUser'], named: ['assignedUser'] }, always)
    const { records: found } = await (
      await door(policyOf('Case', [owner]))
    ).list('Case', { fields: ['assignedUser'], limit: 200 })
    const owners = found.map(({ values }) => values['assignedUser'])
    expect(owners).to.deep.include({ id: 'uEva', module: 'User', title: 'Eva' })
  })

  it('of several grants on one row the one with more decides nothing: the whole module does', async () => {
    const wide = grant('Case', 'wide', linked('account', oneOf('id', ['aSued'])), { named: ['contact', 'account'] })
    const opened = await door(policyOf('Case', [header({ named: ['contact', 'account'] }), wide]))
    expect(await contactOf(opened)).to.deep.equal(anna)
  })
})
