/** The newest notes of all a viewer's records: those whose notes he reads one by one, and no others (E04, E10, E11). */
import { expect } from 'chai'
import fc from 'fast-check'
import { actions, type Action, type ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import { eachDatabase } from '../support/databases.js'
import { loadWorld, oracleOf, type Loaded } from './agreement.js'
import { policies } from './policies.js'
import { openWorld } from './world.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: 150, mysql: 60 }

const someActions = fc.subarray<Action>([...actions], { minLength: 3 })

/** Notes are read by a grant of their own as often as by one that shows the record too. */
const withNotes: fc.Arbitrary<ModulePolicy[]> = fc
  .tuple(policies('Case'), fc.array(someActions, { minLength: 30, maxLength: 30 }))
  .map(([parts, chosen]) => {
    let turn = 0
    const next = (): readonly Action[] => chosen[turn++ % chosen.length]!
    return parts.map((part) => ({ ...part, grants: part.grants.map((grant) => ({ ...grant, actions: next() })) }))
  })

describe('the newest notes (E04, E11)', () => {
  eachDatabase((open, engine) => {
    let loaded: Loaded
    const seen = { nothing: 0, some: 0, cut: 0 }

    before(async function () {
      this.timeout(60_000)
      loaded = await loadWorld(await openWorld((await open()).db, seed))
      for (const module of ['Case', 'Task', 'Account']) {
        for (const row of oracleOf(loaded, []).rowsOf(module)) {
          const note = { module, recordId: String(row['id']), files: [] }
          await loaded.world.host.feed.post({ ...note, text: 'open', internal: false }, { kind: 'system' })
          await loaded.world.host.feed.post({ ...note, text: 'internal', internal: true }, { kind: 'system' })
        }
      }
    })

    it(`E11 agree with the oracle over generated policies (seed ${seed}, ${runs[engine]} runs)`, async function () {
      this.timeout(300_000)
      await fc.assert(fc.asyncProperty(withNotes, agree), { seed, numRuns: runs[engine] })
      expect(
        Object.entries(seen).filter(([, times]) => times === 0),
        JSON.stringify(seen)
      ).to.deep.equal([])
    })

    async function agree(policy: ModulePolicy[]): Promise<void> {
      const oracle = oracleOf(loaded, policy)
      const expected = ['Case', 'Task', 'Account'].flatMap((module) =>
        oracle.rowsOf(module).flatMap((row) => {
          const may = oracle.find(module, String(row['id']))?.may
          return may?.has('feed') ? [`${module} ${String(row['id'])}`] : []
        })
      )
      const door = records(await loaded.world.viewer(policy))
      const news = (await door.news(200)) ?? []
      expect(news.map(({ entry }) => `${entry.module} ${entry.recordId}`)).to.have.members(expected)
      expect(news.every(({ entry }) => entry.text === 'open')).to.equal(true)
      for (const { record } of news.slice(0, 3)) {
        const found = await door.find(record.module.name, record.id)
        expect([record.title, Object.keys(record.values)]).to.deep.equal([
          found.title,
          Object.keys(found.values).filter((name) => name === record.module.title)
        ])
      }
      expect((await door.news(2))?.length ?? 0).to.equal(Math.min(2, expected.length))
      seen[expected.length === 0 ? 'nothing' : 'some']++
      if (expected.length > 2) seen.cut++
    }
  })
})
