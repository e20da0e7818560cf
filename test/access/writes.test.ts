/** Writing: what the kernel lets through is what the oracle lets through, and what it refuses never reaches the host (A04, A05, A10, A14, A15). */
import { expect } from 'chai'
import fc from 'fast-check'
import {
  all,
  along,
  always,
  any,
  compare,
  linked,
  not,
  oneOf,
  writtenBy,
  type Condition
} from '../../src/access/condition.js'
import type { ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import { Stopped, type Write } from '../../src/access/together.js'
import { Forbidden, Invalid, NotFound } from '../../src/errors.js'
import type { Field, Module } from '../../src/host/catalog.js'
import { HostRefused, type FieldValue } from '../../src/host/host.js'
import { eachDatabase } from '../support/databases.js'
import { loadWorld, oracleOf, outcomeOf, type Loaded } from './agreement.js'
import type { Outcome } from './oracle.js'
import { policies } from './policies.js'
import { grant, policyOf, restriction } from './shapes.js'
import { annaPerson, eva, openWorld, type World } from './world.js'
import { catalog } from './world-catalog.js'
import { anna, hostileRows, pools } from './world-rows.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: Number(process.env.PORTICO_FC_RUNS ?? 600), mysql: Number(process.env.PORTICO_FC_RUNS ?? 150) }

const itself = oneOf('id', [anna.contact])
const hers = any(writtenBy('Case', anna.person), along(['account', 'contacts'], itself))
const all_ = ['view', 'open', 'create', 'edit', 'delete', 'clone', 'feed', 'post'] as const

const ownCases = [
  policyOf('Case', [
    grant('Case', 'g', hers, {
      actions: all_,
      fields: ['name', 'status', 'account', 'isInternal', 'amount', 'closedAt']
    })
  ]),
  policyOf('Account', [grant('Account', 'g', linked('contacts', itself), { actions: ['view', 'open'] })]),
  policyOf('Contact', [grant('Contact', 'g', itself)])
]

describe('writing', () => {
  eachDatabase((open, engine) => {
    let world: World
    let loaded: Loaded

    before(async function () {
      this.timeout(60_000)
      world = await openWorld((await open()).db, seed)
      loaded = await loadWorld(world)
    })

    beforeEach(() => void world.writes.splice(0))

    it(`is judged as the oracle judges it (seed ${seed}, ${runs[engine]} runs)`, async function () {
      this.timeout(300_000)
      const counts = { done: 0, NotFound: 0, Forbidden: 0, Invalid: 0 }
      await fc.assert(
        fc.asyncProperty(attempt, async (one) => void counts[await sameJudgement(loaded, one)]++),
        { seed, numRuns: runs[engine] }
      )
      if (runs[engine] < 150) return
      expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).to.be.greaterThan(runs[engine] / 100)
    })

    const refusals: [string, () => Promise<unknown>, new (...args: never[]) => Error][] = [
      ['A14 a field he may not write', async () => (await as(ownCases)).change('Case', 'case1', { hours: 1 }), Invalid],
      [
        'A14 a field that is not there',
        async () => (await as(ownCases)).change('Case', 'case1', { nothing: 1 }),
        Invalid
      ],
      [
        'A14 the owner of a new record',
        async () =>
          (await as(ownCases)).create('Case', { values: { name: 'x', account: 'aNord', assignedUser: 'uTom' } }),
        Invalid
      ],
      [
        'A14 the id of a new record',
        async () => (await as(ownCases)).create('Case', { values: { name: 'x', account: 'aNord', id: 'mine' } }),
        Invalid
      ],
      [
        'E10 a new internal case',
        async () => (await as(ownCases)).create('Case', { values: { name: 'x', account: 'aNord', isInternal: true } }),
        Forbidden
      ],
      [
        'E10 making a case internal',
        async () => (await as(ownCases)).change('Case', 'case1', { isInternal: true }),
        Forbidden
      ],
      [
        'A05 moving a record to an account he does not see',
        async () => (await as(ownCases)).change('Case', 'case1', { account: 'aSued' }),
        Invalid
      ],
      [
        'A05 an account whose id differs only in case',
        async () => (await as(ownCases)).change('Case', 'case1', { account: 'ANORD' }),
        Invalid
      ],
      [
        'A05 moving a record out of his scope',
        async () => (await as(ownCases)).change('Case', 'case1', { account: null }),
        Forbidden
      ],
      [
        'A05 a new record linked to somebody else',
        async () =>
          (await as(ownCases)).create('Case', {
            values: { name: 'x', account: 'aNord' },
            links: { contacts: ['cBjorn'] }
          }),
        Invalid
      ],
      [
        'A05 a new record linked over what is no link',
        async () =>
          (await as(ownCases)).create('Case', {
            values: { name: 'x', account: 'aNord' },
            links: { nothing: ['cAnna'] }
          }),
        Invalid
      ],
      [
        'A05 linking a record of somebody else',
        async () => (await as(ownCases)).link('Case', 'case1', 'contacts', 'cBjorn'),
        NotFound
      ],
      [
        'A05 linking what he may see but not edit',
        async () => (await as(ownCases)).link('Case', 'case1', 'contacts', 'cAnna'),
        Forbidden
      ],
      [
        'Z28 a note where he may only read notes',
        async () => (await as(readsNotes)).post('Case', 'case1', { text: 'x', files: [] }),
        Forbidden
      ],
      [
        'Z28 a note on a record of somebody else',
        async () => (await as(ownCases)).post('Case', 'CASE1', { text: 'x', files: [] }),
        NotFound
      ],
      ['A10 deleting what he may only edit', async () => (await as(editOnly)).remove('Case', 'case1'), Forbidden],
      ['A04 deleting what he does not see', async () => (await as(ownCases)).remove('Case', 'CASE1'), NotFound],
      [
        'A27 text where a boolean belongs',
        async () => (await as(ownCases)).create('Case', { values: { name: 'x', account: 'aNord', isInternal: 'no' } }),
        Invalid
      ],
      [
        'A27 text where a number belongs',
        async () => (await as(ownCases)).change('Case', 'case1', { amount: '9' }),
        Invalid
      ],
      [
        'A27 a day that never was',
        async () => (await as(ownCases)).change('Case', 'case1', { closedAt: '2024-02-30 00:00:00' }),
        Invalid
      ],
      [
        'Z13 anything in a preview: change',
        async () => (await as(ownCases, true)).change('Case', 'case1', { name: 'x' }),
        Forbidden
      ],
      [
        'Z13 anything in a preview: create',
        async () => (await as(ownCases, true)).create('Case', { values: { name: 'x', account: 'aNord' } }),
        Forbidden
      ],
      ['Z13 anything in a preview: remove', async () => (await as(ownCases, true)).remove('Case', 'case1'), Forbidden],
      [
        'Z13 anything in a preview: post',
        async () => (await as(ownCases, true)).post('Case', 'case1', { text: 'x', files: [] }),
        Forbidden
      ],
      [
        'Z13 anything in a preview: link',
        async () => (await as(editBoth, true)).link('Case', 'case1', 'contacts', 'cAnna'),
        Forbidden
      ]
    ]
    for (const [title, attempted, error] of refusals) {
      it(`refuses ${title}, and asks the host for nothing (A15)`, async () => {
        expect(await failure(attempted)).to.be.instanceOf(error)
        expect(world.writes).to.deep.equal([])
      })
    }

    it('lets the twins of these refusals through, each with one write (Z06, Z26)', async () => {
      const door = await as(ownCases)
      await door.change('Case', 'kBefore', {
        name: 'Later',
        amount: 9,
        closedAt: '2024-02-29 00:00:00',
        isInternal: false
      })
      const id = await door.create('Case', {
        values: { name: 'New', account: 'aNord' },
        links: { contacts: ['cAnna'] }
      })
      expect(world.writes).to.deep.equal(['save', 'save'])
      expect(await world.db('case').first('assigned_user_id').where({ id })).to.include({
        assigned_user_id: anna.staff
      })
      expect((await door.find('Case', id)).values['name']).to.equal('New')
      await (await as(editBoth)).link('Case', 'kUnlinked', 'contacts', 'cAnna')
      await (await as(ownCases)).post('Case', id, { text: 'x', files: [] })
      await (await as(ownCases)).remove('Case', id)
      expect(world.writes).to.deep.equal(['save', 'save', 'link', 'post', 'remove'])
    })

    it('counts a record without a link as linked to nothing: the empty text is not an id', async () => {
      const policy = [
        policyOf('Account', [grant('Account', 'g', linked('contacts', oneOf('id', ['cEmpty'])), { actions: all_ })])
      ]
      expect(
        await failure(async () => (await as(policy)).create('Account', { values: { name: 'Mine' } }))
      ).to.be.instanceOf(Forbidden)
    })

    it('A26 a restriction by `not` does not let a new record through that lacks the field', async () => {
      for (const when of [compare('name', '≠', 'x'), compare('name', '=', 'y')]) {
        const opened = policyOf('Case', [grant('Case', 'g', always, { actions: all_ })], [restriction('r', not(when))])
        const door = await as([opened])
        expect(await outcomeOf(door.create('Case', { values: {} })), when.kind).to.equal('Forbidden')
        expect(await outcomeOf(door.create('Case', { values: { name: 'x' } })), when.kind).to.equal('done')
      }
    })

    it('does not take the author of a new record for the author of what it is linked to', async () => {
      const byParent = along(['account'], writtenBy('Account', anna.person))
      const joinedByParent = {
        kind: 'joined',
        table: 'portico_authorship',
        where: { module: 'Account', author_id: anna.person },
        match: 'account'
      } as const
      for (const when of [byParent, joinedByParent]) {
        const policy = [
          policyOf('Case', [grant('Case', 'g', when, { actions: all_ })]),
          policyOf('Account', [grant('Account', 'g', always)])
        ]
        expect(
          await failure(async () => (await as(policy)).create('Case', { values: { name: 'x', account: 'aNord' } })),
          when.kind
        ).to.be.instanceOf(Forbidden)
        expect(
          await outcomeOf((await as(policy)).create('Case', { values: { name: 'x', account: 'same1' } })),
          when.kind
        ).to.equal('done')
      }
    })

    it('judges a new record with the owner it will have (Z26)', async () => {
      const byOwner = (id: string) => [
        policyOf('Case', [grant('Case', 'g', oneOf('assignedUser', [id]), { actions: all_ })])
      ]
      expect(await outcomeOf((await as(byOwner('uTom'))).create('Case', { values: { name: 'x' } }))).to.equal(
        'Forbidden'
      )
      expect(await outcomeOf((await as(byOwner('uEva'))).create('Case', { values: { name: 'x' } }))).to.equal('done')
    })

    it('gives a clone what he sees and may write, and no more (Z06)', async () => {
      expect(Object.keys(await (await as(ownCases)).cloneOf('Case', 'case1')).sort()).to.deep.equal([
        'account',
        'amount',
        'closedAt',
        'isInternal',
        'name',
        'status'
      ])
      expect(await failure(async () => (await as(editOnly)).cloneOf('Case', 'case1'))).to.be.instanceOf(Forbidden)
    })

    describe('a record with its line items (Z11)', () => {
      const line = (values: Values): Write => ({ kind: 'create', module: 'QuoteItem', record: { values }, partOf: 0 })
      const quote = (values: Values): Write => ({ kind: 'create', module: 'Quote', record: { values } })
      const linesOf = async (id: string): Promise<{ id: string; name: string }[]> =>
        world
          .db<{ id: string; name: string; quote_id: string; deleted: number }>('quote_item')
          .select('id', 'name')
          .where({ quote_id: id })
          .whereNot({ deleted: 1 })

      it('A15 judges all before it writes anything: one item that is not allowed leaves nothing behind', async () => {
        const good = quote({ name: 'x', account: 'aNord' })
        const stopped: Write[][] = [
          [good, line({ name: 'x' }), line({ name: 'x', product: 'no-such-product' })],
          [good, line({ name: 'x', quote: 'q2' })],
          [good, line({ name: 'x', quantity: 'many' })],
          [quote({ name: 'x', account: 'aNord', total: 1 }), line({ name: 'x' })],
          [
            { kind: 'change', module: 'Quote', id: 'q1', values: { name: 'Later' } },
            { kind: 'change', module: 'QuoteItem', id: 'i1', values: { createdAt: '2024-01-01 00:00:00' } }
          ]
        ]
        for (const writes of stopped) {
          const error = await failure(async () => (await as(quotes)).together(writes))
          expect(error, JSON.stringify(writes)).to.be.instanceOf(Stopped)
          expect((error as Stopped).done.size).to.equal(0)
          expect(world.writes, JSON.stringify(writes)).to.deep.equal([])
        }
      })

      it('A01 A05 items of what he does not see, and quotes outside his scope, stop everything as well', async () => {
        const refused: [Write[], new (...args: never[]) => Error][] = [
          [[quote({ name: 'x', account: 'aSued' }), line({ name: 'x' })], Stopped],
          [[quote({ name: 'x' }), line({ name: 'x' })], Forbidden],
          [
            [
              { kind: 'change', module: 'Quote', id: 'q1', values: { name: 'Later' } },
              { kind: 'remove', module: 'QuoteItem', id: 'i2' }
            ],
            NotFound
          ],
          [
            [
              { kind: 'change', module: 'Quote', id: 'q1', values: { name: 'Later' } },
              { kind: 'create', module: 'QuoteItem', record: { values: { name: 'x' }, fill: { quote: 'q2' } } }
            ],
            Forbidden
          ]
        ]
        for (const [writes, error] of refused) {
          expect(await failure(async () => (await as(quotes)).together(writes))).to.be.instanceOf(error)
          expect(world.writes, JSON.stringify(writes)).to.deep.equal([])
        }
      })

      it('judges the items of a new record by what the record will be', async () => {
        const writes = [
          quote({ name: 'Mine', account: 'aNord' }),
          line({ name: 'One', quantity: 2 }),
          line({ name: 'Two' })
        ]
        const [id, ...lines] = await (await as(quotes)).together(writes)
        expect(world.writes).to.deep.equal(['save', 'save', 'save'])
        const stored = await linesOf(id!)
        expect(stored.map((row) => row.id)).to.have.members(lines)
        world.writes.splice(0)
        const onlyOthers = quotesBy(all(hersByAccount, not(writtenBy('Quote', anna.person))))
        expect(await failure(async () => (await as(onlyOthers)).together(writes))).to.be.instanceOf(Forbidden)
        const onlyHers = quotesBy(writtenBy('Quote', anna.person))
        expect(await outcomeOf((await as(onlyHers)).together(writes))).to.equal('done')
      })

      it('says what was written and where the host stopped', async () => {
        const { host } = world
        const usual = host.save
        let count = 0
        Object.assign(host, {
          save: async (...[change, by]: Parameters<typeof usual>) => {
            if (++count === 3) throw new HostRefused({ name: { key: 'errors.field.characters' } })
            return usual(change, by)
          }
        })
        try {
          const writes = [quote({ name: 'x', account: 'aNord' }), ...['1', '2', '3'].map((name) => line({ name }))]
          const error = await failure(async () => (await as(quotes)).together(writes))
          expect(error).to.be.instanceOf(Stopped)
          const { done, refused } = error as Stopped
          expect([...done.keys()]).to.deep.equal([0, 1])
          expect([...refused.keys()]).to.deep.equal([2])
          expect(refused.get(2)).to.be.instanceOf(Invalid)
        } finally {
          Object.assign(host, { save: usual })
        }
      })

      it('changes, adds and takes out in one go', async () => {
        const [made] = await (
          await as(quotes)
        ).together([quote({ name: 'x', account: 'aNord' }), line({ name: 'Stays' }), line({ name: 'Goes' })])
        const rows = await linesOf(made!)
        const idOf = (name: string): string => rows.find((row) => row.name === name)!.id
        world.writes.splice(0)
        await (
          await as(quotes)
        ).together([
          { kind: 'change', module: 'Quote', id: made!, values: { name: 'y' } },
          { kind: 'remove', module: 'QuoteItem', id: idOf('Goes') },
          { kind: 'change', module: 'QuoteItem', id: idOf('Stays'), values: { quantity: 7 } },
          { kind: 'create', module: 'QuoteItem', record: { values: { name: 'New' }, fill: { quote: made! } } }
        ])
        expect(world.writes).to.deep.equal(['save', 'remove', 'save', 'save'])
        const now = await linesOf(made!)
        expect(now.map(({ name }) => name)).to.have.members(['Stays', 'New'])
      })

      it('knows whether an item could be added, without writing', async () => {
        const door = await as(quotes)
        expect(await door.mayCreate('QuoteItem', { quote: 'q1' })).to.equal(true)
        expect(await door.mayCreate('QuoteItem', { quote: 'q2' })).to.equal(false)
        expect(await door.mayCreate('Task', {})).to.equal(false)
        expect(await (await as(quotes, true)).mayCreate('QuoteItem', { quote: 'q1' }), 'preview').to.equal(false)
        expect(world.writes).to.deep.equal([])
      })

      it('decides what may be done with each row of a list, as for a record that is found', async () => {
        const door = await as(quotes)
        for (const name of ['Quote', 'QuoteItem']) {
          const { records: rows } = await door.list(name, { decided: true })
          expect(rows.length, name).to.be.greaterThan(0)
          for (const row of rows) {
            const alone = await door.find(name, row.id)
            expect([...row.may].sort(), row.id).to.deep.equal([...alone.may].sort())
            expect([...row.writable].sort(), row.id).to.deep.equal([...alone.writable].sort())
          }
        }
      })
    })

    async function as(policy: readonly ModulePolicy[], isPreview = false) {
      return records(await world.viewer(policy, isPreview ? { previewBy: eva } : {}))
    }
  })
})

