/** The pages of external users: what each asks of the database and how long it takes, for a dispatcher who sees everything of a project with
 *  many tasks, quotes and documents. The embedded CRM on MariaDB; `npm run bench:external -- --things 300 --runs 60` */
import { createServer, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { demoPassword, staff } from '../demo/cast.js'
import { guest } from '../demo/guests.js'
import { createApp } from '../src/app.js'
import { readConfig } from '../src/config.js'
import { openEmbedded, type Embedded } from '../src/embedded.js'
import { everybody, setRights } from '../src/external-users/object-rights.js'
import { startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'
import { quantile, timed, type Ask } from './load.js'
import { world } from './operation-service.js'
import { tokenIn, Visitor } from './visitor.js'

const { values: options } = parseArgs({
  options: {
    /** Tasks, quotes and documents of the project, each. */
    things: { type: 'string', default: '300' },
    runs: { type: 'string', default: '60' },
    database: { type: 'string', default: 'MariaDB' }
  }
})
const things = Number(options.things)
const runs = Number(options.runs)
const warmUp = 10
const project = 'nordwind-retrofit'
const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'))

const pages = {
  'list of projects': '/external/',
  project: `/external/projects/${project}`,
  'tab tasks': `/external/projects/${project}/tasks`,
  'tab quotes': `/external/projects/${project}/quotes`,
  'tab documents': `/external/projects/${project}/documents`,
  'folder of documents': `/external/projects/${project}/documents/retrofit-plans`,
  'own tasks': '/external/tasks'
} as const

if (options.database === 'MariaDB') wantMysql()
await startMysqlIfWanted()
const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const embedded = await opened(server)
try {
  await fill(embedded)
  server.on('request', createApp(embedded))
  await measure(embedded, await signedIn(baseOf(server)))
} finally {
  server.close()
  server.closeAllConnections()
  await embedded.close()
  await stopMysql()
  rmSync(folder, { recursive: true, force: true })
}

async function opened(at: Server): Promise<Embedded> {
  const place = await world(options.database as 'SQLite' | 'MariaDB', 'portico_bench_external', folder)
  return openEmbedded(readConfig({ ...place, PORTICO_PUBLIC_URL: baseOf(at) }), pino({ level: 'silent' }))
}

function baseOf(at: Server): string {
  return `http://127.0.0.1:${(at.address() as AddressInfo).port}`
}

/** A third of the documents belong to the project, a third to one of its tasks, a third lie in a folder. Everybody may read all of it. */
async function fill({ host, db }: Embedded): Promise<void> {
  const by = { kind: 'staff', id: staff.irena.id } as const
  const add = async (module: string, values: Record<string, string>, files?: Record<string, string[]>) => {
    const id = await host.save({ module, values, files }, by)
    await db.transaction((trx) => setRights(trx, module, id, new Map([[everybody, { read: 'allow' }]])))
    return id
  }
  for (let n = 0; n < things; n++) {
    const parentId = await add('Task', { subject: `Bench task ${n}`, project })
    const content = Readable.from(Buffer.from('Readings of the day'))
    const file = await host.files.write({ name: `readings-${n}.txt`, type: 'text/plain', content }, by)
    const places: Record<string, string>[] = [{}, { parentType: 'Task', parentId }, { folder: 'retrofit-plans' }]
    await add('Document', { name: `Readings ${n}`, project, ...places[n % 3] }, { file: [file.id] })
  }
}

async function signedIn(base: string): Promise<(path: string) => Ask> {
  const visitor = new Visitor()
  const { text } = await visitor.open(`${base}/external/sign-in`)
  const fields = { _csrf: tokenIn(text), to: '', email: guest.email, password: demoPassword }
  const { status } = await visitor.post(`${base}/external/sign-in`, fields)
  if (status !== 303) throw new Error(`The external user can't sign in: ${status}`)
  return (path) => ({ method: 'GET', url: `${base}${path}`, headers: visitor.headers() })
}

async function measure({ db }: Embedded, ask: (path: string) => Ask): Promise<void> {
  const names = Object.keys(pages) as (keyof typeof pages)[]
  const times = new Map(names.map((name) => [name, [] as number[]]))
  const statements = new Map<string, number>()
  let asked = 0
  db.on('query', () => asked++)
  for (let run = -warmUp; run < runs; run++) {
    for (const name of names) {
      asked = 0
      const { took } = await timed(ask(pages[name]), 200)
      statements.set(name, asked)
      if (run >= 0) times.get(name)?.push(took)
    }
  }
  print(times, statements)
}

function print(times: ReadonlyMap<string, readonly number[]>, statements: ReadonlyMap<string, number>): void {
  console.log('\n| page | statements | p50 | p95 |')
  console.log('|---|---:|---:|---:|')
  for (const [name, took] of times) {
    const [p50, p95] = [0.5, 0.95].map((part) => `${quantile(took, part).toFixed(1)} ms`)
    console.log(`| ${name} | ${statements.get(name)} | ${p50} | ${p95} |`)
  }
}
