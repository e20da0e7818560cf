/** Tallies: groups and sums of what a viewer may see, and of nothing else, as the oracle counts them (E04, A08, A09). */
import { expect } from 'chai'
import fc from 'fast-check'
import { always, compare, oneOf } from '../../src/access/condition.js'
import { records } from '../../src/access/records.js'
import { periods, type Tally, type TallyGroup, type TallyQuery } from '../../src/access/record.js'
import type { Viewer } from '../../src/access/viewer.js'
import { eachDatabase } from '../support/databases.js'
import { loadWorld, oracleOf, type Loaded } from './agreement.js'
import { asked, type Asked } from './policies.js'
import { grant, policyOf } from './shapes.js'
import { annaPerson, openWorld } from './world.js'
import { catalog } from './world-catalog.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: 400, mysql: 150 }

interface AskedTally extends Asked {
  readonly tally: TallyQuery
  readonly cap: number
}

/** Mostly of fields that can be tallied, sometimes of any. */
const askedTally: fc.Arbitrary<AskedTally> = asked.chain((one) => {
  const fields = [...catalog.modules.get(one.module)!.fields.values()]
  const named = (types: readonly string[]): fc.Arbitrary<string> => {
    const fitting = fields.filter(({ type }) => types.includes(type)).map(({ name }) => name)
    const any = fc.constantFrom(...fields.map(({ name }) => name), 'none')
    return fitting.length === 0
      ? any
      : fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: any })
  }
  return fc.record({
    ...(Object.fromEntries(Object.entries(one).map(([name, value]) => [name, fc.constant(value)])) as {
      [Name in keyof Asked]: fc.Arbitrary<Asked[Name]>
    }),
    tally: fc.record(
      {
        by: named(['option', 'boolean', 'reference', 'date', 'datetime']),
        period: fc.constantFrom(...periods),
        sum: named(['integer', 'number', 'money']),
        filter: fc.constant(one.query.filter ?? [])
      },
      { requiredKeys: ['by'] }
    ),
    cap: fc.constantFrom(1, 3, 10_000, 10_000)
  })
})

describe('tallies (E04, A08, A09)', () => {
  eachDatabase((open, engine) => {
    let loaded: Loaded
    const seen = { refused: 0, empty: 0, several: 0, summed: 0, capped: 0 }

    before(async function () {
      this.timeout(60_000)
      loaded = await loadWorld(await openWorld((await open()).db, seed))
    })

    it(`E04 A08 agree with the oracle over generated policies (seed ${seed}, ${runs[engine]} runs)`, async function () {
      this.timeout(300_000)
      await fc.assert(fc.asyncProperty(askedTally, agree), { seed, numRuns: runs[engine] })
      expect(
        Object.entries(seen).filter(([, times]) => times === 0),
        JSON.stringify(seen)
      ).to.deep.equal([])
    })

    async function agree({ module, policy, tally, cap }: AskedTally): Promise<void> {
      const viewer = await loaded.world.viewer(policy)
      const oracle = oracleOf(loaded, policy)
      const isOpen = oracle.grants(module, 'view').length > 0
      const expected = isOpen ? oracle.tally(module, tally, cap, annaPerson.timeZone) : undefined
      const found = await tallied(viewer, module, tally, cap)
      if (!expected || typeof found === 'string') {
        expect(found).to.equal(expected ? expected : isOpen ? 'UnknownField' : 'NotFound')
        seen.refused++
        return
      }
      expect(compared(found.groups)).to.deep.equal(compared(expected))
      const count = expected.reduce((sum, group) => sum + group.count, 0)
      expect(found.capped).to.equal(count >= cap)
      if (count === 0) seen.empty++
      if (expected.length > 1) seen.several++
      if (tally.sum !== undefined && count > 0) seen.summed++
      if (found.capped) seen.capped++
    }

    it('A09 a hidden field, one that is not there and the owner are refused alike, grouped by or added up', async () => {
      const fields = ['name', 'status', 'createdAt']
      const viewer = await loaded.world.viewer([policyOf('Case', [grant('Case', 'g', always, { fields })])])
      expect(await tallied(viewer, 'Case', { by: 'status' })).not.to.be.a('string')
      const refused: TallyQuery[] = [
        { by: 'account' },
        { by: 'nothing' },
        { by: 'name' },
        { by: 'assignedUser' },
        { by: 'status', sum: 'amount' },
        { by: 'status', sum: 'nothing' },
        { by: 'status', sum: 'name' },
        { by: 'status', filter: [{ field: 'amount', operator: '>', value: 1 }] }
      ]
      for (const query of refused) expect(await tallied(viewer, 'Case', query)).to.equal('UnknownField')
    })

    it('E04 a record that two grants show counts once, and one whose field is hidden does not count', async () => {
      const all = await loaded.world.viewer([policyOf('Case', [grant('Case', 'g', always)])])
      const some = await loaded.world.viewer([
        policyOf('Case', [
          grant('Case', 'names', always, { fields: ['name'] }),
          grant('Case', 'new', compare('status', '=', 'New')),
          grant('Case', 'either', oneOf('status', ['New', 'new']))
        ])
      ])
      const everything = await groupsOf(all, { by: 'status' })
      const expected = everything.filter(({ value }) => value === 'New' || value === 'new')
      expect(expected).to.have.length(2)
      expect(await groupsOf(some, { by: 'status' })).to.have.deep.members(expected)
    })

    it('E04 sums never mix currencies', async () => {
      const viewer = await loaded.world.viewer([policyOf('Quote', [grant('Quote', 'g', always)])])
      const { groups } = (await tallied(viewer, 'Quote', { by: 'account', sum: 'total' })) as Tally
      const currencies = new Set(groups.map(({ currency }) => currency))
      expect(currencies.size).to.be.greaterThan(1)
      expect(new Set(groups.map(({ value, currency }) => JSON.stringify([value, currency]))).size).to.equal(
        groups.length
      )
    })

    it('E04 is one statement', async () => {
      const viewer = await loaded.world.viewer([policyOf('Case', [grant('Case', 'g', always)])])
      let statements = 0
      const listen = (): void => void statements++
      loaded.world.db.on('query', listen)
      await tallied(viewer, 'Case', {
        by: 'account',
        sum: 'amount',
        filter: [{ field: 'hours', operator: '≥', value: 0 }]
      })
      loaded.world.db.removeListener('query', listen)
      expect(statements).to.equal(1)
    })
  })
})

async function groupsOf(viewer: Viewer, query: TallyQuery): Promise<readonly TallyGroup[]> {
  return ((await tallied(viewer, 'Case', query)) as Tally).groups
}

/** The tally, or the name of the error. */
async function tallied(viewer: Viewer, module: string, query: TallyQuery, cap?: number): Promise<Tally | string> {
  try {
    return await records(viewer).tally(module, query, cap)
  } catch (error) {
    const { name } = (error as Error).constructor
    if (name === 'NotFound' || name === 'UnknownField') return name
    throw error
  }
}

/** In an order of their own, and with sums to the hundred-thousandth. */
function compared(groups: readonly TallyGroup[]): string[] {
  return groups
    .map(({ value, count, sum, currency }) => JSON.stringify([value, count, sum?.toFixed(4), currency]))
    .sort()
}
