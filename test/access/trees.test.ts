/** Trees (T08): one of 5,000, thirty steps deep, is walked once and from its top; and a change is judged by what will be above the record. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import {
  all,
  always,
  any,
  compare,
  descended,
  ID,
  joined,
  linked,
  not,
  oneOf,
  unlinked,
  writtenBy,
  type Condition
} from '../../src/access/condition.js'
import type { ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import type { Records } from '../../src/access/record.js'
import { dialectOf } from '../../src/db/dialect.js'
import { eachDatabase, type Engine } from '../support/databases.js'
import { outcomeOf } from './agreement.js'
import { openCrowd } from './crowd.js'
import { grant, policyOf } from './shapes.js'
import { openWorld, worldOn, type World } from './world.js'
import { anna } from './world-rows.js'

const companies = 5000
const steps = 30

const right = (module: string, grantee: string, effect: string): Condition =>
  joined('portico_object_rights', { module, grantee, right: 'read', effect })
const mayRead = (module: string): Condition =>
  all(
    any(right(module, 'external', 'allow'), right(module, anna.person, 'allow')),
    not(right(module, 'external', 'deny')),
    not(right(module, anna.person, 'deny'))
  )
const isAnnas = linked('contacts', oneOf(ID, [anna.contact]))
const tree = descended('parentAccount', all(isAnnas, mayRead('Account')), mayRead('Account'))
const belowTree = all(
  mayRead('Case'),
  any(
    all(unlinked('account'), isAnnas),
    all(any(unlinked('contact'), linked('contact', always)), linked('account', tree))
  )
)

describe(`a tree of ${companies} companies (T08)`, () => {
  eachDatabase((open, engine) => {
    let world: World

    before(async function () {
      this.timeout(120_000)
      const { db } = await open()
      await openCrowd(db, 2000)
      await plant(db)
      world = worldOn(db)
    })

    const door = async (module: string, when: Condition): Promise<Records> =>
      records(await world.viewer([policyOf(module, [grant(module, 'g', when)])]))

    it('is seen to its last step, but for what is below a closed company', async () => {
      expect((await (await door('Account', tree)).count('Account', {}, 10_000)).count).to.equal(companies + 1 - closed)
      const found = await door('Account', tree)
      expect((await found.find('Account', company(steps - 1))).id).to.equal(company(steps - 1))
      expect(await outcomeOf(found.find('Account', company(closedOne)))).to.equal('NotFound')
      expect(await outcomeOf(found.find('Account', company(belowClosed)))).to.equal('NotFound')
    })

    for (const [name, module, when] of [
      ['the tree itself', 'Account', tree],
      ['what is in it', 'Case', linked('account', tree)],
      ['what is in it and open by itself, or outside of it', 'Case', belowTree]
    ] as const)
      it(`A48 ${name}: listed and counted by one walk, not by one for each row`, async () => {
        const opened = await door(module, when)
        expect((await opened.list(module)).records.length).to.equal(25)
        for (const ask of [() => opened.list(module), () => opened.count(module)]) {
          const { walks, perRow } = await planOf(world, engine, ask)
          expect(walks, 'walks of the tree').to.be.within(1, 2)
          expect(perRow).to.deep.equal([])
        }
      })

    it('a walk for each row is seen as one: this check can fail', async () => {
      const naive =
        'select r.id from account r where exists (select 1 from (with recursive w as (select id from account where id = ? union select a.id from w join account a on a.parent_account_id = w.id) select id from w) d where d.id = r.id or d.id = r.code)'
      const { perRow } = await explained(world, engine, naive, [anna.account])
      expect(perRow).not.to.deep.equal([])
    })
  })
})

describe('a record in a tree, or pointing nowhere, as it will be (T06, T08)', () => {
  eachDatabase((open) => {
    let world: World

    before(async function () {
      this.timeout(60_000)
      world = await openWorld((await open()).db, 1)
    })

    const below = descended('parentAccount', oneOf(ID, ['aNord']), compare('name', '≠', 'closed'))
    const writes = ['view', 'open', 'create', 'edit'] as const
    const hers = (when: Condition): ModulePolicy[] => [
      policyOf('Account', [grant('Account', 'seen', always), grant('Account', 'g', when, { actions: writes })])
    ]
    const tried = async (policy: ModulePolicy[], write: (door: Records) => Promise<unknown>): Promise<string> => {
      world.writes.splice(0)
      const outcome = await outcomeOf(write(records(await world.viewer(policy))))
      expect(world.writes.length, outcome).to.equal(outcome === 'done' ? 1 : 0)
      return outcome
    }
    const created = (values: Record<string, string>): Promise<string> =>
      tried(hers(below), (door) => door.create('Account', { values }))

    it('A05 a new one may be put below what is open, and nowhere else', async () => {
      expect(await created({ name: 'x', parentAccount: 'aNord2' })).to.equal('done')
      expect(await created({ name: 'x', parentAccount: 'aStep6' })).to.equal('done')
      expect(await created({ name: 'x', parentAccount: 'aSued' })).to.equal('Forbidden')
      expect(await created({ name: 'x', parentAccount: 'aUnderGone' })).to.equal('Forbidden')
      expect(await created({ name: 'x', parentAccount: 'aRing1' })).to.equal('Forbidden')
      expect(await created({ name: 'x' })).to.equal('Forbidden')
      expect(await created({ name: 'closed', parentAccount: 'aNord2' })).to.equal('Forbidden')
    })

    it('A05 A29 one may be moved within the tree, but neither out of it nor below itself', async () => {
      const moved = (id: string, parentAccount: string | null): Promise<string> =>
        tried(hers(below), (door) => door.change('Account', id, { parentAccount }))
      expect(await moved('aStep2', 'aStep3'), 'below what is below it').to.equal('Forbidden')
      expect(await moved('aStep2', 'aStep2'), 'below itself').to.equal('Forbidden')
      expect(await moved('aStep2', 'aSued')).to.equal('Forbidden')
      expect(await moved('aStep2', null)).to.equal('Forbidden')
      expect(await moved('aStep2', 'aNord2')).to.equal('done')
      expect(await moved('aStep5', 'aStep1')).to.equal('done')
    })

    it('T06 a new one without a link may be made, with one not', async () => {
      const cases = (when: Condition): ModulePolicy[] => [
        policyOf('Case', [grant('Case', 'g', when, { actions: writes })]),
        policyOf('Account', [grant('Account', 'g', always)]),
        policyOf('Contact', [grant('Contact', 'g', always)])
      ]
      const values = { name: 'x' }
      const linkedTo = { contacts: [anna.contact] }
      const free = cases(all(unlinked('account'), unlinked('contacts')))
      expect(await tried(free, (door) => door.create('Case', { values }))).to.equal('done')
      expect(await tried(free, (door) => door.create('Case', { values: { ...values, account: 'aNord' } }))).to.equal(
        'Forbidden'
      )
      expect(await tried(free, (door) => door.create('Case', { values, links: linkedTo }))).to.equal('Forbidden')
      expect(await tried(cases(always), (door) => door.create('Case', { values, links: linkedTo }))).to.equal('done')
    })

    it('T06 a link that is taken out or put in by a change counts as it will be', async () => {
      const free = [
        policyOf('Case', [
          grant('Case', 'seen', always),
          grant('Case', 'g', any(unlinked('account'), writtenBy('Case', anna.person)), { actions: ['edit'] })
        ]),
        policyOf('Account', [grant('Account', 'g', always)])
      ]
      const moved = (id: string, account: string | null): Promise<string> =>
        tried(free, (door) => door.change('Case', id, { account }))
      expect(await moved('kNull', 'aNord')).to.equal('Forbidden')
      expect(await moved('kNull', null)).to.equal('done')
      expect(await moved('kOrphan', null), 'a removed company is one').to.equal('Forbidden')
      expect(await moved('kTags', 'aNord')).to.equal('done')
    })

    it('T06 a line item of a record that is only being made does not lead nowhere', async () => {
      const items = (when: Condition): ModulePolicy[] => [
        policyOf('Quote', [grant('Quote', 'g', always, { actions: writes })]),
        policyOf('QuoteItem', [grant('QuoteItem', 'g', when, { actions: writes })])
      ]
      const together = async (policy: ModulePolicy[]): Promise<string> =>
        outcomeOf(
          records(await world.viewer(policy)).together([
            { kind: 'create', module: 'Quote', record: { values: { name: 'x' } } },
            { kind: 'create', module: 'QuoteItem', record: { values: { name: 'x' } }, partOf: 0 }
          ])
        )
      expect(await together(items(unlinked('quote')))).to.equal('Forbidden')
      expect(await together(items(always))).to.equal('done')
    })

    it('A26 links that can’t be asked like this are refused, and show nothing', async () => {
      for (const when of [unlinked('contacts'), descended('assignedUser', always, always)]) {
        const policy = [policyOf('Account', [grant('Account', 'g', when)])]
        const refusal = await records(await world.viewer(policy))
          .list('Account')
          .catch((error: unknown) => (error as Error).constructor.name)
        expect(refusal).to.equal('CannotCompile')
      }
    })
  })
})

/** The chain, and a bush of eight at each of the others; what is below the closed one can't be reached. */
const closedOne = 30
const belowClosed = 262
const closed = countClosed()

