import { expect } from 'chai'
import type { Knex } from 'knex'
import { Forbidden, NotFound, PorticoError } from '../../src/errors.js'
import { createAuthors } from '../../src/host/espocrm/authors.js'
import { isOneFile } from '../../src/host/espocrm/files.js'
import { attributeOf } from '../../src/host/espocrm/values.js'
import { HostUnavailable, type Actor, type FieldValue } from '../../src/host/host.js'
import { failure, refusal } from '../host-contract/refusals.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { recordedAnswer, recordedCatalog } from './catalog-recorded.js'
import { FakeEspo } from './fake-espo.js'
import { accepted, refused, type Answer } from './fake-espo-answers.js'
import { createTables, openSaving, type Written } from './saving-world.js'

type Values = Readonly<Record<string, FieldValue>>

const system: Actor = { kind: 'system' }
const vera: Actor = { kind: 'staff', id: 'vera1' }
const anna: Actor = { kind: 'outside', id: 'portal-user-7', name: 'Anna Nováková', module: 'Contact', recordId: 'anna' }

eachDatabase((open) => {
  describe("writing EspoCRM's records", () => {
    let db: Knex
    let fake: FakeEspo
    let crm: Written

    before(async () => {
      ;({ db } = await open())
      await createTables(db)
      fake = await FakeEspo.open()
      await keep('account', [{ id: 'acme' }, { id: 'zeta' }, { id: 'gone', deleted: 1 }])
      await keep('contact', [{ id: 'anna' }, { id: 'bert' }, { id: 'carl' }])
      await keep('user', [
        { id: 'vera1', user_name: 'vera', type: 'regular' },
        { id: 'author1', user_name: 'portico.portal-user-7', type: 'portal' },
        { id: 'author2', user_name: 'portico.portal-user-8', type: 'regular' },
        { id: 'author3', user_name: 'porticox', type: 'portal' }
      ])
    })
    beforeEach(async () => {
      fake.forget()
      crm = openSaving(db, fake)
      for (const table of ['case', 'task', 'visit']) await db(table).delete()
      await keep('case', [
        { id: 'heating', account_id: 'acme', cost: '5', cost_currency: 'CZK' },
        { id: 'bare', account_id: 'gone' },
        { id: 'binned', deleted: 1 }
      ])
      await keep('task', [{ id: 'call', parent_type: 'Account', parent_id: 'acme' }])
      await keep('visit', [{ id: 'visit', case_id: 'heating' }])
    })
    after(() => fake.goDown())

    const keep = async (table: string, rows: readonly object[]): Promise<void> => {
      for (const row of rows) await db(table).insert(row)
    }

    const make = (values: Values, by: Actor = system): Promise<string> =>
      crm.save({ module: 'Case', values: { name: 'Pump', ...values } }, by)
    const change = (id: string, values: Values, module = 'Case'): Promise<string> =>
      crm.save({ module, id, values }, system)
    /** What EspoCRM was told last. */
    const told = (): unknown => fake.asked.at(-1)?.body
    /** The refused fields; EspoCRM must not have been asked. */
    const unasked = async (work: () => Promise<unknown>): Promise<Record<string, string>> => {
      const fields = await refusal(work)
      expect(fake.routes).to.deep.equal([])
      return fields
    }

    describe('what EspoCRM is told', () => {
      it('has its own names and forms', async () => {
        const id = await make({
          account: 'acme',
          assignedUser: 'vera1',
          type: '',
          tags: ['Heating', 'Air'],
          description: ' a\r\nb ',
          hours: 7,
          rating: 1.23456,
          cost: 12.005,
          dueOn: '2026-02-28',
          visitAt: '2026-02-28 12:30:00',
          isInternal: true
        })
        expect(id).to.equal('newCase')
        expect(fake.routes).to.deep.equal(['POST Case'])
        expect(told()).to.deep.equal({
          name: 'Pump',
          accountId: 'acme',
          assignedUserId: 'vera1',
          type: null,
          tags: ['Air', 'Heating'],
          description: ' a\nb ',
          hours: 7,
          rating: 1.23456,
          cost: 12.01,
          dueOn: '2026-02-28',
          visitAt: '2026-02-28 12:30:00',
          isInternal: true
        })
      })

      it('is what changes alone', async () => {
        await change('heating', { status: 'Closed', account: null, isInternal: null })
        expect(fake.routes).to.deep.equal(['PUT Case/heating'])
        expect(told()).to.deep.equal({ status: 'Closed', accountId: null, isInternal: false })
      })

      it('asks for no search for duplicates, as nobody could answer', async () => {
        await make({})
        expect(fake.asked[0]?.headers['x-skip-duplicate-check']).to.equal('true')
      })

      it('leaves a record its currency, and gives one to an amount that never had any', async () => {
        await change('heating', { cost: 7 })
        expect(told()).to.deep.equal({ cost: 7 })
        await change('bare', { cost: 7 })
        expect(told()).to.deep.equal({ cost: 7, costCurrency: 'EUR' })
        await change('bare', { cost: 7, costCurrency: 'CZK' })
        expect(told()).to.deep.equal({ cost: 7, costCurrency: 'CZK' })
        await change('bare', { cost: null })
        expect(told()).to.deep.equal({ cost: null })
      })

      it('is nothing when nothing changes', async () => {
        expect(await change('heating', {})).to.equal('heating')
        expect(fake.routes).to.deep.equal([])
      })
    })

    describe('what is refused before EspoCRM is asked', () => {
      const values: Readonly<Record<string, readonly [FieldValue, string]>> = {
        name: ['  ', 'required'],
        description: ['🙂'.repeat(1001), 'tooLong'],
        status: ['closed', 'option'],
        tags: [['Water'], 'option'],
        hours: [101, 'tooLarge'],
        rating: ['1', 'number'],
        cost: [Number.NaN, 'number'],
        dueOn: ['2026-02-30', 'date'],
        visitAt: ['2026-02-28T12:30:00Z', 'date'],
        isInternal: ['no', 'option'],
        number: [7, 'readOnly'],
        body: ['<p>Hello</p>', 'readOnly'],
        attachments: [['file1'], 'readOnly'],
        nope: ['x', 'unknown']
      }
      for (const [field, [value, key]] of Object.entries(values)) {
        it(`${field}: ${key}, in a new record and in a change`, async () => {
          const error = { [field]: `errors.field.${key}` }
          expect(await unasked(() => make({ [field]: value }))).to.deep.equal(error)
          expect(await unasked(() => change('heating', { [field]: value }))).to.deep.equal(error)
        })
      }

      it('names every field at once', async () => {
        expect(
          await unasked(() => crm.save({ module: 'Case', values: { hours: 1.5, nope: 1 } }, system))
        ).to.deep.equal({
          name: 'errors.field.required',
          hours: 'errors.field.number',
          nope: 'errors.field.unknown'
        })
      })

      it('counts characters, not bytes', async () => {
        await make({ description: '🙂'.repeat(1000) })
        expect(fake.routes).to.deep.equal(['POST Case'])
      })

      it('wants in a new record what EspoCRM does not fill in itself', async () => {
        await make({})
        expect(told()).to.deep.equal({ name: 'Pump' })
        const nameless = (): Promise<unknown> => crm.save({ module: 'Contact', values: {} }, system)
        fake.forget()
        expect(await unasked(nameless)).to.deep.equal({ lastName: 'errors.field.required' })
      })

      it('does not take parts for the whole of a name', async () => {
        const named = (): Promise<unknown> =>
          crm.save({ module: 'Contact', values: { lastName: 'x', name: 'y' } }, system)
        expect(await unasked(named)).to.deep.equal({ name: 'errors.field.readOnly' })
      })

      it('wants references to lead to a live record of their module, to the letter', async () => {
        for (const account of ['nowhere', 'gone', 'anna', 'ACME', '../acme']) {
          const refusedField = { account: 'errors.field.reference' }
          expect(await unasked(() => make({ account })), account).to.deep.equal(refusedField)
        }
        expect(await unasked(() => make({ account: 'gone', contact: 'acme' }))).to.deep.equal({
          account: 'errors.field.reference',
          contact: 'errors.field.reference'
        })
        await make({ account: 'acme', contact: 'anna' })
      })

      it('leaves a reference that leads to a removed record as it was', async () => {
        await change('bare', { account: 'gone', name: 'Barer' })
        expect(told()).to.deep.equal({ accountId: 'gone', name: 'Barer' })
        fake.forget()
        expect(await unasked(() => change('heating', { account: 'gone' }))).to.deep.equal({
          account: 'errors.field.reference'
        })
      })

      it('wants a parent that is there, with its module', async () => {
        const task = (parent: Values): Promise<string> =>
          crm.save({ module: 'Task', values: { name: 'Ring up', ...parent } }, system)
        const nothing = { parentId: 'errors.field.reference' }
        expect(await unasked(() => task({ parentType: 'Account', parentId: 'anna' }))).to.deep.equal(nothing)
        expect(await unasked(() => task({ parentId: 'acme' }))).to.deep.equal({ parentType: 'errors.field.required' })
        expect(await unasked(() => change('call', { parentType: 'Contact' }, 'Task'))).to.deep.equal(nothing)
        await task({ parentType: 'Contact', parentId: 'anna' })
        expect(told()).to.deep.equal({ name: 'Ring up', parentType: 'Contact', parentId: 'anna' })
        await change('call', { parentId: 'zeta' }, 'Task')
        expect(told()).to.deep.equal({ parentType: 'Account', parentId: 'zeta' })
        await change('call', { parentId: null }, 'Task')
        expect(told()).to.deep.equal({ parentType: null, parentId: null })
      })

      it('knows only records that are there', async () => {
        for (const id of ['nope', 'binned', 'HEATING', '..', '', 'heating/../anna'])
          expect(await failure(() => change(id, { name: 'x' })), id).to.be.instanceOf(NotFound)
        expect(fake.routes).to.deep.equal([])
      })

      it('knows only modules of the catalog, and never writes users', async () => {
        for (const module of ['Nope', '../User', 'Case/heating', ''])
          expect(await failure(() => crm.save({ module, values: {} }, system))).to.be.instanceOf(RangeError)
        expect(await failure(() => crm.save({ module: 'User', values: {} }, system))).to.be.instanceOf(Forbidden)
        expect(await failure(() => crm.remove('User', 'vera1', system))).to.be.instanceOf(Forbidden)
        expect(fake.routes).to.deep.equal([])
      })
    })

    describe('authors', () => {
      it('of ours are told from all other users of EspoCRM', async () => {
        const { outsideOf } = createAuthors(crm.espo)
        const users = ['vera1', 'author1', 'author2', 'author3', 'nobody']
        expect([...(await outsideOf(users))]).to.deep.equal([['author1', 'portal-user-7']])
        expect((await outsideOf(['vera1'])).size).to.equal(0)
        expect((await outsideOf([])).size).to.equal(0)
      })
    })

    describe('links', () => {
      const linked = (link: string, other: string, present = true, id = 'heating'): Promise<void> =>
        crm.link({ module: 'Case', id, link, other, present }, vera)

      it('are made with the record, the first in the same request', async () => {
        await crm.save({ module: 'Case', values: { name: 'x' }, links: { contacts: ['anna'] } }, system)
        expect(fake.routes).to.deep.equal(['POST Case'])
        expect(told()).to.deep.equal({ name: 'x', contactsIds: ['anna'] })
      })

      it('beyond the first follow in one request more', async () => {
        const links = { contacts: ['anna', 'bert', 'anna', 'carl'] }
        await crm.save({ module: 'Case', values: { name: 'x' }, links }, vera)
        expect(fake.routes).to.deep.equal(['POST Case', 'POST Case/newCase/contacts'])
        expect(told()).to.deep.equal({ ids: ['bert', 'carl'] })
        expect(fake.asked.map(({ headers }) => headers['x-portico-actor'])).to.deep.equal(['vera1', 'vera1'])
      })

      it('are made afterwards when EspoCRM did not take them with the record', async () => {
        fake.answers('POST Case', accepted.created('case1'))
        await crm.save({ module: 'Case', values: { name: 'x' }, links: { contacts: ['anna'] } }, system)
        expect(fake.routes).to.deep.equal(['POST Case', 'POST Case/case1/contacts'])
      })

      it('that fail take the new record back, and say why', async () => {
        fake.answers('POST Case/newCase/contacts', { ...refused.reference, reason: reasonOf('contacts') })
        const making = (): Promise<unknown> =>
          crm.save({ module: 'Case', values: { name: 'x' }, links: { contacts: ['anna', 'bert'] } }, vera)
        expect(await refusal(making)).to.deep.equal({ contacts: 'errors.field.reference' })
        expect(fake.routes.at(-1)).to.equal('DELETE Case/newCase')
        expect(fake.asked.at(-1)?.headers['x-portico-actor']).to.equal('vera1')
        fake.answers('DELETE Case/newCase', refused.broken)
        expect(await refusal(making)).to.deep.equal({ contacts: 'errors.field.reference' })
      })

      it('are added to a record that is there, and replace nothing', async () => {
        await crm.save({ module: 'Case', id: 'heating', values: {}, links: { contacts: ['anna', 'bert'] } }, system)
        expect(fake.routes).to.deep.equal(['POST Case/heating/contacts'])
        expect(told()).to.deep.equal({ ids: ['anna', 'bert'] })
      })

      it('are made and undone one by one', async () => {
        await linked('contacts', 'anna')
        expect([fake.routes, told()]).to.deep.equal([['POST Case/heating/contacts'], { ids: ['anna'] }])
        await linked('contacts', 'anna', false)
        expect([fake.routes.at(-1), told()]).to.deep.equal(['DELETE Case/heating/contacts', { id: 'anna' }])
      })

      it('of the reverse kind are a change of the record at the other end', async () => {
        const account = (link: string, other: string, present = true): Promise<void> =>
          crm.link({ module: 'Account', id: 'zeta', link, other, present }, vera)
        await account('cases', 'heating')
        expect([fake.routes, told()]).to.deep.equal([['PUT Case/heating'], { accountId: 'zeta' }])
        await account('tasks', 'call')
        expect([fake.routes.at(-1), told()]).to.deep.equal([
          'PUT Task/call',
          { parentId: 'zeta', parentType: 'Account' }
        ])
        fake.forget()
        await account('cases', 'heating', false)
        expect(fake.routes, 'it leads to another account').to.deep.equal([])
        await crm.link({ module: 'Account', id: 'acme', link: 'cases', other: 'heating', present: false }, vera)
        expect([fake.routes, told()]).to.deep.equal([['PUT Case/heating'], { accountId: null }])
        await crm.link({ module: 'Account', id: 'acme', link: 'tasks', other: 'call', present: false }, vera)
        expect([fake.routes.at(-1), told()]).to.deep.equal(['PUT Task/call', { parentId: null, parentType: null }])
      })

      it('that the other end must have are not undone', async () => {
        expect(await unasked(() => linked('visits', 'visit', false))).to.deep.equal({ case: 'errors.field.required' })
      })

      it('to nothing, over nothing and from nothing are refused', async () => {
        for (const present of [true, false]) {
          for (const other of ['nope', 'acme', 'ANNA', '..'])
            expect(await unasked(() => linked('contacts', other, present))).to.deep.equal({
              contacts: 'errors.field.reference'
            })
          for (const link of ['nope', 'account', '../contacts'])
            expect(await unasked(() => linked(link, 'anna', present))).to.deep.equal({ [link]: 'errors.field.unknown' })
          expect(await failure(() => linked('contacts', 'anna', present, 'nope'))).to.be.instanceOf(NotFound)
        }
        const making = (): Promise<unknown> =>
          crm.save({ module: 'Case', values: { name: 'x' }, links: { contacts: ['nope'], account: ['acme'] } }, system)
        expect(await unasked(making)).to.deep.equal({
          contacts: 'errors.field.reference',
          account: 'errors.field.unknown'
        })
      })
    })
  })
})

