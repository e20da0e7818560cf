import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Crm, ListAsk, Records, Values } from '../../src/host/embedded/crm.js'
import { Clock, openTestCrm } from '../host-contract/open-embedded.js'
import { answer, failure, refusal } from '../host-contract/refusals.js'
import { temporaryFolder } from '../support/child-process.js'
import { eachDatabase } from '../support/databases.js'

eachDatabase((open) => {
  let crm: Crm
  let all: Records
  const clock = new Clock()
  const filesFolder = temporaryFolder('files')

  before(async () => {
    crm = await openTestCrm((await open()).db, { clock, filesFolder })
    all = crm.store.system
  })

  const titles = async (module: string, ask?: ListAsk): Promise<string[]> =>
    (await all.list(module, ask)).records.map((record) => record.title)

  describe('a list', () => {
    before(async () => {
      const companies: Values[] = [
        { name: 'alpha', city: 'Brno', turnover: 9, founded: '2001-01-01', isHidden: true },
        { name: 'Beta', city: '100 %_!', turnover: 10 },
        { name: 'Čedok', city: null, turnover: 100, status: 'Customer', tags: ['Air'] },
        { name: 'Éclair', city: 'Paris' }
      ]
      for (const [index, company] of companies.entries())
        await all.create('Company', company, { at: `2026-01-0${index + 1} 10:00:00` })
    })

    it('shows the newest first, without being asked', async () => {
      expect(await titles('Company')).to.deep.equal(['Éclair', 'Čedok', 'Beta', 'alpha'])
    })

    it('is sorted by text ignoring case, by numbers as numbers, empty ones first', async () => {
      const byName = await titles('Company', { sort: { field: 'name', descending: false } })
      expect(byName.slice(0, 2)).to.deep.equal(['alpha', 'Beta'])
      expect(await titles('Company', { sort: { field: 'turnover', descending: true } })).to.deep.equal([
        'Čedok',
        'Beta',
        'alpha',
        'Éclair'
      ])
      expect((await titles('Company', { sort: { field: 'founded', descending: false } })).at(-1)).to.equal('alpha')
    })

    it('comes in pages that fit together', async () => {
      const pages = await Promise.all([1, 2, 3].map((page) => all.list('Company', { page, limit: 2 })))
      expect(pages.flatMap((page) => page.records.map((record) => record.title))).to.deep.equal([
        'Éclair',
        'Čedok',
        'Beta',
        'alpha'
      ])
      expect(pages.map((page) => page.hasMore)).to.deep.equal([true, false, false])
    })

    const filters: [string, NonNullable<ListAsk['filter']>[number], string[]][] = [
      ['equal', { field: 'city', operator: '=', value: 'Brno' }, ['alpha']],
      ['other or empty', { field: 'city', operator: '≠', value: 'Brno' }, ['Beta', 'Čedok', 'Éclair']],
      ['greater', { field: 'turnover', operator: '>', value: 9 }, ['Beta', 'Čedok']],
      ['at least', { field: 'turnover', operator: '≥', value: 10 }, ['Beta', 'Čedok']],
      ['less', { field: 'turnover', operator: '<', value: 10 }, ['alpha']],
      ['at most', { field: 'founded', operator: '≤', value: '2001-01-01' }, ['alpha']],
      ['containing, signs taken as they are', { field: 'city', operator: 'contains', value: '%_!' }, ['Beta']],
      ['starting', { field: 'name', operator: 'startsWith', value: 'ČE' }, ['Čedok']],
      ['empty', { field: 'city', operator: 'isEmpty' }, ['Čedok']],
      ['empty number', { field: 'turnover', operator: 'isEmpty' }, ['Éclair']],
      ['filled', { field: 'founded', operator: 'isNotEmpty' }, ['alpha']],
      ['true', { field: 'isHidden', operator: '=', value: true }, ['alpha']],
      ['with one of several options', { field: 'tags', operator: 'contains', value: '"Air"' }, ['Čedok']],
      ['with no option', { field: 'tags', operator: 'isEmpty' }, ['alpha', 'Beta', 'Éclair']]
    ]
    for (const [name, filter, expected] of filters) {
      it(`is filtered by what is ${name}`, async () => {
        expect(await titles('Company', { filter: [filter] })).to.have.members(expected)
        expect(await all.count('Company', { filter: [filter] })).to.deep.equal({
          count: expected.length,
          capped: false
        })
      })
    }

    it('is searched in all searchable fields, ignoring case', async () => {
      expect(await titles('Company', { search: 'BRNO' })).to.deep.equal(['alpha'])
      expect(await titles('Company', { search: ' éclair ' })).to.deep.equal(['Éclair'])
      expect(await titles('Company', { search: '%' })).to.deep.equal(['Beta'])
    })

    it('finds people by their whole name', async () => {
      await all.create('Person', { firstName: 'Anna', lastName: 'Nováková' })
      expect(await titles('Person', { search: 'anna nov' })).to.deep.equal(['Anna Nováková'])
    })

    it('is counted up to a cap', async () => {
      expect(await all.count('Company', {}, 3)).to.deep.equal({ count: 3, capped: true })
    })

    it('refuses fields it does not have, and orders it has no index for', async () => {
      const unknown = '400 errors.unknownField'
      expect(await answer(() => all.list('Company', { filter: [{ field: 'x', operator: '=', value: 1 }] }))).to.equal(
        unknown
      )
      expect(await answer(() => all.list('Company', { sort: { field: 'city', descending: true } }))).to.equal(unknown)
      expect(
        await answer(() => all.list('Company', { sort: { field: 'name desc; drop table x', descending: true } }))
      ).to.equal(unknown)
    })
  })

  describe('a record', () => {
    it('is read as it was written, with the titles of what it refers to', async () => {
      const mother = await all.create('Company', { name: 'Mother' })
      const id = await all.create('Company', {
        name: 'Daughter',
        mother,
        tags: ['Cooling'],
        isHidden: true,
        turnover: 0.1
      })
      const record = await all.find('Company', id)
      expect(record.values).to.deep.include({
        mother,
        tags: ['Cooling'],
        isHidden: true,
        turnover: 0.1,
        status: 'New',
        city: null,
        createdByName: 'System'
      })
      expect(record.titles).to.deep.equal({ mother: 'Mother' })
      expect((await all.related('Company', mother, 'daughters')).records.map((each) => each.id)).to.deep.equal([id])
    })

    it('is not changed over what somebody else changed meanwhile', async () => {
      const id = await all.create('Company', { name: 'Both' })
      const { version } = await all.find('Company', id)
      await all.change('Company', id, { city: 'Bonn' }, { version })
      expect(await answer(() => all.change('Company', id, { city: 'Berlin' }, { version }))).to.equal(
        '409 errors.changedMeanwhile'
      )
      expect((await all.find('Company', id)).values).to.include({ city: 'Bonn' })
    })

    it('belongs to who of the staff made it; one made from outside to whom it was given', async () => {
      const user = await crm.users.create({ userName: 'karl', name: 'Karl', password: 'a password for tests' })
      const own = await crm.store.by({ kind: 'staff', id: user }).create('Company', { name: 'Own' })
      expect((await all.find('Company', own)).values).to.include({
        assignedUser: user,
        createdBy: user,
        createdByName: 'Karl'
      })
      const outside = { kind: 'outside', id: 'p1', name: 'Anna', module: 'Person', recordId: 'x' } as const
      const sent = await crm.store.by(outside).create('Company', { name: 'Sent' })
      expect((await all.find('Company', sent)).values).to.include({
        assignedUser: null,
        createdBy: null,
        createdByName: 'Anna'
      })
    })

    it('lets nobody write what the CRM writes, and only trusted callers what is read-only', async () => {
      const user = (await crm.users.findByUserName('KARL'))!
      const karl = crm.store.as(user)
      const readOnly = 'errors.field.readOnly'
      expect(await refusal(() => karl.create('Company', { name: 'x', secret: 'y' }))).to.deep.equal({
        secret: readOnly
      })
      const forged = {
        name: 'x',
        createdBy: user.id,
        createdByName: 'y',
        createdAt: '2020-01-01 00:00:00',
        modifiedAt: '2020-01-01 00:00:00'
      }
      const expected = { createdBy: readOnly, createdByName: readOnly, createdAt: readOnly, modifiedAt: readOnly }
      expect(await refusal(() => all.create('Company', forged))).to.deep.equal(expected)
      expect(await refusal(() => all.create('Person', { lastName: 'x', name: 'y' }))).to.deep.equal({ name: readOnly })
      expect(await refusal(() => all.create('Todo', { subject: 'x', number: 'T-1' }))).to.deep.equal({
        number: readOnly
      })
      expect((await all.find('Company', await all.create('Company', { name: 'x', secret: 'y' }))).values).to.include({
        secret: 'y'
      })
    })

    it('takes a chosen id once, and no strange one', async () => {
      expect(await all.create('Company', { name: 'Chosen' }, { id: 'chosen-one' })).to.equal('chosen-one')
      expect(await failure(() => all.create('Company', { name: 'Chosen' }, { id: 'chosen-one' }))).to.be.instanceOf(
        Error
      )
      expect(await failure(() => all.create('Company', { name: 'Chosen' }, { id: "x' or 1=1" }))).to.be.instanceOf(
        RangeError
      )
      expect(await answer(() => all.find('Company', 'CHOSEN-ONE'))).to.equal('404 errors.notFound')
      expect(await answer(() => all.find('Company', 'chosen-one '))).to.equal('404 errors.notFound')
    })

    it('has a parent with module and id, or none', async () => {
      const parent = await all.create('Company', { name: 'Parent' })
      expect(await refusal(() => all.create('Todo', { subject: 'x', parentId: parent }))).to.deep.equal({
        parentType: 'errors.field.required'
      })
      expect(
        await refusal(() => all.create('Todo', { subject: 'x', parentType: 'Product', parentId: parent }))
      ).to.deep.equal({ parentType: 'errors.field.option' })
      expect(
        await refusal(() => all.create('Todo', { subject: 'x', parentType: 'Person', parentId: parent }))
      ).to.deep.equal({ parentId: 'errors.field.reference' })
      const id = await all.create('Todo', { subject: 'x', parentType: 'Company', parentId: parent })
      const person = await all.create('Person', { lastName: 'Anna' })
      const wrong: Values[] = [{ parentId: 'nobody' }, { parentId: person }, { parentType: 'Person' }]
      for (const change of wrong)
        expect(await refusal(() => all.change('Todo', id, change))).to.deep.equal({
          parentId: 'errors.field.reference'
        })
      await all.change('Todo', id, { parentType: 'Person', parentId: person })
      await all.change('Todo', id, { parentId: null })
      expect((await all.find('Todo', id)).values).to.include({ parentType: null, parentId: null })
    })

    it('tells in its feed which badge changed, with names in English', async () => {
      const id = await all.create('Company', { name: 'Feed' })
      await all.change('Company', id, { status: 'Customer', city: 'Bonn' })
      const [, changed] = await all.feed('Company', id)
      expect(changed).to.deep.include({ text: 'Status: New → Customer', internal: true })
      expect(changed?.event).to.deep.equal({
        kind: 'changed',
        fields: [{ name: 'status', from: 'New', to: 'Customer' }]
      })
    })

    it('does not give up a required reference by unlinking', async () => {
      const bill = await all.create('Bill', { subject: 'Bill' })
      const item = await all.create('BillItem', { bill })
      expect(await refusal(() => all.unlink('Bill', bill, 'items', item))).to.deep.equal({
        bill: 'errors.field.required'
      })
    })
  })

  describe('numbers', () => {
    it('follow one another, also when many are wanted at once', async () => {
      await Promise.all(Array.from({ length: 12 }, (_, index) => all.create('Todo', { subject: `Todo ${index}` })))
      const numbers = (
        await all.list('Todo', { sort: { field: 'number', descending: false }, limit: 200 })
      ).records.map(({ values }) => values['number'])
      expect(new Set(numbers).size).to.equal(numbers.length)
      expect(numbers[0]).to.equal('T-1001')
      expect(numbers.at(-1)).to.equal(`T-${1000 + numbers.length}`)
    })
  })

  describe('line items', () => {
    const amountOf = async (module: string, id: string): Promise<unknown> =>
      (await all.find(module, id)).values['amount']

    it('are multiplied, and their bill is summed with every change', async () => {
      const bill = await all.create('Bill', { subject: 'Bill' })
      const first = await all.create('BillItem', { bill, quantity: 3, unitPrice: 0.335 })
      expect(await amountOf('BillItem', first)).to.equal(1.02)
      const second = await all.create('BillItem', { bill, quantity: 2, unitPrice: 10 })
      expect(await amountOf('Bill', bill)).to.equal(21.02)
      await all.change('BillItem', second, { quantity: 1 })
      expect(await amountOf('Bill', bill)).to.equal(11.02)
      await all.remove('BillItem', first)
      expect(await amountOf('Bill', bill)).to.equal(10)
      await all.restore('BillItem', first)
      expect(await amountOf('Bill', bill)).to.equal(11.02)
    })

    it('move their amount with them to another bill', async () => {
      const [from, to] = [await all.create('Bill', { subject: 'From' }), await all.create('Bill', { subject: 'To' })]
      const item = await all.create('BillItem', { bill: from, unitPrice: 5 })
      await all.change('BillItem', item, { bill: to })
      expect([await amountOf('Bill', from), await amountOf('Bill', to)]).to.deep.equal([0, 5])
    })

    it('cost what their product costs, unless they say otherwise', async () => {
      const bill = await all.create('Bill', { subject: 'Bill' })
      const product = await all.create('Product', { name: 'Pump', unitPrice: 99.99 })
      expect((await all.find('BillItem', await all.create('BillItem', { bill, product }))).values).to.include({
        unitPrice: 99.99,
        amount: 99.99
      })
      expect(
        (await all.find('BillItem', await all.create('BillItem', { bill, product, unitPrice: 50 }))).values
      ).to.include({ amount: 50 })
    })

    it('add up when many people add some at once', async () => {
      const bill = await all.create('Bill', { subject: 'Rush' })
      await Promise.all(Array.from({ length: 12 }, () => all.create('BillItem', { bill, unitPrice: 1.1 })))
      expect(await amountOf('Bill', bill)).to.equal(13.2)
    })
  })

  describe('the recycle bin', () => {
    it('shows what was removed, by whom and when, last first, and gives it back', async () => {
      const first = await all.create('Product', { name: 'First' })
      const second = await all.create('Product', { name: 'Second' })
      await all.remove('Product', first)
      clock.pass(60)
      const user = (await crm.users.findByUserName('karl'))!
      await crm.store.as(user).remove('Product', second)
      const bin = await all.recycleBin('Product')
      expect(bin.records.map(({ record, removedBy }) => [record.title, removedBy])).to.deep.equal([
        ['Second', 'Karl'],
        ['First', 'System']
      ])
      await all.restore('Product', first)
      expect((await all.find('Product', first)).title).to.equal('First')
      expect(await answer(() => all.restore('Product', first))).to.equal('404 errors.notFound')
    })

    it('is emptied for good, with notes, files and items', async () => {
      const folder = (): string[] =>
        readdirSync(filesFolder, { recursive: true })
          .map(String)
          .filter((name) => name.length > 3)
      const before = folder()
      const bill = await all.create('Bill', { subject: 'Bill' })
      const item = await all.create('BillItem', { bill })
      const write = () =>
        crm.files.write(
          { name: 'a', type: 'text/plain', content: Readable.from([Buffer.from('a')]) },
          { kind: 'system' }
        )
      const file = await write()
      await all.change('Bill', bill, {}, { files: { scan: [(await write()).id] } })
      await all.change('BillItem', item, {}, { files: { photo: [(await write()).id] } })
      const entry = await all.post('Bill', bill, { text: 'Note', internal: false, files: [file.id] })
      expect(await answer(() => all.purge('Bill', bill))).to.equal('404 errors.notFound')
      await all.remove('Bill', bill)
      await all.purge('Bill', bill)
      expect(await crm.feed.find(entry)).to.equal(undefined)
      expect(await answer(() => all.find('BillItem', item))).to.equal('404 errors.notFound')
      expect(folder()).to.deep.equal(before)
    })
  })

  describe('files', () => {
    it('leave nothing behind when the writing breaks off', async () => {
      const folder = (): string[] =>
        readdirSync(filesFolder, { recursive: true })
          .map(String)
          .filter((name) => name.length > 3)
      const before = folder()
      const content = Readable.from(
        (async function* () {
          yield Buffer.alloc(70_000)
          throw new Error('The line broke.')
        })()
      )
      expect(
        await failure(() => crm.files.write({ name: 'x', type: 'text/plain', content }, { kind: 'system' }))
      ).to.be.instanceOf(Error)
      expect(folder()).to.deep.equal(before)
    })

    it('hang on one note only', async () => {
      const id = await all.create('Company', { name: 'Files' })
      const file = await crm.files.write(
        { name: 'a', type: 'text/plain', content: Readable.from([Buffer.from('a')]) },
        { kind: 'system' }
      )
      await all.post('Company', id, { text: '', internal: false, files: [file.id] })
      expect(
        await refusal(() => all.post('Company', id, { text: 'Mine', internal: false, files: [file.id] }))
      ).to.deep.equal({ files: 'errors.field.reference' })
      expect(await refusal(() => all.post('Company', id, { text: '  ', internal: false, files: [] }))).to.deep.equal({
        text: 'errors.field.required'
      })
    })

    it('stay with a record in the recycle bin, and come back with it', async () => {
      const scan = { name: 'a', type: 'text/plain', content: Readable.from([Buffer.from('a')]) }
      const { id: file } = await crm.files.write(scan, { kind: 'system' })
      const bill = await all.create('Bill', { subject: 'Bill' }, { files: { scan: [file] } })
      await all.remove('Bill', bill)
      expect(await answer(() => all.file('Bill', bill, file))).to.equal('404 errors.notFound')
      await all.restore('Bill', bill)
      expect((await all.file('Bill', bill, file)).info.name).to.equal('a')
      expect((await all.find('Bill', bill)).files['scan']).to.have.length(1)
    })

    it('go to one of two records that want the same file at once', async () => {
      const scan = { name: 'a', type: 'text/plain', content: Readable.from([Buffer.from('a')]) }
      const { id: file } = await crm.files.write(scan, { kind: 'system' })
      const make = (): Promise<string> => all.create('Bill', { subject: 'Bill' }, { files: { scan: [file] } })
      const outcomes = await Promise.allSettled([make(), make()])
      expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected'])
    })

    it('raise the version of their record, and are told in its feed by name alone', async () => {
      const bill = await all.create('Bill', { subject: 'Bill' })
      const scan = { name: 'secret.txt', type: 'text/plain', content: Readable.from([Buffer.from('a')]) }
      const { id: file } = await crm.files.write(scan, { kind: 'system' })
      const outside = crm.store.by({ kind: 'outside', id: 'guest-1', name: 'Dirk' })
      const { version } = await all.find('Bill', bill)
      await outside.change('Bill', bill, {}, { files: { scan: [file] } })
      expect((await all.find('Bill', bill)).version).to.equal(version + 1)
      expect((await all.feed('Bill', bill)).at(-1)).to.deep.include({ text: 'Scan', internal: true })
    })

    it('belong to no note on a module without a feed', async () => {
      const id = await all.create('Product', { name: 'Pump' })
      expect(await answer(() => all.post('Product', id, { text: 'x', internal: false, files: [] }))).to.equal(
        '404 errors.notFound'
      )
    })
  })

  describe('a date that is not before another one', () => {
    it('is refused before it, whichever of the two changes, and taken on it, after it and without it', async () => {
      const made = (founded: string | null, closed: string | null): Promise<string> =>
        all.create('Company', { name: 'Order', founded, closed })
      expect(await refusal(() => made('2020-05-02', '2020-05-01'))).to.deep.equal({ closed: 'errors.field.before' })
      for (const closed of ['2020-05-02', '2020-06-01', null]) await made('2020-05-02', closed)
      await made(null, '2020-05-01')
      const id = await made('2020-05-02', '2020-05-03')
      const change = (values: Values): Promise<void> => all.change('Company', id, values)
      expect(await refusal(() => change({ founded: '2020-05-04' }))).to.deep.equal({ closed: 'errors.field.before' })
      await change({ founded: '2020-05-04', closed: '2020-05-05' })
    })
  })
})
