/** Each right of a portal user with what it opens and what it leaves closed: in pages and lists, by address, by form (Z06, Z11). */
import { expect } from 'chai'
import type { Right } from '../../src/portal/configuration.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door } from './people.js'
import { give, idIn, items, quotes } from './released-forms.js'

/** Quotes as Björn meets them: his own, his colleague's and the staff's of his company; one of his own that staff gave to another
 *  company; one of another company. */
type Whose = 'own' | 'colleagues' | 'staffs' | 'moved' | 'foreign'
const everybodys = ['own', 'colleagues', 'staffs', 'moved', 'foreign'] as const

/** What each right alone opens on a record, and of whom. */
const table: readonly { right: Right; button: string; page: string; on: readonly Whose[] }[] = [
  { right: 'edit', button: 'Edit', page: 'edit', on: ['own'] },
  { right: 'editShared', button: 'Edit', page: 'edit', on: ['staffs'] },
  { right: 'delete', button: 'Delete', page: 'removal', on: ['own'] },
  { right: 'clone', button: 'Clone', page: 'clone', on: ['own', 'colleagues', 'staffs'] }
]

onSqlite('the rights of a portal user', (open) => {
  let test: TestApp
  let bjorn: Visitor
  let ids: Record<Whose, string>

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    bjorn = await customerAt(test, 'bjorn')
    await give(test, 'Quote', quotes)
    const emily = await customerAt(test, 'emily')
    ids = {
      own: await madeBy(bjorn, 'Björn’s own'),
      colleagues: await madeBy(emily, 'Emily’s'),
      staffs: 'bjorns-quote',
      moved: await madeBy(bjorn, 'Given away'),
      foreign: 'annas-quote'
    }
    await test.embedded.host.save(
      { module: 'Quote', id: ids.moved, values: { account: 'nordwind' } },
      { kind: 'system' }
    )
  })

  after(() => test.close())

  async function madeBy(who: Visitor, subject: string): Promise<string> {
    await who.open(`${door}/quote/new`)
    await who.send('Save', { subject })
    who.is(200).sees(subject)
    return idIn(who.path)
  }
  const grant = async (...rights: Right[]): Promise<void> =>
    give(test, 'Quote', { ...quotes, rights: rights.includes('clone') ? ['create', ...rights] : rights })
  const links = (): string[] =>
    bjorn
      .page('main a')
      .toArray()
      .map((one) => bjorn.page(one).text().trim())
  const row = async (id: string): Promise<unknown> =>
    test.embedded.db('crm_quote').first('subject', 'deleted', 'version').where({ id })
  const status = async (path: string): Promise<number> => (await bjorn.peek(path)).status
  const address = (whose: Whose, page?: string): string =>
    [door, 'quote', ids[whose], ...(page ? [page] : [])].join('/')
  /** Missing where he doesn't see it at all. */
  const refusal = (whose: Whose): number => (whose === 'foreign' ? 404 : 403)

  it('Z06 to view is what a release means: what the path leads to and what he wrote, in the list and by its address', async () => {
    await grant()
    await bjorn.open(`${door}/quote`)
    for (const whose of everybodys) {
      const isSeen = whose !== 'foreign'
      expect(bjorn.page(`main a[href$="/quote/${ids[whose]}"]`).length > 0, whose).to.equal(isSeen)
      expect(await status(address(whose)), whose).to.equal(isSeen ? 200 : 404)
    }
    await bjorn.open(address('own'))
    expect(links()).not.to.include.oneOf(['Edit', 'Clone', 'Delete'])
  })

  it('Z06 create: with the right there is a button, a form and a record; without it none of them', async () => {
    await grant()
    await bjorn.open(`${door}/quote`)
    bjorn.doesNotSee('/quote/new')
    expect(await status(`${door}/quote/new`)).to.equal(403)
    await bjorn.open(`${door}/case/new`)
    const before = await test.embedded.db('crm_quote').count({ n: '*' })
    expect((await bjorn.forge(`${door}/quote`, { subject: 'Forged' })).status).to.equal(403)
    expect(await test.embedded.db('crm_quote').count({ n: '*' })).to.deep.equal(before)
    await grant('create')
    await bjorn.open(`${door}/quote`)
    expect(bjorn.page('main a[href$="/quote/new"]')).to.have.length(1)
    await madeBy(bjorn, 'Allowed')
  })

  for (const { right, button, page, on } of table) {
    for (const whose of everybodys) {
      const isOpen = on.includes(whose)
      it(`Z06 ${right} ${isOpen ? 'opens' : 'leaves closed'} a record: ${whose}`, async () => {
        await grant(right)
        if (whose !== 'foreign') {
          await bjorn.open(address(whose))
          expect(links().includes(button), 'button').to.equal(isOpen)
        }
        expect(await status(address(whose, page)), 'by its address').to.equal(isOpen ? 200 : refusal(whose))
        if (!isOpen) await staysAsItIs(whose)
      })
    }

    it(`Z06 without ${right} nothing of it is there`, async () => {
      await grant(...table.map((one) => one.right).filter((other) => other !== right))
      for (const whose of on) {
        await bjorn.open(address(whose))
        expect(links(), whose).not.to.include(button)
        expect(await status(address(whose, page)), whose).to.equal(403)
        await staysAsItIs(whose)
      }
    })
  }

  /** No form of another sort does it either. */
  async function staysAsItIs(whose: Whose): Promise<void> {
    const rights = await bjorn.peek(address(whose))
    const before = await row(ids[whose])
    await bjorn.open(`${door}/case/new`)
    for (const [right, path, fields] of [
      ['edit', address(whose), { subject: 'Forged' }],
      ['delete', address(whose, 'removal'), {}]
    ] as const) {
      if (rights.text.includes(right === 'edit' ? '/edit"' : '/removal"')) continue
      expect((await bjorn.forge(path, fields)).status, `${right} by form`).to.equal(refusal(whose))
    }
    expect(await row(ids[whose])).to.deep.equal(before)
  }

  it('Z06 by form: what is his to edit is changed, and what is his to delete is gone', async () => {
    await grant('create', 'edit', 'delete')
    const id = await madeBy(bjorn, 'A short life')
    expect((await bjorn.forge(`${door}/quote/${id}`, { subject: 'A changed life' })).status).to.equal(303)
    expect(await row(id)).to.include({ subject: 'A changed life', deleted: 0 })
    expect((await bjorn.forge(`${door}/quote/${id}/removal`)).status).to.equal(303)
    expect(await row(id)).to.include({ deleted: 1 })
    expect(await status(`${door}/quote/${id}`)).to.equal(404)
    await grant('editShared')
    await bjorn.open(address('staffs', 'edit'))
    expect((await bjorn.forge(address('staffs'), { subject: 'By a customer' })).status).to.equal(303)
    expect(await row(ids.staffs)).to.include({ subject: 'By a customer' })
  })

  it('Z06 clone needs create', async () => {
    await grant('clone')
    await bjorn.open(address('staffs'))
    await bjorn.follow('Clone')
    await bjorn.send('Save', { subject: 'A copy' })
    bjorn.is(200).sees('A copy')
    await grant('edit')
    expect((await bjorn.forge(`${door}/quote`, { subject: 'A copy' })).status).to.equal(403)
  })

  it('Z06 his own record is his to edit where edit is released, and never anybody else’s', async () => {
    const own = { kind: 'primary', path: [], editable: ['phone', 'lastName'], readOnly: ['name', 'email'] } as const
    await give(test, 'Contact', { ...own, rights: [] })
    expect(await status(`${door}/contact/bjorn/edit`)).to.equal(403)
    await give(test, 'Contact', { ...own, rights: ['edit'] })
    expect(await status(`${door}/contact/bjorn/edit`)).to.equal(200)
    expect(await status(`${door}/contact/emily/edit`)).to.equal(404)
    await bjorn.open(`${door}/contact/bjorn`)
    expect(links()).not.to.include.oneOf(['Clone', 'Delete'])
  })

  it('E10 what keeps a record inside is no field of a form, whatever is released', async () => {
    await give(test, 'Case', {
      path: ['account', 'contacts'],
      rights: ['create', 'edit'],
      editable: ['subject', 'priority', 'isInternal'],
      readOnly: ['number']
    })
    await bjorn.open(`${door}/case/new`)
    bjorn.is(200).doesNotSee('isInternal')
    for (const isInternal of ['true', 'false'])
      expect((await bjorn.forge(`${door}/case`, { subject: 'x', priority: 'Low', isInternal })).status).to.equal(422)
    expect((await bjorn.forge(`${door}/case`, { subject: 'Twin', priority: 'Low' })).status).to.equal(303)
  })

  describe('in line items', () => {
    const quote = (): string => address('staffs')
    const lines = async (): Promise<{ id: string; description: string }[]> =>
      test.embedded
        .db<{ id: string; description: string; quote_id: string; deleted: number }>('crm_quote_item')
        .select('id', 'description')
        .where({ quote_id: ids.staffs, deleted: 0 })
        .orderBy('id')
    const first = async (): Promise<{ id: string; description: string }> => (await lines())[0]!
    const attempts = {
      create: async () => ({ 'QuoteItem.1.description': 'Added', 'QuoteItem.1.quantity': '1' }),
      edit: async () => ({
        'QuoteItem.1._id': (await first()).id,
        'QuoteItem.1.description': 'Renamed',
        'QuoteItem.1.quantity': '1'
      }),
      delete: async () => ({ 'QuoteItem.1._id': (await first()).id, 'QuoteItem.1._remove': 'true' })
    } as const
    type ItemRight = keyof typeof attempts
    const itemRights = ['create', 'edit', 'delete'] as const

    /** What the form has of each right. */
    const offered = (): ItemRight[] => [
      ...(bjorn.page('button[name=_add]').length > 0 ? (['create'] as const) : []),
      ...(bjorn.page('table.items td input[name$=".description"]').length > 0 ? (['edit'] as const) : []),
      ...(bjorn.page('table.items td input[name$="._remove"]').length > 0 ? (['delete'] as const) : [])
    ]

    for (const right of itemRights) {
      it(`Z11 ${right} of items is that, and no other right of theirs`, async () => {
        await grant('editShared')
        await give(test, 'QuoteItem', { ...items, rights: [right] })
        await bjorn.open(`${quote()}/edit`)
        expect(offered()).to.deep.equal([right])
        for (const other of itemRights.filter((one) => one !== right)) {
          const before = await lines()
          const answer = await bjorn.forge(quote(), { subject: 'Same', ...(await attempts[other]()) })
          expect(answer.status, other).to.equal(422)
          expect(await lines(), other).to.deep.equal(before)
        }
        const before = await lines()
        expect((await bjorn.forge(quote(), { subject: 'Same', ...(await attempts[right]()) })).status).to.equal(303)
        expect(await lines()).not.to.deep.equal(before)
      })
    }

    it('Z11 items of a quote that he may only look at are only looked at', async () => {
      await give(test, 'QuoteItem', items)
      await grant('edit')
      await bjorn.open(quote())
      bjorn.is(200).sees('Quote items').doesNotSee('Change: Quote items')
      for (const right of itemRights) {
        const before = await lines()
        expect((await bjorn.forge(quote(), await attempts[right]())).status, right).to.equal(403)
        expect(await lines(), right).to.deep.equal(before)
      }
    })

    it('Z11 who may create a quote may put its items in, even if he may not change it otherwise', async () => {
      await give(test, 'QuoteItem', items)
      await grant('create')
      await bjorn.open(`${door}/quote/new`)
      await bjorn.send('Save', { subject: 'With items', 'QuoteItem.1.description': 'The first' })
      bjorn.is(200).sees('The first')
      const path = bjorn.path
      await bjorn.follow('Change: Quote items')
      expect(bjorn.page('#field-subject')).to.have.length(0)
      await bjorn.send('Add a row')
      await bjorn.send('Save', { 'QuoteItem.2.description': 'The second' })
      bjorn.is(200).sees('The second')
      expect((await bjorn.forge(path, { subject: 'Changed' })).status, 'the quote itself').to.equal(422)
    })

    it('Z11 items that are not released to be made are no part of a new quote', async () => {
      await give(test, 'QuoteItem', { ...items, rights: ['edit', 'delete'] })
      await grant('create')
      await bjorn.open(`${door}/quote/new`)
      expect(bjorn.page('table.items')).to.have.length(0)
      const refused = await bjorn.forge(`${door}/quote`, { subject: 'Forged', ...(await attempts.create()) })
      expect(refused.status).to.equal(422)
    })
  })
})
