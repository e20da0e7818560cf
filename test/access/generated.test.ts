/** Generated policies and questions: kernel and oracle must agree on each, on both databases, and the generator must stay sharp. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Condition } from '../../src/access/condition.js'
import type { ModulePolicy } from '../../src/access/grant.js'
import { eachDatabase } from '../support/databases.js'
import { agree, loadWorld, type Loaded } from './agreement.js'
import { asked } from './policies.js'
import { openWorld } from './world.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: Number(process.env.PORTICO_FC_RUNS ?? 2000), mysql: Number(process.env.PORTICO_FC_RUNS ?? 400) }

describe('generated policies (Z05–Z08, E09, E10, A03–A09, A13)', () => {
  eachDatabase((open, engine) => {
    let worlds: Loaded[]
    const classes = new Map<string, Tally>()

    before(async function () {
      this.timeout(60_000)
      worlds = []
      for (const dice of engine === 'sqlite' ? [seed, seed + 1, seed + 2] : [seed]) {
        worlds.push(await loadWorld(await openWorld((await open()).db, dice)))
      }
    })

    it(`agree with the oracle (seed ${seed}, ${runs[engine]} runs)`, async function () {
      this.timeout(600_000)
      let turn = 0
      const property = fc.asyncProperty(asked, async (one) => {
        const loaded = worlds[turn++ % worlds.length]!
        tally(classes, one.module, one.policy, await agree(loaded, one))
      })
      await fc.assert(property, { seed, numRuns: runs[engine] })
    })

    it('are no class of shapes that always admits all rows, or always none', function () {
      if (runs[engine] < 400) this.skip()
      expect([...classes.keys()]).to.include.members(everyClass)
      const dull = [...classes].filter(([, { some, times }]) => times >= 15 && some / times < 0.05)
      expect(dull.map(([name, counts]) => `${name}: ${JSON.stringify(counts)}`)).to.deep.equal([])
    })
  })
})

interface Tally {
  times: number
  none: number
  some: number
  all: number
}

const everyClass = [
  ...[
    'always',
    'never',
    'oneOf',
    'compare',
    'joined',
    'owned',
    'linked',
    'unlinked',
    'descended',
    'not',
    'all',
    'any'
  ].map((kind) => `grant ${kind}`),
  'a named reference',
  'restricted',
  'restricted by not',
  'one grant',
  'several grants'
]

function tally(
  classes: Map<string, Tally>,
  module: string,
  policy: readonly ModulePolicy[],
  { seen, of }: { seen: number; of: number }
): void {
  for (const name of classesOf(policy.find((part) => part.module === module)!)) {
    const counts = classes.get(name) ?? { times: 0, none: 0, some: 0, all: 0 }
    counts.times++
    counts[seen === 0 ? 'none' : seen === of ? 'all' : 'some']++
    classes.set(name, counts)
  }
}

function classesOf({ grants, restrictions }: ModulePolicy): Set<string> {
  const view = grants.filter((grant) => grant.actions.includes('view'))
  return new Set(
    [
      ...view.map((grant) => `grant ${grant.when.kind}`),
      ...view.flatMap((grant) => (grant.when.kind === 'compare' ? [`operator ${grant.when.operator}`] : [])),
      ...(restrictions.length > 0 ? ['restricted'] : []),
      ...(restrictions.some((rule) => hasNot(rule.when)) ? ['restricted by not'] : []),
      ...(view.some(({ named }) => named !== undefined && named.length > 0) ? ['a named reference'] : []),
      view.length === 1 ? 'one grant' : view.length === 0 ? 'no view grant' : 'several grants'
    ].filter((name) => name !== 'no view grant')
  )
}

function hasNot(condition: Condition): boolean {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.some(hasNot)
  return condition.kind === 'not'
}