onSqlite("writing EspoCRM's records", (open) => {
  let db: Knex
  let fake: FakeEspo
  let crm: Written

  before(async () => {
    ;({ db } = await open())
    await createTables(db)
    await db('case').insert({ id: 'heating', name: 'Heating' })
    fake = await FakeEspo.open()
  })
  beforeEach(() => {
    fake.forget()
    crm = openSaving(db, fake)
  })
  after(() => fake.goDown())

  const make = (by: Actor = system): Promise<string> => crm.save({ module: 'Case', values: { name: 'Pump' } }, by)
  const makeAgainst = (answer: Answer, module = 'Case') => {
    fake.answers(`POST ${module}`, answer)
    const values: Values = module === 'Contact' ? { lastName: 'Bert' } : { name: 'Pump' }
    return (): Promise<string> => crm.save({ module, values }, system)
  }

  describe('removing', () => {
    it('is done in the name of who does it', async () => {
      await crm.remove('Case', 'heating', vera)
      expect(fake.routes).to.deep.equal(['DELETE Case/heating'])
      expect(fake.asked[0]?.headers['x-portico-actor']).to.equal('vera1')
    })

    it('is no error for what is gone, and asks nothing of what is no id', async () => {
      fake.answers('DELETE Case/nope', refused.notThere)
      await crm.remove('Case', 'nope', system)
      await crm.remove('Case', '..', system)
      await crm.remove('Case', 'heating/contacts', system)
      expect(fake.routes).to.deep.equal(['DELETE Case/nope'])
    })

    it('is an error when it is not done', async () => {
      fake.answers('DELETE Case/heating', refused.right)
      expect(await failure(() => crm.remove('Case', 'heating', system))).to.be.instanceOf(HostUnavailable)
    })
  })

  describe("EspoCRM's refusals", () => {
    const fields: readonly (readonly [Answer, string, Readonly<Record<string, string>>])[] = [
      [refused.required, 'Case', { name: 'errors.field.required' }],
      [refused.pattern, 'Case', { name: 'errors.field.pattern' }],
      [refused.option, 'Case', { status: 'errors.field.option' }],
      [refused.phone, 'Contact', { phoneNumber: 'errors.field.phone' }],
      [refused.email, 'Contact', { emailAddress: 'errors.field.email' }],
      [refused.tooLong, 'Contact', { lastName: 'errors.field.tooLong' }],
      [refused.url, 'Account', { website: 'errors.field.url' }],
      [refused.parent, 'Task', { parentId: 'errors.field.invalid' }],
      [refused.reference, 'Case', { account: 'errors.field.reference' }],
      [refused.duplicate, 'Case', { name: 'errors.field.taken' }],
      [failed('cost', 'validCurrency'), 'Case', { costCurrency: 'errors.field.option' }],
      [failed('dueOn', 'valid'), 'Case', { dueOn: 'errors.field.date' }],
      [failed('hours', 'max'), 'Case', { hours: 'errors.field.tooLarge' }],
      [failed('hours', 'min'), 'Case', { hours: 'errors.field.tooSmall' }],
      [failed('rating', 'max'), 'Case', { rating: 'errors.field.invalid' }],
      [failed('accountId', 'required'), 'Case', { account: 'errors.field.required' }],
      [failed('account', 'pattern'), 'Case', { account: 'errors.field.reference' }],
      [failed('cHidden', 'required'), 'Case', { cHidden: 'errors.field.required' }],
      [failed('name', 'ourOwnCheck'), 'Case', { name: 'errors.field.invalid' }]
    ]
    for (const [answer, module, expected] of fields) {
      it(`name the field: ${answer.reason}`, async () => {
        expect(await refusal(makeAgainst(answer, module))).to.deep.equal(expected)
      })
    }

    it('say how long is too long', async () => {
      const error = (await failure(makeAgainst(refused.tooLong, 'Contact'))) as { fields?: unknown }
      expect(error.fields).to.deep.equal({ lastName: { key: 'errors.field.tooLong', args: { max: 100 } } })
    })

    it('of a rule of the CRM bring the form back', async () => {
      for (const answer of [refused.script, { ...refused.script, status: 409 }, { ...refused.script, status: 400 }]) {
        const error = await failure(makeAgainst(answer))
        expect(error).to.be.instanceOf(PorticoError).that.includes({ key: 'errors.hostRefused', status: 409 })
      }
    })

    it('of a right that the role lacks are for the log', async () => {
      for (const answer of [refused.right, refused.farRight]) {
        const error = await failure(makeAgainst(answer))
        expect(error).to.be.instanceOf(HostUnavailable)
        expect((error as Error).message)
          .to.contain(answer.reason)
          .and.contain('on Case')
      }
    })

    it('of a record that went a moment ago are NotFound', async () => {
      fake.answers('PUT Case/heating', refused.notThere)
      const changing = (): Promise<unknown> =>
        crm.save({ module: 'Case', id: 'heating', values: { name: 'x' } }, system)
      expect(await failure(changing)).to.be.instanceOf(NotFound)
    })

    it('of an answer without an id are a fault of EspoCRM', async () => {
      expect(await failure(makeAgainst(accepted.done))).to.be.instanceOf(HostUnavailable)
    })
  })

  describe('who does it', () => {
    const actors = (): unknown[] => fake.asked.map(({ headers }) => headers['x-portico-actor'])

    it('is named: staff by their id, Portico itself not at all', async () => {
      await make(vera)
      await make(system)
      expect(actors()).to.deep.equal(['vera1', undefined])
      expect(await failure(() => make({ kind: 'staff', id: 'vera1\r\nX-Other: 1' }))).to.be.instanceOf(RangeError)
    })

    it('is for somebody from outside a user of EspoCRM that stands for him, asked for once', async () => {
      await Promise.all([make(anna), make(anna)])
      await make(anna)
      expect(fake.routes.filter((route) => route === 'POST Portico/author')).to.have.length(1)
      expect(fake.asked[0]?.body).to.deep.equal({
        id: 'portal-user-7',
        name: 'Anna Nováková',
        module: 'Contact',
        recordId: 'anna'
      })
      expect(actors()).to.deep.equal([undefined, 'author1', 'author1', 'author1'])
    })

    it('is asked for again under another name, and after a while', async () => {
      const asked = (): number => fake.routes.filter((route) => route === 'POST Portico/author').length
      await make(anna)
      await make({ ...anna, name: 'Anna Malá' })
      expect(asked()).to.equal(2)
      crm.pass(9 * 60_000)
      await make(anna)
      expect(asked()).to.equal(2)
      crm.pass(2 * 60_000)
      await make(anna)
      expect(asked()).to.equal(3)
    })

    it('must be known before anything is written', async () => {
      fake.answers('POST Portico/author', { status: 409, reason: 'Somebody who can sign in is called portico.x.' })
      expect(await failure(() => make(anna))).to.be.instanceOf(HostUnavailable)
      fake.answers('POST Portico/author', accepted.author(''))
      expect(await failure(() => make(anna))).to.be.instanceOf(HostUnavailable)
      expect(fake.routes).to.deep.equal(['POST Portico/author', 'POST Portico/author'])
      fake.forget()
      await make(anna)
      expect(fake.routes).to.deep.equal(['POST Portico/author', 'POST Case'])
    })

    it('is a fault of EspoCRM when it knows him no more', async () => {
      const error = await failure(makeAgainst(refused.actor))
      expect(error).to.be.instanceOf(HostUnavailable)
    })
  })
})

