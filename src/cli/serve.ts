/** `portico serve`: one process that does everything, or a primary process with workers. */
import cluster from 'node:cluster'
import type { Logger } from 'pino'
import { readConfig, type Config } from '../config.js'
import { OperatorError } from '../errors.js'
import type { Installation } from '../installation.js'
import { serveMetrics, type Asked } from '../operation/metrics-server.js'
import type { Snapshot } from '../operation/prometheus.js'
import { createSupervisor } from '../operation/supervisor.js'
import { workUntilTold, type Work } from '../operation/worker.js'
import { greet } from './greeting.js'
import { onSignals } from './signals.js'
import { logger, reportFailure } from './terminal.js'

export interface ServeOptions {
  /** Absent: one process, without a primary one. */
  readonly workers?: number
  readonly demo?: boolean
}

export async function serve(options: ServeOptions): Promise<void> {
  const { workers } = options
  if (cluster.isWorker) return orEnd(() => asWorker(options))
  if (workers === undefined) return orEnd(() => alone(options))
  refuseSqlite(readConfig(process.env))
  await orEnd(() => withWorkers(workers, options))
}

/** What was started by then would keep the process alive. */
async function orEnd(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    reportFailure(error)
    process.exit(1)
  }
}

async function alone({ demo = false }: ServeOptions): Promise<void> {
  const log = logger()
  const installation = await opened(demo, log)
  const { config } = installation
  const { running, prometheus } = await begin(installation)
  onSignals({
    stop: toldOf(log, () => running.stop()),
    kill: () => undefined,
    reload: () => log.warn('SIGHUP replaces workers; this process has none: start it anew, or run `serve --workers`')
  })
  await showMetrics(config, {
    readiness: running.readiness,
    snapshots: async () => (prometheus ? [await prometheus.snapshot()] : [])
  })
  greet(installation, demo)
}

async function withWorkers(count: number, { demo = false }: ServeOptions): Promise<void> {
  const config = readConfig(process.env)
  const log = logger()
  await prepare(demo)
  const { keptOf } = config.metricsListen ? await import('../operation/prometheus.js') : {}
  const supervisor = createSupervisor({ count, log, secondsToStop: config.drainSeconds + 45, keep: keptOf })
  onSignals({
    stop: toldOf(log, () => supervisor.stop()),
    kill: () => supervisor.kill(),
    reload: () => {
      log.info('told to replace the workers')
      void supervisor.replaceAll()
    }
  })
  await showMetrics(config, supervisor)
  await supervisor.start()
}

/** The log says when a stop began and when it was done. */
function toldOf(log: Logger, stop: () => Promise<void>): () => Promise<void> {
  return async () => {
    log.info('told to stop: requests under way are finished')
    await stop()
    log.info('stopped')
  }
}

/** What only one process may do: the tables, and the demo world. */
async function prepare(demo: boolean): Promise<void> {
  if (!demo) return void (await (await import('./migrate.js')).bringUpToDate())
  const { embedded } = await (await import('./demo.js')).openDemo()
  await embedded.close()
}

/** SQLite has one writer: a transaction of another process would be refused in the middle, and the waiting stops a whole process. */
function refuseSqlite({ databaseUrl }: Pick<Config, 'databaseUrl'>): void {
  if (/^(mysql|mariadb):\/\//.test(databaseUrl)) return
  throw new OperatorError(
    'SQLite is for one process: leave --workers out, or take MySQL or MariaDB (DATABASE_URL=mysql://user:password@host:port/database).'
  )
}

/** The first one greets for all. */
async function asWorker({ demo = false }: ServeOptions): Promise<void> {
  await workUntilTold(async () => {
    const installation = await opened(false, logger())
    const work = await begin(installation)
    if (cluster.worker?.id === 1) greet(installation, demo)
    return work
  })
  process.exit(0)
}

async function opened(demo: boolean, log: Logger): Promise<Installation> {
  if (demo) return (await (await import('./demo.js')).openDemo()).embedded
  const { openInstallation } = await import('../installation.js')
  return openInstallation(process.env, log)
}

/** What was opened is closed again when nobody can be served. */
async function begin(installation: Installation): Promise<Work> {
  const { config, db, log, portico } = installation
  const [{ serve: answerRequests }, { describe }] = await Promise.all([
    import('../server.js'),
    import('../web/errors.js')
  ])
  process.on('uncaughtException', (error) => {
    log.fatal({ error: describe(error) }, 'nobody caught an error; the process ends')
    process.exit(1)
  })
  try {
    const { version } = portico.plugin.manifest
    const { createPrometheus } = config.metricsListen ? await import('../operation/prometheus.js') : {}
    const prometheus = createPrometheus?.({ db, version })
    return { running: await answerRequests(installation, { measures: prometheus }), prometheus }
  } catch (error) {
    await installation.close()
    throw error
  }
}

/** Where the operator wants them. */
async function showMetrics(
  { metricsListen }: Pick<Config, 'metricsListen'>,
  { readiness, snapshots }: Pick<Asked, 'readiness'> & { snapshots(): Promise<readonly Snapshot[]> }
): Promise<void> {
  if (!metricsListen) return
  const { pageOf } = await import('../operation/prometheus.js')
  await serveMetrics(metricsListen, { readiness, metrics: async () => pageOf(await snapshots()) })
}