const hersByAccount = along(['account', 'contacts'], itself)
/** Quotes that are hers by `changed` to change, with their items. */
function quotesBy(changed: Condition): ModulePolicy[] {
  const writing = ['create', 'edit', 'delete'] as const
  return [
    policyOf('Quote', [
      grant('Quote', 'seen', hersByAccount, { actions: ['view', 'open'] }),
      grant('Quote', 'made', hersByAccount, { actions: ['create'], fields: ['name', 'account'] }),
      grant('Quote', 'changed', changed, { actions: ['edit'], fields: ['name', 'account'] })
    ]),
    policyOf('QuoteItem', [
      grant('QuoteItem', 'seen', linked('quote', hersByAccount), { actions: ['view', 'open'] }),
      grant('QuoteItem', 'written', linked('quote', changed), {
        actions: writing,
        fields: ['name', 'quantity', 'product']
      })
    ]),
    policyOf('Account', [grant('Account', 'g', hersOf, { actions: ['view', 'open'] })]),
    policyOf('Product', [grant('Product', 'g', always, { actions: ['view', 'open'] })])
  ]
}
const hersOf = linked('contacts', itself)
const quotes = quotesBy(hersByAccount)

const readsNotes = [policyOf('Case', [grant('Case', 'g', hers, { actions: ['view', 'open', 'edit', 'feed'] })])]
const editOnly = [policyOf('Case', [grant('Case', 'g', hers, { actions: ['view', 'open', 'edit'] })])]
const editBoth = [
  policyOf('Case', [grant('Case', 'g', all(always, compare('name', 'isNotEmpty')), { actions: all_ })]),
  policyOf('Contact', [grant('Contact', 'g', itself, { actions: all_ })])
]

