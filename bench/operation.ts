/** Operation, measured: memory of a process under a load of signed-in users, what a second worker brings, what a proxy costs, and what a rolling
 *  restart does to those who are at work. The built program, the demo world, everything on this machine; Linux only.
 *  `npm run bench:operation -- --seconds 60 --rounds 3 --parts memory,workers,proxy,restart` */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/db/open-database.js'
import { startApache } from '../test/support/apache.js'
import { startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'
import { quantile } from './load.js'
import { crowdAt, doings, type Doing, type Step } from './operation-crowd.js'
import {
  processorTime,
  residentMemory,
  startService,
  world,
  type Environment,
  type Service
} from './operation-service.js'

const { values: options } = parseArgs({
  options: {
    /** Of each load. */
    seconds: { type: 'string', default: '60' },
    /** Turns of what is compared. */
    rounds: { type: 'string', default: '3' },
    parts: { type: 'string', default: 'memory,workers,proxy,restart' },
    databases: { type: 'string', default: 'SQLite,MariaDB' }
  }
})
const seconds = Number(options.seconds)
const rounds = Number(options.rounds)
const parts = options.parts.split(',')
const underWay = 8
const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'))

interface Load {
  readonly times: ReadonlyMap<Doing, readonly number[]>
  /** Milliseconds, of everything. */
  readonly all: readonly number[]
  readonly failures: readonly string[]
  readonly perSecond: number
}

wantMysql()
await startMysqlIfWanted()
try {
  if (parts.includes('memory')) await measureMemory()
  if (parts.some((part) => part !== 'memory')) await measureWorkers()
} finally {
  await stopMysql()
  rmSync(folder, { recursive: true, force: true })
}

// --- memory ---

async function measureMemory(): Promise<void> {
  const rows: string[][] = []
  for (const kind of options.databases.split(',') as ('SQLite' | 'MariaDB')[]) {
    const place = await world(kind, 'portico_bench_memory', folder)
    const service = await startService(place)
    try {
      rows.push([kind, ...(await memoryOf(service, place))])
    } finally {
      await service.stop()
    }
  }
  table(['database', 'after start', 'mean', 'p95', 'highest', '30 s later', 'requests', 'Node’s time a request'], rows)
}

async function memoryOf({ base, workers }: Service, place: Environment): Promise<string[]> {
  const [pid = 0] = workers()
  await pause(5000)
  const atStart = residentMemory(pid)
  const steps = await crowdAt(base)
  const seen: number[] = []
  const watch = setInterval(() => seen.push(residentMemory(pid)), 200)
  const before = processorTime(pid)
  const done = await load(steps, place, seconds)
  clearInterval(watch)
  const perRequest = (processorTime(pid) - before) / done.all.length
  print(`One process: ${done.failures.length} failures`, done)
  await pause(30_000)
  const mean = seen.reduce((sum, one) => sum + one, 0) / seen.length
  const memory = [atStart, mean, quantile(seen, 0.95), Math.max(...seen), residentMemory(pid)]
  return [...memory.map((one) => `${one.toFixed(0)} MB`), String(done.all.length), `${perRequest.toFixed(1)} ms`]
}

// --- workers, the proxy, the restart ---

async function measureWorkers(): Promise<void> {
  const place = await world('MariaDB', 'portico_bench_workers', folder)
  const [one, two] = [await startService(place, 1), await startService(place, 2)]
  try {
    if (parts.includes('workers'))
      await takeTurns(place, 'One worker and two', { 'one worker': one.base, 'two workers': two.base })
    if (parts.includes('proxy')) await behindApache(place, two)
    if (parts.includes('restart')) await restart(place, two)
  } finally {
    await one.stop()
    await two.stop()
  }
}

async function behindApache(place: Environment, service: Service): Promise<void> {
  const apache = await startApache({
    modules: ['proxy', 'proxy_http'],
    config: () => `ProxyPass "/" "${service.base}/" keepalive=On retry=0`
  })
  const base = `http://127.0.0.1:${apache.port}`
  await takeTurns(place, 'Directly and through Apache', { directly: service.base, 'through Apache': base })
  await apache.stop()
}

/** Each gets its load in turns; the middle of the rounds counts. */
async function takeTurns(place: Environment, title: string, bases: Readonly<Record<string, string>>): Promise<void> {
  const sides = await Promise.all(
    Object.entries(bases).map(async ([name, base]) => ({ name, steps: await crowdAt(base), loads: [] as Load[] }))
  )
  for (let round = 0; round < rounds; round++)
    for (const side of sides) side.loads.push(await load(side.steps, place, seconds))
  const [first = Number.NaN] = sides.map(({ loads }) => middle(loads.map(({ perSecond }) => perSecond)))
  console.log(`\n${title}, ${underWay} requests under way:\n`)
  table(
    ['', 'requests/s', 'beside the first', 'p50', 'p95', 'failures'],
    sides.map(({ name, loads }) => {
      const perSecond = middle(loads.map((one) => one.perSecond))
      const [p50, p95] = [0.5, 0.95].map((part) => middle(loads.map(({ all }) => quantile(all, part))))
      const failures = loads.flatMap((one) => one.failures).length
      return [name, perSecond.toFixed(1), `${(perSecond / first).toFixed(2)} ×`, ms(p50!), ms(p95!), String(failures)]
    })
  )
}

async function restart(place: Environment, service: Service): Promise<void> {
  const steps = await crowdAt(service.base)
  const before = await load(steps, place, seconds)
  const [took, during] = await Promise.all([replacedAfter(service, 2000), load(steps, place, seconds)])
  console.log(`\nA rolling restart of two workers; the last old one is gone after ${(took / 1000).toFixed(1)} s:\n`)
  table(
    ['', 'requests/s', 'p50', 'p95', 'slowest', 'failures'],
    Object.entries({ before, 'with the restart': during }).map(([name, { perSecond, all, failures }]) => [
      name,
      perSecond.toFixed(1),
      ...[0.5, 0.95, 1].map((part) => ms(quantile(all, part))),
      String(failures.length)
    ])
  )
  for (const failure of during.failures.slice(0, 3)) console.log(failure)
}

/** Replaces the workers after a while, and gives the milliseconds until all of them are others. */
async function replacedAfter(service: Service, wait: number): Promise<number> {
  const old = new Set(service.workers())
  await pause(wait)
  const start = performance.now()
  service.reload()
  for (;;) {
    await pause(100)
    const now = service.workers()
    const took = performance.now() - start
    if (now.length === old.size && now.every((pid) => !old.has(pid))) return took
    if (took > 120_000) throw new Error('The workers were not replaced.')
  }
}

// --- the load ---

/** Keeps requests under way for so many seconds; what fails is counted. */
async function load(steps: readonly Step[], place: Environment, forSeconds: number): Promise<Load> {
  const times = new Map<Doing, number[]>(doings.map((doing) => [doing, []]))
  const failures: string[] = []
  const forgetting = await forgetAttempts(place)
  const start = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (performance.now() - start < forSeconds * 1000) {
      const step = steps[next++ % steps.length]!
      await step.take(underWay).then(
        (took) => times.get(step.doing)?.push(took),
        (error: unknown) => failures.push(String(error))
      )
    }
  }
  await Promise.all(Array.from({ length: underWay }, work))
  const spent = (performance.now() - start) / 1000
  await forgetting.stop()
  const all = [...times.values()].flat()
  return { times, all, failures, perSecond: all.length / spent }
}

/** The same few people sign in more often than anybody may. */
async function forgetAttempts(place: Environment): Promise<{ stop(): Promise<void> }> {
  const db = openDatabase(place['DATABASE_URL']!)
  const forget = async (): Promise<void> => void (await db('portico_attempts').del())
  await forget()
  const timer = setInterval(() => void forget(), 5000)
  return {
    stop: async () => {
      clearInterval(timer)
      await db.destroy()
    }
  }
}

// --- figures ---

function print(title: string, { times, perSecond }: Load): void {
  console.log(`\n${title}, ${perSecond.toFixed(1)} requests/s with ${underWay} under way:\n`)
  table(
    ['', 'requests', 'p50', 'p95'],
    [...times].map(([doing, took]) => [
      doing,
      String(took.length),
      ...[0.5, 0.95].map((part) => ms(quantile(took, part)))
    ])
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`| ${head.join(' | ')} |`)
  console.log(`|${head.map((_, at) => (at === 0 ? '---' : '---:')).join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  console.log()
}

function middle(figures: readonly number[]): number {
  return quantile(figures, 0.5)
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`
}