function parentOf(n: number): number {
  return n < steps ? n - 1 : Math.floor((n - 22) / 8)
}

function countClosed(): number {
  const below = new Set([closedOne])
  for (let n = closedOne; n < companies; n++) if (below.has(parentOf(n))) below.add(n)
  return below.size
}

function company(n: number): string {
  return `f${n}`
}

/** Number 0 is below Annas own company; the 31st company is closed to her. */
async function plant(db: Knex): Promise<void> {
  const isMysql = dialectOf(db).name === 'mysql'
  const numbers = isMysql
    ? `(select seq as n from seq_0_to_${companies - 1}) numbers`
    : `(with recursive s(n) as (select 0 union all select n + 1 from s where n < ${companies - 1}) select n from s)`
  const id = (n: string): string => `concat('f', ${n})`
  const above = `case when n = 0 then '${anna.account}' when n < ${steps} then ${id('n - 1')} else ${id('cast((n - 22 - (n - 22) % 8) / 8 as signed)')} end`
  const intoRights = `insert into portico_object_rights (module, record_id, grantee, ${dialectOf(db).quote('right')}, effect)`
  const open = `'external', 'read', 'allow'`
  await db.raw(
    `insert into account (id, name, deleted, created_at, parent_account_id) select ${id('n')}, ${id('n')}, 0, '2024-01-01', ${above} from ${numbers}`
  )
  await db.raw(`${intoRights} select 'Account', ${id('n')}, ${open} from ${numbers}`)
  await db.raw(`${intoRights} select 'Account', '${anna.account}', ${open}`)
  await db.raw(`${intoRights} select 'Account', '${company(closedOne)}', '${anna.person}', 'read', 'deny'`)
  await db.raw("update `case` set account_id = concat('f', number) where number % 2 = 1")
  await db.raw(`${intoRights} select 'Case', id, ${open} from \`case\` where number % 3 = 1`)
  await db.raw(isMysql ? 'analyze table account, `case`, portico_object_rights' : 'analyze')
}