async function failure(attempted: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempted()
  } catch (error) {
    return error
  }
  return undefined
}

type Values = Record<string, FieldValue>
type Files = Record<string, string[]>
type Attempt =
  | {
      readonly kind: 'create'
      readonly module: string
      readonly policy: readonly ModulePolicy[]
      readonly values: Values
      readonly links: Record<string, string[]>
      readonly files: Files
    }
  | {
      readonly kind: 'change'
      readonly module: string
      readonly policy: readonly ModulePolicy[]
      readonly id: string
      readonly values: Values
      readonly files: Files
    }
  | { readonly kind: 'remove'; readonly module: string; readonly policy: readonly ModulePolicy[]; readonly id: string }
  | {
      readonly kind: 'link'
      readonly module: string
      readonly policy: readonly ModulePolicy[]
      readonly id: string
      readonly other: string
    }

const ids = (table: string): fc.Arbitrary<string> =>
  fc.constantFrom(...hostileRows.filter((row) => row.table === table).map(({ row }) => String(row['id'])))

/** Mostly none; now and then into fields that take them, and into others. */
const filesArb: fc.Arbitrary<Files> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Files>(
      { papers: ['fLoose'] },
      { papers: [], contract: ['fLoose'] },
      { terms: ['fLoose'] },
      { name: [] },
      { nothing: ['fLoose'] }
    )
  }
)

