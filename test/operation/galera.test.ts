/** Three servers of a cluster, two processes of Portico that write to different ones, people who write, and a server that dies: nothing that was accepted is lost. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { seedDemo } from '../../demo/seed.js'
import { startCluster, type Cluster } from '../../scripts/galera.js'
import { readConfig, type Environment } from '../../src/config.js'
import { openDatabase } from '../../src/db/open-database.js'
import { openEmbedded } from '../../src/embedded.js'
import { admin, door } from '../portal/people.js'
import { freePort, start, temporaryFolder, type Running } from '../support/child-process.js'
import { galera, rsync } from '../support/galera.js'
import { mariadb } from '../support/mariadb.js'
import { find, suiteNeeding } from '../support/needs.js'
import { Visitor } from '../support/visitor.js'

const canRun = [mariadb, galera, rsync].every((program) => find(program) !== undefined)

suiteNeeding(galera, canRun, 'E06 Portico on a Galera cluster', function (this: Mocha.Suite) {
  this.timeout(90_000)
  let cluster: Cluster
  let processes: (Running & { url: string })[] = []

  before(async () => {
    const filesFolder = temporaryFolder('galera-files')
    cluster = await startCluster(temporaryFolder('galera', 0o755), (url) => fill(environment(url, filesFolder)))
    const [first = '', second = '', third = ''] = cluster.hosts
    const orders = [
      [first, second, third],
      [second, third, first]
    ]
    processes = await Promise.all(orders.map((hosts) => serve(environment(cluster.urlOf(hosts), filesFolder))))
  })

  after(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    await cluster.stop('SIGKILL')
  })

  const at = (index: number): Visitor => new Visitor(processes[index]!.url, 'en')

  it('passes over a server that takes no changes, and one that is not in step with the others', async () => {
    const [first = '', second = '', third = ''] = cluster.hosts
    const chosen = (): Promise<string> => onDatabase(cluster.urlOf([first, second, third]), hostOf)
    const asked = (node: number, statement: string): Promise<unknown> =>
      onDatabase(cluster.nodes[node]!.url, (db) => db.raw(statement))
    expect(await chosen()).to.equal(first)
    await asked(0, 'set global read_only = 1')
    await asked(1, 'set global wsrep_desync = 1')
    expect(await chosen()).to.equal(third)
    await asked(0, 'set global read_only = 0')
    await asked(1, 'set global wsrep_desync = 0')
    expect(await chosen()).to.equal(first)
  })

  it('A25 a change of configuration made through one server is in force with the next request at another', async () => {
    const irena = at(0)
    await irena.open('/crm/sign-in')
    await irena.send('English')
    await irena.open('/crm/sign-in')
    await irena.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
    const settings = await settingsOf(irena)
    for (const name of ['Nord', 'Süd', 'Ost', 'West']) {
      await irena.open(settings)
      await irena.send('Save', { name })
      irena.is(200)
      await at(1)
        .open(`${door}/sign-in`)
        .then((visitor) => visitor.is(200).sees(name))
    }
  })

  it('loses nothing that was accepted, and makes nothing twice, when the server in use is killed under load', async () => {
    const load = await Promise.all(
      [0, 1].flatMap((index) => [writer(at(index), index * 2), writer(at(index), index * 2 + 1)])
    )
    const isOver = new AbortController()
    const writing = load.map((one) => one.write(isOver.signal))
    await pause(2_000)
    const killedAt = Date.now()
    await cluster.nodes[0]!.stop('SIGKILL')
    await goneOn(load, killedAt)
    isOver.abort()
    await Promise.all(writing)
    const accepted = load.flatMap((one) => one.accepted.map(({ text }) => text))
    expect(accepted.length).to.be.greaterThan(50)
    for (const url of cluster.nodes.slice(1).map((node) => node.url)) {
      const times = await timesWritten(url)
      expect(
        accepted.filter((text) => !times.has(text)),
        'lost'
      ).to.deep.equal([])
      expect(
        [...times].filter(([, count]) => count > 1),
        'twice'
      ).to.deep.equal([])
    }
    const refused = load.flatMap((one) => one.refused)
    expect(
      refused.filter((status) => status !== 503 && status !== 409),
      'told what is the matter'
    ).to.deep.equal([])
  })

  it('has tables that a cluster can keep: each of InnoDB, and with a primary key', async () => {
    const tables = await onDatabase(cluster.nodes[1]!.url, (db) =>
      db('information_schema.tables as t')
        .whereRaw('t.table_schema = database()')
        .select('t.table_name as name', 't.engine', {
          keys: db('information_schema.statistics as s')
            .whereRaw("s.table_schema = database() and s.table_name = t.table_name and s.index_name = 'PRIMARY'")
            .count()
        })
    )
    const unfit = (tables as { engine: string; keys: number }[]).filter(
      ({ engine, keys }) => engine !== 'InnoDB' || keys === 0
    )
    expect(tables.length).to.be.greaterThan(100)
    expect(unfit).to.deep.equal([])
  })

  it('takes the server in again when it is back, with all it missed', async () => {
    await cluster.nodes[0]!.start()
    const [back, other] = await Promise.all(
      [cluster.nodes[0]!, cluster.nodes[1]!].map((node) => timesWritten(node.url))
    )
    expect(back).to.deep.equal(other)
  })
})

function environment(url: string, filesFolder: string): Environment {
  return {
    NODE_ENV: 'test',
    DATABASE_URL: url,
    PORTICO_FILES: filesFolder,
    PORTICO_PUBLIC_URL: 'http://127.0.0.1',
    PORTICO_SECRET: 'a secret for tests that is long enough to be one',
    PORTICO_LOG_LEVEL: 'warn'
  }
}

async function fill(env: Environment): Promise<void> {
  const embedded = await openEmbedded(readConfig(env), pino({ level: 'silent' }))
  await seedDemo(embedded)
  await embedded.close()
}

async function serve(env: Environment): Promise<Running & { url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const isReady = async (): Promise<void> => {
    const { status } = await fetch(`${url}/readyz`)
    if (status !== 200) throw new Error(`not ready: ${status}`)
  }
  const variables = Object.entries({ ...env, PORTICO_LISTEN: `127.0.0.1:${port}` }).map(
    ([name, value]) => `${name}=${value}`
  )
  const command = [process.execPath, '--import', 'tsx', 'src/cli/portico.ts', 'serve']
  return { ...(await start('/usr/bin/env', [...variables, ...command], isReady, 60)), url }
}

async function settingsOf(visitor: Visitor): Promise<string> {
  await visitor.open(admin)
  const link = visitor
    .page(`a[href^="${admin}/"]`)
    .filter((_, one) => /^\/portico\/admin\/portals\/[\w-]{20,}$/.test(visitor.page(one).attr('href')!))
  return link.first().attr('href')!
}

interface Writer {
  readonly accepted: { readonly text: string; readonly at: number }[]
  /** What he was answered instead. */
  readonly refused: number[]
  write(until: AbortSignal): Promise<void>
}

