/** Line items in the form of the record they are part of: shown, added, changed, taken out, saved in one go (Z11). */
import { expect } from 'chai'
import { HostRefused, HostSilent, HostUnavailable } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door } from './people.js'
import { give, idIn, items, quotes } from './released-forms.js'

onSqlite('line items in a record’s form', (open) => {
  let test: TestApp
  let bjorn: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    await give(test, 'Quote', quotes)
    await give(test, 'QuoteItem', items)
    bjorn = await customerAt(test, 'bjorn')
  })

  after(() => test.close())

  interface Line {
    id: string
    description: string
    quantity: number
    amount: number
    quote_id: string
    deleted: number
    created_at: string
  }
  const lines = async (quote: string): Promise<Pick<Line, 'id' | 'description' | 'quantity' | 'amount'>[]> =>
    test.embedded
      .db<Line>('crm_quote_item')
      .select('id', 'description', 'quantity', 'amount')
      .where({ quote_id: quote, deleted: 0 })
      .orderBy(['created_at', 'id'])
  const quote = `${door}/quote/bjorns-quote`
  /** The names of the rows' inputs, by the description in them. */
  const rowWith = (description: string): string => {
    const name = bjorn.page(`input[value="${description}"][name$=".description"]`).attr('name')
    expect(name, `a row with ${description}: ${bjorn.text}`).to.be.a('string')
    return name!.replace(/description$/, '')
  }
  /** A quote of his own with these descriptions as items. */
  const made = async (...descriptions: string[]): Promise<string> => {
    await bjorn.open(`${door}/quote/new`)
    for (let row = 1; row < descriptions.length; row++) await bjorn.send('Add a row')
    const rows = descriptions.map((text, index): [string, string] => [`QuoteItem.${index + 1}.description`, text])
    await bjorn.send('Save', { subject: 'Spare parts', ...Object.fromEntries(rows) })
    bjorn.is(200)
    return idIn(bjorn.path)
  }

  it('A48 a form holds as many rows as are shown, and not one more', async () => {
    const before = await test.embedded.db('crm_quote').where({ subject: 'Many parts' })
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`QuoteItem.${index + 1}.description`, 'One']))
    await bjorn.open(`${door}/quote/new`)
    for (const intent of [{}, { _find: '1' }, { _add: 'QuoteItem' }] as Record<string, string>[])
      expect((await bjorn.forge(`${door}/quote`, { subject: 'Many parts', ...many(201), ...intent })).status).to.equal(
        422
      )
    expect(await test.embedded.db('crm_quote').where({ subject: 'Many parts' })).to.have.length(before.length)
    const full = await bjorn.forge(`${door}/quote`, { subject: 'Many parts', ...many(200), _add: 'QuoteItem' })
    expect(full.status).to.equal(422)
    expect(full.text).to.include('at most 200 rows')
    const more = await bjorn.forge(`${door}/quote`, { subject: 'Many parts', ...many(3), _add: 'QuoteItem' })
    expect(more.text).to.include('name="QuoteItem.4.description"')
  })

  it('Z11 he changes, adds and takes out items of a quote in one go, and the total follows', async () => {
    await bjorn.open(quote)
    await bjorn.follow('Change: Quote items')
    expect(bjorn.path).to.equal(`${quote}/edit`)
    await bjorn.send('Add a row')
    bjorn.is(200)
    const pump = rowWith('Circulation pump CP 80')
    const controller = rowWith('Controller R4')
    await bjorn.send('Save', {
      subject: 'Pump room, second thoughts',
      [`${pump}quantity`]: '10',
      [`${controller}_remove`]: 'true',
      'QuoteItem.4.product': 'valve-dn20',
      'QuoteItem.4.description': 'Valves',
      'QuoteItem.4.quantity': '3'
    })
    bjorn.is(200).sees('Pump room, second thoughts', 'Valves').doesNotSee('Controller R4')
    const now = await lines('bjorns-quote')
    expect(now.map(({ description, quantity }) => [description, Number(quantity)])).to.have.deep.members([
      ['Circulation pump CP 80', 10],
      ['Service, two years', 2],
      ['Valves', 3]
    ])
    const row = await test.embedded
      .db<{ id: string; amount: number }>('crm_quote')
      .first('amount')
      .where({ id: 'bjorns-quote' })
    expect(Number(row?.amount)).to.equal(10 * 640 + 2 * 980 + 3 * 18.9)
  })

  it('Z11 a new quote is made with its items, in one form', async () => {
    await bjorn.open(`${door}/quote/new`)
    await bjorn.send('Add a row')
    await bjorn.send('Save', {
      subject: 'Two controllers',
      'QuoteItem.1.product': 'controller',
      'QuoteItem.1.description': 'Controllers',
      'QuoteItem.1.quantity': '2'
    })
    bjorn.is(200).sees('Two controllers', 'Controllers')
    expect((await lines(idIn(bjorn.path))).map(({ amount }) => Number(amount))).to.deep.equal([840])
  })

  it('Z11 a row in which nothing was typed is none', async () => {
    await bjorn.open(`${door}/quote/new`)
    await bjorn.send('Save', { subject: 'Nothing yet' })
    bjorn.is(200).sees('Nothing yet')
    expect(await lines(idIn(bjorn.path))).to.deep.equal([])
  })

  it('Z11 another row keeps all that was typed', async () => {
    await bjorn.open(`${door}/quote/new`)
    await bjorn.send('Add a row', { subject: 'Typed', 'QuoteItem.1.description': 'First', 'QuoteItem.1.quantity': '7' })
    expect(bjorn.page('#field-subject').attr('value')).to.equal('Typed')
    expect(bjorn.page('[name="QuoteItem.1.quantity"]').attr('value')).to.equal('7')
    expect(bjorn.page('[name="QuoteItem.2.description"]')).to.have.length(1)
  })

  it('Z11 what is read-only in an item is text, and every input says which row it is in', async () => {
    await bjorn.open(`${quote}/edit`)
    const names = bjorn
      .page('form [name]')
      .toArray()
      .map((one) => bjorn.page(one).attr('name')!)
    expect(names.filter((name) => /unitPrice|amount|QuoteItem\.\d\.quote$/.test(name))).to.deep.equal([])
    bjorn.sees('640.00')
    const spoken = bjorn.page('table.items :is(input, select):not([type=hidden])').toArray()
    for (const one of spoken) expect(bjorn.page(one).attr('aria-label')).to.match(/row \d$/)
    expect(spoken.length).to.be.greaterThan(6)
  })

  it('Z11 mistakes are said beside their input, of the record and of its items at once, and nothing is written', async () => {
    await bjorn.open(`${door}/quote/new`)
    const before = await counts()
    await bjorn.send('Save', { subject: '', 'QuoteItem.1.quantity': '-2' })
    bjorn.is(422)
    expect(bjorn.page('#field-subject').attr('aria-invalid')).to.equal('true')
    expect(bjorn.page('[name="QuoteItem.1.quantity"]').attr('aria-invalid')).to.equal('true')
    expect(bjorn.page('[name="QuoteItem.1.description"]').attr('aria-invalid')).to.equal('true')
    expect(await counts()).to.deep.equal(before)
  })

  it('A05 A15 an item that refers to what he does not see stops the whole form before anything is written', async () => {
    await bjorn.open(`${door}/quote/new`)
    const before = await counts()
    const refused = await bjorn.forge(`${door}/quote`, {
      subject: 'Forged',
      'QuoteItem.1.description': 'Fine',
      'QuoteItem.1.quantity': '1',
      'QuoteItem.2.description': 'Not fine',
      'QuoteItem.2.product': 'no-such-product',
      'QuoteItem.2.quantity': '1'
    })
    expect(refused.status).to.equal(422)
    expect(refused.text).to.match(/name="QuoteItem\.2\.product"[^>]*aria-invalid/)
    expect(await counts()).to.deep.equal(before)
  })

  it('A14 an input that a row does not have is refused, and so is a row of another module', async () => {
    await bjorn.open(`${quote}/edit`)
    const before = await counts()
    const [first] = await lines('bjorns-quote')
    const forged: Record<string, string>[] = [
      { 'QuoteItem.1.unitPrice': '1' },
      { 'QuoteItem.1.quote': 'annas-quote' },
      { 'QuoteItem.1._id': first!.id, 'QuoteItem.1.amount': '1' },
      { 'OrderItem.1.description': 'Smuggled' },
      { 'QuoteItem.x.description': 'Smuggled' }
    ]
    for (const fields of forged)
      expect((await bjorn.forge(quote, { subject: 'Forged', ...fields })).status, Object.keys(fields).join()).to.equal(
        422
      )
    expect(await counts()).to.deep.equal(before)
    const twin = { 'QuoteItem.1.description': 'Honest', 'QuoteItem.1.quantity': '1' }
    expect((await bjorn.forge(quote, { subject: 'Honest', ...twin })).status).to.equal(303)
  })

  it('A06 an item of another quote is none of this one’s rows', async () => {
    await bjorn.open(`${quote}/edit`)
    const before = await lines('annas-quote')
    const attempts: Record<string, string>[] = [
      { 'QuoteItem.9.description': 'Mine now' },
      { 'QuoteItem.9._remove': 'true' }
    ]
    for (const extra of attempts)
      await bjorn.forge(quote, { subject: 'Honest', 'QuoteItem.9._id': 'annas-quote-1', ...extra })
    expect(await lines('annas-quote')).to.deep.equal(before)
    expect((await lines('bjorns-quote')).map(({ description }) => description)).not.to.include('Mine now')
  })

  it('Z11 items have no forms of their own, at no address', async () => {
    const [first] = await lines('bjorns-quote')
    await bjorn.open(`${quote}/edit`)
    for (const path of ['new', `${first!.id}/edit`, `${first!.id}/clone`, `${first!.id}/removal`])
      expect((await bjorn.peek(`${door}/quote-item/${path}`)).status, path).to.equal(404)
    for (const path of ['', `/${first!.id}`, `/${first!.id}/removal`])
      expect((await bjorn.forge(`${door}/quote-item${path}`, { description: 'x' })).status, path).to.equal(404)
    expect(await lines('bjorns-quote')).to.deep.include(first)
    expect((await bjorn.peek(`${door}/quote-item/${first!.id}`)).status, 'to be looked at').to.equal(200)
  })

  it('A28 a row that somebody else changed or took out meanwhile is not overwritten unseen', async () => {
    const id = await made('One', 'Two', 'Three')
    const all = await lines(id)
    const idOf = (description: string): string => all.find((line) => line.description === description)!.id
    await bjorn.follow('Edit')
    const { host } = test.embedded
    await host.save({ module: 'QuoteItem', id: idOf('One'), values: { quantity: 5 } }, { kind: 'system' })
    await host.save({ module: 'QuoteItem', id: idOf('Two'), values: { quantity: 6 } }, { kind: 'system' })
    await host.remove('QuoteItem', idOf('Three'), { kind: 'system' })
    const [one, two, three] = [rowWith('One'), rowWith('Two'), rowWith('Three')]
    await bjorn.send('Save', {
      [`${one}quantity`]: '2',
      [`${two}_remove`]: 'true',
      [`${three}description`]: 'Three more'
    })
    bjorn.is(409).sees('Somebody removed a row', 'It now says: 5', 'the new value is: 6')
    expect((await lines(id)).map(({ quantity }) => Number(quantity))).to.have.members([5, 6])
    expect(bjorn.page(`[name="${rowWith('One')}quantity"]`).attr('value')).to.equal('2')
    expect(rowWith('Three more'), 'kept as a new row').to.be.a('string')
    await bjorn.send('Save')
    bjorn.is(200)
    expect((await lines(id)).map(({ description, quantity }) => `${description} ${Number(quantity)}`)).to.have.members([
      'One 2',
      'Two 6',
      'Three more 1'
    ])
  })

  it('Z11 what somebody else added meanwhile stays', async () => {
    const id = await made('One')
    await bjorn.follow('Edit')
    const values = { quote: id, description: 'By staff', quantity: 1 }
    await test.embedded.host.save({ module: 'QuoteItem', values }, { kind: 'system' })
    await bjorn.send('Save', { [`${rowWith('One')}quantity`]: '4' })
    bjorn.is(200).sees('By staff')
    expect(await lines(id)).to.have.length(2)
  })

  describe('when the CRM stops half-way', () => {
    /** Lets the first `count` writes through, then does `act`. */
    const after = (count: number, act: () => Promise<never>) => {
      const usual = test.embedded.host.save
      let written = 0
      return async (...[change, by]: Parameters<typeof usual>): Promise<string> =>
        written++ < count ? usual(change, by) : act()
    }
    const refuse = async (): Promise<never> => {
      throw new HostRefused({ description: { key: 'errors.field.characters' } })
    }
    const fail = (error: Error) => async (): Promise<never> => {
      throw error
    }
    const three = {
      subject: 'Three lines',
      'QuoteItem.1.description': 'One',
      'QuoteItem.2.description': 'Two',
      'QuoteItem.3.description': 'Three'
    }
    const fill = async (): Promise<void> => {
      await bjorn.open(`${door}/quote/new`)
      await bjorn.send('Add a row')
      await bjorn.send('Add a row')
    }

    it('Z11 the form says what was saved and what not, keeps the rest, and goes on with it', async () => {
      await fill()
      await whileHost(test, { save: after(2, refuse) }, async () => {
        await bjorn.send('Save', three)
      })
      bjorn.is(422).sees('Only a part was saved: Quote, Quote items, row 1.', 'did not take: Quote items, row 2')
      expect(bjorn.page('[name="QuoteItem.1._id"]').attr('value')).to.be.a('string')
      expect(bjorn.page('[name="QuoteItem.2._id"]')).to.have.length(0)
      expect(bjorn.page('[name="QuoteItem.2.description"]').attr('aria-invalid')).to.equal('true')
      expect(bjorn.page('[name="QuoteItem.3.description"]').attr('value')).to.equal('Three')
      await bjorn.send('Save', { 'QuoteItem.2.description': 'Second' })
      bjorn.is(200).sees('Three lines')
      const saved = await lines(idIn(bjorn.path))
      expect(saved.map(({ description }) => description)).to.have.members(['One', 'Second', 'Three'])
    })

    it('Z11 says that it can’t be reached any more, and never that nothing was saved', async () => {
      await fill()
      await whileHost(test, { save: after(1, fail(new HostUnavailable('gone'))) }, async () => {
        await bjorn.send('Save', three)
      })
      bjorn
        .is(503)
        .sees('Only a part was saved: Quote. Then the CRM could not be reached')
        .doesNotSee('Nothing was saved')
      await bjorn.send('Save')
      expect(await lines(idIn(bjorn.is(200).path))).to.have.length(3)
    })

    it('Z11 names the row of which nobody knows', async () => {
      await fill()
      await whileHost(test, { save: after(2, fail(new HostSilent('broke off'))) }, async () => {
        await bjorn.send('Save', three)
      })
      bjorn.is(503).sees('saved for certain: Quote, Quote items, row 1.', 'At Quote items, row 2 the CRM broke off')
    })

    it('Z11 where the first write is refused, nothing was saved and all is still there', async () => {
      await fill()
      const before = await counts()
      await whileHost(test, { save: after(0, fail(new HostUnavailable('gone'))) }, async () => {
        await bjorn.send('Save', three)
      })
      bjorn.is(503).sees('Nothing was saved')
      expect(bjorn.page('[name="QuoteItem.3.description"]').attr('value')).to.equal('Three')
      expect(await counts()).to.deep.equal(before)
    })
  })

  it('Z06 a copy begins with the line items of the original', async () => {
    const id = await made('One', 'Two')
    const before = await lines(id)
    await bjorn.follow('Clone')
    rowWith('One')
    await bjorn.send('Save', { subject: 'The same again', [`${rowWith('Two')}quantity`]: '9' })
    bjorn.is(200).sees('The same again')
    const copies = await lines(idIn(bjorn.path))
    expect(copies.map(({ description, quantity }) => `${description} ${Number(quantity)}`)).to.have.members([
      'One 1',
      'Two 9'
    ])
    expect(await lines(id)).to.deep.equal(before)
  })

  it('Z11 a lookup with many choices is searched row by row', async () => {
    const { db } = test.embedded
    const [model]: Record<string, unknown>[] = await db<Record<string, unknown>>('crm_product').where({
      id: 'valve-dn20'
    })
    const many = Array.from({ length: 70 }, (_, n) => ({ ...model, id: `gadget-${n}`, name: `Gadget ${n}` }))
    await db.batchInsert('crm_product', many, 10)
    try {
      await bjorn.open(`${door}/quote/new`)
      bjorn.doesNotSee('Gadget')
      await bjorn.send('Search: Product, row 1', { '_search.QuoteItem.1.product': 'Gadget', subject: 'Kept' })
      expect(bjorn.page('[name="QuoteItem.1.product"] option').length).to.equal(51)
      expect(bjorn.page('#field-subject').attr('value')).to.equal('Kept')
      await bjorn.send('Save', { 'QuoteItem.1.product': 'gadget-7', 'QuoteItem.1.description': 'Gadgets' })
      bjorn.is(200).sees('Gadgets')
    } finally {
      await db('crm_product').where('id', 'like', 'gadget-%').delete()
    }
  })

  const counts = async (): Promise<unknown> => {
    const { db } = test.embedded
    return Promise.all(
      ['crm_quote', 'crm_quote_item', 'portico_authorship'].map((table) => db(table).count({ n: '*' }))
    )
  }
})