const attempt: fc.Arbitrary<Attempt> = fc
  .constantFrom('Case', 'Case', 'Task', 'Account', 'Account', 'Quote')
  .chain((name) => {
    const module = catalog.modules.get(name)!
    const common = { module: fc.constant(name), policy: generous(name) }
    const linksArb =
      name === 'Case'
        ? fc.dictionary(fc.constant('contacts'), fc.array(ids('contact'), { maxLength: 2 }), { maxKeys: 1 })
        : fc.constant({})
    return fc.oneof(
      fc.record({
        kind: fc.constant('create' as const),
        ...common,
        values: valuesArb(module),
        links: linksArb,
        files: filesArb
      }),
      fc.record({
        kind: fc.constant('change' as const),
        ...common,
        id: ids(module.table),
        values: valuesArb(module),
        files: filesArb
      }),
      fc.record({ kind: fc.constant('remove' as const), ...common, id: ids(module.table) }),
      fc.record({
        kind: fc.constant('link' as const),
        ...common,
        module: fc.constant('Case'),
        policy: generous('Case'),
        id: ids('case'),
        other: ids('contact')
      })
    )
  })

/** Generated policies whose grants mostly give everything, so that writes come through. */
function generous(name: string): fc.Arbitrary<ModulePolicy[]> {
  const isGenerous = fc.integer({ min: 0, max: 3 }).map((n) => n > 0)
  return fc.tuple(policies(name), isGenerous).map(([parts, yes]) =>
    parts.map((part) =>
      yes
        ? {
            ...part,
            grants: part.grants.map((one, index) =>
              index === 0 ? grant(part.module, one.id, one.when, { actions: all_ }) : one
            )
          }
        : part
    )
  )
}

