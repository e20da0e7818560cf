/** Plans: at tens of thousands of cases no list walks the case table, and a page by a to-one link comes out of its index in order. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { records } from '../../src/access/records.js'
import type { ListQuery } from '../../src/access/record.js'
import { dialectOf } from '../../src/db/dialect.js'
import { eachDatabase } from '../support/databases.js'
import { openCrowd } from './crowd.js'
import { grant, policyOf, shapes, three, type Shape } from './shapes.js'
import { worldOn, type World } from './world.js'
import {
  all,
  always,
  any,
  compare,
  joined,
  linked,
  not,
  oneOf,
  owned,
  writtenBy,
  type Condition
} from '../../src/access/condition.js'
import { anna } from './world-rows.js'

const cases = 20_000

/** What a plan does with the rows of the case table, told alike for both databases. */
interface Step {
  readonly text: string
  readonly readsCases: boolean
  /** Reads the whole table, or an index that only tells which cases are live: by that, the whole table too. */
  readonly isScan: boolean
  readonly index: string | undefined
}

interface Plan {
  readonly steps: readonly Step[]
  /** The database sorts rows of the case table before it cuts the page. */
  readonly sortsCases: boolean
}

describe(`plans at ${cases} cases`, () => {
  eachDatabase((open, engine) => {
    let world: World

    before(async function () {
      this.timeout(120_000)
      const { db } = await open()
      await openCrowd(db, cases)
      await giveSome(db)
      world = worldOn(db)
    })

    const walks = [
      'Z05 by a to-one link',
      'Z05 by a path over his account',
      'Z05 by a to-many link table',
      'Z06 written by him',
      'E09 level account',
      'E09 level account, fields by grant',
      'T01 by a membership'
    ]
    for (const name of walks) {
      it(`${name}: no walk through all cases`, async () => {
        const plan = await planOf(shapeOf(name))
        expect(plan.steps.filter((step) => step.readsCases).length, 'the plan speaks of cases').to.be.greaterThan(0)
        expect(plan.steps.filter((step) => step.isScan).map(({ text }) => text)).to.deep.equal([])
      })

      it(`${name}: the next page neither`, async () => {
        const plan = await planOf(shapeOf(name), { limit: 2 }, true)
        expect(plan.steps.filter((step) => step.isScan).map(({ text }) => text)).to.deep.equal([])
      })
    }

    const ownings: readonly (readonly [string, Condition, RegExp])[] = [
      ['S02 records of a person', owned(['sFrank']), /case_by_assigned_user_id/],
      ['S03 records of a group', owned([], ['gField']), /case_by_assigned_user_id/],
      ['S05 the new ones among them', all(owned(['sFrank']), compare('status', '=', 'New')), /case_by_assigned_user_id/]
    ]
    for (const [name, when, index] of ownings)
      it(`${name}: read by the owner's index, the next page and the count too`, async () => {
        const door = records(await world.viewer([policyOf('Case', [grant('Case', 'g', when)])]))
        const { records: some, next } = await door.list('Case', { limit: 2 })
        expect(some.length, 'there is something to read').to.equal(2)
        const pages = [{ limit: 2 }, { limit: 2, after: next! }].map((query) => () => door.list('Case', query))
        for (const ask of [...pages, () => door.count('Case')]) await mustUse(ask, index)
      })

    it("S02 S03 records of several owners: counted by the owner's index", async () => {
      for (const when of [owned(['sFrank', 'sGreta']), owned(['sFrank', 'sGreta'], ['gField'])]) {
        const door = records(await world.viewer([policyOf('Case', [grant('Case', 'g', when)])]))
        await mustUse(() => door.count('Case'), /case_by_assigned_user_id/)
      }
    })

    it('S02 who owns nearly everything is not served by the index: this check can fail', async () => {
      const door = records(
        await world.viewer([policyOf('Case', [grant('Case', 'g', owned([anna.staff, 'sFrank', 'sGreta']))])])
      )
      const plan = await explained(() => door.list('Case', { sort: { field: 'name', descending: false } }))
      expect(plan.steps.some((step) => step.readsCases && /case_by_assigned_user_id/.test(step.index ?? ''))).to.equal(
        false
      )
    })

    it('a condition row by row is seen to walk through all cases: this check can fail', async () => {
      const { quote } = world.kernel.dialect
      const naive = `select r.id from ${quote('case')} r where r.deleted = 0 and (exists (select 1 from case_contact l where l.case_id = r.id and l.contact_id = 'cAnna') or r.contact_id = 'cAnna') order by r.created_at desc limit 26`
      const plan = await explained(async () => world.db.raw(naive))
      expect(plan.steps.filter((step) => step.isScan).length).to.be.greaterThan(0)
    })

    it('his own record is one look-up', async () => {
      const plan = await planOf(shapeOf('Z05 his own record'))
      expect(plan.steps.filter((step) => step.isScan)).to.deep.equal([])
      expect(plan.sortsCases).to.equal(false)
    })

    for (const [name, index] of [
      ['Z05 by a to-one link', /case_by_contact_id/],
      ['Z05 by a path over his account', /case_by_account_id/],
      ['Z08 everything of a module with internal rows', /case_by_deleted_created_at/]
    ] as const) {
      it(`${name}: the default order comes out of its index, nothing is sorted`, async () => {
        for (const isNext of [false, true]) {
          const plan = await planOf(shapeOf(name), { limit: 2 }, isNext)
          expect(
            plan.steps.filter((step) => index.test(step.index ?? '')).length,
            JSON.stringify(plan)
          ).to.be.greaterThan(0)
          expect(plan.sortsCases, JSON.stringify(plan)).to.equal(false)
        }
      })
    }

    it('a related list starts at the parent (A06)', async () => {
      const everything = shapeOf('Z08 everything of a module with internal rows')
      const policy = [...everything.policy, policyOf('Account', [grant('Account', 'g', oneOf('id', [anna.account]))])]
      const door = records(await world.viewer(policy))
      const plan = await explained(() => door.related('Account', anna.account, 'cases'))
      expect(plan.steps.filter((step) => step.isScan)).to.deep.equal([])
      expect(
        plan.steps.some((step) => /case_by_account_id/.test(step.index ?? '')),
        JSON.stringify(plan)
      ).to.equal(true)
    })

    it('a count, a tally (E04) and one record of three grants start at the viewer', async () => {
      const door = records(await world.viewer(three))
      const tally = (): Promise<unknown> => door.tally('Case', { by: 'status' })
      for (const ask of [() => door.count('Case'), tally, () => door.find('Case', 'k00000000')]) {
        const plan = await explained(ask)
        expect(plan.steps.filter((step) => step.isScan).map(({ text }) => text)).to.deep.equal([])
      }
    })

    it('A48 Z15 what is searched for is looked for before what must not be found in a table of ours', async () => {
      const nobodys = not(joined('portico_authorship', { module: 'Case', author_id: anna.person }))
      const fresh = { id: 'fresh', when: nobodys, reason: { key: 'access:reason.own' } } as const
      const policy = { ...policyOf('Case', [grant('Case', 'g', always)]), restrictions: [fresh] }
      const door = records(await world.viewer([policy]))
      for (const ask of [() => door.list('Case', { search: 'pump' }), () => door.count('Case', { search: 'pump' })]) {
        const [sql] = await statementsOf(ask)
        expect(sql!.indexOf('instr(')).to.be.within(1, sql!.indexOf('portico_authorship'))
      }
    })

    describe('A29 A48 many alternatives', () => {
      const branchesOf = async (when: Condition): Promise<number> => {
        const door = records(await world.viewer([policyOf('Case', [grant('Case', 'g', when)])]))
        const [sql] = await statementsOf(() => door.list('Case'))
        return sql!.split(' union ').length
      }
      const choice = (n: number): Condition =>
        any(compare('name', 'contains', `a${n}`), compare('name', 'contains', 'e'))

      it('that only a walk can find are one walk, however they are nested', async () => {
        const groups = Array.from({ length: 20 }, (_, n) => choice(n))
        expect(await branchesOf(all(...groups))).to.equal(1)
        expect(await branchesOf(any(...groups.map((group, n) => all(group, choice(n + 20)))))).to.equal(1)
      })

      it('that begin with the viewer are taken apart, and no more of them than pays', async () => {
        const ways = [linked('contact', oneOf('id', [anna.contact])), writtenBy('Case', anna.person)]
        expect(await branchesOf(any(...ways, compare('name', 'contains', 'e')))).to.equal(3)
        const many = Array.from({ length: 20 }, () => any(...ways, compare('name', 'contains', 'e')))
        expect(await branchesOf(all(...many.slice(0, 2)))).to.be.within(2, 9)
        expect(await branchesOf(all(...many))).to.equal(1)
      })
    })

    async function planOf(shape: Shape, query: ListQuery = {}, isNext = false): Promise<Plan> {
      const door = records(await world.viewer(shape.policy))
      const { next } = isNext ? await door.list(shape.module, query) : { next: undefined }
      return explained(() => door.list(shape.module, { ...query, after: next }))
    }

    /** The plan of the last statement that `ask` makes. */
    async function explained(ask: () => Promise<unknown>): Promise<Plan> {
      const { sql, bindings } = (await queriesOf(ask)).at(-1)!
      const rows: unknown = await world.db.raw(`explain ${engine === 'mysql' ? '' : 'query plan '}${sql}`, bindings)
      return engine === 'mysql' ? mysqlPlan((rows as [MysqlStep[]])[0]) : sqlitePlan(rows as SqliteStep[])
    }

    async function mustUse(ask: () => Promise<unknown>, index: RegExp): Promise<void> {
      const plan = await explained(ask)
      expect(plan.steps.filter((step) => step.isScan).map(({ text }) => text)).to.deep.equal([])
      const read = plan.steps.filter((step) => step.readsCases).map((step) => step.index ?? '')
      expect(
        read.some((name) => index.test(name)),
        JSON.stringify(plan)
      ).to.equal(true)
    }

    async function statementsOf(ask: () => Promise<unknown>): Promise<string[]> {
      return (await queriesOf(ask)).map(({ sql }) => sql)
    }

    async function queriesOf(ask: () => Promise<unknown>): Promise<{ sql: string; bindings: Knex.RawBinding[] }[]> {
      const queries: { sql: string; bindings: Knex.RawBinding[] }[] = []
      const listen = (query: (typeof queries)[number]): void => void queries.push(query)
      world.db.on('query', listen)
      await ask()
      world.db.removeListener('query', listen)
      return queries
    }
  })
})

