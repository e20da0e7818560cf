/** What global sharing costs in the embedded CRM on MariaDB: a list's page, its count and one record for people of different reach, beside
 *  the same for somebody whom nothing narrows, by turns; and how long a change takes from being saved until it is in force.
 *  `npm run bench:sharing -- --deals 1000000 --runs 100` */
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { demoPassword } from '../demo/cast.js'
import { seedDemo } from '../demo/seed.js'
import { createApp } from '../src/app.js'
import { readConfig } from '../src/config.js'
import { openDatabase } from '../src/db/open-database.js'
import { withinRequest } from '../src/db/within-request.js'
import { openEmbedded, type Embedded } from '../src/embedded.js'
import { applyNow } from '../src/global-sharing/application.js'
import { stage } from '../src/global-sharing/draft.js'
import type { Model } from '../src/global-sharing/model.js'
import { listPath, signInPath } from '../src/host/embedded/pages/paths.js'
import type { ListAsk, Records } from '../src/host/embedded/records.js'
import type { Staff } from '../src/host/host.js'
import { mysqlUrl, startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'
import { quantile, timed, type Ask } from './load.js'
import { tokenIn, Visitor } from './visitor.js'
import { askers, fillCompany, idOf, model, size } from './sharing-world.js'

const { values: options } = parseArgs({
  options: {
    deals: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '100' },
    /** Uses the database of an earlier run, if PORTICO_TEST_MYSQL names its server, and leaves it there. */
    keep: { type: 'boolean', default: false }
  }
})
const deals = Number(options.deals)
const runs = Number(options.runs)
const warmUp = 5
const changes = 15
const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'))

async function measureAll(): Promise<void> {
  console.log(
    Object.entries(size)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  )
  const { url, isNew } = await database()
  const embedded = await openEmbedded(readConfig(environment(url)), pino({ level: 'silent' }))
  try {
    if (isNew) await prepare(embedded)
    await measureWholePages(embedded)
    await measurePages(embedded)
    await measureChanges(embedded)
  } finally {
    await embedded.close()
  }
}

async function database(): Promise<{ url: string; isNew: boolean }> {
  const name = `portico_bench_sharing_${deals}`
  const admin = openDatabase(mysqlUrl())
  const isThere = (await admin('information_schema.schemata').where({ schema_name: name })).length > 0
  if (isThere && !options.keep) await admin.raw(`drop database ${name}`)
  const isNew = !isThere || !options.keep
  if (isNew) await admin.raw(`create database ${name} character set utf8mb4 collate utf8mb4_unicode_ci`)
  await admin.destroy()
  return { url: `${mysqlUrl()}/${name}`, isNew }
}

function environment(url: string): Record<string, string> {
  return {
    DATABASE_URL: url,
    PORTICO_PUBLIC_URL: 'http://127.0.0.1:9',
    PORTICO_FILES: folder,
    PORTICO_SECRET: 'a secret for the benchmark, long enough to be one',
    PORTICO_COMPANY_NAME: 'Thermovia',
    PORTICO_COMPANY_DOMAINS: 'thermovia.example'
  }
}

async function prepare(embedded: Embedded): Promise<void> {
  const start = performance.now()
  await seedDemo(embedded)
  await fillCompany(embedded.db, deals)
  await change(embedded, () => model())
  console.log(`${deals.toLocaleString('en')} deals made in ${Math.round((performance.now() - start) / 1000)} s`)
}

async function administrator({ host }: Embedded): Promise<Staff> {
  return (await host.staffById('irena'))!
}

// --- whole pages, over HTTP ---

/** The CRM's list of deals, with its count and all that is around it; somebody whom nothing narrows opens the same. */
async function measureWholePages(embedded: Embedded): Promise<void> {
  const server = createApp(embedded).listen(0)
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const open = await pageFor(embedded, base, { id: idOf.person(2), isAdministrator: true })
  console.log('\n| who | list page p50 | p95 | without sharing p50 | p95 | ratio |\n|---|---:|---:|---:|---:|---:|')
  for (const [who, id] of Object.entries(askers)) {
    const narrowed = await pageFor(embedded, base, { id, isAdministrator: false })
    const times = await byTurns([narrowed, open])
    console.log(`| ${[who, ...times.flatMap(figures), ratio(times)].join(' | ')} |`)
  }
  server.close()
}

async function pageFor(
  { crm }: Embedded,
  base: string,
  { id, isAdministrator }: { id: string; isAdministrator: boolean }
): Promise<() => Promise<unknown>> {
  await crm.users.change(id, { password: demoPassword, isAdministrator })
  const visitor = new Visitor()
  const { text } = await visitor.open(`${base}${signInPath}`)
  await visitor.post(`${base}${signInPath}`, { _csrf: tokenIn(text), to: '', userName: id, password: demoPassword })
  const page: Ask = { method: 'GET', url: `${base}${listPath('Deal')}`, headers: visitor.headers() }
  return () => timed(page, 200)
}