function valuesArb(module: Module): fc.Arbitrary<Values> {
  const fields = [...module.fields.values()].filter((field) => !field.readOnly && field.name !== 'assignedUser')
  return fc.subarray(fields, { maxLength: 3 }).chain((chosen) => {
    const entries = chosen.map((field) => valueArb(module, field).map((value) => [field.name, value] as const))
    return entries.length === 0 ? fc.constant({}) : fc.tuple(...entries).map((list) => Object.fromEntries(list))
  })
}

function valueArb(module: Module, field: Field): fc.Arbitrary<FieldValue> {
  const wrong: fc.Arbitrary<FieldValue> = fc.constantFrom<FieldValue>(null, 'no', '1', 0, true)
  return fc.oneof({ weight: 12, arbitrary: fittingArb(module, field) }, { weight: 1, arbitrary: wrong })
}

function fittingArb(module: Module, field: Field): fc.Arbitrary<FieldValue> {
  switch (field.type) {
    case 'integer':
      return fc.constantFrom(...pools.numbers.filter(Number.isInteger))
    case 'number':
    case 'money':
      return fc.constantFrom(...pools.numbers)
    case 'boolean':
      return fc.boolean()
    case 'date':
      return fc.constantFrom(...pools.dates)
    case 'datetime':
      return fc.constantFrom(...pools.moments)
    case 'options':
      return fc.subarray(pools.tags)
    case 'reference':
      return ids(catalog.modules.get(module.links.get(field.link!)!.to)!.table)
    default:
      return fc.constantFrom(...pools.words, ...pools.options, '')
  }
}