/** The crowd's cases are all Eva's: two hundred are Frank's and Greta's now, fifty the field group's. */
async function giveSome(db: Knex): Promise<void> {
  const some = (): Knex.QueryBuilder => db('case')
  await some().whereRaw('number % 200 = 11').update({ assigned_user_id: 'sFrank' })
  await some().whereRaw('number % 200 = 12').update({ assigned_user_id: 'sGreta' })
  await some().whereRaw('number % 400 = 13').update({ assigned_user_id: null })
  await db.raw(
    "insert into entity_group (entity_type, entity_id, group_id, deleted) select 'Case', id, 'gField', 0 from `case` where number % 400 = 13"
  )
  await db.raw(dialectOf(db).name === 'mysql' ? 'analyze table `case`, entity_group' : 'analyze')
}

function shapeOf(name: string): Shape {
  return shapes.find((shape) => shape.name === name)!
}

interface MysqlStep {
  readonly id: number
  readonly table: string | null
  readonly type: string | null
  readonly key: string | null
  readonly Extra: string | null
}

interface SqliteStep {
  readonly parent: number
  readonly detail: string
}

const onlyLive = /^case_by_deleted_/

/** `r` is the case in question. */
function mysqlPlan(rows: readonly MysqlStep[]): Plan {
  const steps = rows.map((row) => ({
    text: JSON.stringify(row),
    readsCases: row.table === 'r',
    isScan: row.table === 'r' && (row.type === 'ALL' || row.type === 'index' || onlyLive.test(row.key ?? '')),
    index: row.key ?? undefined
  }))
  return { steps, sortsCases: rows.some((row) => row.table === 'r' && /filesort|temporary/.test(row.Extra ?? '')) }
}

/** The sort of the page's own rows comes after a scan of the page `p`, or of the union `u`. */
function sqlitePlan(rows: readonly SqliteStep[]): Plan {
  const steps = rows.map(({ detail }) => {
    const index = /USING (?:COVERING )?INDEX (\S+)/.exec(detail)?.[1]
    const readsCases = /^(SCAN|SEARCH) r\b/.test(detail)
    return {
      text: detail,
      readsCases,
      index,
      isScan: readsCases && (detail.startsWith('SCAN') || onlyLive.test(index ?? ''))
    }
  })
  const sorts = rows.filter(({ detail }) => detail.includes('TEMP B-TREE FOR ORDER BY'))
  const sortsCases = sorts.some(
    ({ parent }) => !rows.some((row) => row.parent === parent && /^SCAN (p|u)\b/.test(row.detail))
  )
  return { steps, sortsCases }
}
