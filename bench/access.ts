/** What the access kernel costs: each question through the kernel, by an ideal statement written by hand, and by the naive
 *  `or … exists … order by … limit`, interleaved on the same data. `npm run bench:access -- --rows 10000,1000000 --runs 200` */
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { records } from '../src/access/records.js'
import { openDatabase } from '../src/db/open-database.js'
import { openCrowd } from '../test/access/crowd.js'
import { three } from '../test/access/shapes.js'
import { worldOn } from '../test/access/world.js'
import { mysqlUrl, startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'
import { questions, type Question } from './questions.js'

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000,1000000' },
    runs: { type: 'string', default: '200' },
    /** Leaves the databases there, and uses the ones that are. */
    keep: { type: 'boolean', default: false }
  }
})
const sizes = options.rows.split(',').map(Number)
const runs = Number(options.runs)
const warmUp = 20
/** A page; the statements fetch one row more, to know whether there is another. */
const pageSize = 25
/** The naive statements may take seconds: together they get this long per question and size, and at least three runs. */
const naiveBudget = 15_000

const ways = ['kernel', 'hand', 'naive'] as const
type Way = (typeof ways)[number]

interface Subject {
  readonly rows: number
  readonly db: Knex
  readonly question: Question
  readonly ask: Readonly<Record<Way, () => Promise<readonly string[]>>>
  readonly times: Readonly<Record<Way, number[]>>
}

try {
  await compareAll(await serverUrl())
} finally {
  await stopMysql()
}

async function compareAll(server: string): Promise<void> {
  const databases = new Map<number, Knex>()
  for (const rows of sizes) databases.set(rows, await databaseOf(server, rows))
  const subjects = (await Promise.all([...databases].map(([rows, db]) => subjectsOf(db, rows)))).flat()
  for (const subject of subjects) await mustAgree(subject)
  for (let run = -warmUp; run < runs; run++) {
    for (const subject of subjects) await measure(subject, run)
  }
  for (const subject of subjects) await measureNaive(subject)
  print(subjects)
  for (const db of databases.values()) await db.destroy()
  if (!options.keep) await dropAll(server)
}

/** The server that DATABASE_URL names, whatever database stands in it; or one of our own with the default buffer pool. */
async function serverUrl(): Promise<string> {
  if (process.env.DATABASE_URL) {
    const { protocol, username, password, host } = new URL(process.env.DATABASE_URL)
    return `${protocol}//${username}:${password}@${host}`
  }
  wantMysql()
  await startMysqlIfWanted()
  return mysqlUrl()
}

async function databaseOf(server: string, rows: number): Promise<Knex> {
  const admin = openDatabase(server)
  const known = (await admin('information_schema.schemata').where({ schema_name: nameOf(rows) })).length > 0
  if (known && !options.keep) await admin.raw(`drop database ${nameOf(rows)}`)
  if (!known || !options.keep) {
    await admin.raw(`create database ${nameOf(rows)} character set utf8mb4 collate utf8mb4_unicode_ci`)
  }
  await admin.destroy()
  const db = openDatabase(`${server}/${nameOf(rows)}`)
  if (known && options.keep) return db
  const start = performance.now()
  await openCrowd(db, rows)
  console.log(`${rows} cases made in ${Math.round((performance.now() - start) / 1000)} s`)
  return db
}

async function dropAll(server: string): Promise<void> {
  const admin = openDatabase(server)
  for (const rows of sizes) await admin.raw(`drop database if exists ${nameOf(rows)}`)
  await admin.destroy()
}

function nameOf(rows: number): string {
  return `portico_bench_${rows}`
}

async function subjectsOf(db: Knex, rows: number): Promise<Subject[]> {
  const door = records(await worldOn(db).viewer(three))
  return questions.map((question) => ({
    rows,
    db,
    question,
    ask: {
      kernel: () => question.kernel(door),
      hand: () => idsOf(db, question.hand),
      naive: () => idsOf(db, question.naive ?? question.hand)
    },
    times: { kernel: [], hand: [], naive: [] }
  }))
}

async function idsOf(db: Knex, statement: { sql: string; bindings: readonly (string | number)[] }): Promise<string[]> {
  const [rows] = (await db.raw(statement.sql, [...statement.bindings])) as [Record<string, unknown>[]]
  return rows.slice(0, pageSize).map((row) => String(row['id'] ?? row['count']))
}

/** All three ways must give the same, or the comparison means nothing. */
async function mustAgree({ question, rows, ask }: Subject): Promise<void> {
  const [kernel, hand, naive] = await Promise.all(ways.map((way) => ask[way]()))
  if (String(kernel) !== String(hand) || String(kernel) !== String(naive)) {
    throw new Error(`${question.name} at ${rows}: ${String(kernel)} / ${String(hand)} / ${String(naive)}`)
  }
}

/** The kernel and the statement by hand take turns in going first: what goes second finds the pages in memory. */
async function measure({ ask, times }: Subject, run: number): Promise<void> {
  const order: Way[] = run % 2 === 0 ? ['kernel', 'hand'] : ['hand', 'kernel']
  for (const way of order) {
    const time = await timeOf(ask[way])
    if (run >= 0) times[way].push(time)
  }
}

/** Afterwards, for it walks tables and would push the others' pages out of memory. */
async function measureNaive({ question, ask, times }: Subject): Promise<void> {
  if (!question.naive) return
  let spent = 0
  while (times.naive.length < runs && (times.naive.length < 3 || spent < naiveBudget)) {
    times.naive.push(await timeOf(ask.naive))
    spent += times.naive.at(-1)!
  }
}

async function timeOf(ask: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await ask()
  return performance.now() - start
}

function print(subjects: readonly Subject[]): void {
  console.log(
    `\n| question | cases | kernel p50 | p95 | by hand p50 | p95 | kernel / hand | naive p50 | naive / kernel |`
  )
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|')
  for (const { question, rows, times } of subjects) {
    const [kernel, hand, naive] = ways.map((way) => at(times[way], 0.5)) as [number, number, number]
    const cells = [
      question.name,
      String(rows),
      ms(kernel),
      ms(at(times.kernel, 0.95)),
      ms(hand),
      ms(at(times.hand, 0.95)),
      ratio(kernel, hand),
      ms(naive),
      ratio(naive, kernel)
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  if (sizes.length === 1) return
  console.log(`\n| question | ${sizes.at(-1)} cases against ${sizes[0]} (kernel, p50) |\n|---|---:|`)
  for (const { question, rows, times } of subjects.filter((subject) => subject.rows === sizes[0])) {
    const large = subjects.find((other) => other.question === question && other.rows === sizes.at(-1))!
    if (rows !== large.rows)
      console.log(`| ${question.name} | ${ratio(at(large.times.kernel, 0.5), at(times.kernel, 0.5))} |`)
  }
}

function at(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN
}

function ms(time: number): string {
  if (Number.isNaN(time)) return '–'
  return `${time.toFixed(2)} ms`
}

function ratio(a: number, b: number): string {
  if (Number.isNaN(a / b)) return '–'
  return `${(a / b).toFixed(2)} ×`
}
