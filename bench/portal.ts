/** A portal's list page, whole and over HTTP, beside the bare statement it stands on: a user type with four related modules, two
 *  criteria and a layout of its own for some records, and three portal roles. On MariaDB, with the embedded CRM.
 *  `npm run bench:portal -- --cases 10000,1000000 --runs 200 --seconds 10` */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { demoPassword } from '../demo/cast.js'
import { demoPortal } from '../demo/portals.js'
import { seedDemo } from '../demo/seed.js'
import { createApp } from '../src/app.js'
import { readConfig } from '../src/config.js'
import { openDatabase } from '../src/db/open-database.js'
import { openEmbedded } from '../src/embedded.js'
import { projectFolder } from '../src/web/project-folder.js'
import { freePort } from '../test/support/child-process.js'
import { mysqlUrl, startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'
import { load, quantile, send, timed, type Ask } from './load.js'
import { asker, fillCrowd } from './portal-crowd.js'
import { preparePortal } from './portal-world.js'
import { signIn, Visitor } from './visitor.js'

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000,1000000' },
    /** Requests one after the other, of each kind and size. */
    runs: { type: 'string', default: '200' },
    /** Of each load; there are three per size and level. */
    seconds: { type: 'string', default: '10' }
  }
})
const runs = Number(options.runs)
const seconds = Number(options.seconds)
const warmUp = 20
const rounds = 3
const levels = [1, 8] as const
const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'))

/** A CRM of so many cases with its service, a process of its own as in operation: the load must not share its thread. */
interface Place {
  readonly cases: number
  readonly db: Knex
  readonly service: ChildProcess
  readonly page: Ask
  readonly statement: { readonly sql: string; readonly bindings: readonly Knex.Value[] }
  /** Milliseconds. */
  readonly times: { readonly page: number[]; readonly statement: number[] }
  readonly perSecond: Record<(typeof levels)[number], number[]>
}

wantMysql()
await startMysqlIfWanted()
const places: Place[] = []
try {
  for (const cases of options.cases.split(',').map(Number)) places.push(await open(cases))
  await compare()
} finally {
  for (const { service, db } of places) {
    service.kill()
    await db.destroy()
  }
  await stopMysql()
  rmSync(folder, { recursive: true, force: true })
}

async function compare(): Promise<void> {
  for (let run = -warmUp; run < runs; run++) {
    for (const place of places) await measure(place, run)
  }
  for (let round = 0; round < rounds; round++) {
    for (const place of places) await measureLoad(place)
  }
  print()
}

async function open(cases: number): Promise<Place> {
  const environment = await environmentFor(cases)
  const embedded = await openEmbedded(readConfig(environment), pino({ level: 'silent' }))
  try {
    await seedDemo(embedded)
    await preparePortal(embedded)
    await fillCrowd(embedded.db, cases)
    const service = await startService(environment)
    const page = await pageOf(environment.PORTICO_PUBLIC_URL!)
    const statement = await statementOf(embedded, page)
    const db = openDatabase(environment.DATABASE_URL!)
    return { cases, db, service, page, statement, times: { page: [], statement: [] }, perSecond: { 1: [], 8: [] } }
  } finally {
    await embedded.close()
  }
}

async function environmentFor(cases: number): Promise<Record<string, string>> {
  const name = `portico_bench_portal_${cases}`
  const admin = openDatabase(mysqlUrl())
  await admin.raw(`create database ${name} character set utf8mb4 collate utf8mb4_unicode_ci`)
  await admin.destroy()
  const address = `127.0.0.1:${await freePort()}`
  return {
    DATABASE_URL: `${mysqlUrl()}/${name}`,
    PORTICO_LISTEN: address,
    PORTICO_PUBLIC_URL: `http://${address}`,
    PORTICO_FILES: folder,
    PORTICO_LOG_LEVEL: 'warn',
    PORTICO_SECRET: 'a secret for the benchmark, long enough to be one',
    NODE_ENV: 'production',
    PORTICO_SMTP_URL: 'smtp://127.0.0.1:9',
    PORTICO_MAIL_FROM: 'bench@thermovia.example',
    PORTICO_COMPANY_NAME: 'Thermovia',
    PORTICO_COMPANY_DOMAINS: 'thermovia.example'
  }
}

async function startService(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', projectFolder('src/cli/portico.ts'), 'start'], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const first: Ask = { method: 'GET', url: `${environment.PORTICO_PUBLIC_URL!}/`, headers: {} }
  for (let tries = 0; tries < 120; tries++) {
    if (await send(first).catch(() => undefined)) return child
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error('Portico does not answer.')
}

async function pageOf(publicUrl: string): Promise<Ask> {
  const visitor = new Visitor()
  const base = `${publicUrl}/portal/${demoPortal.slug}`
  await signIn(visitor, base, { email: asker.email, password: demoPassword })
  return { method: 'GET', url: `${base}/case`, headers: visitor.headers() }
}

/** The statement that fetches the page's rows, as the page itself asks it. */
async function statementOf(embedded: Parameters<typeof createApp>[0], page: Ask): Promise<Place['statement']> {
  const asked: { sql: string; bindings: readonly Knex.Value[] }[] = []
  const listen = (query: { sql: string; bindings: readonly Knex.Value[] }): unknown => asked.push(query)
  const server = createApp(embedded).listen(0)
  embedded.db.on('query', listen)
  const { port } = server.address() as { port: number }
  const { status } = await send({ ...page, url: `http://127.0.0.1:${port}${new URL(page.url).pathname}` })
  embedded.db.off('query', listen)
  server.close()
  const rows = asked.filter(({ sql }) => sql.startsWith('select p.k as k'))
  if (status !== 200 || rows.length !== 1)
    throw new Error(`${status}: ${rows.length} statements fetch the page's rows.`)
  return rows[0]!
}

/** The page and its statement take turns in going first: what goes second finds the rows in memory. */
async function measure({ db, page, statement, times }: Place, run: number): Promise<void> {
  const ways = [
    async () => (await timed(page, 200)).took,
    async () => {
      const start = performance.now()
      await db.raw(statement.sql, [...statement.bindings] as Knex.Value[])
      return performance.now() - start
    }
  ] as const
  const order = run % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
  for (const way of order) {
    const took = await ways[way]()
    if (run >= 0) (way === 0 ? times.page : times.statement).push(took)
  }
}

async function measureLoad({ page, perSecond }: Place): Promise<void> {
  for (const level of levels) perSecond[level].push((await load(page, level, seconds)).perSecond)
}

function print(): void {
  console.log('\n| cases | page p50 | p95 | statement p50 | p95 | page / statement | pages/s, 1 | pages/s, 8 |')
  console.log('|---:|---:|---:|---:|---:|---:|---:|---:|')
  for (const { cases, times, perSecond } of places) {
    const [page, statement] = [quantile(times.page, 0.5), quantile(times.statement, 0.5)]
    const cells = [
      cases.toLocaleString('en'),
      ms(page),
      ms(quantile(times.page, 0.95)),
      ms(statement),
      ms(quantile(times.statement, 0.95)),
      `${(page / statement).toFixed(1)} ×`,
      ...levels.map((level) => quantile(perSecond[level], 0.5).toFixed(0))
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const [small, large] = [places[0]!, places.at(-1)!].map(({ times }) => quantile(times.page, 0.5))
  console.log(`\nThe page at the last size beside the first: ${(large! / small!).toFixed(2)} ×`)
}

function ms(time: number): string {
  return `${time.toFixed(2)} ms`
}
