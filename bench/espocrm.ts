/** Portico's pages beside EspoCRM's own portal: the same person, the same cases, by turns in one run, each through EspoCRM's web
 *  server. It takes an EspoCRM with Portico's extension by the variables of the live suite, fills it, and is not for one that
 *  people work in. `npm run bench:espocrm -- --cases 100000 --runs 100 --seconds 12 --json var/bench-espocrm.json` */
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { openDatabase } from '../src/db/open-database.js'
import { openEspocrm } from '../src/espocrm.js'
import { projectFolder } from '../src/web/project-folder.js'
import { eventually, liveIn, type Live } from '../test/espocrm/live.js'
import { setSwitches } from '../test/espocrm/switches.js'
import { fillCrowd } from './espocrm-crowd.js'
import {
  createByKey,
  openEspoPortal,
  openPortico,
  preparePortico,
  type PorticoSide,
  type Side
} from './espocrm-sides.js'
import { load, quantile, send, timed, type Ask } from './load.js'

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    /** Requests one after the other, of each kind and side. */
    runs: { type: 'string', default: '100' },
    /** Of each load; there are three per side and level. */
    seconds: { type: 'string', default: '12' },
    json: { type: 'string' }
  }
})
const runs = Number(options.runs)
const seconds = Number(options.seconds)
const warmUp = 10
const rounds = 3
/** Names of the cases that are written begin with it. */
const marker = 'Portico bench: '

interface Row {
  readonly what: string
  readonly side: string
  /** Milliseconds, one request after the other. */
  readonly p50: number
  readonly p95: number
  /** Requests per second, by requests under way. */
  readonly perSecond?: Readonly<Record<string, number>>
  readonly bytes: number
}

const live = liveIn(process.env)
if (!live) throw new Error('Set ESPOCRM_URL, ESPOCRM_DATABASE_URL, ESPOCRM_ADMIN and ESPOCRM_SERVICE_LISTEN.')
await compare(live)

async function compare(at: Live): Promise<void> {
  const db = openDatabase(at.databaseUrl.replace(/^espocrm\+/, ''))
  const { user } = await at.admin.get<{ user: { id: string } }>('App/user')
  await fillCrowd(db, Number(options.cases), user.id)
  await removeMade(at, db)
  const { url, apiKey } = await prepare(at)
  const service = await startService(at)
  try {
    const espo = await openEspoPortal(at.admin)
    const portico = await openPortico(url, 'Portico')
    const direct = await openPortico(url.replace(at.url, `http://${at.listen}`), 'Portico, without the proxy')
    const sides = [espo, portico, direct]
    await mustShowTheSame(sides)
    const rows = [
      ...(await compareReads('list', sides, (side) => side.list)),
      ...(await compareReads('detail', sides, (side) => side.detail)),
      ...(await compareCreates(at, { portico, apiKey, owner: user.id }))
    ]
    print(rows)
    if (options.json) writeFileSync(options.json, JSON.stringify({ machine: machine(), rows }, null, 2))
  } finally {
    service.kill()
    await removeMade(at, db)
    await db.destroy()
  }
}

function environment(at: Live): Record<string, string> {
  return {
    DATABASE_URL: at.databaseUrl,
    PORTICO_LISTEN: at.listen,
    PORTICO_COMPANY_DOMAINS: 'thermovia.example',
    PORTICO_LOG_LEVEL: 'warn'
  }
}

/** Portico's portal with its person; gives the public address, and the key of the service's own user. */
async function prepare(at: Live): Promise<{ url: string; apiKey: string }> {
  await setSwitches(at.admin, { portal: true })
  const installation = await openEspocrm(environment(at), pino({ level: 'silent' }))
  try {
    await installation.definitions.refresh()
    await preparePortico(installation)
    return { url: installation.config.publicUrl, apiKey: (await installation.espo.settings()).apiKey }
  } finally {
    await installation.close()
  }
}

/** A process of its own, as in operation: the load must not share its thread. */
async function startService(at: Live): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', projectFolder('src/cli/portico.ts'), 'start'], {
    env: { PATH: process.env.PATH, ...environment(at) },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  await eventually('Portico answers', async () => {
    const answer = await send({ method: 'GET', url: `http://${at.listen}/`, headers: {} }).catch(() => undefined)
    return answer && true
  })
  return child
}