interface Walks {
  readonly walks: number
  /** Steps of the plan that walk once for each row of another. */
  readonly perRow: readonly string[]
}

async function planOf({ db }: World, engine: Engine, ask: () => Promise<unknown>): Promise<Walks> {
  const heard: { sql: string; bindings: Knex.RawBinding[] }[] = []
  const listen = (query: (typeof heard)[number]): void => void heard.push(query)
  db.on('query', listen)
  await ask()
  db.removeListener('query', listen)
  const { sql, bindings } = heard.at(-1)!
  return explained({ db }, engine, sql, bindings)
}

async function explained(
  { db }: Pick<World, 'db'>,
  engine: Engine,
  sql: string,
  bindings: Knex.RawBinding[]
): Promise<Walks> {
  const rows: unknown = await db.raw(`explain ${engine === 'mysql' ? '' : 'query plan '}${sql}`, bindings)
  return engine === 'mysql' ? mysqlWalks((rows as [MysqlStep[]])[0]) : sqliteWalks(rows as SqliteStep[])
}

interface MysqlStep {
  readonly select_type: string
  readonly type: string | null
  readonly table: string | null
}

/** What depends on a row may look something up in the tree that was walked; it must not read through it. */
function mysqlWalks(rows: readonly MysqlStep[]): Walks {
  const perRow = rows.filter(
    ({ select_type: kind, type }) => /UNCACHEABLE|LATERAL/.test(kind) || (kind.includes('DEPENDENT') && type === 'ALL')
  )
  const walks = rows.filter((row) => row.select_type === 'RECURSIVE UNION' && /^t\d/.test(row.table ?? ''))
  return { walks: walks.length, perRow: perRow.map((row) => JSON.stringify(row)) }
}

interface SqliteStep {
  readonly id: number
  readonly parent: number
  readonly detail: string
}

function sqliteWalks(rows: readonly SqliteStep[]): Walks {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const isWithin = ({ parent }: SqliteStep): boolean => {
    const above = byId.get(parent)
    return above !== undefined && (above.detail.startsWith('CORRELATED') || isWithin(above))
  }
  const walks = rows.filter(({ detail }) => detail === 'RECURSIVE STEP')
  return { walks: walks.length, perRow: walks.filter(isWithin).map(({ detail }) => detail) }
}
