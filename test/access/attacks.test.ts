/** Attacks on the door, one by one, as somebody would try them; each refusal has a twin that is let through. */
import { expect } from 'chai'
import {
  along,
  always,
  compare,
  joined,
  linked,
  never,
  not,
  oneOf,
  owned,
  writtenBy,
  type Condition
} from '../../src/access/condition.js'
import { CannotCompile } from '../../src/access/roots.js'
import type { ModulePolicy } from '../../src/access/grant.js'
import { createKernel } from '../../src/access/kernel.js'
import type { ListQuery } from '../../src/access/record.js'
import { records } from '../../src/access/records.js'
import { viewerFor } from '../../src/access/viewer.js'
import { dialectOf } from '../../src/db/dialect.js'
import { NotFound, PorticoError } from '../../src/errors.js'
import { eachDatabase } from '../support/databases.js'
import { grant, policyOf, restriction, shapes, three } from './shapes.js'
import { annaPerson, openWorld, type World } from './world.js'
import { anna, bjorn } from './world-rows.js'

const itself = oneOf('id', [anna.contact])
const hers = along(['account', 'contacts'], itself)
const all_ = ['view', 'open', 'create', 'edit', 'delete', 'clone', 'feed', 'post'] as const

describe('the door', () => {
  eachDatabase((open) => {
    let world: World

    before(async function () {
      this.timeout(60_000)
      world = await openWorld((await open()).db, 1)
    })

    async function as(policy: readonly ModulePolicy[], person = annaPerson) {
      return records(await world.viewer(policy, { person }))
    }

    const byId = (id: string): Condition => oneOf('id', [id])

    describe('ids', () => {
      it('A03 an id of another module opens nothing', async () => {
        const door = await as([
          policyOf('Case', [grant('Case', 'g', always)]),
          policyOf('Account', [grant('Account', 'g', byId('same1'))])
        ])
        expect((await door.find('Account', 'same1')).title).to.equal('Same')
        expect(await refusal(() => door.find('Contact', 'same1'))).to.be.instanceOf(NotFound)
        expect(await refusal(() => door.find('Case', 'aNord'))).to.be.instanceOf(NotFound)
      })

      it('A03 a parent of two kinds shows only the one it is', async () => {
        const door = await as([
          policyOf('Task', [grant('Task', 'g', oneOf('id', ['t1', 't2', 't3']))]),
          policyOf('Case', [grant('Case', 'g', always)]),
          policyOf('Account', [grant('Account', 'g', always)])
        ])
        const [ofCase, ofAccount, ofNothing] = await Promise.all(['t1', 't2', 't3'].map((id) => door.find('Task', id)))
        expect(ofCase!.values).to.deep.include({
          parentCase: { module: 'Case', id: 'same1', title: 'Same' },
          parentAccount: null
        })
        expect(ofAccount!.values).to.deep.include({
          parentAccount: { module: 'Account', id: 'same1', title: 'Same' },
          parentCase: null
        })
        expect(ofNothing!.values).to.deep.include({ parentCase: null, parentAccount: null })
      })

      it('an id that differs only in case is another record', async () => {
        const door = await as([policyOf('Case', [grant('Case', 'g', byId('case1'))])])
        expect((await door.find('Case', 'case1')).id).to.equal('case1')
        for (const id of ['CASE1', 'Case1', 'case1 ', ' case1'])
          expect(await refusal(() => door.find('Case', id)), id).to.be.instanceOf(NotFound)
      })

      it('A42 SQL in an id, a module, a link, a field or a word is only text', async () => {
        const door = await as(three)
        const hostile = [
          `' or 1=1 -- `,
          `case1' or '1'='1`,
          '`',
          '"; drop table "case"; --',
          '%',
          '../..',
          'constructor',
          '__proto__',
          ''
        ]
        for (const text of hostile) {
          expect(await refusal(() => door.find('Case', text)), text).to.be.instanceOf(NotFound)
          expect(await refusal(() => door.list(text)), text).to.be.instanceOf(NotFound)
          expect(await refusal(() => door.related('Case', 'case1', text)), text).to.be.instanceOf(NotFound)
          expect(
            (await refusal(() => door.list('Case', { sort: { field: text, descending: true } })))?.constructor.name,
            text
          ).to.equal('UnknownField')
          expect(
            (await refusal(() => door.list('Case', { filter: [{ field: text, operator: '=', value: 'x' }] })))
              ?.constructor.name,
            text
          ).to.equal('UnknownField')
          if (text.trim() !== '' && text !== '%')
            expect((await door.list('Case', { search: text })).records, text).to.deep.equal([])
          await door.list('Case', { after: text })
        }
        expect((await door.list('Case')).records.length).to.be.greaterThan(3)
      })
    })

    describe('what cannot be seen', () => {
      it('A01 has the same answer as what does not exist', async () => {
        const door = await as(three)
        const answers = await Promise.all(
          ['CASE1', 'kInternal', 'kDead', 'nobody', ''].map((id) => refusal(() => door.find('Case', id)))
        )
        expect(new Set(answers.map((error) => told(error!))).size).to.equal(1)
        const modules = await Promise.all(['Contact', 'Secret', ''].map((name) => refusal(() => door.list(name))))
        expect(new Set(modules.map((error) => told(error!))).size).to.equal(1)
      })

      it('A09 a hidden field has the same answer as one that does not exist: filter, sort, and a value of the wrong kind', async () => {
        const door = await as([
          policyOf('Case', [grant('Case', 'g', hers, { fields: ['name', 'number', 'createdAt'] })])
        ])
        const asked: ListQuery[] = [
          { filter: [{ field: 'amount', operator: '≥', value: 100 }] },
          { filter: [{ field: 'nothing', operator: '≥', value: 100 }] },
          { filter: [{ field: 'number', operator: '=', value: 'six' }] },
          { filter: [{ field: 'id', operator: '=', value: 'case1' }] },
          { sort: { field: 'amount', descending: true } },
          { sort: { field: 'nothing', descending: true } }
        ]
        const answers = await Promise.all(asked.map((query) => refusal(() => door.list('Case', query))))
        expect(new Set(answers.map((error) => told(error!))).size).to.equal(1)
        const counts = await Promise.all(asked.slice(0, 4).map((query) => refusal(() => door.count('Case', query))))
        expect(new Set([...answers, ...counts].map((error) => told(error!))).size).to.equal(1)
        expect(
          (
            await door.list('Case', {
              filter: [{ field: 'number', operator: '=', value: 6 }],
              sort: { field: 'name', descending: false }
            })
          ).records.length
        ).to.be.greaterThan(0)
      })

      it('A09 a search looks only into what the matching grant shows', async () => {
        const narrow = [
          policyOf('Case', [
            grant('Case', 'all', always, { fields: ['name'] }),
            grant('Case', 'own', byId('kUmlaut'), { fields: ['name', 'description'] })
          ])
        ]
        const found = (await (await as(narrow)).list('Case', { search: 'STRAßE' })).records.map(({ id }) => id)
        expect(found).to.deep.equal(['kUmlaut'])
        expect((await (await as(narrow)).list('Case', { search: 'strasse' })).records).to.deep.equal([])
      })

      it('A09 a reference whose record is hidden cannot be guessed by filtering or sorting', async () => {
        const door = await as([
          policyOf('Case', [grant('Case', 'g', always)]),
          policyOf('Account', [grant('Account', 'g', byId('aNord'))])
        ])
        const by = async (operator: '=' | '≠', value: string) =>
          (await door.list('Case', { filter: [{ field: 'account', operator, value }], limit: 200 })).records.map(
            ({ id }) => id
          )
        expect(await by('=', 'aNord')).to.include('case1')
        expect(await by('=', 'aSued')).to.deep.equal([])
        expect(await by('≠', 'aNord')).to.not.include('CASE1')
        expect(
          told(
            (await refusal(() =>
              door.list('Case', { filter: [{ field: 'account', operator: 'startsWith', value: 'aS' }] })
            ))!
          )
        ).to.equal(
          told((await refusal(() => door.list('Case', { filter: [{ field: 'x', operator: '=', value: 1 }] })))!)
        )
        expect(
          (await refusal(() => door.list('Case', { sort: { field: 'account', descending: true } })))?.constructor.name
        ).to.equal('UnknownField')
        expect((await door.module('Case')).sortable).to.not.include('account')
      })

      it('A13 the title of a hidden record, or a hidden title, does not come along with a reference', async () => {
        const cases = policyOf('Case', [grant('Case', 'g', oneOf('id', ['case1', 'CASE1']))])
        const seen = async (accounts: readonly ModulePolicy[]) => {
          const door = await as([cases, ...accounts])
          return Promise.all(['case1', 'CASE1'].map(async (id) => (await door.find('Case', id)).values['account']))
        }
        const hidden = { module: 'Account', id: '', title: undefined }
        const nordwind = { module: 'Account', id: 'aNord', title: 'Nordwind' }
        expect(await seen([policyOf('Account', [grant('Account', 'g', byId('aNord'))])])).to.deep.equal([
          nordwind,
          hidden
        ])
        expect(await seen([])).to.deep.equal([hidden, hidden])
        expect(
          await seen([policyOf('Account', [grant('Account', 'g', byId('aNord'), { fields: ['type'] })])])
        ).to.deep.equal([hidden, hidden])
        expect(
          await seen([policyOf('Account', [grant('Account', 'g', always)], [restriction('r', not(byId('aNord')))])])
        ).to.deep.equal([hidden, { ...hidden, id: 'aSued', title: 'Südstern' }])
      })

      it('fields follow the grant that matches the record: the name of all and all of his own do not add up', async () => {
        const policy = [
          policyOf('Case', [
            grant('Case', 'all', always, { fields: ['name'] }),
            grant('Case', 'own', writtenBy('Case', anna.person))
          ])
        ]
        const door = await as(policy)
        const { records: page } = await door.list('Case', { limit: 200, fields: ['name', 'tags'] })
        const shown = new Map(page.map((record) => [record.id, Object.keys(record.values)]))
        expect(shown.get('kTags')).to.have.members(['name', 'tags'])
        expect(shown.get('kTags2')).to.deep.equal(['name'])
        expect(Object.keys((await door.find('Case', 'kTags2')).values)).to.deep.equal(['name'])
      })

      it('A04 A06 a related list gives only what may be seen by itself, and only of a parent he may open', async () => {
        const account = policyOf('Account', [grant('Account', 'g', always)])
        const door = await as([
          account,
          policyOf('Case', [grant('Case', 'g', oneOf('id', ['case1', 'CASE1', 'kDead', 'kInternal']))])
        ])
        expect((await door.related('Account', 'aNord', 'cases')).records.map(({ id }) => id)).to.deep.equal(['case1'])
        expect((await door.related('Account', 'aSued', 'cases')).records.map(({ id }) => id)).to.deep.equal(['CASE1'])
        expect(await refusal(() => door.related('Account', 'aGone', 'cases'))).to.be.instanceOf(NotFound)
        expect(await refusal(() => door.related('Account', 'aNord', 'contacts'))).to.be.instanceOf(NotFound)
        const listOnly = await as([
          policyOf('Account', [grant('Account', 'g', always, { actions: ['view'] })]),
          policyOf('Case', [grant('Case', 'g', always)])
        ])
        expect(await refusal(() => listOnly.related('Account', 'aNord', 'cases'))).to.be.instanceOf(NotFound)
      })

      it('T06 a module without `open` is listed and never opened', async () => {
        const door = await as([policyOf('Quote', [grant('Quote', 'g', always, { actions: ['view'] })])])
        const { records: page } = await door.list('Quote')
        expect(page.length).to.be.greaterThan(0)
        for (const record of page) {
          expect(record.may.has('open')).to.equal(false)
          expect(await refusal(() => door.find('Quote', record.id))).to.be.instanceOf(NotFound)
        }
      })
    })

    describe('cursors', () => {
      it('A08 a changed, foreign or invented cursor begins the list anew', async () => {
        const door = await as(three)
        const first = await door.list('Case', { limit: 2 })
        const ids = (page: typeof first) => page.records.map(({ id }) => id)
        const second = await door.list('Case', { limit: 2, after: first.next })
        expect(ids(second)).to.not.deep.equal(ids(first))
        const bytes = Buffer.from(first.next!, 'base64url')
        for (let place = 0; place < bytes.length; place += 3) {
          const changed = Buffer.from(bytes)
          changed[place]! ^= 1
          expect(
            ids(await door.list('Case', { limit: 2, after: changed.toString('base64url') })),
            `byte ${place}`
          ).to.deep.equal(ids(first))
        }
        for (const after of ['x', 'a'.repeat(10_000), first.next!.slice(0, -4)])
          expect(ids(await door.list('Case', { limit: 2, after }))).to.deep.equal(ids(first))
        const other = await as(three, { ...annaPerson, id: bjorn.person })
        const ofOther = await other.list('Case', { limit: 2 })
        expect(ids(await other.list('Case', { limit: 2, after: first.next }))).to.deep.equal(ids(ofOther))
        const byName = await door.list('Case', { limit: 2, sort: { field: 'name', descending: true } })
        expect(
          ids(await door.list('Case', { limit: 2, sort: { field: 'name', descending: true }, after: first.next }))
        ).to.deep.equal(ids(byName))
      })

      it('does not show the value it stands at', async () => {
        const { next } = await (await as(three)).list('Case', { limit: 1 })
        expect(Buffer.from(next!, 'base64url').toString('latin1')).to.not.match(/20\d\d-|case/)
      })

      it('A48 a page has 1 to 200 records, whatever is asked for', async () => {
        const door = await as([policyOf('Case', [grant('Case', 'g', always)])])
        for (const [limit, length] of [
          [0, 25],
          [-5, 1],
          [1, 1],
          [2.9, 2],
          [Number.NaN, 25]
        ] as const) {
          expect((await door.list('Case', { limit })).records.length, String(limit)).to.equal(length)
        }
        expect((await door.list('Case', { limit: 1e9 })).records.length).to.be.within(26, 200)
      })
    })

    it('A26 a number that its column can’t hold is nobody’s, whatever an index would round it to', async () => {
      for (const when of [compare('amount', '=', 99.9899), oneOf('amount', [99.9899, 99.9901])]) {
        const door = await as([policyOf('Case', [grant('Case', 'g', when)])])
        expect((await door.list('Case')).records).to.deep.equal([])
        expect(await door.count('Case')).to.deep.equal({ count: 0, capped: false })
      }
      const exact = await as([policyOf('Case', [grant('Case', 'g', oneOf('amount', [99.99]))])])
      expect((await exact.count('Case')).count).to.equal(4)
    })

    describe('policies that are not whole', () => {
      it('A26 none, an empty one, or one that says never: nothing', async () => {
        for (const policy of [
          [],
          [policyOf('Case', [])],
          [policyOf('Case', [grant('Case', 'g', always, { actions: [] })])]
        ]) {
          const door = await as(policy)
          expect(await refusal(() => door.list('Case'))).to.be.instanceOf(NotFound)
          expect(await door.modules()).to.deep.equal([])
        }
        const closed = await as([policyOf('Case', [grant('Case', 'g', never)])])
        expect((await closed.list('Case')).records).to.deep.equal([])
        expect(await closed.count('Case')).to.deep.equal({ count: 0, capped: false })
        const restricted = await as([policyOf('Case', [grant('Case', 'g', always)], [restriction('r', never)])])
        expect((await restricted.list('Case')).records).to.deep.equal([])
      })

      const broken: [string, Condition][] = [
        ['a field that is not there', compare('nothing', '=', 'x')],
        ['a link that is not there', linked('nothing', always)],
        ['text compared with a number', compare('name', '=', 5)],
        ['a number compared with text', compare('number', '=', '5')],
        ['a number that is none', compare('number', '>', Number.NaN)],
        ['a boolean compared with a number', compare('isInternal', '=', 0)],
        ['a boolean compared with text (A27)', compare('isInternal', '=', 'no')],
        ['NULL as a value', compare('name', '=', null)],
        ['a day that never was', compare('dueDate', '<', '2024-02-30')],
        ['a moment that is none', compare('closedAt', '<', 'yesterday')],
        ['an order of texts', compare('name', '<', 'x')],
        ['an order of booleans', compare('isInternal', '≥', true)],
        ['a part of a number', compare('number', 'contains', '5')],
        ['a part of a date', compare('dueDate', 'startsWith', '2024')],
        ['the beginning of a list of options', compare('tags', 'startsWith', 'red')],
        ['one of several values of the wrong kind', oneOf('name', [5])],
        ['one of several numbers as text', oneOf('number', ['5'])],
        ['not, over a field that can be NULL', not(compare('status', '=', 'New'))],
        ['not, over a link', not(linked('account', byId('aNord')))],
        [
          'not, over a field of one of our tables that is no id',
          not(joined('portico_memberships', { person_id: anna.person }, 'assignedUser'))
        ],
        ['not, over owners', not(owned([anna.staff]))],
        ['not, over several', not({ kind: 'any', of: [compare('name', '=', 'x'), compare('number', '=', 1)] })],
        [
          'A29 a path of nine links',
          along(
            ['account', 'contacts', 'account', 'contacts', 'account', 'contacts', 'account', 'contacts', 'account'],
            byId('aNord')
          )
        ],
        ['an operator nobody knows', { kind: 'compare', field: 'name', operator: 'like' as '=', value: 'x' }],
        ['a kind nobody knows', { kind: 'sometimes' } as unknown as Condition]
      ]
      for (const [name, when] of broken) {
        it(`A26 ${name}: it throws, for lists, counts, records and as a restriction; it never widens`, async () => {
          const door = await as([policyOf('Case', [grant('Case', 'ok', hers), grant('Case', 'g', when)])])
          const narrowed = await as([policyOf('Case', [grant('Case', 'ok', hers)], [restriction('r', when)])])
          for (const ask of [
            () => door.list('Case'),
            () => door.count('Case'),
            () => door.find('Case', 'case1'),
            () => narrowed.list('Case'),
            () => narrowed.find('Case', 'case1')
          ]) {
            const error = await refusal(ask)
            expect(error).to.be.instanceOf(Error)
            expect(error).to.not.be.instanceOf(PorticoError)
            if (!/nobody knows/.test(name)) expect(error).to.be.instanceOf(CannotCompile)
          }
        })
      }

      it('not is taken over ids, required fields and our own tables: their twins', async () => {
        for (const when of [
          not(byId('case1')),
          not(compare('name', '=', 'Many')),
          not(joined('portico_object_rights', { module: 'Case', grantee: anna.person, right: 'read', effect: 'deny' }))
        ]) {
          const door = await as([
            policyOf('Case', [grant('Case', 'g', oneOf('id', ['case1', 'kMany', 'kTie']))], [restriction('r', when)])
          ])
          expect((await door.list('Case')).records.length).to.equal(2)
        }
      })

      it('A29 a path of eight links is taken, and circles end', async () => {
        const path = ['account', 'contacts', 'account', 'contacts', 'account', 'contacts', 'account', 'contacts']
        expect(
          (await (await as([policyOf('Case', [grant('Case', 'g', along(path, itself))])])).list('Case')).records.length
        ).to.be.greaterThan(0)
        const circle = along(['parentAccount', 'parentAccount', 'parentAccount'], byId('aLoop'))
        expect(
          (await (await as([policyOf('Account', [grant('Account', 'g', circle)])])).list('Account')).records.map(
            ({ id }) => id
          )
        ).to.include('aLoop')
      })
    })

    describe('changes', () => {
      it('A25 a changed policy counts from the next viewer on', async () => {
        let policy = [policyOf('Case', [grant('Case', 'g', always)])]
        const sources = async () => [async () => policy]
        const kernel = createKernel({
          host: world.host,
          dialect: dialectOf(world.db),
          secret: Buffer.alloc(32, 1),
          sources
        })
        const before = await viewerFor(kernel, annaPerson)
        expect((await records(before).list('Case')).records.length).to.be.greaterThan(10)
        policy = []
        const after = await viewerFor(kernel, annaPerson)
        expect(await refusal(() => records(after).list('Case'))).to.be.instanceOf(NotFound)
      })
    })

    describe('notes', () => {
      it('E10 E11 are read and written by their own rights, without internal ones, and his own are changed (Z28, A18)', async () => {
        const seen = grant('Case', 'g', hers)
        const silent = await as([policyOf('Case', [seen])])
        expect((await refusal(() => silent.feed('Case', 'case1')))?.constructor.name).to.equal('Forbidden')
        expect(await refusal(() => silent.feed('Case', 'CASE1'))).to.be.instanceOf(NotFound)
        const door = await as([policyOf('Case', [grant('Case', 'g', hers, { actions: all_ })])])
        const mine = await door.post('Case', 'case1', { text: 'Hello', files: ['f1'] })
        await internalNote(world, 'case1')
        expect((await door.feed('Case', 'case1')).map(({ text }) => text)).to.deep.equal(['Hello'])
        expect(await refusal(() => door.file('Case', 'case1', 'f2'))).to.be.instanceOf(NotFound)
        expect((await door.file('Case', 'case1', 'f1')).info.name).to.equal('f1')
        expect(await refusal(() => door.file('Case', 'kTie', 'f1'))).to.be.instanceOf(NotFound)
        const other = await as([policyOf('Case', [grant('Case', 'g', hers, { actions: all_ })])], {
          ...annaPerson,
          id: bjorn.person
        })
        world.writes.splice(0)
        expect(await refusal(() => other.changePost('Case', 'case1', mine, 'Mine'))).to.be.instanceOf(NotFound)
        expect(await refusal(() => other.removePost('Case', 'case1', mine))).to.be.instanceOf(NotFound)
        expect(world.writes).to.deep.equal([])
        const again = await as([policyOf('Case', [grant('Case', 'g', hers, { actions: all_ })])])
        await again.changePost('Case', 'case1', mine, 'Hello again')
        await again.removePost('Case', 'case1', mine)
        expect(world.writes).to.deep.equal(['changePost', 'removePost'])
      })
    })

    it('every shape that lists something lists nothing for somebody without a policy', async () => {
      for (const shape of shapes) {
        const door = await as(shape.policy.map((part) => policyOf(part.module, [])))
        expect(await refusal(() => door.list(shape.module)), shape.name).to.be.instanceOf(NotFound)
      }
    })
  })
})

async function refusal(ask: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await ask()
  } catch (error) {
    return error as Error
  }
  return undefined
}

/** All that a person could tell one refusal from another by. */
function told(error: Error): string {
  if (!(error instanceof PorticoError)) throw error
  return JSON.stringify([
    error.constructor.name,
    error.key,
    error.status,
    error.args,
    'fields' in error ? error.fields : null
  ])
}

async function internalNote(world: World, recordId: string): Promise<void> {
  const { entries } = world.host.feed as World['host']['feed'] & { entries: unknown[] }
  const file = { id: 'f2', name: 'f2', type: 'text/plain', size: 1 }
  const author = { kind: 'staff', id: anna.staff, name: 'Eva' }
  entries.push({
    id: 'internal',
    module: 'Case',
    recordId,
    kind: 'post',
    text: 'Between us',
    internal: true,
    at: '2024-05-01 12:00:00',
    author,
    files: [file]
  })
}