/** The judgement is compared, and the writes are counted; what was written is put back. */
async function sameJudgement(loaded: Loaded, one: Attempt): Promise<Outcome> {
  const { world } = loaded
  const door = records(await world.viewer(one.policy))
  world.writes.splice(0)
  const expected = judged(loaded, one)
  const { db } = world
  const trial = await dryWrites(world, () => outcomeOf(write(door, one)))
  expect(trial, JSON.stringify(one)).to.equal(expected)
  expect(world.writes.length, 'writes').to.equal(expected === 'done' ? 1 : 0)
  await db('portico_authorship').where('record_id', 'like', 'dry%').delete()
  return expected
}

/** The host says yes and writes nothing, so that the next attempt finds the world as it was. */
async function dryWrites<T>({ host, writes }: World, trial: () => Promise<T>): Promise<T> {
  const { save, link, remove } = host
  Object.assign(host, {
    save: async () => (writes.push('save'), `dry${writes.length}`),
    link: async () => void writes.push('link'),
    remove: async () => void writes.push('remove')
  })
  try {
    return await trial()
  } finally {
    Object.assign(host, { save, link, remove })
  }
}

function write(door: ReturnType<typeof records>, one: Attempt): Promise<unknown> {
  switch (one.kind) {
    case 'create':
      return door.create(one.module, { values: one.values, links: one.links, files: one.files })
    case 'change':
      return door.change(one.module, one.id, one.values, one.files)
    case 'remove':
      return door.remove(one.module, one.id)
    case 'link':
      return door.link('Case', one.id, 'contacts', one.other)
  }
}

function judged(loaded: Loaded, one: Attempt): Outcome {
  const oracle = oracleOf(loaded, one.policy)
  switch (one.kind) {
    case 'create':
      return oracle.create(one.module, one.values, one.links, annaPerson, one.files)
    case 'change':
      return oracle.change(one.module, one.id, one.values, annaPerson, one.files)
    case 'remove':
      return oracle.remove(one.module, one.id)
    case 'link':
      return oracle.link('Case', one.id, 'contacts', one.other)
  }
}
