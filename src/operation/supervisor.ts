/** The primary process: keeps as many workers as it was told to, replaces those that die, and all of them on demand, one after the other. */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { OperatorError } from '../errors.js'
import { ask, ended, heard, kill, NotStarted, order, startWorker } from './crew.js'
import type { Readiness } from './health.js'
import type { Snapshot } from './prometheus.js'

export interface Supervisor {
  /** Resolves when all workers take requests. @throws OperatorError when none can be started. */
  start(): Promise<void>
  /** New workers in place of all that are there: each old one goes on until a new one is ready. Those that can't be replaced stay. */
  replaceAll(): Promise<void>
  /** Resolves when all are gone. */
  stop(): Promise<void>
  /** Ends all of them at once. */
  kill(): void
  readiness(): Promise<Readiness>
  /** What those who work have counted, and those who are gone. */
  snapshots(): Promise<Snapshot[]>
}

export interface SupervisorOptions {
  readonly count: number
  readonly log: Logger
  /** Seconds in which a worker that was told to stop has to be gone. */
  readonly secondsToStop: number
  /** Milliseconds before the second try to start a worker; each further one waits twice as long. */
  readonly firstPause?: number
  /** Adds up what workers have counted that are gone. */
  readonly keep?: (snapshots: readonly Snapshot[]) => Promise<Snapshot>
}

/** A worker that lived for so long died of something new. */
const longLife = 60_000
const longestPause = 30_000
/** So often a first worker may fail to start. */
const mostTries = 3
/** So long the next replacement waits for an old worker whose visitors keep their connections. */
const waitForOld = 10_000

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { count, log, secondsToStop, keep, firstPause = 1000 } = options
  const rest = (failures: number): Promise<void> =>
    pause(failures === 0 ? 0 : Math.min(firstPause * 2 ** (failures - 1), longestPause))
  /** Those that count: ready, and nobody has taken their place. */
  const members = new Set<Worker>()
  let starting = 0
  let isStopping = false
  let gone: Snapshot[] = []

  const join = async (): Promise<void> => {
    starting += 1
    try {
      const worker = await startWorker()
      members.add(worker)
      watch(worker, Date.now())
    } finally {
      starting -= 1
    }
  }

  const watch = (worker: Worker, since: number): void => {
    void heard(worker, 'farewell').then(async ({ answer }) => {
      if (answer.metrics && keep) gone = [await keep([...gone, answer.metrics])]
    })
    worker.once('exit', (code, signal) => {
      if (!members.delete(worker) || isStopping) return
      log.error({ worker: worker.id, code, signal }, 'a worker died; another one takes its place')
      void fill(Date.now() - since > longLife ? 0 : 1)
    })
  }

  /** Starts workers until there are enough, with growing pauses. */
  const fill = async (failures: number): Promise<void> => {
    for (let tries = failures; !isStopping && members.size + starting < count; tries += 1) {
      await rest(tries)
      if (isStopping || members.size + starting >= count) return
      await join().catch((error: unknown) => log.error({ tries, why: reasonOf(error) }, 'a worker could not start'))
    }
  }

  const first = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await join()
      } catch (error) {
        if (!(error instanceof NotStarted)) throw error
        if (isStopping) return
        if (tries === mostTries)
          throw new OperatorError(`No worker could start, ${mostTries} times in a row; what is wrong stands above.`)
        await rest(tries)
      }
    }
  }

  const replace = async (old: Worker): Promise<void> => {
    await join()
    if (members.delete(old)) order(old, 'retire')
  }

  return {
    async start() {
      await first()
      await Promise.all(Array.from({ length: count - 1 }, () => fill(0)))
    },
    async replaceAll() {
      try {
        let last: Worker | undefined
        for (const old of [...members]) {
          if (last) await hasLeft(last)
          if (isStopping) return
          await replace(old)
          last = old
        }
        log.info({ workers: members.size }, 'the workers were replaced')
      } catch (error) {
        log.error({ why: reasonOf(error) }, 'a new worker could not start; the old ones go on')
      }
      void fill(0)
    },
    async stop() {
      isStopping = true
      const all = everybody()
      for (const worker of all) order(worker, 'stop')
      const late = pause(secondsToStop * 1000, 'late', { ref: false })
      const outcome = await Promise.race([Promise.all(all.map((worker) => ended(worker))), late])
      if (outcome === 'late') everybody().forEach(kill)
    },
    kill() {
      isStopping = true
      everybody().forEach(kill)
    },
    async readiness() {
      if (isStopping) return 'draining'
      const answers = (await Promise.all([...members].map((worker) => ask(worker, 'readiness')))).map(
        ({ readiness }) => readiness
      )
      return answers.includes('ready') ? 'ready' : (answers.find((answer) => answer !== undefined) ?? 'starting')
    },
    async snapshots() {
      const answers = await Promise.all([...members].map((worker) => ask(worker, 'metrics')))
      return [...answers.flatMap(({ metrics }) => (metrics ? [metrics] : [])), ...gone]
    }
  }
}

/** Members, those who retire, and those who are only starting. */
function everybody(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/** Or keeps his visitors' connections for too long to be waited for. */
async function hasLeft(worker: Worker): Promise<void> {
  await Promise.race([ended(worker), pause(waitForOld, undefined, { ref: false })])
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
