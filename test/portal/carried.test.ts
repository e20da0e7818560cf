import { expect } from 'chai'
import { compare, linked } from '../../src/access/condition.js'
import type { Records } from '../../src/access/record.js'
import type { Person } from '../../src/access/viewer.js'
import { carryingNothing } from '../../src/portal/carried.js'
import { accessLevels, saveLevels, type AccessLevels } from '../../src/portal/roles/levels.js'
import { fillingFor } from '../../src/portal/roles/role-filling.js'
import type { PortalRole } from '../../src/portal/roles/roles.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { catalog } from './catalog.js'
import { anna, release } from './releases.js'
import { byName, doorWith, role, type Around } from './roles-given.js'

const nobody: Person = { ...anna, id: 'user-nobody', module: undefined, recordId: undefined, userTypeId: undefined }

/** Deals are an account's also by their quotes. */
const byQuotes = levels('Deal', [['account'], ['quotes', 'account']])

function levels(module: string, account: string[][], contact: string[][] = []): AccessLevels {
  const ways = { contact: { paths: contact, isForAll: false }, account: { paths: account, isForAll: false } }
  return { ...byName, configured: new Map([[module, ways]]) }
}

const dealRole = role('deals', {
  Deal: {
    read: 'all',
    edit: 'account',
    delete: 'account',
    create: true,
    fields: { name: 'editable', stage: 'editable', account: 'editable' }
  },
  Quote: { read: 'account', create: true, fields: { subject: 'editable', deal: 'editable', account: 'readOnly' } },
  Account: { read: 'account', fields: { name: 'readOnly' } }
})

