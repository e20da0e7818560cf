/** What a preview counts is what the kernel's conditions say, person by person and record by record. */
import { expect } from 'chai'
import fc from 'fast-check'
import { predicate, type Compiler } from '../../src/access/compile.js'
import { always, never } from '../../src/access/condition.js'
import type { Kernel } from '../../src/access/kernel.js'
import { isLive } from '../../src/access/columns.js'
import { and, raw, rowsOf, sql } from '../../src/access/fragment.js'
import { countedActions, effectOf, type ActionEffect, type CountedAction } from '../../src/global-sharing/effect.js'
import type { Model } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'
import { narrowing } from '../../src/global-sharing/scope.js'
import { moduleOf } from '../../src/host/catalog.js'
import type { StaffName } from '../../src/host/host.js'
import { worldOn } from '../access/world.js'
import { catalog } from '../access/world-catalog.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { asked, modules, people, thingsOf } from './models.js'
import { storeThings } from './things.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: 20, mysql: 6 }
const staff: readonly StaffName[] = [...people.slice(0, 6), 'P1'].map((id) => ({
  id,
  userName: id,
  name: id,
  isActive: true,
  isAdministrator: false
}))

interface Expected {
  readonly people: number
  readonly records: number
  readonly most: number
  /** `person record`, all there are. */
  readonly pairs: ReadonlySet<string>
}

describe('the effect of a model (S08)', () => {
  eachDatabase((open, engine) => {
    let kernel: Kernel

    before(async function () {
      this.timeout(60_000)
      const { db } = await open()
      await storeThings(db, thingsOf(seed))
      ;({ kernel } = worldOn(db))
    })

    it(`S08 counts what the kernel says (seed ${seed}, ${runs[engine]} pairs of models)`, async function () {
      this.timeout(120_000)
      let changes = 0
      const property = fc.asyncProperty(asked, asked, async ({ model: before }, { model: after }) => {
        const effect = await effectBetween(kernel, before, after)
        for (const module of modules.filter((name) => name !== 'QuoteItem'))
          for (const action of countedActions)
            await mustAgree(kernel, effect.changes, { module, action, before, after })
        changes += effect.changes.length
      })
      await fc.assert(property, { seed, numRuns: runs[engine] })
      expect(changes).to.be.greaterThan(runs[engine] * 3)
    })
  })

  onSqlite('of the model in force', (open) => {
    it('S08 is nothing', async () => {
      const { db } = await open()
      await storeThings(db, thingsOf(1))
      const [one] = fc.sample(asked, { seed: 1, numRuns: 1 })
      expect(await effectBetween(worldOn(db).kernel, one!.model, one!.model)).to.deep.equal({ people: 7, changes: [] })
    })
  })
})

async function effectBetween(kernel: Kernel, before: Model, after: Model): ReturnType<typeof effectOf> {
  const [old, now] = [organizationOf(before), organizationOf(after)]
  return effectOf({ kernel, catalog, people: staff, before: old, after: now })
}

interface Pair {
  readonly module: string
  readonly action: CountedAction
  readonly before: Model
  readonly after: Model
}

async function mustAgree(kernel: Kernel, changes: readonly ActionEffect[], pair: Pair): Promise<void> {
  const told = changes.find(({ module, action }) => module === pair.module && action === pair.action)
  const gained = newExpected()
  const lost = newExpected()
  for (const { id } of staff) {
    const old = await allowed(kernel, pair, pair.before, id)
    const now = await allowed(kernel, pair, pair.after, id)
    gained.add(
      id,
      [...now].filter((record) => !old.has(record))
    )
    lost.add(
      id,
      [...old].filter((record) => !now.has(record))
    )
  }
  const title = `${pair.module} ${pair.action}`
  if (gained.all().people + lost.all().people === 0) return void expect(told, title).to.equal(undefined)
  for (const [side, expected] of [
    [told!.gain, gained.all()],
    [told!.lose, lost.all()]
  ] as const) {
    const { people: many, records, most } = expected
    expect({ people: side.people, records: side.records, most: side.most[0]?.records ?? 0 }, title).to.deep.equal({
      people: many,
      records,
      most
    })
    expect(side.examples.length > 0, title).to.equal(many > 0)
    for (const { staffId, recordId } of side.examples)
      expect(expected.pairs.has(`${staffId} ${recordId}`), title).to.equal(true)
  }
}

function newExpected(): { add(id: string, records: readonly string[]): void; all(): Expected } {
  const concerned = new Set<string>()
  const pairs = new Set<string>()
  let [many, most] = [0, 0]
  return {
    add(id, records) {
      if (records.length > 0) many += 1
      most = Math.max(most, records.length)
      for (const record of records) concerned.add(record) && pairs.add(`${id} ${record}`)
    },
    all: () => ({ people: many, records: concerned.size, most, pairs })
  }
}

async function allowed({ db, dialect }: Kernel, pair: Pair, model: Model, id: string): Promise<Set<string>> {
  const compiler: Compiler = { catalog, dialect }
  const asks = { module: pair.module, action: pair.action, staff: { id, isAdministrator: false } }
  const condition = narrowing(organizationOf(model), compiler, asks) ?? always
  if (condition === never) return new Set()
  const module = moduleOf(catalog, pair.module)
  const when = and([isLive(dialect, 'r', module.live), predicate(compiler, module, 'r', condition)])
  const from = raw(`${dialect.quote(module.table)} r`)
  const rows = await rowsOf(db, sql`select r.id as id from ${from} where ${when}`)
  return new Set(rows.map((row) => String(row['id'])))
}
