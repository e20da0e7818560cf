/** Ten thousand invitations in one run: how many a second, and how much memory they take. Once on SQLite and once on MariaDB, with the
 *  embedded CRM. Everybody is judged, gets access, a link and a mail of his own in the outbox; sending the mails is not part of it.
 *  `npm run bench:invitations -- --people 10000 --database sqlite,mariadb` */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { staff } from '../demo/cast.js'
import { seedDemo } from '../demo/seed.js'
import { readConfig } from '../src/config.js'
import { openDatabase } from '../src/db/open-database.js'
import { openEmbedded, type Embedded } from '../src/embedded.js'
import { configuration } from '../src/portal/configuration.js'
import { countItems, orderRun } from '../src/portal/people/runs/runs.js'
import { itemsOfRecords } from '../src/portal/people/runs/selection.js'
import { workOnRuns } from '../src/portal/people/runs/work.js'
import { mysqlUrl, startMysqlIfWanted, stopMysql, wantMysql } from '../test/support/mariadb.js'

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '10000' },
    database: { type: 'string', default: 'sqlite,mariadb' }
  }
})
const people = Number(options.people)
const folder = mkdtempSync(join(tmpdir(), 'portico-bench-'))
const databases = options.database.split(',')

if (databases.includes('mariadb')) wantMysql()
await startMysqlIfWanted()
try {
  for (const database of databases) await measure(database)
} finally {
  await stopMysql()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(database: string): Promise<void> {
  const embedded = await openEmbedded(configFor(await urlOf(database)), pino({ level: 'silent' }))
  try {
    await seedDemo(embedded)
    await fill(embedded.db)
    const ordering = await timed(() => order(embedded))
    const before = process.memoryUsage().rss
    const peak = watchMemory()
    const idle = process.cpuUsage()
    const seconds = await timed(() => workOnRuns(embedded.portico.context, 3600))
    const { user, system } = process.cpuUsage(idle)
    const counts = await countItems(embedded.db, 'bench')
    const mails = await embedded
      .db('portico_mail')
      .where('to_address', 'like', '%@crowd.example')
      .pluck<string[]>('about')
    if (counts.done !== people || new Set(mails).size !== people)
      throw new Error(`Not everybody: ${JSON.stringify(counts)}`)
    const rate = (people / seconds).toFixed(0)
    process.stdout.write(
      `${database}: ${people} invited in ${seconds.toFixed(1)} s, ${rate}/s, processor time ${((user + system) / 1e6).toFixed(1)} s; ordered in ${ordering.toFixed(1)} s; ` +
        `rss ${megabytes(before)} MB before, ${megabytes(peak())} MB at most\n`
    )
  } finally {
    await embedded.close()
  }
}

async function urlOf(database: string): Promise<string> {
  if (database === 'sqlite') return join(folder, 'crm.sqlite')
  const server = openDatabase(mysqlUrl())
  await server.raw('create database if not exists portico_bench character set utf8mb4 collate utf8mb4_unicode_ci')
  await server.destroy()
  return `${mysqlUrl()}/portico_bench`
}

function configFor(databaseUrl: string) {
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: databaseUrl, PORTICO_FILES: join(folder, 'files') })
  return { ...config, limits: { ...config.limits, activeUsersPerType: people + 100 } }
}

/** Contacts as an import leaves them. */
async function fill(db: Knex): Promise<void> {
  const at = '2026-01-01 00:00:00'
  const birth = { created_at: at, modified_at: at, author_kind: 'staff', created_by_name: 'Import', version: 1 }
  const rows = Array.from({ length: people }, (_, index) => ({
    id: `crowd-${index}`,
    first_name: 'Kim',
    last_name: `Number ${index}`,
    email: `kim${index}@crowd.example`,
    ...birth
  }))
  await db.batchInsert('crm_contact', rows, 200)
}

async function order({ host, portico: { context } }: Embedded): Promise<void> {
  const frank = (await host.staffById(staff.frank.id))!
  const [userType] = [...(await configuration(context.db)).userTypes.values()]
  const scope = { kind: 'type', userTypeId: userType!.id } as const
  const items = await itemsOfRecords(context, userType!.id, { ids: 'all', search: 'crowd' }, frank)
  await orderRun(context, { id: 'bench', kind: 'invitation', scope, language: 'de', items }, frank)
}

/** Seconds. */
async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1000
}

/** Gives the largest resident set from now on. */
function watchMemory(): () => number {
  let most = process.memoryUsage().rss
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
  return () => {
    clearInterval(timer)
    return most
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