eachDatabase((open) => {
  describe('A05 a new record carries nobody else’s along', function () {
    this.timeout(60_000)
    let test: TestApp
    let foreign: string
    let known: string

    before(async () => {
      test = await openApp(open, { world: 'people' })
      foreign = await dealOf('fjordside')
      known = await dealOf('nordwind')
    })
    after(() => test.close())

    const dealOf = (account: string): Promise<string> =>
      test.embedded.host.save({ module: 'Deal', values: { name: `Of ${account}`, account } }, { kind: 'system' })

    const door = (roles: PortalRole[], around: Around = {}, person = anna): Promise<Records> =>
      doorWith(test, person, roles, around)

    const quoteFor = (his: Records, deal: string | undefined): Promise<string> =>
      outcomeOf(
        his.create('Quote', { values: { subject: 'Mine', ...(deal ? { deal } : {}) }, fill: { account: 'nordwind' } })
      )

    it('E09 by the levels of a role: only what is his already may be led to', async () => {
      const his = await door([dealRole], { levels: byQuotes })
      expect(await quoteFor(his, foreign)).to.equal('Forbidden')
      expect([...(await his.find('Deal', foreign)).may]).to.have.members(['view', 'open'])
      expect(await quoteFor(his, known)).to.equal('done')
      expect(await quoteFor(his, undefined)).to.equal('done')
      const own = await his.create('Deal', { values: { name: 'My own' } })
      expect(await quoteFor(his, own)).to.equal('done')
    })

    it('E09 where no level goes over the new record, it may lead to whatever he sees', async () => {
      expect(await quoteFor(await door([dealRole]), await dealOf('fjordside'))).to.equal('done')
    })

    it('E08 somebody without a contact carries nothing into the accounts chosen for him', async () => {
      const his = await door([dealRole], { levels: byQuotes, accounts: ['nordwind'] }, nobody)
      expect(await quoteFor(his, foreign)).to.equal('Forbidden')
      expect(await quoteFor(his, known)).to.equal('done')
    })

    it('E08 nobody makes an account his by a new record on the way from his contact', async () => {
      const around = { levels: levels('Contact', [['deals', 'account']]) }
      const given = role('one', {
        Account: { read: 'all', edit: 'account', fields: { name: 'readOnly', phone: 'editable' } },
        Deal: { read: 'own', create: true, fields: { name: 'editable', account: 'editable', contact: 'editable' } },
        Contact: { read: 'contact', fields: { name: 'readOnly' } }
      })
      const his = await door([given], around)
      const made = his.create('Deal', { values: { name: 'Bridge', account: 'alster-wohnen', contact: 'anna' } })
      expect(await outcomeOf(made)).to.equal('Forbidden')
      expect((await his.find('Account', 'alster-wohnen')).may.has('edit')).to.equal(false)
      expect(await outcomeOf(his.create('Deal', { values: { name: 'Alone', contact: 'anna' } }))).to.equal('done')
    })

    const typeDeals = release('Deal', { path: ['quotes', 'contact'], fields: { name: 'readOnly', amount: 'readOnly' } })
    const typeQuotes = release('Quote', {
      path: ['contact'],
      rights: ['create', 'edit'],
      fields: { subject: 'editable', deal: 'editable' }
    })
    const allDeals = role('names', { Deal: { read: 'all', fields: { name: 'readOnly' } } })
    const annasQuote = (his: Records, deal: string): Promise<string> =>
      outcomeOf(his.create('Quote', { values: { subject: 'Mine', deal }, fill: { contact: 'anna' } }))

    it('E02 by a user type’s path, with what a role lets him see', async () => {
      const his = await door([allDeals], { releases: [typeDeals, typeQuotes] })
      expect(await annasQuote(his, foreign)).to.equal('Forbidden')
      expect(Object.keys((await his.find('Deal', foreign)).values)).to.deep.equal(['name'])
      const given = { module: 'Quote', values: { subject: 'From staff', contact: 'anna', deal: known } }
      await test.embedded.host.save(given, { kind: 'system' })
      expect(await annasQuote(his, known)).to.equal('done')
    })

    it('E02 by a user type’s path, with a role’s right to create', async () => {
      const creating = role('quotes', {
        Quote: { read: 'own', create: true, fields: { subject: 'editable', deal: 'editable', contact: 'readOnly' } },
        Deal: { read: 'all', fields: { name: 'readOnly' } }
      })
      const his = await door([creating], { releases: [typeDeals] })
      expect(await annasQuote(his, foreign)).to.equal('Forbidden')
      expect(await annasQuote(await door([creating]), await dealOf('fjordside'))).to.equal('done')
    })

    it('Z12 by the path of a third module, and not afterwards by a change either', async () => {
      const named = { join: 'all', of: [{ field: 'name', operator: 'isNotEmpty', match: { by: 'value', value: '' } }] }
      const deals = release('Deal', { criteria: named as never, fields: { name: 'readOnly' } })
      const orders = release('Order', { path: ['deal', 'quotes', 'contact'], fields: { number: 'readOnly' } })
      const his = await door([], { releases: [deals, typeQuotes, orders] })
      expect(await annasQuote(his, foreign)).to.equal('Forbidden')
      const id = await his.create('Quote', { values: { subject: 'Mine' }, fill: { contact: 'anna' } })
      expect([...(await his.find('Quote', id)).writable]).to.deep.equal(['subject'])
      const without = await door([], { releases: [deals, typeQuotes] })
      expect(await annasQuote(without, foreign)).to.equal('done')
      expect([...(await without.find('Quote', id)).writable]).to.have.members(['subject', 'deal'])
    })

    it('Z11 line items belong to the record they are made with, whatever goes over them', async () => {
      const around = { levels: levels('Quote', [], [['contact'], ['items', 'quote', 'contact']]) }
      const given = role('one', {
        Quote: { read: 'all', edit: 'contact', create: true, fields: { subject: 'editable' } },
        QuoteItem: { read: 'all', create: true, fields: { description: 'editable', quantity: 'editable' } }
      })
      const his = await door([given], around)
      const item = { values: { description: 'An item', quantity: 1 } }
      const [quote] = await his.together([
        { kind: 'create', module: 'Quote', record: { values: { subject: 'With items' } } },
        { kind: 'create', module: 'QuoteItem', record: item, partOf: 0 }
      ])
      const add = (to: string): Promise<string> => outcomeOf(his.create('QuoteItem', { ...item, fill: { quote: to } }))
      expect(await add(quote!)).to.equal('done')
      const bjorns = { module: 'Quote', values: { subject: 'Not his', contact: 'bjorn' } }
      expect(await add(await test.embedded.host.save(bjorns, { kind: 'system' }))).to.equal('Forbidden')
    })

    it('E09 a new record is filled in by the nearest way, and by a longer one only where one record alone leads there', async () => {
      const { context } = test.embedded.portico
      const irena = (await test.embedded.host.staffById('irena'))!
      const projectOf = (account: string): Promise<string> =>
        test.embedded.host.save({ module: 'Project', values: { name: 'P', account } }, { kind: 'system' })
      const project = await projectOf('nordwind')
      const filled = async (account: string[][]): Promise<unknown> => {
        const draft = { contact: { paths: [], isForAll: false }, account: { paths: account, isForAll: false } }
        const { revision } = await accessLevels(context.db)
        await saveLevels(context, { module: 'Case', revision }, draft, irena)
        const module = catalog.modules.get('Case')!
        return (await fillingFor(context, { catalog, module, person: anna, chosen: {} })).fill
      }
      const longer = ['project', 'account']
      expect(await filled([longer, ['account']])).to.deep.equal({ account: 'nordwind' })
      const [one] = await test.embedded
        .db<{ id: string; account_id: string; deleted: number }>('crm_project')
        .where({ account_id: 'nordwind', deleted: 0 })
      expect(one?.id).to.be.a('string')
      await test.embedded
        .db('crm_project')
        .where({ account_id: 'nordwind' })
        .whereNot({ id: project })
        .update({ deleted: 1 })
      expect(await filled([longer])).to.deep.equal({ project })
      await projectOf('nordwind')
      expect(await filled([longer])).to.deep.equal({})
    })

    it('Z05 E09 ordinary new records are as free as before', async () => {
      const cases = release('Case', {
        path: ['account', 'contacts'],
        rights: ['create'],
        fields: { subject: 'editable', account: 'editable' }
      })
      const his = await door([], { releases: [release('Contact', { kind: 'primary' }), cases] })
      const create = (account: string): Promise<string> =>
        outcomeOf(his.create('Case', { values: { subject: 'New' }, fill: { account } }))
      expect(await create('nordwind')).to.equal('done')
      expect(await create('fjordside')).to.equal('Forbidden')
    })
  })
})

