/** Measures for Prometheus. Each process counts for itself; what a page of numbers shows is the sum over all of them. */
import type { Knex } from 'knex'
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObject
} from 'prom-client'
import type { JobMeasured, Measures, RequestMeasured } from './measures.js'

/** What one process has counted so far, ready to be sent to another one. */
export type Snapshot = readonly MetricObject[]

export interface Prometheus extends Measures {
  snapshot(): Promise<Snapshot>
}

/** Seconds: a page should take a tenth of one. */
const buckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export function createPrometheus({ db, version }: { db: Knex; version: string }): Prometheus {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  describeProcess(registry, version)
  watchMessages(registry, db)
  watchConnections(registry, db)
  return { ...requests(registry), ...jobs(registry), snapshot: () => registry.getMetricsAsJSON() }
}

/** The page of numbers, summed over processes. */
export function pageOf(snapshots: readonly Snapshot[]): Promise<string> {
  return summed(snapshots).metrics()
}

/** What counts on after a process has ended, so that no sum ever falls. */
export async function keptOf(snapshots: readonly Snapshot[]): Promise<Snapshot> {
  const counting = (snapshot: Snapshot): Snapshot => snapshot.filter(({ type }) => typesThatCount.has(String(type)))
  return summed(snapshots.map(counting)).getMetricsAsJSON()
}

const typesThatCount = new Set(['counter', 'histogram'])

function summed(snapshots: readonly Snapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots])
}

function requests(registry: Registry): Pick<Measures, 'requestBegan' | 'requestEnded'> {
  const durations = new Histogram({
    name: 'portico_http_request_duration_seconds',
    help: 'Requests by method, kind of page and class of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry]
  })
  const underWay = new Gauge({
    name: 'portico_http_requests_under_way',
    help: 'Requests that are being answered.',
    registers: [registry]
  })
  return {
    requestBegan: () => underWay.inc(),
    requestEnded({ seconds, ...labels }: RequestMeasured) {
      underWay.dec()
      durations.observe(labels, seconds)
    }
  }
}

function jobs(registry: Registry): Pick<Measures, 'jobRan'> {
  const durations = new Histogram({
    name: 'portico_job_duration_seconds',
    help: 'Runs of jobs.',
    labelNames: ['job'],
    buckets: [0.01, 0.1, 1, 10, 60],
    registers: [registry]
  })
  const failures = new Counter({
    name: 'portico_job_failures_total',
    help: 'Runs of jobs that failed.',
    labelNames: ['job'],
    registers: [registry]
  })
  return {
    jobRan({ job, seconds, failed }: JobMeasured) {
      durations.observe({ job }, seconds)
      failures.inc({ job }, failed ? 1 : 0)
    }
  }
}

function describeProcess(registry: Registry, version: string): void {
  new Gauge({
    name: 'portico_build_info',
    help: 'The version that runs.',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers: [registry]
  }).set({ version, node: process.version }, 1)
  new Gauge({ name: 'portico_processes', help: 'Processes that answer requests.', registers: [registry] }).set(1)
}

/** All processes see the same rows: the largest number is the latest. */
function watchMessages(registry: Registry, db: Knex): void {
  new Gauge({
    name: 'portico_messages_waiting',
    help: 'Mails and text messages that nobody has taken yet.',
    labelNames: ['kind'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      for (const [kind, table] of [
        ['mail', 'portico_mail'],
        ['text', 'portico_sms']
      ] as const) {
        const count = await countWaiting(db, table).catch(() => undefined)
        if (count === undefined) this.remove({ kind })
        else this.set({ kind }, count)
      }
    }
  })
}

async function countWaiting(db: Knex, table: 'portico_mail' | 'portico_sms'): Promise<number> {
  const row = await db(table).count({ count: '*' }).where({ state: 'waiting' }).timeout(2000).first()
  return Number(row?.['count'])
}

/** What knex keeps outside of its types. */
interface Pool {
  numUsed(): number
  numFree(): number
  numPendingAcquires(): number
}

function watchConnections(registry: Registry, db: Knex): void {
  new Gauge({
    name: 'portico_database_connections',
    help: 'Connections to the database, and requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const pool = (db.client as { pool?: Pool }).pool
      if (!pool) return
      this.set({ state: 'used' }, pool.numUsed())
      this.set({ state: 'free' }, pool.numFree())
      this.set({ state: 'awaited' }, pool.numPendingAcquires())
    }
  })
}