// --- what the pages stand on ---

interface Question {
  readonly name: string
  ask(records: Records, seen: string): Promise<unknown>
}

const page = (ask: ListAsk): Question['ask'] => {
  return (records) => records.list('Deal', ask)
}

const questions: readonly Question[] = [
  { name: 'list', ask: page({}) },
  { name: 'list, page 4', ask: page({ page: 4 }) },
  { name: 'list by amount', ask: page({ sort: { field: 'amount', descending: true } }) },
  { name: 'count', ask: (records) => records.count('Deal') },
  { name: 'record', ask: (records, seen) => records.find('Deal', seen) }
]

/** The person as he is, and as if nothing narrowed him; by turns, each going first every other time. */
async function measurePages({ crm, host }: Embedded): Promise<void> {
  console.log(
    '\n| who | asks for | p50 | p95 | without sharing p50 | p95 | ratio |\n|---|---|---:|---:|---:|---:|---:|'
  )
  for (const [who, id] of Object.entries(askers)) {
    const staff = (await host.staffById(id))!
    const narrowed = crm.store.as(staff)
    const open = crm.store.as({ ...staff, isAdministrator: true })
    const seen = (await narrowed.list('Deal', {})).records[0]!.id
    for (const { name, ask } of questions) {
      const times = await byTurns([() => ask(narrowed, seen), () => ask(open, seen)])
      console.log(`| ${[who, name, ...times.flatMap(figures), ratio(times)].join(' | ')} |`)
    }
  }
}

async function byTurns(ways: readonly (() => Promise<unknown>)[]): Promise<number[][]> {
  const times: number[][] = ways.map(() => [])
  for (let run = -warmUp; run < runs; run++)
    for (let turn = 0; turn < ways.length; turn++) {
      const index = (turn + Math.abs(run)) % ways.length
      const took = await timeOf(ways[index]!)
      if (run >= 0) times[index]!.push(took)
    }
  return times
}

/** As a request asks: its configuration is read once. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await new Promise<void>((resolve, reject) => {
    withinRequest(() => void work().then(() => resolve(), reject))
  })
  return performance.now() - start
}

// --- changes ---

/** From saving to the next page that is asked by the new model. */
async function measureChanges(embedded: Embedded): Promise<void> {
  console.log('\n| change | saved and in force p50 | slowest | first page afterwards p50 |\n|---|---:|---:|---:|')
  for (const [name, make] of Object.entries(changesMade)) {
    const [saved, firstPage]: [number[], number[]] = [[], []]
    for (let turn = 0; turn < changes; turn++) {
      saved.push(await timeOf(() => change(embedded, (before) => make(before, turn))))
      const staff = (await embedded.host.staffById(askers['rule recipient']))!
      firstPage.push(await timeOf(() => embedded.crm.store.as(staff).list('Deal', {})))
    }
    console.log(
      `| ${name} | ${ms(quantile(saved, 0.5))} | ${ms(Math.max(...saved))} | ${ms(quantile(firstPage, 0.5))} |`
    )
  }
}

const changesMade: Readonly<Record<string, (model: Model, turn: number) => Model>> = {
  'a rule': (before, turn) => {
    const rule = before.rules['rule-10']!
    return { ...before, rules: { ...before.rules, 'rule-10': { ...rule, write: turn % 2 === 0 } } }
  },
  'a person’s role': (before, turn) => {
    const person = idOf.person(500)
    return { ...before, people: { ...before.people, [person]: idOf.role(100 + (turn % 2)) } }
  },
  'the role above a subtree': (before, turn) => {
    const moved = idOf.role(5)
    const parent = idOf.role(1 + (turn % 2))
    return { ...before, roles: { ...before.roles, [moved]: { ...before.roles[moved]!, parent } } }
  },
  'a group’s members': (before, turn) => {
    const id = idOf.group(9)
    const members = [{ kind: 'role' as const, id: idOf.role(120 + (turn % 2)) }]
    return { ...before, groups: { ...before.groups, [id]: { ...before.groups[id]!, members } } }
  }
}

wantMysql()
await startMysqlIfWanted()
try {
  await measureAll()
} finally {
  await stopMysql()
  rmSync(folder, { recursive: true, force: true })
}

async function change(embedded: Embedded, make: (model: Model) => Model): Promise<void> {
  const { context } = embedded.portico
  const by = await administrator(embedded)
  await stage(context, by, { action: 'sharing.changed', subject: 'sharing:model', part: () => null, change: make })
  await applyNow(context, by)
}

function figures(times: readonly number[]): string[] {
  return [ms(quantile(times, 0.5)), ms(quantile(times, 0.95))]
}

function ratio([narrowed, open]: readonly (readonly number[])[]): string {
  return `${(quantile(narrowed!, 0.5) / quantile(open!, 0.5)).toFixed(2)} ×`
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`
}