/** All sides must list the same cases in the same order, or the comparison means nothing. */
async function mustShowTheSame([first, ...others]: readonly Side[]): Promise<void> {
  const numbers = await first!.numbers()
  if (numbers.length !== 50) throw new Error(`${first!.name} shows ${numbers.length} cases in place of 50.`)
  for (const side of others) {
    const shown = await side.numbers()
    if (String(shown) !== String(numbers))
      throw new Error(`${side.name}: ${String(shown)}; ${first!.name}: ${String(numbers)}`)
  }
  console.log(`All ways list the same ${numbers.length} cases: ${numbers.slice(0, 3).join(', ')} … ${numbers.at(-1)}`)
}

async function compareReads(what: string, sides: readonly Side[], askOf: (side: Side) => Ask): Promise<Row[]> {
  const measured = sides.map((side) => ({ side, ask: askOf(side), times: [] as number[], bytes: 0 }))
  for (let run = -warmUp; run < runs; run++) {
    for (const one of measured) {
      const { answer, took } = await timed(one.ask, 200)
      one.bytes = Buffer.byteLength(answer.text)
      if (run >= 0) one.times.push(took)
    }
  }
  const loads = measured.map(() => ({ '1': [] as number[], '8': [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    for (const [index, { ask }] of measured.entries()) {
      for (const level of ['1', '8'] as const) {
        loads[index]![level].push((await load(ask, Number(level), seconds)).perSecond)
      }
    }
  }
  return measured.map(({ side, times, bytes }, index) => ({
    what,
    side: side.name,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    perSecond: { '1': quantile(loads[index]!['1'], 0.5), '8': quantile(loads[index]!['8'], 0.5) },
    bytes
  }))
}

interface Creating {
  readonly portico: PorticoSide
  readonly apiKey: string
  readonly owner: string
}

/** A case by Portico's form, and the same case by EspoCRM's REST with the same key. */
async function compareCreates(at: Live, { portico, apiKey, owner }: Creating): Promise<Row[]> {
  const ways = [
    { side: 'EspoCRM’s REST', status: 200, ask: (name: string) => createByKey(at.url, apiKey, owner, name) },
    { side: portico.name, status: 303, ask: (name: string) => portico.create(name) }
  ].map((way) => ({ ...way, times: [] as number[], bytes: 0 }))
  for (let run = -warmUp; run < runs; run++) {
    for (const way of run % 2 === 0 ? ways : [...ways].reverse()) {
      const { answer, took } = await timed(way.ask(marker + run), way.status)
      way.bytes = Buffer.byteLength(answer.text)
      if (run >= 0) way.times.push(took)
    }
  }
  return ways.map(({ side, times, bytes }) => ({
    what: 'create',
    side,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    bytes
  }))
}

/** The cases that were written, through EspoCRM's own door, and what Portico knows of their author. */
async function removeMade(at: Live, db: Knex): Promise<void> {
  const ids = (await db('case').pluck('id').where('name', 'like', `${marker}%`).where({ deleted: 0 })) as string[]
  for (const id of ids) await at.admin.delete(`Case/${id}`)
  if (await db.schema.hasTable('portico_authorship')) await db('portico_authorship').whereIn('record_id', ids).delete()
}

function machine(): string {
  const { model } = cpus()[0]!
  return `${cpus().length} cores (${model.trim()}), Node ${process.versions.node}`
}

function print(rows: readonly Row[]): void {
  console.log(`\n${machine()}; ${options.cases} cases\n`)
  console.log('| request | way | p50 | p95 | 1 at a time | 8 at a time | bytes |\n|---|---|---:|---:|---:|---:|---:|')
  for (const { what, side, p50, p95, perSecond, bytes } of rows) {
    const rates = ['1', '8'].map((level) => (perSecond ? `${perSecond[level]!.toFixed(1)}/s` : '–'))
    console.log(`| ${[what, side, ms(p50), ms(p95), ...rates, String(bytes)].join(' | ')} |`)
  }
  console.log(
    '\n| request | EspoCRM / Portico p50 | Portico / EspoCRM 1 at a time | 8 at a time |\n|---|---:|---:|---:|'
  )
  for (const what of new Set(rows.map((row) => row.what))) {
    const [espo, portico] = rows.filter((row) => row.what === what)
    const rates = ['1', '8'].map((level) => ratio(portico?.perSecond?.[level], espo?.perSecond?.[level]))
    console.log(`| ${[what, ratio(espo!.p50, portico!.p50), ...rates].join(' | ')} |`)
  }
}

function ms(time: number): string {
  return `${time.toFixed(2)} ms`
}

function ratio(a: number | undefined, b: number | undefined): string {
  return a === undefined || b === undefined ? '–' : `${(a / b).toFixed(2)} ×`
}
