import { Readable } from 'node:stream'
import { expect } from 'chai'
import { noteAuthor } from '../../src/access/authorship.js'
import type { Records } from '../../src/access/record.js'
import type { Person } from '../../src/access/viewer.js'
import type { FieldRelease } from '../../src/portal/configuration.js'
import { levels, leveledActions, type Level, type LeveledAction } from '../../src/portal/roles/roles.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { anna } from './releases.js'
import { byName, doorWith, role } from './roles-given.js'

const fields: Record<string, FieldRelease> = {
  subject: 'editable',
  description: 'editable',
  account: 'editable',
  contact: 'editable',
  assignedUser: 'editable',
  status: 'readOnly'
}

/** How a case can be Anna's: she wrote it, it is linked to her contact, to her account, or it is somebody else's. */
const relations = ['own', 'contact', 'account', 'other'] as const
type Relation = (typeof relations)[number]

const reach: Readonly<Record<Level | 'not set', readonly Relation[]>> = {
  'not set': [],
  no: [],
  own: ['own'],
  contact: ['own', 'contact'],
  account: ['own', 'contact', 'account'],
  all: relations
}

eachDatabase((open) => {
  describe('E09 access levels', function () {
    this.timeout(60_000)
    let test: TestApp
    let cases: Record<Relation, string>

    const newCase = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save({ module: 'Case', values: { subject: 'One of four', ...values } }, { kind: 'system' })

    before(async () => {
      test = await openApp(open, { world: 'people' })
      cases = {
        own: await newCase({ account: 'fjordside', contact: 'bjorn' }),
        contact: await newCase({ account: 'fjordside', contact: 'anna' }),
        account: await newCase({ account: 'nordwind', contact: 'jonas' }),
        other: await newCase({ account: 'fjordside', contact: 'bjorn' })
      }
      await noteAuthor(test.embedded.db, 'Case', cases.own, anna.id)
    })

    after(() => test.close())

    const tries: Readonly<Record<LeveledAction, (door: Records, id: string) => Promise<unknown>>> = {
      read: (door, id) => door.find('Case', id),
      edit: (door, id) => door.change('Case', id, { description: 'Changed' }),
      stream: (door, id) => door.post('Case', id, { text: 'A note', files: [] }),
      delete: async (door, id) => {
        const { may } = await door.find('Case', id)
        if (!may.has('delete')) await door.remove('Case', id)
      }
    }

    for (const action of leveledActions)
      for (const level of [undefined, ...levels])
        it(`E09 ${action} ${level ?? 'not set'} reaches just what it says`, async () => {
          const others = action === 'read' ? {} : { read: 'all' as const }
          const given = level === undefined ? { ...others, fields } : { ...others, [action]: level, fields }
          const door = await doorWith(test, anna, [role('one', { Case: given })])
          for (const relation of relations) {
            const isIn = reach[level ?? 'not set'].includes(relation)
            const outcome = await outcomeOf(tries[action](door, cases[relation]))
            expect(outcome, relation).to.equal(isIn ? 'done' : action === 'read' ? 'NotFound' : 'Forbidden')
          }
        })

    it('E09 A07 a list holds just what can be opened one by one', async () => {
      for (const level of ['own', 'contact', 'account', 'all'] as const) {
        const door = await doorWith(test, anna, [role('one', { Case: { read: level, fields } })])
        const ids = (await door.list('Case', { limit: 200 })).records.map(({ id }) => id)
        for (const relation of relations)
          expect(ids.includes(cases[relation]), `${level}: ${relation}`).to.equal(reach[level].includes(relation))
      }
    })

    it('E10 an internal case is nobody’s at any level, by list or by id', async () => {
      const internal = await newCase({ account: 'nordwind', contact: 'anna' })
      await test.embedded.host.save({ module: 'Case', id: internal, values: { isInternal: true } }, { kind: 'system' })
      const door = await doorWith(test, anna, [role('one', { Case: { read: 'all', stream: 'all', fields } })])
      expect(await outcomeOf(door.find('Case', internal))).to.equal('NotFound')
      expect(await outcomeOf(door.feed('Case', internal))).to.equal('NotFound')
      const { records } = await door.list('Case', { limit: 200 })
      const ids = records.map(({ id }) => id)
      expect(ids).to.include(cases.other)
      expect(ids).not.to.include(internal)
    })

    it('E11 the stream is a right of its own: reading a record doesn’t show it, and nothing that can’t be read has one', async () => {
      const reading = await doorWith(test, anna, [role('one', { Case: { read: 'account', edit: 'account', fields } })])
      expect(await outcomeOf(reading.feed('Case', cases.account))).to.equal('Forbidden')
      const streaming = await doorWith(test, anna, [role('one', { Case: { read: 'own', stream: 'all', fields } })])
      expect(await outcomeOf(streaming.feed('Case', cases.own))).to.equal('done')
      expect(await outcomeOf(streaming.feed('Case', cases.account))).to.equal('NotFound')
    })

    it('E11 files on notes follow the stream, not the reading', async () => {
      const stored = await test.embedded.host.files.write(
        { name: 'plan.txt', type: 'text/plain', content: Readable.from(['plan']) },
        { kind: 'system' }
      )
      const note = { module: 'Case', recordId: cases.account, text: 'With a file', internal: false, files: [stored.id] }
      await test.embedded.host.feed.post(note, { kind: 'staff', id: 'frank' })
      const given = { read: 'account', fields } as const
      const streaming = await doorWith(test, anna, [role('one', { Case: { ...given, stream: 'account' } })])
      expect(await outcomeOf(streaming.file('Case', cases.account, stored.id))).to.equal('done')
      const reading = await doorWith(test, anna, [role('one', { Case: given })])
      expect(await outcomeOf(reading.file('Case', cases.account, stored.id))).to.equal('Forbidden')
    })

    it('A05 E10 what decides whose a record is, and its owner, is never changed, even at edit all', async () => {
      const door = await doorWith(test, anna, [
        role('one', {
          Case: { read: 'all', edit: 'all', fields },
          Account: { read: 'all', fields: { name: 'readOnly' } }
        })
      ])
      const { writable } = await door.find('Case', cases.other)
      expect([...writable]).to.have.members(['subject', 'description'])
      for (const [name, value] of Object.entries({ account: 'nordwind', contact: 'anna', assignedUser: 'ben' }))
        expect(await outcomeOf(door.change('Case', cases.other, { [name]: value }))).to.equal('Invalid')
    })

    it('A05 nobody makes his own contact work for another account', async () => {
      const given = {
        read: 'contact',
        edit: 'contact',
        fields: { name: 'readOnly', phone: 'editable', account: 'editable' }
      } as const
      const roles = [role('one', { Contact: given, Account: { read: 'all', fields: { name: 'readOnly' } } })]
      const door = await doorWith(test, anna, roles)
      expect([...(await door.find('Contact', 'anna')).writable]).to.deep.equal(['phone'])
      expect(await outcomeOf(door.change('Contact', 'anna', { account: 'fjordside' }))).to.equal('Invalid')
      expect(await outcomeOf(door.change('Contact', 'anna', { phone: '+49 40 1' }))).to.equal('done')
    })

    it('A05 a new record is put into nothing that is not his, and may stand by itself', async () => {
      const accounts = { read: 'all', fields: { name: 'readOnly' } } as const
      const door = await doorWith(test, anna, [
        role('one', { Case: { create: true, read: 'own', fields }, Account: accounts })
      ])
      const create = (values: Record<string, string>): Promise<unknown> =>
        door.create('Case', { values: { subject: 'New', ...values } })
      expect(await outcomeOf(create({ account: 'fjordside' }))).to.equal('Forbidden')
      expect(await outcomeOf(create({ account: 'nordwind' }))).to.equal('done')
      expect(await outcomeOf(create({}))).to.equal('done')
      const without = await doorWith(test, anna, [role('one', { Case: { read: 'all', edit: 'all', fields } })])
      expect(await outcomeOf(without.create('Case', { values: { subject: 'New' } }))).to.equal('NotFound')
    })

    it('E09 the contact and the accounts themselves: his contact, his colleagues, his account', async () => {
      const given = (read: Level) =>
        role('one', {
          Contact: { read, fields: { name: 'readOnly' } },
          Account: { read, fields: { name: 'readOnly' } }
        })
      const ids = async (level: Level, module: string): Promise<string[]> => {
        const door = await doorWith(test, anna, [given(level)])
        return (await door.list(module, { limit: 200 })).records.map(({ id }) => id)
      }
      expect(await ids('contact', 'Contact')).to.deep.equal(['anna'])
      expect(await ids('account', 'Contact')).to.have.members(['anna', 'jonas', 'mehmet'])
      expect(await ids('account', 'Account')).to.deep.equal(['nordwind'])
    })

    it('E08 chosen accounts take the place of his contact’s, several of them; without any there are none', async () => {
      const given = [
        role('one', { Account: { read: 'account', fields: { name: 'readOnly' } }, Case: { read: 'account', fields } })
      ]
      const names = async (accounts: string[]): Promise<string[]> => {
        const door = await doorWith(test, anna, given, { accounts })
        return (await door.list('Account', { limit: 200 })).records.map(({ id }) => id)
      }
      expect(await names(['fjordside', 'teplo-morava'])).to.have.members(['fjordside', 'teplo-morava', 'nordwind'])
      const door = await doorWith(test, anna, given, { accounts: ['teplo-morava'] })
      expect(await outcomeOf(door.find('Case', cases.account))).to.equal('NotFound')
      expect(await outcomeOf(door.find('Case', cases.contact))).to.equal('done')
    })

    it('E08 his contact’s accounts are those of this moment', async () => {
      const door = (): Promise<Records> => doorWith(test, anna, [role('one', { Case: { read: 'account', fields } })])
      expect(await outcomeOf((await door()).find('Case', cases.account))).to.equal('done')
      const move = (account: string): Promise<string> =>
        test.embedded.host.save({ module: 'Contact', id: 'anna', values: { account } }, { kind: 'system' })
      await move('alster-wohnen')
      expect(await outcomeOf((await door()).find('Case', cases.account))).to.equal('NotFound')
      await move('nordwind')
      expect(await outcomeOf((await door()).find('Case', cases.account))).to.equal('done')
    })

    it('E08 somebody without a contact reaches what he wrote, what is for all, and the accounts chosen for him', async () => {
      const nobody: Person = {
        ...anna,
        id: 'user-nobody',
        module: undefined,
        recordId: undefined,
        userTypeId: undefined
      }
      const given = [role('one', { Case: { read: 'account', create: true, fields } })]
      const alone = await doorWith(test, nobody, given)
      for (const relation of relations)
        expect(await outcomeOf(alone.find('Case', cases[relation]))).to.equal('NotFound')
      const id = await alone.create('Case', { values: { subject: 'From nobody in particular' } })
      expect((await alone.find('Case', id)).title).to.equal('From nobody in particular')
      const chosen = await doorWith(test, nobody, given, { accounts: ['nordwind'] })
      expect(await outcomeOf(chosen.find('Case', cases.account))).to.equal('done')
      expect(await outcomeOf(chosen.find('Case', cases.other))).to.equal('NotFound')
    })

    it('E09 configured ways count instead of names, longer ones too; one that is gone shows nothing', async () => {
      const ways = (paths: string[][]) => ({ paths, isForAll: false })
      const around = (paths: string[][]) => ({
        levels: { ...byName, configured: new Map([['Case', { contact: ways(paths), account: ways([]) }]]) }
      })
      const given = [role('one', { Case: { read: 'account', fields } })]
      const byAccount = await doorWith(test, anna, given, around([['account', 'contacts']]))
      expect(await outcomeOf(byAccount.find('Case', cases.account))).to.equal('done')
      expect(await outcomeOf(byAccount.find('Case', cases.contact))).to.equal('NotFound')
      const none = await doorWith(test, anna, given, around([['account', 'gone']]))
      for (const relation of ['contact', 'account', 'other'] as const)
        expect(await outcomeOf(none.find('Case', cases[relation]))).to.equal('NotFound')
      expect(await outcomeOf(none.find('Case', cases.own))).to.equal('done')
    })

    it('E02 merging roles widens no record’s fields: everyone’s name, and all of his own', async () => {
      const name = role('names', { Contact: { read: 'all', fields: { name: 'readOnly' } } })
      const all = role('own', {
        Contact: {
          read: 'contact',
          edit: 'contact',
          fields: { name: 'readOnly', email: 'readOnly', phone: 'editable' }
        }
      })
      const door = await doorWith(test, anna, [name, all])
      expect(Object.keys((await door.find('Contact', 'anna')).values)).to.have.members(['name', 'email', 'phone'])
      const bjorn = await door.find('Contact', 'bjorn')
      expect(Object.keys(bjorn.values)).to.deep.equal(['name'])
      expect([...bjorn.writable]).to.deep.equal([])
      const listed = (await door.list('Contact', { limit: 200, fields: ['name', 'email'] })).records
      expect(listed.filter(({ values }) => 'email' in values).map(({ id }) => id)).to.deep.equal(['anna'])
      expect(
        await outcomeOf(
          door.list('Contact', { filter: [{ field: 'email', operator: '=', value: 'bjorn@fjordside.example' }] })
        )
      ).to.equal('done')
      const found = await door.list('Contact', { search: 'fjordside.example' })
      expect(found.records).to.deep.equal([])
    })

    it('E09 line items go with the record they are part of', async () => {
      const items = { read: 'all', fields: { description: 'readOnly', quantity: 'readOnly' } } as const
      const quotes = { read: 'account', fields: { subject: 'readOnly' } } as const
      const some = await test.embedded.db<{ id: string; quote_id: string }>('crm_quote_item').select('id', 'quote_id')
      const quote = await doorWith(test, anna, [role('one', { Quote: quotes, QuoteItem: items })])
      const quoteIds = new Set((await quote.list('Quote', { limit: 200 })).records.map(({ id }) => id))
      const outcomes = await Promise.all(
        some.map(async ({ id, quote_id }) => [quoteIds.has(quote_id), await outcomeOf(quote.find('QuoteItem', id))])
      )
      expect(outcomes).to.deep.include([true, 'done']).and.to.deep.include([false, 'NotFound'])
      for (const [isHis, outcome] of outcomes) expect(outcome).to.equal(isHis ? 'done' : 'NotFound')
      const without = await doorWith(test, anna, [role('one', { QuoteItem: items })])
      expect(await outcomeOf(without.find('QuoteItem', some[0]!.id))).to.equal('NotFound')
    })

    it('E12 the knowledge base belongs to no customer: what is published is for all who have a level of it', async () => {
      const door = await doorWith(test, anna, [
        role('one', { KnowledgeArticle: { read: 'account', fields: { title: 'readOnly' } } })
      ])
      expect(await outcomeOf(door.find('KnowledgeArticle', 'pump-care'))).to.equal('done')
      expect(await outcomeOf(door.find('KnowledgeArticle', 'winter-tariffs'))).to.equal('NotFound')
      const own = await doorWith(test, anna, [
        role('one', { KnowledgeArticle: { read: 'own', fields: { title: 'readOnly' } } })
      ])
      expect(await outcomeOf(own.find('KnowledgeArticle', 'pump-care'))).to.equal('NotFound')
    })
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
