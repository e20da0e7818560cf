/** The test set-up itself: each engine, browser and web server is really there when a suite asks for it. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/db/open-database.js'
import { readManifest } from '../../src/plugin-manifest.js'
import { openApp } from './app.js'
import { apacheSuite, startApache, type Apache } from './apache.js'
import { browserSuite } from './browser.js'
import { eachDatabase, onMysql, type Engine } from './databases.js'

eachDatabase((open, engine) => {
  describe('a database of a suite', () => {
    it('is empty, of its own, and can be opened a second time', async () => {
      const [one, other] = [await open(), await open()]
      await one.db.raw('create table thing (name varchar(50))')
      await one.db('thing').insert({ name: 'Pump' })
      expect(await other.db.schema.hasTable('thing')).to.equal(false)
      expect(await namesSeenThrough(one.url)).to.deep.equal(['Pump'])
    })

    it('runs on the engine it says', async () => {
      const { db } = await open()
      const ask = engine === 'mysql' ? 'select version() as v' : 'select sqlite_version() as v'
      expect(await firstRow(db, ask)).to.have.property('v')
    })
  })
})

eachDatabase((open, engine) => {
  describe('the world of an application', () => {
    it('is the same whether it was made or copied, and a copy stands on its own', async function () {
      this.timeout(120_000)
      const options = { world: 'people' } as const
      const made = await openApp(open, { ...options, manifest: readManifest() })
      const [copy, other] = [await openApp(open, options), await openApp(open, options)]
      const sizes = await sizesOf(made.embedded.db, engine)
      expect([...sizes.values()].filter((size) => size > 0)).to.have.length.above(10)
      expect(await sizesOf(copy.embedded.db, engine)).to.deep.equal(sizes)
      await copy.embedded.db('portico_schema').delete()
      expect(await sizesOf(other.embedded.db, engine)).to.deep.equal(sizes)
      for (const app of [made, copy, other]) await app.close()
    })
  })
})

onMysql('an application of a suite', (open) => {
  /** Connections to the database beside the one that asks. */
  const others = async (db: Knex): Promise<number> => {
    const ask =
      'select count(*) as n from information_schema.processlist where db = database() and id <> connection_id()'
    return Number(((await firstRow(db, ask)) as { n: number }).n)
  }

  it('is closed with all it opened, also when it could only be opened half-way', async function () {
    this.timeout(30_000)
    const database = await open()
    const whole = await openApp(async () => database, { world: 'people' })
    expect(await others(database.db)).to.be.greaterThan(0)
    await whole.close()
    const noneAllowed = { ...whole.embedded.config.limits, activeUsersPerType: 0 }
    const half = await openApp(async () => database, { config: { limits: noneAllowed } }).catch(
      (error: unknown) => error
    )
    expect(half).to.be.instanceOf(Error)
    await pause(100)
    expect(await others(database.db)).to.equal(0)
  })
})

async function namesSeenThrough(url: string): Promise<string[]> {
  const second = openDatabase(url)
  try {
    return await second<{ name: string }>('thing').pluck('name')
  } finally {
    await second.destroy()
  }
}

/** How many rows each table has. */
async function sizesOf(db: Knex, engine: Engine): Promise<Map<string, number>> {
  const tables =
    engine === 'mysql'
      ? db('information_schema.tables').where('table_schema', db.raw('database()')).select({ name: 'table_name' })
      : db('sqlite_master').where({ type: 'table' }).select('name')
  const sizes = new Map<string, number>()
  for (const { name } of (await tables) as { name: string }[]) {
    const [row] = await db(name).count({ n: '*' })
    sizes.set(name, Number(row!['n']))
  }
  return sizes
}

async function firstRow(db: Knex, sql: string): Promise<unknown> {
  const answer: unknown = await db.raw(sql)
  return (Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : (answer as unknown[]))[0]
}

browserSuite('the browser of the tests', (browser) => {
  it('reads a page', async () => {
    const page = await (await browser()).newPage()
    await page.setContent('<h1>Portico</h1>')
    expect(await page.getByRole('heading').textContent()).to.equal('Portico')
    await page.close()
  })
})

apacheSuite('the Apache of the tests', () => {
  let apache: Apache

  before(async () => {
    apache = await startApache({ modules: ['alias'], config: () => 'Redirect "/old" "/new"' })
  })
  after(() => apache.stop())

  it('answers by the configuration it was given', async () => {
    const answer = await fetch(`http://127.0.0.1:${apache.port}/old`, { redirect: 'manual' })
    expect(answer.headers.get('location')).to.match(/\/new$/)
  })
})
