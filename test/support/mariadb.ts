/** A MariaDB server for one run of the tests: its own folder, port and socket, quick and forgetful. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { freePort, start, temporaryFolder, type Running } from './child-process.js'
import { find, type Program } from './needs.js'

export const mariadb: Program = { name: 'MariaDB', files: ['mariadbd', 'mysqld'], debianPackage: 'mariadb-server' }
const installer: Program = {
  name: 'MariaDB',
  files: ['mariadb-install-db', 'mysql_install_db'],
  debianPackage: 'mariadb-server'
}

/** Set by hand, it names a server to use instead of a started one; its user must be allowed to make databases. */
const variable = 'PORTICO_TEST_MYSQL'
const runVariable = 'PORTICO_TEST_RUN'
let isWanted = false
let running: Running | undefined

export function hasMysql(): boolean {
  return process.env[variable] !== undefined || (find(mariadb) !== undefined && find(installer) !== undefined)
}

/** A suite that is going to use the server says so while it is loaded. */
export function wantMysql(): void {
  isWanted = true
}

/** `mysql://root:…@127.0.0.1:port`, without a database. @throws outside of a run that wanted it. */
export function mysqlUrl(): string {
  const url = process.env[variable]
  if (!url) throw new Error('No MariaDB was started: call eachDatabase or wantMysql while the suite is loaded.')
  return url
}

/** How the names of this run's databases begin, in each of its processes. */
export function runPrefix(): string {
  return `portico_${(process.env[runVariable] ??= randomBytes(3).toString('hex'))}_`
}

export async function startMysqlIfWanted(): Promise<void> {
  runPrefix()
  if (!isWanted || !hasMysql() || process.env[variable]) return
  const folder = temporaryFolder('mariadb')
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  install(folder)
  writeFileSync(join(folder, 'root.sql'), rootMayComeByTcp(password))
  const uri = `mysql://root:${password}@127.0.0.1:${port}`
  running = await start(find(mariadb)!, settings(folder, port), () => reach(uri))
  process.env[variable] = uri
}

export async function stopMysql(): Promise<void> {
  if (!running) return process.env[variable] ? dropDatabases() : undefined
  await running.stop()
  running = undefined
  delete process.env[variable]
}

/** What the run leaves on a server that goes on. */
async function dropDatabases(): Promise<void> {
  const connection = await createConnection({ uri: mysqlUrl() })
  const [rows] = await connection.query<RowDataPacket[]>('show databases like ?', [
    runPrefix().replace(/_/g, '\\_') + '%'
  ])
  for (const row of rows) await connection.query(`drop database ${String(Object.values(row)[0])}`)
  await connection.end()
}

function install(folder: string): void {
  // In /tmp a server that starts would clear away the temporary tables of one that runs.
  const own = [`--user=${userInfo().username}`, `--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`]
  const args = ['--no-defaults', ...own]
  execFileSync(find(installer)!, [...args, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    stdio: 'pipe'
  })
}

function rootMayComeByTcp(password: string): string {
  return [
    `create user if not exists 'root'@'127.0.0.1';`,
    `alter user 'root'@'127.0.0.1' identified by '${password}';`,
    `grant all on *.* to 'root'@'127.0.0.1' with grant option;`
  ].join('\n')
}

/** The server refuses to run as root unless it is told to; nothing it writes need survive a crash. */
function settings(folder: string, port: number): string[] {
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${join(folder, 'data')}`,
    '--innodb-file-per-table=OFF',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${join(folder, 'root.sql')}`,
    `--tmpdir=${folder}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    '--innodb-doublewrite=0',
    '--innodb-buffer-pool-size=128M',
    '--performance-schema=0',
    '--max-connections=300'
  ]
}

async function reach(uri: string): Promise<void> {
  const connection = await createConnection({ uri, connectTimeout: 2000 })
  await connection.end()
}