describe("the names by which EspoCRM is written to, in a real EspoCRM's catalog", () => {
  const { orm } = recordedAnswer()
  const modules = [...recordedCatalog().modules.values()].filter(({ name }) => name !== 'User')

  it('are attributes of its entities, for each field that may be written', () => {
    const written = modules.flatMap(({ name, fields }) =>
      [...fields.values()]
        .filter(({ readOnly, storage }) => !readOnly && (storage.kind !== 'files' || isOneFile(storage)))
        .map((field) => [name, attributeOf(field)] as const)
    )
    expect(written.length).to.be.greaterThan(100)
    expect(written.filter(([module, attribute]) => !orm[module]?.attributes[attribute])).to.deep.equal([])
  })

  it('are relations of its entities, for each link that takes records', () => {
    const links = modules.flatMap(({ name, links: all }) =>
      [...all.values()].filter(({ storage }) => storage.kind !== 'column').map((link) => [name, link.name] as const)
    )
    expect(links.length).to.be.greaterThan(50)
    expect(links.filter(([module, link]) => !orm[module]?.relations[link])).to.deep.equal([])
  })
})

function failed(field: string, type: string): Answer {
  const reason = `Field validation failure; entityType: Case, field: ${field}, type: ${type}.`
  return {
    ...refused.required,
    reason,
    body: { messageTranslation: { label: 'validationFailure', data: { field, type } } }
  }
}

function reasonOf(link: string): string {
  return `Can't relate with non-existing record. entity type: Case, link: ${link}.`
}
