/** The policy shapes of the rules over the hostile rows: kernel and oracle agree on every record, and the SQL is what was reviewed. */
import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { records } from '../../src/access/records.js'
import type { Viewer } from '../../src/access/viewer.js'
import { eachDatabase, type Engine } from '../support/databases.js'
import { loadWorld, oracleOf, sameList, sameRecord, type Loaded } from './agreement.js'
import { shapes, type Shape } from './shapes.js'
import { openWorld } from './world.js'
import { anna, hostileRows } from './world-rows.js'

const folder = join(import.meta.dirname, 'golden')

describe('policy shapes', () => {
  it('have hostile rows, each with a note why it is there', () => {
    expect(hostileRows.length).to.be.greaterThan(80)
    for (const { why, row } of hostileRows) expect(why, JSON.stringify(row)).to.match(/\S/)
  })

  eachDatabase((open, engine) => {
    let loaded: Loaded

    before(async function () {
      this.timeout(60_000)
      loaded = await loadWorld(await openWorld((await open()).db, 1))
    })

    for (const shape of shapes) {
      describe(shape.name, () => {
        it(`lists, counts and finds what the oracle says (A07, A08)`, async () => {
          const viewer = await loaded.world.viewer(shape.policy)
          const oracle = oracleOf(loaded, shape.policy)
          await sameList(viewer, oracle, shape.module, { ...shape.query, limit: 4 })
          for (const row of oracle.rowsOf(shape.module))
            await sameRecord(viewer, oracle, shape.module, String(row['id']))
          const listed = oracle.list(shape.module, shape.query ?? {})!
          const { filter, search } = shape.query ?? {}
          expect((await records(viewer).count(shape.module, { filter, search })).count).to.equal(listed.length)
        })

        it(
          shape.isConstant ? 'shows nothing that is removed or internal (E10)' : 'admits neither all rows nor none',
          () => {
            const oracle = oracleOf(loaded, shape.policy)
            const all = oracle.rowsOf(shape.module)
            const listed = oracle
              .list(shape.module, shape.query ?? {})!
              .map(({ id }) => all.find((row) => row['id'] === id)!)
            expect(listed.filter((row) => row['deleted'] === 1 || row['is_internal'] === 1)).to.deep.equal([])
            if (!shape.isConstant) expect(listed.length).to.be.within(1, all.length - 1)
          }
        )

        it('is asked in the reviewed SQL', async () => {
          const viewer = await loaded.world.viewer(shape.policy)
          mustBeGolden(shape, engine, await statementsOf(loaded, viewer, shape))
        })
      })
    }
  })
})

/** The list, the second page of it, the count and one record, as the database gets them. */
async function statementsOf({ world }: Loaded, viewer: Viewer, shape: Shape): Promise<string> {
  const door = records(viewer)
  const { filter, search } = shape.query ?? {}
  const { next } = await door.list(shape.module, { ...shape.query, limit: 1 })
  const asked: [string, () => Promise<unknown>][] = [
    ['a page', () => door.list(shape.module, shape.query)],
    ...(next
      ? [
          ['the next page', () => door.list(shape.module, { ...shape.query, after: next })] as [
            string,
            () => Promise<unknown>
          ]
        ]
      : []),
    ['the count', () => door.count(shape.module, { filter, search })],
    ['one record', () => door.find(shape.module, anna.contact).catch(() => undefined)]
  ]
  const parts: string[] = []
  for (const [title, ask] of asked) parts.push(`-- ${title}\n${await heard(world.db, ask)}\n`)
  return parts.join('\n')
}

type Query = { sql: string; bindings: readonly unknown[] }

async function heard(db: Loaded['world']['db'], ask: () => Promise<unknown>): Promise<string> {
  const queries: Query[] = []
  const listen = (query: Query): void => void queries.push(query)
  db.on('query', listen)
  await ask()
  db.removeListener('query', listen)
  return queries.map(written).join('\n') || '-- nothing is asked'
}

/** A line for each part of the statement, and its values. */
function written({ sql, bindings }: Query): string {
  const lines = sql
    .replace(/ (?=(from|where|union|order by|group by|limit|cross join|straight_join) )/g, '\n')
    .replace(/, (?=case when )/g, ',\n')
  return `${lines};\n-- ${JSON.stringify(bindings)}`
}

function mustBeGolden(shape: Shape, engine: Engine, statements: string): void {
  const file = join(folder, `${shape.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.${engine}.sql`)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      file,
      `-- ${shape.name}: ${engine}. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts\n\n${statements}`
    )
  }
  expect(existsSync(file), `${file} is missing; make it with UPDATE_GOLDEN=1 and read it`).to.equal(true)
  expect(readFileSync(file, 'utf8').replace(/^-- .*\n\n/, '')).to.equal(statements)
}
