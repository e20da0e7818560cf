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
  /** New workers in place of all that are there: each old one goes on until a new one is ready. Those that can't be replaced stay. Asked
   *  again meanwhile, however often, it begins anew once when it is done. */
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
  const { count, log, secondsToStop, firstPause = 1000 } = options
  const rest = (failures: number): Promise<void> =>
    pause(failures === 0 ? 0 : Math.min(firstPause * 2 ** (failures - 1), longestPause))
  /** Those that count: ready, and nobody has taken their place. */
  const members = new Set<Worker>()
  /** Those whose place is taken, until they have said what they counted. */
  const leaving = new Set<Worker>()
  let starting = 0
  let isStopping = false
  const gone = tallyOf(options)

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
    void heard(worker, 'farewell').then(({ answer }) => {
      leaving.delete(worker)
      if (answer.metrics) gone.add(answer.metrics)
    })
    worker.once('exit', (code, signal) => {
      leaving.delete(worker)
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
    if (!members.has(old)) return
    await join()
    if (!members.delete(old)) return
    leaving.add(old)
    order(old, 'retire')
  }

  const replaceEach = async (): Promise<void> => {
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
  }

  return {
    async start() {
      await first()
      await Promise.all(Array.from({ length: count - 1 }, () => fill(0)))
    },
    replaceAll: oneAtATime(replaceEach),
    async stop() {
      isStopping = true
      await stopEverybody(secondsToStop)
    },
    kill() {
      isStopping = true
      everybody().forEach(kill)
    },
    async readiness() {
      return isStopping ? 'draining' : readinessOf(members)
    },
    async snapshots() {
      const kept = gone.sum()
      const answers = await Promise.all([...members, ...leaving].map((worker) => ask(worker, 'metrics')))
      return [...answers.flatMap(({ metrics }) => (metrics ? [metrics] : [])), ...(await kept)]
    }
  }
}

/** What those have counted who are gone. One is added after the other, so that two who leave at the same moment both count. */
function tallyOf({ keep, log }: SupervisorOptions): {
  add(counted: Snapshot): void
  sum(): Promise<readonly Snapshot[]>
} {
  let tally: Promise<readonly Snapshot[]> = Promise.resolve([])
  const added = async (known: readonly Snapshot[], counted: Snapshot): Promise<readonly Snapshot[]> => {
    try {
      return keep ? [await keep([...known, counted])] : known
    } catch (error) {
      log.warn({ why: reasonOf(error) }, 'what a worker has counted can not be added up')
      return known
    }
  }
  return {
    add: (counted) => void (tally = tally.then((known) => added(known, counted))),
    sum: () => tally
  }
}

/** Whoever asks while it is being done gets it done once more, with all the others who asked. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined
  return () =>
    (next ??= Promise.resolve(current).then(() => {
      next = undefined
      return (current = work())
    }))
}

/** Ready when one of them is. */
async function readinessOf(workers: Iterable<Worker>): Promise<Readiness> {
  const answers = await Promise.all([...workers].map((worker) => ask(worker, 'readiness')))
  const said = answers.flatMap(({ readiness }) => readiness ?? [])
  return said.includes('ready') ? 'ready' : (said[0] ?? 'starting')
}

/** Whoever isn't gone after so many seconds is ended. */
async function stopEverybody(seconds: number): Promise<void> {
  const all = everybody()
  for (const worker of all) order(worker, 'stop')
  const late = pause(seconds * 1000, 'late', { ref: false })
  const outcome = await Promise.race([Promise.all(all.map((worker) => ended(worker))), late])
  if (outcome === 'late') everybody().forEach(kill)
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