/** A customer who signs in and then writes one note after the other on his case, each with words of its own. */
async function writer(visitor: Visitor, index: number): Promise<Writer> {
  const page = `${door}/case/bjorns-case`
  await visitor.open(`${door}/sign-in`)
  await visitor.send('Sign in', { email: customers.bjorn.email, password: demoPassword })
  expect(visitor.path, visitor.text).not.to.include('sign-in')
  await visitor.open(page)
  const token = visitor.is(200).page('input[name=_csrf]').first().attr('value')!
  const accepted: Writer['accepted'] = []
  const refused: number[] = []
  const write = async (until: AbortSignal): Promise<void> => {
    for (let turn = 0; !until.aborted; turn += 1) {
      const text = `Load ${index} ${turn}`
      const { status } = await visitor.agent.post(`${page}/notes`).field({ _csrf: token, text })
      if (status === 303) accepted.push({ text, at: Date.now() })
      else refused.push(status)
      if (refused.length > 50) throw new Error(`Refused: ${refused.join(' ')}`)
    }
  }
  return { accepted, refused, write }
}

/** Until everybody has had something accepted since. */
async function goneOn(load: readonly Writer[], since: number): Promise<void> {
  const hasGoneOn = ({ accepted }: Writer): boolean => accepted.filter(({ at }) => at > since + 500).length > 3
  for (const deadline = Date.now() + 30_000; !load.every(hasGoneOn); await pause(100))
    if (Date.now() > deadline)
      throw new Error(
        `Nobody can write any more: ${JSON.stringify(load.map(({ accepted, refused }) => [accepted.length, accepted.filter((one) => one.at > since).length, refused]))}`
      )
}

async function onDatabase<T>(url: string, work: (db: Knex) => Promise<T>): Promise<T> {
  const db = openDatabase(url)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

async function hostOf(db: Knex): Promise<string> {
  const [[row]] = (await db.raw('select @@port as port')) as [[{ port: number }]]
  return `127.0.0.1:${row.port}`
}

function timesWritten(url: string): Promise<Map<string, number>> {
  return onDatabase(url, async (db) => {
    const texts = await db('crm_feed').where('text', 'like', 'Load %').orderBy('position').pluck<string[]>('text')
    const times = new Map<string, number>()
    for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1)
    return times
  })
}