describe('A05 ways over new records', () => {
  const creating = {
    id: 'c',
    actions: ['create'] as const,
    when: compare('subject', 'isNotEmpty'),
    fields: [],
    reason: { key: '' }
  }
  const guarded = (links: string[]): unknown =>
    carryingNothing(
      catalog,
      [{ module: 'Quote', grants: [creating], restrictions: [] }],
      [{ from: 'Deal', links, end: compare('name', 'isNotEmpty'), already: { kind: 'never' } }]
    )[0]!.grants[0]!.when

  it('leave a right to create alone when they don’t come to it by a lookup of its own', () => {
    expect(guarded(['account'])).to.deep.equal(creating.when)
    expect(guarded(['quotes'])).to.deep.equal(creating.when)
    expect(guarded(['quotes', 'account'])).not.to.deep.equal(creating.when)
  })

  it('A29 too long ones leave the lookup empty', () => {
    const back = ['quotes', 'deal', 'quotes', 'deal', 'quotes', 'deal', 'quotes', 'account']
    expect(guarded(back)).to.deep.include({ kind: 'all' })
    expect(JSON.stringify(guarded(back))).to.include(JSON.stringify(compare('deal', 'isEmpty')))
    expect(JSON.stringify(guarded(back.slice(2)))).to.include(
      JSON.stringify(linked('deal', { kind: 'always' })).slice(0, 30)
    )
  })
})

/** `done`, or the name of the refusal. */
async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return 'done'
  } catch (error) {
    return error instanceof Error ? error.constructor.name : 'unknown'
  }
}
