/** Portico as it is operated, for measuring: the built program in processes of its own, and what they take of the machine. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { seedDemo } from '../demo/seed.js'
import { seedShowcase } from '../demo/showcase.js'
import { readConfig } from '../src/config.js'
import { openDatabase } from '../src/db/open-database.js'
import { openEmbedded } from '../src/embedded.js'
import { projectFolder } from '../src/web/project-folder.js'
import { freePort } from '../test/support/child-process.js'
import { mysqlUrl } from '../test/support/mariadb.js'
import { send } from './load.js'

export type Environment = Readonly<Record<string, string>>

export interface Service {
  readonly base: string
  /** The processes that answer. */
  workers(): number[]
  /** Replaces the workers one by one. */
  reload(): void
  stop(): Promise<void>
}

/** A database with the demo world in it: a MariaDB of this name, or a file in the folder. */
export async function world(kind: 'SQLite' | 'MariaDB', name: string, folder: string): Promise<Environment> {
  if (kind === 'MariaDB') await createDatabase(name)
  const environment = {
    DATABASE_URL: kind === 'MariaDB' ? `${mysqlUrl()}/${name}` : `${folder}/${name}.sqlite`,
    PORTICO_FILES: folder,
    PORTICO_LOG_LEVEL: 'warn',
    PORTICO_SECRET: 'a secret for the benchmark, long enough to be one',
    NODE_ENV: 'production',
    PORTICO_PUBLIC_URL: 'http://127.0.0.1',
    PORTICO_SMTP_URL: 'smtp://127.0.0.1:9',
    PORTICO_MAIL_FROM: 'bench@thermovia.example',
    PORTICO_COMPANY_NAME: 'Thermovia',
    PORTICO_COMPANY_DOMAINS: 'thermovia.example'
  }
  const embedded = await openEmbedded(readConfig(environment), pino({ level: 'silent' }))
  await seedDemo(embedded)
  await seedShowcase(embedded)
  await embedded.close()
  return environment
}

async function createDatabase(name: string): Promise<void> {
  const admin = openDatabase(mysqlUrl())
  await admin.raw(`create database ${name} character set utf8mb4 collate utf8mb4_unicode_ci`)
  await admin.destroy()
}

/** `workers` undefined: one process that does everything. */
export async function startService(place: Environment, workers?: number): Promise<Service> {
  const address = `127.0.0.1:${await freePort()}`
  const base = `http://${address}`
  const counted = workers === undefined ? [] : ['--workers', String(workers)]
  const child = spawn(process.execPath, [projectFolder('dist/src/cli/portico.js'), 'serve', ...counted], {
    env: { PATH: process.env.PATH, ...place, PORTICO_LISTEN: address, PORTICO_PUBLIC_URL: base },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const service = {
    base,
    workers: () => (workers === undefined ? [child.pid!] : childrenOf(child.pid!)),
    reload: () => void child.kill('SIGHUP'),
    stop: () => stopped(child)
  }
  await answering(base, () => service.workers().length === (workers ?? 1))
  return service
}

async function answering(base: string, isComplete: () => boolean): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    const answer = await send({ method: 'GET', url: `${base}/readyz`, headers: {} }).catch(() => undefined)
    if (answer?.status === 200 && isComplete()) return
    await pause(250)
  }
  throw new Error('Portico does not answer.')
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

/** Memory that is in RAM, in MB; code that processes share is counted for each. */
export function residentMemory(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Processor time of a process so far, in milliseconds. */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
